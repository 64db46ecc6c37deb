//! Memory of eager tensors: intermediates of ops are freed at once, results with the tensors that hold them.
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { core } from "../../src/core/door.ts";
import * as torch from "../../src/index.ts";

const used = (): number => core.exports.memory_used() >>> 0;
const MiB = 1 << 20;

test("2,000 ops on tensors of 1 MB, with a step of the event loop between them", async () => {
  const before = used();
  let x = torch.rand(256, 1024);
  let most = 0;
  for (let i = 0; i < 2000; i++) {
    x = x.add(1);
    if (i % 20 === 0) await setImmediate();
    most = Math.max(most, used() - before);
  }
  expect(Number(x.select(0, 0).select(0, 0).item())).toBeGreaterThan(1999);
  expect(most).toBeLessThan(1024 * MiB);
});

test("5,000 ops in one synchronous loop, more than the core's memory in all", () => {
  let x = torch.zeros(256, 1024);
  for (let i = 0; i < 5000; i++) x = x.add(1);
  expect(x.select(0, 0).select(0, 5).item()).toBe(5000);
  expect(used()).toBeLessThan(2 ** 32);
});

test("in-place ops and intermediates take no memory that stays", () => {
  const x = torch.rand(256, 1024);
  x.mul_(1);
  const before = used();
  for (let i = 0; i < 50; i++) x.add_(1).mul_(torch.tensor(0.5));
  expect(used() - before).toBeLessThan(1 * MiB);
});
