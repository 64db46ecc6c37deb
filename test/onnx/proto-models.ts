/** Models for the tests of the codec: one with everything in it, and random ones. */

import fc from "fast-check";
import { type Attribute, Graph, Model, Node, Value } from "../../src/onnx/ir/graph.ts";
import { add, type Dim, mul, SymEnv } from "../../src/symbolic.ts";
import { bufferSource } from "../../src/weights/basic.ts";
import type { TensorSource } from "../../src/weights/source.ts";

export const floats = (shape: readonly number[], first = 0): TensorSource => {
  const data = new Float32Array(shape.reduce((n, d) => n * d, 1)).map((_, i) => first + i * 0.5);
  return bufferSource("float32", shape, data);
};

export function initializer(graph: Graph, name: string, source: TensorSource): Value {
  const v = new Value(name, { dtype: source.dtype, shape: source.shape });
  v.source = source;
  graph.initializers.add(v);
  return v;
}

export function emptyModel(name = "main_graph"): Model {
  const model = new Model(new Graph(name), new SymEnv());
  model.ir_version = 10;
  model.opset_import.set("", 20);
  return model;
}

const attributes = (pairs: Record<string, Attribute> = {}): Map<string, Attribute> => new Map(Object.entries(pairs));

/** Every feature of the IR that a file has, once. */
export function fullModel(): Model {
  const model = emptyModel();
  const { graph, env } = model;
  const batch = env.symbol("batch", 0);
  const f32 = (shape: readonly Dim[]) => ({ dtype: "float32", shape }) as const;
  model.producer_name = "pytorch";
  model.producer_version = "2.13.0";
  model.domain = "example";
  model.model_version = 2 ** 40;
  model.doc_string = "Größe: 模型 🙂";
  model.opset_import.set("my.ops", 1);
  model.metadata.set("author", "us");
  graph.doc_string = "a graph";
  graph.metadata.set("pkg.torch.export.ExportedProgram.range_constraints", "{s77: VR[0, int_oo]}");
  const x = new Value("x", f32([batch, 3]));
  x.doc_string = "the input";
  x.metadata.set("kind", "USER_INPUT");
  const cond = new Value("cond", { dtype: "bool", shape: [] });
  graph.inputs.push(x, cond);
  const w = initializer(graph, "layer.weight", floats([100, 3]));
  const small = initializer(graph, "layer.bias", floats([3], 7));
  small.metadata.set("persistent", "True");
  initializer(graph, "empty", bufferSource("int64", [0, 2], new BigInt64Array(0)));

  const t = new Value("t", f32([3, env.fresh("unknown")]));
  graph.append(new Node("Transpose", [w], attributes({ perm: { kind: "ints", value: [1, 0] } }), [t], 0));
  const y = new Value(null, f32([add(batch, 1), mul(batch, 2)]));
  const custom = new Node(
    "Custom",
    [x, null, t, null],
    attributes({
      f: { kind: "float", value: Math.fround(0.1) },
      i: { kind: "int", value: -1 },
      big: { kind: "int", value: 2n ** 63n - 1n },
      wide: { kind: "int", value: -(2 ** 45) },
      s: { kind: "string", value: "naïve" },
      none: { kind: "ints", value: [] },
      is: { kind: "ints", value: [0, -5, 2n ** 62n] },
      fs: { kind: "floats", value: [Number.POSITIVE_INFINITY, -0, Math.fround(1e-40)] },
      ss: { kind: "strings", value: ["", "b"] },
      t: { kind: "tensor", value: bufferSource("float16", [2], new Uint16Array([0x3c00, 0x7e00])) },
    }),
    [new Value("", null), y],
    -1,
    "my.ops",
  );
  custom.doc_string = "what it does";
  custom.metadata.set("namespace", "layer");
  graph.append(custom);
  const branch = (op: string): Graph => {
    const g = new Graph(op);
    const out = new Value("out", f32([batch, 3]));
    g.append(new Node(op, [x], attributes(), [out], -1));
    g.outputs.push(out);
    return g;
  };
  const z = new Value("z", f32([batch, 3]));
  const both = attributes({ then_branch: { kind: "graph", value: branch("Relu") }, else_branch: { kind: "graph", value: branch("Abs") } });
  graph.append(new Node("If", [cond], both, [z], -1));
  const a = new Value("a", null);
  const b = new Value("b", null);
  const body = new Graph("Scale");
  body.inputs.push(a);
  body.outputs.push(b);
  body.append(new Node("LeakyRelu", [a], attributes({ alpha: { kind: "ref", value: "slope", type: 1 } }), [b], -1));
  const defaults = attributes({ slope: { kind: "float", value: 0.5 } });
  model.functions.push({ domain: "my.ops", name: "Scale", graph: body, attributes: ["n"], defaults, opset_import: new Map([["", 20]]) });
  const scaled = new Value("scaled", f32([batch, 3]));
  graph.append(new Node("Scale", [z], attributes(), [scaled], -1, "my.ops"));
  graph.outputs.push(scaled, y);
  model.origins.push({
    node: "t",
    op: "aten::t",
    moduleStack: "L__self__,,__main__.M;L__self___layer,layer,torch.nn.modules.linear.Linear",
    stackTrace: 'File "m.py", line 3, in forward\n    return self.layer(x)',
  });
  return model;
}

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const int64 = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((n) => (BigInt(Number(n)) === n && Number.isSafeInteger(Number(n)) ? Number(n) : n));
const float = fc.float({ noDefaultInfinity: false, noNaN: true });
const tensor = fc.uint8Array({ maxLength: 300 }).map((bytes) => bufferSource("uint8", [bytes.length], bytes));
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  int64.map((value): Attribute => ({ kind: "int", value })),
  float.map((value): Attribute => ({ kind: "float", value })),
  text.map((value): Attribute => ({ kind: "string", value })),
  fc.array(int64, { maxLength: 4 }).map((value): Attribute => ({ kind: "ints", value })),
  fc.array(float, { maxLength: 4 }).map((value): Attribute => ({ kind: "floats", value })),
  fc.array(text, { maxLength: 4 }).map((value): Attribute => ({ kind: "strings", value })),
  tensor.map((value): Attribute => ({ kind: "tensor", value })),
);
const row = fc.record({
  op: fc.string({ minLength: 1, maxLength: 8 }),
  reads: fc.array(fc.nat(), { maxLength: 3 }),
  makes: fc.integer({ min: 0, max: 2 }),
  hint: fc.option(fc.constantFrom("x", "y", "val_0", "node_x_0", "input_0")),
  attributes: fc.dictionary(fc.string({ maxLength: 5 }), attribute, { maxKeys: 3 }),
  metadata: fc.dictionary(text, text, { maxKeys: 2 }),
  nested: fc.boolean(),
});
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never;

