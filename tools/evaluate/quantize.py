"""QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear: granularities, dtypes, precisions. Answers are NumPy's, or ONNX Runtime's."""
import ml_dtypes
import numpy as np
from onnx import TensorProto as T
from onnx import helper
from record_evaluate import DTYPES, Case

x = np.array([[-1000.0, -2.5, -1.5, -0.5], [0.5, 1.5, 2.5, 1000.0], [0.0, 3.4, -3.6, 7.0]], np.float32)
INTEGERS = [np.dtype(t) for t in (np.int8, np.uint8, np.int16, np.uint16, ml_dtypes.int4, ml_dtypes.uint4, ml_dtypes.int2, ml_dtypes.uint2)]
EIGHTS = [np.dtype(t) for t in (ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e4m3fnuz, ml_dtypes.float8_e5m2, ml_dtypes.float8_e5m2fnuz)]


def given(name, op, inputs, output, opset=25, **attributes):
    names = [f"x{i}" if v is not None else "" for i, v in enumerate(inputs)]
    return Case(name, helper.make_node(op, names, ["y"], **attributes), inputs, opset, oracle="given", outputs=[output])


def quantized(values, scale, zero, dtype):
    info = ml_dtypes.iinfo(dtype)
    return np.clip(np.rint(values.astype(np.float32) / scale) + zero, int(info.min), int(info.max)).astype(dtype)


def f(value):
    return np.array(value, np.float32)


def quantize():
    for dtype in INTEGERS:
        zero = np.array(1, dtype)
        yield given(f"Quantize {dtype.name}", "QuantizeLinear", [x, f(0.5), zero], quantized(x, f(0.5), 1, dtype))
        yield given(f"Quantize to {dtype.name}", "QuantizeLinear", [x, f(0.5)], quantized(x, f(0.5), 0, dtype), output_dtype=DTYPES[dtype])
    yield given("Quantize default", "QuantizeLinear", [x, f(0.25)], quantized(x, f(0.25), 0, np.uint8))
    scale, zero = f([0.5, 1, 2, 4]), np.array([0, 1, 2, 3], np.int8)
    yield given("Quantize axis 1", "QuantizeLinear", [x, scale, zero], quantized(x, scale, zero, np.int8), 13)
    yield given("Quantize axis 0", "QuantizeLinear", [x, scale[:3], zero[:3]], quantized(x, scale[:3, None], zero[:3, None], np.int8), 13, axis=0)
    yield given("Quantize axis -2", "QuantizeLinear", [x, scale[:3], zero[:3]], quantized(x, scale[:3, None], zero[:3, None], np.int8), 19, axis=-2)
    yield given("Quantize vector", "QuantizeLinear", [x[0], scale, zero], quantized(x[0], scale, zero, np.int8), 13)
    blocks, zeros = f([[0.5, 1], [2, 0.25], [1, 3]]), np.array([[0, 1], [2, 3], [1, 0]], np.int8)
    yield given("Quantize blocks", "QuantizeLinear", [x, blocks, zeros], quantized(x, blocks.repeat(2, 1), zeros.repeat(2, 1), np.int8), axis=1, block_size=2)
    tall = f([[0.5, 1, 2, 4], [1, 1, 1, 0.5]])
    yield given("Quantize last block short", "QuantizeLinear", [x, tall], quantized(x, tall.repeat(2, 0)[:3], 0, np.int16), axis=0, block_size=2,
                output_dtype=T.INT16)
    for dtype in EIGHTS:
        top = float(ml_dtypes.finfo(dtype).max)
        wide = x * 100
        yield given(f"Quantize {dtype.name}", "QuantizeLinear", [wide, f(0.5), np.array(0, dtype)], np.clip(wide / 0.5, -top, top).astype(dtype))
        yield given(f"Quantize no saturate {dtype.name}", "QuantizeLinear", [wide, f(0.5), np.array(0, dtype)], (wide / f(0.5)).astype(dtype), saturate=0)
    four = ml_dtypes.float4_e2m1fn
    yield given("Quantize float4", "QuantizeLinear", [x, f(0.5), np.array(0, four)], (x / 0.5).astype(four))
    half = x.astype(np.float16)
    yield given("Quantize float16", "QuantizeLinear", [half, np.array(0.3, np.float16), np.array(0, np.int8)],
                quantized((half / np.float16(0.3)).astype(np.float32), f(1), 0, np.int8), 19)
    yield given("Quantize precision", "QuantizeLinear", [half, np.array(0.3, np.float16), np.array(0, np.int8)],
                quantized(half, f(np.float16(0.3)), 0, np.int8), precision=T.FLOAT)
    whole = np.array([-9, 4, 7], np.int32)
    yield given("Quantize int32", "QuantizeLinear", [whole, f(2)], np.array([0, 2, 4], np.uint8), 23)
    yield given("Quantize empty", "QuantizeLinear", [np.zeros((0, 2), np.float32), f(1)], np.zeros((0, 2), np.uint8))


