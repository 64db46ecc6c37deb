"""Reductions and ops along an axis: axes as attribute and input, no axes, empty sets, integers, and softmax's flattening before opset 13."""
import ml_dtypes
import numpy as np
from onnx import helper
from record_evaluate import Case

x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)
positive = np.abs(x) + np.float32(0.1)
inf, nan = float("inf"), float("nan")


def i64(*values):
    return np.array(values, dtype=np.int64)


def node(op, n=1, **attributes):
    return helper.make_node(op, [f"x{i}" for i in range(n)], ["y"], **attributes)


def given(name, made, inputs, opset, output, tolerance=0):
    return Case(name, made, inputs, opset, oracle="given", outputs=[output], tolerance=tolerance)


FORMULAS = {
    "ReduceSum": np.sum, "ReduceMean": np.mean, "ReduceProd": np.prod, "ReduceMax": np.max, "ReduceMin": np.min,
    "ReduceSumSquare": lambda v, **k: np.sum(v * v, **k), "ReduceL1": lambda v, **k: np.sum(np.abs(v), **k),
    "ReduceL2": lambda v, **k: np.sqrt(np.sum(v * v, **k)), "ReduceLogSum": lambda v, **k: np.log(np.sum(v, **k)),
    "ReduceLogSumExp": lambda v, **k: np.log(np.sum(np.exp(v), **k)),
}
NOTHING = {"ReduceSum": 0, "ReduceMean": nan, "ReduceProd": 1, "ReduceMax": -inf, "ReduceMin": inf, "ReduceSumSquare": 0, "ReduceL1": 0, "ReduceL2": 0,
           "ReduceLogSum": -inf, "ReduceLogSumExp": -inf}


def input_axes(op):
    return 13 if op == "ReduceSum" else 18


def reductions():
    for op, f in FORMULAS.items():
        wide = positive.astype(np.float64)
        yield given(f"{op}-1 attribute", node(op, axes=[0, 2]), [positive], 1, f(wide, axis=(0, 2), keepdims=True).astype(np.float32))
        yield given(f"{op}-11 all", node(op, keepdims=0), [positive], 11, np.array(f(wide), np.float32))
        yield given(f"{op} negative axis", node(op, 2, keepdims=0), [wide, i64(-2)], input_axes(op), f(wide, axis=-2))
        yield given(f"{op} no axes, noop", node(op, 2, noop_with_empty_axes=1), [positive, i64()], input_axes(op), f(wide[..., None], axis=-1).astype(np.float32))
        yield given(f"{op} no axes", node(op, 1, noop_with_empty_axes=0), [wide], input_axes(op), f(wide, keepdims=True))
        yield given(f"{op} scalar", node(op), [np.array(2.5, np.float32)], input_axes(op), np.array(f(np.float64([2.5])), np.float32))
        half = positive.astype(np.float16)
        yield given(f"{op} f16", node(op, 2), [half, i64(1)], input_axes(op), f(half.astype(np.float64), axis=1, keepdims=True).astype(np.float16))
        brain = positive.astype(ml_dtypes.bfloat16)
        yield given(f"{op} bf16", node(op, 2), [brain, i64(1)], input_axes(op), f(brain.astype(np.float64), axis=1, keepdims=True).astype(ml_dtypes.bfloat16))
        empty = np.zeros((2, 0, 3), np.float32)
        yield given(f"{op} of nothing", node(op, 2, keepdims=0), [empty, i64(1)], 20, np.full((2, 3), NOTHING[op], np.float32))
        yield given(f"{op} to nothing", node(op, 2), [empty, i64(0)], 20, np.zeros((1, 0, 3), np.float32))


def integers():
    v = np.array([[3, -4, 12], [-7, 2, 2]], np.int32)
    for op, f in FORMULAS.items():
        if op in ("ReduceLogSum", "ReduceLogSumExp"):
            continue
        for dtype in (np.int32, np.int64):
            yield given(f"{op} {np.dtype(dtype).name}", node(op, 2), [v.astype(dtype), i64(1)], 20, np.trunc(f(v.astype(np.float64), axis=1, keepdims=True)).astype(dtype))
    big = np.array([2**63 + 4, 1, 2**63 + 5], np.uint64)
    for op, f in (("ReduceMax", np.max), ("ReduceMin", np.min), ("ReduceSum", np.sum)):
        yield given(f"{op} uint64", node(op), [big], 20, f(big, keepdims=True))
        yield given(f"{op} uint32 wraps", node(op), [np.array([2**32 - 1, 3], np.uint32)], 20, f(np.array([2**32 - 1, 3], np.uint32), keepdims=True, **({"dtype": np.uint32} if op == "ReduceSum" else {})))
    for op, f in (("ReduceMax", np.max), ("ReduceMin", np.min)):
        for dtype in (np.int8, np.uint8):
            small = np.array([[1, 200, 3], [100, 5, 6]]).astype(dtype)
            yield given(f"{op} {np.dtype(dtype).name}", node(op, 2), [small, i64(0)], 20, f(small, axis=0, keepdims=True))
            yield given(f"{op} {np.dtype(dtype).name} of nothing", node(op, 2), [small[:0], i64(0)], 20,
                        np.full((1, 3), np.iinfo(dtype).min if op == "ReduceMax" else np.iinfo(dtype).max, dtype))
        truths = np.array([[True, False], [True, True]])
        yield given(f"{op} bool", node(op, 2), [truths, i64(0)], 20, f(truths, axis=0, keepdims=True))
        yield given(f"{op} bool of nothing", node(op, 2), [truths[:0], i64(0)], 20, np.full((1, 2), op == "ReduceMin"))
        yield given(f"{op} NaN", node(op), [np.float32([1, nan, 2])], 13, np.float32([nan]))


