# Casts between all dtypes, and the ways to say them.
kinds = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
values = {"bool": [True, False, True], "uint8": [0, 7, 200]}
for source in kinds:
    x = of(source, values.get(source, [-3.75, 0.0, 7.25, 100.5] if source.startswith(("float", "bfloat")) else [-3, 0, 100]))
    for target in kinds:
        if target == "uint8" and source in ("float16", "bfloat16", "float32", "float64"):
            x = of(source, [3.75, 0.0, 100.5])
        row("aten::to.dtype", x, getattr(torch, target))
row("aten::to.dtype", of("float32", [nan, inf, -inf, 0.0]), torch.bool)
row("aten::to.dtype", of("float32", [1e5, -1e5, 1e-8, 65504.0, 65520.0]), torch.float16)
row("aten::to.dtype", of("int64", [300, -1, 2**31]), torch.int32)
row("aten::to.dtype", of("int64", [300, -1, 256]), torch.uint8)
row("aten::to.dtype", of("int64", [2**53 + 1, -1]), torch.float64)
row("aten::to.dtype", f32(2, 3), torch.float64, dynamic={"self": [0]})
row("aten::to.dtype", f32(2, 3), torch.float32)
row("aten::to.dtype", f32(2, 3), torch.float32, False, True)
row("aten::to.dtype_layout", f32(2, 3), dtype=torch.float16)
row("aten::to.dtype_layout", f32(2, 3), dtype=torch.int64, layout=torch.strided, device=torch.device("cpu"))
row("aten::to.device", i64(3), torch.device("cpu"), torch.float32)
row("aten::to.other", i64(3), f16(2))
row("aten::_to_copy", f32(2, 3), dtype=torch.float64, dynamic={"self": [0]})
row("aten::_to_copy", f32(2, 3))
row("aten::_to_copy", permuted(f32(2, 3, 4), (2, 0, 1)), dtype=torch.float16)
row("aten::type_as", f32(3), i64(1))
row("prims::convert_element_type", f32(3), torch.int32)
row("aten::_cast_Float", i64(3))
row("aten::_cast_Half", f32(3))
row("aten::to.dtype", f32(5), torch.float8_e4m3fn)
row("aten::to.dtype", f32(5), torch.float8_e5m2)
row("aten::to.dtype", draw("float8_e4m3fn", 5), torch.float32)
row("aten::to.dtype", draw("float8_e5m2", 5), torch.bfloat16)