def dequantize():
    for dtype in INTEGERS:
        q = np.array([[0, 1], [1, 0]], np.int64).astype(dtype)
        yield given(f"Dequantize {dtype.name}", "DequantizeLinear", [q, f(0.5), np.array(1, dtype)], (q.astype(np.float32) - 1) * f(0.5))
    for dtype in EIGHTS + [np.dtype(ml_dtypes.float4_e2m1fn)]:
        q = np.array([1.5, -2, 0.5], np.float32).astype(dtype)
        yield given(f"Dequantize {dtype.name}", "DequantizeLinear", [q, f(0.5)], q.astype(np.float32) * f(0.5))
    q, scale, zero = np.arange(12, dtype=np.uint8).reshape(3, 4), f([0.5, 1, 2, 4]), np.array([1, 2, 3, 4], np.uint8)
    wide = q.astype(np.float32)
    yield given("Dequantize axis 1", "DequantizeLinear", [q, scale, zero], (wide - zero) * scale, 13)
    yield given("Dequantize axis 0", "DequantizeLinear", [q, scale[:3], zero[:3]], (wide - zero[:3, None]) * scale[:3, None], 13, axis=0)
    blocks, zeros = f([[0.5, 1], [2, 0.25], [1, 3]]), np.array([[0, 1], [2, 3], [1, 0]], np.uint8)
    yield given("Dequantize blocks", "DequantizeLinear", [q, blocks, zeros], (wide - zeros.repeat(2, 1)) * blocks.repeat(2, 1), axis=1, block_size=2)
    big = np.array([2**31 - 1, -(2**31), 7], np.int32)
    yield given("Dequantize int32", "DequantizeLinear", [big, f(2)], (big.astype(np.float64) * 2).astype(np.float32), 13)
    half = np.array(0.3, np.float16)
    yield given("Dequantize float16", "DequantizeLinear", [q, half], (wide * np.float32(half)).astype(np.float16), 19)
    yield given("Dequantize to bfloat16", "DequantizeLinear", [q, half], (wide * np.float32(half)).astype(ml_dtypes.bfloat16), output_dtype=T.BFLOAT16)
    powers = np.array([126, 128], np.uint8).view(ml_dtypes.float8_e8m0fnu)
    mx = np.array([[1, 2, 3, 4]], np.int8)
    yield given("Dequantize e8m0 scales", "DequantizeLinear", [mx, powers.reshape(1, 2)], np.array([[0.5, 1, 6, 8]], np.float32), axis=1, block_size=2,
                output_dtype=T.FLOAT)


def dynamic():
    for name, data in dict(both=x, positive=np.abs(x), negative=-np.abs(x), zeros=np.zeros((2, 2), np.float32)).items():
        node = helper.make_node("DynamicQuantizeLinear", ["x"], ["y", "scale", "zero"])
        yield Case(f"Dynamic {name}", node, [data], 11, oracle="onnxruntime")


def cases():
    for family in (quantize, dequantize, dynamic):
        yield from family()
