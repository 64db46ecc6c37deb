/** @file Whatever a file says, inference answers with types or with an `infer/…` error: it never traps. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { DType } from "../../src/dtype.ts";
import { inferNode } from "../../src/onnx/infer.ts";
import { type Attribute, Node, Value } from "../../src/onnx/ir/graph.ts";
import { attributeNumbers, opNumbers } from "../../src/onnx/opset/op-numbers.gen.ts";
import { type Dim, SymEnv } from "../../src/symbolic.ts";

const integer = fc.oneof(
  fc.integer({ min: -6, max: 6 }),
  fc.constantFrom(0x7fffffff, -0x80000000, 9007199254740991, 9223372036854775807n, -9223372036854775808n, 46341, 1 << 20),
);
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  integer.map((value): Attribute => ({ kind: "int", value })),
  fc.array(integer, { maxLength: 5 }).map((value): Attribute => ({ kind: "ints", value })),
  fc.double().map((value): Attribute => ({ kind: "float", value })),
  fc.array(fc.double(), { maxLength: 5 }).map((value): Attribute => ({ kind: "floats", value })),
  fc
    .constantFrom("", "SAME_UPPER", "bidirectional", "...ij,jk->ik", "ij,", "->", "i..j", "none")
    .map((value): Attribute => ({ kind: "string", value })),
);
const dim = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom("N", "C", "N + C"), fc.constantFrom(-1, 0x7fffffff, 5e15));
const input = fc.option(
  fc.record({
    dtype: fc.constantFrom<DType>("float32", "int64", "int32", "bool", "uint8"),
    shape: fc.option(fc.array(dim, { maxLength: 6 }), { freq: 12 }),
    data: fc.option(fc.array(fc.oneof(fc.integer({ min: -4, max: 9 }), fc.constantFrom("N", 0x7fffffff, -0x80000000)), { maxLength: 6 }), {
      freq: 1,
    }),
  }),
  { freq: 10 },
);
const attributeNames = Object.keys(attributeNumbers);

test.each(Object.keys(opNumbers))("%s", (name) => {
  const env = new SymEnv();
  const sizes: { readonly [text: string]: Dim } = {
    N: env.symbol("N", 0),
    C: env.symbol("C"),
    "N + C": env.symbol("N").add(env.symbol("C")),
  };
  const of = (d: number | string): Dim => (typeof d === "string" ? (sizes[d] ?? 0) : d);
  const [domain = "", op = name] = name.includes("::") ? name.split("::") : ["", name];
  const node = fc.record({
    inputs: fc.array(input, { maxLength: 6 }),
    attributes: fc.dictionary(fc.constantFrom(...attributeNames), attribute, { maxKeys: 24 }),
    outputs: fc.integer({ min: 0, max: 4 }),
  });
  fc.assert(
    fc.property(node, ({ inputs, attributes, outputs }) => {
      const values = inputs.map((i) => {
        if (i === null) return null;
        const v = new Value(null, { dtype: i.dtype, shape: i.shape?.map(of) ?? null });
        if (i.data !== null && i.dtype !== "float32") {
          v.data = i.data.map(of);
          v.type = { dtype: i.dtype, shape: [i.data.length] };
        }
        return v;
      });
      const made = new Node(
        op,
        values,
        new Map(Object.entries(attributes)),
        Array.from({ length: outputs }, () => new Value(null, null)),
        -1,
        domain,
      );
      try {
        inferNode(made, env);
      } catch (error) {
        expect(String(error)).toContain("[infer/");
      }
    }),
    { numRuns: 60 },
  );
  env.free();
});
