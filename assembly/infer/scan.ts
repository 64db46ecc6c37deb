//! Scan: states and scanned inputs. Opset 8 had the lengths of the sequences as a first input, a batch axis first and time second.

import { NONE } from "../symbolic/store";
import { Row, TENSOR, Wrong, fail, newRow, pooled, room, row, setPooled } from "./table";
import { Attr } from "./op-numbers.gen";
import { freshDim, unify } from "./dims";
import { badAxis, graphAttribute, input, inputs, intsAt, intsCount, normalAxis, output, outputs, present, smallAttribute, version } from "./node";
import { bind, carried, graphInput, graphInputs, graphOutput, graphOutputs, settle, stacked } from "./control";

/** The size that scanned inputs share, and in opset 8 that of the batch. NONE where no input tells it. */
let length: i32 = NONE;
let batch: i32 = NONE;

/** `d` must be the size found so far; NONE where it cannot be. */
function agreed(known: i32, d: i32): i32 { return known == NONE ? d : unify(known, d); }

/** Row `b` loses axis `axis`. */
function without(b: Row, axis: i32): void {
  const dims = room(max(b.rank - 1, 0));
  for (let k = 0, to = 0; k < b.rank; k++) if (k != axis) setPooled(dims + to++, pooled(b.dims + k));
  b.dims = dims;
  b.rank--;
}

/** Body input `id` sees a slice of node input `i` along `axis`, which all scanned inputs have in one size. */
function sliced(id: i32, i: i32, axis: i64): i32 {
  const b = row(id);
  if (b.rank < 0) return 0;
  const a = normalAxis(axis, b.rank);
  if (a < 0) return badAxis(axis, b.rank);
  const d = pooled(b.dims + a), merged = agreed(length, d);
  if (merged == NONE) return fail(Wrong.Dims, i, a, d, length);
  length = merged;
  without(b, a);
  return 0;
}

/** Body input `id` is one entry of the batch of node input `i`. */
function unbatched(id: i32, i: i32): i32 {
  const b = row(id);
  if (b.rank < 0) return 0;
  if (b.rank == 0) return fail(Wrong.Rank, i, 1, 32, 0);
  const d = pooled(b.dims), merged = agreed(batch, d);
  if (merged == NONE) return fail(Wrong.Dims, i, 0, d, batch);
  batch = merged;
  without(b, 0);
  return 0;
}

/** Gives the body's inputs, of which the first `n` are states, their types; `lead`: inputs of the node before them. */
function bindAll(g: i32, n: i32, lead: i32): i32 {
  for (let k = 0; k < graphInputs(g); k++) {
    const i = k + lead, id = graphInput(g, k);
    if (!present(i)) return fail(Wrong.Input, i, 0, 0, 0);
    bind(id, input(i), false);
    if (id < 0) continue;
    let wrong = lead > 0 ? unbatched(id, i) : 0;
    if (wrong == 0 && k >= n) wrong = sliced(id, i, lead == 0 && intsCount(Attr.scan_input_axes) > k - n ? intsAt(Attr.scan_input_axes, k - n) : 0);
    if (wrong != 0) return wrong;
  }
  return 0;
}

/** Output `o` gets the batch axis back. */
function batched(o: i32): void {
  const r = output(o);
  if (r.rank < 0) return;
  const dims = room(r.rank + 1);
  setPooled(dims, batch == NONE ? freshDim() : batch);
  for (let k = 0; k < r.rank; k++) setPooled(dims + k + 1, pooled(r.dims + k));
  r.dims = dims;
  r.rank++;
}

/** The type a state has before the first iteration, as the body sees it. */
function initial(i: i32, lead: i32): Row {
  if (lead == 0 || input(i).rank < 1) return input(i);
  const id = newRow(), r = row(id);
  r.kind = TENSOR;
  r.dtype = input(i).dtype;
  r.rank = input(i).rank;
  r.dims = input(i).dims;
  without(r, 0);
  return r;
}

/** States…, scanned…: the body sees one slice of each scanned input; its last outputs are stacked. */
export function scanNode(at: i32): i32 {
  const g = graphAttribute(Attr.body);
  if (g < 0) return fail(Wrong.Attribute, Attr.body, 0, 0, 0);
  const scanned = smallAttribute(Attr.num_scan_inputs, 0), lead = version < 9 ? 1 : 0;
  const n = inputs - lead - scanned;
  if (scanned < 1 || n < 0 || graphInputs(g) != inputs - lead) return fail(Wrong.Body, 0, graphInputs(g), inputs - lead, 0);
  if (graphOutputs(g) < outputs || graphOutputs(g) < n) return fail(Wrong.Body, 0, graphOutputs(g), outputs, 0);
  const outerLength = length, outerBatch = batch;
  length = NONE;
  batch = NONE;
  let wrong = bindAll(g, n, lead);
  const size = length == NONE ? freshDim() : length;
  if (wrong == 0) wrong = settle(g, at, n, 0, 0);
  for (let o = 0; o < outputs && wrong == 0; o++) {
    if (o < n) carried(o, initial(o + lead, lead), graphInput(g, o), graphOutput(g, o));
    else wrong = stacked(o, graphOutput(g, o), lead == 0 && intsCount(Attr.scan_output_axes) > o - n ? intsAt(Attr.scan_output_axes, o - n) : 0, size);
    if (wrong == 0 && lead > 0) batched(o);
  }
  length = outerLength;
  batch = outerBatch;
  return wrong;
}
