/** @file Reading safetensors (https://huggingface.co/docs/safetensors): a header that says where each tensor lies, checked before it is believed. */

import { numel } from "../core/strided.ts";
import { byteLength, fromSafetensors } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { fileSource } from "./file.ts";
import { readInto, type WeightsFile, weightsFile } from "./files.ts";
import type { TensorSource } from "./source.ts";

/** The format's own bound on its header. */
const maxHeader = 100_000_000;

export interface SafeTensors {
  /** By name, in the header's order. */
  readonly tensors: Map<string, TensorSource>;
  readonly metadata: ReadonlyMap<string, string>;
}

interface Entry {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/**
 * The tensors of the safetensors file at `path`; no tensor is read. Throws `weights/safetensors` naming the file, the tensor and what is
 * wrong: sizes, offsets, overlaps and holes are checked against the file.
 */
export function readSafetensors(path: string): SafeTensors {
  const file = weightsFile(path);
  const { header, start } = readHeader(file);
  const tensors = new Map<string, TensorSource>();
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") {
      for (const [key, text] of Object.entries(record(value, file, name))) metadata.set(key, String(text));
      continue;
    }
    const { dtype, shape, data_offsets } = record(value, file, name);
    const [begin, end] = sizes(data_offsets, 2, file, name, "data_offsets");
    const dims = sizes(shape, null, file, name, "shape");
    if (typeof dtype !== "string") throw damaged(file, `tensor ${name} has no dtype`);
    const type = fromSafetensors(dtype, `${file.path}, tensor ${name}`);
    const wanted = byteLength(type, numel(dims));
    if ((end as number) - (begin as number) !== wanted) {
      throw damaged(file, `tensor ${name} is ${dtype}[${dims.join(", ")}], ${wanted} bytes, but lies at bytes ${begin} to ${end}`);
    }
    if (start + (end as number) > file.size) {
      throw damaged(file, `tensor ${name} lies at bytes ${begin} to ${end} of the data, which has ${file.size - start}`);
    }
    entries.push({ name, begin: begin as number, end: end as number });
    tensors.set(name, fileSource({ file, offset: start + (begin as number), dtype: type, shape: dims, name }));
  }
  checkCover(entries, file, start);
  return { tensors, metadata };
}

function readHeader(file: WeightsFile): { header: Record<string, unknown>; start: number } {
  if (file.size < 8) throw damaged(file, `it has ${file.size} bytes, too few for a header`);
  const head = new Uint8Array(8);
  readInto(file, 0, head, "the header's length");
  const length = Number(new DataView(head.buffer).getBigUint64(0, true));
  if (length > maxHeader || 8 + length > file.size) throw damaged(file, `its header claims ${length} bytes, the file has ${file.size}`);
  const bytes = new Uint8Array(length);
  readInto(file, 8, bytes, "the header");
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(file, `its header is not JSON: ${(cause as Error).message}`, cause);
  }
  return { header: record(parsed, file, "the header"), start: 8 + length };
}

/** Tensors cover the data without overlaps and holes, as the format demands. */
function checkCover(entries: Entry[], file: WeightsFile, start: number): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  let before = "the header";
  for (const { name, begin, end } of entries) {
    if (begin !== at) throw damaged(file, `tensor ${name} begins at byte ${begin}, but ${before} ends at ${at}`);
    at = end;
    before = `tensor ${name}`;
  }
  if (start + at !== file.size) throw damaged(file, `${file.size - start - at} bytes behind ${before} belong to no tensor`);
}

function record(value: unknown, file: WeightsFile, name: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw damaged(file, `${name} is not a JSON object`);
}

function sizes(value: unknown, length: number | null, file: WeightsFile, name: string, what: string): number[] {
  const ok = Array.isArray(value) && (length === null || value.length === length) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!ok) throw damaged(file, `tensor ${name} has ${what} ${JSON.stringify(value)}`);
  return value as number[];
}

function damaged(file: WeightsFile, what: string, cause?: unknown): OnnxExporterError {
  return new OnnxExporterError("weights/safetensors", `${file.path}: ${what}`, "the file is damaged, or no safetensors file", { cause });
}
