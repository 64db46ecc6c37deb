"""Elementwise ops: every dtype that a schema admits, edge values, the broadcasting of old versions. Answers are NumPy's."""
import ml_dtypes
import numpy as np
from onnx import TensorProto as T
from onnx import helper
from record_evaluate import Case

bf16 = ml_dtypes.bfloat16
FLOATS = (np.float32, np.float64, np.float16, bf16)
INTS = (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64)
nan, inf = np.nan, np.inf


def given(name, op, inputs, output, opset=26, **attributes):
    names = [f"x{i}" for i in range(len(inputs))]
    return Case(name, helper.make_node(op, names, ["y"], **attributes), list(inputs), opset, oracle="given", outputs=[output])


def wide(x):
    return x.astype(np.float64)


def unary():
    edges = np.array([-inf, -2.5, -1.5, -0.5, -0.0, 0.0, 0.5, 1.5, 2.5, 700.0, inf, nan])
    functions = dict(Abs=np.abs, Neg=np.negative, Ceil=np.ceil, Floor=np.floor, Round=np.rint, Exp=np.exp, Tanh=np.tanh, Sin=np.sin, Cos=np.cos,
                     Tan=np.tan, Atan=np.arctan, Asinh=np.arcsinh, Sinh=np.sinh, Cosh=np.cosh, Reciprocal=np.reciprocal)
    inside = dict(Sqrt=np.sqrt, Log=np.log, Asin=np.arcsin, Acos=np.arccos, Atanh=np.arctanh)
    with np.errstate(all="ignore"):
        for dtype in FLOATS:
            name = np.dtype(dtype).name
            for op, f in functions.items():
                x = (edges if op in ("Abs", "Neg", "Ceil", "Floor", "Round") else edges[2:9]).astype(dtype)
                yield given(f"{op} {name}", op, [x], f(wide(x)).astype(dtype))
            for op, f in inside.items():
                x = np.array([0.0, 0.25, 0.5, 1.0, -2.0], dtype)
                yield given(f"{op} {name}", op, [x], f(wide(x)).astype(dtype))
            x = edges.astype(dtype)
            yield given(f"IsNaN {name}", "IsNaN", [x], np.isnan(wide(x)))
            for minus, plus in ((1, 1), (1, 0), (0, 1), (0, 0)):
                want = (np.isneginf(wide(x)) & bool(minus)) | (np.isposinf(wide(x)) & bool(plus))
                yield given(f"IsInf {minus}{plus} {name}", "IsInf", [x], want, detect_negative=minus, detect_positive=plus)
    for dtype in INTS:
        info = np.iinfo(dtype)
        x = np.array([info.min, 0, 1, 5, info.max], dtype)
        name = np.dtype(dtype).name
        with np.errstate(all="ignore"):
            yield given(f"Abs {name}", "Abs", [x], np.abs(x))
            yield given(f"Sign {name}", "Sign", [x], np.sign(x))
            yield given(f"BitwiseNot {name}", "BitwiseNot", [x], ~x)
            if info.min < 0:
                yield given(f"Neg {name}", "Neg", [x], -x)
    yield given("Sign float", "Sign", [np.array([-2.0, -0.0, 3.0], np.float32)], np.array([-1, 0, 1], np.float32))
    yield given("Not", "Not", [np.array([True, False])], np.array([False, True]))
    yield given("Exp empty", "Exp", [np.zeros((2, 0), np.float32)], np.zeros((2, 0), np.float32))
    yield given("Neg scalar", "Neg", [np.array(2.0, np.float64)], np.array(-2.0))
    eights = np.array([1, inf, -inf, nan]).astype(ml_dtypes.float8_e5m2)
    yield given("IsNaN float8", "IsNaN", [eights], np.array([False, False, False, True]))
    yield given("IsInf float8", "IsInf", [eights], np.array([False, True, True, False]))


