/** What is no archive that can be read is refused by name, with the file, the entry and the way out. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { ExportedProgram } from "../../src/export/exported-program.ts";
import { type LoadOptions, load } from "../../src/export/load.ts";
import { bounds, compare, mod } from "../../src/symbolic.ts";
import { type Entries, fixture, fixtureBytes, readZip, writeZip } from "./zip-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "pt2-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function loadBytes(bytes: Buffer, options?: LoadOptions): Promise<ExportedProgram> {
  const path = join(folder, `${files++}.pt2`);
  writeFileSync(path, bytes);
  return load(path, options);
}

const tied = "d_tied_strided/";
const json = `${tied}models/model.json`;
const config = `${tied}data/weights/model_weights_config.json`;

/** The archive of d_tied_strided with some entries changed; null removes one. */
function tiedWith(changes: Record<string, ((old: string) => string) | null>): Entries {
  const entries = readZip(fixture("models/d_tied_strided.pt2"));
  for (const [name, change] of Object.entries(changes)) {
    const old = entries.get(name);
    if (change === null) entries.delete(name);
    else entries.set(name, Buffer.from(change(old?.toString("latin1") ?? ""), "latin1"));
  }
  return entries;
}

test.each<[string, Record<string, ((old: string) => string) | null>, string, RegExp]>([
  ["a newer schema", { [json]: (t) => t.replace('"major": 8', '"major": 9') }, "pt2/schema-version", /9\.20.*update torch-onnx/s],
  ["an older schema", { [json]: (t) => t.replace('"major": 8', '"major": 5') }, "pt2/schema-version", /PyTorch 2\.5/],
  ["another archive version", { [`${tied}archive_version`]: () => "1" }, "pt2/archive-version", /archive version "1"/],
  ["another format", { [`${tied}archive_format`]: () => "pt3" }, "pt2/format", /"pt3"/],
  ["big-endian weights", { [`${tied}byteorder`]: () => "big" }, "pt2/byte-order", /big-endian/],
  ["no weights config", { [config]: null }, "pt2/missing-entry", /model_weights_config\.json/],
  ["no weight file", { [`${tied}data/weights/weight_0`]: null }, "pt2/missing-entry", /lies in .*weight_0/],
  [
    "a weight file that is too short",
    { [`${tied}data/weights/weight_1`]: (t) => t.slice(0, 8) },
    "pt2/short-payload",
    /weight_1.* needs \d+ bytes, the entry has 8/,
  ],
  ["an unknown dtype", { [config]: (t) => t.replace('"dtype": 7', '"dtype": 27') }, "pt2/unknown-dtype", /ScalarType 27/],
  ["an unknown dtype in the graph", { [json]: (t) => t.replaceAll('"dtype": 7', '"dtype": 0') }, "pt2/unknown-dtype", /ScalarType 0/],
  [
    "a weight that no config mentions",
    { [config]: (t) => t.replace('"head.weight"', '"other.weight"') },
    "pt2/missing-weight",
    /head\.weight/,
  ],
  ["no program", { [json]: null }, "pt2/missing-entry", /models\/\*\.json/],
  ["a sparse tensor", { [json]: (t) => t.replace('"layout": 7', '"layout": 2') }, "pt2/layout", /sparse_csr/],
  ["JSON that is none", { [json]: (t) => t.slice(0, 500) }, "pt2/json", /not JSON/],
  ["an unknown kind of argument", { [json]: (t) => t.replace('"as_ints"', '"as_quaternion"') }, "pt2/schema", /node \d+ .*as_quaternion/],
  [
    "a value that is not defined",
    { [json]: (t) => t.replace('{"as_tensor": {"name": "embedding"}}, "kind"', '{"as_tensor": {"name": "nobody"}}, "kind"') },
    "pt2/undefined-value",
    /nobody/,
  ],
])("%s", async (_, changes, code, message) => {
  const error = await loadBytes(writeZip(tiedWith(changes))).catch((e: unknown) => e);
  expect(error).toMatchObject({ name: "OnnxExporterError", code });
  expect(String(error)).toMatch(message);
  expect(String(error)).toContain(folder);
  expect((error as { hint?: string }).hint).toBeTruthy();
});

const zipOf = (names: readonly string[]): Buffer => writeZip(new Map(names.map((n) => [n, Buffer.from("x")])));

