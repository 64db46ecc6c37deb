//! What ONNX or ONNX Runtime lacks at some opsets, and has another form there, is right at these and at those that have the op.
import { expect, test } from "vitest";
import { resolveTarget } from "../../src/onnx/target.ts";
import { loadFamily, describe as rowText } from "./rows.ts";
import { checkOnnx } from "./stages.ts";

test.each([
  ["vision", "torchvision::roi_align", [14, 18, 22, 26]],
  ["resize", "aten::grid_sampler_3d", [14, 18, 20, 22]],
  ["resize", "aten::grid_sampler_2d", [14, 18, 22]],
] as const)("%s: %s", async (name, op, opsets) => {
  const family = loadFamily(name);
  const rows = family.rows.filter((r) => r.op === op);
  expect(rows.length).toBeGreaterThan(0);
  for (const opset_version of opsets) {
    const target = resolveTarget({ opset_version });
    for (const row of rows) {
      const what = `opset ${opset_version}: ${rowText(row)}`;
      expect(await checkOnnx(family, row, false, target), what).toBeNull();
      if (row.dynamic) expect(await checkOnnx(family, row, true, target), what).toBeNull();
    }
  }
});
