#!/usr/bin/env python3
"""Records ONNX's own operator tests into test/onnx/evaluate/node-cases.json.br: python tools/record_node_cases.py

Needs onnx 1.23, ml_dtypes and brotli. One JSON line a case: the model with the shapes of its outputs taken away (what inference must find), inputs
and outputs with their bytes in base64, and the tolerances that ONNX states."""
import base64, json, pathlib, sys
import brotli, numpy as np, onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from record_evaluate import DTYPES, NAMES, dump, is_text

target = pathlib.Path(__file__).resolve().parent.parent / "test/onnx/evaluate/node-cases.json.br"
largest = 100_000  # bytes of tensors and model in a case


def packed(x):
    """A tensor with its bytes as ONNX stores them."""
    if isinstance(x, (list, tuple)):
        return {"sequence": [packed(e) for e in x]}
    if x is None or isinstance(x, dict):
        return dump(x)
    if isinstance(x, onnx.TensorProto):
        x = numpy_helper.to_array(x)
    x = np.asarray(x)
    if is_text(x):
        return dump(x)
    proto = numpy_helper.from_array(x)
    return {"dtype": NAMES[DTYPES[x.dtype]], "shape": list(x.shape), "bytes": base64.b64encode(proto.raw_data).decode()}


def record():
    lines, left_out = [], []
    for case in collect_testcases(None):
        model = onnx.ModelProto()
        model.CopyFrom(case.model)
        for output in model.graph.output:
            if output.type.WhichOneof("value") == "tensor_type":
                output.type.tensor_type.ClearField("shape")
        inputs, outputs = case.data_sets[0]
        row = {"name": case.name.removeprefix("test_"), "rtol": case.rtol, "atol": case.atol,
               "model": base64.b64encode(model.SerializeToString()).decode(),
               "inputs": {v.name: packed(x) for x, v in zip(inputs, model.graph.input)}, "outputs": [packed(y) for y in outputs]}
        line = json.dumps(row, separators=(",", ":"))
        if len(line) > largest:
            left_out.append(case.name)
        else:
            lines.append(line)
    target.write_bytes(brotli.compress("\n".join(lines).encode(), quality=11, lgwin=24))
    print(f"{len(lines)} cases, {target.stat().st_size} bytes; left out as too large: {', '.join(left_out)}")


if __name__ == "__main__":
    record()
