# Special functions: over their range, left of zero, at poles and limits, integers, low precision.
for name in ["lgamma", "digamma", "special_i0e", "special_i1e", "i0", "special_i1", "special_bessel_j0", "special_bessel_j1", "erfinv", "special_ndtri",
             "special_ndtr", "special_entr", "sinc"]:
    lo, hi = {"erfinv": (-0.99, 0.99), "special_ndtri": (0.01, 0.99)}.get(name, (-9, 12))
    op = f"aten::{name}"
    row(op, f32(4, 10, lo=lo, hi=hi), atol=3e-5, rtol=1e-4, dynamic={"self": [0]})
    row(op, f32(lo=max(lo, 0.1), hi=hi), atol=1e-5, rtol=1e-4)
    row(op, f32(0, 3))
    if name not in ("special_ndtri", "erfinv"):
        row(op, i64(5, lo=1, hi=9), atol=1e-5, rtol=1e-4)
row("aten::lgamma", f16(5, lo=0.1, hi=9))
row("aten::lgamma", of("float32", [0.0, 1.0, 2.0, -1.0, 40.0, 300.0, inf]), atol=2e-5, rtol=1e-5)
row("aten::digamma", of("float32", [0.0, 1.0, 0.5, -1.0, 100.0]), atol=1e-5)
row("aten::digamma", bf16(5, lo=0.5, hi=9))
row("aten::erfinv", of("float32", [0.0, 1.0, -1.0, 1.5, 0.999]), atol=1e-5, rtol=1e-4)
for n in range(5):
    row("aten::polygamma", n, f32(5, 5, lo=0.2, hi=9), rtol=1e-4, atol=1e-5)
    row("aten::polygamma", n, i64(5, lo=1, hi=9), rtol=1e-4, atol=1e-5)
    row("aten::polygamma", n, bool_(4), rtol=1e-4, atol=1e-5)
    row("aten::polygamma", n, of("float32", [-0.7, -3.4, 0.3]), rtol=1e-4, atol=1e-5)
for p in range(1, 5):
    row("aten::mvlgamma", f32(3, 4, lo=3, hi=9), p, rtol=1e-4, atol=3e-5)
row("aten::mvlgamma", i64(4, lo=3, hi=9), 2, rtol=1e-4, atol=3e-5)
row("aten::special_multigammaln", f32(3, lo=3, hi=9), 3, rtol=1e-4, atol=3e-5)
row("aten::special_zeta", f32(3, 1, lo=1.2, hi=6), f32(4, lo=0.3, hi=7), rtol=1e-4)
row("aten::special_zeta", of("float32", [1.0, 0.5, 2.0, 3.0, 2.5]), of("float32", [2.0, 2.0, -1.0, -1.5, -1.5]), rtol=1e-4)
row("aten::special_zeta", i64(4, lo=1, hi=5), i64(4, lo=1, hi=5), rtol=1e-4)
row("aten::special_zeta.self_scalar", 2.5, f32(4, lo=0.3, hi=7), rtol=1e-4)
row("aten::special_zeta.other_scalar", f32(4, lo=1.3, hi=7), 2, rtol=1e-4)
for shifted in ["", "shifted_"]:
    for kind in "tuvw":
        op = f"aten::special_{shifted}chebyshev_polynomial_{kind}"
        row(op, f32(5, 1, lo=-2, hi=2), f32(6, lo=-2, hi=9), rtol=2e-3, atol=1e-3)
        row(op, of("float32", [[1.0], [-1.0], [0.0], [0.5]]), of("float32", [0.0, 1.0, 2.0, 3.0]), rtol=1e-3, atol=1e-4)
        row(op, i64(4, lo=-3, hi=4), i64(4, lo=0, hi=4), rtol=1e-3)
        row(op + ".n_scalar", f32(4, lo=-1, hi=1), 3, rtol=1e-3, atol=1e-4)
        row(op + ".x_scalar", 0.3, f32(4, lo=0, hi=6), rtol=1e-3, atol=1e-4)
