"""Reshape, Transpose, Slice, Pad and their kin: every form that versions gave them, strings, and sizes of 0."""
import ml_dtypes
import numpy as np
from onnx import helper
from record_evaluate import Case

x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
texts = np.array([["a", "bc", ""], ["d", "é", "f"]], dtype=object)


def i64(*values):
    return np.array(values, dtype=np.int64)


def node(op, n=2, outputs=("y",), **attributes):
    return helper.make_node(op, [f"x{i}" for i in range(n)], list(outputs), **attributes)


def given(name, made, inputs, opset, *outputs):
    return Case(name, made, inputs, opset, oracle="given", outputs=list(outputs))


def shapes():
    yield given("Reshape-1 attribute", node("Reshape", 1, shape=[0, -1]), [x], 1, x.reshape(2, 12))
    yield Case("Reshape 0 and -1", node("Reshape"), [x, i64(0, -1, 2)], 13)
    yield given("Reshape allowzero", node("Reshape", allowzero=1), [np.zeros((0, 3), np.float32), i64(3, 0)], 14, np.zeros((3, 0), np.float32))
    yield given("Reshape scalar", node("Reshape"), [np.float64(3).reshape(1, 1), np.zeros(0, np.int64)], 21, np.array(3.0))
    yield given("Reshape strings", node("Reshape"), [texts, i64(3, 2)], 21, texts.reshape(3, 2))
    yield given("Reshape int4", node("Reshape"), [np.array([[1, -8, 7]], ml_dtypes.int4), i64(3)], 21, np.array([1, -8, 7], ml_dtypes.int4))
    yield Case("Flatten-9 default", node("Flatten", 1), [x], 9)
    yield Case("Flatten axis=0", node("Flatten", 1, axis=0), [x], 13)
    yield Case("Flatten axis=-1", node("Flatten", 1, axis=-1), [x], 13)
    yield given("Flatten axis=rank", node("Flatten", 1, axis=3), [x], 13, x.reshape(24, 1))
    one = x.reshape(1, 2, 1, 12)
    yield Case("Squeeze-1 attribute", node("Squeeze", 1, axes=[0]), [one], 1)
    yield Case("Squeeze-11 all", node("Squeeze", 1), [one], 11)
    yield Case("Squeeze-13 negative", node("Squeeze"), [one, i64(-2)], 13)
    yield given("Squeeze strings", node("Squeeze"), [texts.reshape(1, 6), i64(0)], 13, texts.reshape(6))
    yield Case("Unsqueeze-1 attribute", node("Unsqueeze", 1, axes=[0, 4]), [x], 1)
    yield given("Unsqueeze-13 negative, out of order", node("Unsqueeze"), [x, i64(-1, 1)], 13, x.reshape(2, 1, 3, 4, 1))
    yield given("Unsqueeze scalar", node("Unsqueeze"), [np.array(2, np.int8), i64(0)], 21, np.array([2], np.int8))
    yield Case("Transpose default", node("Transpose", 1), [x], 13)
    yield Case("Transpose f16", node("Transpose", 1, perm=[2, 0, 1]), [x.astype(np.float16)], 13)
    yield given("Transpose strings", node("Transpose", 1), [texts], 13, texts.T)
    yield given("Expand both ways", node("Expand"), [x[:, :1], i64(5, 1, 1, 4)], 13, np.broadcast_to(x[:, :1], (5, 2, 1, 4)))
    yield given("Expand strings", node("Expand"), [texts[:1], i64(2, 3)], 13, np.broadcast_to(texts[:1], (2, 3)))
    yield given("Expand to nothing", node("Expand"), [np.ones((1, 2), np.int32), i64(0, 2)], 13, np.ones((0, 2), np.int32))


