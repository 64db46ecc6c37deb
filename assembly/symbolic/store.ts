//! One program's store of integer expressions, append-only and hash-interned: equal expressions are equal dims.
//!
//!   dim         i32: >= 0 is that literal, negative is ~index of an expression, NONE (i32.MIN_VALUE) is "no result"
//!   expression  sum of terms (coefficient: i64, monomial), sorted by monomial id, no zero coefficient; never a literal in [0, 2^31)
//!   monomial    sorted list of atoms, a power is repeated; monomial 0 is the empty product
//!   atom        symbol | floordiv(a, b) | max | min | broadcast | add | mul (too large to expand) | opaque; a, b are dims

import { store_new, store_free, array_new, array_push, array_data, array_size, array_truncate } from "../memory";

export const NONE: i32 = i32.MIN_VALUE;
export const MIN: i64 = i64.MIN_VALUE;
export const MAX: i64 = i64.MAX_VALUE;

export const SYMBOL: i32 = 0;
export const FLOORDIV: i32 = 1;
export const MAXIMUM: i32 = 2;
export const MINIMUM: i32 = 3;
export const BROADCAST: i32 = 4;
export const SUM: i32 = 5;
export const PRODUCT: i32 = 6;
export const OPAQUE: i32 = 7;

/** Expressions with more terms, monomials with more atoms, and atoms nested deeper are not built: see `arithmetic.ts`. */
export const MAX_TERMS: i32 = 64;
export const MAX_DEGREE: i32 = 16;
export const MAX_DEPTH: i32 = 48;

@unmanaged export class Env {
  store: usize;
  expressions: usize;
  terms: usize;
  monomials: usize;
  factors: usize;
  atoms: usize;
  facts: usize;
  expressionTable: usize;
  monomialTable: usize;
  atomTable: usize;
  /** Counts what was learnt: intervals with an older stamp are computed again. */
  stamp: u32;
  /** Steps that proofs may still take. */
  budget: i32;
}

@unmanaged export class Expression {
  lower: i64;
  upper: i64;
  terms: u32;
  count: i32;
  hash: u32;
  stamp: u32;
  depth: i32;
  unused: i32;
}

@unmanaged export class Term {
  coefficient: i64;
  monomial: i32;
  unused: i32;
}

@unmanaged export class Monomial {
  factors: u32;
  degree: i32;
  hash: u32;
  depth: i32;
}

@unmanaged export class Atom {
  /** What facts say. */
  statedLower: i64;
  statedUpper: i64;
  lower: i64;
  upper: i64;
  kind: i32;
  a: i32;
  b: i32;
  /** The atom as a dim. */
  dim: i32;
  stamp: u32;
  depth: i32;
  /** Nested deeper than MAX_DEPTH: shown to the host as a symbol nobody named. */
  deep: i32;
  hash: u32;
}

/** `n` more bytes at the end of an array. Without memory nothing sensible can be said of a program: the trap is reported by the host. */
export function push(array: usize, n: u32): usize {
  const p = array_push(array, n);
  if (p == 0) unreachable();
  return p;
}

function newArray(store: usize, capacity: u32): usize {
  const a = array_new(store, capacity);
  if (a == 0) unreachable();
  return a;
}

function newTable(store: usize): usize {
  const a = newArray(store, 1024);
  memory.fill(push(a, 1024), 0xff, 1024);
  return a;
}

export function newEnv(): Env {
  const store = store_new();
  if (store == 0) unreachable();
  const env = changetype<Env>(push(newArray(store, offsetof<Env>()), offsetof<Env>()));
  env.store = store;
  env.expressions = newArray(store, 4096);
  env.terms = newArray(store, 4096);
  env.monomials = newArray(store, 1024);
  env.factors = newArray(store, 256);
  env.atoms = newArray(store, 4096);
  env.facts = newArray(store, 256);
  env.expressionTable = newTable(store);
  env.monomialTable = newTable(store);
  env.atomTable = newTable(store);
  env.stamp = 1;
  env.budget = 0;
  internMonomial(env, 0, 0);
  return env;
}

export function freeEnv(env: Env): void {
  store_free(env.store);
}

// @ts-ignore: decorator
@inline export function expressionAt(env: Env, index: i32): Expression {
  return changetype<Expression>(array_data(env.expressions) + <usize>index * offsetof<Expression>());
}
// @ts-ignore: decorator
@inline export function monomialAt(env: Env, index: i32): Monomial {
  return changetype<Monomial>(array_data(env.monomials) + <usize>index * offsetof<Monomial>());
}
// @ts-ignore: decorator
@inline export function atomAt(env: Env, index: i32): Atom {
  return changetype<Atom>(array_data(env.atoms) + <usize>index * offsetof<Atom>());
}
// @ts-ignore: decorator
@inline export function termAt(rows: usize, i: i32): Term {
  return changetype<Term>(rows + <usize>i * offsetof<Term>());
}

