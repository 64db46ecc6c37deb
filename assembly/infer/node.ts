//! The node at hand as rules see it: inputs, outputs, attributes, and lists that are an attribute in one version and an input in another.

import { constant, isConstant, valueOf } from "../symbolic/store";
import {
  FLOATS, INTEGERS, MAX_ELEMENTS, MAX_RANK, NOTHING, Row, TENSOR, UNKNOWN, Wrong, clearRow, copyRow, double, env, fail, newRow, pooled,
  pooledFloat, readValue, room, row, setPooled, setWord, wide, word,
} from "./table";
import { freshDim, freshElement } from "./dims";

export const INT: i32 = 1;
export const FLOAT: i32 = 2;
export const STRING: i32 = 3;
export const INTS: i32 = 4;
export const FLOAT_LIST: i32 = 5;
export const STRINGS: i32 = 6;
export const TENSOR_VALUE: i32 = 7;
export const GRAPH: i32 = 8;

export let op: i32 = 0;
/** Version of the op's domain that the model imports; the greatest where it names none. */
export let version: i32 = 0;
export let serial: i32 = 0;
export let inputs: i32 = 0;
export let outputs: i32 = 0;
let inputsAt: i32 = 0;
let outputsAt: i32 = 0;
let attributes: i32 = 0;
let attributesAt: i32 = 0;
/** Row that omitted outputs are written to; the two behind it stand for inputs seen in another layout. */
let nowhere: i32 = 0;

export function useSpareRows(): void {
  nowhere = newRow();
  newRow();
  newRow();
}
/** Lets input `i` (0 or 1), of known rank, have its axes in the order that `perm` in the pool gives; returns the id that it had. */
export function permuteInput(i: i32, perm: i32): i32 {
  const id = inputId(i), rank = input(i).rank;
  const r = row(nowhere + 1 + i);
  copyRow(r, row(id));
  r.dims = room(rank);
  for (let k = 0; k < rank; k++) setPooled(r.dims + k, pooled(row(id).dims + pooled(perm + k)));
  setWord(inputsAt + i, nowhere + 1 + i);
  return id;
}
export function restoreInput(i: i32, id: i32): void { setWord(inputsAt + i, id); }

/** Makes the node at word `at` the one at hand; returns where the next begins. */
export function openNode(at: i32): i32 {
  op = word(at) & 0xffff;
  version = word(at) >>> 16;
  if (version == 0) version = i32.MAX_VALUE;
  serial = word(at + 1);
  inputs = word(at + 2);
  inputsAt = at + 3;
  at = inputsAt + inputs;
  outputs = word(at);
  outputsAt = at + 1;
  at = outputsAt + outputs;
  attributes = word(at);
  attributesAt = at + 1;
  at = attributesAt;
  for (let i = 0; i < attributes; i++) at += 3 + word(at + 2);
  return at;
}

// @ts-ignore: decorator
@inline export function inputId(i: i32): i32 { return i < inputs ? word(inputsAt + i) : -1; }
// @ts-ignore: decorator
@inline export function outputId(i: i32): i32 { return i < outputs ? word(outputsAt + i) : -1; }
export function present(i: i32): bool { return inputId(i) >= 0; }
/** Row of input `i`, which must be present. */
// @ts-ignore: decorator
@inline export function input(i: i32): Row { return row(inputId(i)); }
export function dtypeOf(i: i32): i32 { return present(i) ? input(i).dtype : 0; }
/** -1 where the input is omitted or its rank unknown. */
export function rankOf(i: i32): i32 { return present(i) ? input(i).rank : -1; }
// @ts-ignore: decorator
@inline export function dimOf(i: i32, axis: i32): i32 { return pooled(input(i).dims + axis); }
/** Row of output `i`; one that nobody reads where the output is omitted. */
export function output(i: i32): Row {
  const id = outputId(i);
  return row(id >= 0 ? id : nowhere);
}
// @ts-ignore: decorator
@inline export function dimAt(r: Row, axis: i32): i32 { return pooled(r.dims + axis); }
// @ts-ignore: decorator
@inline export function setDim(r: Row, axis: i32, d: i32): void { setPooled(r.dims + axis, d); }

/** Gives output `i` a rank; dims are set with `setDim`. */
export function shaped(i: i32, rank: i32): Row {
  const r = output(i);
  r.rank = rank;
  r.dims = room(rank);
  return r;
}
/** Output `i` has the shape of input `j`. */
export function sameShape(i: i32, j: i32): i32 {
  if (!present(j)) return fail(Wrong.Input, j, 0, 0, 0);
  const r = output(i), from = input(j);
  r.rank = from.rank;
  r.dims = from.dims;
  return 0;
}
export function scalarShape(i: i32): void { shaped(i, 0); }
export function vectorShape(i: i32, d: i32): void { setDim(shaped(i, 1), 0, d); }
/** Output `o` has the shape of input `i` where that is there. */
export function like(o: i32, i: i32): void {
  if (present(i) && outputId(o) >= 0) sameShape(o, i);
}
/** Output `o` has the shape of input `i` with another last dim. */
export function withLast(o: i32, i: i32, d: i32): i32 {
  if (!ranked(i)) return 0;
  if (rankOf(i) == 0) return fail(Wrong.Rank, i, 1, MAX_RANK, 0);
  setDim(shapeFrom(o, i), rankOf(i) - 1, d);
  return 0;
}
/** The last dim of input `i`, which has one. */
export function lastOf(i: i32): i32 { return dimOf(i, rankOf(i) - 1); }
/** Dim `axis` of input `i`; one that nothing is known of where the input's rank is not `rank`. */
export function dimOr(i: i32, rank: i32, axis: i32): i32 { return rankOf(i) == rank ? dimOf(i, axis) : freshDim(); }

