/** @file Recurrence over the steps of a sequence, whatever the cell: rnn.ts has torch's cells, onnx-rnn.ts ONNX's. One dtype, float32 or float64. */

import type { Strided } from "../strided.ts";
import { arange, binary, compare, scalarTensor, where } from "./elementwise.ts";
import { zeros } from "./index.ts";
import { concat, permute, reshape, select, slice, unsqueeze } from "./layout.ts";
import { matmul } from "./matmul.ts";

/** What goes from step to step, [B, H] each. */
export interface State {
  readonly h: Strided;
  /** LSTM only. */
  readonly c: Strided | null;
}

/** A cell: the next state from the input's share of the gates, [B, gates * H], and the last state. */
export type Step = (gates: Strided, state: State) => State;

/** x Wᵀ + b. */
export function affine(x: Strided, weight: Strided, bias: Strided | null): Strided {
  const y = matmul(x, permute(weight, [1, 0]));
  return bias === null ? y : binary("add", y, bias);
}

/** Part `i` of `n` of the last dim: one of the gates that lie side by side. */
export function part(x: Strided, i: number, n: number): Strided {
  const size = (x.shape.at(-1) as number) / n;
  return slice(x, x.shape.length - 1, i * size, (i + 1) * size);
}

/**
 * All steps of `gates` [T, B, gates * H]: outputs [T, B, H], and the last state, which is the first where there are no steps. `lengths` [B]
 * (int64, null for T everywhere) ends sequences early: outputs after their end are 0 and the state stays. Backwards, a sequence begins with
 * its own last step.
 */
export function unroll(
  step: Step,
  gates: Strided,
  start: State,
  backwards: boolean,
  lengths: Strided | null = null,
): { y: Strided; last: State } {
  const [count, batch] = gates.shape as readonly [number, number];
  const alive = lengths && compare("lt", reshape(arange("int64", 0, 1, count), [count, 1, 1]), reshape(lengths, [1, batch, 1]));
  const outputs = new Array<Strided>(count);
  let state = start;
  for (let k = 0; k < count; k++) {
    const t = backwards ? count - 1 - k : k;
    const next = step(select(gates, 0, t), state);
    const running = alive && select(alive, 0, t);
    const stay = (now: Strided, old: Strided) => (running === null ? now : where(running, now, old));
    outputs[t] = unsqueeze(stay(next.h, scalarTensor(gates.dtype, 0)), 0);
    state = { h: stay(next.h, state.h), c: next.c && stay(next.c, state.c as Strided) };
  }
  return { y: count === 0 ? zeros(gates.dtype, [0, ...start.h.shape]) : concat(outputs, 0), last: state };
}
