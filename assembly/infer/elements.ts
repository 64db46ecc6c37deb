//! Known elements of small integer tensors through elementwise ops: index arithmetic on shapes stays exact.

import { EQUAL, GREATER, LESS, possible } from "../symbolic/proof";
import { FLOATS, INTEGERS, MAX_ELEMENTS, NOTHING, Row, UNKNOWN, env, pooled, pooledFloat, room, setPooled, setPooledFloat } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { atLeast, atMost, from, isLiteral, literal, literalOf, minus, opposite, over, plus, times } from "./dims";
import { dimAt, input, inputs, isIndexType, op, output, present, smallAttribute, staticCount, withElements } from "./node";

/** int64, int32: arithmetic on other integer types wraps too early to be followed. */
function counts(dtype: i32): bool { return dtype == 7 || dtype == 6; }

/** Quotient rounded towards 0, as ONNX's Div on integers. */
function truncated(a: i32, b: i32): i32 {
  if (b == 0) return UNKNOWN;
  if (from(a, 0) && from(b, 0)) return over(a, b);
  if (isLiteral(a) && isLiteral(b)) return literalOf(b) == -1 ? opposite(a) : literal(literalOf(a) / literalOf(b));
  if (from(b, 1)) return minus(over(atLeast(a, 0), b), over(atLeast(opposite(a), 0), b));
  return UNKNOWN;
}

function remainder(a: i32, b: i32): i32 {
  if (b == 0) return UNKNOWN;
  if (smallAttribute(Attr.fmod, 0) != 0) {
    if (isLiteral(a) && isLiteral(b)) return literal(literalOf(b) == -1 ? 0 : literalOf(a) % literalOf(b));
    if (!from(a, 0) || !from(b, 0)) return UNKNOWN;
  }
  return minus(a, times(b, over(a, b)));
}

/** 1 if the only possible relations are in `yes`, 0 if none is, else UNKNOWN. */
function decided(a: i32, b: i32, yes: i32): i32 {
  const may = possible(env, a, b);
  if ((may & ~yes) == 0) return 1;
  return (may & yes) == 0 ? 0 : UNKNOWN;
}

function power(a: i32, b: i32): i32 {
  if (b < 0 || b > 16) return UNKNOWN;
  let r = 1;
  for (let i = 0; i < b; i++) r = times(r, a);
  return r;
}

/** One element of a binary op on integers or bools. */
function combined(kind: i32, a: i32, b: i32): i32 {
  if (kind == Op.And) {
    if (a == 0 || b == 0) return 0;
    return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : 1;
  }
  if (kind == Op.Or) {
    if (a == 1 || b == 1) return 1;
    return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : 0;
  }
  if (kind == Op.Mul && (a == 0 || b == 0)) return 0;
  if (a == UNKNOWN || b == UNKNOWN) return UNKNOWN;
  switch (kind) {
    case Op.Add: case Op.Sum: return plus(a, b);
    case Op.Sub: return minus(a, b);
    case Op.Mul: return times(a, b);
    case Op.Div: return truncated(a, b);
    case Op.Mod: return remainder(a, b);
    case Op.Max: return atLeast(a, b);
    case Op.Min: return atMost(a, b);
    case Op.Pow: return power(a, b);
    case Op.Equal: return decided(a, b, EQUAL);
    case Op.Less: return decided(a, b, LESS);
    case Op.LessOrEqual: return decided(a, b, LESS | EQUAL);
    case Op.Greater: return decided(a, b, GREATER);
    case Op.GreaterOrEqual: return decided(a, b, GREATER | EQUAL);
    case Op.Xor: return a != b ? 1 : 0;
    default: return UNKNOWN;
  }
}

/** Whether elements of input `i` are known; a float constant of integral values counts, so that `Cast → Mul(2.0) → Cast` is followed. */
function known(i: i32): bool { return present(i) && (input(i).content == INTEGERS || input(i).content == FLOATS) && input(i).count <= MAX_ELEMENTS; }

/** Element of a tensor at linear index `k` of the output's shape, where the tensor broadcasts. */
function broadcastElement(r: Row, out: Row, k: i32): i32 { return element(r, broadcastIndex(r, out, k)); }
function broadcastIndex(r: Row, out: Row, k: i32): i32 {
  let at = 0, stride = 1;
  for (let axis = 1; axis <= out.rank; axis++) {
    const size = dimAt(out, out.rank - axis);
    const i = k % size;
    k /= size;
    if (axis > r.rank) continue;
    const own = dimAt(r, r.rank - axis);
    if (own != 1) at += i * stride;
    stride *= own;
  }
  return at;
}

