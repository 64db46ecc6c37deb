//! Intervals of dims. MIN and MAX stand for "no limit": arithmetic saturates towards them, so a bound is never tighter than true.

import {
  Env, MIN, MAX, SYMBOL, OPAQUE, FLOORDIV, MAXIMUM, MINIMUM, BROADCAST, SUM, PRODUCT, atomAt, expressionAt, factorAt, monomialAt, termAt,
  termsOf,
} from "./store";

export function addSat(a: i64, b: i64): i64 {
  const r = a + b;
  if (((a ^ r) & (b ^ r)) < 0) return a < 0 ? MIN : MAX;
  return r;
}
/** The lower (upper) end of a sum: an end without limit stays so. */
// @ts-ignore: decorator
@inline export function addLower(a: i64, b: i64): i64 { return a == MIN || b == MIN ? MIN : addSat(a, b); }
// @ts-ignore: decorator
@inline export function addUpper(a: i64, b: i64): i64 { return a == MAX || b == MAX ? MAX : addSat(a, b); }

/** a * b fits into 64 bits. */
export function mulFits(a: i64, b: i64): bool {
  if (a == 0 || b == 0) return true;
  if ((a == -1 && b == MIN) || (b == -1 && a == MIN)) return false;
  const r = a * b;
  return r / b == a;
}
export function mulSat(a: i64, b: i64): i64 {
  if (a == 0 || b == 0) return 0;
  const negative = (a < 0) != (b < 0);
  if (a == MIN || a == MAX || b == MIN || b == MAX || !mulFits(a, b)) return negative ? MIN : MAX;
  return a * b;
}
export function floorDiv(a: i64, b: i64): i64 {
  const q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}
/** floor(a / b) for b > 0, where a or b may be without limit. */
function divSat(a: i64, b: i64): i64 {
  if (a == MIN || a == MAX) return a;
  if (b == MAX) return a < 0 ? -1 : 0;
  return floorDiv(a, b);
}

/** Ends of the interval that the last call of a function here found. */
let lo: i64 = 0;
let hi: i64 = 0;

/** [a, b] * [c, d] into lo, hi. */
function times(a: i64, b: i64, c: i64, d: i64): void {
  const p = mulSat(a, c), q = mulSat(a, d), r = mulSat(b, c), s = mulSat(b, d);
  lo = min(min(p, q), min(r, s));
  hi = max(max(p, q), max(r, s));
}

function quotient(al: i64, ah: i64, bl: i64, bh: i64): void {
  if (bl == 0) bl = 1; // 0 has no quotient
  if (bl > 0) {
    lo = divSat(al, al >= 0 ? bh : bl);
    hi = divSat(ah, ah >= 0 ? bl : bh);
    return;
  }
  const size = max(al == MIN ? MAX : al < 0 ? -al : al, ah == MIN ? MAX : ah < 0 ? -ah : ah);
  lo = size == MAX ? MIN : -size - 1;
  hi = size;
}

function computeAtom(env: Env, index: i32): void {
  const atom = atomAt(env, index);
  const kind = atom.kind, a = atom.a, b = atom.b;
  lo = MIN;
  hi = MAX;
  if (kind != SYMBOL && kind != OPAQUE && !atom.deep) {
    const al = lower(env, a), ah = upper(env, a), bl = lower(env, b), bh = upper(env, b);
    if (kind == FLOORDIV) quotient(al, ah, bl, bh);
    else if (kind == MAXIMUM) { lo = max(al, bl); hi = max(ah, bh); }
    else if (kind == MINIMUM) { lo = min(al, bl); hi = min(ah, bh); }
    else if (kind == BROADCAST) { lo = min(al, bl); hi = max(ah, bh); }
    else if (kind == SUM) { lo = addLower(al, bl); hi = addUpper(ah, bh); }
    else if (kind == PRODUCT) times(al, ah, bl, bh);
  }
  atom.lower = max(lo, atom.statedLower);
  atom.upper = min(hi, atom.statedUpper);
  atom.stamp = env.stamp;
}

/** The interval of a monomial: powers of one atom are taken together, so that squares are not negative. */
function monomialInterval(env: Env, index: i32): void {
  const m = monomialAt(env, index);
  let l: i64 = 1, h: i64 = 1;
  for (let i = 0; i < m.degree; ) {
    const f = factorAt(env, m, i);
    const atom = atomAt(env, f);
    if (atom.stamp != env.stamp) computeAtom(env, f);
    let pl = atom.lower, ph = atom.upper;
    let n = 1;
    while (i + n < m.degree && factorAt(env, m, i + n) == f) n++;
    const bl = pl, bh = ph;
    for (let k = 1; k < n; k++) {
      times(pl, ph, bl, bh);
      pl = lo;
      ph = hi;
    }
    if ((n & 1) == 0 && pl < 0) pl = 0;
    times(l, h, pl, ph);
    l = lo;
    h = hi;
    i += n;
  }
  lo = l;
  hi = h;
}

function compute(env: Env, d: i32): void {
  let l: i64 = 0, h: i64 = 0;
  const n = expressionAt(env, ~d).count;
  for (let i = 0; i < n; i++) {
    const t = termAt(termsOf(env, d), i);
    monomialInterval(env, t.monomial);
    times(lo, hi, t.coefficient, t.coefficient);
    l = addLower(l, lo);
    h = addUpper(h, hi);
  }
  const e = expressionAt(env, ~d);
  e.lower = l;
  e.upper = h;
  e.stamp = env.stamp;
}

/** The least value of a dim, MIN where there is no limit. */
export function lower(env: Env, d: i32): i64 {
  if (d >= 0) return d;
  const e = expressionAt(env, ~d);
  if (e.stamp != env.stamp) compute(env, d);
  return e.lower;
}
/** The greatest value of a dim, MAX where there is no limit. */
export function upper(env: Env, d: i32): i64 {
  if (d >= 0) return d;
  const e = expressionAt(env, ~d);
  if (e.stamp != env.stamp) compute(env, d);
  return e.upper;
}