/** Number of terms of a dim. */
export function countOf(env: Env, d: i32): i32 {
  if (d >= 0) return d == 0 ? 0 : 1;
  return expressionAt(env, ~d).count;
}

/** Address of the terms of an expression; it moves when the store grows. */
// @ts-ignore: decorator
@inline export function termsOf(env: Env, d: i32): usize {
  return array_data(env.terms) + <usize>expressionAt(env, ~d).terms * offsetof<Term>();
}

/** Copies the terms of a dim to `rows` (room for MAX_TERMS), which the store's growth does not move; returns how many. */
export function copyTerms(env: Env, d: i32, rows: usize): i32 {
  if (d < 0) {
    const n = expressionAt(env, ~d).count;
    memory.copy(rows, termsOf(env, d), <usize>n * offsetof<Term>());
    return n;
  }
  if (d == 0) return 0;
  setTerm(rows, 0, d, 0);
  return 1;
}

// @ts-ignore: decorator
@inline export function setTerm(rows: usize, i: i32, coefficient: i64, monomial: i32): void {
  const t = termAt(rows, i);
  t.coefficient = coefficient;
  t.monomial = monomial;
  t.unused = 0;
}

// @ts-ignore: decorator
@inline export function factorAt(env: Env, m: Monomial, i: i32): i32 {
  return load<i32>(array_data(env.factors) + ((<usize>m.factors + i) << 2));
}

export function isConstant(env: Env, d: i32): bool {
  if (d >= 0) return true;
  return expressionAt(env, ~d).count == 1 && termAt(termsOf(env, d), 0).monomial == 0;
}

/** Value of a dim that `isConstant`. */
export function valueOf(env: Env, d: i32): i64 {
  return d >= 0 ? <i64>d : termAt(termsOf(env, d), 0).coefficient;
}

// @ts-ignore: decorator
@inline function mix(h: u32, x: u32): u32 {
  h = (h ^ x) * 0x9e3779b1;
  return h ^ (h >> 15);
}

/** The atom that a dim consists of, -1 where it is anything else. */
export function soleAtom(env: Env, d: i32): i32 {
  if (d >= 0 || expressionAt(env, ~d).count != 1) return -1;
  const t = termAt(termsOf(env, d), 0);
  if (t.coefficient != 1) return -1;
  const m = monomialAt(env, t.monomial);
  return m.degree == 1 ? factorAt(env, m, 0) : -1;
}

/** Doubles a table of `count` entries when it is half full, re-entering hashes by `hashOf` of the row size at `offset`. */
function grown(table: usize, rows: usize, rowSize: usize, hashOffset: usize): void {
  const size = array_size(table);
  const count = array_size(rows) / <u32>rowSize;
  if (count * 8 < size) return;
  array_truncate(table, 0);
  memory.fill(push(table, size * 2), 0xff, size * 2);
  const mask = size * 2 / 4 - 1;
  for (let i: u32 = 0; i < count; i++) {
    let slot = load<u32>(array_data(rows) + <usize>i * rowSize + hashOffset) & mask;
    while (load<i32>(array_data(table) + (<usize>slot << 2)) >= 0) slot = (slot + 1) & mask;
    store<i32>(array_data(table) + (<usize>slot << 2), i);
  }
}

/** The monomial of `n` atoms, ascending, at `factors`. */
export function internMonomial(env: Env, factors: usize, n: i32): i32 {
  let h: u32 = n;
  for (let i = 0; i < n; i++) h = mix(h, load<u32>(factors + (<usize>i << 2)));
  const table = env.monomialTable;
  const mask = array_size(table) / 4 - 1;
  let slot = h & mask;
  for (;;) {
    const found = load<i32>(array_data(table) + (<usize>slot << 2));
    if (found < 0) break;
    const m = monomialAt(env, found);
    if (m.hash == h && m.degree == n && memory.compare(array_data(env.factors) + (<usize>m.factors << 2), factors, <usize>n << 2) == 0) return found;
    slot = (slot + 1) & mask;
  }
  const id = <i32>(array_size(env.monomials) / offsetof<Monomial>());
  const first = array_size(env.factors) / 4;
  let depth = 0;
  for (let i = 0; i < n; i++) depth = max(depth, atomAt(env, load<i32>(factors + (<usize>i << 2))).depth);
  if (n > 0) memory.copy(push(env.factors, n * 4), factors, <usize>n << 2);
  const m = changetype<Monomial>(push(env.monomials, offsetof<Monomial>()));
  m.factors = first;
  m.degree = n;
  m.hash = h;
  m.depth = depth;
  store<i32>(array_data(table) + (<usize>slot << 2), id);
  grown(table, env.monomials, offsetof<Monomial>(), offsetof<Monomial>("hash"));
  return id;
}

