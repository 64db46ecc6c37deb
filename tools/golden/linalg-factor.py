# Factorizations. Where signs are free, "first" compares what is unique.
near = dict(atol=5e-5)
for mode in ["reduced", "complete", "r"]:
    row("aten::linalg_qr", f32(2, 4, 3), mode, dynamic={"A": [0]}, **near)
    row("aten::linalg_qr", f32(3, 5), mode, **near)
row("aten::linalg_qr", c64(3, 3), **near)
row("aten::linalg_qr", c64(2, 2, 4), "complete", **near)
row("aten::linalg_qr", f64(0, 3, 2), **near)
row("aten::linalg_qr", f32(2, 0), "complete")
row("aten::linalg_qr", of("float32", [[0, 0], [0, 0]]))
row("aten::linalg_qr", f32(5, 3), dynamic={"A": [0, 1]}, **near)
row("aten::qr", f32(4, 2), False, **near)
for A in [f32(2, 4, 3), f32(3, 5), c64(4, 3), f32(0, 2, 2), f64(3, 3)]:
    row("aten::geqrf", A, **near)
    a, tau = torch.geqrf(A)
    n = min(A.shape[-2:])
    row("aten::linalg_householder_product", a[..., :n].contiguous(), tau, **near)
    row("aten::orgqr", a[..., :n].contiguous(), tau, **near)
    for left in [True, False]:
        for transpose in [True, False]:
            C = torch.ones(*A.shape[:-2], *((A.shape[-2], 2) if left else (2, A.shape[-2])), dtype=A.dtype)
            row("aten::ormqr", a[..., :n].contiguous(), tau, C, left, transpose, **near)

symmetric = (lambda x: x + x.mT)(f32(2, 4, 4))
for UPLO in ["L", "U"]:
    row("aten::linalg_eigh", symmetric, UPLO, compare="first", **near)
    row("aten::linalg_eigh", c64(3, 3), UPLO, compare="first", **near)
    row("aten::linalg_eigvalsh", c64(3, 3), UPLO, **near)
row("aten::linalg_eigvalsh", f32(3, 3), "U", **near)
row("aten::linalg_eigvalsh", f32(2, 5, 5), dynamic={"self": [0]}, **near)
row("aten::linalg_eigvalsh", torch.ones(4, 4), **near)
row("aten::linalg_eigvalsh", f64(1, 1), **near)
row("aten::linalg_eigh", f32(2, 0, 0))
row("aten::linalg_eigh", f32(0, 3, 3))
row("aten::_linalg_eigh", symmetric, "L", False, compare="first", **near)
# A complex matrix's vectors have a length of 1 and a real largest entry.
row("aten::linalg_eig", c64(2, 3, 3), **near)
row("aten::linalg_eig", f32(2, 3, 3), compare="shape")
row("aten::linalg_eig", f32(0, 0))
row("aten::linalg_eigvals", f64(3, 3), **near)
row("aten::linalg_eigvals", c64(1, 4, 4), dynamic={"self": [0]}, **near)
row("aten::linalg_eigvals", of("float32", [[3.0]]))
row("aten::linalg_eigvals", of("float32", [[0.0, 1.0], [0.0, 0.0]]))
row("aten::linalg_eigvals", of("float32", [[0.0, -1.0], [1.0, 0.0]]), **near)
row("aten::_linalg_eigvals", of("float32", [[2.0, 1.0], [0.0, 1.0]]))

for full in [False, True]:
    for A in [f32(2, 4, 3), c64(2, 3), f32(0, 2, 3), f32(3, 0)]:
        row("aten::linalg_svd", A, full, compare="shape")
row("aten::linalg_svd", torch.diag(of("float32", [1.0, 3.0, 2.0])), compare="shape")
row("aten::svd", f32(2, 4), compare="shape")
row("aten::svd", f32(2, 4), True, False, **near)
row("aten::_linalg_svd", f32(2, 4), False, False, **near)

for dtype in [torch.float32, torch.complex64]:
    square = (f32(2, 4, 4) if dtype == torch.float32 else c64(2, 4, 4)) + torch.eye(4)
    for name in ["linalg_lu_factor_ex", "linalg_lu_factor", "_lu_with_info", "linalg_lu"]:
        row(f"aten::{name}", square, **near)
    LU, pivots = torch.linalg.lu_factor(square)
    B = torch.ones(2, 4, 3, dtype=dtype)
    for left in [True, False]:
        for adjoint in [True, False]:
            row("aten::linalg_lu_solve", LU, pivots, B if left else B.mT.contiguous(), left=left, adjoint=adjoint, **near)
    row("aten::lu_solve", B[:1], LU, pivots, **near)
row("aten::linalg_lu_factor_ex", of("float32", [[1, 2], [2, 4]]))
row("aten::linalg_lu_factor_ex", of("float32", [[0, 0], [0, 1]]))
row("aten::linalg_lu_factor_ex", f32(3, 3), dynamic={"A": [0, 1]}, **near)
row("aten::linalg_lu_factor_ex", f32(0, 3, 3))
row("aten::linalg_lu_solve", f32(2, 2), of("int32", [1, 2]), f32(2, 0))

indefinite = of("float32", [[0, 2, 1, 3], [2, 0, 4, 1], [1, 4, 0, 2], [3, 1, 2, 0]])
complex_one = (lambda x: x + x.mT)(c64(2, 4, 4))
for A, hermitian in [(symmetric, False), (indefinite, False), (complex_one, False), (complex_one + complex_one.mH, True), (torch.zeros(2, 2), False), (f32(0, 0), False)]:
    row("aten::linalg_ldl_factor_ex", A, hermitian=hermitian, **near)
    row("aten::linalg_ldl_factor", A, hermitian=hermitian, **near) if A.any() or not A.numel() else None
    LD, pivots, _ = torch.linalg.ldl_factor_ex(A, hermitian=hermitian)
    if A.any():
        row("aten::linalg_ldl_solve", LD, pivots, torch.ones(*A.shape[:-1], 2, dtype=A.dtype), hermitian=hermitian, atol=2e-4)
row("aten::linalg_cholesky_ex", of("float32", [[1, 2], [2, 1]]), compare="shape")
row("aten::linalg_cholesky_ex", f32(0, 2, 2))
