//! What evaluators refuse, and with which words: operands without a result, attributes of no known value, files that cannot be decoded.
import { expect, test } from "vitest";
import { evaluate } from "../../../src/onnx/evaluate/evaluate.ts";
import type { Feed } from "../../../src/onnx/evaluate/feed.ts";
import { Tensor } from "../../../src/onnx/evaluate/tensor.ts";
import { parse } from "../../../src/onnx/ir/parse.ts";

const strings = (...values: string[]): Tensor => new Tensor("string", [values.length], values);
const bytes = (...values: number[]): Tensor => new Tensor("uint8", [values.length], Uint8Array.from(values));
const latin = (text: string): Tensor => bytes(...Array.from(text, (c) => c.charCodeAt(0)));
const floats = (...values: number[]): Tensor => Tensor.from(values, "float32");

const longs = (...values: number[]): Tensor => Tensor.from(values, "int64");

type Row = readonly [what: string, signature: string, node: string, feeds: readonly Feed[], code: string, words: RegExp];

const rows: readonly Row[] = [
  [
    "integers by zero",
    "(x: i32[1], z: i32[1])",
    "Div(x, z)",
    [Tensor.from([1], "int32"), Tensor.from([0], "int32")],
    "core/zero-division",
    /zero/,
  ],
  ["a direction of no shift", "(x: u8[1])", 'BitShift<direction="UP">(x, x)', [bytes(1)], "eval/attribute", /LEFT or RIGHT/],
  ["a text that is no number", "(x: f32[1])", "Cast<to=1>(x)", [strings("one")], "eval/string", /"one" is no float32/],
  ["a fractionless infinity", "(x: f32[1])", "Cast<to=7>(x)", [strings("inf")], "eval/string", /"inf" is no int64/],
  ["bits of another number", "(x: f32[1])", "BitCast<to=7>(x)", [floats(1)], "eval/dtype", /float32 has 32 bits, int64 has 64/],
  [
    "a ratio that leaves nothing",
    "(x: f32[1], r: f32[], t: bool[])",
    "Dropout(x, r, t)",
    [floats(1), Tensor.from([1], "float32", []), Tensor.from([1], "bool", [])],
    "eval/input",
    /ratio is 1/,
  ],
  ["a range without a step", "(x: f32[])", "Range(x, x, x)", [Tensor.from([0], "float32", [])], "eval/input", /delta is 0/],
  ["a look ahead", "(x: f32[1])", 'RegexFullMatch<pattern="a(?=b)">(x)', [strings("ab")], "eval/regex", /does not look around/],
  ["a back reference", "(x: f32[1])", 'RegexFullMatch<pattern="(a)\\\\1">(x)', [strings("aa")], "eval/regex", /\\1 is not possible/],
  ["a class that is not closed", "(x: f32[1])", 'RegexFullMatch<pattern="[a">(x)', [strings("a")], "eval/regex", /not closed/],
  ["a group that is not closed", "(x: f32[1])", 'RegexFullMatch<pattern="(a">(x)', [strings("a")], "eval/regex", /no regular expression/],
  ["a picture of WebP", "(x: u8[N])", "ImageDecoder(x)", [latin("RIFF....WEBPVP8 ")], "eval/image", /WebP is not decoded/],
  ["a picture of no known format", "(x: u8[N])", "ImageDecoder(x)", [latin("hello")], "eval/image", /this format is not decoded/],
  ["half a bitmap's header", "(x: u8[N])", "ImageDecoder(x)", [latin("BM....")], "eval/image", /BMP file ends early/],
  ["a bitmap without pixels", "(x: u8[N])", "ImageDecoder(x)", [latin("P6 4 4 255 abc")], "eval/image", /ends after/],
  ["a picture larger than any", "(x: u8[N])", "ImageDecoder(x)", [latin("P5 999999 999999 255 ")], "eval/image", /claims to be/],
  ["a JPEG of nothing", "(x: u8[N])", "ImageDecoder(x)", [bytes(0xff, 0xd8, 0xff, 0xd9)], "eval/image", /no frame/],
  [
    "scales that do not fit",
    "(x: f32[2, 3], s: f32[2])",
    "QuantizeLinear(x, s)",
    [Tensor.from([1, 2, 3, 4, 5, 6], "float32", [2, 3]), floats(1, 2)],
    "core/quantize",
    /does not fit \[2, 3\] \(axis 1\)/,
  ],
  ["a tensor of 4 TB", "(x: i64[1])", "ConstantOfShape(x)", [longs(2 ** 40)], "core/memory", /ConstantOfShape y.*4398046511104 bytes/],
  ["a repetition of 4 TB", "(x: f32[1], n: i64[1])", "Expand(x, n)", [floats(1), longs(2 ** 40)], "core/memory", /Expand y/],
  ["tiles of 4 TB", "(x: f32[1], n: i64[1])", "Tile(x, n)", [floats(1), longs(2 ** 40)], "core/memory", /Tile y/],
  [
    "classes of 4 TB",
    "(x: i64[1], n: i64[1], v: f32[2])",
    "OneHot(x, n, v)",
    [longs(1), longs(2 ** 40), floats(0, 1)],
    "core/memory",
    /OneHot y/,
  ],
  [
    "a range of 8 TB",
    "(a: i64[], b: i64[], c: i64[])",
    "Range(a, b, c)",
    [0, 2 ** 40, 1].map((n) => Tensor.from([n], "int64", [])),
    "core/memory",
    /Range y/,
  ],
  ["padding of 4 TB", "(x: f32[1], n: i64[2])", "Pad(x, n)", [floats(1), longs(0, 2 ** 40)], "core/memory", /Pad y/],
  ["an image of 4 TB", "(x: f32[1], s: f32[1])", "Resize(x, _, s)", [floats(1), floats(2 ** 40)], "core/memory", /Resize y/],
  ["a window of no size", "(x: i64[])", "HannWindow(x)", [Tensor.from([-4], "int64", [])], "core/shape", /shape \[-4\]/],
  ["a seed that is none", "(x: f32[1])", "RandomNormalLike<seed=nan>(x)", [floats(1)], "eval/attribute", /seed is NaN/],
  [
    "more ends than starts",
    "(x: f32[2], a: i64[1], b: i64[2])",
    "Slice(x, a, b)",
    [floats(1, 2), longs(0), longs(1, 1)],
    "eval/input",
    /1 starts, 2 ends/,
  ],
  [
    "a stride of 0",
    "(x: f32[1, 1, 4])",
    "MaxPool<kernel_shape=[2], strides=[0]>(x)",
    [Tensor.from([1, 2, 3, 4], "float32", [1, 1, 4])],
    "eval/attribute",
    /strides are \[0\]/,
  ],
  [
    "a dilation below 1",
    "(x: f32[1, 1, 4])",
    "MaxPool<kernel_shape=[2], dilations=[-1]>(x)",
    [Tensor.from([1, 2, 3, 4], "float32", [1, 1, 4])],
    "eval/attribute",
    /dilations are \[-1\]/,
  ],
  [
    "a kernel of 0",
    "(x: f32[1, 1, 4])",
    "MaxPool<kernel_shape=[0]>(x)",
    [Tensor.from([1, 2, 3, 4], "float32", [1, 1, 4])],
    "eval/attribute",
    /at least 1/,
  ],
  [
    "parts of nothing",
    "(x: f32[4], n: i64[])",
    "SplitToSequence(x, n)",
    [floats(1, 2, 3, 4), Tensor.from([0], "int64", [])],
    "eval/input",
    /parts have 0 elements/,
  ],
  [
    "regions of no image",
    "(x: f32[1, 1, 2, 2], r: f32[1, 4], i: i64[1])",
    "RoiAlign(x, r, i)",
    [Tensor.from([1, 2, 3, 4], "float32", [1, 1, 2, 2]), Tensor.from([0, 0, 1, 1], "float32", [1, 4]), longs(7)],
    "core/boxes",
    /is of image 7 of 1/,
  ],
];

test.each(rows)("%s", (_, signature, node, feeds, code, words) => {
  const model = parse(`${signature} -> (y)\n  y = ${node}`);
  model.graph.inputs.forEach((v, i) => {
    if ((feeds[i] as Tensor).dtype === "string") [v.type, v.container] = [null, { kind: "strings", shape: null }];
  });
  const inputs = Object.fromEntries(model.graph.inputs.map((v, i) => [v.name ?? "", feeds[i] as Feed]));
  expect(() => evaluate(model, inputs)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(words) }));
});