/** The dim that is the sum of `n` terms: sorted by monomial, no zeros, at most MAX_TERMS. `rows` lies outside the store. */
export function internTerms(env: Env, rows: usize, n: i32): i32 {
  if (n == 0) return 0;
  if (n == 1 && termAt(rows, 0).monomial == 0) {
    const c = termAt(rows, 0).coefficient;
    if (c >= 0 && c <= i32.MAX_VALUE) return <i32>c;
  }
  let h: u32 = n;
  let depth = 0;
  for (let i = 0; i < n; i++) {
    const t = termAt(rows, i);
    h = mix(mix(mix(h, <u32>t.coefficient), <u32>(t.coefficient >> 32)), t.monomial);
    depth = max(depth, monomialAt(env, t.monomial).depth);
  }
  const bytes = <usize>n * offsetof<Term>();
  const table = env.expressionTable;
  const mask = array_size(table) / 4 - 1;
  let slot = h & mask;
  for (;;) {
    const found = load<i32>(array_data(table) + (<usize>slot << 2));
    if (found < 0) break;
    const e = expressionAt(env, found);
    if (e.hash == h && e.count == n && memory.compare(termsOf(env, ~found), rows, bytes) == 0) return ~found;
    slot = (slot + 1) & mask;
  }
  const id = <i32>(array_size(env.expressions) / offsetof<Expression>());
  const first = array_size(env.terms) / offsetof<Term>();
  memory.copy(push(env.terms, <u32>bytes), rows, bytes);
  const e = changetype<Expression>(push(env.expressions, offsetof<Expression>()));
  e.terms = first;
  e.count = n;
  e.hash = h;
  e.stamp = 0;
  e.depth = depth;
  store<i32>(array_data(table) + (<usize>slot << 2), id);
  grown(table, env.expressions, offsetof<Expression>(), offsetof<Expression>("hash"));
  return ~id;
}

const oneTerm: usize = memory.data(16, 8);
const oneFactor: usize = memory.data(8, 8);

/** The dim that is the constant `c`. */
export function constant(env: Env, c: i64): i32 {
  if (c >= 0 && c <= i32.MAX_VALUE) return <i32>c;
  setTerm(oneTerm, 0, c, 0);
  return internTerms(env, oneTerm, 1);
}

/** The dim `coefficient * monomial`. */
export function monomialDim(env: Env, coefficient: i64, monomial: i32): i32 {
  setTerm(oneTerm, 0, coefficient, monomial);
  return internTerms(env, oneTerm, 1);
}

/** The atom `kind(a, b)` as a dim, made at its first use. Symbols and opaque atoms are told apart by `b`. */
export function atomDim(env: Env, kind: i32, a: i32, b: i32): i32 {
  const h = mix(mix(mix(7, kind), a), b);
  const table = env.atomTable;
  const mask = array_size(table) / 4 - 1;
  let slot = h & mask;
  for (;;) {
    const found = load<i32>(array_data(table) + (<usize>slot << 2));
    if (found < 0) break;
    const atom = atomAt(env, found);
    if (atom.kind == kind && atom.a == a && atom.b == b) return atom.dim;
    slot = (slot + 1) & mask;
  }
  const id = <i32>(array_size(env.atoms) / offsetof<Atom>());
  let depth = 1;
  if (kind != SYMBOL && kind != OPAQUE) depth += max(a < 0 ? expressionAt(env, ~a).depth : 0, b < 0 ? expressionAt(env, ~b).depth : 0);
  const atom = changetype<Atom>(push(env.atoms, offsetof<Atom>()));
  atom.statedLower = MIN;
  atom.statedUpper = MAX;
  atom.kind = kind;
  atom.a = a;
  atom.b = b;
  atom.stamp = 0;
  atom.deep = depth > MAX_DEPTH ? 1 : 0;
  atom.depth = atom.deep ? 1 : depth;
  atom.hash = h;
  store<i32>(array_data(table) + (<usize>slot << 2), id);
  grown(table, env.atoms, offsetof<Atom>(), offsetof<Atom>("hash"));
  store<i32>(oneFactor, id);
  const dim = monomialDim(env, 1, internMonomial(env, oneFactor, 1));
  atomAt(env, id).dim = dim;
  return dim;
}

/** Number of atoms: the next one's number, which tells new symbols apart. */
export function atomCount(env: Env): i32 {
  return <i32>(array_size(env.atoms) / offsetof<Atom>());
}
