//! Max, Min and broadcasting of dims.

import { Env, BROADCAST, MAXIMUM, atomAt, atomDim, soleAtom } from "./store";
import { lower, upper } from "./interval";
import { commutative } from "./arithmetic";
import { GREATER, LESS, possible } from "./proof";

/** More operands stay nested as they come. */
const MAX_OPERANDS: i32 = 8;
const operands: usize = memory.data(72, 8);
let count: i32 = 0;

// @ts-ignore: decorator
@inline function operand(i: i32): i32 { return load<i32>(operands + (<usize>i << 2)); }
// @ts-ignore: decorator
@inline function setOperand(i: i32, d: i32): void { store<i32>(operands + (<usize>i << 2), d); }

/** Whether `kind` chooses `a` over `b` whatever the symbols are. */
function dominates(env: Env, kind: i32, a: i32, b: i32): bool {
  return (possible(env, a, b) & (kind == MAXIMUM ? LESS : GREATER)) == 0;
}

/** Adds the operands of `d` to those that none dominates (broadcasting: those that differ); false when they are too many. */
function collect(env: Env, kind: i32, d: i32): bool {
  const atom = soleAtom(env, d);
  if (atom >= 0 && atomAt(env, atom).kind == kind) {
    const a = atomAt(env, atom).a, b = atomAt(env, atom).b;
    return collect(env, kind, a) && collect(env, kind, b);
  }
  for (let i = 0; i < count; i++) if (operand(i) == d || (kind != BROADCAST && dominates(env, kind, operand(i), d))) return true;
  let kept = 0;
  for (let i = 0; i < count; i++) if (kind == BROADCAST || !dominates(env, kind, d, operand(i))) setOperand(kept++, operand(i));
  count = kept;
  if (count == MAX_OPERANDS) return false;
  let at = count++;
  for (; at > 0 && operand(at - 1) < d; at--) setOperand(at, operand(at - 1));
  setOperand(at, d);
  return true;
}

/** Max or Min: dominated operands go, the others are one sorted nest. */
export function extremum(env: Env, kind: i32, a: i32, b: i32): i32 {
  if (a == b) return a;
  if (a >= 0 && b >= 0) return kind == MAXIMUM ? max(a, b) : min(a, b);
  return nested(env, kind, a, b);
}

/** The operands of a and b without repetition, as one sorted nest. */
function nested(env: Env, kind: i32, a: i32, b: i32): i32 {
  count = 0;
  if (!collect(env, kind, a) || !collect(env, kind, b)) return commutative(env, kind, a, b);
  let result = operand(0);
  for (let i = 1; i < count; i++) result = atomDim(env, kind, result, operand(i));
  return result;
}

/** The dim that a and b broadcast to, given that they do. */
export function broadcast(env: Env, a: i32, b: i32): i32 {
  if (a == b || b == 1) return a;
  if (a == 1) return b;
  if (a >= 0 || b >= 0) return a >= 0 ? a : b; // the other one is 1 or equal to it
  const x = max(a, b), y = min(a, b); // x is the older one
  if (lower(env, x) >= 2 || lower(env, x) == 0 && upper(env, x) == 0) return x;
  if (lower(env, y) >= 2) return y;
  return nested(env, BROADCAST, x, y);
}