function element(r: Row, at: i32): i32 {
  if (r.content == INTEGERS) return pooled(r.elements + at);
  const x = pooledFloat(r.elements + 2 * at);
  return x == Math.floor(x) && abs(x) < 9007199254740992 ? literal(<i64>x) : UNKNOWN;
}

/** Elements of a binary (or variadic) op's output 0, whose shape is set. */
export function foldBroadcast(): void {
  const n = staticCount(output(0));
  if (n < 0 || n > MAX_ELEMENTS || inputs == 0) return;
  for (let i = 0; i < inputs; i++) if (!known(i) || staticCount(input(i)) < 0) return;
  const dtype = input(0).dtype;
  const logical = op == Op.And || op == Op.Or || op == Op.Xor;
  const compares = op == Op.Equal || op == Op.Less || op == Op.LessOrEqual || op == Op.Greater || op == Op.GreaterOrEqual;
  const exactFloat = isFloatType(dtype) && (op == Op.Add || op == Op.Sub || op == Op.Mul || op == Op.Max || op == Op.Min);
  if (!logical && !compares && !counts(dtype) && !exactFloat && !(op == Op.Div && isFloatType(dtype))) return;
  if (compares && isFloatType(dtype)) return;
  if (isFloatType(dtype) && (!exactFloat || !allIntegral())) { foldFloats(n); return; }
  const at = room(n);
  for (let k = 0; k < n; k++) {
    let value = broadcastElement(input(0), output(0), k);
    for (let i = 1; i < inputs; i++) value = combined(op, value, broadcastElement(input(i), output(0), k));
    setPooled(at + k, value);
  }
  const r = output(0);
  r.content = INTEGERS;
  r.count = n;
  r.elements = at;
}

/** Element `k` of the result as a number, NaN where it is not known. */
function number(r: Row, k: i32): f64 {
  const at = broadcastIndex(r, output(0), k);
  if (r.content == FLOATS) return pooledFloat(r.elements + 2 * at);
  const e = pooled(r.elements + at);
  return e != UNKNOWN && isLiteral(e) ? <f64>literalOf(e) : NaN;
}
/** float32 and float64 arithmetic on numbers that are known: sizes that are scaled by fractions. */
function foldFloats(n: i32): void {
  const dtype = input(0).dtype;
  if (dtype != 1 && dtype != 11) return;
  const at = room(2 * n);
  for (let k = 0; k < n; k++) {
    let x = number(input(0), k);
    for (let i = 1; i < inputs; i++) x = arithmetic(x, number(input(i), k));
    if (dtype == 1) x = <f64><f32>x;
    if (isNaN(x)) return;
    setPooledFloat(at + 2 * k, x);
  }
  floatsFrom(at, n);
}
function arithmetic(x: f64, y: f64): f64 {
  switch (op) {
    case Op.Add: return x + y;
    case Op.Sub: return x - y;
    case Op.Mul: return x * y;
    case Op.Div: return x / y;
    case Op.Max: return max(x, y);
    case Op.Min: return min(x, y);
    default: return NaN;
  }
}
/** Output 0 has the `n` floats at `at` in the pool. */
export function floatsFrom(at: i32, n: i32): void {
  const r = output(0);
  r.content = FLOATS;
  r.count = n;
  r.elements = at;
}

function isFloatType(dtype: i32): bool { return dtype == 1 || dtype == 10 || dtype == 11 || dtype == 16; }

function allIntegral(): bool {
  for (let i = 0; i < inputs; i++) for (let k = 0; k < input(i).count; k++) if (element(input(i), k) == UNKNOWN) return false;
  return true;
}

/** Where(condition, x, y) on known elements. */
export function foldWhere(): void {
  const n = staticCount(output(0));
  if (n < 0 || n > MAX_ELEMENTS) return;
  for (let i = 0; i < 3; i++) if (!known(i) || input(i).content != INTEGERS || staticCount(input(i)) < 0) return;
  const at = withElements(0, n);
  for (let k = 0; k < n; k++) {
    const c = broadcastElement(input(0), output(0), k);
    const x = broadcastElement(input(1), output(0), k), y = broadcastElement(input(2), output(0), k);
    setPooled(at + k, c == 1 ? x : c == 0 ? y : x == y ? x : UNKNOWN);
  }
}

