# torchvision's operators, grouped matrix products.
# The recorder's environment has no torchvision: its operators are stated here by their definitions
# (torchvision/csrc/ops/cpu/nms_kernel.cpp, deform_conv2d_kernel.cpp; torchvision/ops/roi_align.py, _roi_align).
import transformers.integrations.moe

tv = torch.library.Library("torchvision", "DEF")
tv.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
tv.define("roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, int sampling_ratio, bool aligned) -> Tensor")


def nms(dets, scores, iou_threshold):
    x1, y1, x2, y2 = dets.unbind(1)
    area = (x2 - x1) * (y2 - y1)
    keep = []
    for i in scores.argsort(descending=True, stable=True).tolist():
        j = torch.tensor(keep, dtype=torch.int64)
        w = (torch.minimum(x2[i], x2[j]) - torch.maximum(x1[i], x1[j])).clamp(min=0)
        h = (torch.minimum(y2[i], y2[j]) - torch.maximum(y1[i], y1[j])).clamp(min=0)
        if not (w * h / (area[i] + area[j] - w * h) > iou_threshold).any():
            keep.append(i)
    return torch.tensor(keep, dtype=torch.int64)


def sample(plane, y, x):
    height, width = plane.shape[-2:]
    if y < -1 or y > height or x < -1 or x > width:
        return torch.zeros(plane.shape[0])
    y, x = max(y, 0.0), max(x, 0.0)
    y0, x0 = min(int(y), height - 1), min(int(x), width - 1)
    y1, x1 = min(y0 + 1, height - 1), min(x0 + 1, width - 1)
    y, x = (y0 if y0 == height - 1 else y), (x0 if x0 == width - 1 else x)
    ly, lx = y - y0, x - x0
    return (1 - ly) * ((1 - lx) * plane[:, y0, x0] + lx * plane[:, y0, x1]) + ly * ((1 - lx) * plane[:, y1, x0] + lx * plane[:, y1, x1])


def roi_align(input, rois, spatial_scale, pooled_height, pooled_width, sampling_ratio, aligned):
    out = torch.zeros(rois.shape[0], input.shape[1], pooled_height, pooled_width)
    shift = 0.5 if aligned else 0.0
    for k, (image, *box) in enumerate(rois.tolist()):
        x1, y1, x2, y2 = (v * spatial_scale - shift for v in box)
        w, h = (x2 - x1, y2 - y1) if aligned else (max(x2 - x1, 1.0), max(y2 - y1, 1.0))
        bh, bw = h / pooled_height, w / pooled_width
        ny = sampling_ratio if sampling_ratio > 0 else math.ceil(h / pooled_height)
        nx = sampling_ratio if sampling_ratio > 0 else math.ceil(w / pooled_width)
        for p in range(pooled_height):
            for q in range(pooled_width):
                for i in range(ny):
                    for j in range(nx):
                        out[k, :, p, q] += sample(input[int(image)], y1 + p * bh + (i + 0.5) * bh / ny, x1 + q * bw + (j + 0.5) * bw / nx) / max(ny * nx, 1)
    return out


def deform_conv2d(input, weight, offset, mask, bias, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups, offset_groups, use_mask):
    n, c, height, width = input.shape
    out, per_group, kh, kw = weight.shape
    oh, ow = offset.shape[-2:]
    offset = offset.reshape(n, offset_groups, kh, kw, 2, oh, ow)
    mask = mask.reshape(n, offset_groups, kh, kw, oh, ow) if use_mask else torch.ones(n, offset_groups, kh, kw, oh, ow)
    rows = (torch.arange(oh) * stride_h - pad_h)[:, None] + torch.zeros(ow)
    columns = (torch.arange(ow) * stride_w - pad_w) + torch.zeros(oh, 1)
    taps = torch.zeros(n, c, kh, kw, oh, ow)
    for g in range(offset_groups):
        part = slice(g * c // offset_groups, (g + 1) * c // offset_groups)
        for i in range(kh):
            for j in range(kw):
                y = rows + i * dilation_h + offset[:, g, i, j, 0]
                x = columns + j * dilation_w + offset[:, g, i, j, 1]
                grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], -1)
                taps[:, part, i, j] = torch.nn.functional.grid_sample(input[:, part], grid, align_corners=False) * mask[:, g, None, i, j]
    columns = taps.reshape(n, groups, c // groups * kh * kw, oh * ow)
    kernel = weight.reshape(groups, out // groups, per_group * kh * kw)
    return (kernel @ columns).reshape(n, out, oh, ow) + bias[:, None, None]


tv.define(
    "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, SymInt stride_h, SymInt stride_w, SymInt pad_h, SymInt pad_w,"
    " SymInt dilation_h, SymInt dilation_w, SymInt groups, SymInt offset_groups, bool use_mask) -> Tensor"
)
tv.impl("deform_conv2d", deform_conv2d, "CPU")
tv.impl("nms", nms, "CPU")
tv.impl("roi_align", roi_align, "CPU")

corners = f32(12, 2, lo=0, hi=10)
boxes = torch.cat([corners, corners + f32(12, 2, lo=1, hi=6)], 1)
row("torchvision::nms", boxes, f32(12, lo=0, hi=1), 0.5)
row("torchvision::nms", boxes, f32(12, lo=0, hi=1), 0.1, dynamic={"dets": [0], "scores": [0]})
row("torchvision::nms", f32(0, 4), f32(0), 0.5)
rois = torch.cat([of("float32", [[0], [1], [0]]), of("float32", [[0, 0, 6, 5], [1, 2, 7.5, 7], [2.2, 3.1, 4.4, 7.9]])], 1)
for aligned in [False, True]:
    row("torchvision::roi_align", f32(2, 3, 8, 8), rois, 1.0, 3, 2, 2, aligned)
    row("torchvision::roi_align", f32(2, 3, 8, 8), rois, 0.5, 2, 2, -1, aligned)
row("torchvision::roi_align", f32(2, 3, 8, 8), rois, 1.0, 3, 3, 0, True, dynamic={"rois": [0]})
for offs in [[2, 2, 7], [0, 3, 5], [7, 7, 7]]:
    row("transformers::grouped_mm_fallback", f32(7, 4), f32(3, 4, 5), of("int32", offs))
row("transformers::grouped_mm_fallback", f32(7, 4), f32(3, 4, 5), of("int32", [1, 4, 7]), dynamic={"input": [0]})
row("torchvision::deform_conv2d", f32(2, 4, 6, 7), f32(3, 4, 3, 3), f32(2, 18, 6, 7), f32(2, 9, 6, 7), f32(3), 1, 1, 1, 1, 1, 1, 1, 1, True, atol=2e-5)
row("torchvision::deform_conv2d", f32(1, 4, 6, 7), f32(4, 2, 2, 3), f32(1, 24, 3, 3), f32(1, 0), f32(4), 2, 2, 0, 0, 1, 1, 2, 2, False, atol=2e-5)
row("torchvision::roi_align", f32(2, 3, 8, 8), f32(0, 5), 1.0, 3, 3, 2, True, dynamic={"rois": [0]})
inverted = of("float32", [[1, 6, 5, 2, 2], [0, -3, -2, 12, 14]])
for aligned in [False, True]:
    row("torchvision::roi_align", f32(2, 3, 8, 8), inverted, 1.0, 2, 3, 0, aligned)
