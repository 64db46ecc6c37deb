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
