import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ConvOptions, conv } from "../../src/core/ops/conv.ts";
import {
  gather,
  indexPut,
  indexSelect,
  indexTensors,
  maskedSelect,
  nonzero,
  type ScatterReduce,
  scatter,
} from "../../src/core/ops/index.ts";
import { batchNorm, groupNorm, layerNorm, logSoftmax, softmax } from "../../src/core/ops/norm.ts";
import { type PadMode, pad } from "../../src/core/ops/pad.ts";
import { type AvgPoolOptions, adaptiveAvgPool, adaptiveMaxPool, avgPool, maxPool, type PoolOptions } from "../../src/core/ops/pool.ts";
import type { Strided } from "../../src/core/strided.ts";
import { expectRecorded, type Recorded, revive } from "./recorded.ts";
import { tensor } from "./tensors.ts";

interface Row {
  readonly name: string;
  readonly tensors: (Recorded | null)[];
  readonly args: unknown[];
  readonly out: Recorded[];
  readonly tolerance: number;
}

const { rows } = JSON.parse(readFileSync(new URL("golden/ops.json", import.meta.url), "utf8")) as { rows: Row[] };

type Tensors = readonly [Strided, Strided, Strided, ...Strided[]];
type Optional = readonly [Strided, Strided | null, Strided | null, Strided | null, Strided | null];
/** The index list of a row: places in `tensors`, or null for `:`. */
const picks = (args: unknown, tensors: readonly Strided[]) => (args as (number | null)[]).map((k) => (k === null ? null : tensors[k]!));

const run: { readonly [name: string]: (t: Tensors, args: unknown[], o: Optional) => Strided | readonly Strided[] } = {
  softmax: ([x], [dim]) => softmax(x, dim as number),
  logSoftmax: ([x], [dim]) => logSoftmax(x, dim as number),
  layerNorm: (_, [dims, eps], [x, w, b]) => layerNorm(x, dims as number, w, b, eps as number),
  batchNorm: ([x, m, v], [eps], [, , , w, b]) => batchNorm(x, m, v, w, b, eps as number),
  groupNorm: ([x, w, b], [groups, eps]) => groupNorm(x, groups as number, w, b, eps as number),
  gather: ([x, i], [dim]) => gather(x, dim as number, i),
  indexSelect: ([x, i], [dim]) => indexSelect(x, dim as number, i),
  scatter: ([x, i, s], [dim, how]) => scatter(x, dim as number, i, s, how as ScatterReduce),
  nonzero: ([x]) => nonzero(x),
  indexTensors: (t, [at]) => indexTensors(t[0], picks(at, t.slice(1))),
  indexPut: (t, [at, accumulate]) => indexPut(t[0], picks(at, t.slice(2)), t[1], accumulate as boolean),
  maskedSelect: ([x, m]) => maskedSelect(x, m),
  pad: ([x], [pads, mode, v]) => pad(x, pads as [number, number][], mode as PadMode, v as number),
  conv: ([x, w], [o], [, , b]) => conv(x, w, b, o as ConvOptions),
  maxPool: ([x], [o]) => maxPool(x, o as PoolOptions),
  avgPool: ([x], [o]) => avgPool(x, o as AvgPoolOptions),
  adaptiveAvgPool: ([x], [out]) => adaptiveAvgPool(x, out as number[]),
  adaptiveMaxPool: ([x], [out]) => adaptiveMaxPool(x, out as number[]),
};

describe("recorded from PyTorch", () => {
  test.each(rows.map((row, i) => [`${i} ${row.name} ${JSON.stringify(row.args)} ${row.tensors[0]?.dtype}`, row] as const))(
    "%s",
    (_, row) => {
      const tensors = row.tensors.map((t) => (t === null ? null : revive(t)));
      const got = run[row.name]!(tensors as never, row.args, tensors as never);
      expectRecorded(got, row.out, row.tolerance);
    },
  );
});

test("indices outside are named", () => {
  const x = tensor("float32", [2, 3], [0, 1, 2, 3, 4, 5]);
  const index = tensor("int64", [1, 1], [3]);
  expect(() => gather(x, 1, index)).toThrow(/gather: an index is outside dim 1 of \[2, 3\]/);
  expect(() => scatter(x, 1, index, tensor("float32", [1, 1], [1]))).toThrow(/core\/index/);
  expect(() => indexSelect(x, 0, tensor("int64", [1], [-3]))).toThrow(/core\/index/);
  expect(() => indexTensors(x, [tensor("int64", [1], [2])])).toThrow(/core\/index/);
  expect(() =>
    pad(
      x,
      [
        [0, 0],
        [3, 0],
      ],
      "reflect",
    ),
  ).toThrow(/cannot reflect dim 1 of \[2, 3\] by 3 and 0/);
});
