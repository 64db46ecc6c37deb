//! What PyTorch's own exporter gets wrong or refuses (tools/golden/known-wrong.py) is right here, whatever the opset.
import { describe, expect, test } from "vitest";
import { resolveTarget } from "../../src/onnx/target.ts";
import { loadFamily, type Row, describe as rowText } from "./rows.ts";
import { checkOnnx } from "./stages.ts";

const family = loadFamily("known-wrong");

/** rows.test.ts runs them at the default opset, with meta and eval. */
const opsets = [18, 21, 23, 26];

async function problemOf(row: Row, opset_version: number): Promise<string | null> {
  const target = resolveTarget({ opset_version });
  return (await checkOnnx(family, row, false, target)) ?? (row.dynamic ? checkOnnx(family, row, true, target) : null);
}

for (const note of new Set(family.rows.map((r) => r.note as string))) {
  describe(note, () => {
    test.each(opsets)("right at opset %i", async (opset) => {
      for (const row of family.rows.filter((r) => r.note === note)) {
        expect(await problemOf(row, opset), rowText(row)).toBeNull();
      }
    });
  });
}
