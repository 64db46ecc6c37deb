//! Sums, products and quotients of dims. What overflows or grows past the caps becomes one atom (SUM, PRODUCT) of its operands.

import { mark, reset, scratch } from "../memory";
import {
  Env, Term, FLOORDIV, MAX_DEGREE, MAX_TERMS, NONE, PRODUCT, SUM, atomAt, atomDim, constant, copyTerms, countOf, factorAt, internMonomial,
  internTerms, isConstant, monomialAt, setTerm, soleAtom, termAt, termsOf, valueOf,
} from "./store";
import { floorDiv, lower, mulFits, upper } from "./interval";

function rows(n: i32): usize {
  const p = scratch(<u32>n * offsetof<Term>());
  if (p == 0) unreachable();
  return p;
}

/** Sorts `out` (n terms) so that equal monomials are one term, without zeros; returns how many remain, NONE on overflow. */
function settle(out: usize, n: i32): i32 {
  for (let i = 1; i < n; i++) {
    const t = termAt(out, i);
    const c = t.coefficient, m = t.monomial;
    let j = i;
    for (; j > 0 && termAt(out, j - 1).monomial > m; j--) memory.copy(out + <usize>j * offsetof<Term>(), out + <usize>(j - 1) * offsetof<Term>(), offsetof<Term>());
    setTerm(out, j, c, m);
  }
  let kept = 0;
  for (let i = 0; i < n; ) {
    const m = termAt(out, i).monomial;
    let c: i64 = 0;
    for (; i < n && termAt(out, i).monomial == m; i++) {
      const x = termAt(out, i).coefficient, r = c + x;
      if (((c ^ r) & (x ^ r)) < 0) return NONE;
      c = r;
    }
    if (c != 0) setTerm(out, kept++, c, m);
  }
  return kept;
}

/** `n` terms at `out` as a dim, NONE where they pass a cap. */
function made(env: Env, out: usize, n: i32): i32 {
  const kept = settle(out, n);
  return kept == NONE || kept > MAX_TERMS ? NONE : internTerms(env, out, kept);
}

/** p*a + q*b, or NONE past the caps. */
export function linear(env: Env, a: i32, p: i64, b: i32, q: i64): i32 {
  const m = mark();
  const na = countOf(env, a), nb = q == 0 ? 0 : countOf(env, b);
  const out = rows(na + nb + 1);
  copyTerms(env, a, out);
  if (nb > 0) copyTerms(env, b, out + <usize>na * offsetof<Term>());
  let result = 0;
  for (let i = 0; i < na + nb; i++) {
    const t = termAt(out, i), c = i < na ? p : q;
    if (!mulFits(t.coefficient, c)) { result = NONE; break; }
    t.coefficient *= c;
  }
  if (result == 0) result = made(env, out, na + nb);
  reset(m);
  return result;
}

/** The atom of a commutative operation: operands in one order. */
export function commutative(env: Env, kind: i32, a: i32, b: i32): i32 {
  return a < b ? atomDim(env, kind, a, b) : atomDim(env, kind, b, a);
}

export function add(env: Env, a: i32, b: i32): i32 {
  if (a >= 0 && b >= 0) return constant(env, <i64>a + <i64>b);
  if (a == 0) return b;
  if (b == 0) return a;
  const r = linear(env, a, 1, b, 1);
  return r != NONE ? r : commutative(env, SUM, a, b);
}
export function negate(env: Env, a: i32): i32 {
  const r = linear(env, a, -1, 0, 0);
  return r != NONE ? r : commutative(env, PRODUCT, a, constant(env, -1));
}
export function subtract(env: Env, a: i32, b: i32): i32 {
  if (a == b) return 0;
  if (a >= 0 && b >= 0) return constant(env, <i64>a - <i64>b);
  const r = linear(env, a, 1, b, -1);
  return r != NONE ? r : add(env, a, negate(env, b));
}

const factors: usize = memory.data(128, 8);

