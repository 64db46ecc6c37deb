import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { cloneModel } from "../../src/onnx/ir/clone.ts";
import type { Model } from "../../src/onnx/ir/graph.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { legalize } from "../../src/onnx/legalize/legalize.ts";
import { fusionPasses, toFixpoint } from "../../src/onnx/passes/optimize.ts";
import { encodeModel } from "../../src/onnx/proto/save.ts";
import { fusions } from "../../src/onnx/rules/index.ts";
import { spell } from "../../src/onnx/spell.ts";
import { resolveTarget } from "../../src/onnx/target.ts";

/** Inputs and outputs, statements → what is left of them. null: nothing may fuse. */
type Row = readonly [name: string, signature: string, before: string, after: string | null];

const text = (signature: string, statements: string): string => `${signature}\n  ${statements.split("; ").join("\n  ")}`;

const rms = "x / Sqrt(ReduceMean(x ** 2) + e) * w -> RMSNormalization(x, w)";
const squares = "t = f32[]{2}; e = f32[1]{0.25}; l = i64[1]{-1}; p = Pow(x, t); m = ReduceMean(p, l); s = Add(m, e); r = Sqrt(s)";
const scaled = "(x: f32[2, 3, 4], w: f32[4]) -> (y)";
const normal = "y = RMSNormalization<epsilon=0.25>(x, w)";

const halves = "x * cos + turned(x) * sin -> RotaryEmbedding(x, cos, sin) of halves";
const neighbours = "x * cos + turned(x) * sin -> RotaryEmbedding(x, cos, sin) of neighbours";
const heads = "(x: f32[2, 3, 5, 4], a: f32[2, 5, 2]) -> (y)";
const angles = "o = i64[1]{1}; c = Concat<axis=2>(a, a); c0 = Cos(c); s0 = Sin(c); cos = Unsqueeze(c0, o); sin = Unsqueeze(s0, o)";
const turn = "h = i64[2]{2, 2}; f, b = Split<axis=3>(x, h); n = Neg(b); z = Concat<axis=3>(n, f)";
const sum = "u = Mul(x, cos); v = Mul(sin, z); y = Add(u, v)";
const pairs =
  "o = i64[1]{1}; l = i64[1]{-1}; k = i64[4]{1, 1, 1, 2}; q = i64[3]{0, 0, 4}; g = Unsqueeze(a, l); g2 = Expand(g, k); c = Reshape(g2, q); c0 = Cos(c); s0 = Sin(c); cos = Unsqueeze(c0, o); sin = Unsqueeze(s0, o)";
const turnPairs =
  "i0 = i64[1]{0}; i9 = i64[1]{99}; i3 = i64[1]{3}; i2 = i64[1]{2}; w = i64[4]{2, 3, 5, 4}; even = Slice(x, i0, i9, i3, i2); odd = Slice(x, o, i9, i3, i2); n = Neg(odd); n1 = Unsqueeze(n, l); e1 = Unsqueeze(even, l); j = Concat<axis=4>(n1, e1); z = Reshape(j, w)";

const rows: readonly Row[] = [
  [rms, scaled, `${squares}; i = Reciprocal(r); n = Mul(x, i); y = Mul(w, n)`, normal],
  [rms, scaled, `${squares}; n = Div(x, r); y = Mul(n, w)`, normal],
  [rms, scaled, `${squares.replace("p = Pow(x, t)", "p = Mul(x, x)")}; n = Div(x, r); y = Mul(n, w)`, normal],
  [
    rms,
    "(h: f16[2, 3, 4], w: f16[4]) -> (y)",
    `x = Cast<to=1>(h); ${squares}; i = Reciprocal(r); n = Mul(x, i); c = Cast<to=10>(n); y = Mul(w, c)`,
    "y = RMSNormalization<epsilon=0.25>(h, w)",
  ],
  [rms, "(x: f32[2, 3, 4], w: f32[3, 4]) -> (y)", `${squares}; n = Div(x, r); y = Mul(n, w)`, null],
  [rms, scaled, `${squares.replace("{-1}", "{1}")}; n = Div(x, r); y = Mul(n, w)`, null],
  [rms, scaled, `${squares.replace("{2}", "{3}")}; n = Div(x, r); y = Mul(n, w)`, null],
  [
    rms,
    "(x: f32[2, 3, 4], w: f32[4], e: f32[1]) -> (y)",
    `${squares.replace("e = f32[1]{0.25}; ", "")}; n = Div(x, r); y = Mul(n, w)`,
    null,
  ],
  [halves, heads, `${angles}; ${turn}; ${sum}`, "v0 = Cos(a); v1 = Sin(a); y = RotaryEmbedding(x, v0, v1)"],
  [
    halves,
    "(x: f32[N, 3, 5, 4], a: f32[1, 5, 2]) -> (y)",
    `${angles}; ${turn}; ${sum}`,
    "v0 = i64[2]{1, 1}; v1 = Cos(a); v2 = Shape<end=1>(x); v3 = Concat<axis=0>(v2, v0); v4 = Expand(v1, v3); v5 = Sin(a); v6 = Expand(v5, v3); y = RotaryEmbedding(x, v4, v6)",
  ],
  [halves, heads, `${angles}; ${turn.replace("(n, f)", "(f, n)")}; ${sum}`, null],
  [halves, "(x: f32[2, 3, 5, 4], a: f32[2, 5, 2], b: f32[2, 5, 2]) -> (y)", `${angles.replace("(a, a)", "(a, b)")}; ${turn}; ${sum}`, null],
  [neighbours, heads, `${pairs}; ${turnPairs}; ${sum}`, "v0 = Cos(a); v1 = Sin(a); y = RotaryEmbedding<interleaved=1>(x, v0, v1)"],
  [neighbours, heads, `${pairs}; ${turnPairs.replace("(n1, e1)", "(e1, n1)")}; ${sum}`, null],
  [
    "Concat(RotaryEmbedding(first part), rest) -> RotaryEmbedding of the first part",
    "(x: f32[2, 3, 5, 6], c: f32[2, 5, 2], s: f32[2, 5, 2]) -> (y)",
    "h = i64[2]{4, 2}; p, q = Split<axis=3>(x, h); r = RotaryEmbedding(p, c, s); y = Concat<axis=3>(r, q)",
    "y = RotaryEmbedding<num_heads=3, rotary_embedding_dim=4>(x, c, s)",
  ],
  [
    "Concat(RotaryEmbedding(first part), rest) -> RotaryEmbedding of the first part",
    "(x: f32[2, 3, 5, 6], c: f32[2, 5, 1], s: f32[2, 5, 1]) -> (y)",
    "h = i64[2]{4, 2}; p, q = Split<axis=3>(x, h); r = RotaryEmbedding(q, c, s); y = Concat<axis=3>(p, r)",
    null,
  ],
];