def extremes():
    for values in ([1000, 1001], [-1000, -1001], [inf, 1], [-inf, -inf], [-inf, 2], [nan, 1]):
        v = np.float32(values)
        yield given(f"ReduceLogSumExp of {values}", node("ReduceLogSumExp"), [v], 18, np.logaddexp(v[:1], v[1:]).astype(np.float32))
    yield given("ReduceL2 f16 beyond its range", node("ReduceL2"), [np.full(9, 300, np.float16)], 18, np.array([900], np.float16))


def softmaxes():
    for op in ("Softmax", "LogSoftmax", "Hardmax"):
        yield given(f"{op}-1 axis=1", node(op, axis=1), [x], 1, flattened(op, x, 1))
        yield given(f"{op}-1 default", node(op), [x], 1, flattened(op, x, 1))
        for opset, axis in ((11, 0), (11, 2), (11, -2), (13, 1), (13, -1)):
            yield Case(f"{op}-{opset} axis={axis}", node(op, axis=axis), [x], opset, oracle="onnxruntime")
        yield given(f"{op} default", node(op), [x], 13, flattened(op, x, 2))
        for dtype in (np.float64, np.float16, ml_dtypes.bfloat16):
            v = x.astype(dtype)
            yield given(f"{op} {np.dtype(dtype).name}", node(op), [v], 13, flattened(op, v.astype(np.float64), 2).astype(dtype))
        yield given(f"{op} of nothing", node(op, axis=0), [np.zeros((0, 2), np.float32)], 13, np.zeros((0, 2), np.float32))
        yield given(f"{op} far apart", node(op), [np.float32([1e4, 0, -1e4])], 13, {"LogSoftmax": np.float32([0, -1e4, -2e4])}.get(op, np.float32([1, 0, 0])))
    yield given("Hardmax ties", node("Hardmax", axis=0), [np.float32([[1, 2], [1, 2]])], 13, np.float32([[1, 1], [0, 0]]))


def flattened(op, v, axis):
    flat = v.reshape(int(np.prod(v.shape[:axis])), -1)
    e = np.exp(flat - flat.max(1, keepdims=True))
    y = {"Softmax": e / e.sum(1, keepdims=True), "LogSoftmax": np.log(e / e.sum(1, keepdims=True)),
         "Hardmax": (np.arange(flat.shape[1]) == flat.argmax(1)[:, None]).astype(v.dtype)}[op]
    return y.reshape(v.shape)


def running():
    v = np.float32([[1, 2, 3], [4, -5, 6]])
    for op in ("CumSum", "CumProd"):
        for exclusive in (0, 1):
            for reverse in (0, 1):
                yield Case(f"{op} exclusive={exclusive} reverse={reverse}", node(op, 2, exclusive=exclusive, reverse=reverse), [v, np.array(-1, np.int64)], 26)
        for dtype in (np.float64, np.int32, np.int64, np.uint32, np.float16, ml_dtypes.bfloat16):
            w = np.abs(v).astype(dtype)
            f = np.cumsum if op == "CumSum" else np.cumprod
            yield given(f"{op} {np.dtype(dtype).name}", node(op, 2), [w, np.array(0, np.int32)], 26, f(np.abs(v), axis=0).astype(dtype))
        yield given(f"{op} of nothing", node(op, 2, exclusive=1), [v[:0], np.array(0, np.int64)], 26, v[:0])
    yield Case("CumSum-11", node("CumSum", 2), [v.astype(np.float64), np.array(1, np.int32)], 11)


def norms():
    v = np.float32([[3, 4], [0, 0]])
    for opset in (1, 22):
        for p in (1, 2):
            n = np.linalg.norm(v, p, axis=-1, keepdims=True)
            yield given(f"LpNormalization-{opset} p={p}", node("LpNormalization", p=p), [v], opset, np.where(n == 0, 0, v / np.where(n == 0, 1, n)).astype(np.float32))
    w = np.float64([[3, -1], [4, 2]])
    yield given("LpNormalization axis=0", node("LpNormalization", axis=0), [w], 22, w / np.linalg.norm(w, axis=0))
    h = np.array([300, 400], np.float16)
    yield given("LpNormalization f16", node("LpNormalization"), [h], 22, np.array([0.6, 0.8], np.float16))


def cases():
    with np.errstate(all="ignore"):
        for part in (reductions, integers, extremes, softmaxes, running, norms):
            yield from part()
