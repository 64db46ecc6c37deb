"""com.microsoft's quantized ops, and tables that are looked up in blocks."""
import numpy as np
from onnx import helper
from record_evaluate import Case

rng = np.random.default_rng(9)


def integers(*shape, dtype=np.uint8):
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max + 1, size=shape).astype(dtype)


def row(name, op, inputs, oracle="onnxruntime", outputs=None, **attributes):
    names = [f"x{i}" if x is not None else "" for i, x in enumerate(inputs)]
    node = helper.make_node(op, names, ["y"], domain="com.microsoft", **attributes)
    return Case(name, node, inputs, 1, domain="com.microsoft", oracle=oracle, outputs=outputs)


def q(scale, zero, dtype=np.uint8):
    return [np.array(scale, np.float32), np.array(zero, dtype)]


def elementwise():
    for dtype, zero in ((np.uint8, 120), (np.int8, -5)):
        a, b, name = integers(2, 3, dtype=dtype), integers(3, dtype=dtype), np.dtype(dtype)
        for op in ("QLinearAdd", "QLinearMul"):
            yield row(f"{op} {name}", op, [a, *q(0.11, zero, dtype), b, *q(0.23, 3, dtype), *q(0.37, 10, dtype)])
        yield row(f"QLinearSigmoid {name}", "QLinearSigmoid", [a, *q(0.05, zero, dtype), *q(1 / 256, 0, dtype)])
        yield row(f"QLinearLeakyRelu {name}", "QLinearLeakyRelu", [a, *q(0.05, zero, dtype), *q(0.06, 4, dtype)], alpha=0.1)
        yield row(f"QLinearConcat {name}", "QLinearConcat", [*q(0.2, zero, dtype), a, *q(0.1, 4, dtype), integers(2, 2, dtype=dtype), *q(0.3, 0, dtype)], axis=1)
        yield row(f"QLinearWhere {name}", "QLinearWhere", [np.array([True, False, True]), a, *q(0.1, zero, dtype), b, *q(0.2, 3, dtype), *q(0.15, 1, dtype)])
    yield row("QLinearAdd result without zero point", "QLinearAdd", [integers(2), *q(0.1, 9), integers(2), *q(0.1, 8), np.array(0.2, np.float32)])


def planes():
    x = integers(1, 2, 4, 4)
    yield row("QLinearAveragePool", "QLinearAveragePool", [x, *q(0.1, 7), *q(0.137, 20)], kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1])
    yield row("QLinearAveragePool channels last, counting pads", "QLinearAveragePool", [x, *q(0.1, 7), *q(0.137, 20)], kernel_shape=[2, 2], pads=[1, 0, 0, 0], channels_last=1, count_include_pad=1)
    yield row("QLinearGlobalAveragePool", "QLinearGlobalAveragePool", [x, *q(0.1, 7), *q(0.137, 20)])
    yield row("QLinearGlobalAveragePool channels last", "QLinearGlobalAveragePool", [x, *q(0.1, 7), *q(0.137, 20)], channels_last=1)
    for opset, axis in ((13, -1), (13, 1), (12, 1)):
        yield row(f"QLinearSoftmax opset {opset} axis {axis}", "QLinearSoftmax", [integers(2, 2, 3), *q(0.05, 7), *q(1 / 256, 0)], opset=opset, axis=axis)
    w, bias = integers(3, 2, 2, 2, dtype=np.int8), rng.integers(-99, 99, 3).astype(np.int32)
    yield row("QLinearConv channels last", "QLinearConv", [integers(1, 3, 3, 2), *q(0.02, 120), w, *q(0.03, 0, np.int8), *q(0.4, 100), bias], channels_last=1)


def scales():
    x = rng.normal(size=(2, 3)).astype(np.float32)
    yield row("QuantizeLinear", "QuantizeLinear", [x, *q(0.02, 100)])
    yield row("QuantizeLinear per axis", "QuantizeLinear", [x, np.array([0.01, 0.02, 0.03], np.float32), np.array([1, 2, 3], np.int8)], axis=1)
    yield row("QuantizeLinear int16", "QuantizeLinear", [x, *q(0.0001, 7, np.int16)])
    yield row("DequantizeLinear", "DequantizeLinear", [integers(2, 3), *q(0.02, 100)])
    yield row("DequantizeLinear per axis", "DequantizeLinear", [integers(2, 3, dtype=np.int8), np.array([0.5, 0.25], np.float32), np.array([1, -2], np.int8)], axis=0)
    yield row("DequantizeLinear int32", "DequantizeLinear", [integers(2, 3, dtype=np.int32) // 1000, np.array(0.5, np.float32), None])
    indices = np.array([[2, 0], [-1, 1]], np.int64)
    f = lambda *shape: rng.normal(size=shape).round(2).astype(np.float32)
    yield row("GatherBlockQuantized", "GatherBlockQuantized", [integers(3, 16), indices, f(3, 2)], block_size=16, bits=4, gather_axis=0, quantize_axis=1)
    yield row("GatherBlockQuantized zero points", "GatherBlockQuantized", [integers(3, 16), indices, f(3, 2), integers(3, 1)], block_size=16, bits=4, gather_axis=0, quantize_axis=1)
    yield row("GatherBlockQuantized 8 bits", "GatherBlockQuantized", [integers(3, 32), indices, f(3, 2)], block_size=16, bits=8, gather_axis=0, quantize_axis=1)


def cases():
    for family in (elementwise, planes, scales):
        yield from family()
