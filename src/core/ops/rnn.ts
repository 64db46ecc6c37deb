/** @file torch's recurrent layers: x [T, B, I], weights [gates * H, I] and [gates * H, H]. Computed in the dtype of x. */

import type { Strided } from "../strided.ts";
import { binary, unary } from "./elementwise.ts";
import { affine, part, type State, unroll } from "./recurrence.ts";

/** One direction of one layer. */
export interface Weights {
  readonly input: Strided;
  readonly hidden: Strided;
  readonly inputBias: Strided | null;
  readonly hiddenBias: Strided | null;
  /** LSTM only: [P, H], what the hidden state is projected with. */
  readonly projection: Strided | null;
}

export type Cell = "lstm" | "gru" | "rnn_tanh" | "rnn_relu";

/** Gates in the order i, f, g, o: c' = f c + i g, h' = o tanh(c'), projected where there is a projection. */
function lstmStep(x: Strided, { h, c }: State, w: Weights): State {
  const gates = binary("add", x, affine(h, w.hidden, w.hiddenBias));
  const [i, f, g, o] = [
    unary("sigmoid", part(gates, 0, 4)),
    unary("sigmoid", part(gates, 1, 4)),
    unary("tanh", part(gates, 2, 4)),
    unary("sigmoid", part(gates, 3, 4)),
  ];
  const cell = binary("add", binary("mul", f, c as Strided), binary("mul", i, g));
  const hidden = binary("mul", o, unary("tanh", cell));
  return { h: w.projection === null ? hidden : affine(hidden, w.projection, null), c: cell };
}

/** Gates in the order r, z, n: n = tanh(x_n + r (W h + b)), h' = n + z (h - n). */
function gruStep(x: Strided, { h }: State, w: Weights): State {
  const hidden = affine(h, w.hidden, w.hiddenBias);
  const r = unary("sigmoid", binary("add", part(x, 0, 3), part(hidden, 0, 3)));
  const z = unary("sigmoid", binary("add", part(x, 1, 3), part(hidden, 1, 3)));
  const n = unary("tanh", binary("add", part(x, 2, 3), binary("mul", r, part(hidden, 2, 3))));
  return { h: binary("add", n, binary("mul", z, binary("sub", h, n))), c: null };
}

function step(cell: Cell, x: Strided, state: State, w: Weights): State {
  if (cell === "lstm") return lstmStep(x, state, w);
  if (cell === "gru") return gruStep(x, state, w);
  const sum = binary("add", x, affine(state.h, w.hidden, w.hiddenBias));
  return { h: cell === "rnn_tanh" ? unary("tanh", sum) : unary("relu", sum), c: null };
}

/** One direction of one layer over all steps of x, as `unroll`. */
export const rnnLayer = (cell: Cell, x: Strided, start: State, w: Weights, backwards: boolean): { y: Strided; last: State } =>
  unroll((gates, state) => step(cell, gates, state, w), affine(x, w.input, w.inputBias), start, backwards);