test.each<[string, () => Buffer, string, RegExp]>([
  ["an empty file", () => Buffer.alloc(0), "pt2/not-a-zip", /empty/],
  ["text", () => Buffer.from("hello, this is no archive at all"), "pt2/not-a-zip", /not a zip/],
  ["safetensors", () => fixtureBytes("models/d_mlp_acts.io.safetensors"), "pt2/not-a-zip", /safetensors.*torch\.export\.export/s],
  [
    "a legacy torch.save file",
    () => Buffer.from("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9 j", "latin1"),
    "pt2/torch-save",
    /torch\.save before/,
  ],
  [
    "TorchScript",
    () => zipOf(["m/data.pkl", "m/code/__torch__.py", "m/constants.pkl", "m/version"]),
    "pt2/torchscript",
    /torch\.jit\.save.*torch\.export\.save/s,
  ],
  [
    "a state dict",
    () => zipOf(["archive/data.pkl", "archive/version", "archive/data/0"]),
    "pt2/torch-save",
    /state dict.*torch\.export\.save/s,
  ],
  ["another zip", () => zipOf(["word/document.xml"]), "pt2/format", /no exported program/],
  ["a zip cut short", () => fixtureBytes("models/d_tied_strided.pt2").subarray(0, 20000), "pt2/not-a-zip", /cut short/],
])("%s", async (_, bytes, code, message) => {
  const error = await loadBytes(bytes()).catch((e: unknown) => e);
  expect(error).toMatchObject({ name: "OnnxExporterError", code });
  expect(String(error)).toMatch(message);
});

test("a file that is not there", async () => {
  await expect(load(join(folder, "nowhere.pt2"))).rejects.toMatchObject({ code: "pt2/file" });
  await expect(load(folder)).rejects.toMatchObject({ code: "pt2/file" });
});

test("a weight that was exported without data is fake", async () => {
  const program = await loadBytes(writeZip(tiedWith({ [`${tied}data/weights/weight_1`]: () => "" })));
  const fake = [...program.weights.values()].filter((s) => !s.materialized);
  expect(fake.length).toBeGreaterThan(0);
  expect(() => [...(fake[0]?.chunks(4096) ?? [])]).toThrow(/fake/);
});

test.each([
  ["deflated", { deflate: true }],
  ["zip64", { zip64: true }],
])("%s archives hold the same program and weights", async (_, style) => {
  const stored = await load(fixture("models/d_tied_strided.pt2"));
  const other = await loadBytes(writeZip(readZip(fixture("models/d_tied_strided.pt2")), style));
  expect(String(other)).toBe(String(stored));
  for (const [name, source] of stored.weights) {
    // A piece is valid until the next one is asked for.
    const bytes = (s: typeof source | undefined) => Buffer.concat(Array.from(s?.chunks(4096) ?? [], (p) => Buffer.from(p)));
    expect(bytes(other.weights.get(name)).equals(bytes(source)), name).toBe(true);
  }
});

test("one of several programs is chosen by name", async () => {
  const rename = (name: string): Entries => new Map([...tiedWith({})].map(([n, b]) => [n.replace(/model(?=[._])/, name), b]));
  const both = new Map([...rename("enc"), ...rename("dec")]);
  await expect(loadBytes(writeZip(both))).rejects.toMatchObject({ code: "pt2/model" });
  expect((await loadBytes(writeZip(both), { model: "dec" })).graph.nodes.length).toBeGreaterThan(0);
  await expect(loadBytes(writeZip(both), { model: "other" })).rejects.toThrow(/enc, dec/);
});

test("guards are facts on sizes; those that are not are kept", async () => {
  const entries = readZip(fixture("models/d_scalar_inputs.pt2"));
  const name = "d_scalar_inputs/models/model.json";
  const guards = ["(L['x'].size()[0] % 4) == 0", "L['x'].size()[0] <= 64 and L['n'] > 6", "f(L['x']) or (", "not L['n'] >= 90"];
  const json = JSON.parse((entries.get(name) as Buffer).toString()) as Record<string, unknown>;
  json.guards_code = guards;
  entries.set(name, Buffer.from(JSON.stringify(json)));
  const program = await loadBytes(writeZip(entries));
  const [x, n] = program.graph.inputs.map((v) =>
    v?.type.kind === "tensor" ? v.type.shape[0] : v?.type.kind === "int" ? v.type.expr : null,
  );
  if (x == null || n == null) throw new Error("no sizes");
  expect(compare(mod(x, 4), "==", 0)).toBe(true);
  expect(bounds(x)[1]).toBe(64);
  expect(bounds(n)).toEqual([7, 89]);
  expect(program.guards).toEqual(guards);
  program.free();
});
