"""Constants, ranges, shapes, windows: ONNX's reference implementation, NumPy and SciPy."""
import ml_dtypes
import numpy as np
from onnx import TensorProto as T
from onnx import helper, numpy_helper
from record_evaluate import Case
from scipy.signal import windows


def given(name, op, inputs, output, opset=26, **attributes):
    names = [f"x{i}" for i in range(len(inputs))]
    return Case(name, helper.make_node(op, names, ["y"], **attributes), inputs, opset, oracle="given", outputs=[output])


def constants():
    bf16 = ml_dtypes.bfloat16
    for value in (np.array([1.5, -2], np.float32), np.array(7, np.int64), np.array([1, -8], ml_dtypes.int4), np.array([3, 0, 1], ml_dtypes.uint2),
                  np.array([0.5, -6], ml_dtypes.float4_e2m1fn), np.array([1.5], ml_dtypes.float8_e5m2), np.array([2.5], bf16), np.zeros((0, 3), np.float64),
                  np.array([1 + 2j], np.complex64), np.array([["a", "é"]], object)):
        yield given(f"Constant {value.dtype}{list(value.shape)}", "Constant", [], value, 25, value=numpy_helper.from_array(value))
    yield given("Constant int", "Constant", [], np.array(5), value_int=5)
    yield given("Constant ints", "Constant", [], np.array([5, -6]), value_ints=[5, -6])
    yield given("Constant float", "Constant", [], np.array(0.1, np.float32), value_float=0.1)
    yield given("Constant floats", "Constant", [], np.array([0.1, 2], np.float32), value_floats=[0.1, 2.0])
    yield given("Constant string", "Constant", [], np.array("a", object), value_string="a")
    yield given("Constant strings", "Constant", [], np.array(["a", ""], object), value_strings=["a", ""])
    values = numpy_helper.from_array(np.array([1.5, 2.5], np.float32), "v")
    linear = helper.make_sparse_tensor(values, numpy_helper.from_array(np.array([1, 5]), "i"), [2, 3])
    want = np.array([[0, 1.5, 0], [0, 0, 2.5]], np.float32)
    yield given("Constant sparse linear", "Constant", [], want, 13, sparse_value=linear)
    places = helper.make_sparse_tensor(values, numpy_helper.from_array(np.array([[0, 1], [1, 2]]), "i"), [2, 3])
    yield given("Constant sparse places", "Constant", [], want, 13, sparse_value=places)
    for value in (np.array([2.5], np.float16), np.array([-3], np.int8), np.array([True]), np.array([5], ml_dtypes.uint4)):
        made = np.full((2, 3), value[0], value.dtype)
        yield given(f"ConstantOfShape {value.dtype}", "ConstantOfShape", [np.array([2, 3])], made, 25, value=numpy_helper.from_array(value))
    yield given("ConstantOfShape default", "ConstantOfShape", [np.array([2])], np.zeros(2, np.float32), 9)
    yield given("ConstantOfShape scalar", "ConstantOfShape", [np.zeros(0, np.int64)], np.zeros((), np.float32), 9)
    yield given("ConstantOfShape empty", "ConstantOfShape", [np.array([0, 2])], np.zeros((0, 2), np.float32), 9)


def ranges():
    for dtype in (np.int16, np.int32, np.int64, np.float32, np.float64):
        for start, limit, delta in ((1, 8, 3), (8, 1, -3), (1, 1, 1), (5, 1, 1)):
            operands = [np.array(v, dtype) for v in (start, limit, delta)]
            yield given(f"Range {np.dtype(dtype).name} {start} {limit} {delta}", "Range", operands, np.arange(start, limit, delta).astype(dtype), 11)
    big = 2**60
    yield given("Range large", "Range", [np.array(big + 1), np.array(big + 6), np.array(2)], np.array([big + 1, big + 3, big + 5]), 11)
    for dtype in (np.float16, ml_dtypes.bfloat16):
        operands = [np.array(v, dtype) for v in (2040, 2060, 5)]
        start, limit = (float(v.astype(np.float32)) for v in operands[:2])
        yield given(f"Range {np.dtype(dtype).name}", "Range", operands, np.arange(start, limit, 5).astype(dtype), 27)
    yield given("Range fraction", "Range", [np.array(v, np.float64) for v in (0, 1, 0.3)], np.arange(0, 1, 0.3), 11)


def shapes():
    x = np.zeros((2, 3, 4), np.float32)
    for start, end in ((0, 3), (1, 3), (-1, 3), (-5, 9), (2, 1), (0, -1)):
        yield given(f"Shape {start}:{end}", "Shape", [x], np.array(x.shape)[slice(start, end)], 15, start=start, end=end)
    yield given("Shape-1", "Shape", [x], np.array([2, 3, 4]), 1)
    yield given("Shape scalar", "Shape", [np.array(1.0, np.float32)], np.zeros(0, np.int64), 15)
    yield given("Shape strings", "Shape", [np.array(["a", "b"], object)], np.array([2]), 15)
    yield given("Size", "Size", [x], np.array(24), 13)
    yield given("Size empty", "Size", [np.zeros((0, 2), np.float32)], np.array(0), 1)
    for k in (-1, 0, 2, 5):
        yield given(f"EyeLike {k}", "EyeLike", [np.zeros((2, 4), np.int32)], np.eye(2, 4, k, np.int32), 9, k=k)
    yield given("EyeLike float64", "EyeLike", [np.zeros((2, 2), np.int32)], np.eye(2), 9, dtype=T.DOUBLE)
    yield given("EyeLike bool", "EyeLike", [np.zeros((2, 2), np.bool_)], np.eye(2, dtype=np.bool_), 9)


def spectra():
    general = dict(Hann=[0.5, 0.5], Hamming=[25 / 46, 21 / 46], Blackman=[0.42, 0.5, 0.08])
    for op, terms in general.items():
        for size in (1, 7, 10):
            for periodic in (0, 1):
                want = windows.general_cosine(size, terms, sym=not periodic)
                yield given(f"{op} {size} {periodic}", f"{op}Window", [np.array(size, np.int32)], want.astype(np.float32), 17, periodic=periodic)
        yield given(f"{op} float64", f"{op}Window", [np.array(9)], windows.general_cosine(9, terms, sym=False), 17, output_datatype=T.DOUBLE)
    operands = [np.array(v) for v in (8, 16, 8192)] + [np.array(v, np.float32) for v in (0.0, 4096.0)]
    yield Case("MelWeightMatrix", helper.make_node("MelWeightMatrix", list("abcde"), ["y"]), operands, 17, oracle="onnxruntime")
    yield Case("MelWeightMatrix float64", helper.make_node("MelWeightMatrix", list("abcde"), ["y"], output_datatype=T.DOUBLE),
               [np.array(5), np.array(64), np.array(16000), np.array(100.0, np.float32), np.array(7000.0, np.float32)], 17, oracle="onnxruntime")


def cases():
    for family in (constants, ranges, shapes, spectra):
        yield from family()
