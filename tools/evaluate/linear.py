"""Matrix products: dtypes, broadcasting, Gemm's transposes and C in every version, Einsum's notations, quantized products."""
import ml_dtypes
import numpy as np
from onnx import helper
from record_evaluate import Case

rng = np.random.default_rng(1)


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).astype(dtype)


def ints(*shape, dtype=np.int32, low=0, high=9):
    return rng.integers(low, high, size=shape).astype(dtype)


def row(name, op, inputs, opset=22, oracle="reference", outputs=None, tolerance=0, **attributes):
    names = [f"x{i}" if x is not None else "" for i, x in enumerate(inputs)]
    return Case(name, helper.make_node(op, names, ["y"], **attributes), inputs, opset, oracle=oracle, outputs=outputs, tolerance=tolerance)


def matmul():
    for dtype in (np.float64, np.int64, np.uint32, np.uint64):
        yield row(f"MatMul {np.dtype(dtype)}", "MatMul", [ints(2, 3, dtype=dtype), ints(3, 2, dtype=dtype)])
    for dtype in (np.float16, ml_dtypes.bfloat16):
        a, b = floats(3, 4, dtype=dtype), floats(4, 2, dtype=dtype)
        yield row(f"MatMul {np.dtype(dtype)}", "MatMul", [a, b], oracle="given", outputs=[(a.astype(np.float32) @ b.astype(np.float32)).astype(dtype)])
    for left, right in (((3,), (3,)), ((3,), (2, 3, 2)), ((2, 2, 3), (3,)), ((2, 1, 2, 3), (4, 3, 2)), ((0, 3), (3, 2)), ((2, 0), (0, 2))):
        yield row(f"MatMul {left} {right}", "MatMul", [floats(*left), floats(*right)])
    big = np.array([[2**31 - 1]], np.int32)
    yield row("MatMul int32 wraps", "MatMul", [big, big], oracle="given", outputs=[np.array([[1]], np.int32)])


def gemm():
    a, b = floats(2, 3), floats(3, 4)
    for shape in ((4,), (2, 1), (1, 4), (1, 1), ()):
        yield row(f"Gemm C {shape}", "Gemm", [a, b, floats(*shape)], 13, alpha=0.5, beta=2.0)
    yield row("Gemm transposed", "Gemm", [floats(3, 2), floats(4, 3), None], 13, transA=1, transB=1)
    yield row("Gemm beta=0", "Gemm", [a, b, np.full((4,), np.nan, np.float32)], 13, beta=0.0)
    yield row("Gemm float64", "Gemm", [floats(2, 3, dtype=np.float64), floats(3, 1, dtype=np.float64), floats(1, dtype=np.float64)], 13)
    yield row("Gemm int32", "Gemm", [ints(2, 3), ints(3, 2), ints(2)], 13)
    f16 = [floats(2, 3, dtype=np.float16), floats(3, 2, dtype=np.float16), floats(2, dtype=np.float16)]
    wide = [x.astype(np.float32) for x in f16]
    yield row("Gemm float16", "Gemm", f16, 13, oracle="given", outputs=[(wide[0] @ wide[1] + wide[2]).astype(np.float16)])
    c, whole = floats(4), floats(2, 4)
    for opset in (1, 6):
        yield row(f"Gemm-{opset} broadcast=1", "Gemm", [a, b, c], opset, oracle="given", outputs=[a @ b + c], broadcast=1)
        yield row(f"Gemm-{opset}", "Gemm", [a, b, whole], opset, oracle="given", outputs=[a @ b + 2 * whole], beta=2.0)
    yield row("Gemm-7", "Gemm", [a, b, c], 7)


