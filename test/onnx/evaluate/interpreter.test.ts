//! What the interpreter holds while it runs bodies, and what rows refuse.
import { expect, test } from "vitest";
import { core } from "../../../src/core/door.ts";
import { evaluate } from "../../../src/onnx/evaluate/evaluate.ts";
import type { Feed } from "../../../src/onnx/evaluate/feed.ts";
import { Tensor } from "../../../src/onnx/evaluate/tensor.ts";
import { Graph, Node, Value } from "../../../src/onnx/ir/graph.ts";
import { parse } from "../../../src/onnx/ir/parse.ts";

const ints = (...values: number[]): Tensor => Tensor.from(values.map(BigInt), "int64");
const floats = (...values: number[]): Tensor => Tensor.from(values, "float32");
const strings = (...values: string[]): Tensor => new Tensor("string", [values.length], values);

test("a loop holds the values of one iteration", () => {
  const model = parse(`
    (n: i64[], x: f32[?]) -> (y)
      y = Loop<body={
        (i, go, v) -> (more, w)
          more = Identity(go)
          a = Neg(v)
          w = Neg(a)
      }>(n, _, x)`);
  const x = new Tensor("float32", [1 << 18], new Uint8Array(1 << 20));
  const times = (n: bigint) => evaluate(model, { n: Tensor.from([n], "int64", []), x });
  times(1n); // the core's scratch, which stays, has its size then
  const before = core.memory.buffer.byteLength;
  const used = core.exports.memory_used();
  times(200n);
  expect(core.memory.buffer.byteLength - before).toBeLessThan(8 << 20);
  expect(core.exports.memory_used()).toBe(used);
});

test("what a body reads from outside stays for the next iteration", () => {
  const model = parse(`
    (n: i64[], x: f32[1], z: f32[1]) -> (y)
      k = Neg(z)
      y = Loop<body={
        (i, go, v) -> (more, w)
          more = Identity(go)
          w = Sub(v, k)
      }>(n, _, x)`);
  const [y] = evaluate(model, { n: Tensor.from([3n], "int64", []), x: floats(1), z: floats(2) });
  expect((y as Tensor).tolist()).toEqual([7]);
});

const refused: readonly (readonly [what: string, text: string, inputs: { readonly [name: string]: Feed }, code: string])[] = [
  ["squeezing a dim that is not 1", "(x: f32[2]) -> (y)\n y = Squeeze<axes=[0]>(x)", { x: floats(1, 2) }, "eval/input"],
  ["a dim added twice", "(x: f32[2]) -> (y)\n y = Unsqueeze<axes=[0, -3]>(x)", { x: floats(1, 2) }, "eval/input"],
  ["a step of 0", "(x: f32[2], s: i64[1]) -> (y)\n y = Slice(x, s, s, s, s)", { x: floats(1, 2), s: ints(0) }, "eval/input"],
  ["parts that do not add up", "(x: f32[2], s: i64[1]) -> (y)\n y = Split(x, s)", { x: floats(1, 2), s: ints(1) }, "eval/input"],
  [
    "an unknown way to pad",
    '(x: f32[2], p: i64[2]) -> (y)\n y = Pad<mode="odd">(x, p)',
    { x: floats(1, 2), p: ints(1, 1) },
    "eval/attribute",
  ],
  ["blocks of no image", "(x: f32[2]) -> (y)\n y = DepthToSpace<blocksize=2>(x)", { x: floats(1, 2) }, "eval/input"],
  ["an index outside", "(x: f32[2], i: i64[1]) -> (y)\n y = GatherND(x, i)", { x: floats(1, 2), i: ints(2) }, "eval/index"],
  [
    "an unknown reduction",
    '(x: f32[2], i: i64[1], u: f32[1]) -> (y)\n y = ScatterElements<reduction="odd">(x, i, u)',
    { x: floats(1, 2), i: ints(0), u: floats(1) },
    "eval/attribute",
  ],
  ["strings beside numbers", "(x: f32[1], s) -> (y)\n y = Concat<axis=0>(x, s)", { x: floats(1), s: strings("a") }, "eval/input"],
  [
    "a position outside a sequence",
    "(s, i: i64[]) -> (y)\n y = SequenceAt(s, i)",
    { s: [floats(1)], i: Tensor.from([1n], "int64", []) },
    "eval/index",
  ],
  ["the element of an empty optional", "(x) -> (y)\n y = OptionalGetElement(x)", { x: null }, "eval/input"],
  [
    "a condition that is no bool",
    "(c: f32[1]) -> (y)\n y = If<then_branch={() -> (a)\n a = Neg(c)}, else_branch={() -> (b)\n b = Abs(c)}>(c)",
    { c: floats(1) },
    "eval/input",
  ],
  [
    "sequences of different lengths",
    "(s, t) -> (y)\n y = SequenceMap<body={(a, b) -> (c)\n c = Add(a, b)}>(s, t)",
    { s: [floats(1)], t: [floats(1), floats(2)] },
    "eval/input",
  ],
  [
    "a loop without end",
    "(x: f32[1]) -> (y)\n y = Loop<body={(i, go, v) -> (more, w)\n more = Identity(go)\n w = Neg(v)}>(_, _, x)",
    { x: floats(1) },
    "eval/input",
  ],
  [
    "rows that nothing says anything of",
    "(n: i64[]) -> (y)\n y = Loop<body={(i, go) -> (more, r)\n more = Identity(go)\n r = Identity(i)}>(n, _)",
    { n: Tensor.from([0n], "int64", []) },
    "eval/input",
  ],
  ["a mean of strings", '(s, z: i64[1]) -> (y)\n y = Resize<mode="linear">(s, _, _, z)', { s: strings("a"), z: ints(2) }, "eval/input"],
  [
    "sizes that are too few",
    "(x: f32[1, 1], z: i64[1]) -> (y)\n y = Resize(x, _, _, z)",
    { x: Tensor.from([1], "float32", [1, 1]), z: ints(2) },
    "eval/input",
  ],
];

