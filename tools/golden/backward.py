# Gradients of normalizations, pooling, convolutions, views and indexing, resizing and padding.
ALL = [True, True, True]
def layer(x, n, weight=True, **options):
    y, mean, rstd = torch.ops.aten.native_layer_norm(x, x.shape[-n:], None, None, 1e-5)
    w = draw(str(x.dtype)[6:], *x.shape[-n:]) if weight else None
    mask = ALL if weight else [True, False, False]
    row("aten::native_layer_norm_backward", draw(str(x.dtype)[6:], *x.shape), x, list(x.shape[-n:]), mean, rstd, w, w, mask, **options)
layer(f32(2, 3, 4), 1)
layer(f32(2, 3, 4), 2)
layer(f32(3, 4), 1, weight=False)
layer(f16(3, 4), 1, atol=8e-3)
layer(f32(2, 3, 4), 1, dynamic={"grad_out": [0, 1], "input": [0, 1], "mean": [0, 1], "rstd": [0, 1]})
def group(x, groups, **options):
    n, c, hw = x.shape[0], x.shape[1], x[0, 0].numel() if x.shape[0] else 1
    _, mean, rstd = torch.ops.aten.native_group_norm(x, None, None, n, c, hw, groups, 1e-5)
    row("aten::native_group_norm_backward", f32(*x.shape), x, mean, rstd, f32(c), n, c, hw, groups, ALL, **options)
group(f32(2, 4, 3, 3), 2)
group(f32(3, 6), 3)
group(f32(1, 4, 5), 1)
def batch(x, train, weight=True):
    c = x.shape[1]
    mean, var = f32(c), f32(c).abs() + 0.5
    _, save_mean, save_invstd = torch.ops.aten.native_batch_norm(x, None, None, mean.clone(), var.clone(), train, 0.1, 1e-5)
    row("aten::native_batch_norm_backward", f32(*x.shape), x, f32(c) if weight else None, mean, var, save_mean, save_invstd, train, 1e-5,
        ALL if weight else [True, False, False])
    if weight:
        row("aten::batch_norm_backward", f32(*x.shape), x, f32(c), mean, var, save_mean, save_invstd, train, 1e-5, ALL, of("uint8", []))
batch(f32(3, 4), True)
batch(f32(2, 3, 4, 2), True)
batch(f32(2, 3, 4), False)
batch(f32(2, 3, 4), True, weight=False)

def maxima(n, x, kernel, stride, padding, dilation, ceil, **options):
    y, at = getattr(torch.ops.aten, f"max_pool{n}d_with_indices")(x, kernel, stride, padding, dilation, ceil)
    row(f"aten::max_pool{n}d_with_indices_backward", draw(str(x.dtype)[6:], *y.shape), x, kernel, stride, padding, dilation, ceil, at, **options)
maxima(2, f32(2, 3, 6, 5), [2, 2], [2, 2], [0, 0], [1, 1], False)
maxima(2, f32(3, 7, 7), [3, 3], [1, 1], [1, 1], [1, 1], False)
maxima(2, f32(1, 2, 7, 6), [3, 2], [2, 2], [1, 0], [1, 2], True)
maxima(2, f16(1, 2, 4, 4), [2, 2], [1, 1], [0, 0], [1, 1], False, atol=1e-2)
maxima(3, f32(1, 2, 4, 4, 4), [2, 2, 2], [1, 1, 1], [0, 0, 0], [1, 1, 1], False)
maxima(2, f32(2, 3, 6, 6), [2, 2], [2, 2], [0, 0], [1, 1], False, dynamic={"grad_output": [0], "self": [0], "indices": [0]})
for n, shape, size in [(2, (2, 3, 5, 7), (2, 3)), (3, (1, 2, 4, 5, 6), (2, 3, 2))]:
    x = f32(*shape)
    y, at = getattr(torch.ops.aten, f"adaptive_max_pool{n}d")(x, size)
    row(f"aten::adaptive_max_pool{n}d_backward", f32(*y.shape), x, at)
def average(n, x, kernel, stride, padding, ceil, include, divisor, **options):
    y = getattr(torch.ops.aten, f"avg_pool{n}d")(x, kernel, stride, padding, ceil, include, divisor)
    row(f"aten::avg_pool{n}d_backward", draw(str(x.dtype)[6:], *y.shape), x, kernel, stride, padding, ceil, include, divisor, **options)
