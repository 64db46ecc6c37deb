import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeComplex, viewAsReal } from "../../src/core/ops/complex.ts";
import { eig, eigh, lstsq, matrixExp, pinv, svd } from "../../src/core/ops/decompositions.ts";
import { binary, cast, fill, unary } from "../../src/core/ops/elementwise.ts";
import { contiguous, expand, slice, unsqueeze } from "../../src/core/ops/layout.ts";
import {
  cholesky,
  conjugate,
  det,
  factorize,
  identity,
  inverse,
  luFactor,
  slogdet,
  solve,
  swapped,
  triangle,
  triangularSolve,
} from "../../src/core/ops/linalg.ts";
import { matmul } from "../../src/core/ops/matmul.ts";
import { qr } from "../../src/core/ops/orthogonal.ts";
import type { Strided } from "../../src/core/strided.ts";
import { type DType, isComplex, realOf } from "../../src/dtype.ts";
import { numbers, tensor } from "./tensors.ts";

const noise = (seed: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(12.9898 * (i + seed) * (i + 7) + seed) * 2);
function random(dtype: DType, shape: readonly number[], seed: number): Strided {
  const part = (s: number): Strided =>
    tensor(
      realOf(dtype),
      shape,
      noise(
        s,
        shape.reduce((a, b) => a * b, 1),
      ),
    );
  return isComplex(dtype) ? makeComplex(part(seed), part(seed + 0.5)) : part(seed);
}
const values = (x: Strided): number[] => numbers(contiguous(isComplex(x.dtype) ? viewAsReal(x) : x));
const adjoint = (x: Strided): Strided => contiguous(conjugate(swapped(x)));
const bound = (dtype: DType): number => (realOf(dtype) === "float64" ? 1e-12 : 1e-5);
const scaled = (x: Strided, by: Strided): Strided => binary("mul", x, unsqueeze(cast(by, x.dtype), -2));

function same(got: Strided, want: Strided): void {
  expect([got.dtype, got.shape]).toEqual([want.dtype, want.shape]);
  const [g, w] = [values(got), values(want)];
  const size = w.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  const far = g.findIndex((v, i) => !(Math.abs(v - w[i]!) <= bound(got.dtype) * size));
  expect(far < 0 ? null : [far, g[far], w[far]]).toBeNull();
}
const isOrthonormal = (Q: Strided): void =>
  same(
    matmul(adjoint(Q), Q),
    contiguous(expand(identity(Q.shape.at(-1)!, Q.dtype), [...Q.shape.slice(0, -2), Q.shape.at(-1)!, Q.shape.at(-1)!])),
  );

const dtypes = ["float32", "float64", "complex64", "complex128"] as const;
const sized = fc.record({
  dtype: fc.constantFrom(...dtypes),
  m: fc.integer({ min: 0, max: 9 }),
  n: fc.integer({ min: 0, max: 9 }),
  batch: fc.constantFrom([], [1], [2], [2, 2], [0]),
  seed: fc.integer({ min: 0, max: 999 }),
});
const runs = { numRuns: 120 };
const check = (body: (A: Strided, seed: number) => void, square = false): void =>
  fc.assert(
    fc.property(sized, ({ dtype, m, n, batch, seed }) => body(random(dtype, [...batch, m, square ? m : n], seed), seed)),
    runs,
  );

