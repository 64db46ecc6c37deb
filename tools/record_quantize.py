"""Records test/core/golden/quantize.json: answers of ONNX's reference evaluator for its quantization operators.

    python tools/record_quantize.py

Needs onnx, ml_dtypes and numpy.
"""
import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

OPSET = 25
rng = np.random.default_rng(0)
rows = []
NAMES = {"FLOAT": "float32", "FLOAT16": "float16", "FLOAT4E2M1": "float4_e2m1", "FLOAT8E4M3FN": "float8_e4m3fn", "FLOAT8E5M2": "float8_e5m2", "FLOAT8E4M3FNUZ": "float8_e4m3fnuz"}


def name_of(dtype):
    name = TensorProto.DataType.Name(helper.np_dtype_to_tensor_dtype(dtype))
    return NAMES.get(name, name.lower())


def enc(t):
    if t is None:
        return None
    values = [float(v) for v in np.asarray(t).astype(np.float64).ravel()]
    return {"dtype": name_of(t.dtype), "shape": list(t.shape), "values": [int(v) if v == int(v) and not (v == 0 and np.signbit(v)) else v for v in values]}


def row(op, inputs, options=None, **attributes):
    names = [f"x{i}" if t is not None else "" for i, t in enumerate(inputs)]
    infos = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(t.dtype), t.shape) for n, t in zip(names, inputs) if n]
    outputs = ["y", "scale", "zero"] if op == "DynamicQuantizeLinear" else ["y"]
    infos_out = [helper.make_empty_tensor_value_info(o) for o in outputs]
    graph = helper.make_graph([helper.make_node(op, names, outputs, **attributes)], "g", infos, infos_out)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    out = ReferenceEvaluator(model).run(None, {n: t for n, t in zip(names, inputs) if n})
    rows.append({"op": op, "inputs": [enc(t) for t in inputs], "options": options or {}, "out": [enc(np.asarray(t)) for t in out]})


def dtype_of(name):
    return helper.tensor_dtype_to_np_dtype(getattr(TensorProto, name))


def x(*shape, dtype=np.float32):
    return (np.round(rng.standard_normal(shape) * 64) / 32).astype(dtype)


def scale(*shape, dtype=np.float32):
    return rng.choice([0.25, 0.03125, 0.1, 0.3, 1.5], shape).astype(dtype)


def whole(name, *shape):
    low, high = {"UINT8": (0, 255), "INT8": (-128, 127), "UINT16": (0, 65535), "INT16": (-32768, 32767), "UINT4": (0, 15), "INT4": (-8, 7), "UINT2": (0, 3), "INT2": (-2, 1), "INT32": (-99, 99)}[name]
    return rng.integers(low, high + 1, shape).astype(dtype_of(name))


GRAINS = [((), {}), ((3,), {"axis": 0}), ((7,), {"axis": 1}), ((5,), {"axis": 2}), ((3, 3, 5), {"axis": 1, "block_size": 3}), ((3, 7, 3), {"axis": 2, "block_size": 2}), ((1, 7, 5), {"axis": 0, "block_size": 3})]
for number, name in enumerate(["UINT8", "INT8", "UINT16", "INT16", "UINT4", "INT4", "UINT2", "INT2"]):
    for shape, grain in [GRAINS[0], GRAINS[1 + number % 6], GRAINS[1 + (number + 3) % 6]]:
        options = {"dtype": name.lower(), "axis": grain.get("axis", 1), "blockSize": grain.get("block_size", 0)}
        s, z = scale(*shape), whole(name, *shape)
        row("QuantizeLinear", [x(3, 7, 5), s, z], options, **grain)
        row("DequantizeLinear", [whole(name, 3, 7, 5), s, z], {k: options[k] for k in ("axis", "blockSize")}, **grain)
row("QuantizeLinear", [x(4, 33), scale(4), None], {"dtype": "int8", "axis": 0}, axis=0, output_dtype=TensorProto.INT8)
row("QuantizeLinear", [x(40, dtype=np.float16), scale(dtype=np.float16), whole("INT8")], {"dtype": "int8"})
row("QuantizeLinear", [x(40), scale(dtype=np.float32), whole("UINT8")], {"dtype": "uint8", "precision": "float16"}, precision=TensorProto.FLOAT16)
for name in ["FLOAT8E4M3FN", "FLOAT8E5M2", "FLOAT8E4M3FNUZ"]:
    row("QuantizeLinear", [x(40) * 1000, np.float32(0.25).reshape(()), None], {"dtype": NAMES[name]}, output_dtype=getattr(TensorProto, name))
row("QuantizeLinear", [x(3, 40), scale(3), None], {"dtype": "float4_e2m1", "axis": 0}, axis=0, output_dtype=TensorProto.FLOAT4E2M1)
row("DequantizeLinear", [x(3, 8).astype(dtype_of("FLOAT8E4M3FN")), scale(3), None], {"axis": 0}, axis=0)
row("DequantizeLinear", [x(3, 8).astype(dtype_of("FLOAT4E2M1")), scale(3, 2), None], {"axis": 1, "blockSize": 4}, axis=1, block_size=4)
row("DequantizeLinear", [whole("INT32", 30), scale(), None])
row("DequantizeLinear", [whole("INT8", 30), scale(dtype=np.float16), whole("INT8")])
for shape in [(30,), (2, 3), (1,)]:
    row("DynamicQuantizeLinear", [x(*shape)])
row("DynamicQuantizeLinear", [np.abs(x(9)) + 1])

for a, b in [("UINT8", "UINT8"), ("INT8", "UINT8"), ("UINT8", "INT8"), ("INT8", "INT8")]:
    row("MatMulInteger", [whole(a, 6, 11), whole(b, 11, 9), whole(a), whole(b)])
row("MatMulInteger", [whole("UINT8", 2, 6, 5), whole("INT8", 5, 17), None, whole("INT8", 17)])
row("MatMulInteger", [whole("INT8", 4, 3), whole("INT8", 2, 3, 8), None, None])
two = {"strides": [1, 1], "pads": [1, 1, 1, 1], "dilations": [1, 1], "group": 1}
row("ConvInteger", [whole("UINT8", 1, 2, 5, 5), whole("UINT8", 3, 2, 3, 3), whole("UINT8"), whole("UINT8")], {}, **two)
row("ConvInteger", [whole("INT8", 1, 2, 5, 5), whole("INT8", 3, 2, 3, 3), whole("INT8"), whole("INT8", 3).reshape(3, 1, 1, 1)[:, 0, 0, 0][:1]], {}, **two)

out = pathlib.Path(__file__).parent.parent / "test/core/golden/quantize.json"
lines = ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows)
out.write_text(f'{{"onnx":"{onnx.__version__}","rows":[\n{lines}\n]}}\n')
