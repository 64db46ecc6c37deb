/** @file Scan along one dim: what running extremes and products are written with. */

import { bounds, type Dim } from "../../symbolic.ts";
import type { Graph, Value } from "../ir/graph.ts";
import type { OpBuilder } from "./builder.ts";

interface Scanned {
  readonly x: Value;
  readonly axis: number;
}

const dims = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);
const mayBe0 = (d: Dim): boolean => bounds(d)[0] === 0;

/**
 * What `body` gives for the slices of `scanned`, stacked along `axis`; `body` takes and gives the states first. `reverse`: from the last slice.
 * ONNX Runtime (to 1.30 at least) divides by zero where there is no slice, and where slices of no elements do not come first: where that
 * may be, one more slice is scanned last and dropped, and the dim is moved there and back.
 */
export function scanAlong(
  op: OpBuilder,
  body: Graph,
  states: readonly Value[],
  scanned: readonly [Scanned, ...Scanned[]],
  axis: number,
  reverse = false,
): Value[] {
  const made = body.outputs.slice(states.length);
  const { x, axis: along } = scanned[0];
  const length = x.shape[along] as Dim;
  const shapeOf = (y: Value): Dim[] => y.shape.toSpliced(axis, 0, length);
  if (x.shape.includes(0)) return made.map((y) => op.Expand(op.scalar(0, y.dtype), op.dims(shapeOf(y))));
  const moves = x.shape.some(mayBe0);
  const longer = mayBe0(length);
  const inputs = scanned.map((s) => {
    const slices = longer ? withOneMore(op, s, reverse) : s.x;
    return moves && s.axis > 0 ? op.Transpose(slices, { perm: dims(slices.rank).toSpliced(s.axis, 1).toSpliced(0, 0, s.axis) }) : slices;
  });
  const stacked = op
    .Scan([...states, ...inputs], {
      body,
      num_scan_inputs: scanned.length,
      scan_input_axes: scanned.map((s) => (moves ? 0 : s.axis)),
      scan_output_axes: made.map(() => (moves ? 0 : axis)),
      scan_input_directions: scanned.map(() => Number(reverse)),
      scan_output_directions: made.map(() => Number(reverse)),
    })
    .slice(states.length);
  if (!moves) return stacked;
  return stacked.map((y, i) => {
    const back = axis > 0 ? op.Transpose(y, { perm: dims(y.rank).toSpliced(0, 1).toSpliced(axis, 0, 0) }) : y;
    const kept = longer ? (reverse ? op.Slice(back, [1], [Number.MAX_SAFE_INTEGER], [axis]) : op.Slice(back, [0], [-1], [axis])) : back;
    op.retype(kept, shapeOf(made[i] as Value));
    return kept;
  });
}

/** `x` with a slice of zeros beyond the last that is scanned. */
function withOneMore(op: OpBuilder, { x, axis }: Scanned, reverse: boolean): Value {
  const zeros = op.Expand(op.scalar(0, x.dtype), op.dims(x.shape.with(axis, 1)));
  return op.Concat(reverse ? [zeros, x] : [x, zeros], { axis });
}
