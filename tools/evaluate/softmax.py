"""Softmax, LogSoftmax, Hardmax: before opset 13 over all dims from `axis` on, flattened."""
import numpy as np
from onnx import helper
from record_evaluate import Case

x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)


def cases():
    for op in ("Softmax", "LogSoftmax", "Hardmax"):
        for opset, axis in ((1, 1), (11, 2), (11, -1), (13, 1), (13, -1)):
            yield Case(f"{op}-{opset} axis={axis}", helper.make_node(op, ["x"], ["y"], axis=axis), [x], opset, oracle="onnxruntime" if opset > 6 else "given",
                       outputs=None if opset > 6 else old(op, axis))


def old(op, axis):
    flat = x.reshape(int(np.prod(x.shape[:axis])), -1)
    e = np.exp(flat - flat.max(1, keepdims=True))
    y = {"Softmax": e / e.sum(1, keepdims=True), "LogSoftmax": np.log(e / e.sum(1, keepdims=True)),
         "Hardmax": (np.arange(flat.shape[1]) == flat.argmax(1)[:, None]).astype(np.float32)}[op]
    return [y.reshape(x.shape)]
