//! Saving weights that are nearly all of their file: it is copied whole, and only then.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { Tensor, type TensorLike } from "../../src/onnx/evaluate/tensor.ts";
import type { Model } from "../../src/onnx/ir/graph.ts";
import { readModel } from "../../src/onnx/proto/read.ts";
import { saveModel } from "../../src/onnx/proto/save.ts";
import { writeSafetensors } from "../../src/onnx/proto/write-safetensors.ts";
import { transposeSource } from "../../src/weights/derive.ts";
import { closeFile } from "../../src/weights/files.ts";
import { readSafetensors } from "../../src/weights/safetensors.ts";
import { readAll, type TensorSource } from "../../src/weights/source.ts";
import { emptyModel, initializer } from "./proto-models.ts";

let dir = "";
const made: string[] = [];
const at = (name: string): string => join(dir, name);
const elements = 200_000;

/** a and b, 800,000 bytes each. */
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "whole-"));
  made.push(dir);
  const values = (k: number): TensorLike =>
    new Tensor("float32", [400, 500], new Uint8Array(Float32Array.from({ length: elements }, (_, i) => i * k).buffer)) as TensorLike;
  writeSafetensors(at("w.safetensors"), [
    ["a", values(1)],
    ["b", values(2)],
  ]);
});
afterAll(() => {
  closeFile();
  for (const d of made) rmSync(d, { recursive: true });
});

function modelOf(change: (name: string, source: TensorSource) => TensorSource | null = (_, source) => source): Model {
  const model = emptyModel();
  for (const [name, source] of readSafetensors(at("w.safetensors")).tensors) {
    const kept = change(name, source);
    if (kept !== null) initializer(model.graph, name, kept);
  }
  return model;
}
const isWhole = (): boolean =>
  readFileSync(at("m.onnx.data"))
    .subarray(0, statSync(at("w.safetensors")).size)
    .equals(readFileSync(at("w.safetensors")));
const bytes = (source: TensorSource): Uint8Array => readAll(source, 1 << 24);

/** Saves, and holds what is read again to what was saved. */
function saved(model: Model): void {
  saveModel(model, at("m.onnx"), { external_data: true });
  const back = [...readModel(at("m.onnx")).graph.initializers];
  for (const [i, v] of [...model.graph.initializers].entries()) {
    expect(Buffer.compare(bytes(back[i]?.source as TensorSource), bytes(v.source as TensorSource)), v.name ?? "").toBe(0);
  }
}

test("all weights of a file as they are: a copy of the file, referred to by offset", () => {
  saved(modelOf());
  expect(isWhole()).toBe(true);
  expect(statSync(at("m.onnx.data")).size).toBe(statSync(at("w.safetensors")).size);
});

test("what is not in the file comes behind it", () => {
  const model = modelOf();
  const [a] = [...model.graph.initializers].map((v) => v.source as TensorSource);
  initializer(model.graph, "a.T", transposeSource(a as TensorSource, [1, 0]));
  saved(model);
  expect(isWhole()).toBe(true);
});

test.each<[string, (name: string, source: TensorSource) => TensorSource | null]>([
  ["half of the file", (name, source) => (name === "a" ? source : null)],
  ["changed weights", (name, source) => (name === "a" ? source : transposeSource(source, [1, 0]))],
])("%s: weights are written one by one", (_, change) => {
  saved(modelOf(change));
  expect(isWhole()).toBe(false);
});

test("a file that changed since it was read is refused, and what was there stays", () => {
  saved(modelOf());
  const before = readFileSync(at("m.onnx.data"));
  const model = modelOf();
  utimesSync(at("w.safetensors"), 1, 1);
  expect(() => saveModel(model, at("m.onnx"), { external_data: true })).toThrow("weights/changed");
  expect(readFileSync(at("m.onnx.data")).equals(before)).toBe(true);
  expect(readdirSync(dir).filter((f) => f.endsWith(".tmp"))).toEqual([]);
});

test("saving over the file that the weights are in", () => {
  saved(modelOf());
  const model = readModel(at("m.onnx"));
  const before = [...model.graph.initializers].map((v) => bytes(v.source as TensorSource).slice());
  saveModel(model, at("m.onnx"), { external_data: true });
  const after = [...readModel(at("m.onnx")).graph.initializers].map((v) => bytes(v.source as TensorSource));
  expect(after.map((b, i) => Buffer.compare(b, before[i] as Uint8Array))).toEqual([0, 0]);
});

test("a copy of a read-only file may be written to", () => {
  chmodSync(at("w.safetensors"), 0o444);
  saved(modelOf());
  expect(statSync(at("m.onnx.data")).mode & 0o200).toBe(0o200);
});
