# Complex tensors and their parts.
for draw_ in [c64, c128]:
    for op in ["view_as_real", "real", "imag", "conj_physical", "_conj_physical", "view_as_real_copy"]:
        row(f"aten::{op}", draw_(2, 3))
    row("aten::view_as_real", draw_())
row("aten::real", f32(2, 3))
row("aten::conj", f32(2, 3))
row("aten::conj_physical", i64(2))
row("aten::view_as_complex", f32(3, 2))
row("aten::view_as_complex", f64(2))
row("aten::view_as_complex_copy", f32(3, 2))
row("aten::complex", f32(2, 3), f32(3))
row("aten::polar", f32(2), f32(2))
