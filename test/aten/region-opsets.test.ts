//! Regions are pooled alike at opsets whose RoiAlign ONNX Runtime computes and at those where it is a loop.
import { expect, test } from "vitest";
import { resolveTarget } from "../../src/onnx/target.ts";
import { loadFamily, describe as rowText } from "./rows.ts";
import { checkOnnx } from "./stages.ts";

const family = loadFamily("vision");
const rows = family.rows.filter((r) => r.op === "torchvision::roi_align");

test.each([14, 18, 22, 26])("roi_align at opset %i", async (opset_version) => {
  const target = resolveTarget({ opset_version });
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect(await checkOnnx(family, row, false, target), rowText(row)).toBeNull();
    if (row.dynamic) expect(await checkOnnx(family, row, true, target), rowText(row)).toBeNull();
  }
});
