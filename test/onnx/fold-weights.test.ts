/** What folds into a large weight is a description: its bytes are first asked for when the model is saved. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Model } from "../../src/onnx/ir/graph.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { optimize } from "../../src/onnx/passes/optimize.ts";
import { readModel } from "../../src/onnx/proto/read.ts";
import { saveModel } from "../../src/onnx/proto/save.ts";
import { bufferSource } from "../../src/weights/basic.ts";
import { transposeSource } from "../../src/weights/derive.ts";
import { closeFile } from "../../src/weights/files.ts";
import { castSource } from "../../src/weights/map.ts";
import { readAll, readsOf, type TensorSource } from "../../src/weights/source.ts";

const dir = mkdtempSync(join(tmpdir(), "fold-"));
afterAll(() => {
  closeFile();
  rmSync(dir, { recursive: true });
});

const values = Float32Array.from({ length: 600 * 700 }, (_, i) => (i % 251) / 8);
const weight = (shape: readonly number[]): TensorSource => bufferSource("float32", shape, values.slice());

/** The model of `text`, whose first initializer is `w`. */
function withWeight(text: string, w: TensorSource): Model {
  const model = parse(text, { infer: true });
  const [first] = model.graph.initializers;
  if (first) first.source = w;
  return model;
}

function saved(model: Model): TensorSource {
  model.ir_version = 10;
  saveModel(model, join(dir, "m.onnx"), { external_data: true });
  const stored = [...readModel(join(dir, "m.onnx")).graph.initializers].filter((v) => (v.source?.nbytes ?? 0) > 100_000);
  expect(stored).toHaveLength(1);
  return stored[0]?.source as TensorSource;
}

test("transpose and cast", () => {
  const w = weight([600, 700]);
  const text = `(x: f16[2, 700]) -> (y)
  w = f32[600, 700]{...}
  t = Transpose<perm=[1, 0]>(w)
  c = Cast<to=10>(t)
  y = MatMul(x, c)`;
  const model = withWeight(text, w);
  optimize(model);
  expect([...model.graph.nodes()].map((n) => n.op)).toEqual(["MatMul"]);
  expect(readsOf(w), "read by a pass").toBe(0);
  const wanted = castSource(transposeSource(weight([600, 700]), [1, 0]), "float16");
  expect(Buffer.compare(readAll(saved(model), 1 << 22), readAll(wanted, 1 << 22))).toBe(0);
  expect(readsOf(w)).toBeGreaterThan(0);
});

test("a factor for each channel", () => {
  const w = weight([600, 700, 1]);
  const channel = (value: number): string => `f32[600]{${new Array(600).fill(value).join(", ")}}`;
  const text = `(x: f32[1, 700, 5]) -> (y)
  w = f32[600, 700, 1]{...}
  scale = ${channel(2)}
  shift = ${channel(3)}
  mean = ${channel(0)}
  variance = ${channel(1)}
  c = Conv(x, w)
  y = BatchNormalization<epsilon=0.0>(c, scale, shift, mean, variance)`;
  const model = withWeight(text, w);
  optimize(model);
  expect([...model.graph.nodes()].map((n) => n.op)).toEqual(["Conv"]);
  expect(readsOf(w), "read by a pass").toBe(0);
  expect(new Float32Array(readAll(saved(model), 1 << 22).buffer)).toEqual(values.map((v) => 2 * v));
});