def einsum():
    x, y, z = floats(2, 3), floats(3, 4), floats(4, 2)
    for equation, inputs in (
        ("ij,jk->ik", [x, y]), ("ij,jk", [x, y]), ("ij,jk,kl->il", [x, y, z]), ("ij->ji", [x]), ("ij->", [x]), ("ij->j", [x]), ("ba", [x]),
        ("ii->i", [floats(3, 3)]), ("ii", [floats(3, 3)]), ("iij->ij", [floats(2, 2, 3)]), ("...ii->...i", [floats(2, 3, 3)]),
        ("...ij,...jk->...ik", [floats(2, 1, 2, 3), floats(3, 3, 2)]), ("bij,bjk->bik", [floats(2, 2, 3), floats(2, 3, 2)]),
        ("i,j->ij", [floats(2), floats(3)]), ("i,i->", [floats(3), floats(3)]), ("i,i,i->i", [floats(3), floats(3), floats(3)]),
        ("ij,kl->k", [x, y]), ("b...,b...->...", [floats(2, 3, 2), floats(2, 3, 2)]), (" i j , j -> i ", [x, floats(3)]),
        ("bhqd,bhkd->bhqk", [floats(1, 2, 2, 3), floats(1, 2, 3, 3)]), ("i...->...", [floats(2, 3)]), ("...,...", [floats(2, 3), floats(3)]),
        ("ij,jk->ik", [floats(0, 3), y]), ("ij,jk->ik", [floats(2, 0), floats(0, 2)]), ("aB->Ba", [x]),
    ):
        yield row(f"Einsum {equation} {[i.shape for i in inputs]}", "Einsum", inputs, 12, oracle="given", outputs=[np.asarray(np.einsum(equation.replace(" ", ""), *inputs))], equation=equation)
    for dtype in (np.int8, np.uint8, np.int32, np.int64, np.uint64, np.float64):
        a, b = ints(2, 3, dtype=dtype), ints(3, 2, dtype=dtype)
        yield row(f"Einsum {np.dtype(dtype)}", "Einsum", [a, b], 12, oracle="given", outputs=[np.einsum("ij,jk->ki", a, b)], equation="ij,jk->ki")
    for dtype in (np.float16, ml_dtypes.bfloat16):
        a, b = floats(2, 3, dtype=dtype), floats(3, 2, dtype=dtype)
        yield row(f"Einsum {np.dtype(dtype)}", "Einsum", [a, b], 28, oracle="given", outputs=[(a.astype(np.float32) @ b.astype(np.float32)).astype(dtype)], equation="ij,jk->ik")


def det():
    for shape in ((2, 2), (3, 3), (2, 3, 3), (0, 2, 2)):
        x = floats(*shape)
        yield row(f"Det {shape}", "Det", [x], 22, oracle="given", outputs=[np.asarray(np.linalg.det(x), np.float32)])
    x = floats(3, 3, dtype=np.float64)
    yield row("Det float64", "Det", [x], 11, oracle="given", outputs=[np.asarray(np.linalg.det(x))])


def quantized():
    a, b = ints(2, 3, dtype=np.uint8, high=255), ints(3, 4, dtype=np.uint8, high=255)
    yield row("MatMulInteger", "MatMulInteger", [a, b], 10)
    yield row("MatMulInteger zero points", "MatMulInteger", [a, b, np.array(7, np.uint8), np.array([200], np.uint8)], 10)
    rows, columns = np.array([3, 250], np.uint8), np.array([0, 7, 128, 255], np.uint8)
    wide = (a.astype(np.int32) - rows[:, None].astype(np.int32)) @ (b.astype(np.int32) - columns.astype(np.int32))
    yield row("MatMulInteger per row and column", "MatMulInteger", [a, b, rows, columns], 10, oracle="given", outputs=[wide])
    signed = ints(2, 3, 4, dtype=np.int8, low=-128, high=127)
    yield row("MatMulInteger int8 batches", "MatMulInteger", [ints(2, 3, dtype=np.int8, low=-128, high=127), signed, np.array(-5, np.int8), np.array(4, np.int8)], 10)
    f = lambda *v: np.array(v if len(v) > 1 else v[0], np.float32)
    yield row("QLinearMatMul uint8", "QLinearMatMul", [a, f(0.02), np.array(113, np.uint8), b, f(0.01), np.array(118, np.uint8), f(0.03), np.array(100, np.uint8)], 10, oracle="onnxruntime")
    s8 = [ints(2, 3, dtype=np.int8, low=-128, high=127), ints(3, 4, dtype=np.int8, low=-128, high=127)]
    yield row("QLinearMatMul int8 per column", "QLinearMatMul", [s8[0], f(0.1), np.array(-3, np.int8), s8[1], f(0.1, 0.2, 0.3, 0.4), np.zeros(4, np.int8), f(1.5), np.array(7, np.int8)], 10, oracle="onnxruntime")


def cases():
    for family in (matmul, gemm, einsum, det, quantized):
        yield from family()
