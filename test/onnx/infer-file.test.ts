/** Inference from bytes to bytes: what is inserted, what stays, agreement with the path through objects, and damage. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { OnnxExporterError } from "../../src/errors.ts";
import { inferModel } from "../../src/onnx/infer.ts";
import { inferShapesBytes, inferShapesPath } from "../../src/onnx/infer-file.ts";
import { anyTypeOf, typeText } from "../../src/onnx/ir/container.ts";
import type { Graph } from "../../src/onnx/ir/graph.ts";
import { modelProtoType } from "../../src/onnx/proto/descriptor.ts";
import { readModel } from "../../src/onnx/proto/read.ts";
import { encodeModel } from "../../src/onnx/proto/save.ts";
import { closeFile } from "../../src/weights/files.ts";
import { fullModel } from "./proto-models.ts";

const dir = mkdtempSync(join(tmpdir(), "infer-file-"));
afterAll(() => {
  closeFile();
  rmSync(dir, { recursive: true });
});

const type = modelProtoType();
const head = {
  ir_version: 10,
  opset_import: [
    { domain: "", version: 20 },
    { domain: "my", version: 1 },
  ],
};
const encoded = (graph: object, rest: object = {}): Uint8Array =>
  type.encode(type.fromObject({ ...head, graph: { name: "g", ...graph }, ...rest })).finish();
type Decoded = { graph: { value_info?: { name: string }[]; output?: { name: string }[] } };
const decoded = (bytes: Uint8Array): Decoded => type.toObject(type.decode(bytes), { longs: String, bytes: String, enums: String }) as never;

type Size = number | string | null;
const tensor = (elem_type: number, dims: readonly Size[] | null): object => ({
  tensor_type: {
    elem_type,
    ...(dims && { shape: { dim: dims.map((d) => (d === null ? {} : typeof d === "string" ? { dim_param: d } : { dim_value: d })) } }),
  },
});
const info = (name: string, dims: readonly Size[] | null, elem = 1): object => ({ name, type: tensor(elem, dims) });
const ints = (name: string, values: readonly number[]): object => ({ name, dims: [values.length], data_type: 7, int64_data: values });
const node = (
  op_type: string,
  input: readonly string[],
  output: readonly string[],
  attribute: readonly object[] = [],
  domain = "",
): object => ({ op_type, input, output, attribute, domain });
const axis = { name: "axis", type: 2, i: 0 };

/** Types of all values of a graph and its bodies, by name. */
function typesOf(graph: Graph, into = new Map<string, string>(), at = ""): Map<string, string> {
  const put = (v: Graph["inputs"][number]): void => {
    const known = anyTypeOf(v);
    if (known !== null && v.name) into.set(at + v.name, typeText(known));
  };
  graph.outputs.forEach(put);
  for (const n of graph.nodes()) {
    n.outputs.forEach(put);
    for (const [i, body] of n.graphs.entries()) typesOf(body, into, `${at}${n.outputs[0]?.name}.${i}.`);
  }
  return into;
}
const inferred = (bytes: Uint8Array): Record<string, string> => Object.fromEntries(typesOf(readModel(inferShapesBytes(bytes)).graph));

