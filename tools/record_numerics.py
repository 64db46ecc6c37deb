"""Records answers for the numerics of src/core/ops into test/core/golden/numerics.json: python tools/record_numerics.py

One row per case, as tools/record_core.py writes them: name, tensors, other arguments, results, tolerance (relative to the larger of 1 and
the result). Complex tensors are written as their parts, one after the other. PyTorch answers, in double where it has it; SciPy for the
dense rows of special functions, since torch's Bessel and Airy functions are off by 1e-6 near 5 and left of 0.
"""
import json
import pathlib

import numpy as np
import scipy.special as sp
import torch

torch.manual_seed(0)
rows = []
nan, inf = float("nan"), float("inf")


def enc(t):
    values = (torch.view_as_real(t.resolve_conj()) if t.is_complex() else t).detach().flatten().tolist()
    special = {inf: "inf", -inf: "-inf"}
    return {"dtype": str(t.dtype)[6:], "shape": list(t.shape), "values": ["nan" if v != v else special.get(v, v) for v in values]}


def row(name, tensors, args, out, tolerance=1e-13):
    out = [out] if isinstance(out, torch.Tensor) else list(out)
    rows.append({"name": name, "tensors": [enc(t) for t in tensors], "args": args, "out": [enc(t) for t in out], "tolerance": tolerance})


def f64(values):
    return torch.tensor(np.asarray(values), dtype=torch.float64)


# Special functions: dense points from SciPy, edges from torch.
line = {"lgamma": (sp.gammaln, -9.3, 40), "digamma": (sp.digamma, -9.3, 40), "erfinv": (sp.erfinv, -0.999, 0.999), "erfcx": (sp.erfcx, -5, 60),
        "ndtr": (sp.ndtr, -9, 9), "ndtri": (sp.ndtri, 0.001, 0.999), "log_ndtr": (sp.log_ndtr, -40, 9), "i0": (sp.i0, -15, 15), "i0e": (sp.i0e, -30, 30),
        "i1": (sp.i1, -15, 15), "i1e": (sp.i1e, -30, 30), "bessel_j0": (sp.j0, -30, 30), "bessel_j1": (sp.j1, -30, 30), "bessel_y0": (sp.y0, 0.01, 30),
        "bessel_y1": (sp.y1, 0.1, 30), "modified_bessel_k0": (sp.k0, 0.01, 20), "modified_bessel_k1": (sp.k1, 0.01, 20),
        "scaled_modified_bessel_k0": (sp.k0e, 0.01, 20), "scaled_modified_bessel_k1": (sp.k1e, 0.01, 20),
        "spherical_bessel_j0": (lambda x: sp.spherical_jn(0, x), 0.01, 20), "airy_ai": (lambda x: sp.airy(x)[0], -9, 9), "entr": (sp.entr, 0, 9),
        "sinc": (np.sinc, -9, 9), "logit": (sp.logit, 0.001, 0.999)}
edges = f64([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 2.0, 1e-10, 30.0, inf, -inf, nan])
theirs = {"lgamma": torch.lgamma, "logit": torch.logit}
for name, (f, lo, hi) in line.items():
    x = np.linspace(lo, hi, 20)
    row("unary", [f64(x)], [name], f64(f(x)), 2e-13)
    row("unary", [edges], [name], (theirs.get(name) or getattr(torch.special, name))(edges), 1e-6)
x = f64(np.linspace(0.1, 12, 25))
for n in range(5):
    row("polygamma", [x], [n], f64(sp.polygamma(n, x.numpy())), 1e-12)
row("unary", [f64([0.0, -0.5, 0.3, 7.0, inf])], ["trigamma"], torch.polygamma(1, f64([0.0, -0.5, 0.3, 7.0, inf])), 1e-7)
for p in (1, 3):
    row("multigammaln", [x + 2], [p], torch.special.multigammaln(x + 2, p))
a, b = f64(np.linspace(0.05, 40, 6))[:, None], f64(np.linspace(0.01, 60, 7))
grid = np.broadcast_arrays(a.numpy(), b.numpy())
for name, f in (("zeta", lambda u, v: sp.zeta(u + 1, v)), ("gammainc", sp.gammainc), ("gammaincc", sp.gammaincc), ("xlogy", sp.xlogy), ("xlog1py", sp.xlog1py)):
    row("binary", [a + 1 if name == "zeta" else a, b], [name], f64(f(*grid)), 1e-12)
big = f64([250.0, 1000.0, 1000.0, 1e5, 30.0])
row("binary", [big, f64([260.0, 990.0, 1e3, 1e5, 31.0])], ["gammainc"], f64(sp.gammainc(big.numpy(), [260.0, 990.0, 1e3, 1e5, 31.0])), 1e-12)
u, v = f64([0.0, 0.0, 1.0, -1.0, inf, 1.0, nan, 0.0]), f64([0.0, 1.0, 0.0, 1.0, 1.0, inf, 1.0, nan])
for name in ("zeta", "gammainc", "gammaincc", "xlogy", "xlog1py"):
    row("binary", [u, v], [name], getattr(torch.special, name)(u, v))

# Complex numbers: a grid, both sides of the cuts, large and small ones.
reals = [-3.0, -0.5, -0.0, 0.0, 1.0]
z = torch.tensor([complex(p, q) for p in reals for q in reals], dtype=torch.complex128)
for name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan",
             "asinh", "acosh", "atanh", "sigmoid", "abs", "angle"):
    points = z[(z.abs() > 0) & ((z - 1).abs() > 0) & ((z + 1).abs() > 0)]
    if name in ("atan", "atanh"):
        points = points[(points.real.abs() > 0) & (points.imag.abs() > 0)]
    row("unary", [points], [name], getattr(torch, name)(points))
    points = points[::2]
    row("unary", [points.to(torch.complex64)], [name], getattr(torch, name)(points).to(torch.complex64 if name not in ("abs", "angle") else torch.float32), 2e-7)
