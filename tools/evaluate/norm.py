"""Normalizations: BatchNormalization's versions and training outputs, groups before and after opset 21, axes, optional outputs, low precision."""
import ml_dtypes
import numpy as np
from record_evaluate import row

rng = np.random.default_rng(4)


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).round(2).astype(dtype)


def normalized(x, mean, variance, scale, bias, eps=1e-5):
    return (x - mean) / np.sqrt(variance + eps) * scale + bias


def batch():
    x, scale, bias, mean, var = floats(2, 3, 2), floats(3), floats(3), floats(3), np.abs(floats(3))
    column = lambda v: v[:, None]
    test = [normalized(x, *map(column, (mean, var, scale, bias)))]
    for opset in (7, 9, 14, 15):
        yield row(f"BatchNormalization-{opset}", "BatchNormalization", [x, scale, bias, mean, var], opset, "onnxruntime")
    for opset in (1, 6):
        yield row(f"BatchNormalization-{opset} is_test", "BatchNormalization", [x, scale, bias, mean, var], opset, "given", test, is_test=1)
    m, v = x.mean((0, 2)), x.var((0, 2))
    training = [normalized(x, *map(column, (m, v, scale, bias))), mean * 0.75 + m * 0.25, var * 0.75 + v * 0.25]
    yield row("BatchNormalization-15 training", "BatchNormalization", [x, scale, bias, mean, var], 15, "given", training, 3, training_mode=1, momentum=0.75)
    for opset in (1, 6, 7, 9):
        yield row(f"BatchNormalization-{opset} training", "BatchNormalization", [x, scale, bias, mean, var], opset, "given", [*training, m, v], 5, momentum=0.75)
    each = [floats(3, 2), floats(3, 2), floats(3, 2), np.abs(floats(3, 2))]
    yield row("BatchNormalization-7 not spatial", "BatchNormalization", [x, *each], 7, "given", [normalized(x, each[2], each[3], each[0], each[1])], spatial=0)
    yield row("BatchNormalization [N, C]", "BatchNormalization", [floats(4, 3), scale, bias, mean, var], 15, "onnxruntime", epsilon=0.1)
    half = x.astype(np.float16)
    yield row("BatchNormalization float16 with float32 statistics", "BatchNormalization", [half, scale, bias, mean, var], 15, "given", [normalized(half.astype(np.float32), *map(column, (mean, var, scale, bias))).astype(np.float16)])
    yield row("BatchNormalization float64", "BatchNormalization", [x.astype(np.float64)] + [t.astype(np.float64) for t in (scale, bias, mean, var)], 9, "onnxruntime")


def grouped():
    x, scale, bias = floats(2, 4, 3), floats(4), floats(4)
    for opset in (1, 6, 22):
        m, v = x.mean(2, keepdims=True), x.var(2, keepdims=True)
        yield row(f"InstanceNormalization-{opset}", "InstanceNormalization", [x, scale, bias], opset, "given", [normalized(x, m, v, scale[:, None], bias[:, None], 0.01)], epsilon=0.01)
    flat = x.reshape(2, 2, 6)
    y = normalized(flat, flat.mean(2, keepdims=True), flat.var(2, keepdims=True), 1, 0).reshape(x.shape)
    yield row("GroupNormalization-18 per group", "GroupNormalization", [x, scale[:2], bias[:2]], 18, "given", [y * np.repeat(scale[:2], 2)[:, None] + np.repeat(bias[:2], 2)[:, None]], num_groups=2)
    yield row("GroupNormalization-21 per channel", "GroupNormalization", [x, scale, bias], 21, "given", [y * scale[:, None] + bias[:, None]], num_groups=2)
    yield row("GroupNormalization-18 as many groups as channels", "GroupNormalization", [x, scale, bias], 18, "onnxruntime", num_groups=4)


def layers():
    x = floats(2, 3, 4)
    for axis in (0, 1, 2, -1, -2):
        shape = x.shape[axis:]
        yield row(f"LayerNormalization axis={axis}", "LayerNormalization", [x, floats(*shape), floats(*shape)], 17, "onnxruntime", count=3, axis=axis)
        yield row(f"RMSNormalization axis={axis}", "RMSNormalization", [x, floats(*shape)], 23, axis=axis)
    yield row("LayerNormalization scale broadcasts", "LayerNormalization", [x, floats(3, 1)], 17, axis=1, epsilon=0.1)
    yield row("RMSNormalization scale broadcasts", "RMSNormalization", [x, floats(1)], 23, epsilon=0.1)
    for dtype in (np.float16, ml_dtypes.bfloat16, np.float64):
        t, scale, bias = (2 * x).astype(dtype), floats(4, dtype=dtype), floats(4, dtype=dtype)
        wide = t.astype(np.float64)
        m, v = wide.mean(2, keepdims=True), wide.var(2, keepdims=True)
        y = normalized(wide, m, v, scale.astype(np.float64), bias.astype(np.float64)).astype(dtype)
        yield row(f"LayerNormalization {np.dtype(dtype)}", "LayerNormalization", [t, scale, bias], 17, "given", [y, m.astype(np.float32), (1 / np.sqrt(v + 1e-5)).astype(np.float32)], 3)
        y = wide / np.sqrt((wide**2).mean(2, keepdims=True) + 1e-5) * scale.astype(np.float64)
        yield row(f"RMSNormalization {np.dtype(dtype)}", "RMSNormalization", [t, scale], 23, "given", [y.astype(dtype)])
    mixed = floats(4, dtype=np.float16)
    y = x / np.sqrt((x**2).mean(2, keepdims=True) + 1e-5) * mixed.astype(np.float32)
    yield row("RMSNormalization has its scale's dtype", "RMSNormalization", [x, mixed], 23, "given", [y.astype(np.float16)])


def others():
    x = floats(2, 5, 2, 1)
    for size in (1, 2, 3, 5):
        yield row(f"LRN size={size}", "LRN", [x], 13, "given", [response(x, size, 0.5, 0.6, 2.0)], size=size, alpha=0.5, beta=0.6, bias=2.0)
    line = floats(1, 4, 3, dtype=np.float64)
    yield row("LRN-1 1d float64", "LRN", [line], 1, "given", [response(line, 3, 1e-4, 0.75, 1.0)], size=3)
    yield row("MeanVarianceNormalization", "MeanVarianceNormalization", [floats(2, 3, 2, 2)], 9, "onnxruntime")
    y = floats(2, 3, dtype=np.float64)
    yield row("MeanVarianceNormalization axes", "MeanVarianceNormalization", [y], 13, "given", [(y - y.mean(1, keepdims=True)) / (y.std(1, keepdims=True) + 1e-9)], axes=[-1])


def response(x, size, alpha, beta, bias):
    sums = np.zeros_like(x)
    for c in range(x.shape[1]):
        sums[:, c] = (x[:, max(0, c - (size - 1) // 2) : c + size // 2 + 1] ** 2).sum(1)
    return x / (bias + alpha / size * sums) ** beta


def cases():
    for family in (batch, grouped, layers, others):
        yield from family()
