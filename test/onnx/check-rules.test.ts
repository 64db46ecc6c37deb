/** The checker's rules that onnx/checker.cc has for files: each has a model that breaks it, and what is said; and models that keep to it. */

import { expect, test } from "vitest";
import { check, problemsOf } from "../../src/onnx/check.ts";
import { type AnyType, type Attribute, type FunctionBody, Graph, type Model, Node, Value } from "../../src/onnx/ir/graph.ts";
import { dense } from "../../src/onnx/ir/sparse.ts";
import { bufferSource } from "../../src/weights/basic.ts";
import { add, attributes, f32, model } from "./check-models.ts";
import { initializer } from "./proto-models.ts";

type Change = (m: Model, x: Value, y: Value) => void;

const q = (): Value => new Value("q", f32);
const float = (value: number): Attribute => ({ kind: "float", value });
const ml = (op: string, version: number, pairs: Record<string, Attribute> = {}, operands = 1): Change => {
  return (m, x) => {
    m.opset_import.set("ai.onnx.ml", version);
    add(m, op, new Array<Value>(operands).fill(x), [q()], pairs, "ai.onnx.ml");
  };
};

/** A body that makes `name` from x by way of `op`. */
function body(x: Value, name: string, op = "Abs", graphName = "body"): Graph {
  const g = new Graph(graphName);
  const out = new Value(name, f32);
  g.append(new Node(op, [x], attributes(), [out], -1));
  g.outputs.push(out);
  return g;
}
const branches = (then: (x: Value) => Graph): Change => {
  return (m, x) => {
    const condition = initializer(m.graph, "c", bufferSource("bool", [], Uint8Array.of(1)));
    const pairs: Record<string, Attribute> = {
      then_branch: { kind: "graph", value: then(x) },
      else_branch: { kind: "graph", value: body(x, "other") },
    };
    add(m, "If", [condition], [q()], pairs);
  };
};

/** f::`name` of one node. */
function functionOf(name: string, op: string, domain = "", opset = 20): FunctionBody {
  const graph = new Graph(name);
  const [a, b] = [new Value("a", null), new Value("b", null)];
  graph.inputs.push(a);
  graph.append(new Node(op, [a], attributes(), [b], -1, domain));
  graph.outputs.push(b);
  const opset_import = new Map([
    ["", opset],
    ["f", 1],
  ]);
  return { domain: "f", name, graph, attributes: [], opset_import };
}

const sparse =
  (shape: number[], at: bigint[]): Change =>
  (m) => {
    const values = bufferSource("float32", [at.length], new Float32Array(at.length));
    const indices = bufferSource("int64", [at.length], BigInt64Array.from(at));
    const v = new Value("s", { dtype: "float32", shape });
    v.source = dense({ shape, values, indices }, "s");
    m.graph.initializers.add(v);
  };
const container =
  (type: AnyType): Change =>
  (m) => {
    const v = new Value("s", null);
    if (type.kind !== "tensor") v.container = type;
    m.graph.inputs.push(v);
  };
const version =
  (ir: number, opset: number): Change =>
  (m) => {
    m.ir_version = ir;
    m.opset_import.set("", opset);
  };

