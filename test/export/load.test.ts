/** Archives of every container load; prints and tensors are PyTorch's. */

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { Graph, Node, Value, valuesOf } from "../../src/aten/graph.ts";
import type { ExampleLeaf, ExportedProgram } from "../../src/export/exported-program.ts";
import { load } from "../../src/export/load.ts";
import { bounds, isStatic, show } from "../../src/symbolic.ts";
import type { TensorSource } from "../../src/weights/source.ts";
import { fixture, readZip, writeZip } from "./zip-writer.ts";

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

/** What PyTorch 2.5 (schema 7.3) wrote for the same program. */
function as25(json: string): string {
  const plain = (text: string): string => text.replace(/Symbol\('(\w+)'[^)]*\)/g, "$1").replace(/Add\((\w+), (\w+)\)/g, "$1 + $2");
  const old = JSON.parse(json, (key, value) => {
    if (key === "as_none") return [];
    if (key === "expr_str") return plain(value as string);
    if (value === null || ["kind", "guards_code", "sym_float_values", "treespec_namedtuple_fields", "forward_arg_names"].includes(key))
      return undefined;
    if (key === "name" && typeof value === "string" && /^_?[a-z]+_default(_\d+)?$/.test(value)) return undefined;
    return key === "major" ? 7 : key === "minor" ? 3 : value;
  }) as Record<string, unknown>;
  return JSON.stringify(old).replaceAll('"as_float":1.5', '"as_float":Infinity');
}

test("an archive of PyTorch 2.5 says the same in older words", async () => {
  const entries = readZip(fixture("models/d_scalar_inputs.pt2"));
  const json = entries.get("d_scalar_inputs/models/model.json")?.toString() ?? "";
  const path = join(mkdtempSync(join(tmpdir(), "pt2-")), "old.pt2");
  const parts: [string, string][] = [
    ["serialized_exported_program.json", as25(json)],
    ["serialized_state_dict.pt", ""],
    ["serialized_constants.pt", ""],
    ["version", "7.3"],
  ];
  writeFileSync(path, writeZip(new Map(parts.map(([name, text]) => [name, Buffer.from(text)]))));
  const [old, now] = [await load(path), await load(fixture("models/d_scalar_inputs.pt2"))];
  const types = (p: ExportedProgram) =>
    values(p).map((v) => [v.name, v.producer?.op, v.type.kind, v.type.kind === "tensor" ? v.type.shape.map(show) : null]);
  expect(types(old)).toEqual(types(now));
  expect(old.graph.nodes.find((n) => n.op === "aten::full")?.args.fill_value).toBe(Infinity);
  expect(old.range_constraints.get("s77")?.min).toBe(2);
  expect(String(old)).toContain('n: "Sym(s86)"');
  rmSync(dirname(path), { recursive: true });
});

test("sub-graphs have scopes of their own", async () => {
  const program = await load(fixture("export/d_cond.pt2"));
  const cond = program.graph.nodes.find((n) => n.op === "higher_order::cond");
  const [pred, yes, no, operands] = ["0", "1", "2", "3"].map((k) => cond?.args[k]);
  expect(pred).toBeInstanceOf(Value);
  if (!(yes instanceof Graph) || !(no instanceof Graph) || !Array.isArray(operands)) throw new Error("the branches are no graphs");
  expect([yes.name, no.name]).toEqual(["true_graph_0", "false_graph_0"]);
  const [x] = operands as Value[];
  expect(x).toBe(program.graph.inputs.at(-1));
  expect(yes.inputs[0]).not.toBe(x);
  expect(yes.inputs[0]?.name).toBe("x");
  // Sizes are the same symbols inside and outside.
  expect(yes.inputs[0]?.type.kind === "tensor" && yes.inputs[0].type.shape[0]).toBe(x?.type.kind === "tensor" && x.type.shape[0]);
  expect(String(program)).toBe(golden("d_cond.txt"));
  program.free();
});

test("weights of a tensor subclass are taken apart", async () => {
  const program = await load(fixture("export/d_torchao_int8wo.pt2"));
  expect(program.graph.nodes.some((n) => n.op.startsWith("export::"))).toBe(false);
  const parts = program.signature.inputs.filter((s) => /\.(qdata|scale)$/.test(s.target ?? ""));
  expect(parts.length).toBeGreaterThan(0);
  for (const s of parts) {
    const source = program.tensorOf(s);
    expect(s.value?.type.kind === "tensor" && [s.value.type.dtype, s.value.type.shape]).toEqual([source.dtype, [...source.shape]]);
  }
  const known = new Set<Value>(program.graph.inputs.filter((v) => v !== null));
  for (const node of program.graph.nodes) {
    for (const arg of Object.values(node.args)) for (const v of valuesOf(arg)) expect(known.has(v), v.name).toBe(true);
    for (const v of node.outputs.flat()) if (v !== null) known.add(v);
  }
  program.free();
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
  const dtypes = nodes.filter((n) => n.op === "aten::to.dtype").map((n) => n.args.dtype);
  expect(dtypes).toContain("float32");
  const ends = nodes.filter((n) => n.op === "aten::slice.Tensor").map((n) => n.args.end);
  for (const end of ends) expect(typeof end === "number" || end instanceof Value || end === null || end === undefined).toBe(true);
  expect(nodes.every((n) => n instanceof Node && n.origin.node !== "")).toBe(true);
  expect(program.graph).toBeInstanceOf(Graph);
  program.free();
});
