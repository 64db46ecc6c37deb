/** @file The shortest shape operand of Reshape. */

import { bounds, type Dim, equal, isStatic, type Shape, terms } from "../../symbolic.ts";

/**
 * What to give Reshape to make `to` from `from`: 0 copies a dim, -1 is inferred, so that a constant says it where at most one symbolic dim
 * moves. Else sizes are computed; `allowzero` where a computed size may be 0 (a 0 then means 0, and nothing is copied).
 */
export function reshapeOperand(from: Shape, to: Shape): { sizes: Shape; allowzero: boolean } {
  const zeros = to.some((d) => d === 0);
  if (zeros || to.every(isStatic)) {
    const copies = to.every((d, i) => isStatic(d) && (d !== 0 || from[i] === 0));
    return { sizes: to, allowzero: !copies };
  }
  const copied = (d: Dim, i: number): boolean => !isStatic(d) && i < from.length && equal(from[i] as Dim, d);
  const moved = to.flatMap((d, i) => (isStatic(d) || copied(d, i) ? [] : [i]));
  const inferred = mostTerms(to, moved);
  const copying = to.map((d, i) => (i === inferred ? -1 : copied(d, i) ? 0 : d));
  if (moved.length <= 1) return { sizes: copying, allowzero: false };
  const positive = to.every((d) => bounds(d)[0] > 0);
  return positive ? { sizes: copying, allowzero: false } : { sizes: to, allowzero: true };
}

/** Which of `axes` would take the longest computation; -1 of none. */
function mostTerms(shape: Shape, axes: readonly number[]): number {
  let best = -1;
  let length = 0;
  for (const axis of axes) {
    const n = terms(shape[axis] as Dim).reduce((sum, t) => sum + t.atoms.length + 1, 0);
    if (n > length) [best, length] = [axis, n];
  }
  return best;
}