row("aten::gcd", i64(3, 1, lo=-30, hi=30), i64(4, lo=-30, hi=30), dynamic={"self": [0]})
row("aten::gcd", i32(5, lo=-30, hi=30), i32(5, lo=-30, hi=30))
row("aten::gcd", i64(5, lo=-30, hi=30), of("int64", 12))
row("aten::gcd", i64(0, 1, 3), i64(0, 10, 3))
row("aten::gcd", of("int64", [0, 0, 12]), of("int64", [0, 5, 0]))
row("aten::lcm", i64(5, lo=-30, hi=30), i64(5, lo=-30, hi=30))
row("aten::lcm", of("int64", [0, 0, 12]), of("int64", [0, 5, 0]))
row("aten::float_power.Tensor_Scalar", i64(4, lo=1, hi=5), 2)
row("aten::float_power.Tensor_Tensor", f32(4, lo=0.1, hi=5), f32(4))
row("aten::float_power.Scalar", 2, f32(4))
row("aten::special_xlog1py", of("float32", [0.0, 0.0, 2.0]), of("float32", [1.0, nan, 3.0]))
row("aten::special_xlog1py.other_scalar", f32(3), 2)
row("aten::special_xlogy", f32(3), f32(3, lo=1, hi=2))
for name in ["exp2", "expm1", "erf", "erfc", "log1p"]:
    row(f"aten::special_{name}", f32(3, lo=-0.5, hi=2))
row("aten::special_round", f32(3, lo=-20, hi=20), decimals=1)
row("aten::positive", f32(3))
for name in ["bessel_y0", "bessel_y1", "modified_bessel_k0", "modified_bessel_k1", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1"]:
    row(f"aten::special_{name}", f32(3, 5, lo=0.1, hi=20), rtol=1e-5, atol=1e-5, dynamic={"self" if name[0] != "s" else "x": [0]})
    row(f"aten::special_{name}", of("float32", [0.0, -1.0, nan, 30.0]), rtol=1e-5, atol=1e-5)
    row(f"aten::special_{name}", i64(4, lo=1, hi=9), rtol=1e-5, atol=1e-5)
    row(f"aten::special_{name}", f32(0, 2))
for name in ["erfcx", "log_ndtr", "spherical_bessel_j0", "airy_ai"]:
    row(f"aten::special_{name}", f32(3, 5, lo=-5, hi=5), rtol=1e-5, atol=1e-5)
    row(f"aten::special_{name}", of("float32", [0.0, nan, 20.0, -20.0]), rtol=3e-5, atol=1e-5)
    row(f"aten::special_{name}", of("float32", [inf, -1.0, 2.09, -2.09, 300.0]), rtol=1e-5, atol=1e-5)
    row(f"aten::special_{name}", f32())
    row(f"aten::special_{name}", f32(0, 2))
    row(f"aten::special_{name}", i64(4, lo=-3, hi=4), rtol=1e-5, atol=1e-5)
for name in ["modified_bessel_i0", "modified_bessel_i1"]:
    row(f"aten::special_{name}", f32(3, 5, lo=-9, hi=12), rtol=1e-4, atol=1e-5)
for name in ["igamma", "igammac", "special_gammainc", "special_gammaincc"]:
    op = f"aten::{name}"
    row(op, f32(4, 1, lo=0.1, hi=30), f32(5, lo=0.1, hi=30), rtol=1e-5, atol=1e-5, dynamic={"self": [0]})
    row(op, of("float32", [0.0, 0.0, 1.0, -1.0, inf, 300.0, 300.0]), of("float32", [0.0, 1.0, 0.0, 1.0, 1.0, 290.0, inf]), rtol=1e-5, atol=1e-5)
    row(op, f32(lo=0.1, hi=3), f32(lo=0.1, hi=3), rtol=1e-5, atol=1e-5)
    row(op, f32(2, 0), f32(1), rtol=1e-5, atol=1e-5)
    row(op, of("float32", [1e-3, 0.3, 250.0, nan]), of("float32", [1e-3, 1e-6, 251.0, 1.0]), rtol=1e-5, atol=1e-5)
for name in ["hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p"]:
    op = f"aten::special_{name}"
    row(op, f32(5, 1, lo=-2, hi=2), f32(6, lo=-2, hi=9), rtol=1e-5, atol=1e-5, dynamic={"x": [0]})
    row(op, i64(4, lo=-3, hi=4), i64(4, lo=0, hi=4), rtol=1e-5)
    row(op, of("float32", [0.0, 1.0, -1.0, nan]), of("float32", [5.0, 6.0, 7.0, 0.0]), rtol=1e-5)
    row(op, f32(3, 0), f32(1), rtol=1e-5)
    row(op, f32(), f32(lo=0, hi=9), rtol=1e-5)
    row(op + ".n_scalar", f32(4, lo=-1, hi=1), 3, rtol=1e-5, atol=1e-5)
    row(op + ".x_scalar", 0.3, f32(4, lo=0, hi=6), rtol=1e-5, atol=1e-5)
row("aten::special_hermite_polynomial_h", f32(3), of("float32", [200.0, 2.0, 0.0]))
row("aten::special_logit", f32(4, lo=0.1, hi=0.9), rtol=1e-5)
row("aten::special_softmax", f32(3, 4), 1, torch.float32)
row("aten::special_log_softmax", f32(3, 4), 0, dtype=torch.float64)
