"""Gathers and scatters, and what finds places: reductions, ties, NaN, strings, negative indices, nothing at all."""
import ml_dtypes
import numpy as np
from onnx import helper
from record_evaluate import Case

x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
texts = np.array([["a", "bc", ""], ["d", "é", "f"]], dtype=object)
nan = float("nan")


def i64(values):
    return np.array(values, dtype=np.int64)


def node(op, n=2, outputs=("y",), **attributes):
    return helper.make_node(op, [f"x{i}" for i in range(n)], list(outputs), **attributes)


def given(name, made, inputs, opset, *outputs):
    return Case(name, made, inputs, opset, oracle="given", outputs=list(outputs))


def gathers():
    yield Case("Gather negative axis and indices", node("Gather", axis=-1), [x, i64([[0, -1], [-4, 2]])], 13)
    yield Case("Gather scalar index", node("Gather", axis=1), [x.astype(np.float16), np.array(2, np.int32)], 13)
    yield given("Gather strings", node("Gather", axis=1), [texts, i64([2, -3])], 13, texts[:, [2, 0]])
    yield given("Gather nothing", node("Gather"), [x, i64([])], 13, x[:0])
    yield Case("GatherElements negative", node("GatherElements", axis=1), [x, i64([[[0, -1, 2, 1]], [[1, 1, -3, 0]]])], 13, oracle="onnxruntime")
    yield given("GatherElements strings", node("GatherElements", axis=1), [texts, i64([[2], [0]])], 13, np.array([[""], ["d"]], dtype=object))
    yield Case("GatherND", node("GatherND"), [x, i64([[[0, 1]], [[1, 2]]])], 13)
    yield Case("GatherND batch_dims", node("GatherND", batch_dims=1), [x, i64([[[0, 1], [2, 3]], [[1, 0], [-1, -1]]])], 13, oracle="onnxruntime")
    yield Case("GatherND batch_dims=2", node("GatherND", batch_dims=2), [x, i64([[[3], [2], [1]], [[0], [1], [2]]])], 13, oracle="onnxruntime")
    yield given("GatherND strings", node("GatherND"), [texts, i64([[1, 1], [0, 0]])], 13, np.array(["é", "a"], dtype=object))


def scatters():
    base, index, new = np.float32([[1, 2, 3], [4, 5, 6]]), i64([[0, 1, -1], [1, 0, 1]]), np.float32([[10, 20, 30], [40, -50, 60]])
    yield Case("Scatter-9", node("Scatter", 3, axis=0), [base, index[:, :2], new[:, :2]], 9, oracle="onnxruntime")
    for opset, reduction in ((11, None), (16, "add"), (16, "mul"), (18, "min"), (18, "max")):
        attributes = {"reduction": reduction} if reduction else {}
        indices = index if reduction else i64([[0, 1, 0]])
        updates = new if reduction else new[:1]
        yield Case(f"ScatterElements-{opset} {reduction}", node("ScatterElements", 3, axis=0, **attributes), [base, indices, updates], opset, oracle="onnxruntime")
        rows = 3 if reduction else 2
        for dtype in (np.int32, np.float16, np.float64):
            inputs = [base.astype(dtype), i64([[1], [0], [1]])[:rows], np.array([[7, 8, 9], [-1, 0, 2], [3, 3, 3]], dtype)[:rows]]
            yield Case(f"ScatterND-{opset} {reduction} {np.dtype(dtype).name}", node("ScatterND", 3, **attributes), inputs, opset)
    yield Case("ScatterElements axis=-1", node("ScatterElements", 3, axis=-1, reduction="add"), [base, i64([[0, 0, -1], [-3, 2, 2]]), new], 18, oracle="onnxruntime")
    yield Case("ScatterElements nan", node("ScatterElements", 3, reduction="max"), [np.float32([1, nan, 3]), i64([0, 1, 2]), np.float32([nan, 2, 1])], 18,
               oracle="given", outputs=[np.float32([nan, nan, 3])])
    yield given("ScatterElements strings", node("ScatterElements", 3, axis=1), [texts, i64([[2], [0]]), np.array([["X"], ["Y"]], dtype=object)], 18,
                np.array([["a", "bc", "X"], ["Y", "é", "f"]], dtype=object))
    yield given("ScatterND strings", node("ScatterND", 3), [texts, i64([[1]]), np.array([["p", "q", "r"]], dtype=object)], 18,
                np.array([["a", "bc", ""], ["p", "q", "r"]], dtype=object))
    yield given("ScatterND uint64 max", node("ScatterND", 3, reduction="max"), [np.array([2**63 + 5, 1], np.uint64), i64([[0], [1]]), np.array([7, 2**64 - 1], np.uint64)],
                18, np.array([2**63 + 5, 2**64 - 1], np.uint64))
    cache = np.zeros((2, 4, 2), np.float16)
    update = np.arange(1, 13, dtype=np.float16).reshape(2, 3, 2)
    yield Case("TensorScatter", node("TensorScatter", 2), [cache, update], 24)
    yield Case("TensorScatter circular", node("TensorScatter", 3, mode="circular", axis=1), [cache, update, i64([3, 1])], 24)
    yield given("TensorScatter strings", node("TensorScatter", 2, axis=1), [texts, np.array([["X"], ["Y"]], dtype=object)], 24,
                np.array([["X", "bc", ""], ["Y", "é", "f"]], dtype=object))


