/** The small readers: JSON, pickles, pytrees, names, literals. */

import { expect, test } from "vitest";
import { integerOf, parseJson } from "../../src/export/pt2/json.ts";
import { canonicalOp, fallbackName, torchTarget } from "../../src/export/pt2/op-names.ts";
import { type Py, PyGlobal, PyObject, PyTuple, unpickle } from "../../src/export/pt2/pickle.ts";
import { Place } from "../../src/export/pt2/place.ts";
import { printArg, printFloat } from "../../src/export/python-values.ts";
import { leafPaths, tree_flatten, tree_unflatten, treespec_loads } from "../../src/export/pytree.ts";
import { parseModuleStack } from "../../src/module-stack.ts";

const place = new Place("test.pt2");

test.each<[string, unknown]>([
  ["9223372036854775807", 9223372036854775807n],
  ["[9007199254740993, -9007199254740993]", [9007199254740993n, -9007199254740993n]],
  ["9007199254740992", 9007199254740992],
  ["-9223372036854775808", -(2 ** 63)],
  ['{"a": [NaN, Infinity, -Infinity]}', { a: ["NaN", "Infinity", "-Infinity"] }],
  ['"9223372036854775807, NaN"', "9223372036854775807, NaN"],
  ['["int:1", 9223372036854775807]', ["int:1", 9223372036854775807n]],
  ["0.12345678901234567890", 0.12345678901234568],
  ["1234567890123456.5", 1234567890123456.5],
  ["1e-16", 1e-16],
  ['["a\\"9223372036854775807", 1234567890123456]', ['a"9223372036854775807', 1234567890123456]],
])("JSON %s", (text, value) => {
  const exact = (x: unknown): unknown => {
    if (Array.isArray(x)) return x.map(exact);
    return typeof x === "string" && /^int:-?\d{16}/.test(x) ? integerOf(x, "x", place) : x;
  };
  expect(exact(parseJson(text, place))).toEqual(value);
});

const types = { construct: () => undefined, persistent: (id: Py) => id };
const pickle = (...bytes: (number | string)[]): Py =>
  unpickle(Buffer.concat(bytes.map((b) => (typeof b === "number" ? Buffer.from([b]) : Buffer.from(b, "latin1")))), types, place);

