# Complex numbers: the core's own functions and the forms built on them.
near = dict(rtol=1e-4, atol=1e-5)
for name in ["neg", "abs", "exp", "log", "sqrt", "reciprocal", "sin", "cos", "rsqrt", "exp2", "expm1", "log2", "log10", "log1p", "tan", "sinh", "cosh", "tanh",
             "asinh", "acosh", "atanh", "asin", "acos", "atan", "sigmoid", "silu", "sgn", "angle", "square", "logical_not", "isreal"]:
    row(f"aten::{name}", c64(3, 4), **near)
row("aten::sgn", of("complex64", [0j, 3 + 4j, -1j]), **near)
for name in ["add.Tensor", "sub.Tensor", "mul.Tensor", "div.Tensor", "eq.Tensor", "ne.Tensor"]:
    row(f"aten::{name}", c64(2, 3), c64(3), **near)
    row(f"aten::{name}", c64(2, 3), f32(3), **near)
row("aten::mul.Scalar", c64(3), 1.5 + 2j, **near)
row("aten::add.Scalar", c64(3), 2j, **near)
row("aten::add.Scalar", f32(3), 1 + 2j, **near)
row("aten::pow.Tensor_Scalar", c64(4), 2, **near)
row("aten::pow.Tensor_Scalar", c64(4), 0.5, **near)
row("aten::pow.Tensor_Tensor", c64(4), c64(4), **near)
row("aten::pow.Scalar", 2, c64(4), **near)
row("aten::ldexp.Tensor", c64(4), i64(4), **near)
row("aten::where.self", bool_(4), c64(4), c64(4), **near)
row("aten::masked_fill.Scalar", c64(4), bool_(4), 1 + 2j, **near)
row("aten::full", [2], 1 + 2j, **near)
row("aten::ones_like", c64(3), **near)
row("aten::to.dtype", c64(3), torch.complex128, **near)
row("aten::to.dtype", f32(3), torch.complex64, **near)
row("aten::tril", c64(3, 3), **near)