row("unary", [z], ["sign"], torch.sgn(z))
row("unary", [torch.tensor([3e200 + 4e200j, 3e-200 + 4e-200j], dtype=torch.complex128)], ["abs"], f64([5e200, 5e-200]))
row("unary", [torch.tensor([1e-10 + 1e-12j, 1 + 1e-10j])], ["log"], torch.tensor([1e-10 + 1e-12j, 1 + 1e-10j], dtype=torch.complex128).log().to(torch.complex64), 2e-7)
w = torch.tensor([1 + 2j, -0.5 + 0.25j, 3 - 1j, 2j, 2, -1], dtype=torch.complex128)
for name in ("add", "sub", "mul", "div", "pow"):
    row("binary", [z[1::7][:, None], w], [name], getattr(torch, name)(z[1::7][:, None], w) if name != "pow" else torch.pow(z[1::7][:, None], w), 1e-12)
huge = torch.tensor([1e200 + 1e200j, 1e-200 + 1e-200j], dtype=torch.complex128)
row("binary", [huge, huge * (1 + 1j)], ["div"], torch.tensor([0.5 - 0.5j, 0.5 - 0.5j], dtype=torch.complex128))
for name in ("eq", "ne"):
    row("compare", [w[:, None], w], [name], getattr(torch, name)(w[:, None], w))
m = torch.randn(2, 3, 4, dtype=torch.complex128)
for name in ("sum", "mean", "prod"):
    row("reduce", [m], [name, [1]], getattr(torch, name)(m, 1))
row("reduce", [m[:, :0]], ["prod", [1]], torch.prod(m[:, :0], 1))
row("matmul", [m, m.mT.conj().resolve_conj()], [], m @ m.mH)

# Linear algebra: what is unique, so no eigenvectors.
for dtype, tol in ((torch.float32, 2e-5), (torch.float64, 1e-12), (torch.complex64, 2e-5), (torch.complex128, 1e-12)):
    A, B = torch.randn(2, 4, 4, dtype=dtype) + 3 * torch.eye(4, dtype=dtype), torch.randn(4, 3, dtype=dtype)
    H = A @ A.mH + torch.eye(4, dtype=dtype)
    row("det", [A], [], torch.linalg.det(A), tol * 10)
    row("slogdet", [A], [], torch.linalg.slogdet(A), tol)
    row("inverse", [A], [], torch.linalg.inv(A), tol)
    row("solve", [A, B], [], torch.linalg.solve(A, B), tol)
    row("triangularSolve", [A, B.expand(2, 4, 3)], [{"upper": True}], torch.linalg.solve_triangular(A, B.expand(2, 4, 3), upper=True), tol)
    row("luFactor", [A[:, :3]], [], torch.linalg.lu_factor_ex(A[:, :3]), tol)
    row("lu", [A[:, :, :3]], [], torch.linalg.lu(A[:, :, :3]), tol)
    row("cholesky", [H], [], torch.linalg.cholesky(H), tol)
    row("qr", [A[:, :, :3]], ["complete"], torch.linalg.qr(A[:, :, :3], "complete"), tol)
    row("qr", [A[:, :3]], ["reduced"], torch.linalg.qr(A[:, :3]), tol)
    row("eigvalsh", [H], [], torch.linalg.eigvalsh(H), tol * 10)
    row("svdvals", [A[:, :3]], [], torch.linalg.svdvals(A[:, :3]), tol)
    row("pinv", [A[:, :3]], [], torch.linalg.pinv(A[:, :3]), tol)
    row("lstsq", [A[:, :, :2], B.expand(2, 4, 3)], [], torch.linalg.lstsq(A[:, :, :2], B.expand(2, 4, 3)).solution, tol)
    row("matrixExp", [A / 2], [], torch.linalg.matrix_exp(A / 2), tol * 50)
row("det", [torch.zeros(2, 0, 0)], [], torch.linalg.det(torch.zeros(2, 0, 0)))
row("det", [torch.tensor([[1.0, nan], [2.0, 3.0]])], [], torch.linalg.det(torch.tensor([[1.0, nan], [2.0, 3.0]])))

# Fourier transforms: lengths of every kind, halves, cut and padded.
for dtype, tol in ((torch.float32, 2e-6), (torch.float64, 1e-14), (torch.complex64, 2e-6), (torch.complex128, 1e-14)):
    for n in (1, 2, 3, 4, 5, 7, 12, 17):
        x = torch.randn(1, n, 2, dtype=dtype)
        row("transform", [x], [1, n, n, True], torch.fft.fft(x, dim=1), tol * 10)
        row("transform", [x], [1, n + 2, n + 2, False], torch.fft.ifft(x, n + 2, dim=1, norm="forward"), tol * 10)
        if not dtype.is_complex:
            row("transform", [x], [1, n, n // 2 + 1, True], torch.fft.rfft(x, dim=1), tol * 10)
        elif n > 1:
            row("realTransform", [x], [1, 2 * n - 1], torch.fft.irfft(x, 2 * n - 1, dim=1, norm="forward"), tol * 10)

path = pathlib.Path(__file__).parent.parent / "test/core/golden/numerics.json"
path.write_text('{"torch":"%s","rows":[\n%s\n]}\n' % (torch.__version__, ",\n".join(json.dumps(one, separators=(",", ":")) for one in rows)))
print(len(rows), "rows,", path.stat().st_size, "bytes")
