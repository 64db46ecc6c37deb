"""Activations in all float dtypes: as ONNX's text writes them, computed in double by NumPy and SciPy and rounded once."""
import ml_dtypes
import numpy as np
from onnx import helper
from record_evaluate import Case
from scipy import special

FLOATS = (np.float32, np.float64, np.float16, ml_dtypes.bfloat16)
x = np.array([[-30.0, -2.5, -0.75], [-0.0, 0.25, 1.0], [3.0, 6.5, 40.0]])


def f32(value):
    return float(np.float32(value))


def softplus(v):
    return np.logaddexp(0, v)


def selu(v, alpha, gamma):
    return f32(gamma) * np.where(v > 0, v, f32(alpha) * np.expm1(v))


FORMULAS = [
    ("Relu", {}, lambda v: np.maximum(v, 0)),
    ("Sigmoid", {}, special.expit),
    ("Elu", {}, lambda v: np.where(v < 0, np.expm1(v), v)),
    ("Elu", dict(alpha=0.3), lambda v: np.where(v < 0, f32(0.3) * np.expm1(v), v)),
    ("Celu", dict(alpha=2.0), lambda v: np.maximum(v, 0) + np.minimum(2 * np.expm1(v / 2), 0)),
    ("Selu", {}, lambda v: selu(v, 1.67326319217681884765625, 1.05070102214813232421875)),
    ("Selu", dict(alpha=2.0, gamma=3.0), lambda v: selu(v, 2, 3)),
    ("LeakyRelu", {}, lambda v: np.where(v < 0, f32(0.01) * v, v)),
    ("ThresholdedRelu", dict(alpha=0.5), lambda v: np.where(v > 0.5, v, 0)),
    ("HardSigmoid", {}, lambda v: np.clip(f32(0.2) * v + 0.5, 0, 1)),
    ("HardSwish", {}, lambda v: v * np.clip(v / 6 + 0.5, 0, 1)),
    ("Softplus", {}, softplus),
    ("Softsign", {}, lambda v: v / (1 + np.abs(v))),
    ("Mish", {}, lambda v: v * np.tanh(softplus(v))),
    ("Gelu", {}, lambda v: v * special.ndtr(v)),
    ("Gelu", dict(approximate="tanh"), lambda v: 0.5 * v * (1 + np.tanh(np.sqrt(2 / np.pi) * (v + 0.044715 * v**3)))),
    ("Swish", dict(alpha=1.5), lambda v: v * special.expit(1.5 * v)),
    ("Shrink", dict(lambd=1.5, bias=0.5), lambda v: np.where(v < -1.5, v + 0.5, np.where(v > 1.5, v - 0.5, 0))),
]


def given(name, op, inputs, output, opset, **attributes):
    names = [f"x{i}" for i in range(len(inputs))]
    return Case(name, helper.make_node(op, names, ["y"], **attributes), inputs, opset, oracle="given", outputs=[output])


def cases():
    for dtype in FLOATS:
        name, data = np.dtype(dtype).name, x.astype(dtype)
        wide = data.astype(np.float64)
        for op, attributes, f in FORMULAS:
            if dtype == np.float32 or op != "Celu" and not (dtype == ml_dtypes.bfloat16 and op == "Shrink"):
                yield given(f"{op} {attributes or ''} {name}", op, [data], f(wide).astype(dtype), 24, **attributes)
        other = (x[::-1] / 4).astype(dtype)
        yield given(f"SwiGLU {name}", "SwiGLU", [data, other], (wide * special.expit(wide) * other.astype(np.float64)).astype(dtype), 28)
        slope = np.array([0.5, 0.25, 2.0], dtype)
        yield given(f"PRelu {name}", "PRelu", [data, slope], np.where(wide < 0, wide * slope.astype(np.float64), wide).astype(dtype), 16)
    for dtype in (np.int32, np.int64, np.int8):
        data = np.array([-3, 0, 4], dtype)
        if dtype != np.int8:
            yield given(f"PRelu {np.dtype(dtype).name}", "PRelu", [data, np.array([2], dtype)], np.array([-6, 0, 4], dtype), 16)
        yield given(f"Relu {np.dtype(dtype).name}", "Relu", [data], np.maximum(data, 0), 14)
        yield given(f"Shrink {np.dtype(dtype).name}", "Shrink", [data], np.array([-1, 0, 2], dtype), 9, lambd=1.5, bias=2.0)
    cube = np.arange(-6, 6, dtype=np.float32).reshape(1, 3, 4)
    slopes = np.array([0.5, 2, 3], np.float32)
    yield given("PRelu-7 per channel", "PRelu", [cube, slopes[:, None]], np.where(cube < 0, cube * slopes[:, None], cube), 7)
    yield given("Selu-1", "Selu", [x.astype(np.float32)], selu(x, 1.6732, 1.0507).astype(np.float32), 1)
    yield given("Relu scalar", "Relu", [np.array(-1.0, np.float32)], np.array(0.0, np.float32), 14)
    yield given("Mish empty", "Mish", [np.zeros((0, 2), np.float32)], np.zeros((0, 2), np.float32), 18)
