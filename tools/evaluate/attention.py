"""Attention: heads packed or apart, shared heads, masks, causality with and without past, windows, every output; rotary positions; linear attention."""
import numpy as np
from onnx import TensorProto, helper
from record_evaluate import Case

rng = np.random.default_rng(5)


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).astype(dtype)


def row(name, op, inputs, opset=25, count=1, domain="", oracle="reference", outputs=None, **attributes):
    names = [f"x{i}" if x is not None else "" for i, x in enumerate(inputs)]
    node = helper.make_node(op, names, [f"y{i}" for i in range(count)], domain=domain, **attributes)
    return Case(name, node, inputs, opset, domain=domain, oracle=oracle, outputs=outputs)


def attention():
    q, k, v = floats(2, 2, 3, 4), floats(2, 2, 4, 4), floats(2, 2, 4, 2)
    past = [floats(2, 2, 2, 4), floats(2, 2, 2, 2)]
    lengths = np.array([2, 4], np.int64)
    boolean = rng.integers(0, 2, (3, 4)).astype(bool)
    boolean[1] = False
    for name, inputs, attributes in (
        ("plain", [q, k, v], {}), ("scale", [q, k, v], {"scale": 0.3}), ("softcap", [q, k, v], {"softcap": 0.5, "qk_matmul_output_mode": 1}),
        ("causal", [q, k, v], {"is_causal": 1}), ("causal past", [q, k, v, None, *past], {"is_causal": 1}),
        ("float mask", [q, k, v, floats(3, 4)], {}), ("bool mask, a row of none", [q, k, v, boolean], {"qk_matmul_output_mode": 3}),
        ("mask of heads", [q, k, v, floats(2, 3, 4)], {"is_causal": 1}), ("mask of batches", [q, k, v, floats(2, 1, 3, 4)], {}),
        ("mask shorter than keys", [q, k, v, floats(3, 2)], {}), ("mask and past", [q, k, v, floats(3, 6), *past], {"qk_matmul_output_mode": 2}),
        ("lengths", [q, k, v, None, None, None, lengths], {"qk_matmul_output_mode": 3}), ("lengths causal", [q, k, v, None, None, None, lengths], {"is_causal": 1}),
        ("window", [q, k, v], {"left_window_size": 1, "right_window_size": 0}), ("window past", [q, k, v, None, *past], {"left_window_size": 2}),
        ("window lengths", [q, k, v, None, None, None, lengths], {"left_window_size": 1, "is_causal": 1}),
    ):
        yield row(f"Attention {name}", "Attention", inputs, count=1 if len(inputs) > 6 else 4, **attributes)
    yield row("Attention packed heads", "Attention", [floats(2, 3, 8), floats(2, 4, 4), floats(2, 4, 2)], 24, 3, q_num_heads=4, kv_num_heads=2)
    yield row("Attention-23 shared heads", "Attention", [floats(1, 6, 2, 4), floats(1, 2, 3, 4), floats(1, 2, 3, 4)], 23)
    yield row("Attention softmax in float64", "Attention", [q, k, v], 24, softmax_precision=TensorProto.DOUBLE)
    yield row("Attention float64", "Attention", [t.astype(np.float64) for t in (q, k, v)], 23)
    yield row("Attention float16", "Attention", [t.astype(np.float16) for t in (q, k, v)], 23, is_causal=1)


def flex():
    q, k, v = floats(1, 4, 3, 4), floats(1, 2, 5, 4), floats(1, 2, 5, 2)
    yield row("FlexAttention", "FlexAttention", [q, k, v], 1, domain="ai.onnx.preview", scale=0.7)


def rotary():
    table = [np.cos(floats(6, 2)), np.sin(floats(6, 2))]
    places = np.array([[0, 3, 5], [1, 1, 2]], np.int64)
    x = floats(2, 2, 3, 4)
    yield row("RotaryEmbedding", "RotaryEmbedding", [x, *table, places], 23)
    yield row("RotaryEmbedding interleaved", "RotaryEmbedding", [x, *table, places], 23, interleaved=1)
    yield row("RotaryEmbedding part", "RotaryEmbedding", [floats(2, 2, 3, 6), *table, places], 23, rotary_embedding_dim=4)
    yield row("RotaryEmbedding packed", "RotaryEmbedding", [floats(2, 3, 8), floats(2, 3, 2), floats(2, 3, 2)], 23, num_heads=2)
    half = [t.astype(np.float16) for t in (x, *table)]
    yield row("RotaryEmbedding float16", "RotaryEmbedding", [*half, places], 23)


def linear():
    q, k, v = floats(2, 3, 8), floats(2, 3, 4), floats(2, 3, 6)
    state, decay, beta = floats(2, 2, 2, 3), -np.abs(floats(2, 3, 2)), np.abs(floats(2, 3, 2))
    heads = {"q_num_heads": 4, "kv_num_heads": 2}
    yield row("LinearAttention linear", "LinearAttention", [q, k, v], 27, 2, update_rule="linear", **heads)
    yield row("LinearAttention gated per key", "LinearAttention", [q, k, v, state, -np.abs(floats(2, 3, 4))], 27, 2, update_rule="gated", **heads)
    yield row("LinearAttention delta", "LinearAttention", [q, k, v, None, None, beta], 27, 2, update_rule="delta", scale=0.5, **heads)
    yield row("LinearAttention gated_delta", "LinearAttention", [q, k, v, state, decay, beta[..., :1]], 27, 2, **heads)


def cases():
    for family in (attention, flex, rotary, linear):
        yield from family()