function fill(graph: Graph, rows: readonly Row[], seen: Value[]): void {
  for (const { op, reads, makes, hint, attributes: given, metadata, nested } of rows) {
    const inputs = reads.map((n) => (n % 5 === 0 || seen.length === 0 ? null : (seen[n % seen.length] as Value)));
    const all = new Map(Object.entries(given));
    if (nested) {
      const inner = new Graph("inner");
      fill(
        inner,
        rows.slice(0, 2).map((r) => ({ ...r, nested: false })),
        [...seen],
      );
      all.set("body", { kind: "graph", value: inner });
    }
    const outputs = Array.from({ length: makes }, (_, i) => new Value(hint, i === 0 ? { dtype: "int8", shape: [i, 3] } : null));
    const node = new Node(op, inputs, all, outputs, -1);
    node.name = hint;
    for (const [key, value] of Object.entries(metadata)) node.metadata.set(key, value);
    graph.append(node);
    seen.push(...outputs);
  }
}

/** Models of random nodes, attributes, names that collide, and nested graphs. */
export const anyModel: fc.Arbitrary<Model> = fc.array(row, { maxLength: 6 }).map((rows) => {
  const model = emptyModel();
  const x = new Value("x", { dtype: "float32", shape: null });
  model.graph.inputs.push(x);
  const w = initializer(model.graph, "x", floats([4]));
  const seen = [x, w];
  fill(model.graph, rows, seen);
  model.graph.outputs.push(seen.at(-1) as Value);
  return model;
});
