//! Whatever operands and attributes a node has, computing it gives values or a refusal that names what is wrong: it never traps or stumbles.
import fc from "fast-check";
import { expect, test } from "vitest";
import { byteLength, type DType, dtypes } from "../../../src/dtype.ts";
import { OnnxExporterError } from "../../../src/errors.ts";
import { evaluate } from "../../../src/onnx/evaluate/evaluate.ts";
import type { Feed } from "../../../src/onnx/evaluate/feed.ts";
import { evaluatedOps } from "../../../src/onnx/evaluate/index.ts";
import { Tensor } from "../../../src/onnx/evaluate/tensor.ts";
import { type Attribute, Graph, Model, Node, Value } from "../../../src/onnx/ir/graph.ts";
import { versionsIn } from "../../../src/onnx/opset/domains.ts";
import { attributeNumbers } from "../../../src/onnx/opset/op-numbers.gen.ts";
import type { AttributeSchema } from "../../../src/onnx/opset/schema.ts";
import { SymEnv } from "../../../src/symbolic.ts";
import { bufferSource } from "../../../src/weights/basic.ts";

const stored = (Object.keys(dtypes) as DType[]).filter((d) => dtypes[d].onnx > 0);
/** Mostly small; the others are beyond what any tensor holds, so that no run is long. */
const integer = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -2, max: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 53, 2n ** 63n - 1n, -(2n ** 63n)) },
);
const float = fc.oneof({ weight: 4, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) }, fc.double());
const text = fc.constantFrom(
  "",
  "a",
  "nearest",
  "linear",
  "cubic",
  "SAME_UPPER",
  "VALID",
  "reverse",
  "bidirectional",
  "ij,jk->ik",
  "->",
  "mean",
);
const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

const bytesOf = (dtype: DType, dims: readonly number[], seed: number): Uint8Array => {
  const n = byteLength(
    dtype,
    dims.reduce((a, b) => a * b, 1),
  );
  return Uint8Array.from({ length: n }, (_, i) => (i % Math.ceil(dtypes[dtype].size) === 0 ? (seed * (i + 1)) % 5 : 0));
};
const numbers = fc
  .tuple(fc.constantFrom<DType>(...stored, "float32", "float32", "int64", "int64"), shape, fc.nat(4))
  .map(([dtype, dims, seed]) => new Tensor(dtype, dims, bytesOf(dtype, dims, seed)));
const strings = shape.map((dims) => new Tensor("string", dims, new Array<string>(dims.reduce((a, b) => a * b, 1)).fill("a 1")));
const feed: fc.Arbitrary<Feed> = fc.oneof(
  { weight: 12, arbitrary: numbers },
  { weight: 2, arbitrary: strings },
  { weight: 1, arbitrary: fc.array(numbers, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant(new Map([["a", 1.5]])) },
  { weight: 1, arbitrary: fc.constant(null) },
);

function bodyOf(inputs: number, outputs: number): Graph {
  const g = new Graph("body");
  for (let i = 0; i < inputs; i++) g.inputs.push(new Value(`i${i}`, null));
  for (let i = 0; i < outputs; i++) {
    const y = new Value(`o${i}`, null);
    g.append(new Node("Constant", [], new Map([["value_float", { kind: "float", value: 1 }]]), [y], -1));
    g.outputs.push(y);
  }
  return g;
}
const kinds: { readonly [kind in AttributeSchema["kind"]]: fc.Arbitrary<Attribute> } = {
  int: integer.map((value): Attribute => ({ kind: "int", value })),
  dtype: fc.integer({ min: -1, max: 27 }).map((value): Attribute => ({ kind: "int", value })),
  float: float.map((value): Attribute => ({ kind: "float", value })),
  string: text.map((value): Attribute => ({ kind: "string", value })),
  ints: fc.array(integer, { maxLength: 6 }).map((value): Attribute => ({ kind: "ints", value })),
  floats: fc.array(float, { maxLength: 6 }).map((value): Attribute => ({ kind: "floats", value })),
  strings: fc.array(text, { maxLength: 4 }).map((value): Attribute => ({ kind: "strings", value })),
  tensor: numbers.map((t): Attribute => ({ kind: "tensor", value: bufferSource(t.dtype as DType, t.shape, t.bytes()) })),
  graph: fc.tuple(fc.nat(4), fc.nat(3)).map(([i, o]): Attribute => ({ kind: "graph", value: bodyOf(i, o) })),
  sparse_tensor: fc.constant<Attribute>({ kind: "int", value: 1 }),
  type_proto: fc.constant<Attribute>({ kind: "int", value: 1 }),
};
const anyKind = fc.oneof(kinds.int, kinds.float, kinds.string, kinds.ints, kinds.floats);

/** The attributes that some version of the op has, each there or not, one in ten of another kind. */
function attributesOf(domain: string, op: string): fc.Arbitrary<readonly (readonly [string, Attribute])[]> {
  const known = new Map(versionsIn(domain, op).flatMap((v) => [...v.attributes]));
  if (known.size === 0 && domain === "com.microsoft")
    return fc.array(fc.tuple(fc.constantFrom(...Object.keys(attributeNumbers)), anyKind), { maxLength: 24 });
  const each = Array.from(known.values(), (a) =>
    fc.option(
      fc.oneof({ weight: 9, arbitrary: kinds[a.kind] }, anyKind).map((value) => [a.name, value] as const),
      { freq: 2 },
    ),
  );
  return fc.tuple(...each).map((pairs) => pairs.filter((p) => p !== null));
}

function modelOf(
  name: string,
  opset: number,
  feeds: readonly Feed[],
  pairs: readonly (readonly [string, Attribute])[],
  outputs: number,
): Model {
  const model = new Model(new Graph("g"), new SymEnv());
  const [domain = "", op = name] = name.includes("::") ? name.split("::") : ["", name];
  model.opset_import.set("", domain === "" ? opset : 21).set(domain, opset);
  model.graph.inputs.push(...feeds.map((_, i) => new Value(`x${i}`, null)));
  const results = Array.from({ length: outputs }, (_, i) => new Value(`y${i}`, null));
  model.graph.append(new Node(op, model.graph.inputs, new Map(pairs), results, -1, domain));
  model.graph.outputs.push(...results);
  return model;
}

test.each([...evaluatedOps()])("%s", (name) => {
  const [domain = "", op = name] = name.includes("::") ? name.split("::") : ["", name];
  const versions = versionsIn(domain, op).map((v) => v.since);
  const cases = fc.tuple(
    fc.constantFrom(...(versions.length === 0 ? [1] : versions)),
    fc.array(feed, { maxLength: 6 }),
    attributesOf(domain, op),
    fc.integer({ min: 1, max: 3 }),
  );
  const refuses = (opset: number, feeds: readonly Feed[], pairs: readonly (readonly [string, Attribute])[], outputs: number): void => {
    const model = modelOf(name, opset, feeds, pairs, outputs);
    try {
      evaluate(model, Object.fromEntries(feeds.map((f, i) => [`x${i}`, f])), { maxIterations: 100 });
    } catch (error) {
      if (!(error instanceof OnnxExporterError)) throw error;
      expect(error.code, error.message).toMatch(/^(eval|core|infer|dtype)\/(?!trap|failed)/);
    } finally {
      model.env.free();
    }
  };
  fc.assert(
    fc.property(cases, (c) => refuses(...c)),
    { numRuns: 40, seed: 7 },
  );
});