const repeat = (name: string): string =>
  `${name}1 = Unsqueeze(${name}, t); ${name}2 = Expand(${name}1, w); ${name}3 = Reshape(${name}2, z)`;
const grouped = `t = i64[1]{2}; w = i64[5]{2, 2, 3, 7, 4}; z = i64[4]{2, 6, 7, 4}; ${repeat("k")}; ${repeat("v")}`;
const qkv = "q: f32[2, 6, 5, 4], k: f32[2, 2, 7, 4], v: f32[2, 2, 7, 4]";
const caches = "(q: f32[B, 2, 5, 4], k: f32[B, 2, 5, 4], v: f32[B, 2, 5, 4], a: f32[B, 2, P, 4], b: f32[B, 2, P, 4]) -> (y, c, d)";
const join = "c = Concat<axis=2>(a, k); d = Concat<axis=-2>(b, v)";

const attentions: readonly Row[] = [
  ["heads that are repeated", `(${qkv}) -> (y)`, `${grouped}; y = Attention(q, k3, v3)`, "y = Attention(q, k, v)"],
  [
    "heads that are tiled",
    `(${qkv}) -> (y)`,
    `${grouped.replaceAll("{2}", "{1}").replaceAll("2, 2, 3, 7", "2, 3, 2, 7")}; y = Attention(q, k3, v3)`,
    null,
  ],
  ["keys alone are repeated", `(${qkv}) -> (y)`, `${grouped}; y = Attention(q, k3, k3)`, "y = Attention(q, k, k)"],
  ["caches", caches, `${join}; y = Attention(q, c, d)`, "y, c, d = Attention(q, k, v, _, a, b)"],
  ["caches under a causal mask", caches, `${join}; y = Attention<is_causal=1>(q, c, d)`, null],
  ["a cache that is read elsewhere", caches.replace("d)", "d, e)"), `${join}; e = Neg(c); y = Attention(q, c, d)`, null],
];

function fused(signature: string, before: string): Model {
  const model = parse(text(signature, before), { infer: true });
  toFixpoint(model, fusionPasses);
  expect(
    [...toFixpoint(model, fusionPasses).values()].reduce((a, b) => a + b),
    "changes of a second run",
  ).toBe(0);
  return model;
}

const body = (model: Model): string =>
  print(model)
    .split("\n")
    .slice(1)
    .map((l) => l.trim())
    .join("; ");

test.each([...rows, ...attentions])("%s: %s: %s", (_, signature, before, after) => {
  const unchanged = print(parse(text(signature, before), { infer: true }));
  const model = fused(signature, before);
  if (after === null) expect(print(model)).toBe(unchanged);
  else expect(body(model)).toBe(after);
});

test("every fusion has a golden", () => {
  const tested = new Set(rows.map(([name]) => name));
  expect(fusions.map((r) => r.name).filter((name) => !tested.has(name))).toEqual([]);
});

const sizes: { readonly [name: string]: number } = { N: 2, B: 2, P: 3 };

async function answers(model: Model): Promise<number[]> {
  const target = resolveTarget({ opset_version: 23 });
  const own = cloneModel(model);
  legalize(own, target);
  const session = await ort.InferenceSession.create(encodeModel(spell(own, target)));
  const feeds: { [name: string]: ort.Tensor } = {};
  own.graph.inputs.forEach((v, i) => {
    const dims = v.shape.map((d) => (typeof d === "number" ? d : (sizes[String(d)] as number)));
    const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, j) => Math.sin(i + 1 + j * 0.7));
    feeds[v.name as string] = new ort.Tensor("float32", data, dims);
  });
  const results = await session.run(feeds);
  return Object.values(results).flatMap((t) => [...(t.data as Float32Array)]);
}

const changed = [...rows, ...attentions].filter(([, signature, , after]) => after !== null && !signature.includes("f16"));
test.each(changed)("ONNX Runtime computes the same: %s: %s: %s", async (_, signature, before) => {
  const plain = await answers(parse(text(signature, before), { infer: true }));
  const once = await answers(fused(signature, before));
  expect(once.length).toBe(plain.length);
  for (const [i, y] of plain.entries()) expect(once[i]).toBeCloseTo(y, 5);
});
