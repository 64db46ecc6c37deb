//! What ranges and facts say of a dim. Proofs are bounded searches: "not proven" means not known, never false.

import { array_data, array_size } from "../memory";
import {
  Env, Term, FLOORDIV, MAX, MAXIMUM, MIN, MINIMUM, NONE, Atom, atomAt, constant, countOf, factorAt, isConstant, monomialAt, push, termAt,
  termsOf, valueOf,
} from "./store";
import { floorDiv, lower, upper } from "./interval";
import { floorQuotient, linear, multiply, subtract } from "./arithmetic";

export const LESS: i32 = 1;
export const EQUAL: i32 = 2;
export const GREATER: i32 = 4;

const BUDGET: i32 = 96;
const MAX_FACTS: i32 = 256;

/** A fact says of its dim: it is 0, it is not 0, or it is >= 0. */
const ZERO: i32 = 0;
const NONZERO: i32 = 1;
const NONNEGATIVE: i32 = 2;

@unmanaged class Fact {
  kind: i32;
  dim: i32;
}

function factCount(env: Env): i32 {
  return <i32>(array_size(env.facts) / offsetof<Fact>());
}
function factAt(env: Env, i: i32): Fact {
  return changetype<Fact>(array_data(env.facts) + <usize>i * offsetof<Fact>());
}

/** The coefficient of a monomial in a dim, 0 where it has none. */
function coefficientOf(env: Env, d: i32, monomial: i32): i64 {
  if (d >= 0) return monomial == 0 ? d : 0;
  const n = countOf(env, d);
  for (let i = 0; i < n; i++) {
    const t = termAt(termsOf(env, d), i);
    if (t.monomial == monomial) return t.coefficient;
  }
  return 0;
}

/** The last (newest) term of a symbolic dim: never the constant. */
// @ts-ignore: decorator
@inline function lastTerm(env: Env, d: i32): Term {
  return termAt(termsOf(env, d), countOf(env, d) - 1);
}

/** `d` less the multiple of the fact's dim that removes the newest monomial of the latter; NONE where it has none, or the sign is not allowed. */
function without(env: Env, d: i32, fact: Fact): i32 {
  const f = fact.dim;
  if (isConstant(env, f)) return NONE;
  const t = lastTerm(env, f);
  const c = coefficientOf(env, d, t.monomial), by = t.coefficient;
  if (c == 0 || c == MIN || by == MIN || c % by != 0) return NONE;
  const q = c / by;
  if (q < 0 && fact.kind != ZERO) return NONE;
  return linear(env, d, 1, f, -q);
}

/** `d` with what equalities say taken into account: 0 if they make it 0. */
export function reduced(env: Env, d: i32): i32 {
  for (let round = 0; round < 2; round++) {
    const n = factCount(env);
    const start = d;
    for (let i = n - 1; i >= 0 && d < 0; i--) {
      if (factAt(env, i).kind != ZERO) continue;
      const r = without(env, d, factAt(env, i));
      if (r != NONE) d = r;
    }
    if (d == start) break;
  }
  return d;
}

/** d >= 0 follows from replacing the atom of one term by a bound of it. */
function nonNegativeByAtom(env: Env, d: i32, i: i32, depth: i32): bool {
  const t = termAt(termsOf(env, d), i);
  const c = t.coefficient;
  if (t.monomial == 0 || monomialAt(env, t.monomial).degree != 1 || c == MIN) return false;
  const index = factorAt(env, monomialAt(env, t.monomial), 0);
  const kind = atomAt(env, index).kind, a = atomAt(env, index).a, b = atomAt(env, index).b, self = atomAt(env, index).dim;
  if (kind != MAXIMUM && kind != MINIMUM && kind != FLOORDIV) return false;
  const rest = linear(env, d, 1, self, -c);
  if (rest == NONE) return false;
  if (kind == FLOORDIV) {
    // a - k + 1 <= k * (a // k) <= a.
    if (!isConstant(env, b)) return false;
    const k = valueOf(env, b);
    if (k <= 0) return false;
    const bound = c > 0 ? linear(env, a, 1, constant(env, k - 1), -1) : a;
    if (bound == NONE) return false;
    const scaled = linear(env, rest, k, bound, c);
    return scaled != NONE && provenNonNegative(env, scaled, depth - 1);
  }
  const p = linear(env, rest, 1, a, c), q = linear(env, rest, 1, b, c);
  if (p == NONE || q == NONE) return false;
  // c * Max(a, b) is at least c*a and at least c*b for c > 0; for c < 0 it is one of the two.
  if ((kind == MAXIMUM) == (c > 0)) return provenNonNegative(env, p, depth - 1) || provenNonNegative(env, q, depth - 1);
  return provenNonNegative(env, p, depth - 1) && provenNonNegative(env, q, depth - 1);
}

