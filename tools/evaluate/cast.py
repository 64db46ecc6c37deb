"""Cast, CastLike, BitCast: all pairs of dtypes, 8-bit floats that saturate or do not, e8m0's roundings, strings."""
import ml_dtypes
import numpy as np
from onnx import TensorProto as T
from onnx import helper
from record_evaluate import DTYPES, Case

TYPES = [np.dtype(t) for t in (np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.float16, np.float32, np.float64,
                               ml_dtypes.bfloat16, ml_dtypes.int4, ml_dtypes.uint4, ml_dtypes.int2, ml_dtypes.uint2, ml_dtypes.float4_e2m1fn,
                               ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e4m3fnuz, ml_dtypes.float8_e5m2, ml_dtypes.float8_e5m2fnuz)]
EIGHTS = [t for t in TYPES if "float8" in t.name]
edges = np.array([0, -0.0, 1.0625, 239, 240, 249, 464, 465, 57344, 61440, 61441, 1e6, np.inf, -np.inf, np.nan, 2.0**-10, 1e-9], np.float32)


def given(name, node, inputs, output, opset=25, **more):
    return Case(name, node, inputs, opset, oracle="given", outputs=[output], **more)


def cast(to, **attributes):
    return helper.make_node("Cast", ["x"], ["y"], to=to, **attributes)


def pairs():
    for a in TYPES:
        low = [0, 1, 1, 0] if a == np.bool_ else [0, 1, 3, 2] if "uint2" in a.name else [0, 1, -2, -1] if a.name == "int2" else [0, 1, 6, 3]
        x = np.array(low).astype(a)
        for b in TYPES:
            middle = x.astype(np.float32) if x.dtype.kind == "V" or b.kind == "V" else x
            # Integers wrap through int64: ml_dtypes would convert through float.
            y = (middle != 0) if b == np.bool_ else middle.astype(np.int64).astype(b) if b.name in ("int2", "uint2", "int4", "uint4") else middle.astype(b)
            yield given(f"{a.name} to {b.name}", cast(DTYPES[b]), [x], y)
    for a, b in ((np.int64, np.int8), (np.int64, np.uint8), (np.int32, np.uint16), (np.uint64, np.int64), (np.int16, np.uint64), (np.int64, np.float32)):
        info = np.iinfo(a)
        x = np.array([info.min, info.max, 200, info.max - 1], a)
        yield given(f"ends of {np.dtype(a).name} to {np.dtype(b).name}", cast(DTYPES[np.dtype(b)]), [x], x.astype(b))
    x = np.array([-1.7, 1.7, 0.2, -0.2], np.float32)
    for b in (np.int32, np.int64, np.int8, np.bool_):
        yield given(f"fractions to {np.dtype(b).name}", cast(DTYPES[np.dtype(b)]), [x], x.astype(b))
    yield given("float32 past float16", cast(T.FLOAT16), [np.array([1e6, 65519, 65520], np.float32)], np.array([np.inf, 65504, np.inf], np.float16))
    for opset, to in ((6, T.INT32), (13, T.DOUBLE)):
        want = np.int32 if to == T.INT32 else np.float64
        yield given(f"Cast-{opset} {to}", cast(to), [x], x.astype(want), opset)


