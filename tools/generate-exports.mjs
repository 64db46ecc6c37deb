#!/usr/bin/env node
// Types of the core's exports, read from the binary itself: node tools/generate-exports.mjs [core.wasm] > src/core/exports.gen.ts
// `npm run build:core` does this after each build.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const types = new Map([
  [0x7f, "number"],
  [0x7e, "bigint"],
  [0x7d, "number"],
  [0x7c, "number"],
]);

/** A reader of the wasm binary format's integers, names and vectors (WebAssembly core spec 5.1 to 5.5). */
function reader(bytes) {
  let at = 0;
  const u32 = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const name = () => {
    const n = u32();
    at += n;
    return Buffer.from(bytes.subarray(at - n, at)).toString("utf8");
  };
  const vector = (item) => Array.from({ length: u32() }, item);
  return {
    u32,
    name,
    vector,
    byte: () => bytes[at++],
    seek: (to) => {
      at = to;
    },
    at: () => at,
    done: () => at >= bytes.length,
  };
}

/** The exported functions of a wasm binary: `{ name, params, results }` with value type bytes. */
export function wasmExports(bytes) {
  const r = reader(bytes);
  r.seek(8);
  let signatures = [];
  let functions = [];
  let imports = 0;
  let exported = [];
  while (!r.done()) {
    const id = r.byte();
    const end = r.u32() + r.at();
    if (id === 1) signatures = r.vector(() => ({ form: r.byte(), params: r.vector(r.byte), results: r.vector(r.byte) }));
    if (id === 2) imports = r.u32();
    if (id === 3) functions = r.vector(r.u32);
    if (id === 7) exported = r.vector(() => ({ name: r.name(), kind: r.byte(), index: r.u32() }));
    r.seek(end);
  }
  if (imports > 0) throw new Error(`the core has ${imports} imports, but it must import nothing`);
  return exported.filter((e) => e.kind === 0).map((e) => ({ name: e.name, ...signatures[functions[e.index]] }));
}

/** The text of src/core/exports.gen.ts for a core binary. */
export function exportsModule(bytes) {
  const line = ({ name, params, results }) => {
    const list = params.map((t, i) => `${String.fromCharCode(97 + (i % 26))}${i < 26 ? "" : i}: ${types.get(t)}`).join(", ");
    return `  ${name}(${list}): ${results.length === 0 ? "void" : types.get(results[0])};`;
  };
  const lines = wasmExports(bytes).map(line).sort();
  return [
    "/** @file Written by tools/generate-exports.mjs from build/core.wasm; do not edit. Pointers come back signed: use `>>> 0`. */",
    "",
    "export interface CoreExports {",
    ...lines,
    "}",
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(exportsModule(readFileSync(process.argv[2] ?? new URL("../build/core.wasm", import.meta.url))));
}
