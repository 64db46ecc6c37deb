/** @file Every operator that has a number has a row of inference, or is listed here with the reason why none is possible. */

import { expect, test } from "vitest";
import { opNumbers } from "../../src/onnx/opset/op-numbers.gen.ts";
import { contribRows } from "./infer-contrib-rows.ts";
import { controlRows } from "./infer-control-rows.ts";
import { layerRows } from "./infer-nn-rows.ts";
import { opRows } from "./infer-op-rows.ts";
import { pointwiseRows } from "./infer-pointwise-rows.ts";
import { providerRows } from "./infer-provider-rows.ts";
import { quantizedRows } from "./infer-quantized-rows.ts";
import { expectRow, type Row, titleOf } from "./infer-rows.ts";
import { shapeRows } from "./infer-shape-rows.ts";
import { versionRows } from "./infer-version-rows.ts";

const rows: readonly Row[] = [
  ...pointwiseRows,
  ...opRows,
  ...controlRows,
  ...versionRows,
  ...contribRows,
  ...quantizedRows,
  ...providerRows,
];
test.each(rows.map((row) => ({ title: titleOf(row), row })))("$title", ({ row }) => expectRow(row));

/** Ops whose results no rule can tell. */
const withoutRule: { readonly [op: string]: string } = {
  "com.microsoft::EPContext": "holds a compiled program",
  "com.microsoft::Snpe": "holds a compiled program",
  "com.microsoft::PackedSparseAttentionIndexer": "sizes follow from policies and states that are data",
  "com.microsoft::PackedSparseAttentionIndexerMerge": "sizes follow from policies that are data",
};

test("every operator has a row", () => {
  const named = new Set<string>();
  for (const [, body] of [...rows, ...shapeRows, ...layerRows]) {
    for (const [, op = ""] of body.matchAll(/= ([\w.]+(?:::\w+)?)[<(]/g)) named.add(op);
  }
  const missing = Object.keys(opNumbers).filter((op) => !named.has(op) && !(op in withoutRule));
  expect(missing).toEqual([]);
  expect(Object.keys(withoutRule).filter((op) => named.has(op))).toEqual([]);
});
