"""ImageDecoder: what Pillow, which ONNX's reference implementation uses, reads from files that it wrote."""
import io
import numpy as np
from onnx import helper
from PIL import Image
from record_evaluate import Case

rng = np.random.default_rng(4)
colours = np.zeros((5, 7, 3), np.uint8)
colours[:3, :4] = rng.integers(0, 256, 3)
colours[3:, 2:] = rng.integers(0, 256, 3)
colours[4, :] = rng.integers(0, 256, (7, 3))
rgb = Image.fromarray(colours)
MODES = dict(RGB=rgb, L=rgb.convert("L"), P=rgb.quantize(6), **{"1": rgb.convert("1"), "RGBA": rgb.convert("RGBA"), "LA": rgb.convert("LA")})


def coded(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return np.frombuffer(out.getvalue(), np.uint8)


def decoded(image, pixel_format):
    if pixel_format == "Grayscale":
        return np.array((image if image.mode in ("L", "1") else image.convert("RGB")).convert("L"))[:, :, None]
    pixels = np.array(image.convert("RGB"))
    return pixels[:, :, ::-1].copy() if pixel_format == "BGR" else pixels


def cases():
    kinds = [("BMP", m) for m in ("RGB", "L", "P", "1", "RGBA")] + [("PNG", m) for m in MODES] + [("PPM", m) for m in ("RGB", "L", "1")] + [
        ("TIFF", m) for m in ("RGB", "L")] + [("JPEG", m) for m in ("RGB", "L")]
    for form, mode in kinds:
        data = coded(MODES[mode], form)
        for pixel_format in ("RGB", "BGR", "Grayscale"):
            if form == "BMP" and mode != "RGB" and pixel_format == "Grayscale":
                continue
            image = Image.open(io.BytesIO(data.tobytes()))
            node = helper.make_node("ImageDecoder", ["x"], ["y"], pixel_format=pixel_format)
            yield Case(f"{form} {mode} {pixel_format}", node, [data], 20, oracle="given", outputs=[decoded(image, pixel_format)])
    text = np.frombuffer(b"P3 # colours\n2 1\n100\n0 50 100\n100 0 25\n", np.uint8)
    want = np.array([[[0, 128, 255], [255, 0, 64]]], np.uint8)
    yield Case("PPM text", helper.make_node("ImageDecoder", ["x"], ["y"]), [text], 20, oracle="given", outputs=[want])
    stored = coded(rgb, "PNG", compress_level=0)
    yield Case("PNG stored", helper.make_node("ImageDecoder", ["x"], ["y"]), [stored], 20, oracle="given", outputs=[colours])
    large = np.add.outer(np.arange(22), np.arange(24)).astype(np.uint8) * 5
    noisy = np.stack([large, large.T.reshape(22, 24), rng.integers(0, 30, (22, 24)).astype(np.uint8)], 2)
    yield Case("PNG filters", helper.make_node("ImageDecoder", ["x"], ["y"]), [coded(Image.fromarray(noisy), "PNG", optimize=True)], 20, oracle="given",
               outputs=[noisy])
    for name, options in (("quality 95", dict(quality=95)), ("4:4:4", dict(subsampling=0)), ("4:2:2", dict(subsampling=1)), ("optimized", dict(optimize=True)),
                          ("restarts", dict(restart_marker_blocks=1))):
        small = noisy[:21, :19]
        data = coded(Image.fromarray(small), "JPEG", **options)
        want = np.array(Image.open(io.BytesIO(data.tobytes())))
        yield Case(f"JPEG {name}", helper.make_node("ImageDecoder", ["x"], ["y"]), [data], 20, oracle="given", outputs=[want])