function provenNonNegative(env: Env, d: i32, depth: i32): bool {
  if (lower(env, d) >= 0) return true;
  if (upper(env, d) < 0 || depth == 0 || env.budget <= 0) return false;
  env.budget--;
  const n = factCount(env);
  for (let i = 0; i < n; i++) {
    if (factAt(env, i).kind == NONZERO) continue;
    const r = without(env, d, factAt(env, i));
    if (r != NONE && provenNonNegative(env, r, depth - 1)) return true;
  }
  for (let i = 0; d < 0 && i < countOf(env, d); i++) if (nonNegativeByAtom(env, d, i, depth)) return true;
  return false;
}

/** Some fact says that d is not 0, or no integers make it 0. */
function provenNonZero(env: Env, d: i32): bool {
  const n = factCount(env);
  for (let i = 0; i < n; i++) {
    const f = factAt(env, i);
    if (f.kind == NONZERO && (f.dim == d || linear(env, f.dim, 1, d, 1) == 0)) return true;
  }
  if (d >= 0) return d != 0;
  // The coefficients have a common divisor that the constant lacks.
  let g: i64 = 0, c: i64 = 0;
  for (let i = 0; i < countOf(env, d); i++) {
    const t = termAt(termsOf(env, d), i);
    if (t.monomial == 0) { c = t.coefficient; continue; }
    let x = t.coefficient;
    while (x != 0) { const r = g % x; g = x; x = r; }
  }
  return g != 0 && c % g != 0;
}

/** Which of a < b, a == b, a > b may be (LESS, EQUAL, GREATER). */
export function possible(env: Env, a: i32, b: i32): i32 {
  if (a == b) return EQUAL;
  if (a >= 0 && b >= 0) return a < b ? LESS : GREATER;
  let d = linear(env, a, 1, b, -1);
  if (d == NONE) {
    // Only the intervals are left.
    const al = lower(env, a), ah = upper(env, a), bl = lower(env, b), bh = upper(env, b);
    return (al < bh || al == MIN || bh == MAX ? LESS : 0) | (al <= bh && bl <= ah ? EQUAL : 0) | (ah > bl || ah == MAX || bl == MIN ? GREATER : 0);
  }
  if (factCount(env) > 0) d = reduced(env, d);
  const l = lower(env, d), h = upper(env, d);
  let may = (l < 0 ? LESS : 0) | (l <= 0 && h >= 0 ? EQUAL : 0) | (h > 0 ? GREATER : 0);
  if (may == LESS || may == EQUAL || may == GREATER) return may;
  const opposite = linear(env, d, -1, 0, 0);
  env.budget = BUDGET;
  if (may & LESS && provenNonNegative(env, d, 4)) may &= ~LESS;
  env.budget = BUDGET;
  if (may & GREATER && opposite != NONE && provenNonNegative(env, opposite, 4)) may &= ~GREATER;
  if (may & EQUAL && provenNonZero(env, d)) may &= ~EQUAL;
  if (may & EQUAL && may != EQUAL) {
    const one = constant(env, 1);
    env.budget = BUDGET;
    const above = linear(env, d, 1, one, -1);
    if (!(may & LESS) && above != NONE && provenNonNegative(env, above, 3)) may &= ~EQUAL;
    const below = opposite == NONE ? NONE : linear(env, opposite, 1, one, -1);
    env.budget = BUDGET;
    if (!(may & GREATER) && below != NONE && provenNonNegative(env, below, 3)) may &= ~EQUAL;
  }
  return may;
}