/** The product of two monomials, NONE past MAX_DEGREE. */
function monomialProduct(env: Env, x: i32, y: i32): i32 {
  if (x == 0) return y;
  if (y == 0) return x;
  const p = monomialAt(env, x), q = monomialAt(env, y);
  if (p.degree + q.degree > MAX_DEGREE) return NONE;
  let n: usize = 0;
  for (let i = 0, j = 0; i < p.degree || j < q.degree; n++) {
    const f = i < p.degree ? factorAt(env, p, i) : i32.MAX_VALUE;
    const g = j < q.degree ? factorAt(env, q, j) : i32.MAX_VALUE;
    store<i32>(factors + (n << 2), min(f, g));
    if (f <= g) i++;
    else j++;
  }
  return internMonomial(env, factors, <i32>n);
}

/** x / y, NONE where y does not divide x. */
function monomialQuotient(env: Env, x: i32, y: i32): i32 {
  if (y == 0) return x;
  const p = monomialAt(env, x), q = monomialAt(env, y);
  let n: usize = 0, j = 0;
  for (let i = 0; i < p.degree; i++) {
    const f = factorAt(env, p, i);
    if (j < q.degree && factorAt(env, q, j) == f) { j++; continue; }
    store<i32>(factors + (n++ << 2), f);
  }
  return j < q.degree ? NONE : internMonomial(env, factors, <i32>n);
}

/** The greatest common divisor of two monomials. */
function monomialCommon(env: Env, x: i32, y: i32): i32 {
  const p = monomialAt(env, x), q = monomialAt(env, y);
  let n: usize = 0;
  for (let i = 0, j = 0; i < p.degree && j < q.degree; ) {
    const f = factorAt(env, p, i), g = factorAt(env, q, j);
    if (f == g) store<i32>(factors + (n++ << 2), f);
    if (f <= g) i++;
    if (g <= f) j++;
  }
  return internMonomial(env, factors, <i32>n);
}

/** a * b expanded, NONE past the caps. */
function expanded(env: Env, a: i32, b: i32): i32 {
  const na = countOf(env, a), nb = countOf(env, b);
  if (na * nb > MAX_TERMS * 4) return NONE;
  const m = mark();
  const x = rows(na + 1), y = rows(nb + 1), out = rows(na * nb + 1);
  copyTerms(env, a, x);
  copyTerms(env, b, y);
  let n = 0, result = 0;
  for (let i = 0; i < na && result == 0; i++) {
    for (let j = 0; j < nb; j++) {
      const s = termAt(x, i), t = termAt(y, j);
      const product = monomialProduct(env, s.monomial, t.monomial);
      if (product == NONE || !mulFits(s.coefficient, t.coefficient)) { result = NONE; break; }
      setTerm(out, n++, s.coefficient * t.coefficient, product);
    }
  }
  if (result == 0) result = made(env, out, n);
  reset(m);
  return result;
}

export function multiply(env: Env, a: i32, b: i32): i32 {
  if (a >= 0 && b >= 0) return constant(env, <i64>a * <i64>b);
  if (a == 1) return b;
  if (b == 1) return a;
  if (a == 0 || b == 0) return 0;
  const r = expanded(env, a, b);
  return r != NONE ? r : commutative(env, PRODUCT, a, b);
}

/** Order of monomials that multiplication keeps: by degree, then by the first differing atom. */
function before(env: Env, x: i32, y: i32): bool {
  const p = monomialAt(env, x), q = monomialAt(env, y);
  if (p.degree != q.degree) return p.degree < q.degree;
  for (let i = 0; i < p.degree; i++) {
    const f = factorAt(env, p, i), g = factorAt(env, q, i);
    if (f != g) return f > g;
  }
  return false;
}

function leading(env: Env, terms: usize, n: i32): i32 {
  let at = 0;
  for (let i = 1; i < n; i++) if (before(env, termAt(terms, at).monomial, termAt(terms, i).monomial)) at = i;
  return at;
}

