# Dropout and rrelu: the masks of PyTorch's CPU generator in eval; ONNX draws its own.
same = dict(compare="eval")
both = [f32, f64, f16, bf16]
for op in ["dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"]:
    for f in both:
        row(f"aten::{op}", f(2, 3, 4), 0.4, True, **same)
    row(f"aten::{op}", f32(2, 3, 4), 0.4, False)
    row(f"aten::{op}", f32(2, 3, 4), 0.0, True)
    row(f"aten::{op}", f32(2, 3, 4), 1.0, True)
    row(f"aten::{op}", f32(3, 4), 0.4, True, dynamic={"input": [0]}, **same)
    row(f"aten::{op}", permuted(f32(2, 4, 5, 3), (0, 3, 1, 2)), 0.4, True, **same)
    row(f"aten::{op}_", f32(2, 3, 4), 0.4, True, **same)
    row(f"aten::{op}", c64(2, 3), 0.4, False)
    row(f"aten::{op}", c64(2, 3), 1.0, True)
    row(f"aten::{op}", i64(2, 3), 0.4, False)
    row(f"aten::{op}", f32(0, 3), 0.4, True, **same)
row("aten::dropout", f32(), 0.4, True, **same)
row("aten::alpha_dropout", f32(), 0.4, True, **same)
for f in both:
    row("aten::native_dropout", f(4, 5), 0.4, True, **same)
row("aten::native_dropout", f32(4, 5), 0.4, False)
row("aten::native_dropout", f32(4, 5), 0.4, None, **same)
row("aten::native_dropout", f32(4, 5), 1.0, True)
for f in both + [i64, bool_]:
    row("aten::native_dropout_backward", f(4, 5), bool_(4, 5), 2.0)
for f in [f32, f64, bf16]:
    row("aten::rrelu", f(4, 5), 0.1, 0.3, True, dynamic={"self": [0]}, **same)
    row("aten::rrelu", f(4, 5), 0.1, 0.3, False)
    row("aten::rrelu_", f(4, 5), 0.1, 0.3, True, **same)
    row("aten::rrelu_with_noise_functional", f(4, 5), f(4, 5), 0.1, 0.3, True, **same)
row("aten::rrelu_with_noise_functional", f32(4, 5), f32(4, 5), 0.1, 0.3, False)
# Attention drops its probabilities, recurrent nets what goes from layer to layer.
for f in [f32, f64]:
    row("aten::scaled_dot_product_attention", f(2, 3, 4, 5), f(2, 3, 6, 5), f(2, 3, 6, 5), None, 0.3, **same)
row("aten::scaled_dot_product_attention", f32(2, 3, 4, 5), f32(2, 3, 4, 5), f32(2, 3, 4, 5), None, 0.3, True, dynamic={"query": [2], "key": [2], "value": [2]}, **same)
row("aten::_scaled_dot_product_attention_math", f32(2, 3, 4, 5), f32(2, 3, 6, 5), f32(2, 3, 6, 5), None, 0.3, **same)
weights = [f32(12, 4), f32(12, 3), f32(12), f32(12), f32(12, 3), f32(12, 3), f32(12), f32(12)]
row("aten::lstm.input", f32(5, 2, 4), [f32(2, 2, 3), f32(2, 2, 3)], weights, True, 2, 0.4, True, False, False, **same)
row("aten::gru.input", f32(2, 5, 4), f32(2, 2, 3), [w[:9] for w in weights], True, 2, 0.4, True, False, True, **same)
row("aten::rrelu_with_noise", f32(7), f32(7), 0.1, 0.3, True, xfail_onnx="noise is written to, beside the result", **same)
row("aten::rrelu_with_noise", f32(2, 3), f32(2, 3), 0.1, 0.3, False, xfail_onnx="noise is written to, beside the result", **same)
