//! If, Loop, Scan, SequenceMap: the interface of their bodies, which are graphs in the same table.

import { INTEGERS, NOTHING, Row, SEQUENCE, UNKNOWN, Wrong, copyRow, fail, pooled, room, row, setPooled, word } from "./table";
import { Attr } from "./op-numbers.gen";
import { atLeast, freshDim, freshUpTo, isFresh, from, unify } from "./dims";
import { NONE } from "../symbolic/store";
import {
  clearRow, elementAt, elementCount, graphAttribute, input, inputs, intsAt, intsCount, normalAxis, openNode, output, outputs, present, badAxis,
  smallAttribute,
} from "./node";
import { runGraph } from "./run";

function graphInputs(g: i32): i32 { return word(g); }
function graphInput(g: i32, i: i32): i32 { return word(g + 1 + i); }
function graphOutputs(g: i32): i32 { return word(g + 1 + word(g)); }
function graphOutput(g: i32, i: i32): i32 { return word(g + 2 + word(g) + i); }

/** Runs a body and makes the node at word `at` the one at hand again. */
function run(g: i32, at: i32): i32 {
  const wrong = runGraph(g);
  openNode(at);
  return wrong;
}

/** What two runs may both give: dims that differ are fresh, elements that differ unknown. */
function join(to: Row, a: Row, b: Row): void {
  copyRow(to, a);
  if (a.dtype == 0) to.dtype = b.dtype;
  to.content = NOTHING;
  if (a.rank != b.rank || a.rank < 0) { to.rank = -1; return; }
  to.dims = room(a.rank);
  for (let k = 0; k < a.rank; k++) {
    const p = pooled(a.dims + k), q = pooled(b.dims + k);
    setPooled(to.dims + k, p == q ? p : a.kind == SEQUENCE ? UNKNOWN : freshDim());
  }
  if (a.content != INTEGERS || b.content != INTEGERS || a.count != b.count) return;
  to.content = INTEGERS;
  to.count = a.count;
  to.elements = room(a.count);
  for (let k = 0; k < a.count; k++) {
    const p = pooled(a.elements + k), q = pooled(b.elements + k);
    setPooled(to.elements + k, p == q ? p : UNKNOWN);
  }
}

/** Where the condition is known, the branch that runs decides; else the results hold what both may give. */
export function ifNode(at: i32): i32 {
  const yes = graphAttribute(Attr.then_branch), no = graphAttribute(Attr.else_branch_);
  if (yes < 0 || no < 0) return fail(Wrong.Attribute, yes < 0 ? Attr.then_branch : Attr.else_branch_, 0, 0, 0);
  const wrong = run(yes, at);
  if (wrong != 0) return wrong;
  const also = run(no, at);
  if (also != 0) return also;
  for (let o = 0; o < outputs; o++) {
    if (o >= graphOutputs(yes) || o >= graphOutputs(no)) return fail(Wrong.Body, 0, graphOutputs(yes), outputs, 0);
    const a = row(graphOutput(yes, o)), b = row(graphOutput(no, o));
    if (a.dtype != 0 && b.dtype != 0 && a.dtype != b.dtype) return fail(Wrong.DeclaredDType, o, a.dtype, b.dtype, 0);
    const taken = elementCount(0) == 1 ? elementAt(0, 0) : UNKNOWN;
    if (taken == 0 || taken == 1) copyRow(output(o), taken == 1 ? a : b);
    else join(output(o), a, b);
  }
  return 0;
}

/** Widens body input `b` to hold also what the body gave back; true if that changed it. */
function widen(b: Row, back: Row): bool {
  if (b.rank < 0 || back.dtype == 0) return false;
  if (back.rank != b.rank) { b.rank = -1; return true; }
  let changed = false;
  for (let k = 0; k < b.rank; k++) {
    const d = pooled(b.dims + k);
    if (pooled(back.dims + k) == d || isFresh(d) || d == UNKNOWN) continue;
    if (!changed) {
      const dims = room(b.rank);
      for (let j = 0; j < b.rank; j++) setPooled(dims + j, pooled(b.dims + j));
      b.dims = dims;
    }
    setPooled(b.dims + k, b.kind == SEQUENCE ? UNKNOWN : freshDim());
    changed = true;
  }
  return changed;
}

