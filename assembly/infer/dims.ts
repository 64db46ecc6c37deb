//! Dims as rules compute with them, on top of the symbolic store.

import { MAXIMUM, MINIMUM, NONE, SYMBOL, atomAt, atomCount, atomDim, constant, isConstant, soleAtom, valueOf } from "../symbolic/store";
import { lower, upper } from "../symbolic/interval";
import { add, floorQuotient, multiply, negate, subtract } from "../symbolic/arithmetic";
import { EQUAL, assume, possible } from "../symbolic/proof";
import { broadcast as broadcastOf, extremum } from "../symbolic/extremum";
import { env } from "./table";

/** A symbol that nobody named, for an integer of which nothing is known. */
export function freshElement(): i32 { return atomDim(env, SYMBOL, 1, atomCount(env)); }
/** A symbol that nobody named, for a size that depends on data. */
export function freshDim(): i32 {
  const d = freshElement();
  atomAt(env, soleAtom(env, d)).statedLower = 0;
  return d;
}
/** A fresh dim that is at most `top`. */
export function freshUpTo(top: i32): i32 {
  const d = freshDim();
  if (isConstant(env, top)) atomAt(env, soleAtom(env, d)).statedUpper = valueOf(env, top);
  else assume(env, 2, d, top);
  return d;
}
/** Number of the next symbol. */
export function newestAtom(): i32 { return atomCount(env); }
/** d is a symbol nobody named, made since there were `since` atoms. */
export function freshSince(d: i32, since: i32): bool { return isFresh(d) && soleAtom(env, d) >= since; }
export function isFresh(d: i32): bool {
  const atom = soleAtom(env, d);
  return atom >= 0 && atomAt(env, atom).kind == SYMBOL && atomAt(env, atom).a == 1;
}

// @ts-ignore: decorator
@inline export function literal(c: i64): i32 { return constant(env, c); }
export function plus(a: i32, b: i32): i32 { return add(env, a, b); }
export function minus(a: i32, b: i32): i32 { return subtract(env, a, b); }
export function times(a: i32, b: i32): i32 { return multiply(env, a, b); }
export function opposite(a: i32): i32 { return a > 0 ? constant(env, -a) : negate(env, a); }
export function over(a: i32, b: i32): i32 { return floorQuotient(env, a, b); }
export function overUp(a: i32, b: i32): i32 { return opposite(over(opposite(a), b)); }
export function atLeast(a: i32, b: i32): i32 { return extremum(env, MAXIMUM, a, b); }
export function atMost(a: i32, b: i32): i32 { return extremum(env, MINIMUM, a, b); }
export function isLiteral(d: i32): bool { return isConstant(env, d); }
export function literalOf(d: i32): i64 { return valueOf(env, d); }
/** d is known to be >= c. */
export function from(d: i32, c: i64): bool { return lower(env, d) >= c; }
/** d is known to be <= c. */
export function upTo(d: i32, c: i64): bool { return upper(env, d) <= c; }
export function mayEqual(a: i32, b: i32): bool { return a == b || (possible(env, a, b) & EQUAL) != 0; }

/** The dim of two that must be equal, NONE where they cannot be: a literal, else one that has a name. */
export function unify(a: i32, b: i32): i32 {
  if (a == b) return a;
  if (!mayEqual(a, b)) return NONE;
  if (isConstant(env, a)) return a;
  if (isConstant(env, b)) return b;
  return isFresh(a) ? b : a;
}

/** The dim that two broadcast to, NONE where they do not. */
export function broadcast(a: i32, b: i32): i32 {
  if (a == b || b == 1) return a;
  if (a == 1) return b;
  if (a >= 0 && b >= 0) return NONE;
  if (!mayEqual(a, b) && !mayEqual(a, 1) && !mayEqual(b, 1)) return NONE;
  return broadcastOf(env, a, b);
}
