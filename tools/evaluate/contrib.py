"""Elementwise and small ops of com.microsoft."""
import numpy as np
from record_evaluate import row as case

rng = np.random.default_rng(11)


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).round(2).astype(dtype)


def row(name, op, inputs, oracle="onnxruntime", outputs=None, count=1, **attributes):
    return case(name, op, inputs, 1, oracle, outputs, count, "com.microsoft", **attributes)


def cases():
    x, bias = floats(2, 3, 4), floats(4)
    yield row("Gelu", "Gelu", [x])
    yield row("BiasGelu", "BiasGelu", [x, bias])
    yield row("FastGelu", "FastGelu", [x])
    yield row("FastGelu bias", "FastGelu", [x, bias])
    yield row("QuickGelu", "QuickGelu", [x])
    yield row("QuickGelu alpha", "QuickGelu", [x], alpha=1.0)
    yield row("BiasAdd", "BiasAdd", [x, bias, -x], "given", [np.broadcast_to(bias, x.shape).copy()])
    zero = np.zeros((1, 1, 2), np.float32)
    yield row("BiasSplitGelu", "BiasSplitGelu", [np.concatenate([zero + 3, zero], 2), np.array([1, 2, 1, 1], np.float32)], "given", [np.array([[[4, 5]]], np.float32) * np.float32(0.8413447460685429)])
    yield row("ExpandDims", "ExpandDims", [x, np.array(-1, np.int32)])
    for upper, k in ((1, None), (0, -1), (1, 2)):
        yield row(f"Trilu upper={upper} k={k}", "Trilu", [floats(2, 3, 4), None if k is None else np.array(k, np.int64)][: 1 if k is None else 2], upper=upper)
    yield row("Unique", "Unique", [np.array([2, 1, 2, 3, 1, 0], np.float32)], count=3)
    yield row("IsAllFinite", "IsAllFinite", [x, np.array([np.inf], np.float32)], "given", [np.array(False)])
    yield row("IsAllFinite isnan_only", "IsAllFinite", [np.array([np.inf], np.float32)], "given", [np.array(True)], isnan_only=1)
    a, b = floats(2, 3), floats(4, 3)
    for metric in ("euclidean", "sqeuclidean"):
        yield row(f"CDist {metric}", "CDist", [a, b], metric=metric)
    data, residual = floats(2, 4), floats(2, 4)
    yield row("BiasDropout", "BiasDropout", [data, bias, residual], "given", [data + bias + residual, np.ones((2, 4), bool)], 2)
    image, boxes = floats(2, 2, 4, 5), np.array([[0, 0, 1, 1], [0.2, 0.1, 0.7, 0.9], [-0.2, 0.5, 0.5, 1.3]], np.float32)
    which = np.array([0, 1, 1], np.int32)
    for mode in ("bilinear", "nearest"):
        for size in ((3, 2), (1, 1)):
            yield row(f"CropAndResize {mode} {size}", "CropAndResize", [image, boxes, which, np.array(size, np.int32)], mode=mode, extrapolation_value=9.0)
    pixels = rng.integers(0, 256, (1, 4, 4, 2)).astype(np.uint8)
    yield row("NhwcMaxPool", "NhwcMaxPool", [pixels], kernel_shape=[2, 3], strides=[2, 1], pads=[1, 0, 0, 1])
