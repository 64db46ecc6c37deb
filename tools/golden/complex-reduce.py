# Complex tensors through sums, products, norms and tests.
near = dict(rtol=1e-4, atol=1e-5)
for op, *args in [("sum",), ("sum.dim_IntList", [-1], True), ("mean",), ("mean.dim", [0]), ("cumsum", -1), ("cumprod", -1), ("prod",), ("prod.dim_int", -1),
                  ("logcumsumexp", 1), ("trace",), ("var.correction",), ("std.correction", [1]), ("var_mean.correction", [0]), ("linalg_vector_norm",),
                  ("linalg_vector_norm", 1, [-1]), ("linalg_vector_norm", float("inf")), ("norm.Scalar",), ("linalg_norm",), ("dist", c64(3, 5)),
                  ("any",), ("all",), ("all.dim", -1), ("count_nonzero",), ("isnan",), ("isinf",), ("isfinite",), ("isclose", c64(3, 5)), ("logical_and", c64(3, 5))]:
    row(f"aten::{op}", c64(3, 5), *args, **near)
row("aten::prod.dim_int", c64(3, 0), 1)
row("aten::prod.dim_int", c64(3, 1), 1, True)
row("aten::cumprod", c64(), 0)
row("aten::sum", f32(3), dtype=torch.complex64)
row("aten::isnan", of("complex64", [complex(float("nan"), 0), complex(0, float("nan")), 1j]))
row("aten::isfinite", of("complex64", [complex(float("inf"), 0), complex(0, float("nan")), 1j]))
for op, *args in [("mm", c64(2, 3), c64(3, 4)), ("bmm", c64(2, 2, 3), c64(2, 3, 2)), ("matmul", c64(2, 2, 3), c64(3)), ("mv", c64(2, 3), c64(3)),
                  ("dot", c64(4), c64(4)), ("vdot", c64(4), c64(4)), ("outer", c64(2), c64(3)), ("addmm", c64(4), c64(2, 3), c64(3, 4)),
                  ("baddbmm", c64(2, 2), c64(2, 2, 3), c64(2, 3, 2)), ("addmv", c64(2), c64(2, 3), c64(3)), ("addbmm", c64(2, 2), c64(3, 2, 3), c64(3, 3, 2)),
                  ("addr", c64(2, 3), c64(2), c64(3)), ("linear", c64(2, 3), c64(4, 3), c64(4)), ("kron", c64(2, 2), c64(2)), ("linalg_cross", c64(2, 3), c64(2, 3)),
                  ("tensordot", c64(2, 3), c64(3, 2), [1], [0]), ("linalg_vecdot", c64(2, 3), c64(2, 3))]:
    row(f"aten::{op}", *args, **near)
row("aten::addmm", c64(2, 4), c64(2, 3), c64(3, 4), beta=2, alpha=1 + 1j, **near)
row("aten::einsum", "ij,jk->ik", [c64(2, 3), c64(3, 2)], **near)
row("aten::einsum", "i,ij,j->", [c64(2), c64(2, 3), c64(3)], **near)
row("aten::mm", c64(4, 3), c64(3, 2), dynamic={"self": [0]}, **near)
row("aten::conv_transpose2d.input", c64(1, 2, 3, 3), c64(2, 3, 2, 2), c64(3), **near)
row("aten::softmax.int", c64(2, 3), -1, torch.float32)
row("aten::linalg_matrix_power", c64(3, 3), 3, **near)
# Square roots and logarithms on the axes, where the branches meet.
for name in ["sqrt", "log", "angle", "abs", "asin", "acosh"]:
    row(f"aten::{name}", of("complex64", [4, -4, 2j, -2j, -1 + 1e-3j, 3 - 4j]), **near)
row("aten::sqrt", of("complex64", [0j, 1e10 + 1e10j]), rtol=1e-5)
row("aten::div.Tensor", of("complex64", [1e25 + 1e25j, 1j]), of("complex64", [1e25j, 2]), rtol=1e-5)
row("aten::div.Tensor", f32(3), c64(3), **near)
row("aten::sub.Tensor", f32(2, 3), c64(3), alpha=2, **near)
row("aten::rsub.Scalar", c64(3), 1 + 2j, **near)
row("aten::addcmul", c64(3), c64(3), c64(3), value=2, **near)
row("aten::addcdiv", c64(3), c64(3), c64(3), **near)
row("aten::lerp.Scalar", c64(3), c64(3), 0.25, **near)
row("aten::pow.Tensor_Scalar", c64(3), -2, **near)
row("aten::pow.Tensor_Scalar", c64(3), 1 + 1j, **near)
row("aten::float_power.Tensor_Scalar", c64(3), 2, **near)
row("aten::logsumexp", c64(3, 4), [1], **near)
row("aten::logsumexp", c64(3, 4), [0], True, dynamic={"self": [0]}, **near)
row("aten::logsumexp", c64(2, 3), [0, 1], **near)
row("aten::rms_norm", c64(2, 3, 4), [4], c64(4), **near)
row("aten::rms_norm", c64(2, 3, 4), [3, 4], None, 1e-3, **near)
row("aten::linalg_norm", c64(0, 3), inf)