test.each<[string, Change, RegExp]>([
  ["IR version 15", version(15, 20), /ir-version: IR version 15 is not from 1 to 14/],
  ["IR version 2 with a later opset", version(2, 7), /opset: IR version 2 knows ops of opset 1 only/],
  ["an opset beyond 32 bits", version(10, 2 ** 40), /opset: the domain "" is imported with version 1099511627776/],
  ["a graph without a name", (m) => (m.graph.name = ""), /name: the graph has no name/],
  ["a body without a name", branches((x) => body(x, "b", "Abs", "")), /name: a graph of If q has no name/],
  ["a body that makes what is around it", branches((x) => body(x, "y")), /duplicate: Abs y in a graph of If q makes y, which is the name/],
  ["a body of unknown ops", branches((x) => body(x, "b", "Zork")), /op: Zork b: Zork is no ONNX op/],
  ["a sequence of nothing", container({ kind: "sequence", of: null }), /type: input s is a sequence of no type/],
  ["an optional of nothing", container({ kind: "optional", of: null }), /type: input s is an optional of no type/],
  ["a map to nothing", container({ kind: "map", key: "int64", of: null }), /type: input s is a map of no type/],
  ["strings without a shape", container({ kind: "strings", shape: null }), /type: input s has no shape/],
  ["an opaque type without a name", container({ kind: "opaque", domain: "d", name: "" }), /input s is of an opaque type without a name/],
  ["an input without a type", (m) => m.graph.inputs.push(new Value("s", null)), /type: input s has no type/],
  ["an output that must be there", (m, x) => add(m, "Abs", [x], [new Value("", f32)]), /arity: Abs lacks the output Y/],
  ["a variadic input of none", (m) => add(m, "Max", [], [q()]), /arity: Max q lacks the input data_0/],
  ["a variadic output of none", (m, x) => add(m, "Split", [x], []), /arity: Split lacks the output outputs/],
  [
    "a number of outputs in between",
    (m, x) => add(m, "BatchNormalization", [x, x, x, x, x], [q(), new Value("r", f32)]),
    /BatchNormalization q has 2 outputs, BatchNormalization of opset 15 has 1 or 3/,
  ],
  ["a deprecated op", (m, x) => add(m, "Upsample", [x, x], [q()]), /op: Upsample q: Upsample is deprecated in opset 20/],
  ["an op of opset 27", (m, x) => add(m, "LinearAttention", [x, x, x], [q()]), /LinearAttention came with opset 2\d, not 20/],
  ["an op that ai.onnx.ml has not", ml("Zork", 3), /op: Zork q: Zork is no ONNX op/],
  ["an op of a later ai.onnx.ml", ml("TreeEnsemble", 3), /TreeEnsemble came with ai.onnx.ml 5, not 3/],
  ["an op that ai.onnx.ml gave up", ml("TreeEnsembleRegressor", 5), /TreeEnsembleRegressor is deprecated in ai.onnx.ml 5/],
  ["an attribute that ai.onnx.ml has not", ml("Binarizer", 1, { zz: float(1) }), /attribute zz, which Binarizer of opset 1 has not/],
  [
    "an attribute of another kind in ai.onnx.ml",
    ml("Binarizer", 1, { threshold: { kind: "int", value: 1 } }),
    /threshold is of kind int, Binarizer wants float/,
  ],
  ["too many operands in ai.onnx.ml", ml("Binarizer", 1, {}, 2), /arity: Binarizer q has 2 inputs, Binarizer takes 1/],
  [
    "a training op without its attributes",
    (m, x) => {
      m.opset_import.set("ai.onnx.preview.training", 1);
      add(m, "Momentum", [x, x, x, x, x], [q(), new Value("r", f32)], { alpha: float(0.1) }, "ai.onnx.preview.training");
    },
    /Momentum q lacks the attribute norm_coefficient/,
  ],
  ["a sparse index out of range", sparse([4], [0n, 4n]), /initializer s of the graph has an index that is out of range/],
  ["sparse indices out of order", sparse([4], [3n, 0n]), /has indices that are not in order, at 1/],
  ["a sparse tensor without dims", sparse([], [0n]), /is a sparse tensor of shape \[\]/],
  ["a function that calls itself", (m) => m.functions.push(functionOf("F", "F", "f")), /function: functions call themselves: f::F → f::F/],
  [
    "functions that call each other",
    (m) => m.functions.push(functionOf("F", "G", "f"), functionOf("G", "F", "f")),
    /functions call themselves: f::F → f::G → f::F/,
  ],
  [
    "a function that gives an output twice",
    (m) => {
      const f = functionOf("F", "Abs");
      f.graph.outputs.push(f.graph.outputs[0] as Value);
      m.functions.push(f);
    },
    /function f::F has an output twice/,
  ],
  [
    "an op that means something else in a function",
    (m) => m.functions.push(functionOf("F", "Relu", "", 5)),
    /function f::F imports ai.onnx 5, the model 20, and Relu is not the same in both/,
  ],
])("%s", (_, change, message) => {
  expect(() => check(model(change))).toThrow(message);
});

test.each<[string, Change]>([
  ["IR version 1", version(1, 1)],
  ["an opset that came after the IR version", version(3, 20)],
  ["opset 28", version(14, 28)],
  ["IR version 14", version(14, 26)],
  ["ops that are experimental", (m, x) => add(m, "ATen", [x], [q()])],
  ["attributes that are their writer's own", (m, x) => add(m, "Abs", [x], [q()], { __mine: float(1) })],
  ["a map", container({ kind: "map", key: "int64", of: { kind: "tensor", dtype: "float32", shape: null } })],
  ["a sequence of tensors of any rank", container({ kind: "sequence", of: { kind: "tensor", dtype: "float32", shape: null } })],
  ["sparse indices in order", sparse([4], [0n, 3n])],
  ["an op of ai.onnx.ml", ml("Binarizer", 1, { threshold: float(1) })],
  ["a function of another opset that means the same", (m) => m.functions.push(functionOf("F", "Abs", "", 14))],
  ["two functions, one of which calls the other", (m) => m.functions.push(functionOf("F", "G", "f"), functionOf("G", "Abs"))],
  ["bodies that make the same name", branches((x) => body(x, "other"))],
])("%s: nothing to say", (_, change) => {
  expect(problemsOf(model(change))).toEqual([]);
});
