"""Convolutions: one to three dims, strides, dilations, groups, every auto_pad; transposed with output_shape and output_padding; quantized; causal."""
import ml_dtypes
import numpy as np
from record_evaluate import row as case

rng = np.random.default_rng(2)


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).round(2).astype(dtype)


def row(name, op, inputs, opset=11, oracle="onnxruntime", *rest, **attributes):
    return case(name, op, inputs, opset, oracle, *rest, **attributes)


def direct():
    yield row("Conv-1 1d", "Conv", [floats(1, 2, 5), floats(3, 2, 3), floats(3)], 1, pads=[1, 1])
    yield row("Conv 2d uneven pads", "Conv", [floats(1, 2, 4, 5), floats(2, 2, 2, 3)], strides=[2, 1], pads=[0, 1, 2, 0])
    yield row("Conv 3d", "Conv", [floats(1, 1, 3, 3, 3), floats(2, 1, 2, 2, 2)], dilations=[1, 2, 1])
    yield row("Conv groups", "Conv", [floats(2, 4, 3, 3), floats(4, 2, 2, 2), floats(4)], group=2)
    yield row("Conv depthwise", "Conv", [floats(1, 3, 4), floats(6, 1, 2)], group=3, dilations=[2])
    for auto_pad in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        for strides in ([1, 1], [2, 3]):
            yield row(f"Conv {auto_pad} {strides}", "Conv", [floats(1, 1, 5, 4), floats(1, 1, 2, 3)], auto_pad=auto_pad, strides=strides)
    yield row("Conv SAME_LOWER dilated", "Conv", [floats(1, 1, 6), floats(1, 1, 2)], auto_pad="SAME_LOWER", dilations=[3], strides=[2], oracle="reference")
    yield row("Conv float64", "Conv", [floats(1, 1, 4, dtype=np.float64), floats(1, 1, 2, dtype=np.float64)], oracle="reference")
    for dtype in (np.float16, ml_dtypes.bfloat16):
        x, w = floats(1, 1, 4, dtype=dtype), floats(1, 1, 2, dtype=dtype)
        y = np.convolve(x[0, 0].astype(np.float32), w[0, 0, ::-1].astype(np.float32), "valid")
        yield row(f"Conv {np.dtype(dtype)}", "Conv", [x, w], 22, oracle="given", outputs=[y.astype(dtype).reshape(1, 1, 3)])
    yield row("Conv no batch", "Conv", [floats(0, 1, 4), floats(2, 1, 2)], oracle="given", outputs=[np.zeros((0, 2, 3), np.float32)])


def transposed():
    x, w = floats(1, 2, 3, 3), floats(2, 2, 3, 2)
    for name, attributes in (
        ("plain", {}), ("strides", {"strides": [3, 2]}), ("pads", {"strides": [2, 2], "pads": [1, 0, 2, 1]}), ("dilations", {"dilations": [2, 2]}),
        ("output_padding", {"strides": [3, 2], "output_padding": [1, 1]}),
        ("output_shape smaller", {"strides": [3, 2], "output_shape": [6, 4]}), ("output_shape odd upper", {"strides": [3, 2], "output_shape": [8, 5], "auto_pad": "SAME_UPPER"}),
        ("output_shape odd lower", {"strides": [3, 2], "output_shape": [8, 5], "auto_pad": "SAME_LOWER"}), ("SAME_UPPER", {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("SAME_LOWER", {"strides": [2, 2], "auto_pad": "SAME_LOWER"}), ("VALID", {"strides": [2, 2], "auto_pad": "VALID"}),
    ):
        yield row(f"ConvTranspose {name}", "ConvTranspose", [x, w], **attributes)
    yield row("ConvTranspose groups and bias", "ConvTranspose", [floats(1, 4, 3), floats(4, 2, 2), floats(4)], group=2)
    yield row("ConvTranspose 3d", "ConvTranspose", [floats(1, 1, 2, 2, 2), floats(1, 1, 2, 1, 2)], strides=[1, 2, 1])
    yield row("ConvTranspose-1", "ConvTranspose", [x, w], 1, strides=[2, 1], output_shape=[6, 3])
    one = np.ones((1, 1, 2), np.float32)
    yield row("ConvTranspose output_shape beyond reach", "ConvTranspose", [one, one], oracle="given", outputs=[np.array([[[1, 2, 1, 0, 0]]], np.float32)], output_shape=[5])
    yield row("ConvTranspose output_shape", "ConvTranspose", [x, w], strides=[3, 2], output_shape=[8, 6], output_padding=[1, 1])


def quantized():
    u8 = lambda *shape: rng.integers(0, 255, size=shape).astype(np.uint8)
    s8 = lambda *shape: rng.integers(-128, 127, size=shape).astype(np.int8)
    f = lambda *v: np.array(v if len(v) > 1 else v[0], np.float32)
    x, w = u8(1, 2, 4, 4), u8(3, 2, 2, 2)
    yield row("ConvInteger", "ConvInteger", [x, w, np.array(7, np.uint8), np.array(120, np.uint8)], 10, pads=[1, 1, 1, 1])
    zeros = np.array([1, 100, 255], np.uint8)
    yield row("ConvInteger per channel", "ConvInteger", [x, w, np.array(7, np.uint8), zeros], 10, oracle="given", outputs=[integer(x, 7, w, zeros)])
    yield row("QLinearConv uint8", "QLinearConv", [x, f(0.02), np.array(120, np.uint8), w, f(0.03), np.array(110, np.uint8), f(0.5), np.array(100, np.uint8), rng.integers(-999, 999, 3).astype(np.int32)], 10, strides=[2, 1], pads=[0, 1, 0, 1])
    yield row("QLinearConv int8 per channel", "QLinearConv", [s8(1, 2, 4, 4), f(0.02), np.array(-3, np.int8), s8(3, 2, 2, 2), f(0.03, 0.1, 0.02), np.zeros(3, np.int8), f(0.5), np.array(4, np.int8)], 10)


def integer(x, x_zero, w, w_zero):
    x, w = x.astype(np.int32) - x_zero, w.astype(np.int32) - w_zero.astype(np.int32)[:, None, None, None]
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], (2, 3))
    return np.einsum("ncyxhw,ochw->noyx", windows, w).astype(np.int32)


def causal():
    yield row("CausalConvWithState past", "CausalConvWithState", [floats(1, 2, 3), floats(2, 1, 4), floats(2), floats(1, 2, 3)], 27, oracle="reference", count=2, activation="silu")
    yield row("CausalConvWithState one tap", "CausalConvWithState", [floats(1, 2, 3), floats(2, 1, 1)], 27, oracle="reference", count=2)
    yield row("CausalConvWithState float64", "CausalConvWithState", [floats(1, 2, 1, dtype=np.float64), floats(2, 1, 3, dtype=np.float64)], 27, oracle="reference", count=2)


def cases():
    for family in (direct, transposed, quantized, causal):
        yield from family()