describe("factors give the matrix back", () => {
  test("P A = L U", () =>
    check((A) => {
      const { lu, pivots } = factorize("test", A);
      const [m, n] = [A.shape.at(-2)!, A.shape.at(-1)!];
      const k = Math.min(m, n);
      const L = binary(
        "add",
        triangle(slice(lu, -1, 0, k), false, -1),
        triangle(slice(binary("add", triangle(fill(lu.dtype, [m, m], 0), true), identity(m, lu.dtype)), -1, 0, k), true),
      );
      const product = values(cast(matmul(L, triangle(slice(lu, -2, 0, k), true)), A.dtype));
      const rows = values(A);
      const row = rows.length === 0 ? 0 : n * (isComplex(A.dtype) ? 2 : 1);
      pivots.forEach((p, i) => {
        p.forEach((to, r) => {
          const at = (q: number) => (i * m + q) * row;
          for (let c = 0; c < row; c++) [rows[at(r) + c], rows[at(to) + c]] = [rows[at(to) + c]!, rows[at(r) + c]!];
        });
      });
      expect(product.length).toBe(rows.length);
      product.forEach((v, i) => void expect(Math.abs(v - rows[i]!)).toBeLessThan(bound(A.dtype) * 10));
    }));
  test("A = Q R", () =>
    check((A) => {
      for (const mode of ["reduced", "complete"] as const) {
        const [Q, R] = qr(A, mode);
        same(matmul(Q, R), contiguous(A));
        isOrthonormal(Q);
      }
      same(qr(A, "r")[1], qr(A)[1]);
    }));
  test("A = V diag(w) Vᴴ, both triangles", () =>
    check((B) => {
      const A = binary("add", B, adjoint(B));
      for (const upper of [false, true]) {
        const [w, V] = eigh(triangle(A, upper), upper);
        expect(w.dtype).toBe(realOf(A.dtype));
        same(matmul(scaled(V, w), adjoint(V)), contiguous(A));
        isOrthonormal(V);
        const order = values(w);
        const n = A.shape.at(-1)!;
        order.forEach((v, i) => void expect(i % n === 0 || v >= order[i - 1]!).toBe(true));
      }
    }, true));
  test("A V = V diag(w)", () =>
    check((A) => {
      const [w, V] = eig(A);
      same(matmul(cast(A, V.dtype), V), contiguous(scaled(V, w)));
    }, true));
  test("A = U diag(S) Vh, full or not", () =>
    check((A) => {
      const k = Math.min(A.shape.at(-2)!, A.shape.at(-1)!);
      for (const full of [false, true]) {
        const [U, S, Vh] = svd(A, full);
        const head = contiguous(slice(U, -1, 0, k));
        same(matmul(scaled(head, S), contiguous(slice(Vh, -2, 0, k))), contiguous(A));
        isOrthonormal(U);
        isOrthonormal(adjoint(Vh));
      }
    }));
  test("A = L Lᴴ", () =>
    check((B) => {
      const A = binary("add", matmul(B, adjoint(B)), identity(B.shape.at(-2)!, B.dtype));
      const [L, U] = [cholesky(A), cholesky(A, true)];
      same(matmul(L, adjoint(L)), A);
      same(matmul(adjoint(U), U), A);
    }));
});

describe("what follows from factors", () => {
  const regular = (A: Strided): Strided => binary("add", A, binary("mul", identity(A.shape.at(-1)!, A.dtype), fill(A.dtype, [], 20)));
  test("A A⁻¹ = 1, A X = B, X A = B, T X = B", () =>
    check((given, seed) => {
      const A = regular(given);
      const n = A.shape.at(-1)!;
      same(matmul(A, inverse(A)), contiguous(expand(identity(n, A.dtype), A.shape)));
      const B = random(A.dtype, [n, 3], seed + 1);
      const wanted = (x: Strided): Strided => contiguous(expand(x, [...A.shape.slice(0, -2), ...x.shape]));
      same(matmul(A, solve(A, B)), wanted(B));
      same(matmul(contiguous(solve(A, swapped(B), false)), A), wanted(contiguous(swapped(B))));
      for (const upper of [false, true]) same(matmul(triangle(A, upper), triangularSolve(A, B, { upper })), wanted(B));
    }, true));
  test("det(A) = sign exp(log|det|), det(A⁻¹) det(A) = 1", () =>
    check((given) => {
      const A = regular(given);
      const [sign, log] = slogdet(A);
      same(binary("mul", sign, cast(unary("exp", log), sign.dtype)), binary("mul", det(A), fill(A.dtype, [], 1)));
      same(binary("mul", det(inverse(A)), det(A)), fill(A.dtype, A.shape.slice(0, -2), 1));
    }, true));
  test("Penrose's equations, and the least squares they give", () =>
    check((given, seed) => {
      // In double, for a random matrix may be near a singular one.
      const A = cast(given, isComplex(given.dtype) ? "complex128" : "float64");
      const P = pinv(A);
      same(matmul(matmul(A, P), A), contiguous(A));
      same(adjoint(matmul(A, P)), matmul(A, P));
      const B = random(A.dtype, [A.shape.at(-2)!, 2], seed);
      const X = lstsq(A, contiguous(expand(B, [...A.shape.slice(0, -2), ...B.shape])));
      // The rest is orthogonal to the columns, as far as products with X can tell: it is large for a matrix near a singular one.
      const rest = binary("sub", matmul(A, X), B);
      const unit = fill(A.dtype, [], 1 / values(X).reduce((m, v) => Math.max(m, Math.abs(v)), 1));
      same(binary("mul", matmul(adjoint(A), rest), unit), fill(A.dtype, [...A.shape.slice(0, -2), A.shape.at(-1)!, 2], 0));
    }));
  test("exp(A) exp(-A) = 1", () =>
    check((A) => {
      const small = binary("mul", A, fill(A.dtype, [], 0.25));
      same(matmul(matrixExp(small), matrixExp(unary("neg", small))), contiguous(expand(identity(A.shape.at(-1)!, A.dtype), A.shape)));
    }, true));
});

