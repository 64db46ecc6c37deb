import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDim } from "../../src/onnx/ir/dim-text.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { SymEnv } from "../../src/symbolic.ts";

const same = (text: string) => expect(print(parse(text))).toBe(text);

test("prints what it parses", () => {
  same(`(x: f32[N, 3], c: bool[]) -> (y, i)
  w = f32[3, 2]{1, 0, -0, 0.00001, 0.5, inf}
  n = i64[0]{}
  \`a/b.T\` = f32[512, 512]{...}
  y, i = TopK<axis=0>(x, n)
  z = LeakyRelu<alpha=0.1>(x)
  s = Split<axis=-1, num_outputs=1>(z)
  f = com.microsoft::FusedMatMul<alpha=1.0, names=["a", "b\\"c"], none=strings[], list=[1.0, 2.5], big=9223372036854775807>(x, w)
  o = Clip(x, _, w)
  k = ConstantOfShape<value=f16[1]{0.33325195}>(n)`);
});

test("prints bodies of control flow", () => {
  same(`(c: bool[], x: f32[2*N + 1, N//2, Max(1, N)]) -> (y)
  y = If<else_branch={
    () -> (b)
      b = Neg(x)
  }, then_branch={
    () -> (a)
      w = f32[1]{2}
      a = Mul(x, w)
  }>(c)`);
});

test("gives names to what has none, and never one twice", () => {
  const model = parse("(x) -> (y)\n  y = Relu(x)");
  const [node] = [...model.graph.nodes()];
  if (node?.outputs[0]) node.outputs[0].name = "x";
  expect(print(model)).toBe("(x) -> (x_1)\n  x_1 = Relu(x)");
});

test("says where the text is wrong", () => {
  expect(() => parse("(x) -> (y)\n  y = Relu(z)")).toThrow(/text\/syntax.*line 2: wanted a value; z is not defined/);
  expect(() => parse("(x: f99[1]) -> (x)")).toThrow(/dtype\/unknown/);
});

const float = fc.float({ noNaN: true }).map(Math.fround);
const name = fc.stringMatching(/^[A-Za-z][\w./:]{0,5}$/);
const attribute = fc.oneof(
  fc.integer().map((value) => ({ kind: "int", value }) as const),
  float.map((value) => ({ kind: "float", value }) as const),
  fc.string().map((value) => ({ kind: "string", value }) as const),
  fc.array(fc.integer()).map((value) => ({ kind: "ints", value }) as const),
  fc.array(float).map((value) => ({ kind: "floats", value }) as const),
  fc.array(fc.string()).map((value) => ({ kind: "strings", value }) as const),
);

test.each(["(".repeat(100_000), `${"Max(".repeat(50_000)}1`, "N**999999999", "N +", "N)", ""])(
  "refuses dims that are none (%#)",
  (text) => {
    expect(() => parseDim(text, new SymEnv())).toThrow(/^\[text\/dim\] cannot read the dim/);
  },
);

test("parse after print is the identity", () => {
  const made = fc.array(fc.tuple(name, name, fc.dictionary(name, attribute, { maxKeys: 3 })), { maxLength: 8 });
  fc.assert(
    fc.property(made, (rows) => {
      const model = parse("(x: f32[N]) -> (x)");
      const { graph } = model;
      let last = graph.inputs[0];
      for (const [op, value, attributes] of rows) {
        const text = parse(`(x) -> (y)\n  y = z::Op(x)`);
        const [node] = [...text.graph.nodes()];
        if (!node || !last) continue;
        text.graph.outputs.length = 0;
        const y = node.outputs[0];
        if (!y) continue;
        y.name = value;
        text.graph.remove(node);
        node.setInput(0, last);
        for (const [k, a] of Object.entries(attributes)) node.attributes.set(k, a);
        Object.defineProperty(node, "op", { value: op });
        graph.append(node);
        last = y;
      }
      const text = print(model);
      expect(print(parse(text))).toBe(text);
    }),
  );
});
