/** The checker: each rule has a model that breaks it and nothing else, and a message that names where. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check, problemsOf } from "../../src/onnx/check.ts";
import { type Attribute, Graph, Node, Value } from "../../src/onnx/ir/graph.ts";
import { Names } from "../../src/onnx/proto/names.ts";
import { readModel } from "../../src/onnx/proto/read.ts";
import { bufferSource } from "../../src/weights/basic.ts";
import { add, attributes, f32, model } from "./check-models.ts";
import { floats, fullModel, initializer } from "./proto-models.ts";

test("whole models pass", () => {
  check(model());
  const full = fullModel();
  expect(problemsOf(full)).toEqual([]);
});

test.each<[string, Parameters<typeof model>[0], RegExp]>([
  ["no opset", (m) => m.opset_import.clear(), /check\/opset/],
  ["an opset of version 0", (m) => m.opset_import.set("my", 0), /opset: the domain "my" is imported with version 0/],
  ["an unknown IR version", (m) => (m.ir_version = 99), /check\/ir-version.*\n.*99 is not from/],
  ["two inputs of one name", (m) => m.graph.inputs.push(new Value("x", f32)), /name: input x has the name of another/],
  ["a weight with the name of an input", (m) => initializer(m.graph, "x", floats([2])), /name: initializer x/],
  ["one input twice", (m, x) => m.graph.inputs.push(x), /duplicate: input x is there twice/],
  ["an output without shape", (_, __, y) => (y.type = { dtype: "float32", shape: null }), /type: output y has no shape/],
  [
    "an operand that nothing makes",
    (m) => add(m, "Abs", [new Value("z", f32)], [new Value("q", f32)]),
    /order: Abs q reads z as operand 0, which nothing makes/,
  ],
  [
    "an operand that is made later",
    (m, x) => {
      const later = new Value("later", f32);
      add(m, "Abs", [later], [new Value("q", f32)]);
      add(m, "Neg", [x], [later]);
    },
    /order: Abs q reads later as operand 0, which Neg later makes later/,
  ],
  ["an output that nothing makes", (m) => m.graph.outputs.push(new Value("z", f32)), /output: z, an output of the graph/],
  [
    "a weight of another type",
    (m) => (initializer(m.graph, "w", floats([2])).type = { dtype: "int8", shape: [2] }),
    /initializer w of the graph holds float32\[2\]/,
  ],
  [
    "a weight of another shape",
    (m) => (initializer(m.graph, "w", floats([2])).type = { dtype: "float32", shape: [3] }),
    /holds float32\[2\], which is not its type/,
  ],
  [
    "complex32",
    (m) => initializer(m.graph, "w", bufferSource("complex32", [1], new Uint8Array(4))),
    /is complex32, which ONNX does not have/,
  ],
  [
    "a weight that is no input before IR version 4",
    (m) => {
      initializer(m.graph, "w", floats([2]));
      m.ir_version = 3;
      m.opset_import.set("", 8);
    },
    /must be an input before IR version 4/,
  ],
  ["an op that is none", (m, x) => add(m, "Nonsense", [x], [new Value("q", f32)]), /op: Nonsense q: Nonsense is no ONNX op/],
  ["an op that came later", (m, x) => add(m, "RMSNormalization", [x, x], [new Value("q", f32)]), /came with opset 23, not 20/],
  ["an op without a name", (m, x) => add(m, "", [x], [new Value("q", f32)], {}, "my"), /op: node q has no op/],
  [
    "a domain that is not imported",
    (m, x) => add(m, "F", [x], [new Value("q", f32)], {}, "my.ops"),
    /domain: F q: the domain my.ops is not imported/,
  ],
  ["too few operands", (m, x) => add(m, "Add", [x], [new Value("q", f32)]), /arity: Add q lacks the input B/],
  ["too many operands", (m, x) => add(m, "Relu", [x, x], [new Value("q", f32)]), /arity: Relu q has 2 inputs, Relu takes 1/],
  [
    "a required attribute that is missing",
    (m, x) => add(m, "Cast", [x], [new Value("q", f32)]),
    /attribute: Cast q lacks the attribute to/,
  ],
  [
    "an attribute that the op has not",
    (m, x) => add(m, "Abs", [x], [new Value("q", f32)], { k: { kind: "int", value: 1 } }),
    /has an attribute k, which Abs of opset 13 has not/,
  ],
  [
    "an attribute of another kind",
    (m, x) => add(m, "Transpose", [x], [new Value("q", f32)], { perm: { kind: "int", value: 1 } }),
    /perm is of kind int, Transpose wants ints/,
  ],
  [
    "a reference outside of a function",
    (m, x) => add(m, "LeakyRelu", [x], [new Value("q", f32)], { alpha: { kind: "ref", value: "a", type: 1 } }),
    /refers to a, which is no attribute/,
  ],
  [
    "a type that the op does not take",
    (m) => add(m, "Sin", [initializer(m.graph, "w", bufferSource("int32", [1], new Int32Array(1)))], [new Value("q", null)]),
    /dtype: Sin q takes no int32 as input \(w\)/,
  ],
  [
    "operands of two types",
    (m, x) => add(m, "Add", [x, initializer(m.graph, "w", bufferSource("int32", [1], new Int32Array(1)))], [new Value("q", null)]),
    /w is int32, but x is float32; Add wants one type/,
  ],
  [
    "functions before IR version 8",
    (m) => {
      m.ir_version = 7;
      m.opset_import.set("", 13);
      m.functions.push({ domain: "f", name: "F", graph: new Graph("F"), attributes: [] });
    },
    /needs IR version 8/,
  ],
  [
    "a function twice",
    (m) => m.functions.push(...[1, 2].map(() => ({ domain: "f", name: "F", graph: new Graph("F"), attributes: [] }))),
    /function f::F is there twice/,
  ],
])("%s", (_, change, message) => {
  expect(() => check(model(change))).toThrow(message);
});

test("one value made by two nodes", () => {
  const m = model((m, x, y) => add(m, "Abs", [x], [y]));
  expect(() => check(m)).toThrow(
    /check\/duplicate.*\n.*y is made by Relu y from aten::relu relu in encoder.act \(m.py:7\), and by another node/,
  );
});

test("sub-graphs see what is around them, not the other way round", () => {
  const m = model((m, x) => {
    const branch = (op: string): Graph => {
      const g = new Graph(op);
      const out = new Value("out", f32);
      g.append(new Node(op, [x], attributes(), [out], -1));
      g.outputs.push(out);
      return g;
    };
    const cond = initializer(m.graph, "cond", bufferSource("bool", [], Uint8Array.of(1)));
    const then = branch("Abs");
    const pairs: Record<string, Attribute> = {
      then_branch: { kind: "graph", value: then },
      else_branch: { kind: "graph", value: branch("Neg") },
    };
    add(m, "If", [cond], [new Value("z", f32)], pairs);
    expect(problemsOf(m)).toEqual([]);
    add(m, "Abs", [then.outputs[0]!], [new Value("q", f32)]);
    const captured = new Graph("captured");
    captured.outputs.push(x);
    add(m, "If", [cond], [new Value("r", f32)], { ...pairs, else_branch: { kind: "graph", value: captured } });
  });
  const said = problemsOf(m).map((p) => p.message);
  expect(said).toContain("Abs q reads out as operand 0, which Abs out makes later, or in another graph");
  expect(said).toContain("x, an output of a graph of If r, is made by nothing in it");
});

test("a model that is still held in newest forms needs no versions", () => {
  const m = model((m, x) => add(m, "RMSNormalization", [x, x], [new Value("q", f32)]));
  m.ir_version = 0;
  m.opset_import.clear();
  check(m);
});

test("all violations are told at once", () => {
  const m = model((m) => {
    for (let i = 0; i < 30; i++) add(m, "Add", [], [new Value(`v${i}`, f32)]);
  });
  expect(() => check(m)).toThrow(/breaks 60 rules[\s\S]*… and 40 more/);
});

const corpus = join(import.meta.dirname, "../../../shared/conformance/onnx/cases");
test.skipIf(!existsSync(corpus))("the ONNX project's operator tests pass, but for the shapes that were stripped", () => {
  for (const file of readdirSync(corpus).filter((f) => f.endsWith(".onnx"))) {
    const problems = problemsOf(readModel(join(corpus, file))).filter((p) => p.rule !== "type");
    expect(problems, file).toEqual([]);
  }
});

test("names: what callers see keeps its name, the rest gets out of the way", () => {
  const m = model((m, x) => {
    initializer(m.graph, "layer.weight", floats([2]));
    const g = new Graph("g");
    const inner = new Value("y", f32);
    g.append(new Node("Abs", [x], attributes(), [inner], -1));
    g.outputs.push(inner);
    add(
      m,
      "Custom",
      [x],
      [new Value("layer.weight", f32), new Value(null, f32), new Value("", f32)],
      { body: { kind: "graph", value: g } },
      "my",
    );
    add(m, "Abs", [x], [new Value("x", f32)]).name = "node_Relu_0";
  });
  const names = new Names(m);
  const nodes = [...m.graph.nodes()];
  expect([...m.graph.inputs, ...m.graph.outputs, ...m.graph.initializers].map((v) => names.value(v))).toEqual(["x", "y", "layer.weight"]);
  expect(nodes.map((n) => n.outputs.map((v) => names.value(v)))).toEqual([["y"], ["layer.weight_1", "val_0", ""], ["x_1"]]);
  expect(names.nodes(m.graph)).toEqual(["node_Relu_0", "node_Custom_1", "node_Relu_0_1"]);
  expect(nodes[1]!.graphs[0]!.outputs.map((v) => names.value(v))).toEqual(["y_1"]);
});
