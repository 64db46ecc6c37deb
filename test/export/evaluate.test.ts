/** The witness lays results out in memory as PyTorch did: views of them depend on it. */

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as torch from "../../src/index.ts";

// F.scaled_dot_product_attention(y, y, y).transpose(1, 2).view(2, 3, 8) for y = x.view(2, 3, 2, 4).transpose(1, 2), by PyTorch 2.13
test("a view of an attention's result", async () => {
  const program = await torch.export.load(fileURLToPath(new URL("../fixtures/export/attention-view.pt2", import.meta.url)));
  const x = torch.arange(48).to("float32").view(2, 3, 8).div(48);
  const [y] = await torch.export.evaluate(program, [x]);
  expect(y?.shape).toEqual([2, 3, 8]);
  const first = [...new Float32Array((y as torch.Tensor).bytes().slice().buffer, 0, 4)];
  for (const [i, want] of [0.16782, 0.18866, 0.20949, 0.23032].entries()) expect(first[i]).toBeCloseTo(want, 4);
});