test("pickles become inert values", () => {
  const system = pickle(0x80, 2, "cos\nsystem\n", 0x58, "\x02\0\0\0ls", 0x85, 0x52, ".");
  expect(system).toBeInstanceOf(PyObject);
  expect(system).toMatchObject({ type: "os.system", args: ["ls"] });
  expect(pickle(0x80, 2, 0x63, "a.b\nC\n", ".")).toEqual(new PyGlobal("a.b.C"));
  expect(pickle(0x8a, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f", ".")).toBe(2n ** 63n - 1n);
  expect(pickle(0x8a, 1, 0xff, ".")).toBe(-1);
  expect(pickle(0x7d, "(", 0x58, "\x01\0\0\0a", 0x4b, 1, 0x58, "\x01\0\0\0b", 0x88, "u.")).toEqual(
    new Map<string, unknown>([
      ["a", 1],
      ["b", true],
    ]),
  );
  expect(pickle(0x5d, "(", 0x4b, 1, 0x4b, 2, "e.")).toEqual([1, 2]);
  expect(pickle(0x4b, 1, 0x4b, 2, 0x86, ".")).toEqual(new PyTuple([1, 2]));
});

test.each([
  ["an opcode that PyTorch never writes", [0x80, 2, "i"], /opcode 0x69/],
  ["an empty stack", ["."], /stack is empty/],
  ["a memo that is not set", ["h\x05."], /memo 5/],
  ["no end", [0x4e], /1 bytes wanted/],
  ["a string longer than the file", ["X\xff\xff\xff\x7f"], /bytes wanted/],
  ["items on something that is no list", [0x4e, 0x4e, "a."], /not a list/],
  ["a call of something that is no global", [0x4e, ")", "R."], /not a global/],
  ["a huge integer", [0x8b, "\xff\xff\xff\x7f"], /an integer of/],
])("a pickle with %s is refused", (_, bytes, message) => {
  expect(() => pickle(...(bytes as (number | string)[]))).toThrow(message);
});

test("operator names", () => {
  const names = [
    ["torch.ops.aten.add.Tensor", "aten::add.Tensor"],
    ["torch.ops.aten.relu.default", "aten::relu"],
    ["_operator.floordiv", "_operator::floordiv"],
    ["math.trunc", "math::trunc"],
    ["torch.sym_max", "torch::sym_max"],
    ["torch.ops.higher_order.cond", "higher_order::cond"],
    ["torch._functorch.predispatch._vmap_increment_nesting", "torch._functorch.predispatch::_vmap_increment_nesting"],
  ] as const;
  for (const [target, op] of names) {
    expect(canonicalOp(target)).toBe(op);
    expect(torchTarget(op)).toBe(target);
  }
  expect(fallbackName("torch.ops.aten.split.Tensor", new Set())).toBe("split_Tensor");
  expect(fallbackName("torch.ops.aten.split.Tensor", new Set(["split_Tensor"]))).toBe("split_Tensor_1");
});

const spec = (type: string | null, context: unknown, ...children: unknown[]) => ({ type, context, children_spec: children });
const one = spec(null, null);

test("pytrees: containers that Python knows by name are objects, the rest arrays", () => {
  const text = JSON.stringify([
    1,
    spec(
      "builtins.tuple",
      "null",
      spec("builtins.dict", '["b", "a"]', one, one),
      spec("my.Box", '[["u"], ["v"]]', one),
      spec("collections.namedtuple", "my.NT", one, one),
      spec("builtins.dict", "[1, 2]", one, one),
      spec("my.Opaque", '"?"', one),
    ),
  ]);
  const parsed = treespec_loads(text, new Map([["my.NT", ["x", "y"]]]));
  expect(parsed.num_leaves).toBe(8);
  expect(tree_unflatten([1, 2, 3, 4, 5, 6, 7, 8], parsed)).toEqual([
    { b: 1, a: 2 },
    { u: 3 },
    { x: 4, y: 5 },
    new Map([
      [1, 6],
      [2, 7],
    ]),
    [8],
  ]);
  expect(leafPaths(parsed).slice(0, 3)).toEqual([
    [0, "b"],
    [0, "a"],
    [1, "u"],
  ]);
  expect(() => tree_unflatten([1], parsed)).toThrow(/pytree\/leaves/);
});

test("flatten and unflatten are inverse", () => {
  const tree = { a: [1, 2, { b: 3 }], c: [], d: [[4]] };
  const [leaves, structure] = tree_flatten<number>(tree);
  expect(leaves).toEqual([1, 2, 3, 4]);
  expect(tree_unflatten(leaves, structure)).toEqual(tree);
});

test.each(["", "[2, {}]", "[1, 5]", '[1, {"type": 3}]', "{}"])("%s is no tree spec", (text) => {
  expect(() => treespec_loads(text)).toThrow(/pytree\/spec/);
});

test("module stacks", () => {
  const text = "L__self__,,__main__.M;L__self__l@1,layers['a,b'].l,f.<locals>.Linear";
  expect(parseModuleStack(text)).toEqual([
    { key: "L__self__", call: 0, path: "", type: "__main__.M" },
    { key: "L__self__l", call: 1, path: "layers['a,b'].l", type: "f.<locals>.Linear" },
  ]);
  const hook = "_empty_nn_module_stack_from_metadata_hook";
  expect(parseModuleStack([hook, hook, hook].join())).toEqual([]);
  expect(parseModuleStack("")).toEqual([]);
  const paths = parseModuleStack("m,self,M;a,self.fc,Linear;b,self_attn.q_proj,Linear;c,L['self'].layers[0],Linear").map((f) => f.path);
  expect(paths, "a name that begins with self is no self").toEqual(["", "fc", "self_attn.q_proj", "layers[0]"]);
});

test("literals print as Python's", () => {
  const floats: [number, string][] = [
    [1, "1.0"],
    [1e-5, "1e-05"],
    [0.0001, "0.0001"],
    [1e16, "1e+16"],
    [1.5e300, "1.5e+300"],
    [-0, "-0.0"],
    [Number.NaN, "nan"],
    [-Infinity, "-inf"],
    [123456789012345, "123456789012345.0"],
  ];
  for (const [x, text] of floats) expect(printFloat(x)).toBe(text);
  expect(printArg(2, "as_float")).toBe("2.0");
  expect(printArg("float32", "as_scalar_type")).toBe("torch.float32");
  expect(printArg("it's", "as_string")).toBe('"it\'s"');
  expect(printArg({ re: 0, im: 2 }, "")).toBe("2j");
  expect(printArg({ type: "cuda", index: 1 }, "")).toBe("device(type='cuda', index=1)");
  expect(printArg([1, [2]], "")).toBe("[1, [2]]");
});