def places():
    hot = [i64([[1, -1], [5, -4]]), np.array(3, np.int64)]
    # Out of [-depth, depth) there is no on; ONNX's reference implementation agrees.
    for axis in (-1, 0, 1):
        yield Case(f"OneHot axis={axis}", node("OneHot", 3, axis=axis), [*hot, np.float32([0, 7])], 11)
    yield given("OneHot float indices", node("OneHot", 3), [np.float32([1, 0]), np.float32([2]), np.array([-1, 1], np.int32)], 11, np.array([[-1, 1], [1, -1]], np.int32))
    yield given("OneHot strings", node("OneHot", 3), [i64([1]), np.array(2, np.int64), np.array(["off", "on"], dtype=object)], 11,
                np.array([["off", "on"]], dtype=object))
    yield Case("NonZero f32", node("NonZero", 1), [np.float32([[0, nan, -0.0], [3, 0, 1]])], 13)
    yield given("NonZero complex", node("NonZero", 1), [np.complex64([0, 1j, 2])], 13, i64([[1, 2]]))
    yield given("NonZero strings", node("NonZero", 1), [texts], 13, i64([[0, 0, 1, 1, 1], [0, 1, 0, 1, 2]]))
    yield given("NonZero scalar", node("NonZero", 1), [np.array(3, np.int64)], 13, np.zeros((0, 1), np.int64))
    yield given("NonZero nothing", node("NonZero", 1), [np.zeros((2, 2), bool)], 13, np.zeros((2, 0), np.int64))
    yield Case("Compress", node("Compress", axis=-2), [x, np.array([False, True, True])], 11)
    yield Case("Compress flat, short condition", node("Compress"), [x, np.array([False, True, False, True])], 11)
    yield given("Compress strings", node("Compress", axis=1), [texts, np.array([True, False, True])], 11, texts[:, [0, 2]])
    yield given("Where strings", node("Where", 3), [np.array([[True], [False]]), texts, np.array("z", dtype=object)], 16, np.where([[True], [False]], texts, "z"))
    for dtype in (np.int64, np.float64, np.uint8, ml_dtypes.bfloat16):
        yield Case(f"Where {np.dtype(dtype).name}", node("Where", 3), [np.array([True, False]), np.array([[1], [2]], dtype), np.array([3, 4], dtype)], 16)


def uniques():
    all_of = "yifc"
    flat = np.float32([2, 1, 1, 3, 4, 3, -0.5])
    for s in (0, 1):
        yield Case(f"Unique sorted={s}", node("Unique", 1, all_of, sorted=s), [flat], 11)
        yield given(f"Unique strings sorted={s}", node("Unique", 1, all_of, sorted=s), [np.array(["b", "a", "b"], dtype=object)], 11,
                    *([np.array(["b", "a"], dtype=object), i64([0, 1]), i64([0, 1, 0]), i64([2, 1])] if s == 0 else
                      [np.array(["a", "b"], dtype=object), i64([1, 0]), i64([1, 0, 1]), i64([1, 2])]))
    rows = np.array([[1, 0, 0], [1, 0, 0], [0, 3, 4]], np.int64)
    yield Case("Unique axis=0", node("Unique", 1, all_of, axis=0), [rows], 11)
    yield Case("Unique axis=-1", node("Unique", 1, all_of, axis=-1), [rows], 11)
    yield given("Unique axis=1 unsorted", node("Unique", 1, all_of, axis=1, sorted=0), [rows[:, [2, 1, 2]]], 11, rows[:, [2, 1]], i64([0, 1]), i64([0, 1, 0]), i64([2, 1]))
    yield given("Unique exact int64", node("Unique", 1, "yi"), [i64([2**53 + 1, 2**53, 2**53 + 1])], 11, i64([2**53, 2**53 + 1]), i64([1, 0]))
    yield Case("Unique NaN", node("Unique", 1, all_of), [np.float64([nan, 1, nan])], 11)
    yield given("Unique complex", node("Unique", 1, all_of), [np.complex64([2j, 1, 1j, 2j])], 11, np.complex64([1j, 2j, 1]), i64([2, 0, 1]), i64([1, 2, 0, 1]), i64([1, 2, 1]))
    yield given("Unique nothing", node("Unique", 1, all_of), [np.zeros(0, np.float32)], 11, np.zeros(0, np.float32), i64([]), i64([]), i64([]))