/** a / b where b divides a as a polynomial with integer coefficients, else NONE. */
export function exactQuotient(env: Env, a: i32, b: i32): i32 {
  const m = mark();
  const divisor = rows(countOf(env, b) + 1), terms = rows(MAX_TERMS + 1);
  const nb = copyTerms(env, b, divisor);
  const lead = termAt(divisor, leading(env, divisor, nb));
  let rest = a, q = 0;
  for (let step = 0; rest != 0 && rest != NONE && q != NONE; step++) {
    const n = copyTerms(env, rest, terms);
    const t = termAt(terms, leading(env, terms, n));
    const mono = step > MAX_TERMS || (lead.coefficient == -1 && t.coefficient == i64.MIN_VALUE) || t.coefficient % lead.coefficient != 0 ? NONE : monomialQuotient(env, t.monomial, lead.monomial);
    if (mono == NONE) { q = NONE; break; }
    setTerm(terms, 0, t.coefficient / lead.coefficient, mono);
    const part = internTerms(env, terms, 1);
    q = linear(env, q, 1, part, 1);
    const taken = expanded(env, part, b);
    rest = taken == NONE ? NONE : linear(env, rest, 1, taken, -1);
  }
  reset(m);
  return rest == 0 ? q : NONE;
}

function gcd(a: i64, b: i64): i64 {
  while (b != 0) {
    const r = a % b;
    a = b;
    b = r;
  }
  return a < 0 ? -a : a;
}

/** floor(a / k) for a literal k > 0: multiples of k come out, what stays is reduced. */
function divideByConstant(env: Env, a: i32, k: i64): i32 {
  const m = mark();
  const out = rows(MAX_TERMS + 2), rest = rows(MAX_TERMS + 2);
  const n = copyTerms(env, a, rest);
  let nq = 0, nr = 0;
  let g = k, c: i64 = 0;
  let lead: i64 = 0;
  for (let i = 0; i < n; i++) {
    const t = termAt(rest, i);
    const q = t.monomial == 0 ? floorDiv(t.coefficient, k) : t.coefficient / k;
    const r = t.coefficient - q * k;
    if (q != 0) setTerm(out, nq++, q, t.monomial);
    if (t.monomial == 0) c = r;
    else if (r != 0) {
      if (lead == 0) lead = r;
      g = gcd(g, r);
      setTerm(rest, nr++, r, t.monomial);
    }
  }
  let result = internTerms(env, out, nq);
  if (nr > 0) {
    // The first coefficient is made positive: floor(r / k) = -floor((k - 1 - r) / k).
    const sign: i64 = lead < 0 ? -1 : 1;
    if (sign < 0) c = k - 1 - c;
    for (let i = 0; i < nr; i++) termAt(rest, i).coefficient = termAt(rest, i).coefficient * sign / g;
    // floor((g*x + c) / (g*m)) = floor((x + floor(c / g)) / m).
    if (c / g != 0) setTerm(rest, nr++, c / g, 0);
    const x = made(env, rest, nr);
    result = x == NONE ? NONE : linear(env, result, 1, quotientAtom(env, x, k / g), sign);
  }
  reset(m);
  return result != NONE ? result : atomDim(env, FLOORDIV, a, constant(env, k));
}

/** The reduced quotient of x by k > 0: nested quotients become one, and one that its interval decides a constant. */
function quotientAtom(env: Env, x: i32, k: i64): i32 {
  if (k == 1) return x;
  const l = lower(env, x), h = upper(env, x);
  if (l != i64.MIN_VALUE && h != i64.MAX_VALUE && floorDiv(l, k) == floorDiv(h, k)) return constant(env, floorDiv(l, k));
  const c = constantPart(env, x);
  const inner = soleAtom(env, c == 0 ? x : linear(env, x, 1, constant(env, c), -1));
  if (inner >= 0 && atomAt(env, inner).kind == FLOORDIV && isConstant(env, atomAt(env, inner).b)) {
    // floor((floor(y / m) + c) / k) = floor((y + c*m) / (m*k)) for m > 0.
    const y = atomAt(env, inner).a, m = valueOf(env, atomAt(env, inner).b);
    if (m > 0 && mulFits(m, k) && mulFits(m, c)) {
      const sum = linear(env, y, 1, constant(env, c * m), 1);
      if (sum != NONE) return divideByConstant(env, sum, m * k);
    }
  }
  return atomDim(env, FLOORDIV, x, constant(env, k));
}

function constantPart(env: Env, d: i32): i64 {
  if (d >= 0) return d;
  const t = termAt(termsOf(env, d), 0); // monomial 0 sorts first
  return t.monomial == 0 ? t.coefficient : 0;
}