/** Body input `id` has the type of `value`, of which every iteration has another one. */
function bind(id: i32, value: Row): void {
  if (id < 0) return;
  const r = row(id);
  const stated = r.dtype;
  copyRow(r, value);
  if (r.dtype == 0) r.dtype = stated;
  r.content = NOTHING;
}

function scalarInput(id: i32, dtype: i32): void {
  if (id < 0) return;
  const r = row(id);
  clearRow(r);
  r.dtype = dtype;
  r.rank = 0;
}

/** Runs a body until its `n` carried values, bound to inputs [first, …) of the node, keep their types. */
function settle(g: i32, at: i32, n: i32, firstBody: i32, firstInput: i32, firstBack: i32): i32 {
  for (let k = 0; k < n; k++) bind(graphInput(g, firstBody + k), input(firstInput + k));
  for (let round = 0; round < 6; round++) {
    const wrong = run(g, at);
    if (wrong != 0) return wrong;
    let changed = false;
    for (let k = 0; k < n; k++) {
      const b = row(graphInput(g, firstBody + k));
      if (round == 4) b.rank = -1;
      else if (widen(b, row(graphOutput(g, firstBack + k)))) changed = true;
    }
    if (!changed) break;
  }
  return 0;
}

/** Output `o` is carried: its type is the body input's, with dims of its own where they change. */
function carried(o: i32, initial: i32, id: i32, back: i32): void {
  const r = output(o), b = row(id);
  copyRow(r, b);
  r.content = NOTHING;
  if (r.dtype == 0) r.dtype = row(back).dtype;
  if (b.rank < 0) return;
  r.dims = room(b.rank);
  for (let k = 0; k < b.rank; k++) {
    const d = pooled(b.dims + k), start = input(initial).rank == b.rank ? pooled(input(initial).dims + k) : NONE;
    setPooled(r.dims + k, d == start || d == UNKNOWN ? d : freshDim());
  }
}

/** Output `o` stacks a body output along `axis`. */
function stacked(o: i32, id: i32, axis: i64, length: i32): i32 {
  const r = output(o), b = row(id);
  r.dtype = b.dtype;
  if (b.rank < 0) return 0;
  const rank = b.rank + 1;
  const a = normalAxis(axis, rank);
  if (a < 0) return badAxis(axis, rank);
  const dims = room(rank);
  for (let k = 0; k < rank; k++) setPooled(dims + k, k == a ? length : pooled(row(id).dims + (k < a ? k : k - 1)));
  output(o).rank = rank;
  output(o).dims = dims;
  return 0;
}

/** M, cond, carried…; the body takes iteration, cond, carried… and gives cond, carried…, scans…. */
export function loopNode(at: i32): i32 {
  const g = graphAttribute(Attr.body);
  if (g < 0) return fail(Wrong.Attribute, Attr.body, 0, 0, 0);
  const n = max(inputs - 2, 0);
  if (graphInputs(g) != n + 2) return fail(Wrong.Body, 0, graphInputs(g), n + 2, 0);
  if (graphOutputs(g) < n + 1 || graphOutputs(g) - 1 < outputs) return fail(Wrong.Body, 0, graphOutputs(g), outputs + 1, 0);
  for (let k = 0; k < n; k++) if (!present(k + 2)) return fail(Wrong.Input, k + 2, 0, 0, 0);
  scalarInput(graphInput(g, 0), 7);
  scalarInput(graphInput(g, 1), 9);
  const wrong = settle(g, at, n, 2, 2, 1);
  if (wrong != 0) return wrong;
  let trips = UNKNOWN;
  if (elementCount(0) == 1 && elementAt(0, 0) != UNKNOWN) {
    const m = from(elementAt(0, 0), 0) ? elementAt(0, 0) : atLeast(elementAt(0, 0), 0);
    const cond = row(graphOutput(g, 0));
    const always = cond.content == INTEGERS && cond.count == 1 && pooled(cond.elements) == 1;
    trips = always ? m : freshUpTo(m);
  }
  if (trips == UNKNOWN) trips = freshDim();
  for (let o = 0; o < outputs; o++) {
    if (o < n) carried(o, o + 2, graphInput(g, o + 2), graphOutput(g, o + 1));
    else {
      const bad = stacked(o, graphOutput(g, o + 1), 0, trips);
      if (bad != 0) return bad;
    }
  }
  return 0;
}