def extrema():
    v = np.float32([[3, 1, 3, 2], [-1, -1, 5, -1]])
    yield Case("TopK-1 attribute", node("TopK", 1, "vi", k=2), [v], 1, oracle="given", outputs=[np.float32([[3, 3], [5, -1]]), i64([[0, 2], [2, 0]])])
    yield Case("TopK-10 input", node("TopK", 2, "vi"), [v, i64([3])], 10, oracle="onnxruntime")
    yield Case("TopK-11 smallest, axis 0", node("TopK", 2, "vi", axis=0, largest=0), [v, i64([1])], 11, oracle="onnxruntime")
    yield Case("TopK-11 smallest ties", node("TopK", 2, "vi", largest=0), [v, i64([3])], 11, oracle="onnxruntime")
    for dtype in (np.float64, np.float16, np.int64, np.uint8, ml_dtypes.bfloat16):
        yield given(f"TopK {np.dtype(dtype).name}", node("TopK", 2, "vi"), [np.array([4, 9, 9, 1], dtype), i64([2])], 24, np.array([9, 9], dtype), i64([1, 2]))
    yield given("TopK uint64", node("TopK", 2, "vi"), [np.array([1, 2**64 - 1, 2**63], np.uint64), i64([2])], 24, np.array([2**64 - 1, 2**63], np.uint64), i64([1, 2]))
    yield given("TopK none", node("TopK", 2, "vi"), [v, i64([0])], 24, v[:, :0], i64(np.zeros((2, 0))))
    for op in ("ArgMax", "ArgMin"):
        yield Case(f"{op}-1", node(op, 1, axis=1), [v], 1, oracle="given", outputs=[(v.argmax(1) if op == "ArgMax" else v.argmin(1))[:, None]])
        yield Case(f"{op} default axis, no keepdims", node(op, 1, keepdims=0), [v.astype(np.float64)], 11, oracle="onnxruntime")
        yield Case(f"{op} last index", node(op, 1, axis=-1, select_last_index=1), [v], 12, oracle="onnxruntime")
        yield Case(f"{op} f16", node(op, 1, axis=0, keepdims=0), [v.astype(np.float16)], 13)
        yield given(f"{op} uint64", node(op, 1), [np.array([5, 2**63 + 1, 2], np.uint64)], 13, i64([1 if op == "ArgMax" else 2]))


def suppression():
    boxes = np.float32([[[0, 0, 1, 1], [0, 0.1, 1, 1.1], [1, -0.1, 0, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1], [0, 100, 1, 101]]] * 2)
    scores = np.float32([[[0.9, 0.75, 0.6, 0.95, 0.5, 0.3], [0.1, 0.2, 0.2, 0.1, 0.05, 0]]] * 2)
    limits = [i64([2]), np.float32([0.5]), np.float32([0.05])]
    yield Case("NonMaxSuppression", node("NonMaxSuppression", 5), [boxes, scores, *limits], 10, oracle="onnxruntime")
    yield Case("NonMaxSuppression centered", node("NonMaxSuppression", 4, center_point_box=1), [boxes, scores, i64([6]), np.float32([0.3])], 11, oracle="onnxruntime")
    yield Case("NonMaxSuppression default", node("NonMaxSuppression", 2), [boxes, scores], 11, oracle="onnxruntime")


def cases():
    for part in (gathers, scatters, places, uniques, extrema, suppression):
        yield from part()