describe("what is inserted", () => {
  test.each<[string, object, object, Record<string, string>]>([
    [
      "a chain",
      { input: [info("x", ["N", 3])], node: [node("Relu", ["x"], ["y"]), node("Abs", ["y"], ["z"])], output: [{ name: "z" }] },
      {},
      { y: "f32[N, 3]", z: "f32[N, 3]" },
    ],
    [
      "an expression",
      {
        input: [info("x", ["N", 3]), info("w", [5, 3])],
        node: [node("Concat", ["x", "w"], ["y"], [axis])],
        output: [info("y", [null, 3])],
      },
      {},
      { y: "f32[N + 5, 3]" },
    ],
    [
      "a reshape to sizes that are computed",
      {
        input: [info("x", ["N", 6])],
        initializer: [ints("zero", [0]), ints("rest", [2, 3])],
        node: [
          node("Shape", ["x"], ["s"]),
          node("Gather", ["s", "zero"], ["n"]),
          node("Concat", ["n", "rest"], ["t"], [axis]),
          node("Reshape", ["x", "t"], ["y"]),
        ],
        output: [info("y", null)],
      },
      {},
      { s: "i64[2]", n: "i64[1]", t: "i64[3]", y: "f32[N, 2, 3]" },
    ],
    [
      "sizes that depend on data",
      { input: [info("x", ["unk__0"])], node: [node("NonZero", ["x"], ["i"]), node("Transpose", ["i"], ["t"])], output: [{ name: "t" }] },
      {},
      { i: "i64[1, unk__1]", t: "i64[unk__1, 1]" },
    ],
    [
      "a dim that value_info leaves open",
      {
        input: [info("x", [4])],
        node: [node("Relu", ["x"], ["y"]), node("Relu", ["y"], ["z"])],
        value_info: [info("y", ["M"])],
        output: [info("z", [null])],
      },
      {},
      { y: "f32[4]", z: "f32[4]" },
    ],
    [
      "a name that the user gave stays",
      { input: [info("x", ["N"])], node: [node("Relu", ["x"], ["y"])], output: [info("y", ["M"])] },
      {},
      { y: "f32[M]" },
    ],
    [
      "bodies",
      {
        input: [info("c", [], 9), info("x", ["N"])],
        node: [
          node(
            "If",
            ["c"],
            ["y"],
            ["then_branch", "else_branch"].map((name) => ({
              name,
              type: 5,
              g: { name, node: [node("Relu", ["x"], ["a"]), node("Abs", ["a"], ["b"])], output: [{ name: "b" }] },
            })),
          ),
        ],
        output: [{ name: "y" }],
      },
      {},
      { y: "f32[N]", "y.0.a": "f32[N]", "y.0.b": "f32[N]", "y.1.a": "f32[N]", "y.1.b": "f32[N]" },
    ],
    [
      "a function, by its overload, with an attribute of the call",
      {
        input: [info("x", ["N", 2])],
        node: [{ ...node("F", ["x"], ["y"], [{ name: "p", type: 7, ints: [1, 0] }], "my"), overload: "b" }],
        output: [{ name: "y" }],
      },
      {
        functions: [
          { domain: "my", name: "F", overload: "a", input: ["a"], output: ["b"], node: [node("Shape", ["a"], ["b"])] },
          {
            domain: "my",
            name: "F",
            overload: "b",
            input: ["a"],
            output: ["b"],
            attribute: ["p"],
            node: [node("Transpose", ["a"], ["b"], [{ name: "perm", type: 7, ref_attr_name: "p" }])],
          },
        ],
      },
      { y: "f32[2, N]" },
    ],
    [
      "a default of a function, through a function in between, in the function's own opset",
      { input: [info("x", ["N", 2])], node: [node("G", ["x"], ["y"], [], "my")], output: [{ name: "y" }] },
      {
        functions: [
          {
            domain: "my",
            name: "G",
            input: ["a"],
            output: ["b"],
            attribute_proto: [{ name: "q", type: 7, ints: [1, 0] }],
            node: [node("F", ["a"], ["b"], [{ name: "p", type: 7, ref_attr_name: "q" }], "my")],
          },
          {
            domain: "my",
            name: "F",
            input: ["a"],
            output: ["b"],
            attribute: ["p"],
            opset_import: [{ domain: "", version: 13 }],
            node: [node("Transpose", ["a"], ["b"], [{ name: "perm", type: 7, ref_attr_name: "p" }])],
          },
        ],
      },
      { y: "f32[2, N]" },
    ],
    [
      "a sequence",
      {
        input: [info("x", ["N"])],
        node: [node("SequenceConstruct", ["x", "x"], ["s"]), node("SequenceLength", ["s"], ["n"])],
        output: [{ name: "n" }],
      },
      {},
      { s: "seq(f32[N])", n: "i64[]" },
    ],
    [
      "weights that were left out",
      { node: [node("Relu", ["w"], ["y"])], value_info: [info("w", [3])], output: [{ name: "y" }] },
      {},
      { y: "f32[3]" },
    ],
  ])("%s", (_, graph, rest, wanted) => {
    const bytes = encoded(graph, rest);
    expect(inferred(bytes)).toEqual(wanted);
    // All that the file had comes first, and what it said of results is only added to.
    const before = decoded(bytes).graph;
    const after = decoded(inferShapesBytes(bytes)).graph;
    const names = ({ value_info = [] }: Decoded["graph"]): string[] => value_info.map((v) => v.name);
    expect(names(after).slice(0, names(before).length)).toEqual(names(before));
    expect({ ...after, value_info: 0, output: 0, node: 0 }).toEqual({ ...before, value_info: 0, output: 0, node: 0 });
    expect(Buffer.from(inferShapesBytes(inferShapesBytes(bytes))).equals(inferShapesBytes(bytes))).toBe(true);
  });

  test("from file to file, payloads and unknown fields untouched", () => {
    const raw_data = Buffer.alloc(3 << 20, 7);
    const bytes = encoded({
      input: [info("x", ["N", 3])],
      initializer: [
        { name: "w", dims: [3, 1 << 18], data_type: 1, raw_data },
        { name: "e", dims: [2 ** 40], data_type: 1, data_location: 1, external_data: [{ key: "location", value: "nowhere" }] },
      ],
      node: [node("MatMul", ["x", "w"], ["y"]), node("Relu", ["e"], ["z"])],
      output: [{ name: "y" }, { name: "z" }],
    });
    const path = join(dir, "model.onnx");
    writeFileSync(path, Buffer.concat([bytes, Uint8Array.of(0xba, 0x3e, 2, 1, 2)]));
    inferShapesPath(path, join(dir, "inferred.onnx"));
    inferShapesPath(path);
    const written = readFileSync(path);
    expect(written.equals(readFileSync(join(dir, "inferred.onnx")))).toBe(true);
    expect(written.includes(raw_data)).toBe(true);
    expect(written.subarray(-5)).toEqual(Buffer.of(0xba, 0x3e, 2, 1, 2));
    expect(decoded(written).graph.output).toMatchObject([
      { name: "y", type: tensorLike(["N", "262144"]) },
      { name: "z", type: tensorLike([String(2 ** 40)]) },
    ]);
  });
});