/** States…, scanned…: the body sees one slice of each scanned input; its last outputs are stacked. */
export function scanNode(at: i32): i32 {
  const g = graphAttribute(Attr.body);
  if (g < 0) return fail(Wrong.Attribute, Attr.body, 0, 0, 0);
  const scanned = smallAttribute(Attr.num_scan_inputs, 0);
  // Opset 8 had the lengths of the sequences as a first input and a batch axis: only what is declared is known of it.
  if (graphInputs(g) == inputs - 1 && graphInputs(g) >= scanned) return 0;
  const n = inputs - scanned;
  if (scanned < 1 || n < 0 || graphInputs(g) != inputs) return fail(Wrong.Body, 0, graphInputs(g), inputs, 0);
  if (graphOutputs(g) < outputs || graphOutputs(g) < n) return fail(Wrong.Body, 0, graphOutputs(g), outputs, 0);
  let length = NONE;
  for (let k = 0; k < scanned; k++) {
    if (!present(n + k)) return fail(Wrong.Input, n + k, 0, 0, 0);
    const x = input(n + k), b = row(graphInput(g, n + k));
    bind(graphInput(g, n + k), x);
    if (x.rank < 0) continue;
    const axis = normalAxis(intsCount(Attr.scan_input_axes) > k ? intsAt(Attr.scan_input_axes, k) : 0, x.rank);
    if (axis < 0) return badAxis(intsAt(Attr.scan_input_axes, k), x.rank);
    const d = pooled(x.dims + axis);
    const merged = length == NONE ? d : unify(length, d);
    if (merged == NONE) return fail(Wrong.Dims, n + k, axis, d, length);
    length = merged;
    b.rank = x.rank - 1;
    b.dims = room(b.rank);
    for (let j = 0; j < b.rank; j++) setPooled(b.dims + j, pooled(x.dims + (j < axis ? j : j + 1)));
  }
  for (let k = 0; k < n; k++) if (!present(k)) return fail(Wrong.Input, k, 0, 0, 0);
  const wrong = settle(g, at, n, 0, 0, 0);
  if (wrong != 0) return wrong;
  for (let o = 0; o < outputs; o++) {
    if (o < n) carried(o, o, graphInput(g, o), graphOutput(g, o));
    else {
      const axis: i64 = intsCount(Attr.scan_output_axes) > o - n ? intsAt(Attr.scan_output_axes, o - n) : 0;
      const bad = stacked(o, graphOutput(g, o), axis, length == NONE ? freshDim() : length);
      if (bad != 0) return bad;
    }
  }
  return 0;
}

/** The body sees one element of each sequence (tensors as they are) and gives one element of each result. */
export function sequenceMap(at: i32): i32 {
  const g = graphAttribute(Attr.body);
  if (g < 0) return fail(Wrong.Attribute, Attr.body, 0, 0, 0);
  for (let k = 0; k < inputs && k < graphInputs(g); k++) {
    if (!present(k)) return fail(Wrong.Input, k, 0, 0, 0);
    bind(graphInput(g, k), input(k));
    const b = row(graphInput(g, k));
    if (b.kind != SEQUENCE) continue;
    b.kind = 0;
    const dims = room(max(b.rank, 0));
    for (let j = 0; j < b.rank; j++) setPooled(dims + j, pooled(b.dims + j) == UNKNOWN ? freshDim() : pooled(b.dims + j));
    b.dims = dims;
  }
  const wrong = run(g, at);
  if (wrong != 0) return wrong;
  for (let o = 0; o < outputs && o < graphOutputs(g); o++) {
    const r = output(o);
    copyRow(r, row(graphOutput(g, o)));
    r.kind = SEQUENCE;
    r.content = NOTHING;
  }
  return 0;
}
