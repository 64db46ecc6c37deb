/**
 * @file Orthogonal polynomials of torch.special: Chebyshev's in closed form, the others by their recurrences. n is truncated; of a negative
 * degree a polynomial is 0.
 */

import { binary, cast, compare, fill, where } from "../core/ops/elementwise.ts";
import { integers } from "../core/ops/values.ts";
import type { Strided } from "../core/strided.ts";
import type { DType } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { each, isTensor, type Operand, operand, pointwiseType } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Meta, Op, ScalarOf, Symbolic } from "./table.ts";

type Kind = "t" | "u" | "v" | "w";
/** Chebyshev polynomials at y in closed form: trigonometric between -1 and 1, hyperbolic beyond, with the sign of y^n. n is truncated. */
function chebyshevPolynomial(kind: Kind, y: Symbolic, order: Symbolic, call: Call): Symbolic {
  const { abs, acos, acosh, add, and, clamp, cos, cosh, div, eq, le, lt, mul, remainder, sin, sinh, sub, trunc, where } = algebra(call);
  const n = trunc(order);
  const sign = where(lt(y, 0), sub(1, mul(remainder(n, 2), 2)), 1);
  const [inside, outside] = [acos(clamp(y, -1, 1)), acosh(clamp(abs(y), 1, null))];
  const half = add(n, 0.5);
  const ratio = (f: (x: Symbolic) => Symbolic, m: Symbolic, angle: Symbolic, by: number) => div(f(mul(m, angle)), f(mul(angle, by)));
  const forms: { readonly [K in Kind]: () => [Symbolic, Symbolic] } = {
    t: () => [cos(mul(n, inside)), cosh(mul(n, outside))],
    u: () => [ratio(sin, add(n, 1), inside, 1), ratio(sinh, add(n, 1), outside, 1)],
    v: () => [ratio(cos, half, inside, 0.5), where(lt(y, 0), ratio(sinh, half, outside, 0.5), ratio(cosh, half, outside, 0.5))],
    w: () => [ratio(sin, half, inside, 0.5), where(lt(y, 0), ratio(cosh, half, outside, 0.5), ratio(sinh, half, outside, 0.5))],
  };
  const [near, far] = forms[kind]();
  let value = where(le(abs(y), 1), near, mul(far, sign));
  // Quotients whose divisor vanishes, at their limits.
  const limit = kind === "u" ? add(n, 1) : add(mul(n, 2), 1);
  if (kind === "u") value = where(eq(abs(y), 1), mul(limit, sign), value);
  if (kind === "v") value = where(eq(y, -1), mul(limit, sign), value);
  if (kind === "w") value = where(eq(y, 1), limit, value);
  return where(and(lt(n, 0), eq(n, n)), 0, value);
}

interface Polynomial {
  readonly x: Symbolic | ScalarOf<unknown>;
  readonly n: Symbolic | ScalarOf<unknown>;
}
/** The three overloads of `name`: both tensors, or one of them a number. */
const overloads = <N extends string>(name: N) =>
  [`aten::special_${name}`, `aten::special_${name}.n_scalar`, `aten::special_${name}.x_scalar`] as const;
const kinds = ["t", "u", "v", "w"] as const;
const polynomialNames = kinds.flatMap((k) => overloads(`chebyshev_polynomial_${k}`));
const shiftedNames = kinds.flatMap((k) => overloads(`shifted_chebyshev_polynomial_${k}`));
const polynomials = <N extends Op>(names: readonly N[], isShifted: boolean) =>
  each(names, (name) => ({
    decompose: ({ x, n }: Polynomial, call: Call): Symbolic => {
      const dtype = (isTensor<Symbolic>(x) ? x : (n as Symbolic)).dtype;
      const tensor = (v: Symbolic | ScalarOf<unknown>): Symbolic =>
        isTensor<Symbolic>(v) ? v : call("aten::scalar_tensor", { s: Number(v), dtype });
      const { mul, sub } = algebra(call);
      const at = tensor(x);
      const kind = name.replace(/\..*/, "").slice(-1) as Kind;
      return chebyshevPolynomial(kind, isShifted ? sub(mul(at, 2), 1) : at, tensor(n), call);
    },
  }));

/** c[0] + c[1] k */
type Linear = readonly [number, number];
/** d p(k + 1) = (a + b x) p(k) - c p(k - 1), with p(0) = 1; beyond degree `limit` torch gives up: NaN. */
export interface Recurrence {
  readonly a: Linear;
  readonly b: Linear;
  readonly c: Linear;
  readonly d: Linear;
  readonly limit?: { readonly [dtype in DType]?: number };
}
const hermiteLimit = { float32: 128, float64: 512 };
/** ATen/native/Math.h. */
export const recurrences = {
  hermite_polynomial_h: { a: [0, 0], b: [2, 0], c: [0, 2], d: [1, 0], limit: hermiteLimit },
  hermite_polynomial_he: { a: [0, 0], b: [1, 0], c: [0, 1], d: [1, 0], limit: hermiteLimit },
  laguerre_polynomial_l: { a: [1, 2], b: [-1, 0], c: [0, 1], d: [1, 1] },
  legendre_polynomial_p: { a: [0, 0], b: [1, 2], c: [0, 1], d: [1, 1] },
} as const satisfies Readonly<Record<string, Recurrence>>;

/** The polynomial of degree trunc(n) at x, all degrees up to the greatest one by one. */
function byRecurrence({ a, b, c, d, limit }: Recurrence, x: Strided, n: Strided): Strided {
  const { dtype } = x;
  const number = (v: number): Strided => operand(v, dtype);
  const at = ([start, by]: Linear, k: number): Strided => number(start + by * k);
  const degrees = cast(n, "int64");
  let [before, now]: [Strided, Strided] = [number(0), number(1)];
  let result = where(compare("ge", degrees, operand(0, "int64")), fill(dtype, x.shape, 1), number(0));
  const top = limit?.[dtype] ?? Number.POSITIVE_INFINITY;
  const last = Math.min(
    integers(degrees).reduce((m, v) => Math.max(m, v), 0),
    top,
  );
  for (let k = 0; k < last; k++) {
    const first = binary("mul", binary("add", binary("mul", x, at(b, k)), at(a, k)), now);
    const next = binary("div", binary("sub", first, binary("mul", before, at(c, k))), at(d, k));
    [before, now] = [now, next];
    result = where(compare("eq", degrees, operand(k + 1, "int64")), now, result);
  }
  return where(compare("gt", degrees, operand(last, "int64")), number(Number.NaN), result);
}

interface At<T, I> {
  readonly x: Operand<T, I>;
  readonly n: Operand<T, I>;
}
const recurring = <N extends keyof typeof recurrences>(names: readonly N[]) =>
  each(
    names.flatMap((name) => overloads(name)),
    (op) => ({
      meta: ({ x, n }: At<TensorType, Dim>): Meta => pointwiseType([x, n]),
      eval: ({ x, n }: At<Strided, number>): Strided => {
        const { dtype } = (isTensor<Strided>(x) ? x : n) as Strided;
        return byRecurrence(recurrences[nameOf(op)], operand(x, dtype), operand(n, dtype));
      },
    }),
  );
/** Which recurrence an op follows. */
export const nameOf = (op: string): keyof typeof recurrences =>
  op.slice("aten::special_".length).replace(/\..*/, "") as keyof typeof recurrences;

export const polynomial = {
  ...polynomials(polynomialNames, false),
  ...polynomials(shiftedNames, true),
  ...recurring(["hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p"]),
} satisfies AtenTable;
