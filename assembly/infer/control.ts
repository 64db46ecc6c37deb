//! If, Loop, SequenceMap: the interface of their bodies, which are graphs in the same table. Scan: scan.ts.

import { EMPTY, INTEGERS, NOTHING, Row, SEQUENCE, TENSOR, UNKNOWN, Wrong, copyRow, fail, pooled, rewind, room, row, setPooled, word } from "./table";
import { Attr } from "./op-numbers.gen";
import { atLeast, freshDim, freshElement, freshSince, freshUpTo, from, newestAtom } from "./dims";
import { clearRow, elementAt, elementCount, graphAttribute, input, inputs, normalAxis, openNode, output, outputs, present, badAxis } from "./node";
import { impatient, runGraph } from "./run";

export function graphInputs(g: i32): i32 { return word(g); }
export function graphInput(g: i32, i: i32): i32 { return word(g + 1 + i); }
export function graphOutputs(g: i32): i32 { return word(g + 1 + word(g)); }
export function graphOutput(g: i32, i: i32): i32 { return word(g + 2 + word(g) + i); }

/** Runs a body and makes the node at word `at` the one at hand again. */
function run(g: i32, at: i32): i32 {
  const wrong = runGraph(g);
  openNode(at);
  return wrong;
}

/** What two runs may both give: dims that differ are fresh, elements that differ unknown. An empty sequence has any type. */
function join(to: Row, a: Row, b: Row): void {
  if (a.content == EMPTY) { copyRow(to, b); return; }
  copyRow(to, a);
  if (b.content == EMPTY) return;
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

/** Where the condition is known, the branch that runs decides and the other is not looked at; else the results hold what both may give. */
export function ifNode(at: i32): i32 {
  const yes = graphAttribute(Attr.then_branch), no = graphAttribute(Attr.else_branch_);
  if (yes < 0 || no < 0) return fail(Wrong.Attribute, yes < 0 ? Attr.then_branch : Attr.else_branch_, 0, 0, 0);
  for (let o = 0; o < outputs; o++) if (o >= graphOutputs(yes) || o >= graphOutputs(no)) return fail(Wrong.Body, 0, min(graphOutputs(yes), graphOutputs(no)), outputs, 0);
  const taken = elementCount(0) == 1 ? elementAt(0, 0) : UNKNOWN;
  const decided = taken == 0 || taken == 1;
  const wrong = decided && taken == 0 ? 0 : run(yes, at);
  if (wrong != 0) return wrong;
  const also = decided && taken == 1 ? 0 : run(no, at);
  if (also != 0) return also;
  for (let o = 0; o < outputs; o++) {
    const a = row(graphOutput(yes, o)), b = row(graphOutput(no, o));
    if (decided) { copyRow(output(o), taken == 1 ? a : b); continue; }
    if (a.dtype != 0 && b.dtype != 0 && a.dtype != b.dtype) return fail(Wrong.DeclaredDType, o, a.dtype, b.dtype, 0);
    join(output(o), a, b);
  }
  return 0;
}

/** First atom that is younger than the loop whose body is run: symbols from it on stand for what changes. */
let since: i32 = 0;

/** Widens body input `b` to hold also what the body gave back; true if that changed it. */
function widen(b: Row, back: Row): bool {
  if (b.kind == SEQUENCE && b.content == EMPTY && back.content != EMPTY) {
    copyRow(b, back);
    b.content = NOTHING;
    return true;
  }
  if (back.content == EMPTY) return false;
  let changed = widenElements(b, back);
  if (b.rank < 0) return changed;
  if (back.rank != b.rank) { b.rank = -1; return true; }
  let own = false;
  for (let k = 0; k < b.rank; k++) {
    const d = pooled(b.dims + k);
    if (pooled(back.dims + k) == d || d == UNKNOWN || freshSince(d, since)) continue;
    if (!own) {
      const dims = room(b.rank);
      for (let j = 0; j < b.rank; j++) setPooled(dims + j, pooled(b.dims + j));
      b.dims = dims;
      own = true;
    }
    setPooled(b.dims + k, b.kind == SEQUENCE ? UNKNOWN : freshDim());
    changed = true;
  }
  return changed;
}
/** The elements of `b` are its own: `bind` copied them. */
function widenElements(b: Row, back: Row): bool {
  if (b.content != INTEGERS) return false;
  const same = back.content == INTEGERS && back.count == b.count;
  let changed = false;
  for (let k = 0; k < b.count; k++) {
    const e = pooled(b.elements + k);
    if ((same && pooled(back.elements + k) == e) || (e != UNKNOWN && freshSince(e, since))) continue;
    setPooled(b.elements + k, freshElement());
    changed = true;
  }
  return changed;
}

/** Body input `id` has the type of `value`; what the body states of it counts where that is not known. */
export function bind(id: i32, value: Row, elements: bool): void {
  if (id < 0) return;
  const r = row(id);
  rewind(r);
  const stated = r.declared - 1, kept = value.content;
  copyRow(r, value);
  if (r.content != EMPTY) r.content = NOTHING;
  if (stated >= 0 && r.dtype == 0) r.dtype = pooled(stated + 1);
  if (stated >= 0 && r.rank < 0 && r.kind == TENSOR && pooled(stated) == TENSOR) {
    r.rank = pooled(stated + 2);
    r.dims = pooled(stated + 3);
  }
  if (!elements || kept != INTEGERS) return;
  r.content = INTEGERS;
  r.elements = room(r.count);
  for (let k = 0; k < r.count; k++) setPooled(r.elements + k, pooled(value.elements + k));
}

/** Body input `id` is a scalar with the element `e`. */
function scalarInput(id: i32, dtype: i32, e: i32): void {
  if (id < 0) return;
  const r = row(id);
  clearRow(r);
  r.dtype = dtype;
  r.rank = 0;
  r.content = INTEGERS;
  r.count = 1;
  r.elements = room(1);
  setPooled(r.elements, e);
}

/** Runs a body until its `n` carried inputs, bound from `first` on, keep their types; the body gives them back from `back` on. */
export function settle(g: i32, at: i32, n: i32, first: i32, back: i32): i32 {
  const outer = since;
  since = newestAtom();
  let wrong = 0, changed = true;
  while (changed && wrong == 0) {
    // Each round makes something unknown for good. Where loops lie too deep in each other for that, all is.
    const last = impatient();
    for (let k = 0; k < n && last; k++) {
      const b = row(graphInput(g, first + k));
      b.rank = -1;
      b.content = NOTHING;
    }
    wrong = run(g, at);
    changed = false;
    for (let k = 0; k < n && !last && wrong == 0; k++) {
      if (widen(row(graphInput(g, first + k)), row(graphOutput(g, back + k)))) changed = true;
    }
  }
  since = outer;
  return wrong;
}

/** Output `o` is carried: its type is the body input's, with dims of its own where they change. */
export function carried(o: i32, initial: Row, id: i32, back: i32): void {
  const r = output(o), b = row(id);
  copyRow(r, b);
  r.content = b.content == EMPTY ? EMPTY : NOTHING;
  if (r.dtype == 0) r.dtype = row(back).dtype;
  if (b.content == INTEGERS) {
    r.content = INTEGERS;
    r.elements = room(b.count);
    for (let k = 0; k < b.count; k++) {
      const e = pooled(b.elements + k);
      setPooled(r.elements + k, initial.content == INTEGERS && initial.count == b.count && pooled(initial.elements + k) == e ? e : UNKNOWN);
    }
  }
  if (b.rank < 0) return;
  r.dims = room(b.rank);
  for (let k = 0; k < b.rank; k++) {
    const d = pooled(b.dims + k), start = initial.rank == b.rank ? pooled(initial.dims + k) : UNKNOWN;
    setPooled(r.dims + k, d == start || d == UNKNOWN ? d : b.kind == SEQUENCE ? UNKNOWN : freshDim());
  }
}

/** Output `o` stacks a body output along `axis`. */
export function stacked(o: i32, id: i32, axis: i64, length: i32): i32 {
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

/** How often a loop runs: M where the condition never ends it. */
function trips(g: i32): i32 {
  if (elementCount(0) != 1 || elementAt(0, 0) == UNKNOWN) return freshDim();
  const m = from(elementAt(0, 0), 0) ? elementAt(0, 0) : atLeast(elementAt(0, 0), 0);
  const cond = row(graphOutput(g, 0));
  const starts = !present(1) || (elementCount(1) == 1 && elementAt(1, 0) == 1);
  return starts && cond.content == INTEGERS && cond.count == 1 && pooled(cond.elements) == 1 ? m : freshUpTo(m);
}

/** M, cond, carried…; the body takes iteration, cond, carried… and gives cond, carried…, scans…. */
export function loopNode(at: i32): i32 {
  const g = graphAttribute(Attr.body);
  if (g < 0) return fail(Wrong.Attribute, Attr.body, 0, 0, 0);
  const n = max(inputs - 2, 0);
  if (graphInputs(g) != n + 2) return fail(Wrong.Body, 0, graphInputs(g), n + 2, 0);
  if (graphOutputs(g) < n + 1 || graphOutputs(g) - 1 < outputs) return fail(Wrong.Body, 0, graphOutputs(g), outputs + 1, 0);
  for (let k = 0; k < n; k++) if (!present(k + 2)) return fail(Wrong.Input, k + 2, 0, 0, 0);
  // The body runs only while the condition is true.
  scalarInput(graphInput(g, 0), 7, freshDim());
  scalarInput(graphInput(g, 1), 9, 1);
  for (let k = 0; k < n; k++) bind(graphInput(g, k + 2), input(k + 2), true);
  const wrong = settle(g, at, n, 2, 1);
  if (wrong != 0) return wrong;
  const length = trips(g);
  for (let o = 0; o < outputs; o++) {
    if (o < n) carried(o, input(o + 2), graphInput(g, o + 2), graphOutput(g, o + 1));
    else {
      const bad = stacked(o, graphOutput(g, o + 1), 0, length);
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
    bind(graphInput(g, k), input(k), false);
    const b = row(graphInput(g, k));
    if (b.kind != SEQUENCE) continue;
    b.kind = TENSOR;
    b.content = NOTHING;
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