def joins():
    yield given("Tile-1 one axis", node("Tile", 3), [x, np.float32(2), np.float32(1)], 1, np.tile(x, (1, 2, 1)))
    yield Case("Tile", node("Tile"), [x, i64(1, 2, 2)], 13)
    yield given("Tile none", node("Tile"), [x, i64(1, 0, 2)], 13, np.tile(x, (1, 0, 2)))
    yield given("Tile strings", node("Tile"), [texts, i64(1, 2)], 13, np.tile(texts, (1, 2)))
    yield given("Concat-1 default axis", node("Concat"), [x, x[:, :1]], 1, np.concatenate([x, x[:, :1]], 1))
    yield Case("Concat negative axis", node("Concat", 3, axis=-1), [x, x[..., :0], x[..., :2]], 13)
    yield given("Concat strings", node("Concat", axis=0), [texts, texts[:1]], 13, np.concatenate([texts, texts[:1]]))
    yield Case("Concat bf16", node("Concat", axis=0), [x.astype(ml_dtypes.bfloat16), x[:1].astype(ml_dtypes.bfloat16)], 13)
    yield given("Split-1 input", node("Split", 2, "ab", axis=1), [x, np.float32([1, 2])], 1, x[:, :1], x[:, 1:])
    yield Case("Split-2 attribute", node("Split", 1, "ab", axis=2, split=[1, 3]), [x], 2)
    yield Case("Split-11 equal", node("Split", 1, "ab", axis=-1), [x], 11)
    yield Case("Split-13 input", node("Split", 2, "abc", axis=1), [x, i64(1, 0, 2)], 13)
    yield Case("Split-18 num_outputs uneven", node("Split", 1, "ab", axis=1, num_outputs=2), [x], 18)
    yield given("Split strings", node("Split", 1, "ab", axis=1, num_outputs=2), [texts], 18, texts[:, :2], texts[:, 2:])


def slices():
    yield Case("Slice-1 attributes", node("Slice", 1, starts=[0, 1], ends=[2, -1], axes=[0, 2]), [x], 1)
    yield Case("Slice-1 without axes", node("Slice", 1, starts=[1, 1], ends=[1000, 1000]), [x], 1)
    big = np.iinfo(np.int64)
    forms = {"reversed": ([-1], [big.min], [1], [-1]), "backwards by 2": ([10], [-10], [2], [-2]), "empty": ([2], [1], [1], [1]),
             "clamped": ([-100], [big.max], [2], [3]), "two axes": ([1, 2], [0, 0], [0, -1], [-1, -1])}
    for name, (starts, ends, axes, steps) in forms.items():
        yield Case(f"Slice-13 {name}", node("Slice", 5), [x, i64(*starts), i64(*ends), i64(*axes), i64(*steps)], 13)
    yield Case("Slice-10 without axes", node("Slice", 3), [x, i64(0, 1), i64(1, 3)], 10)
    int32 = [np.array(v, np.int32) for v in ([1], [3], [-1])]
    yield Case("Slice-13 int32 indices", node("Slice", 4), [x, *int32], 13)
    yield given("Slice strings backwards", node("Slice", 5), [texts, i64(2), i64(-9), i64(1), i64(-1)], 13, texts[:, ::-1])


def pads():
    m = np.arange(6, dtype=np.float32).reshape(2, 3)
    around = [1, 2, 0, 1]
    for mode in ("constant", "edge", "reflect"):
        width = [(1, 0), (2, 1)]
        value = {"constant_values": 1.5} if mode == "constant" else {}
        yield given(f"Pad-1 {mode}", node("Pad", 1, paddings=around, mode=mode, value=1.5), [m], 1, np.pad(m, width, mode, **value))
        yield Case(f"Pad-2 {mode}", node("Pad", 1, pads=around, mode=mode, value=1.5), [m], 2)
        yield Case(f"Pad-11 {mode}", node("Pad", 3, mode=mode), [m, i64(*around), np.float32(2)], 11)
    yield Case("Pad-19 wrap", node("Pad", 2, mode="wrap"), [m, i64(*around)], 19)
    yield Case("Pad-19 wrap further than the dim", node("Pad", 2, mode="wrap"), [m, i64(5, 4, 3, 7)], 19)
    yield Case("Pad-13 reflect further than the dim", node("Pad", 2, mode="reflect"), [m, i64(3, 5, 2, 6)], 13)
    yield Case("Pad-18 axes", node("Pad", 4), [x, i64(1, 2, 0, 1), np.float32(9), i64(-1, 0)], 18)
    yield Case("Pad-13 negative", node("Pad", 2), [x, i64(0, -1, 1, 0, 0, -2)], 13, oracle="onnxruntime")
    yield Case("Pad-13 negative edge", node("Pad", 2, mode="edge"), [x, i64(0, -1, 1, 1, 0, -2)], 13, oracle="onnxruntime")
    large = np.array([[2**62 + 1, -5]], np.int64)
    yield Case("Pad int64 exact", node("Pad", 3), [large, i64(0, 1, 0, 0), np.array(2**60 + 1, np.int64)], 21)
    yield Case("Pad bool", node("Pad", 3), [np.array([True, False]), i64(1, 1), np.array(True)], 21)
    yield Case("Pad f16", node("Pad", 3), [m.astype(np.float16), i64(0, 1, 0, 0), np.array(-0.5, np.float16)], 21)
    strings = np.pad(texts, [(0, 0), (1, 0)], constant_values="")
    yield given("Pad strings", node("Pad", 2), [texts, i64(0, 1, 0, 0)], 28, strings)
    yield given("Pad complex", node("Pad", 2), [np.complex64([1 + 2j]), i64(0, 1)], 21, np.complex64([1 + 2j, 0]))
    yield given("Pad empty", node("Pad", 2), [np.zeros((0, 2), np.float64), i64(1, 0, 1, 0)], 21, np.zeros((2, 2)))


