# What floats are made of: exponents and fractions, neighbours, bits.
edge = [0.0, -0.0, 1.0, -1.0, 0.75, 2.0, 4.0, 1e-40, -1e-45, 3.4e38, 1.1754944e-38, 0.1, 7.9999995, inf, -inf, nan]
for draw_ in [f32, f16, f64]:
    row("aten::frexp.Tensor", draw_(3, 4), dynamic={"self": [0]})
row("aten::frexp.Tensor", of("float32", edge))
row("aten::frexp.Tensor", f32())
row("aten::frexp.Tensor", f32(0, 2))
for draw_ in [f32, f64, bf16]:
    row("aten::nextafter", draw_(3, 1), draw_(4), rtol=0, atol=0, dynamic={"self": [0]})
for target in [0.0, 1.0, inf, -inf, nan]:
    row("aten::nextafter", of("float32", edge), of("float32", [target]), rtol=0, atol=0)
    row("aten::nextafter", of("float64", edge), of("float64", [target]), rtol=0, atol=0)
row("aten::nextafter", of("bfloat16", [0.0, 1.0, 2.0, 3.3e38, -1e-40]), of("bfloat16", [-1.0]), rtol=0, atol=0)
row("aten::nextafter", f32(), f32(), rtol=0, atol=0)
row("aten::nextafter", f32(0), f32(1), rtol=0, atol=0)
for draw_ in [f32, f16, bf16, f64, i64, i32, u8, bool_]:
    row("aten::hash_tensor", draw_(3, 4))
    row("aten::hash_tensor", draw_(3, 4), [-1], keepdim=True, dynamic={"self": [0]})
row("aten::hash_tensor", of("float32", edge), [0])
row("aten::hash_tensor", of("float32", [edge]), [0])
row("aten::hash_tensor", of("float64", edge + [5e-324, 1.7e308]), [0])
row("aten::hash_tensor", of("int64", [-1, 2**63 - 1, -(2**63), 5]))
row("aten::hash_tensor", f32())
row("aten::hash_tensor", f32(0, 2), [1])
row("aten::hash_tensor", f32(2, 3, 4), [0, 2])
