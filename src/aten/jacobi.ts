/**
 * @file Jacobi's rotations in rounds: the rows of a matrix sit in pairs (i, i + n/2), all pairs are turned at once, and between rounds all
 * but the first move on by one seat around the table, so that in n - 1 rounds each has met each.
 */

import { matrices } from "./matrix.ts";
import type { Call, Symbolic } from "./table.ts";

/** Passes over all pairs before the iteration is given up: it converges quadratically, in six to ten. */
export const sweeps = 30;

/** Turns the pair (p, q) to (c p - conj(s) q, s p + c q). */
interface Rotation {
  readonly c: Symbolic;
  readonly s: Symbolic;
}

/**
 * The rotation that makes [[a, g], [conj(g), b]] diagonal: its tangent is t = sign(z) / (|z| + sqrt(1 + z²)), z = (b - a) / (2 |g|), and
 * s has the phase of g (Golub and Van Loan, 8.5.2). Nothing turns where g is 0.
 */
export function rotationOf(a: Symbolic, b: Symbolic, g: Symbolic, call: Call): Rotation {
  const { abs, add, div, mul, neg, sub, where } = matrices(call);
  const size = abs(g);
  const some = call("aten::gt.Scalar", { self: size, other: 0 });
  const z = div(sub(b, a), mul(where(some, size, 1), 2));
  const steep = abs(z);
  const root = call("aten::sqrt", { self: add(mul(z, z), 1) });
  const flat = call("aten::reciprocal", { self: add(steep, root) });
  const signed = where(call("aten::lt.Scalar", { self: z, other: 0 }), neg(flat), flat);
  const t = where(some, signed, 0);
  const c = call("aten::rsqrt", { self: add(mul(t, t), 1) });
  return { c, s: mul(call("aten::sgn", { self: g }), mul(t, c)) };
}

/** The upper and the lower half of the rows, `half` each. */
export const halves = (x: Symbolic, half: number, call: Call): [Symbolic, Symbolic] => {
  const { slice } = matrices(call);
  return [slice(x, -2, 0, half), slice(x, -2, half, 2 * half)];
};

/** The rows of both halves after the rotations of their pairs. */
export function turned([p, q]: readonly [Symbolic, Symbolic], { c, s }: Rotation, call: Call): Symbolic {
  const { add, cat, conjugate, mul, sub } = matrices(call);
  const first = sub(mul(c, p), mul(conjugate(s), q));
  const second = add(mul(s, p), mul(c, q));
  return cat([first, second], -2);
}

/** The seat that whoever sits next at each place comes from: int64 [2 half]. */
export function seats(half: number, call: Call): Symbolic {
  const { cat, iota, slice } = matrices(call);
  const all = iota(2 * half);
  const part = (from: number, to: number): Symbolic => slice(all, 0, from, to);
  if (half === 1) return all;
  return cat([part(0, 1), part(half, half + 1), part(1, half - 1), part(half + 1, 2 * half), part(half - 1, half)], 0);
}

export const moved = (x: Symbolic, dim: number, order: Symbolic, call: Call): Symbolic =>
  call("aten::index_select", { self: x, dim, index: order });

/** Whether any element of `x` is above `bound`: a bool scalar. False for NaN, which no turn makes better. */
export const anyAbove = (x: Symbolic, bound: Symbolic, call: Call): Symbolic => call("aten::any", { self: matrices(call).gt(x, bound) });