def blocks():
    image = np.arange(32, dtype=np.float32).reshape(1, 8, 2, 2)
    yield Case("DepthToSpace-1", node("DepthToSpace", 1, blocksize=2), [image], 1, oracle="given", outputs=[depth_to_space(image)])
    yield Case("DepthToSpace CRD", node("DepthToSpace", 1, blocksize=2, mode="CRD"), [image.astype(np.float64)], 13)
    yield Case("SpaceToDepth", node("SpaceToDepth", 1, blocksize=2), [image.reshape(1, 2, 4, 4)], 13)
    yield Case("SpaceToDepth-28 CRD", node("SpaceToDepth", 1, blocksize=2, mode="CRD"), [image.reshape(1, 2, 4, 4)], 28)
    yield Case("CenterCropPad odd", node("CenterCropPad"), [x, i64(3, 2, 1)], 18)
    yield Case("CenterCropPad axes", node("CenterCropPad", axes=[-1, 1]), [x, i64(7, 2)], 18)
    square = np.arange(16, dtype=np.int64).reshape(4, 4)
    for upper, k in ((1, -1), (0, 1), (1, 9), (0, -9)):
        yield Case(f"Trilu upper={upper} k={k}", node("Trilu", upper=upper), [square, np.array(k, np.int64)], 14)
    yield Case("Trilu batch bool", node("Trilu", 1), [x > 5], 14)
    yield Case("Trilu empty", node("Trilu", 1), [np.zeros((2, 0, 3), np.float16)], 14)
    yield given("Trilu strings", node("Trilu", 1), [texts], 14, np.array([["a", "bc", ""], ["", "é", "f"]], dtype=object))
    lengths = i64(3, 1)
    yield Case("ReverseSequence batch first", node("ReverseSequence", time_axis=1, batch_axis=0), [x, lengths], 10)
    yield Case("ReverseSequence time first", node("ReverseSequence"), [x.swapaxes(0, 1).copy(), lengths], 10)
    yield given("ReverseSequence strings", node("ReverseSequence", time_axis=1, batch_axis=0), [texts, i64(2, 3)], 10,
                np.array([["bc", "a", ""], ["f", "é", "d"]], dtype=object))
    columns = np.arange(1, 25, dtype=np.float64).reshape(1, 4, 6)
    yield Case("Col2Im overlapping", node("Col2Im", 3, pads=[0, 1, 0, 1], strides=[1, 1], dilations=[1, 2]), [columns, i64(3, 3), i64(2, 2)], 18)
    yield Case("Col2Im 1-D", node("Col2Im", 3), [np.arange(1, 13, dtype=np.float32).reshape(1, 3, 4), i64(6), i64(3)], 18)


def depth_to_space(image):
    n, c, h, w = image.shape
    return image.reshape(n, 2, 2, c // 4, h, w).transpose(0, 3, 4, 1, 5, 2).reshape(n, c // 4, 2 * h, 2 * w)


def cases():
    for part in (shapes, joins, slices, pads, blocks):
        yield from part()
