//! Recorded rows: those of tools/record_evaluate.py, and of tools/record_node_cases.py.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import type { Row } from "./rows.ts";

const golden = join(import.meta.dirname, "golden");

/** Rows of tools/evaluate, under `family/name`. */
export const familyRows: readonly (readonly [string, Row])[] = readdirSync(golden).flatMap((file) =>
  (JSON.parse(readFileSync(join(golden, file), "utf8")) as Row[]).map((row) => [`${file.replace(".json", "")}/${row.name}`, row] as const),
);

/** ONNX's own operator tests. */
export const nodeCases: readonly (readonly [string, Row])[] = brotliDecompressSync(
  readFileSync(join(import.meta.dirname, "node-cases.json.br")),
)
  .toString()
  .split("\n")
  .map((line) => JSON.parse(line) as Row)
  .map((row) => [row.name, row] as const);