/** Divides both by their common coefficient and atoms (never 0 where the quotient is defined); the results at `pair`. */
function cancel(env: Env, a: i32, b: i32, pair: usize): void {
  const m = mark();
  const out = rows(2 * MAX_TERMS + 2);
  const na = copyTerms(env, a, out);
  const n = na + copyTerms(env, b, out + <usize>na * offsetof<Term>());
  let g: i64 = 0;
  let common = termAt(out, 0).monomial;
  for (let i = 0; i < n; i++) {
    g = gcd(g, termAt(out, i).coefficient);
    common = monomialCommon(env, common, termAt(out, i).monomial);
  }
  if (g > 0 && (g > 1 || common != 0)) {
    for (let i = 0; i < n; i++) {
      const t = termAt(out, i);
      t.coefficient /= g;
      t.monomial = monomialQuotient(env, t.monomial, common);
    }
    a = made(env, out, na);
    b = made(env, out + <usize>na * offsetof<Term>(), n - na);
  }
  reset(m);
  store<i32>(pair, a);
  store<i32>(pair, b, 4);
}

/** What of `a` the single term `b` divides, as a quotient; the rest is stored at `rest`. */
function divisiblePart(env: Env, a: i32, b: i32, rest: usize): i32 {
  const m = mark();
  const terms = rows(MAX_TERMS + 1), q = rows(MAX_TERMS + 1), one = rows(1);
  copyTerms(env, b, one);
  const c = termAt(one, 0).coefficient, by = termAt(one, 0).monomial;
  const n = copyTerms(env, a, terms);
  let nq = 0, nr = 0;
  for (let i = 0; i < n; i++) {
    const t = termAt(terms, i);
    const mono = t.coefficient % c == 0 ? monomialQuotient(env, t.monomial, by) : NONE;
    if (mono == NONE || (c == -1 && t.coefficient == i64.MIN_VALUE)) setTerm(terms, nr++, t.coefficient, t.monomial);
    else setTerm(q, nq++, t.coefficient / c, mono);
  }
  const quotient = made(env, q, nq);
  store<i32>(rest, internTerms(env, terms, nr));
  reset(m);
  return quotient;
}

const pair: usize = memory.data(8, 8);

/** floor(a / b). A divisor 0 gives an atom without value. */
export function floorQuotient(env: Env, a: i32, b: i32): i32 {
  if (b == 1) return a;
  if (b == 0) return atomDim(env, FLOORDIV, a, b);
  if (a == 0) return 0;
  if (a == b) return 1;
  if (isConstant(env, b)) {
    const k = valueOf(env, b);
    if (k == i64.MIN_VALUE) return atomDim(env, FLOORDIV, a, b);
    if (isConstant(env, a) && !(k == -1 && valueOf(env, a) == i64.MIN_VALUE)) return constant(env, floorDiv(valueOf(env, a), k));
    if (k > 0) return divideByConstant(env, a, k);
    const opposite = linear(env, a, -1, 0, 0);
    return opposite == NONE ? atomDim(env, FLOORDIV, a, b) : divideByConstant(env, opposite, -k);
  }
  const exact = exactQuotient(env, a, b);
  if (exact != NONE) return exact;
  let q = 0, rest = a;
  if (countOf(env, b) == 1) {
    q = divisiblePart(env, a, b, pair);
    if (q == NONE) return atomDim(env, FLOORDIV, a, b);
    rest = load<i32>(pair);
  }
  cancel(env, rest, b, pair);
  const x = load<i32>(pair), y = load<i32>(pair, 4);
  return add(env, q, isConstant(env, y) ? floorQuotient(env, x, y) : symbolicQuotient(env, x, y));
}

/** floor(x / y) of coprime x and symbolic y. */
function symbolicQuotient(env: Env, x: i32, y: i32): i32 {
  if (lower(env, x) >= 0 && upper(env, x) != i64.MAX_VALUE && upper(env, x) < lower(env, y)) return 0;
  const inner = soleAtom(env, x);
  if (inner >= 0 && lower(env, y) >= 0 && atomAt(env, inner).kind == FLOORDIV && lower(env, atomAt(env, inner).b) >= 0) {
    return floorQuotient(env, atomAt(env, inner).a, multiply(env, atomAt(env, inner).b, y));
  }
  return atomDim(env, FLOORDIV, x, y);
}