/** Output `i` has rank `rank` and nothing else is known of its shape. */
export function freshShape(i: i32, rank: i32): void {
  const r = shaped(i, rank);
  for (let k = 0; k < rank; k++) setDim(r, k, freshDim());
}
/** Copies the shape of input `j` to output `i` so that dims can be changed. */
export function shapeFrom(i: i32, j: i32): Row {
  const rank = input(j).rank;
  const r = shaped(i, rank);
  for (let k = 0; k < rank; k++) setDim(r, k, dimOf(j, k));
  return r;
}
export function setDType(i: i32, dtype: i32): void { output(i).dtype = dtype; }
export function copyTo(i: i32, j: i32): void { copyRow(output(i), input(j)); }

/** Word where the payload of an attribute begins; -1 where the node lacks it. */
function find(name: i32): i32 {
  let at = attributesAt;
  for (let i = 0; i < attributes; i++) {
    if (word(at) == name) return at + 3;
    at += 3 + word(at + 2);
  }
  return -1;
}
export function hasAttribute(name: i32): bool { return find(name) >= 0; }
/** UTF-16 units of a STRING attribute, 0 where the node lacks it. */
export function stringLength(name: i32): i32 {
  const at = find(name);
  return at < 0 || word(at - 2) != STRING ? 0 : word(at - 1);
}
export function intAttribute(name: i32, otherwise: i64): i64 {
  const at = find(name);
  return at < 0 || word(at - 2) != INT ? otherwise : wide(at);
}
/** Attributes that are flags or small numbers. */
export function smallAttribute(name: i32, otherwise: i32): i32 {
  return <i32>max<i64>(i32.MIN_VALUE, min<i64>(i32.MAX_VALUE, intAttribute(name, otherwise)));
}
/** Number of integers of an INTS attribute, -1 where the node lacks it. */
export function intsCount(name: i32): i32 {
  const at = find(name);
  return at < 0 || (word(at - 2) != INTS && word(at - 2) != INT) ? -1 : word(at - 1) >> 1;
}
/** Number of strings of a STRINGS attribute, -1 where the node lacks it. */
export function stringsCount(name: i32): i32 {
  const at = find(name);
  return at < 0 || word(at - 2) != STRINGS || word(at - 1) == 0 ? -1 : word(at);
}
export function intsAt(name: i32, i: i32): i64 { return wide(find(name) + i * 2); }
export function floatsCount(name: i32): i32 {
  const at = find(name);
  return at < 0 || (word(at - 2) != FLOAT_LIST && word(at - 2) != FLOAT) ? -1 : word(at - 1) >> 1;
}
export function floatsAt(name: i32, i: i32): f64 { return double(find(name) + i * 2); }
/** UTF-16 unit `i` of a STRING attribute, 0 past its end. */
export function charAt(name: i32, i: i32): i32 { return i < stringLength(name) ? word(find(name) + i) : 0; }
/** Word of a GRAPH attribute, -1 where the node lacks it. */
export function graphAttribute(name: i32): i32 {
  const at = find(name);
  return at >= 0 && word(at - 2) == GRAPH ? at : -1;
}
/** Reads a TENSOR attribute into a row of its own; -1 where the node lacks it. */
export function tensorAttribute(name: i32): i32 {
  const at = find(name);
  if (at < 0 || word(at - 2) != TENSOR_VALUE) return -1;
  const id = newRow();
  readValue(row(id), at);
  return id;
}

/** Number of elements of input `i` that are known (each a dim or UNKNOWN), -1 where nothing is. */
export function elementCount(i: i32): i32 {
  return present(i) && input(i).content == INTEGERS ? input(i).count : -1;
}
export function elementAt(i: i32, k: i32): i32 { return pooled(input(i).elements + k); }
export function floatCount(i: i32): i32 { return present(i) && input(i).content == FLOATS ? input(i).count : -1; }
export function floatAt(i: i32, k: i32): f64 { return pooledFloat(input(i).elements + 2 * k); }

/** ONNX dtypes of integers that are tracked, and bool. */
export function isIndexType(dtype: i32): bool { return dtype == 7 || dtype == 6 || dtype == 9 || (dtype >= 2 && dtype <= 5) || dtype == 12 || dtype == 13; }

