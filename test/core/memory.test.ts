import fc from "fast-check";
import { expect, test } from "vitest";
import { core } from "../../src/core/door.ts";
import { asStrided } from "../../src/core/ops/layout.ts";
import { empty, Storage } from "../../src/core/strided.ts";
import { OnnxExporterError } from "../../src/errors.ts";

test("blocks never overlap, are aligned, and come back whole", () => {
  const before = core.exports.memory_used();
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1e9), fc.double({ min: 0, max: 17, noNaN: true })), { maxLength: 200 }), (steps) => {
      const live: { ptr: number; n: number; tag: number }[] = [];
      const check = ({ ptr, n, tag }: { ptr: number; n: number; tag: number }) => {
        expect(
          core
            .u8()
            .subarray(ptr, ptr + n)
            .every((b) => b === tag),
        ).toBe(true);
        core.free(ptr, core.epoch);
      };
      steps.forEach(([pick, size], i) => {
        if (pick % 2 === 0 && live.length > 0) check(live.splice(pick % live.length, 1)[0]!);
        else {
          const n = Math.floor(2 ** size) - 1;
          const ptr = core.alloc(n);
          expect(ptr % 16).toBe(0);
          core.u8().fill(i & 255, ptr, ptr + n);
          live.push({ ptr, n, tag: i & 255 });
        }
      });
      live.forEach(check);
    }),
    { numRuns: 50 },
  );
  expect(core.exports.memory_used()).toBe(before);
});

test("scratch is a stack of frames, across chunks", () => {
  const before = core.exports.memory_used();
  core.frame(() => {
    const ints = core.ints([1, -2, 2 ** 32 - 1]);
    core.frame(() => {
      for (let i = 0; i < 10; i++) {
        const ptr = core.scratch(200_000);
        core.u8().fill(7, ptr, ptr + 200_000);
      }
    });
    expect([...core.i32().subarray(ints >>> 2, (ints >>> 2) + 3)]).toEqual([1, -2, -1]);
  });
  expect(core.exports.memory_used() - before).toBeLessThanOrEqual(2 ** 18 + 64);
});

test("stores own their arrays", () => {
  core.frame(() => core.scratch(1));
  const before = core.exports.memory_used();
  const store = core.exports.store_new() >>> 0;
  const [a, b] = [core.exports.array_new(store, 0) >>> 0, core.exports.array_new(store, 1000) >>> 0];
  for (let i = 0; i < 10_000; i++) {
    core.exports.array_push_i32(a, i);
    core.exports.array_push_i32(b, -i);
  }
  const data = core.exports.array_data(a) >>> 2;
  expect(core.exports.array_size(a)).toBe(40_000);
  expect(
    core
      .i32()
      .subarray(data, data + 10_000)
      .every((x, i) => x === i),
  ).toBe(true);
  core.exports.store_free(store);
  expect(core.exports.memory_used()).toBe(before);
});

test("what does not fit is core/memory", () => {
  expect(() => core.alloc(2 ** 32)).toThrow(/core\/memory.*4294967296 bytes/);
  expect(() => core.alloc(2 ** 53)).toThrow(OnnxExporterError);
  const big = core.alloc(2 ** 31 + 5);
  expect(big + 2 ** 31).toBeLessThan(2 ** 32);
  expect(() => core.alloc(2 ** 31)).toThrow(/core\/memory/);
  core.free(big, core.epoch);
});

test("a trap replaces the instance and is told", () => {
  const x = new Storage(16);
  const { epoch } = core;
  x.free();
  x.free();
  expect(() => core.free(x.ptr, x.epoch)).toThrow(/core\/trap.*free/);
  expect(core.epoch).toBe(epoch + 1);
  expect(() => x.bytes()).toThrow(/core\/stale/);
  expect(empty("float32", [2, 3]).storage.bytes().length).toBe(24);
});

test("a trap for want of memory is core/memory", () => {
  const { epoch } = core;
  const free = 2 ** 32 - core.exports.memory_used();
  for (let n = free; n > 64; n /= 2) while (core.exports.alloc(n) !== 0); // nothing is left
  expect(() => core.exports.sym_new()).toThrow(/core\/memory.*cannot allocate \d+ bytes/);
  expect(core.epoch).toBe(epoch + 1);
  expect(empty("float32", [2, 3]).storage.bytes().length).toBe(24);
});

test.each([[[-1]], [[1.5]], [[Number.NaN]]])("a tensor of shape [%d] is refused", (shape) => {
  expect(() => empty("float32", shape)).toThrow(/core\/shape/);
});

test("a view that leaves its storage is refused", () => {
  const x = empty("float32", [4]);
  expect(() => asStrided(x, [5], [1])).toThrow(/core\/view/);
  expect(() => asStrided(x, [2], [-1])).toThrow(/core\/view/);
  expect(asStrided(x, [0, 9], [9, 9]).shape).toEqual([0, 9]);
});

test("a kernel that is missing is named", () => {
  expect(() => core.kernel("no_such", "float32")).toThrow(/core\/no-kernel.*no_such.*float32/);
});
