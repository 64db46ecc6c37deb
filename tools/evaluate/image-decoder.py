"""Resize and Upsample in all versions and modes, sampling by grids, regions of interest, deformable convolution."""
import ml_dtypes
import numpy as np
import torch
from onnx import helper
from record_evaluate import Case

image = np.arange(1, 17, dtype=np.float32).reshape(1, 1, 4, 4) ** 1.5
noise = (np.random.default_rng(0).normal(size=(2, 4, 5, 6)) * 8).round().astype(np.float32) / 8
picture = noise[:1, :1].copy()
TRANSFORMATIONS = ("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric")


def i64(*values):
    return np.array(values, dtype=np.int64)


def f32(*values):
    return np.array(values, dtype=np.float32)


def node(op, inputs=1, **attributes):
    """`inputs`: how many, or a text in which `-` is an omitted one."""
    names = [f"x{i}" for i in range(inputs)] if isinstance(inputs, int) else [f"x{i}" if c != "-" else "" for i, c in enumerate(inputs)]
    return helper.make_node(op, names, ["y"], **attributes)


def given(name, made, inputs, opset, output):
    return Case(name, made, inputs, opset, oracle="given", outputs=[output])


def resize(name, inputs, attributes, opset=19, oracle="reference", x=image):
    made = node("Resize", "".join("-" if v is None else "x" for v in [x, *inputs]), **attributes)
    return Case(f"Resize-{opset} {name}", made, [x, *inputs], opset, oracle=oracle)


def scales(*values):
    return (None, f32(1, 1, *values))


def sizes(*values):
    return (None, None, i64(1, 1, *values))


def resizes():
    for mode in ("nearest", "linear", "cubic"):
        yield resize(mode, scales(2, 3), {"mode": mode}, 13)
        for t in TRANSFORMATIONS:
            yield resize(f"{mode} {t} up", scales(1.5, 2), {"mode": mode, "coordinate_transformation_mode": t})
            yield resize(f"{mode} {t} down", scales(0.6, 0.55), {"mode": mode, "coordinate_transformation_mode": t})
        yield resize(f"{mode} to sizes", sizes(3, 7), {"mode": mode}, 13, "onnxruntime")
        crop = (f32(0, 0, 0.4, -0.2, 1, 1, 0.6, 1.2), f32(1, 1, 1, 1.5))
        yield resize(f"{mode} crop", crop, {"mode": mode, "coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": 10.0})
    for n in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        for t in ("half_pixel", "asymmetric"):
            yield resize(f"nearest {n} {t}", sizes(2, 8), {"nearest_mode": n, "coordinate_transformation_mode": t}, 13, "onnxruntime")
    for mode in ("linear", "cubic"):
        yield resize(f"{mode} antialias", scales(0.6, 0.6), {"mode": mode, "antialias": 1})
        yield resize(f"{mode} antialias excluding", sizes(2, 3), {"mode": mode, "antialias": 1, "exclude_outside": 1})
        yield resize(f"{mode} excluding", scales(1.5, 0.8), {"mode": mode, "exclude_outside": 1, "cubic_coeff_a": -0.5})
    for policy in ("not_larger", "not_smaller"):
        yield resize(policy, (None, None, i64(7, 8)), {"axes": [2, 3], "keep_aspect_ratio_policy": policy}, 18)
    yield resize("axes out of order", (None, f32(2, 0.5)), {"axes": [3, 2], "mode": "linear"}, 18)
    yield resize("11 with empty scales", (f32(), f32(), i64(1, 1, 8, 2)), {"mode": "linear"}, 11, "onnxruntime")
    yield resize("11 tf_half_pixel_for_nn", (f32(), f32(1, 1, 0.8, 1.6)), {"coordinate_transformation_mode": "tf_half_pixel_for_nn"}, 11, "onnxruntime")
    for dtype in (np.float64, np.float16, np.int32, np.uint8, np.int8):
        yield resize(f"linear {np.dtype(dtype).name}", scales(2, 1.5), {"mode": "linear"}, x=image.astype(dtype))
        yield resize(f"nearest {np.dtype(dtype).name}", scales(2, 0.5), {}, x=image.astype(dtype))
    texts = np.array(["a", "b"], dtype=object)
    yield given("Resize nearest strings", node("Resize", "x-x", mode="nearest"), [texts, None, f32(2)], 19, texts.repeat(2))
    yield given("Resize linear bool", node("Resize", "x-x", mode="linear"), [np.array([True, False]), None, f32(2)], 19, np.array([True, True, False, False]))
    yield resize("cubic saturates", scales(2, 2), {"mode": "cubic"}, x=np.array([[0, 255, 0, 255]] * 4, np.uint8).reshape(1, 1, 4, 4))


def old_resizes():
    for mode in ("nearest", "linear"):
        for s in ((2, 3), (0.6, 0.5), (1.3, 1)):
            yield Case(f"Resize-10 {mode} {s}", node("Resize", 2, mode=mode), [image, f32(1, 1, *s)], 10, oracle="onnxruntime")
        yield Case(f"Upsample-7 {mode}", node("Upsample", 1, mode=mode, scales=[1.0, 1.0, 2.0, 1.5]), [image], 7, oracle="onnxruntime")
        yield Case(f"Upsample-9 {mode}", node("Upsample", 2, mode=mode), [image, f32(1, 1, 1.5, 2)], 9, oracle="onnxruntime")
    yield given("Upsample-1", node("Upsample", 1, mode="nearest", height_scale=2.0, width_scale=3.0), [image], 1, image.repeat(2, 2).repeat(3, 3))