def eights():
    for t in EIGHTS:
        top = float(ml_dtypes.finfo(t).max)
        clipped = np.where(np.isnan(edges), edges, np.clip(edges, -top, top)).astype(t)
        yield given(f"saturate {t.name}", cast(DTYPES[t]), [edges], clipped)
        yield given(f"no saturate {t.name}", cast(DTYPES[t], saturate=0), [edges], edges.astype(t))
        like = helper.make_node("CastLike", ["x", "t"], ["y"], saturate=0)
        yield given(f"CastLike {t.name}", like, [edges, np.zeros(1, t)], edges.astype(t))
    scales = np.array([0.124, 0.25, 0.75, 1.1, 1.5, 2.9, 3.0, 2.0**127, 1.9 * 2.0**127, np.nan], np.float32)
    exponents = dict(up=[-3, -2, 0, 1, 1, 2, 2, 127, 127], down=[-4, -2, -1, 0, 0, 1, 1, 127, 127], nearest=[-3, -2, 0, 0, 1, 1, 2, 127, 127])
    for mode, wanted in exponents.items():
        codes = np.array([e + 127 for e in wanted] + [255], np.uint8).view(ml_dtypes.float8_e8m0fnu)
        yield given(f"float8_e8m0 {mode}", cast(T.FLOAT8E8M0, round_mode=mode), [scales], codes)
    past = np.array([0.0, 1.9 * 2.0**127, np.inf, 1], np.float32)
    codes = np.array([255, 255, 255, 127], np.uint8).view(ml_dtypes.float8_e8m0fnu)
    yield given("float8_e8m0 no saturate", cast(T.FLOAT8E8M0, round_mode="nearest", saturate=0), [past], codes)
    back = np.array([0, 1, 127, 254, 255], np.uint8).view(ml_dtypes.float8_e8m0fnu)
    yield given("float8_e8m0 to float32", cast(T.FLOAT), [back], back.astype(np.float32))
    fours = np.array([0.25, 0.26, 0.75, -0.3, 2.5, 3.5, 5.0, 5.1, 100, -100], np.float32)
    yield given("float4 rounds", cast(T.FLOAT4E2M1), [fours], fours.astype(ml_dtypes.float4_e2m1fn))


def strings():
    texts = np.array(["3.14", " 1e-5", "+INF", "-inf", "NaN", "1000", ".5", "5."], object)
    floats = np.array([3.14, 1e-5, np.inf, -np.inf, np.nan, 1000, 0.5, 5])
    for t in (np.float32, np.float64, np.float16):
        yield given(f"strings to {np.dtype(t).name}", cast(DTYPES[np.dtype(t)]), [texts], floats.astype(t))
    whole = np.array(["-12", "9223372036854775807", "7"], object)
    yield given("strings to int64", cast(T.INT64), [whole], np.array([-12, 2**63 - 1, 7]))
    yield given("strings to int8", cast(T.INT8), [np.array(["-128", "5"], object)], np.array([-128, 5], np.int8))
    yield given("strings to bool", cast(T.BOOL), [np.array(["1", "0"], object)], np.array([True, False]))
    numbers = np.array([3.14, -0.0, 1e-7, 0.0001, 123456.5, np.nan, np.inf, -np.inf, 100, 0.1, 1 / 3])
    for t in (np.float32, np.float64, np.float16, np.int64, np.uint8, np.bool_):
        x = (numbers if np.dtype(t).kind == "f" else np.array([0, 1, 100])).astype(t)
        yield given(f"{np.dtype(t).name} to strings", cast(T.STRING), [x], x.astype(np.str_).astype(object))
    yield given("CastLike strings", helper.make_node("CastLike", ["x", "t"], ["y"]), [np.array([1, 2]), np.array(["a"], object)], np.array(["1", "2"], object))


def bits():
    def bitcast(to):
        return helper.make_node("BitCast", ["x"], ["y"], to=to)

    x = np.array([1.0, -2.5, np.inf], np.float32)
    yield given("BitCast float32", bitcast(T.UINT32), [x], x.view(np.uint32), 26)
    yield given("BitCast int16", bitcast(T.BFLOAT16), [np.array([0x3F80, -1], np.int16)], np.array([0x3F80, -1], np.int16).view(ml_dtypes.bfloat16), 26)
    yield given("BitCast int4", bitcast(T.UINT4), [np.array([-1, 7], ml_dtypes.int4)], np.array([15, 7], ml_dtypes.uint4), 26)
    yield given("BitCast uint2", bitcast(T.INT2), [np.array([3, 1], ml_dtypes.uint2)], np.array([-1, 1], ml_dtypes.int2), 26)
    yield given("BitCast int4 to float4", bitcast(T.FLOAT4E2M1), [np.array([-1, 3], ml_dtypes.int4)], np.array([-6, 1.5], ml_dtypes.float4_e2m1fn), 26)


def cases():
    for family in (pairs, eights, strings, bits):
        yield from family()