def arithmetic():
    for dtype in FLOATS + INTS:
        name = np.dtype(dtype).name
        a, b = np.array([[7, 5], [100, 3]], dtype), np.array([2, 3], dtype)
        for op, f in dict(Add=np.add, Sub=np.subtract, Mul=np.multiply).items():
            with np.errstate(all="ignore"):
                yield given(f"{op} {name}", op, [a, b], f(a, b))
        whole = np.dtype(dtype).kind in "iu"
        yield given(f"Div {name}", "Div", [a, b], a // b if whole else (wide(a) / wide(b)).astype(dtype))
        for op, f in dict(Less=np.less, LessOrEqual=np.less_equal, Greater=np.greater, GreaterOrEqual=np.greater_equal, Equal=np.equal).items():
            yield given(f"{op} {name}", op, [a, b], f(a, b))
        yield given(f"Max {name}", "Max", [a, b, a[:1]], np.maximum(np.maximum(a, b), a[:1]))
        yield given(f"Min {name}", "Min", [a, b], np.minimum(a, b))
        yield given(f"Where {name}", "Where", [np.array([True, False]), a, b], np.where(np.array([True, False]), a, b))
        if whole:
            info = np.iinfo(dtype)
            ends = np.array([info.min, info.max], dtype)
            yield given(f"Max ends {name}", "Max", [ends, ends[::-1].copy()], np.full(2, info.max, dtype))
            yield given(f"Less ends {name}", "Less", [ends, ends[::-1].copy()], np.array([True, False]))
            yield given(f"Mod {name}", "Mod", [ends, np.array([3, 3], dtype)], np.mod(ends, np.array([3, 3], dtype)))
            yield given(f"Mod fmod {name}", "Mod", [ends, np.array([3, 3], dtype)], np.fmod(ends, np.array([3, 3], dtype)), fmod=1)
            for direction, f in dict(LEFT=np.left_shift, RIGHT=np.right_shift).items():
                by = np.array([1, info.bits - 1], dtype)
                yield given(f"BitShift {direction} {name}", "BitShift", [ends, by], f(ends, by), opset=28, direction=direction)
            past = np.array([-1 if info.min < 0 else 0, 0], dtype)
            by = np.array([info.bits, info.bits], dtype)
            yield given(f"BitShift past {name}", "BitShift", [ends, by], past, opset=28, direction="RIGHT")
            for op, f in dict(BitwiseAnd=np.bitwise_and, BitwiseOr=np.bitwise_or, BitwiseXor=np.bitwise_xor).items():
                yield given(f"{op} {name}", op, [ends, b], f(ends, b))
    a, b = np.array([-7, 7, -0.0, 0.0, 3, -3, inf, 2]), np.array([3, -3, 2, -2, inf, inf, 2, 0])
    with np.errstate(all="ignore"):
        for dtype in FLOATS:
            name = np.dtype(dtype).name
            x, y = a.astype(dtype), b.astype(dtype)
            yield given(f"Mod floor {name}", "Mod", [x, y], np.mod(wide(x), wide(y)).astype(dtype), opset=28)
            yield given(f"Mod trunc {name}", "Mod", [x, y], np.fmod(wide(x), wide(y)).astype(dtype), fmod=1)
    yield given("Min propagates NaN", "Min", [np.array([nan, 1], np.float32), np.array([1, nan], np.float32)], np.full(2, nan, np.float32))
    yield given("Mean float16", "Mean", [np.array([60000, 1], np.float16)] * 3, np.array([60000, 1], np.float16))
    yield given("Sum one", "Sum", [np.array([1, 2], np.float32)], np.array([1, 2], np.float32))
    yield given("Sum bfloat16", "Sum", [np.array([256], bf16)] + [np.array([0.75], bf16)] * 3, np.array([258], bf16))
    left, right = np.array([["a"], ["b"]], object), np.array(["a", "c"], object)
    yield given("Equal strings", "Equal", [left, right], left == right)
    yield given("Where strings", "Where", [np.array([True, False]), left, right], np.array([["a", "c"], ["b", "c"]], object))


def powers():
    for base, exponent in ((np.float32, np.int64), (np.int32, np.float32), (np.int64, np.int32), (np.float16, np.float32), (np.float64, np.uint8)):
        a, b = np.array([1, 2, 3], base), np.array([2, 3, 4], exponent)
        yield given(f"Pow {a.dtype} {b.dtype}", "Pow", [a, b], np.power(wide(a), wide(b)).astype(base))
    yield given("Pow to the half", "Pow", [np.array([4, 9], np.int32), np.array(0.5, np.float32)], np.array([2, 3], np.int32))
    yield given("Pow bfloat16", "Pow", [np.array([3, 2], bf16), np.array([2, 0.5], bf16)], np.array([9, 2**0.5], bf16))


def clips():
    x = np.array([-3, 0, 3])
    for dtype in FLOATS + INTS[2:]:
        if np.dtype(dtype).kind == "u":
            continue
        low, high = np.array(-1, dtype), np.array(2, dtype)
        yield given(f"Clip {np.dtype(dtype).name}", "Clip", [x.astype(dtype), low, high], np.clip(x, -1, 2).astype(dtype))
    node = helper.make_node("Clip", ["x", "", "high"], ["y"])
    yield Case("Clip above", node, [x.astype(np.float32), None, np.array(1, np.float32)], 13, oracle="given", outputs=[np.minimum(x, 1).astype(np.float32)])
    yield given("Clip-6", "Clip", [x.astype(np.float32)], np.clip(x, -1, 2).astype(np.float32), opset=6, min=-1.0, max=2.0)
    yield given("Clip-6 below", "Clip", [x.astype(np.float32)], np.maximum(x, 1).astype(np.float32), opset=6, min=1.0)
    yield given("Clip low above high", "Clip", [x.astype(np.float32), np.array(2, np.float32), np.array(1, np.float32)], np.ones(3, np.float32))


def old():
    a, b = np.arange(24, dtype=np.float32).reshape(2, 3, 4), np.array([1, 2, 3], np.float32)
    yield given("Add-6 axis", "Add", [a, b], a + b[:, None], opset=6, broadcast=1, axis=1)
    yield given("Mul-1 suffix", "Mul", [a, a[0]], a * a[0], opset=1, broadcast=1)
    yield given("Sub-6 same", "Sub", [a, a], a - a, opset=6)
    yield given("Less-1 axis", "Less", [a, b], a < b[:, None], opset=6, broadcast=1, axis=1)
    yield given("And-1 axis", "And", [a > 3, b > 1], (a > 3) & (b > 1)[:, None], opset=6, broadcast=1, axis=1)
    yield given("Pow-1 scalar", "Pow", [a, np.array([2], np.float32)], a * a, opset=6, broadcast=1)


def cases():
    for family in (unary, arithmetic, powers, clips, old):
        yield from family()
