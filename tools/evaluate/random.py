"""Random numbers: PyTorch's, for the same seed; Dropout as ONNX's reference implementation draws."""
import numpy as np
import torch
from onnx import TensorProto as T
from onnx import helper
from record_evaluate import Case

TYPES = {T.FLOAT: torch.float32, T.DOUBLE: torch.float64, T.FLOAT16: torch.float16}


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def given(name, op, inputs, outputs, opset=22, **attributes):
    names = [f"x{i}" for i in range(len(inputs))]
    return Case(name, helper.make_node(op, names, [f"y{i}" for i in range(len(outputs))], **attributes), inputs, opset, oracle="given", outputs=outputs)


def drawn():
    for onnx_type, dtype in TYPES.items():
        for shape in ((5,), (3, 7)):
            uniform = torch.empty(shape, dtype=dtype).uniform_(-1, 2, generator=seeded(7)).numpy()
            normal = torch.empty(shape, dtype=dtype).normal_(1, 2, generator=seeded(7)).numpy()
            like = np.zeros(shape, uniform.dtype)
            yield given(f"RandomUniform {dtype} {shape}", "RandomUniform", [], [uniform], dtype=onnx_type, shape=shape, low=-1.0, high=2.0, seed=7.0)
            yield given(f"RandomNormal {dtype} {shape}", "RandomNormal", [], [normal], dtype=onnx_type, shape=shape, mean=1.0, scale=2.0, seed=7.0)
            yield given(f"RandomUniformLike {dtype} {shape}", "RandomUniformLike", [like], [uniform], low=-1.0, high=2.0, seed=7.0)
            yield given(f"RandomNormalLike {dtype} {shape}", "RandomNormalLike", [like], [normal], 1, mean=1.0, scale=2.0, seed=7.0)
    p = torch.tensor([[0.0, 1.0, 0.3], [0.5, 0.9, 0.1]])
    for dtype in (torch.float32, torch.float64):
        want = torch.bernoulli(p.to(dtype), generator=seeded(3)).numpy()
        yield given(f"Bernoulli {dtype}", "Bernoulli", [p.to(dtype).numpy()], [want], 15, seed=3.0)
    yield given("Bernoulli to bool", "Bernoulli", [p.numpy()], [torch.bernoulli(p, generator=seeded(3)).numpy() > 0], 15, seed=3.0, dtype=T.BOOL)
    logits = np.array([[0, 50, 0], [60, 0, -60]], np.float32)
    yield given("Multinomial certain", "Multinomial", [logits], [np.array([[1] * 4, [0] * 4], np.int32)], seed=1.0, sample_size=4)
    yield given("Multinomial int64", "Multinomial", [logits], [np.array([[1], [0]])], 7, dtype=T.INT64)


def dropouts():
    x = np.arange(1, 13, dtype=np.float32).reshape(3, 4)

    def kept(ratio, dtype=np.float32):
        mask = np.random.RandomState(5).uniform(0, 1, x.shape) >= np.float32(ratio)
        return (x * mask / (1 - np.float64(np.float32(ratio)))).astype(dtype), mask

    for ratio in (0.1, 0.75):
        operands = [x, np.array(ratio, np.float32), np.array(True)]
        yield given(f"Dropout training {ratio}", "Dropout", operands, list(kept(ratio)), 13, seed=5)
    half = [x.astype(np.float16), np.array(0.5, np.float32), np.array(True)]
    yield given("Dropout float16", "Dropout", half, list(kept(0.5, np.float16)), 22, seed=5)
    yield given("Dropout ratio 0", "Dropout", [x, np.array(0, np.float32), np.array(True)], [x, np.ones(x.shape, bool)], 13)
    yield given("Dropout inference", "Dropout", [x, np.array(0.5, np.float32)], [x, np.ones(x.shape, bool)], 13)
    yield given("Dropout-10", "Dropout", [x], [x, np.ones(x.shape, bool)], 10, ratio=0.3)
    yield given("Dropout-7", "Dropout", [x], [x], 7, ratio=0.3)
    yield given("Dropout-6 test", "Dropout", [x], [x], 6, is_test=1)


def cases():
    yield from drawn()
    yield from dropouts()