average(2, f32(2, 3, 6, 6), [2, 2], [2, 2], [0, 0], False, True, None)
average(2, f32(3, 7, 6), [3, 3], [2, 1], [1, 1], False, True, None)
average(2, f32(1, 2, 7, 6), [3, 2], [2, 2], [1, 1], True, False, None)
average(2, f32(1, 2, 7, 6), [3, 2], [2, 2], [1, 1], True, True, None)
average(2, f32(1, 2, 7, 6), [3, 2], [], [0, 0], False, True, 5)
average(2, f16(1, 2, 4, 4), [2, 2], [1, 1], [0, 0], False, True, None, atol=4e-3)
average(3, f32(1, 2, 4, 5, 4), [2, 2, 2], [2, 2, 1], [1, 1, 0], False, False, None)
average(2, f32(2, 3, 6, 6), [2, 2], [2, 2], [0, 0], False, True, None, dynamic={"grad_output": [0], "self": [0]})
row("aten::_adaptive_avg_pool2d_backward", f32(2, 3, 2, 3), f32(2, 3, 5, 7))
row("aten::_adaptive_avg_pool2d_backward", f32(3, 1, 1), f32(3, 5, 7))
row("aten::_adaptive_avg_pool2d_backward", f32(1, 2, 4, 6), f32(1, 2, 4, 3))
row("aten::_adaptive_avg_pool3d_backward", f32(1, 2, 2, 3, 2), f32(1, 2, 4, 5, 6))

def convolution(x, w, stride, padding, dilation, groups, transposed=False, output_padding=None, mask=ALL, **options):
    n = w.dim() - 2
    opad = output_padding or [0] * n
    y = torch.ops.aten.convolution(x, w, None, stride, padding, dilation, transposed, opad, groups)
    channels = w.shape[1] * groups if transposed else w.shape[0]
    row("aten::convolution_backward", draw(str(x.dtype)[6:], *y.shape), x, w, [channels], stride, padding, dilation, transposed, opad, groups, mask,
        **{"atol": 2e-5, **options})
convolution(f32(2, 3, 5), f32(4, 3, 2), [1], [0], [1], 1)
convolution(f32(2, 3, 5), f32(4, 3, 2), [1], [0], [1], 1, dynamic={"grad_output": [0], "input": [0]})
convolution(f32(2, 3, 6, 7), f32(4, 3, 3, 2), [2, 1], [1, 0], [1, 1], 1)
convolution(f32(1, 2, 8, 8), f32(2, 2, 3, 3), [3, 2], [1, 1], [1, 2], 1)
convolution(f32(2, 4, 5, 5), f32(6, 2, 3, 3), [1, 1], [1, 1], [1, 1], 2)
convolution(f32(2, 4, 5, 5), f32(4, 1, 3, 3), [2, 2], [1, 1], [1, 1], 4)
convolution(f32(1, 2, 3, 4, 3), f32(2, 2, 2, 2, 2), [1, 1, 1], [0, 1, 0], [1, 1, 1], 1)
convolution(f32(2, 3, 4), f32(3, 2, 3), [2], [1], [1], 1, transposed=True, output_padding=[1])
convolution(f32(1, 4, 3, 3), f32(4, 2, 2, 3), [2, 1], [0, 1], [1, 1], 2, transposed=True)
convolution(f32(2, 3, 5), f32(4, 3, 2), [1], [0], [1], 1, mask=[True, False, False])

