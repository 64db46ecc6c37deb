#!/usr/bin/env python3
"""Records what ONNX ops give into test/onnx/evaluate/golden/<family>.json: python tools/record_evaluate.py [family ...]

Needs onnx 1.23, onnxruntime and ml_dtypes. Each tools/evaluate/<family>.py has `cases()`, which yields Case(...); answers come from where
`oracle` says: ONNX's reference implementation, ONNX Runtime, or the row itself (computed with numpy, scipy or PyTorch)."""
import base64, importlib.util, json, pathlib, sys
from dataclasses import dataclass, field
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

root = pathlib.Path(__file__).resolve().parent
target = root.parent / "test/onnx/evaluate/golden"


@dataclass
class Case:
    """One node, or a whole model. `inputs`: arrays, lists (sequences), None (omitted or empty optional)."""
    name: str
    node: onnx.NodeProto | onnx.ModelProto
    inputs: list
    opset: int = 26
    domain: str = ""
    oracle: str = "reference"  # reference | onnxruntime | given
    outputs: list | None = None
    types: list | None = None  # TypeProtos of the inputs, where arrays do not tell
    tolerance: float = 0  # relative; 0: the runner's own
    output_types: list | None = None


def row(name, op, inputs, opset, oracle="reference", outputs=None, count=1, domain="", tolerance=0, **attributes):
    """The case of one node with `count` outputs."""
    names = [f"x{i}" if x is not None else "" for i, x in enumerate(inputs)]
    node = helper.make_node(op, names, [f"y{i}" for i in range(count)], domain=domain or None, **attributes)
    return Case(name, node, inputs, opset, domain=domain, oracle=oracle, outputs=outputs, tolerance=tolerance)


DTYPES = {np.dtype(helper.tensor_dtype_to_np_dtype(t)): t for t in
          [getattr(TensorProto, n) for n in ("FLOAT DOUBLE FLOAT16 BFLOAT16 INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 BOOL FLOAT8E4M3FN "
           "FLOAT8E4M3FNUZ FLOAT8E5M2 FLOAT8E5M2FNUZ FLOAT8E8M0 INT4 UINT4 INT2 UINT2 FLOAT4E2M1 COMPLEX64 COMPLEX128").split()]}
NAMES = {TensorProto.FLOAT: "float32", TensorProto.DOUBLE: "float64", TensorProto.FLOAT16: "float16", TensorProto.BFLOAT16: "bfloat16",
         TensorProto.INT8: "int8", TensorProto.INT16: "int16", TensorProto.INT32: "int32", TensorProto.INT64: "int64", TensorProto.UINT8: "uint8",
         TensorProto.UINT16: "uint16", TensorProto.UINT32: "uint32", TensorProto.UINT64: "uint64", TensorProto.BOOL: "bool",
         TensorProto.FLOAT8E4M3FN: "float8_e4m3fn", TensorProto.FLOAT8E4M3FNUZ: "float8_e4m3fnuz", TensorProto.FLOAT8E5M2: "float8_e5m2",
         TensorProto.FLOAT8E5M2FNUZ: "float8_e5m2fnuz", TensorProto.FLOAT8E8M0: "float8_e8m0fnu", TensorProto.INT4: "int4", TensorProto.UINT4: "uint4",
         TensorProto.INT2: "int2", TensorProto.UINT2: "uint2", TensorProto.FLOAT4E2M1: "float4_e2m1", TensorProto.COMPLEX64: "complex64",
         TensorProto.COMPLEX128: "complex128", TensorProto.STRING: "string"}


def is_text(a):
    return a.dtype.kind in "OUS"


def type_of(x):
    if isinstance(x, list):
        element = type_of(x[0])
        if any(e.shape != x[0].shape for e in x):
            element.tensor_type.ClearField("shape")
        return helper.make_sequence_type_proto(element)
    elem = TensorProto.STRING if is_text(x) else DTYPES[x.dtype]
    return helper.make_tensor_type_proto(elem, x.shape)


def model_of(case):
    if isinstance(case.node, onnx.ModelProto):
        return case.node
    given = iter(zip(case.inputs, case.types or [None] * len(case.inputs)))
    inputs = []
    for name in case.node.input:
        x, t = next(given)
        if name:
            inputs.append(onnx.ValueInfoProto(name=name, type=t or type_of(x)))
    kinds = case.output_types or [None] * len(case.node.output)
    outputs = [onnx.ValueInfoProto(name=n, type=t) if t else onnx.ValueInfoProto(name=n) for n, t in zip(case.node.output, kinds) if n]
    graph = helper.make_graph([case.node], "g", inputs, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid(case.domain, case.opset)] + ([helper.make_opsetid("", 26)] if case.domain else []))


def element(v):
    if isinstance(v, (str, bytes)):
        return v.decode() if isinstance(v, bytes) else v
    if isinstance(v, (bool, np.bool_)):
        return int(v)
    if isinstance(v, (complex, np.complexfloating)):
        return [element(float(v.real)), element(float(v.imag))]
    if isinstance(v, (int, np.integer)):
        return int(v) if abs(int(v)) < 2**53 else str(int(v))
    # The shortest number that is v in its own dtype.
    f = float(v) if isinstance(v, float) else float(str(v))
    return f if np.isfinite(f) else str(f)


def dump(x):
    if x is None:
        return None
    if isinstance(x, dict):
        return {"map": [[element(k), element(v)] for k, v in x.items()]}
    if isinstance(x, (list, tuple)):
        return {"sequence": [dump(e) for e in x]}
    x = np.asarray(x)
    name = "string" if is_text(x) else NAMES[DTYPES[x.dtype]]
    return {"dtype": name, "shape": list(x.shape), "data": [element(v) for v in x.reshape(-1)]}


def answers(case, model):
    if case.oracle == "given":
        return case.outputs
    feeds = {v.name: x for v, x in zip(model.graph.input, [x for x in case.inputs if x is not None])}
    if case.oracle == "onnxruntime":
        import onnxruntime as ort
        m = onnx.ModelProto(); m.CopyFrom(model); m.ir_version = min(m.ir_version, 11)
        return ort.InferenceSession(m.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, feeds)
    from onnx.reference import ReferenceEvaluator
    return ReferenceEvaluator(model).run(None, feeds)


def record(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lines = []
    for case in module.cases():
        model = model_of(case)
        outputs = answers(case, model)
        row = {"name": case.name, "oracle": case.oracle, "tolerance": case.tolerance, "model": base64.b64encode(model.SerializeToString()).decode(),
               "inputs": {v.name: dump(x) for v, x in zip(model.graph.input, [x for x in case.inputs if x is not None])}, "outputs": [dump(y) for y in outputs]}
        lines.append(json.dumps(row, separators=(",", ":")))
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{path.stem}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"{path.stem}: {len(lines)}")


if __name__ == "__main__":
    sys.modules["record_evaluate"] = sys.modules["__main__"]
    wanted = sys.argv[1:]
    for path in sorted((root / "evaluate").glob("*.py")):
        if not wanted or path.stem in wanted:
            record(path)
