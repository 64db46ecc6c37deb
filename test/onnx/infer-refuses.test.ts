/** @file What inference refuses: versions, lists and attributes that cannot be, calls and bodies that go too deep. */

import { expect, test } from "vitest";
import { inferModel } from "../../src/onnx/infer.ts";
import { type Attribute, Graph, Model, Node, Value } from "../../src/onnx/ir/graph.ts";
import { SymEnv } from "../../src/symbolic.ts";
import { inferred, typeText } from "./infer-rows.ts";

test.each([
  ["x: f32[N, 7]", "a, b = Split<axis=1>(x)", "infer/dims", "is 7, not 2", 13],
  ["x: f32[N, C]", "y = BitCast<to=10>(x)", "infer/dtype", "float32 and float16", undefined],
  ["x: f32[N, C], s: f32[], z: u8[]", "y = QuantizeLinear<output_dtype=3>(x, s, z)", "infer/declared-dtype", "int8", undefined],
  ["x: f32[3, 3]", 'y = Einsum<equation="ij,jk->ik">(x)', "infer/attribute", "equation", undefined],
  [
    "x: f32[4, 4]",
    "s = i64[2]{0, 0}\ne = i64[2]{1, 1}\na = i64[2]{0, -2}\ny = Slice(x, s, e, a)",
    "infer/value",
    "element 1 of input 3",
    undefined,
  ],
  ["x: f32[0, 3]", "s = i64[2]{0, -1}\ny = Reshape<allowzero=1>(x, s)", "infer/value", "element 1 of input 1", undefined],
  ["x: f32[2, 3], a: i64[3]", "y = ReduceSum(x, a)", "infer/length", "has 3 elements, not 2", undefined],
  ["x: f32[2, 3], a: i64[1]", "y = Squeeze(x, a)", "infer/length", "has 1 elements, not 0", undefined],
  ["x: f32[1, 1, 4]", "y = MaxPool<kernel_shape=[3], dilations=[4]>(x)", "infer/dims", "MaxPool", undefined],
  ["x: f32[N, H, 4]", "y = com.microsoft::MatMulNBits<K=8, N=16, block_size=16, bits=4>(x, x, x)", "infer/dims", "is 4, not 8", undefined],
  ["x: f32[2, 8], w: f32[6, 3, 3, 8]", "y = com.microsoft::NhwcConv(x, w)", "infer/rank", "at least 3", undefined],
  [
    "h: f32[2, 3], x: f32[4, 5, 2]",
    "y = Scan<num_scan_inputs=1, body={(a, b) -> (c)\nc = Identity(a)\n}>(_, h, x)",
    "infer/dims",
    "is 4, not 2",
    8,
  ],
] as const)("refuses %s | %s", (inputs, body, code, text, opset) => {
  expect(() => inferred([inputs, body, "", opset])).toThrow(code);
  expect(() => inferred([inputs, body, "", opset])).toThrow(text);
});

const graphOf = (inputs: readonly Value[], outputs: readonly Value[], nodes: readonly Node[]): Graph => {
  const graph = new Graph("body");
  graph.inputs.push(...inputs);
  graph.outputs.push(...outputs);
  for (const node of nodes) graph.append(node);
  return graph;
};
const node = (op: string, inputs: readonly Value[], outputs: readonly Value[], attributes: [string, Attribute][] = [], domain = ""): Node =>
  new Node(op, inputs, new Map(attributes), outputs, -1, domain);

test("a function may pass an input on, give a value twice, and leave an attribute to its default", () => {
  const [x, y] = [new Value("x", null), new Value("y", null)];
  const body = graphOf([x], [x, y, y], [node("Flatten", [x], [y], [["axis", { kind: "ref", value: "at", type: 2 }]])]);
  const results = [new Value("p", null), new Value("q", null), new Value("r", null)];
  const input = new Value("a", { dtype: "float32", shape: [2, 3, 4] });
  const model = new Model(graphOf([input], results, [node("F", [input], results, [], "mine")]), new SymEnv());
  model.functions.push({ domain: "mine", name: "F", graph: body, attributes: [], defaults: new Map([["at", { kind: "int", value: 2 }]]) });
  inferModel(model);
  expect(results.map(typeText)).toEqual(["f32[2, 3, 4]", "f32[6, 4]", "f32[6, 4]"]);
});

test("a function's own opsets tell what its nodes mean", () => {
  const [x, y, m] = [new Value("x", null), new Value("y", null), new Value("m", null)];
  const body = graphOf([x], [y, m], [node("Dropout", [x], [y, m])]);
  const results = [new Value("p", null), new Value("q", null)];
  const input = new Value("a", { dtype: "float32", shape: [2] });
  const model = new Model(graphOf([input], results, [node("F", [input], results, [], "mine")]), new SymEnv());
  model.opset_import.set("", 22);
  model.functions.push({ domain: "mine", name: "F", graph: body, attributes: [], opset_import: new Map([["", 7]]) });
  inferModel(model);
  expect(results.map(typeText)).toEqual(["f32[2]", "f32[2]"]);
});

test("functions that call themselves are refused", () => {
  const [x, y] = [new Value("x", null), new Value("y", null)];
  const body = graphOf([x], [y], [node("F", [x], [y], [], "mine")]);
  const [a, b] = [new Value("a", { dtype: "float32", shape: [2] }), new Value("b", null)];
  const model = new Model(graphOf([a], [b], [node("F", [a], [b], [], "mine")]), new SymEnv());
  model.functions.push({ domain: "mine", name: "F", graph: body, attributes: [] });
  expect(() => inferModel(model)).toThrow("infer/recursion");
});

test("loops in loops cost no more than their depth, and too many are refused", () => {
  const nested = (depth: number): Model => {
    const [n, c, x] = [
      new Value("n", { dtype: "int64", shape: [] }),
      new Value("c", { dtype: "bool", shape: [] }),
      new Value("x", { dtype: "float32", shape: [2, 3] }),
    ];
    const loop = (from: Value, left: number): [Node, Value] => {
      const [i, go, h, joined, out] = ["i", "go", "h", "joined", "out"].map((name) => new Value(name, null)) as [
        Value,
        Value,
        Value,
        Value,
        Value,
      ];
      const inner = left === 0 ? null : loop(h, left - 1);
      const nodes = inner === null ? [] : [inner[0]];
      nodes.push(node("Concat", [inner?.[1] ?? h, h], [joined], [["axis", { kind: "int", value: 0 }]]));
      const body = graphOf([i, go, h], [go, joined], nodes);
      return [node("Loop", [n, c, from], [out], [["body", { kind: "graph", value: body }]]), out];
    };
    const [made, out] = loop(x, depth);
    return new Model(graphOf([n, c, x], [out], [made]), new SymEnv());
  };
  const shallow = nested(3);
  inferModel(shallow);
  expect(shallow.graph.outputs.map(typeText)).toEqual(["f32[?, 3]"]);
  const deep = nested(60);
  inferModel(deep);
  expect(deep.graph.outputs.map((v) => v.dtype)).toEqual(["float32"]);
  expect(() => inferModel(nested(200))).toThrow("infer/depth");
});

test("elements that are not as many as the dims say are not believed", () => {
  const [a, b, y] = [
    new Value("a", { dtype: "int64", shape: [40] }),
    new Value("b", { dtype: "int64", shape: [40] }),
    new Value("y", null),
  ];
  a.data = [1, 2];
  b.data = [1, 2, 3];
  const model = new Model(graphOf([a, b], [y], [node("Add", [a, b], [y])]), new SymEnv());
  inferModel(model);
  expect(typeText(y)).toBe("i64[40]");
});
