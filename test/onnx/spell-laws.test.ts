//! Law: whatever changed in an op's form between opset 13 and the newest has a row that writes the older form, or that expands the op.
import { expect, test } from "vitest";
import { downRows } from "../../src/onnx/opset/down.ts";
import { expandRows } from "../../src/onnx/opset/expand.ts";
import { type OpSchema, opNames, versionsOf } from "../../src/onnx/opset/schema.ts";
import { oldestOpset } from "../../src/onnx/target.ts";

/** Ops that only appear from some opset on and that nothing older says: refused with the opset that has them. */
const notExpanded = new Set([
  ..."BitCast CenterCropPad Col2Im DFT DeformConv GridSample ImageDecoder MelWeightMatrix RegexFullMatch STFT StringConcat StringSplit".split(
    " ",
  ),
  ..."TensorScatter SequenceMap Optional OptionalGetElement OptionalHasElement".split(" "),
]);

/** What `newer` can say that `older` cannot, or says otherwise. */
function changes(older: OpSchema, newer: OpSchema): string[] {
  const found: string[] = [];
  for (const a of newer.attributes.values()) {
    const old = older.attributes.get(a.name);
    if (!old) found.push(`attribute ${a.name}`);
    else if (JSON.stringify(old.default) !== JSON.stringify(a.default)) found.push(`default of ${a.name}`);
  }
  if (newer.inputs.length > older.inputs.length) found.push("inputs");
  if (newer.inputs.some((f, i) => older.inputs[i]?.option === "single" && f.option !== "single")) found.push("optional inputs");
  return found;
}

test("every change of form has a row", () => {
  const missing: string[] = [];
  for (const op of opNames()) {
    const versions = versionsOf(op).filter((v) => !v.deprecated);
    const [first] = versions;
    if (!first || notExpanded.has(op)) continue;
    if (first.since > oldestOpset && !expandRows[op]) missing.push(`${op}: needs ${first.since}`);
    for (const [i, newer] of versions.entries()) {
      const older = versions[i - 1];
      if (!older || newer.since <= oldestOpset) continue;
      const what = changes(older, newer);
      if (what.length > 0 && !downRows[op]?.some((r) => r.below === newer.since))
        missing.push(`${op} ${older.since} -> ${newer.since}: ${what.join(", ")}`);
    }
  }
  expect(missing).toEqual([]);
});

test("rows are for opsets that exist", () => {
  for (const [op, rows] of Object.entries(downRows)) {
    for (const { below } of rows)
      expect(
        versionsOf(op).some((v) => v.since === below),
        `${op} ${below}`,
      ).toBe(true);
    expect(rows.map((r) => r.below)).toEqual(rows.map((r) => r.below).sort((a, b) => b - a));
  }
  for (const op of Object.keys(expandRows)) expect(versionsOf(op).length, op).toBeGreaterThan(0);
});
