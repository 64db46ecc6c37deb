"""Records test/core/golden/casts.json: what each low precision code means, and the codes of numbers at and around every rounding boundary.

    python tools/record_casts.py

Needs onnx (its reference Cast), ml_dtypes and numpy.
"""
import json
import pathlib

import ml_dtypes
import numpy as np
import onnx
from onnx.reference.ops.op_cast import cast_to

FORMATS = {
    "float8_e4m3fn": ("FLOAT8E4M3FN", 256),
    "float8_e4m3fnuz": ("FLOAT8E4M3FNUZ", 256),
    "float8_e5m2": ("FLOAT8E5M2", 256),
    "float8_e5m2fnuz": ("FLOAT8E5M2FNUZ", 256),
    "float8_e8m0fnu": ("FLOAT8E8M0", 256),
    "float4_e2m1": ("FLOAT4E2M1", 16),
}
INTEGERS = {"int4": ("INT4", 16), "uint4": ("UINT4", 16), "int2": ("INT2", 4), "uint2": ("UINT2", 4)}


def boundaries(values):
    """The finite values, the middles between neighbours, and the floats next to these; then what lies past the end. test/core/casts.test.ts makes the same."""
    finite = np.unique(values[np.isfinite(values)] + 0)
    middles = ((finite[1:].astype(np.float64) + finite[:-1]) / 2).astype(np.float32)
    inf = np.float32(np.inf)
    around = np.concatenate([finite, middles, np.nextafter(middles, -inf), np.nextafter(middles, inf)])
    return np.concatenate([around, np.array([finite.max() * 1.5, -finite.max() * 1.5, inf, -inf, np.nan], np.float32)])


rows = []
for name, (onnx_name, count) in FORMATS.items():
    to = getattr(onnx.TensorProto, onnx_name)
    dtype = onnx.helper.tensor_dtype_to_np_dtype(to)
    values = np.arange(count, dtype=np.uint8).view(dtype).astype(np.float32)
    x = boundaries(values)
    if name == "float8_e8m0fnu":
        x = x[~(x < 0) & ~np.isinf(x)]  # undefined; and of inf the text of Cast says otherwise than this function
        modes = [(saturate, mode) for saturate in (True, False) for mode in ("up", "down", "nearest")]
    else:
        modes = [(True, "up")] if name == "float4_e2m1" else [(True, "up"), (False, "up")]
    meaning = [float(v) if np.isfinite(v) else str(v).replace('inf', 'Infinity').replace('nan', 'NaN') for v in values]
    casts = [
        {"saturate": saturate, "roundMode": mode, "codes": bytes(cast_to(x, to, saturate, mode).view(np.uint8)).hex()}
        for saturate, mode in modes
    ]
    rows.append({"dtype": name, "values": meaning, "casts": casts})

numbers = [0, 0.9, -0.9, 1.5, -1.5, 3, 7, 8, -8, -9, 15, 16, 100, -100, 255, -0.0]
integers = []
for name, (onnx_name, count) in INTEGERS.items():
    to = getattr(onnx.TensorProto, onnx_name)
    of = lambda x: [int(v) for v in cast_to(x, to, True).astype(np.int64)]
    whole = np.trunc(numbers)
    integers.append({"dtype": name, "float32": of(np.array(numbers, np.float32)), "int64": of(whole.astype(np.int64)), "int16": of(whole.astype(np.int16))})

out = pathlib.Path(__file__).parent.parent / "test/core/golden/casts.json"
lines = [json.dumps(r, separators=(",", ":")) for r in rows], [json.dumps(r, separators=(",", ":")) for r in integers]
versions = json.dumps({"onnx": onnx.__version__, "ml_dtypes": ml_dtypes.__version__})
out.write_text(f'{{"versions":{versions},"floats":[\n' + ",\n".join(lines[0]) + f'\n],"numbers":{json.dumps(numbers)},"integers":[\n' + ",\n".join(lines[1]) + "\n]}\n")
