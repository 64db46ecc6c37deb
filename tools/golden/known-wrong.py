# What PyTorch's own exporter (2.13) gets wrong or refuses. The notes say how; test/aten/known-wrong.test.ts runs each row at several opsets.

# Training-mode BatchNorm: statistics of the batch.
note = "BatchNorm in training is exported as inference"
run = lambda n: (f32(n), f32(n), f32(n), f32(n, lo=0.5, hi=2))
row("aten::batch_norm", f32(4, 3, 5), *run(3), True, 0.1, 1e-5, False, dynamic={"input": [0, 2]}, note=note)
row("aten::batch_norm", f32(4, 3, 5, 2), None, None, None, None, True, 0.1, 1e-5, False, note=note)
# Terms of size 2 cancel here.
row("aten::batch_norm", f16(4, 3, 5), f16(3), f16(3), None, None, True, 0.1, 1e-5, False, atol=1e-3, note=note)
row("aten::native_batch_norm", f32(4, 3, 5), *run(3), True, 0.1, 1e-5, note=note)
row("aten::_native_batch_norm_legit_functional", f32(4, 3), *run(3), True, 0.1, 1e-5, note=note)

note = "divisor_override of avg_pool is ignored"
row("aten::avg_pool2d", f32(2, 3, 6, 7), [3, 2], [2, 2], [1, 1], False, True, 5, dynamic={"self": [0]}, note=note)
row("aten::avg_pool2d", f32(3, 6, 7), [2, 2], [], [0, 0], True, False, -3, note=note)
row("aten::avg_pool2d", f16(2, 3, 6, 7), [3, 2], [2, 2], [1, 1], False, True, 5, note=note)
row("aten::avg_pool3d", f32(2, 3, 4, 6, 5), [2, 3, 2], [2, 2, 1], [1, 1, 0], False, False, 7, note=note)

note = "scatter_reduce with mean gives wrong values"
index = of("int64", [[0, 1, 1], [2, 1, 0]])
for f in [f32, f64, f16]:
    for include_self in [True, False]:
        row("aten::scatter_reduce.two", f(3, 3), 0, index, f(2, 3), "mean", include_self=include_self, note=note)
row("aten::scatter_reduce.two", i64(3, 3), 0, index, i64(2, 3), "mean", note=note)
row("aten::scatter_reduce.two", f32(2, 4), 1, index, f32(2, 3), "mean", include_self=False, dynamic={"self": [1]}, note=note)

note = "nonzero of a scalar has the wrong shape"
for x in [of("float32", 2.0), of("float32", 0.0), of("bool", True), of("int64", 0)]:
    row("aten::nonzero", x, note=note)

note = "amax, amin and aminmax without dim are refused, and amax of a scalar is no valid model"
for f in [f32, f64, f16, i64, i32]:
    for op in ["amax", "amin"]:
        row(f"aten::{op}", f(3, 4), note=note)
        row(f"aten::{op}", f(), note=note)
        row(f"aten::{op}", f(), [0], True, note=note)
    row("aten::aminmax", f(3, 4), note=note)
    row("aten::aminmax", f(), note=note)
row("aten::amax", bool_(3, 4), note=note)
row("aten::amax", f32(3, 4), [], True, dynamic={"self": [0]}, note=note)

note = "all and any of scalars are no valid models"
for x in [of("bool", True), of("float32", 0.0), of("int64", 3), of("uint8", 2)]:
    for op in ["all", "any"]:
        row(f"aten::{op}", x, note=note)
        row(f"aten::{op}.dim", x, 0, note=note)
        row(f"aten::{op}.dim", x, -1, True, note=note)

note = "attention of 3 or 5 dims is refused"
for shape in [(2, 4, 8), (2, 3, 2, 4, 8), (4, 8)]:
    row("aten::scaled_dot_product_attention", f32(*shape), f32(*shape), f32(*shape), note=note)
    row("aten::scaled_dot_product_attention", f32(*shape), f32(*shape), f32(*shape), None, 0.0, True, note=note)
row("aten::scaled_dot_product_attention", f32(2, 4, 8), f32(2, 6, 8), f32(2, 6, 5), f32(4, 6), scale=0.3, dynamic={"query": [0], "key": [0], "value": [0]}, note=note)
row("aten::scaled_dot_product_attention", f32(2, 4, 4, 8), f32(2, 4, 4, 8), f32(2, 4, 4, 8), enable_gqa=True, note="equal head counts with enable_gqa are refused from opset 23 on")

note = "a mask together with is_causal is refused"
row("aten::_scaled_dot_product_attention_math", f32(1, 2, 4, 8), f32(1, 2, 4, 8), f32(1, 2, 4, 8), None, 0.0, True, note=note)
row("aten::_scaled_dot_product_flash_attention_for_cpu", f32(1, 2, 4, 8), f32(1, 2, 4, 8), f32(1, 2, 4, 8), 0.0, True, attn_mask=f32(4, 4), note=note)

note = "the result has another dtype than PyTorch's"
for f in [f16, i32, u8, i8]:
    row("aten::abs", f(3, 4), note=note)
    row("aten::sum", f(3, 4), note=note)
    row("aten::sum.dim_IntList", f(3, 4), [0], note=note)
    row("aten::cumsum", f(3, 4), 1, note=note)
row("aten::sum", bool_(3, 4), note=note)
row("aten::sum", f16(3, 4), dtype=torch.float32, note=note)
row("aten::cumsum", bool_(3, 4), 0, note=note)
row("aten::cumsum", f32(3, 4), 1, dtype=torch.float64, note=note)
row("aten::prod", i32(3, 4), note=note)

note = "variance of nothing, or of less than the correction"
for f in [f32, f64, f16]:
    for op in ["var", "std"]:
        row(f"aten::{op}.correction", f(0), None, note=note)
        row(f"aten::{op}.correction", f(0, 3), [0], note=note)
        row(f"aten::{op}.correction", f(3, 1), [1], correction=1, note=note)
        row(f"aten::{op}.correction", f(), None, correction=1, note=note)
row("aten::var", f32(0, 4), note=note)
row("aten::var_mean.correction", f32(2, 0), [1], note=note)

note = "only 51 ops take complex tensors"
for op in ["exp", "log", "sqrt", "sin", "tanh", "reciprocal", "neg", "abs", "angle", "sigmoid", "square", "sgn", "isnan"]:
    row(f"aten::{op}", c64(3, 4), dynamic={"self": [0]}, note=note)
row("aten::unsqueeze", c64(3, 4), 1, note=note)
row("aten::constant_pad_nd", c64(3, 4), [1, 2], 1.5, note=note)
row("aten::pow.Tensor_Tensor", c64(3, 4), c64(4), note=note)
row("aten::cat", [c64(3, 4), c64(1, 4)], 0, note=note)
row("aten::cumprod", c64(3, 4), 0, note=note)
row("aten::index_select", c64(3, 4), 1, of("int64", [2, 0]), note=note)
row("aten::where.self", bool_(3, 4), c64(3, 4), c64(4), note=note)
row("aten::flip", c64(3, 4), [0], note=note)
row("aten::bmm", c64(2, 3, 4), c64(2, 4, 3), note=note)
row("aten::var.correction", c64(3, 4), [1], note=note)
row("aten::linalg_det", c64(3, 3), note=note)
