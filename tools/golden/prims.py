lo_hi = {"acos": (-1, 1), "acosh": (1, 5), "asin": (-1, 1), "atanh": (-0.9, 0.9), "log": (0.1, 5), "log10": (0.1, 5), "log1p": (-0.5, 5), "log2": (0.1, 5),
         "erf_inv": (-0.9, 0.9), "ndtri": (0.1, 0.9), "rsqrt": (0.1, 4), "sqrt": (0.1, 4), "reciprocal": (0.5, 3), "tan": (-1, 1), "lgamma": (0.5, 9),
         "digamma": (0.5, 9)}
for name in ["abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "bessel_i0", "bessel_i0e", "bessel_i1", "bessel_i1e", "bessel_j0", "bessel_j1", "ceil",
             "cos", "cosh", "digamma", "erf", "erf_inv", "erfc", "exp", "exp2", "expm1", "floor", "isfinite", "lgamma", "log", "log10", "log1p", "log2", "ndtri",
             "neg", "reciprocal", "round", "rsqrt", "sign", "signbit", "sin", "sinh", "sqrt", "tan", "tanh", "trunc", "clone"]:
    lo, hi = lo_hi.get(name, (-3, 3))
    row(f"prims::{name}", f32(2, 3, lo=lo, hi=hi), atol=1e-5, rtol=1e-4)
for name in ["add", "sub", "mul", "div", "maximum", "minimum", "fmax", "fmin", "fmod", "remainder", "atan2", "hypot", "eq", "ne", "lt", "le", "gt", "ge", "pow"]:
    row(f"prims::{name}", f32(2, 3, lo=0.2, hi=3), f32(2, 3, lo=0.2, hi=3))
for name in ["bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "div"]:
    row(f"prims::{name}", i64(5, lo=1), i64(5, lo=1))
for name in ["shift_left", "shift_right_arithmetic"]:
    row(f"prims::{name}", i64(5), i64(5, lo=0, hi=4))
row("prims::zeta", f32(4, lo=1.5, hi=4), f32(4, lo=1, hi=4), rtol=1e-4)
row("prims::where", bool_(3), f32(3), f32(3))
row("prims::fill", f32(3), 2.5)
row("prims::bitwise_not", i64(3))
row("prims::full", [2, 3], 1.5, dtype=torch.float32, device=torch.device("cpu"), requires_grad=False)
row("prims::full_like", f32(2), 1.5, dtype=torch.float64, device=torch.device("cpu"), requires_grad=False)
row("prims::scalar_tensor", 2.5, dtype=torch.float32, device=torch.device("cpu"))
row("prims::view_of", f32(3))
row("prims::item", of("int64", 3))
row("prims::sum", f32(3, 4), [0])
row("prims::prod", f32(3, 4), [0, 1])
row("prims::prod", f32(3, 4), [1])
row("prims::amax", f32(3, 4), [1])
row("prims::amin", f32(3, 4), [0, 1])
row("prims::var", f32(3, 4), [1], 1)
row("prims::cbrt", of("float32", [8.0, -27.0, 0.0, -0.0, 0.5, inf]), rtol=1e-5)
row("prims::conj_physical", c64(3))
row("prims::real", c64(3))
row("prims::imag", c64(3))
row("prims::erfcx", f32(4), rtol=1e-5)
row("prims::frexp", f32(4))
row("prims::igamma", f32(4, lo=0.1, hi=5), f32(4, lo=0.1, hi=5), rtol=1e-5, atol=1e-6)
row("prims::igammac", f32(4, lo=0.1, hi=5), f32(4, lo=0.1, hi=5), rtol=1e-5, atol=1e-6)
row("prims::spherical_bessel_j0", f32(4), rtol=1e-5)
row("prims::rev", f32(3, 4), [0, 1])
