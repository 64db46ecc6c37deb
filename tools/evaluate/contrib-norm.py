"""com.microsoft's normalizations with the sums before them, and SimplifiedLayerNormalization."""
import numpy as np
from onnx import helper
from record_evaluate import Case

rng = np.random.default_rng(10)


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).round(2).astype(dtype)


def row(name, op, inputs, oracle="onnxruntime", outputs=None, count=1, domain="com.microsoft", opset=1, names=None, **attributes):
    inner = [f"x{i}" if x is not None else "" for i, x in enumerate(inputs)]
    node = helper.make_node(op, inner, names or [f"y{i}" for i in range(count)], domain=domain, **attributes)
    return Case(name, node, inputs, opset, domain=domain, oracle=oracle, outputs=outputs)


def layers():
    x, skip, gamma, beta, bias = floats(2, 3, 4), floats(2, 3, 4), floats(4), floats(4), floats(4)
    yield row("SkipLayerNormalization", "SkipLayerNormalization", [x, skip, gamma, beta, bias], names=["y", "", "", "sum"], epsilon=1e-5)
    yield row("SkipLayerNormalization skip broadcasts", "SkipLayerNormalization", [x, skip[:1], gamma])
    yield row("SkipSimplifiedLayerNormalization", "SkipSimplifiedLayerNormalization", [x, skip, gamma, bias], names=["y", "", "", "sum"], epsilon=1e-5)
    yield row("SimplifiedLayerNormalization", "SimplifiedLayerNormalization", [x, gamma], domain="", opset=17, count=2)
    yield row("SimplifiedLayerNormalization axis=1", "SimplifiedLayerNormalization", [x, floats(3, 4)], domain="", opset=17, axis=1, epsilon=0.1)
    half = [t.astype(np.float16) for t in (x, skip, gamma, beta)]
    yield row("SkipLayerNormalization float16", "SkipLayerNormalization", half)


def embeddings():
    ids, segments = np.array([[1, 0, 3], [2, 2, 1]], np.int32), np.array([[0, 0, 1], [1, 1, 0]], np.int32)
    tables, scale = [floats(4, 4), floats(5, 4), floats(2, 4)], [floats(4), floats(4)]
    mask = np.array([[1, 1, 0], [1, 1, 1]], np.int32)
    yield row("EmbedLayerNormalization", "EmbedLayerNormalization", [ids, segments, *tables, *scale, mask], count=3, mask_index_type=1)
    yield row("EmbedLayerNormalization places", "EmbedLayerNormalization", [ids, None, *tables[:2], None, *scale, None, np.array([[4, 0, 1], [0, 1, 2]], np.int32)], count=2)
    scales = [np.array(v, np.float32) for v in (0.01, 0.02, 0.03, 0.01, 0.02)]
    points = [np.array(v, np.uint8) for v in (128, 100, 90, 20, 128)]
    bytes_of = lambda *shape: rng.integers(0, 256, shape).astype(np.uint8)
    quantized = [bytes_of(4, 4), bytes_of(5, 4), bytes_of(2, 4), bytes_of(4), bytes_of(4)]
    yield row("QEmbedLayerNormalization", "QEmbedLayerNormalization", [ids, segments, *quantized, mask, *scales, *points], count=2)


def groups():
    x, gamma, beta = floats(1, 2, 2, 4), floats(4), floats(4)
    flat = x.reshape(1, 4, 2, 2)
    m, v = flat.mean((1, 3), keepdims=True), flat.var((1, 3), keepdims=True)
    y = ((flat - m) / np.sqrt(v + 1e-5)).reshape(x.shape) * gamma + beta
    yield row("GroupNorm", "GroupNorm", [x, gamma, beta], "given", [y], groups=2, activation=0)
    yield row("GroupNorm SiLU", "GroupNorm", [x, gamma, beta], "given", [y / (1 + np.exp(-y))], groups=2, activation=1)
    bias = floats(4)
    yield row("SkipGroupNorm", "SkipGroupNorm", [x - 1 - bias, gamma, beta, np.ones((1, 4), np.float32), bias], "given", [y, x], 2, groups=2, activation=0)
    data, added = floats(2, 3, 4), floats(2, 1, 4)
    e = np.exp(data + added)
    yield row("BiasSoftmax", "BiasSoftmax", [data, added], "given", [e / e.sum(2, keepdims=True)], axis=2, is_inner_broadcast=1)


def cases():
    for family in (layers, embeddings, groups):
        yield from family()