describe("edges", () => {
  const ones = tensor("float32", [2, 2], [1, 1, 1, 1]);
  test("singular and indefinite matrices are refused, by name", () => {
    expect(() => inverse(ones)).toThrow(/core\/singular.*inverse: the matrix is singular: pivot 1 is 0/);
    expect(() => solve(tensor("float32", [2, 1, 1], [3, 0]), ones)).toThrow(/core\/matrix/);
    expect(() => inverse(tensor("float64", [2, 1, 1], [3, 0]))).toThrow(/matrix 1 of 2/);
    expect(() => cholesky(tensor("float32", [2, 2], [1, 2, 2, 1]))).toThrow(/core\/not-positive-definite.*order 2/);
    expect(() => det(tensor("float32", [2, 3], [1, 2, 3, 4, 5, 6]))).toThrow(/core\/matrix/);
    expect(() => det(tensor("int64", [1, 1], [1]))).toThrow(/core\/dtype/);
    expect(() => eigh(tensor("float32", [2, 2], [Number.NaN, 0, 0, 1]))).toThrow(/core\/no-convergence/);
    expect(() => svd(tensor("float32", [1, 1], [Number.POSITIVE_INFINITY]))).toThrow(/core\/no-convergence/);
  });
  test("the determinant of a singular matrix is 0, of an empty one 1", () => {
    expect(numbers(det(ones))).toEqual([0]);
    expect(slogdet(ones).map(numbers)).toEqual([[0], [Number.NEGATIVE_INFINITY]]);
    expect(numbers(det(fill("float32", [3, 0, 0], 0)))).toEqual([1, 1, 1]);
    expect(luFactor(ones).map(numbers)).toEqual([[1, 1, 1, 0], [1, 2], [2]]);
  });
  test("matrices of rank 1 have one singular value", () => {
    for (let n = 2; n < 12; n++) {
      const A = tensor(
        "float64",
        [n, n],
        noise(n, n).flatMap((v) => noise(3, n).map((w) => v * w)),
      );
      expect(
        numbers(svd(A)[1])
          .slice(1)
          .every((s) => s < 1e-14 * n),
      ).toBe(true);
    }
  });
  test("a rank below the size: null space in the SVD, shortest solution", () => {
    const [U, S] = svd(ones);
    isOrthonormal(U);
    expect(numbers(S).map((s) => Number(s.toFixed(6)))).toEqual([2, 0]);
    expect(numbers(pinv(ones)).map((v) => Number(v.toFixed(6)))).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
  test("entries from 1e-200 to 1e200", () => {
    for (const size of [1e-200, 1e200]) {
      const A = tensor("float64", [2, 2], [3 * size, 0, 4 * size, 5 * size]);
      expect(numbers(svd(A)[1]).map((s) => s / size)).toEqual([Math.sqrt(45), Math.sqrt(5)].map((s) => expect.closeTo(s, 12)));
      expect(Math.abs(numbers(qr(A)[1])[0]! / size)).toBeCloseTo(5, 12);
    }
  });
  test("eigenvalues of a rotation are a conjugate pair, of a triangular matrix its diagonal, exactly real", () => {
    const turn = values(eig(tensor("float64", [2, 2], [0, -1, 1, 0]))[0]);
    expect(turn.map((v) => Math.abs(v))).toEqual([0, 1, 0, 1].map((v) => expect.closeTo(v, 15)));
    expect(turn[1]).toBe(-turn[3]!);
    const upper = values(eig(tensor("float32", [3, 3], [1, 5, -2, 0, 2, 7, 0, 0, 3]))[0]);
    expect(upper.filter((_, i) => i % 2 === 1)).toEqual([0, 0, 0]);
    expect(upper.filter((_, i) => i % 2 === 0).sort()).toEqual([1, 2, 3].map((v) => expect.closeTo(v, 6)));
  });
});
