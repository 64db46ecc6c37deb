# torchao's affine quantization by blocks. Recorded with torchao 0.18 (its operators are Python; they need no other PyTorch).
import torchao.quantization.quant_primitives

X = f32(4, 8)
for block in [[1, 8], [4, 8], [2, 4], [1, 4], [4, 1]]:
    for mapping, dtype, low, high in [("ASYMMETRIC", torch.uint8, None, None), ("SYMMETRIC", torch.int8, -127, 127), ("SYMMETRIC_NO_CLIPPING_ERR", torch.int8, -8, 7)]:
        row("torchao::choose_qparams_affine", X, mapping, block, dtype, low, high, zero_point_dtype=torch.int64)
        scale, zero = torch.ops.torchao.choose_qparams_affine(X, mapping, block, dtype, low, high, zero_point_dtype=torch.int64)
        row("torchao::quantize_affine", X, block, scale, zero, dtype, low, high)
        q = torch.ops.torchao.quantize_affine(X, block, scale, zero, dtype, low, high)
        row("torchao::dequantize_affine", q, block, scale, zero, dtype, low, high)
row("torchao::choose_qparams_affine", X, "SYMMETRIC", [1, 8], torch.int8, None, None, None, torch.float32, torch.int8)
row("torchao::choose_qparams_affine", X, "ASYMMETRIC", [2, 4], torch.int8, None, None, 1e-3, torch.float32, torch.int8, True)
row("torchao::choose_qparams_affine", X, "ASYMMETRIC", [1, 8], torch.int8, None, None, 1e-3, torch.float32, torch.int8, dynamic={"input": [0]})
row("torchao::dequantize_affine", i8(4, 8), [1, 8], f32(4, 1).abs(), None, torch.int8, output_dtype=torch.float16, atol=2e-2)
row("torchao::dequantize_affine", i8(4, 8), [1, 8], f32(4, 1).abs(), None, torch.int8, dynamic={"input": [0], "scale": [0]})
row("torchao::quantize_affine", f16(4, 8), [1, 8], f16(4, 1).abs() + 1, of("int8", [[0], [1], [2], [3]]), torch.int8)
row("torchao::choose_scale_float8", X, [1, 8])
row("torchao::choose_scale_float8", X, [4, 8], hp_value_lb=0.5, hp_value_ub=1.5)
row("torchao::choose_scale_float8", X, [2, 4], torch.float8_e5m2)
scale = torch.ops.torchao.choose_scale_float8(X, [2, 4])
row("torchao::quantize_affine_float8_non_decomposed", X, scale, compare="shape")
row("torchao::dequantize_affine_float8_non_decomposed", torch.ops.torchao.quantize_affine_float8_non_decomposed(X, scale), scale)