I = of("int64", [[0, 2, 1], [2, 2, 0]])
row("aten::embedding_dense_backward", f32(2, 3, 4), I, 5, -1, False)
row("aten::embedding_dense_backward", f32(2, 3, 4), I, 5, 2, False)
row("aten::embedding_dense_backward", f32(2, 3, 4), I, 5, -1, True)
row("aten::embedding_dense_backward", f16(2, 3, 4), I, 5, -1, False, atol=4e-3)
row("aten::embedding_dense_backward", f32(0, 4), of("int64", []), 5, -1, False)
row("aten::embedding_dense_backward", f32(2, 3, 4), I, 5, -1, False, dynamic={"grad_output": [0], "indices": [0]})
row("aten::embedding_backward", f32(2, 3, 4), I, 5, 0, True, False)
row("aten::unfold_backward", f32(3, 3, 2), [4, 3], 0, 2, 1)
row("aten::unfold_backward", f32(2, 2, 3, 4), [2, 8, 3], 1, 4, 3)
row("aten::unfold_backward", f32(1), [], 0, 1, 1)
row("aten::select_backward", f32(3), [2, 3], 0, -1)
row("aten::slice_backward", f32(2, 2), [2, 5], 1, 1, 5, 2)
row("aten::slice_backward", i64(2, 5), [2, 5], 1, 0, 9223372036854775807, 1)
row("aten::diagonal_backward", f32(3), [3, 4], 0, 0, 1)
row("aten::diagonal_backward", f32(2, 2), [3, 2, 4], -1, 0, 2)
row("aten::index_select_backward", f32(3, 2), [4, 2], 0, of("int64", [3, 0, 3]))
row("aten::gather_backward", f32(2, 2), f32(3, 2), 0, of("int64", [[0, 2], [0, 1]]), False)
row("aten::masked_select_backward", f32(2), f32(2, 2), of("bool", [[True, False], [False, True]]))
row("aten::trace_backward", f32(), [2, 3])
row("aten::value_selecting_reduction_backward", f32(2), 1, of("int64", [2, 0]), [2, 3], False)
row("aten::value_selecting_reduction_backward", f32(2, 1), -1, of("int64", [[2], [0]]), [2, 3], True)
row("aten::value_selecting_reduction_backward", f32(), 0, of("int64", 0), [], False)
T = of("int64", [2, 0, -100, 1])
for reduction in [0, 1, 2]:
    for weight in [None, f32(3)]:
        _, total = torch.ops.aten.nll_loss_forward(f32(4, 3), T, weight, reduction, -100)
        row("aten::nll_loss_backward", f32(4) if reduction == 0 else f32(), f32(4, 3), T, weight, reduction, -100, total)
row("aten::nll_loss_backward", f32(), f32(3), of("int64", 1), None, 1, -100, of("float32", 1.0))
row("aten::nll_loss2d_backward", f32(2, 2, 2), f32(2, 3, 2, 2), i64(2, 2, 2, lo=0, hi=3), f32(3), 0, 1, f32())

for suffix, size, out, corners in [("linear1d", [3], [5], True), ("bilinear2d", [3, 4], [5, 2], True), ("bicubic2d", [4, 3], [3, 5], True),
                                   ("trilinear3d", [2, 3, 2], [3, 2, 4], True), ("nearest1d", [3], [5], False), ("nearest2d", [3, 4], [5, 2], False),
                                   ("nearest3d", [2, 3, 2], [3, 2, 4], False)]:
    full = [1, 2, *size]
    if corners:
        for align in [True, False]:
            row(f"aten::upsample_{suffix}_backward", f32(1, 2, *out), out, full, align)
    else:
        row(f"aten::upsample_{suffix}_backward", f32(1, 2, *out), out, full)
        row(f"aten::_upsample_{suffix.replace('nearest', 'nearest_exact')}_backward", f32(1, 2, *out), out, full)
row("aten::upsample_bilinear2d_backward", f32(1, 2, 5, 7), [5, 7], [1, 2, 2, 3], False, 2.6, 2.4)
row("aten::upsample_bilinear2d_backward", f16(1, 2, 5, 7), [5, 7], [1, 2, 2, 3], False, atol=1e-2)
row("aten::_upsample_bilinear2d_aa_backward", f32(1, 2, 2, 3), [2, 3], [1, 2, 5, 7], False)
row("aten::_upsample_bicubic2d_aa_backward", f32(1, 2, 2, 3), [2, 3], [1, 2, 5, 7], False)
for name in ["reflection", "replication"]:
    row(f"aten::{name}_pad1d_backward", f32(2, 3, 8), f32(2, 3, 5), [1, 2])
    row(f"aten::{name}_pad2d_backward", f32(2, 6, 5), f32(2, 4, 3), [1, 1, 2, 0])
    row(f"aten::{name}_pad3d_backward", f32(1, 2, 3, 4, 5), f32(1, 2, 2, 3, 3), [1, 1, 0, 1, 1, 0])
