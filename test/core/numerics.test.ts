//! Special functions, complex numbers, linear algebra and Fourier transforms as PyTorch and SciPy answered (tools/record_numerics.py).

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { complexUnary } from "../../src/core/ops/complex.ts";
import { eigh, lstsq, matrixExp, pinv, svd } from "../../src/core/ops/decompositions.ts";
import { binary, cast, compare, unary } from "../../src/core/ops/elementwise.ts";
import { realTransform, transform } from "../../src/core/ops/fourier.ts";
import { cholesky, det, inverse, lu, luFactor, slogdet, solve, type Triangular, triangularSolve } from "../../src/core/ops/linalg.ts";
import { matmul } from "../../src/core/ops/matmul.ts";
import { type QrMode, qr } from "../../src/core/ops/orthogonal.ts";
import type { BinaryOp, CompareOp, UnaryOp } from "../../src/core/ops/real.ts";
import { type ReduceOp, reduce } from "../../src/core/ops/reduce.ts";
import { multigammaln, polygamma } from "../../src/core/ops/special.ts";
import type { Strided } from "../../src/core/strided.ts";
import type { DType } from "../../src/dtype.ts";
import { expectRecorded, type Recorded, revive } from "./recorded.ts";
import { numbers } from "./tensors.ts";

interface Row {
  readonly name: string;
  readonly tensors: Recorded[];
  readonly args: unknown[];
  readonly out: Recorded[];
  readonly tolerance: number;
}

const { rows } = JSON.parse(readFileSync(new URL("golden/numerics.json", import.meta.url), "utf8")) as { rows: Row[] };

const run: { readonly [name: string]: (t: readonly [Strided, Strided], args: unknown[]) => Strided | readonly Strided[] } = {
  unary: ([x], [op]) => (op === "angle" ? complexUnary("angle", x) : unary(op as UnaryOp, x)),
  binary: ([a, b], [op]) => binary(op as BinaryOp, a, b),
  compare: ([a, b], [op]) => compare(op as CompareOp, a, b),
  reduce: ([x], [op, dims]) => reduce(op as ReduceOp, x, dims as number[], false),
  matmul: ([a, b]) => matmul(a, b),
  polygamma: ([x], [n]) => polygamma(n as number, x),
  multigammaln: ([x], [p]) => multigammaln(x, p as number),
  det: ([A]) => det(A),
  slogdet: ([A]) => slogdet(A),
  inverse: ([A]) => inverse(A),
  solve: ([A, B]) => solve(A, B),
  triangularSolve: ([A, B], [o]) => triangularSolve(A, B, o as Triangular),
  luFactor: ([A]) => luFactor(A),
  lu: ([A]) => lu(A),
  cholesky: ([A]) => cholesky(A),
  qr: ([A], [mode]) => qr(A, mode as QrMode),
  eigvalsh: ([A]) => eigh(A)[0],
  svdvals: ([A]) => svd(A)[1],
  pinv: ([A]) => pinv(A),
  lstsq: ([A, B]) => lstsq(A, B),
  matrixExp: ([A]) => matrixExp(A),
  transform: ([x], [dim, n, keep, forward]) =>
    transform(x, dim as number, n as number, keep as number, { forward: forward as boolean, scale: 1 }),
  realTransform: ([x], [dim, n]) => realTransform(x, dim as number, n as number, { forward: false, scale: 1 }),
};

describe("as recorded", () => {
  test.each(rows.map((row, i) => [`${i} ${row.name} ${JSON.stringify(row.args)} ${row.tensors[0]?.dtype}`, row] as const))(
    "%s",
    (_, row) => {
      const got = run[row.name]!(row.tensors.map(revive) as never, row.args);
      expectRecorded(got, row.out, row.tolerance);
    },
  );
});

test("float32 is the double result, rounded once", () => {
  for (const row of rows.filter((r) => ["unary", "binary"].includes(r.name) && r.tensors[0]?.dtype === "float64")) {
    const [a, b] = row.tensors.map((t) => cast(revive(t), "float32"));
    const at = (dtype: DType): Strided => {
      const [x, y] = [a, b].map((t) => (t === undefined ? undefined : cast(t, dtype)));
      return y === undefined ? unary(row.args[0] as UnaryOp, x!) : binary(row.args[0] as BinaryOp, x!, y);
    };
    expect(numbers(at("float32"))).toEqual(numbers(cast(at("float64"), "float32")));
  }
});