test.each(refused)("%s is refused", (_, text, inputs, code) => {
  expect(() => evaluate(parse(text), inputs)).toThrow(expect.objectContaining({ code }));
});

const endless = `
  (x: f32[1], go: bool[]) -> (y)
    y = Loop<body={
      (i, more, v) -> (still, w)
        still = Identity(more)
        w = Neg(v)
    }>(_, go, x)`;

test("a loop that never ends is ended, and may be given more", () => {
  const inputs = { x: floats(1), go: Tensor.from([1], "bool", []) };
  expect(() => evaluate(parse(endless), inputs, { maxIterations: 50 })).toThrow(/eval\/iterations.*Loop y: loops have run 50 times/);
  const bounded = parse(
    endless.replace("(x: f32[1], go: bool[])", "(x: f32[1], go: bool[], n: i64[])").replace("(_, go, x)", "(n, go, x)"),
  );
  const three = { ...inputs, n: Tensor.from([3n], "int64", []) };
  expect(() => evaluate(bounded, three, { maxIterations: 2 })).toThrow(/eval\/iterations/);
  expect((evaluate(bounded, three, { maxIterations: 3 })[0] as Tensor).tolist()).toEqual([-1]);
});

test("strings that double in a loop end before JavaScript's do", () => {
  const model = parse(`
    (n: i64[], x: f32[1]) -> (y)
      y = Loop<body={
        (i, go, v) -> (more, w)
          more = Identity(go)
          w = StringConcat(v, v)
      }>(n, _, x)`);
  const [, x] = model.graph.inputs;
  if (x !== undefined) [x.type, x.container] = [null, { kind: "strings", shape: null }];
  const run = () => evaluate(model, { n: Tensor.from([64n], "int64", []), x: strings("ab") });
  expect(run).toThrow(/eval\/string.*StringConcat.*536870912 characters/);
});

test("functions that call themselves are refused", () => {
  const model = parse("(x: f32[1]) -> (y)\n y = Neg(x)");
  const graph = new Graph("F");
  const [a, b] = [new Value("a", null), new Value("b", null)];
  graph.inputs.push(a);
  graph.append(new Node("F", [a], new Map(), [b], -1, "f"));
  graph.outputs.push(b);
  model.functions.push({ domain: "f", name: "F", graph, attributes: [] });
  expect(() => evaluate(model, { x: floats(1) })).toThrow(/eval\/recursion.*f::F → f::F/);
});

test("a body with other inputs than its node gives is refused", () => {
  const model = parse(endless.replace("(i, more, v) -> (still, w)", "(i, more, v, u) -> (still, w)"));
  const inputs = { x: floats(1), go: Tensor.from([1], "bool", []) };
  expect(() => evaluate(model, inputs)).toThrow(/eval\/body.*has 4 inputs, 3 values are given/);
});

test("NaN has no sign", () => {
  const [y] = evaluate(parse("(x: f32[4]) -> (y)\n y = Sign(x)"), { x: floats(Number.NaN, -2, 0, Number.POSITIVE_INFINITY) });
  expect((y as Tensor).tolist()).toEqual([Number.NaN, -1, 0, 1]);
});

test("a negative number of splits is no limit", () => {
  const model = parse("(x: f32[1]) -> (y)\n y = StringSplit<maxsplit=-1>(x)");
  const [x] = model.graph.inputs;
  if (x !== undefined) [x.type, x.container] = [null, { kind: "strings", shape: null }];
  expect((evaluate(model, { x: strings("a b c") })[0] as Tensor).tolist()).toEqual(["a", "b", "c"]);
});