/** Elements of a unary op on input 0. */
export function foldUnary(): void {
  if (!known(0)) return;
  const r = input(0), n = r.count;
  if (op == Op.Cast || op == Op.CastLike) { foldCast(); return; }
  if (r.content == FLOATS) { roundFloats(); return; }
  if (r.content != INTEGERS) return;
  const floats = isFloatType(r.dtype);
  const rounds = op == Op.Floor || op == Op.Ceil || op == Op.Round;
  if (op != Op.Neg && op != Op.Abs && op != Op.Not && op != Op.Relu && op != Op.Sign && !rounds) return;
  if (op != Op.Not && !counts(r.dtype) && !floats) return;
  const at = withElements(0, n);
  for (let k = 0; k < n; k++) setPooled(at + k, unary(op, pooled(input(0).elements + k)));
}

/** Floor, Ceil and Round (to even) of known floats are integers. */
function roundFloats(): void {
  if (op != Op.Floor && op != Op.Ceil && op != Op.Round) return;
  const n = input(0).count;
  for (let k = 0; k < n; k++) if (!(abs(pooledFloat(input(0).elements + 2 * k)) < 9007199254740992)) return;
  const at = withElements(0, n);
  for (let k = 0; k < n; k++) {
    const x = pooledFloat(input(0).elements + 2 * k);
    setPooled(at + k, literal(<i64>(op == Op.Floor ? Math.floor(x) : op == Op.Ceil ? Math.ceil(x) : nearest<f64>(x))));
  }
}

function unary(kind: i32, a: i32): i32 {
  if (a == UNKNOWN) return UNKNOWN;
  switch (kind) {
    case Op.Neg: return opposite(a);
    case Op.Abs: return from(a, 0) ? a : atLeast(a, opposite(a));
    case Op.Not: return a == 0 ? 1 : a == 1 ? 0 : UNKNOWN;
    case Op.Relu: return atLeast(a, 0);
    case Op.Sign: return from(a, 1) ? 1 : a == 0 ? 0 : atMost(atLeast(a, literal(-1)), 1);
    default: return a;
  }
}

/** Integers keep their values where the new type holds them; floats become integers towards 0. */
function foldCast(): void {
  const r = input(0), n = r.count, to = output(0).dtype;
  const integral = counts(to), boolean = to == 9, float = isFloatType(to);
  if (!integral && !boolean && !float) return;
  if (float && r.content == FLOATS) {
    const out = output(0);
    out.content = FLOATS;
    out.count = n;
    out.elements = r.elements;
    return;
  }
  const at = room(n);
  for (let k = 0; k < n; k++) {
    let a = UNKNOWN;
    if (input(0).content == INTEGERS) a = pooled(input(0).elements + k);
    else {
      const x = pooledFloat(input(0).elements + 2 * k);
      if (abs(x) < 9007199254740992) a = boolean ? (x != 0 ? 1 : 0) : literal(<i64>x);
    }
    if (boolean && a != UNKNOWN && a != 0 && a != 1) a = from(a, 1) ? 1 : isLiteral(a) ? 1 : UNKNOWN;
    if (to == 6 && a != UNKNOWN && isLiteral(a) && (literalOf(a) > i32.MAX_VALUE || literalOf(a) < i32.MIN_VALUE)) a = UNKNOWN;
    setPooled(at + k, a);
  }
  const out = output(0);
  out.content = INTEGERS;
  out.count = n;
  out.elements = at;
}

/** Clip(x, min, max) on known elements: Min(Max(x, min), max). */
export function foldClip(): void {
  if (!known(0) || input(0).content != INTEGERS || !counts(input(0).dtype)) return;
  for (let i = 1; i < 3; i++) if (present(i) && (!known(i) || input(i).count != 1 || input(i).content != INTEGERS)) return;
  const n = input(0).count;
  const at = withElements(0, n);
  for (let k = 0; k < n; k++) {
    let a = pooled(input(0).elements + k);
    if (a != UNKNOWN && present(1)) a = element(input(1), 0) == UNKNOWN ? UNKNOWN : atLeast(a, element(input(1), 0));
    if (a != UNKNOWN && present(2)) a = element(input(2), 0) == UNKNOWN ? UNKNOWN : atMost(a, element(input(2), 0));
    setPooled(at + k, a);
  }
}

/** The elements of input 0 unchanged, in the order that they have: views of small tensors. */
export function sameElements(): void {
  const r = input(0);
  if (r.content == NOTHING || (r.content == INTEGERS && !isIndexType(r.dtype) && !isFloatType(r.dtype))) return;
  const out = output(0);
  out.content = r.content;
  out.count = r.count;
  out.elements = r.elements;
}