const tensorLike = (dims: readonly string[]): object => ({
  tensor_type: { elem_type: 1, shape: { dim: dims.map((d) => (/^\d/.test(d) ? { dim_value: d } : { dim_param: d })) } },
});

describe("refused", () => {
  const relu = (name: string): object => ({ ...node("Relu", ["a"], ["b"]), name });
  test.each<[string, Uint8Array, RegExp]>([
    ["an operand from nowhere", encoded({ node: [relu("n")] }), /proto\/order.*Relu n reads "a", which nothing makes/],
    ["a cycle", encoded({ node: [relu("n"), node("Abs", ["b"], ["a"])] }), /proto\/order.*Relu n reads "a", which nothing before/],
    ["two values of one name", encoded({ node: [node("A", [], ["a"]), node("A", [], ["a"])] }), /two values named "a"/],
    ["an output that nothing makes", encoded({ output: [{ name: "y" }] }), /names "y" as an output/],
    ["an input without a name", encoded({ input: [{}] }), /without a name/],
    [
      "data of another size",
      encoded({ initializer: [{ name: "w", dims: [2], data_type: 1, raw_data: Buffer.alloc(7) }] }),
      /proto\/tensor.*has w, whose data/,
    ],
    [
      "elements of another number",
      encoded({ initializer: [{ name: "w", dims: [2], data_type: 7, int64_data: [1] }] }),
      /proto\/tensor.*has w, whose data/,
    ],
    [
      "a tensor of 2^31 elements in ten bytes",
      encoded({ initializer: [{ name: "w", dims: [2 ** 31], data_type: 1 }] }),
      /proto\/tensor.*has w, whose data/,
    ],
    ["negative dims", encoded({ initializer: [{ name: "w", dims: [-1], data_type: 1 }] }), /proto\/tensor.*no sizes/],
    ["dims that overflow", encoded({ initializer: [{ name: "w", dims: [2 ** 40, 2 ** 40], data_type: 1 }] }), /proto\/tensor.*no sizes/],
    [
      "a size beyond any tensor",
      encoded({ input: [{ name: "x", type: { tensor_type: { elem_type: 1, shape: { dim: [{ dim_value: "9007199254740993" }] } } } }] }),
      /proto\/dim/,
    ],
    ["no graph", type.encode(type.fromObject({ ir_version: 10 })).finish(), /no graph/],
    [
      "shapes that do not go together",
      encoded({ input: [info("x", [2]), info("y", [3])], node: [{ ...node("Add", ["x", "y"], ["z"]), name: "sum" }] }),
      /infer\/broadcast.*Add\(f32\[2\], f32\[3\]\) \(node sum\): cannot broadcast \[2\] with \[3\]/,
    ],
    [
      "a function that calls itself",
      encoded(
        { node: [node("F", [], ["y"], [], "my")] },
        { functions: [{ domain: "my", name: "F", output: ["y"], node: [node("F", [], ["y"], [], "my")] }] },
      ),
      /infer\/recursion/,
    ],
    [
      "functions that double at each call",
      encoded(
        { node: [node("F0", [], ["y"], [], "my")] },
        {
          functions: Array.from({ length: 31 }, (_, i) => ({
            domain: "my",
            name: `F${i}`,
            output: ["y"],
            node: [node(`F${i + 1}`, [], ["x"], [], "my"), node(`F${i + 1}`, [], ["y"], [], "my")],
          })),
        },
      ),
      /infer\/size/,
    ],
  ])("%s", (_, bytes, message) => {
    expect(() => inferShapesBytes(bytes)).toThrow(OnnxExporterError);
    expect(() => inferShapesBytes(bytes)).toThrow(message);
  });

  test("damaged bytes: a model or an error that says what is wrong", () => {
    const body = { name: "then_branch", type: 5, g: { name: "b", node: [node("Relu", ["x"], ["a"])], output: [{ name: "a" }] } };
    const models = [
      encodeModel(fullModel()),
      encoded(
        {
          input: [info("x", ["N", 3]), info("c", [], 9)],
          initializer: [ints("s", [0, -1])],
          node: [
            node("If", ["c"], ["t"], [body, { ...body, name: "else_branch" }]),
            node("Reshape", ["t", "s"], ["y"]),
            node("F", ["y"], ["z"], [], "my"),
          ],
          value_info: [info("t", [null, 3])],
          output: [info("z", null)],
        },
        { functions: [{ domain: "my", name: "F", input: ["a"], output: ["b"], node: [node("Relu", ["a"], ["b"])] }] },
      ),
    ];
    const change = fc.record({ at: fc.nat(), cut: fc.nat(3), put: fc.uint8Array({ maxLength: 4 }) });
    const one = fc.record({ which: fc.constantFrom(...models), changes: fc.array(change, { minLength: 1, maxLength: 3 }) });
    fc.assert(
      fc.property(one, ({ which, changes }) => {
        let damaged = Buffer.from(which);
        for (const { at, cut, put } of changes) {
          const k = at % damaged.length;
          damaged = Buffer.concat([damaged.subarray(0, k), put, damaged.subarray(k + cut)]);
        }
        try {
          expect(readModel(inferShapesBytes(damaged)).graph).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(OnnxExporterError);
          expect((error as OnnxExporterError).code).toMatch(/^(proto|infer|dtype|weights|symbolic)\//);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

const corpus = join(import.meta.dirname, "../../../shared/conformance/onnx/cases");
test.skipIf(!existsSync(corpus))("both paths infer the same on the ONNX project's operator tests", () => {
  for (const file of readdirSync(corpus).filter((f) => f.endsWith(".onnx"))) {
    const bytes = readFileSync(join(corpus, file));
    const model = readModel(bytes);
    inferModel(model);
    const unnamed = (types: Map<string, string>): object =>
      Object.fromEntries([...types].filter(([, t]) => !/unk__|_dim_|_dim\d|seq\(|optional\(/.test(t)));
    const fromTables = readModel(inferShapesBytes(bytes));
    const wanted = unnamed(typesOf(model.graph));
    expect({ ...wanted, ...unnamed(typesOf(fromTables.graph)) }, file).toEqual(wanted);
  }
});
