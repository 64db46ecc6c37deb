"""Poolings: ceil_mode, auto_pad, dilations, padding that counts, places by row and by column, integers; global ones; MaxUnpool."""
import ml_dtypes
import numpy as np
from record_evaluate import row as case

rng = np.random.default_rng(3)


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).round(2).astype(dtype)


def row(name, op, inputs, opset=12, oracle="onnxruntime", *rest, **attributes):
    return case(name, op, inputs, opset, oracle, *rest, **attributes)


WINDOWS = (
    ("plain", {"kernel_shape": [2, 3]}), ("strides and pads", {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [1, 0, 1, 1]}),
    ("ceil_mode", {"kernel_shape": [2, 2], "strides": [2, 3], "ceil_mode": 1}), ("ceil_mode and pads", {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1}),
    ("SAME_UPPER", {"kernel_shape": [2, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}), ("SAME_LOWER", {"kernel_shape": [2, 3], "strides": [1, 2], "auto_pad": "SAME_LOWER"}),
    ("VALID", {"kernel_shape": [2, 2], "strides": [2, 2], "auto_pad": "VALID"}),
)


def windows():
    x = floats(1, 2, 5, 4)
    for name, attributes in WINDOWS:
        yield row(f"MaxPool {name}", "MaxPool", [x], **attributes)
        yield row(f"AveragePool {name}", "AveragePool", [x], **attributes)
        yield row(f"AveragePool counting pads {name}", "AveragePool", [x], count_include_pad=1, **attributes)
        if "ceil_mode" not in attributes:
            yield row(f"LpPool {name}", "LpPool", [x], 11, **attributes)
    for op in ("MaxPool", "AveragePool", "LpPool"):
        yield row(f"{op} dilations", op, [x], 19 if op != "LpPool" else 18, kernel_shape=[2, 2], dilations=[2, 3])
        yield row(f"{op} dilations and pads", op, [x], 19 if op != "LpPool" else 18, kernel_shape=[2, 2], dilations=[3, 2], pads=[1, 1, 1, 1], strides=[2, 1])
        yield row(f"{op} 1d", op, [floats(1, 1, 5)], 11, kernel_shape=[2])
        yield row(f"{op} 3d", op, [floats(1, 1, 2, 3, 3)], 11, kernel_shape=[2, 1, 2])
    yield row("AveragePool dilations counting pads", "AveragePool", [x], 19, kernel_shape=[2, 2], dilations=[3, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    yield row("LpPool p=3", "LpPool", [x], 18, kernel_shape=[2, 2], p=3)
    yield row("LpPool ceil_mode", "LpPool", [x], 18, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1, p=1, oracle="given", outputs=[lp(x)])
    yield row("LpPool-1 p is a float", "LpPool", [np.abs(x)], 1, kernel_shape=[5, 4], p=2.0, oracle="given", outputs=[np.sqrt((x**2).sum((2, 3), keepdims=True))])


def lp(x):
    padded = np.pad(np.abs(x), ((0, 0), (0, 0), (0, 1), (0, 0)))
    return padded.reshape(1, 2, 3, 2, 2, 2).sum((3, 5))


def dtypes():
    for dtype in (np.int8, np.uint8):
        yield row(f"MaxPool {np.dtype(dtype)}", "MaxPool", [rng.integers(0, 120, (1, 1, 3, 3)).astype(dtype)], kernel_shape=[2, 2], pads=[1, 1, 0, 0])
    yield row("MaxPool negative int8", "MaxPool", [rng.integers(-128, -1, (1, 1, 3, 3)).astype(np.int8)], kernel_shape=[2, 2], pads=[1, 1, 0, 0])
    for op in ("MaxPool", "AveragePool"):
        yield row(f"{op} float64", op, [floats(1, 1, 4, dtype=np.float64)], kernel_shape=[2], oracle="reference" if op == "AveragePool" else "onnxruntime", opset=19)
        x = np.array([[[1, 2.5, 4, 8]]], np.float32)
        y = np.maximum(x[..., :-1], x[..., 1:]) if op == "MaxPool" else (x[..., :-1] + x[..., 1:]) / 2
        for dtype in (np.float16, ml_dtypes.bfloat16):
            yield row(f"{op} {np.dtype(dtype)}", op, [x.astype(dtype)], 22, kernel_shape=[2], oracle="given", outputs=[y.astype(dtype)])


def places():
    x = floats(2, 2, 3, 4)
    for order in (0, 1):
        yield row(f"MaxPool places storage_order={order}", "MaxPool", [x], count=2, kernel_shape=[2, 2], strides=[1, 2], pads=[1, 0, 0, 0], storage_order=order)
        yield row(f"MaxPool 3d places storage_order={order}", "MaxPool", [floats(1, 2, 2, 3, 2)], count=2, kernel_shape=[1, 2, 2], storage_order=order)
    yield row("MaxPool 1d places dilated", "MaxPool", [floats(1, 2, 6)], count=2, kernel_shape=[2], dilations=[3])
    y, at = floats(1, 1, 2, 2), np.array([[[[5, 7], [13, 15]]]], np.int64)
    yield row("MaxUnpool", "MaxUnpool", [y, at], 11, kernel_shape=[2, 2], strides=[2, 2])
    yield row("MaxUnpool larger output_shape", "MaxUnpool", [y, at, np.array([1, 1, 5, 5], np.int64)], 11, oracle="reference", kernel_shape=[2, 2], strides=[2, 2])
    yield row("MaxUnpool 1d channels", "MaxUnpool", [floats(1, 2, 2), np.array([[[0, 3], [4, 7]]], np.int64)], 9, kernel_shape=[2], strides=[2])


def everywhere():
    x = floats(2, 2, 3, 2)
    for op in ("GlobalAveragePool", "GlobalMaxPool"):
        yield row(op, op, [x], 1)
        line = floats(1, 2, 3, dtype=np.float64)
        y = line.max(2, keepdims=True) if op == "GlobalMaxPool" else line.mean(2, keepdims=True)
        yield row(f"{op} 1d float64", op, [line], 22, oracle="given", outputs=[y])
    yield row("GlobalLpPool", "GlobalLpPool", [x], 2)
    yield row("GlobalLpPool p=1", "GlobalLpPool", [x], 2, p=1)
    yield row("GlobalLpPool-1 p is a float", "GlobalLpPool", [x], 1, p=3.0, oracle="given", outputs=[np.cbrt((np.abs(x) ** 3).sum((2, 3), keepdims=True)).astype(np.float32)])


def cases():
    for family in (windows, dtypes, places, everywhere):
        yield from family()
