//! Symbolic dims as the host sees them: an environment is an address, a dim an i32 (see store.ts).

import {
  Env, MAX, MAXIMUM, MIN, MINIMUM, OPAQUE, SYMBOL, atomAt, atomCount, atomDim, constant, expressionAt, factorAt, freeEnv, monomialAt, newEnv,
  termAt, termsOf,
} from "./store";
import { lower, upper } from "./interval";
import { add, floorQuotient, multiply, subtract } from "./arithmetic";
import { assume, possible, reduced } from "./proof";
import { broadcast, extremum } from "./extremum";

export function sym_new(): Env { return newEnv(); }
export function sym_free(env: Env): void { freeEnv(env); }

/** A new symbol; its name is the host's. */
export function sym_symbol(env: Env, anonymous: i32): i32 { return atomDim(env, SYMBOL, anonymous, atomCount(env)); }
/** A new expression that only the host understands. */
export function sym_opaque(env: Env): i32 { return atomDim(env, OPAQUE, 0, atomCount(env)); }
export function sym_constant(env: Env, c: i64): i32 { return constant(env, c); }

export function sym_add(env: Env, a: i32, b: i32): i32 { return add(env, a, b); }
export function sym_sub(env: Env, a: i32, b: i32): i32 { return subtract(env, a, b); }
export function sym_mul(env: Env, a: i32, b: i32): i32 { return multiply(env, a, b); }
export function sym_floordiv(env: Env, a: i32, b: i32): i32 { return floorQuotient(env, a, b); }
/** a - b * floor(a / b); 0 where facts say that b divides a. */
export function sym_mod(env: Env, a: i32, b: i32): i32 {
  const r = subtract(env, a, multiply(env, b, floorQuotient(env, a, b)));
  return r < 0 && reduced(env, r) == 0 ? 0 : r;
}
export function sym_max(env: Env, a: i32, b: i32): i32 { return extremum(env, MAXIMUM, a, b); }
export function sym_min(env: Env, a: i32, b: i32): i32 { return extremum(env, MINIMUM, a, b); }
export function sym_broadcast(env: Env, a: i32, b: i32): i32 { return broadcast(env, a, b); }

/** Which of a < b (1), a == b (2), a > b (4) may be. */
export function sym_compare(env: Env, a: i32, b: i32): i32 { return possible(env, a, b); }
export function sym_lower(env: Env, d: i32): f64 {
  const l = lower(env, d);
  return l == MIN ? -Infinity : <f64>l;
}
export function sym_upper(env: Env, d: i32): f64 {
  const u = upper(env, d);
  return u == MAX ? Infinity : <f64>u;
}
/** Adds a fact (kinds: proof.ts); 1 if it contradicts what is known. */
export function sym_assume(env: Env, kind: i32, a: i32, b: i32): i32 { return assume(env, kind, a, b); }

/** Number of terms of an expression; the others look into it. */
export function sym_terms(env: Env, d: i32): i32 { return expressionAt(env, ~d).count; }
export function sym_term_coefficient(env: Env, d: i32, i: i32): i64 { return termAt(termsOf(env, d), i).coefficient; }
export function sym_term_degree(env: Env, d: i32, i: i32): i32 { return monomialAt(env, termAt(termsOf(env, d), i).monomial).degree; }
export function sym_term_atom(env: Env, d: i32, i: i32, j: i32): i32 {
  return factorAt(env, monomialAt(env, termAt(termsOf(env, d), i).monomial), j);
}
export function sym_atom_kind(env: Env, atom: i32): i32 { return atomAt(env, atom).deep ? SYMBOL : atomAt(env, atom).kind; }
/** Operand `i` of an atom; for symbols, 1 if nobody named it. */
export function sym_atom_arg(env: Env, atom: i32, i: i32): i32 {
  const a = atomAt(env, atom);
  return a.deep ? 1 : i == 0 ? a.a : a.b;
}
export function sym_atom_dim(env: Env, atom: i32): i32 { return atomAt(env, atom).dim; }