function remember(env: Env, kind: i32, d: i32): void {
  if (factCount(env) >= MAX_FACTS) return; // one fact less is one proof less, nothing wrong
  const f = changetype<Fact>(push(env.facts, offsetof<Fact>()));
  f.kind = kind;
  f.dim = d;
}

/** Learns d >= 0: a bound of its atom where it has one atom only, else a fact. */
function learnNonNegative(env: Env, d: i32): void {
  const atom = onlyAtom(env, d);
  env.stamp++;
  if (atom == null) { remember(env, NONNEGATIVE, d); return; }
  const c = lastTerm(env, d).coefficient, k = coefficientOf(env, d, 0);
  if (c == MIN || k == MIN) return;
  // c*x + k >= 0: x >= ceil(-k / c) for c > 0, x <= floor(k / -c) for c < 0.
  if (c > 0) atom.statedLower = max(atom.statedLower, -floorDiv(k, c));
  else atom.statedUpper = min(atom.statedUpper, floorDiv(k, -c));
}

/** The atom x of c*x + k, null for other dims. */
function onlyAtom(env: Env, d: i32): Atom | null {
  const n = countOf(env, d);
  if (n > 2 || (n == 2 && termAt(termsOf(env, d), 0).monomial != 0)) return null;
  const m = monomialAt(env, lastTerm(env, d).monomial);
  return m.degree == 1 ? atomAt(env, factorAt(env, m, 0)) : null;
}

/** Numbers of the host's facts: a == b, !=, <=, <, >=, >, a is a multiple of b. */
export function assume(env: Env, kind: i32, a: i32, b: i32): i32 {
  if (kind == 6) return assumeMultiple(env, a, b);
  if (kind == 4 || kind == 5) return assume(env, kind - 2, b, a);
  const allowed = kind == 0 ? EQUAL : kind == 1 ? LESS | GREATER : kind == 2 ? LESS | EQUAL : LESS;
  const may = possible(env, a, b);
  if ((may & allowed) == 0) return 1;
  if ((may & ~allowed) == 0) return 0;
  const d = linear(env, b, 1, a, -1);
  if (d == NONE) return 0; // too large to reason about
  if (kind == 1) {
    sharpen(env, d);
    remember(env, NONZERO, d);
    env.stamp++;
  } else if (kind == 0) {
    if (onlyAtom(env, d) == null) remember(env, ZERO, d);
    else {
      learnNonNegative(env, d);
      const opposite = linear(env, d, -1, 0, 0);
      if (opposite != NONE) learnNonNegative(env, opposite);
    }
    env.stamp++;
  } else {
    const strict = kind == 3 ? linear(env, d, 1, 1, -1) : d;
    if (strict != NONE) learnNonNegative(env, strict);
  }
  return 0;
}

/** d != 0 with 0 at an end of the range of its only atom moves that end. */
function sharpen(env: Env, d: i32): void {
  const one = constant(env, 1);
  if (lower(env, d) == 0) {
    const r = linear(env, d, 1, one, -1);
    if (r != NONE) learnNonNegative(env, r);
  } else if (upper(env, d) == 0) {
    const r = linear(env, d, -1, one, -1);
    if (r != NONE) learnNonNegative(env, r);
  }
}

function assumeMultiple(env: Env, a: i32, b: i32): i32 {
  const r = subtract(env, a, multiply(env, b, floorQuotient(env, a, b)));
  if (isConstant(env, r)) return valueOf(env, r) == 0 ? 0 : 1;
  if (b < 0 && lower(env, b) <= 0 && upper(env, b) >= 0) return 0; // b may be 0
  if (lower(env, r) > 0 || upper(env, r) < 0) return 1;
  remember(env, ZERO, r);
  env.stamp++;
  return 0;
}