/** Elements of a small integer tensor; those that are unknown become fresh symbols, the same for every reader. -1 where it is not small. */
export function namedElements(i: i32): i32 {
  if (!present(i)) return -1;
  const r = input(i);
  let n = r.count;
  if (r.content != INTEGERS) {
    n = staticCount(r);
    if (n < 0 || n > MAX_ELEMENTS || !isIndexType(r.dtype)) return -1;
    r.elements = room(n);
    for (let k = 0; k < n; k++) setPooled(r.elements + k, UNKNOWN);
    r.content = INTEGERS;
    r.count = n;
  }
  for (let k = 0; k < n; k++) if (pooled(r.elements + k) == UNKNOWN) setPooled(r.elements + k, freshElement());
  return n;
}

/** Number of elements of a tensor whose dims are literals, -1 for others. */
export function staticCount(r: Row): i32 {
  if (r.kind != TENSOR || r.rank < 0) return -1;
  let n: i64 = 1;
  for (let k = 0; k < r.rank; k++) {
    const d = pooled(r.dims + k);
    if (d < 0) return -1;
    n *= d;
    if (n > i32.MAX_VALUE) return -1;
  }
  return <i32>n;
}

/** Starts the elements of output `i`; returns where they are set in the pool. */
export function withElements(i: i32, n: i32): i32 {
  const r = output(i);
  r.content = INTEGERS;
  r.count = n;
  r.elements = room(n);
  return r.elements;
}

const list: usize = memory.data(512, 8);
/** Element `k` of the list read last. */
// @ts-ignore: decorator
@inline export function listAt(k: i32): i32 { return load<i32>(list + (<usize>k << 2)); }
// @ts-ignore: decorator
@inline export function setListAt(k: i32, d: i32): void { store<i32>(list + (<usize>k << 2), d); }

export const ABSENT: i32 = -1;
export const UNKNOWN_LIST: i32 = -2;

/**
 * Reads the integers that are attribute `name` in some versions and input `i` in others to the list, as dims.
 * Returns how many, ABSENT, or UNKNOWN_LIST where the input's elements are not known.
 */
export function readList(name: i32, i: i32): i32 {
  const n = name == 0 ? -1 : intsCount(name);
  if (n >= 0) {
    if (n > MAX_ELEMENTS) return UNKNOWN_LIST;
    for (let k = 0; k < n; k++) setListAt(k, constant(env, intsAt(name, k)));
    return n;
  }
  if (i < 0 || !present(i)) return ABSENT;
  if (listLength(i) == 0) return 0;
  const known = elementCount(i);
  if (known < 0 || known > MAX_ELEMENTS) return UNKNOWN_LIST;
  for (let k = 0; k < known; k++) setListAt(k, elementAt(i, k));
  return known;
}

/** How many a list of unknown integers in input `i` has; -1 where not even that is known. */
export function listLength(i: i32): i32 {
  if (!present(i)) return -1;
  const r = input(i);
  if (r.rank == 0) return 1;
  return r.rank == 1 && pooled(r.dims) >= 0 ? pooled(r.dims) : -1;
}

/** A literal of the list; `otherwise` where it is symbolic or unknown. */
export function listLiteral(k: i32, otherwise: i64): i64 {
  const d = listAt(k);
  return d != UNKNOWN && isConstant(env, d) ? valueOf(env, d) : otherwise;
}

/** `axis` counted from the front, or -1 where it is not in [-rank, rank). */
export function normalAxis(axis: i64, rank: i32): i32 {
  const a = axis < 0 ? axis + rank : axis;
  return a >= 0 && a < rank ? <i32>a : -1;
}
export function badAxis(axis: i64, rank: i32): i32 { return fail(Wrong.Axis, <i32>max<i64>(min<i64>(axis, i32.MAX_VALUE), i32.MIN_VALUE), rank, 0, 0); }

/** Bit set of the axes in attribute `name` or input `i`. -1: absent, -2: unknown, -3: an axis is out of range (`problem` says which). */
export function readAxes(name: i32, i: i32, rank: i32): i64 {
  const n = readList(name, i);
  if (n < 0) return n;
  let mask: i64 = 0;
  for (let k = 0; k < n; k++) {
    const value = listLiteral(k, i64.MIN_VALUE);
    if (value == i64.MIN_VALUE) return -2;
    const a = normalAxis(value, rank);
    if (a < 0) { badAxis(value, rank); return -3; }
    mask |= 1 << <i64>a;
  }
  return mask;
}

/** Input `i` must have rank `rank` where its rank is known. */
export function needRank(i: i32, rank: i32): i32 {
  if (!present(i)) return fail(Wrong.Input, i, 0, 0, 0);
  const r = input(i).rank;
  return r >= 0 && r != rank ? fail(Wrong.Rank, i, rank, rank, 0) : 0;
}
/** Input `i` must have at least rank `rank` where its rank is known. */
export function needRankFrom(i: i32, rank: i32): i32 {
  if (!present(i)) return fail(Wrong.Input, i, 0, 0, 0);
  const r = input(i).rank;
  return r >= 0 && r < rank ? fail(Wrong.Rank, i, rank, MAX_RANK, 0) : 0;
}
/** Whether input `i` is there and its rank known. */
// @ts-ignore: decorator
@inline export function ranked(i: i32): bool { return present(i) && input(i).rank >= 0; }
export { clearRow };