def grids():
    grid = np.random.default_rng(1).uniform(-1.3, 1.3, size=(1, 3, 4, 2)).astype(np.float32)
    for mode in ("linear", "nearest", "cubic"):
        for padding in ("zeros", "border", "reflection"):
            for align in (0, 1):
                y = torch.nn.functional.grid_sample(torch.tensor(picture), torch.tensor(grid), mode={"linear": "bilinear", "cubic": "bicubic"}.get(mode, mode),
                                                    padding_mode=padding, align_corners=bool(align)).numpy()
                made = node("GridSample", 2, mode=mode, padding_mode=padding, align_corners=align)
                yield given(f"GridSample {mode} {padding} align={align}", made, [picture, grid], 20, y)
    for mode in ("bilinear", "bicubic"):
        yield Case(f"GridSample-16 {mode}", node("GridSample", 2, mode=mode), [picture, grid], 16, oracle="onnxruntime")
    volume, points = noise.reshape(1, 2, 4, 5, 6), np.random.default_rng(2).uniform(-1.2, 1.2, size=(1, 2, 2, 3, 3)).astype(np.float32)
    for mode in ("linear", "nearest"):
        y = torch.nn.functional.grid_sample(torch.tensor(volume), torch.tensor(points), mode=mode.replace("linear", "bilinear"), padding_mode="border", align_corners=False)
        yield given(f"GridSample 3-D {mode}", node("GridSample", 2, mode=mode, padding_mode="border"), [volume, points], 20, y.numpy())
    y = torch.nn.functional.grid_sample(torch.tensor(picture, dtype=torch.float64), torch.tensor(grid, dtype=torch.float64), align_corners=False).numpy()
    yield given("GridSample f64", node("GridSample", 2), [picture.astype(np.float64), grid.astype(np.float64)], 22, y)
    for align in (0, 1):
        for size, theta in (((2, 1, 2, 3), noise[:, :2, :1, :3]), ((2, 1, 2, 3, 2), noise[:, :3, 0, :4])):
            t = np.ascontiguousarray(theta.reshape(2, len(size) - 2, len(size) - 1)).astype(np.float64)
            y = torch.nn.functional.affine_grid(torch.tensor(t), size, align_corners=bool(align)).numpy()
            yield given(f"AffineGrid {len(size) - 2}-D align={align}", node("AffineGrid", 2, align_corners=align), [t, i64(*size)], 20, y)
    h = np.array([[[1, 0, 0.5], [0, 1, 0]]], ml_dtypes.bfloat16)
    y = torch.nn.functional.affine_grid(torch.tensor(h.astype(np.float32)), (1, 1, 2, 2), align_corners=False).numpy().astype(ml_dtypes.bfloat16)
    yield given("AffineGrid bf16", node("AffineGrid", 2), [h, i64(1, 1, 2, 2)], 20, y)


def regions():
    rois = f32([0.3, 0.2, 3.6, 4.1], [1, 2, 5.5, 3.2], [-1, -1, 2, 2])
    images = i64(0, 1, 1)
    shape = {"output_height": 2, "output_width": 3}
    for opset, attributes in ((10, {}), (16, {}), (16, {"coordinate_transformation_mode": "output_half_pixel"}), (16, {"mode": "max"}), (22, {"sampling_ratio": 2})):
        made = node("RoiAlign", 3, **shape, **attributes)
        label = ", ".join(map(str, attributes.values()))
        yield Case(f"RoiAlign-{opset} {label}", made, [noise, rois, images], opset, oracle="onnxruntime" if opset < 22 else "reference")
    yield Case("RoiAlign scale f64", node("RoiAlign", 3, spatial_scale=0.5, **shape), [noise.astype(np.float64), rois.astype(np.float64), images], 16, oracle="onnxruntime")
    boxes = f32([0, 0, 0, 3, 4], [1, 2, 1, 5, 3], [1, 4, 4, 9, 9])
    yield Case("MaxRoiPool", node("MaxRoiPool", 2, pooled_shape=[2, 3]), [noise, boxes], 1, oracle="onnxruntime")
    yield Case("MaxRoiPool scale", node("MaxRoiPool", 2, pooled_shape=[2, 2], spatial_scale=0.5), [noise, boxes], 13, oracle="onnxruntime")


def deformations():
    x, w = noise[:1, :, :4, :4].copy(), noise[:2, :2, :2, :2].copy()
    offset = np.random.default_rng(3).normal(size=(1, 16, 3, 3)).astype(np.float32)
    mask = np.random.default_rng(4).uniform(size=(1, 8, 3, 3)).astype(np.float32)
    attributes = {"group": 2, "offset_group": 2, "kernel_shape": [2, 2]}
    yield Case("DeformConv groups, mask", node("DeformConv", 5, **attributes), [x, w, offset, f32(1, -1), mask], 19, oracle="onnxruntime")
    yield Case("DeformConv without bias", node("DeformConv", "xxx-x", **attributes), [x, w, offset, None, mask], 22, oracle="onnxruntime")
    strided = {**attributes, "strides": [2, 2], "pads": [1, 0, 1, 1], "dilations": [2, 1]}
    yield Case("DeformConv strided", node("DeformConv", 3, **strided), [x.astype(np.float64), w.astype(np.float64), offset[:, :, :2, :2].astype(np.float64)], 19, oracle="onnxruntime")


def cases():
    for part in (resizes, old_resizes, grids, regions, deformations):
        yield from part()
