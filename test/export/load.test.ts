/** Archives of every container load; prints and tensors are PyTorch's. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Graph, Node, Value } from "../../src/aten/graph.ts";
import type { ExampleLeaf, ExportedProgram } from "../../src/export/exported-program.ts";
import { load } from "../../src/export/load.ts";
import { bounds, isStatic, show } from "../../src/symbolic.ts";
import type { TensorSource } from "../../src/weights/source.ts";
import { fixture } from "./zip-writer.ts";

const golden = (name: string): string => readFileSync(new URL(`./golden/${name}`, import.meta.url), "utf8");
const isSource = (x: ExampleLeaf | undefined): x is TensorSource => typeof x === "object" && x !== null && "chunks" in x;

function digest(source: TensorSource): string {
  const hash = createHash("sha1");
  for (const piece of source.chunks(1 << 16)) hash.update(piece);
  return hash.digest("hex");
}

const tensors = JSON.parse(golden("tensors.json")) as Record<string, Record<string, [string, number[], string]>>;

test.each(Object.keys(tensors))("%s: every tensor has PyTorch's bytes", async (name) => {
  const program = await load(fixture(name));
  const found = new Map([...program.constants, ...program.weights]);
  const seen = [...found].map(([key, s]) => [key, [s.dtype, [...s.shape], digest(s)]] as const);
  expect(Object.fromEntries(seen)).toEqual(tensors[name]);
  program.free();
});

test.each([
  ["models/d_scalar_inputs", "d_scalar_inputs"],
  ["models/d_mutated_buffers", "d_mutated_buffers"],
  ["models/d_tied_strided", "d_tied_strided"],
  ["models/d_mlp_acts", "d_mlp_acts"],
  ["legacy/d_tied_strided_zip27", "d_tied_strided_zip27"],
])("%s prints as in PyTorch", async (file, text) => {
  const program = await load(fixture(`${file}.pt2`));
  expect(String(program)).toBe(golden(`${text}.txt`));
  program.free();
});

const values = (program: ExportedProgram): Value[] => [
  ...program.graph.inputs.filter((v) => v !== null),
  ...program.graph.nodes.flatMap((n) => n.outputs.flat().filter((v) => v !== null)),
];

test.each(Object.keys(tensors))("%s: inputs, outputs and example inputs fit the signature", async (name) => {
  const program = await load(fixture(name));
  const { signature, graph, in_spec, out_spec } = program;
  const users = signature.inputs.filter((s) => s.kind === "user_input" || s.kind === "constant_input");
  expect(users).toHaveLength(in_spec.num_leaves);
  expect(signature.outputs.filter((s) => s.kind === "user_output")).toHaveLength(out_spec.num_leaves);
  signature.inputs.forEach((s, i) => {
    expect(graph.inputs[i]).toBe(s.value);
    if (s.target === null || s.value?.type.kind !== "tensor") return;
    const source = program.tensorOf(s);
    expect([source.dtype, [...source.shape]]).toEqual([s.value.type.dtype, s.value.type.shape]);
  });
  const examples = program.example_inputs();
  users.forEach((s, i) => {
    const given = examples?.flat[i];
    if (examples === null || s.value?.type.kind !== "tensor") return;
    if (!isSource(given)) throw new Error(`${s.name} has no example tensor`);
    expect(given.dtype).toBe(s.value.type.dtype);
    s.value.type.shape.forEach((d, k) => {
      if (isStatic(d)) expect(given.shape[k]).toBe(d);
    });
  });
  program.free();
});

test("sizes are symbols with the ranges that the archive states, and no example size is left", async () => {
  const program = await load(fixture("models/d_scalar_inputs.pt2"));
  const [x, n] = program.graph.inputs as [Value, Value];
  expect(x.type).toMatchObject({ kind: "tensor", dtype: "float32" });
  expect(x.type.kind === "tensor" && x.type.shape.map(show)).toEqual(["s77", "3"]);
  expect(n.type.kind === "int" && n.type.expr !== null && bounds(n.type.expr)).toEqual([2, Infinity]);
  const sum = values(program).find((v) => v.name === "add_1");
  expect(sum?.type.kind === "int" && sum.type.expr !== null && show(sum.type.expr)).toBe("s77 + s86");
  expect(program.guards).toContain("L['n'] >= 2");
  expect(program.range_constraints.get("s77")).toEqual({ min: 2, max: null });
  program.free();
});

test("constant inputs keep their place and value", async () => {
  const program = await load(fixture("models/d_nested_io.pt2"));
  const constants = program.signature.inputs.filter((s) => s.kind === "constant_input");
  expect(constants.map((s) => [s.name, s.constant])).toEqual([
    ["flag", true],
    ["scale", 2.5],
  ]);
  expect(program.example_inputs()).toBeNull();
  expect(program.signature.user_outputs).toEqual(["sub", "add_3", null, "lst_1", 3, "mean", "sum_1", "mul_1", null]);
  program.free();
});

test("example inputs have the structure that the model was called with", async () => {
  const cached = await load(fixture("models/d_hf_llama_kvcache.pt2"));
  const kwargs = cached.example_inputs()?.kwargs;
  const layer = { dtype: "float32", shape: [2, 2, 4, 8] };
  expect(kwargs).toMatchObject({
    input_ids: { shape: [2, 2] },
    past_key_values: { key_cache: [layer, layer], value_cache: [layer, layer] },
  });
  const scalars = await load(fixture("models/d_scalar_inputs.pt2"));
  expect(scalars.example_inputs()?.flat.slice(1)).toEqual([5, 1.5, true]);
});

test("tied weights share a key, views of one storage do not", async () => {
  const { weights, ...program } = await load(fixture("models/d_tied_strided.pt2"));
  expect(weights.get("emb.weight")?.key).toBe(weights.get("head.weight")?.key);
  expect(weights.get("w")?.key).not.toBe(weights.get("sl")?.key);
  expect(weights.get("emb.weight")?.range).not.toBeNull();
  expect(weights.get("w")?.range).toBeNull();
  program.env.free();
});

test("arguments are literals of the graph's vocabulary", async () => {
  const program = await load(fixture("models/d_hf_qwen2.pt2"));
  const nodes = program.graph.nodes;
  const ops = new Set(nodes.map((n) => n.op));
  expect(ops).toContain("aten::linear");
  expect(ops).toContain("aten::slice.Tensor");
  expect([...ops].filter((op) => !/^[\w.]+::\w+(\.\w+)?$/.test(op))).toEqual([]);
  const dtypes = nodes.filter((n) => n.op === "aten::to.dtype").map((n) => n.args["dtype"]);
  expect(dtypes).toContain("float32");
  const ends = nodes.filter((n) => n.op === "aten::slice.Tensor").map((n) => n.args["end"]);
  for (const end of ends) expect(typeof end === "number" || end instanceof Value || end === null || end === undefined).toBe(true);
  expect(nodes.every((n) => n instanceof Node && n.origin.node !== "")).toBe(true);
  expect(program.graph).toBeInstanceOf(Graph);
  program.free();
});
