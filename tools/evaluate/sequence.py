"""Sequences and optionals: positions from either end, strings, empty ones."""
import numpy as np
from onnx import TensorProto, helper
from record_evaluate import Case, type_of

a, b, c = np.float32([1, 2]), np.float32([[3]]), np.float32([4, 5, 6])
texts = [np.array(["x", "yz"], dtype=object), np.array([""], dtype=object)]
m = np.arange(6, dtype=np.float32).reshape(2, 3)


def i64(values):
    return np.array(values, dtype=np.int64)


def node(op, n=1, **attributes):
    return helper.make_node(op, [f"x{i}" for i in range(n)], ["y"], **attributes)


def given(name, made, inputs, opset, output, types=None):
    return Case(name, made, inputs, opset, oracle="given", outputs=[output], types=types)


def sequences():
    yield given("SequenceConstruct", node("SequenceConstruct", 2), [a, b], 11, [a, b])
    yield given("SequenceConstruct strings", node("SequenceConstruct", 2), texts, 11, texts)
    yield given("SequenceEmpty", node("SequenceEmpty", 0), [], 11, [])
    yield given("SequenceEmpty strings", node("SequenceEmpty", 0, dtype=TensorProto.STRING), [], 11, [])
    yield given("SequenceAt", node("SequenceAt", 2), [[a, b], i64(1)], 11, b)
    yield given("SequenceAt negative", node("SequenceAt", 2), [[a, b, c], np.array(-3, np.int32)], 11, a)
    yield given("SequenceAt strings", node("SequenceAt", 2), [texts, i64(0)], 11, texts[0])
    yield given("SequenceErase default", node("SequenceErase"), [[a, b, c]], 11, [a, b])
    yield given("SequenceErase negative", node("SequenceErase", 2), [[a, b, c], i64(-2)], 11, [a, c])
    yield given("SequenceInsert default", node("SequenceInsert", 2), [[a, b], c], 11, [a, b, c])
    yield given("SequenceInsert first", node("SequenceInsert", 3), [[a, b], c, i64(0)], 11, [c, a, b])
    yield given("SequenceInsert negative", node("SequenceInsert", 3), [[a, b], c, i64(-1)], 11, [a, c, b])
    yield given("SequenceInsert at the end", node("SequenceInsert", 3), [[a, b], c, i64(2)], 11, [a, b, c])
    yield given("SequenceLength", node("SequenceLength"), [[a, b, c]], 11, i64(3))


def splits():
    yield given("SplitToSequence rows", node("SplitToSequence"), [m], 11, [m[:1], m[1:]])
    yield given("SplitToSequence without the dim", node("SplitToSequence", axis=-1, keepdims=0), [m], 11, [m[:, 0], m[:, 1], m[:, 2]])
    yield given("SplitToSequence scalar", node("SplitToSequence", 2, axis=1, keepdims=0), [m, i64(2)], 11, [m[:, :2], m[:, 2:]])
    yield given("SplitToSequence sizes", node("SplitToSequence", 2, axis=1), [m, np.array([1, 0, 2], np.int32)], 11, [m[:, :1], m[:, :0], m[:, 1:]])
    yield given("SplitToSequence strings", node("SplitToSequence", 1, keepdims=0), [np.array(["p", "q"], dtype=object)], 11,
                [np.array("p", dtype=object), np.array("q", dtype=object)])
    yield given("ConcatFromSequence", node("ConcatFromSequence", axis=-1), [[m, m[:, :1]]], 11, np.concatenate([m, m[:, :1]], 1))
    yield given("ConcatFromSequence new axis", node("ConcatFromSequence", axis=-1, new_axis=1), [[a, a + 1]], 11, np.stack([a, a + 1], -1))
    yield given("ConcatFromSequence strings", node("ConcatFromSequence", axis=0), [texts], 11, np.array(["x", "yz", ""], dtype=object))


def optionals():
    tensor = helper.make_optional_type_proto(type_of(a))
    listed = helper.make_optional_type_proto(type_of([a]))
    yield given("Optional of a tensor", node("Optional"), [a], 15, a)
    yield given("Optional of nothing", node("Optional", 0, type=type_of(a)), [], 15, None)
    yield given("OptionalHasElement of a tensor", node("OptionalHasElement"), [a], 18, np.array(True))
    yield given("OptionalHasElement of an optional", node("OptionalHasElement"), [a], 15, np.array(True), [tensor])
    yield given("OptionalHasElement of a sequence", node("OptionalHasElement"), [[a]], 18, np.array(True))
    yield given("OptionalHasElement without input", node("OptionalHasElement", 0), [], 18, np.array(False))
    yield given("OptionalGetElement of an optional", node("OptionalGetElement"), [a], 15, a, [tensor])
    yield given("OptionalGetElement of a sequence", node("OptionalGetElement"), [[a, c]], 18, [a, c], [listed])
    yield given("OptionalGetElement of a tensor", node("OptionalGetElement"), [a], 18, a)


def cases():
    for part in (sequences, splits, optionals):
        yield from part()
