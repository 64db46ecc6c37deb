/** @file Recurrent layers, step by step: x [T, B, I], weights [gates * H, I] and [gates * H, H]. Computed in the dtype of x. */

import { empty, type Strided } from "../strided.ts";
import { binary, unary } from "./elementwise.ts";
import { concat, permute, select, slice, unsqueeze } from "./layout.ts";
import { matmul } from "./matmul.ts";

/** One direction of one layer. */
export interface Weights {
  readonly input: Strided;
  readonly hidden: Strided;
  readonly inputBias: Strided | null;
  readonly hiddenBias: Strided | null;
  /** LSTM only: [P, H], what the hidden state is projected with. */
  readonly projection: Strided | null;
}

export interface Step {
  readonly h: Strided;
  /** Cell state of an LSTM. */
  readonly c: Strided | null;
}

export type Cell = "lstm" | "gru" | "rnn_tanh" | "rnn_relu";

const linear = (x: Strided, weight: Strided, bias: Strided | null): Strided => {
  const y = matmul(x, permute(weight, [1, 0]));
  return bias === null ? y : binary("add", y, bias);
};

const gate = (x: Strided, i: number, n: number): Strided => {
  const size = (x.shape[1] as number) / n;
  return slice(x, 1, i * size, (i + 1) * size);
};

/** Gates in the order i, f, g, o: c' = f c + i g, h' = o tanh(c'), projected where there is a projection. */
function lstmStep(x: Strided, { h, c }: Step, w: Weights): Step {
  const gates = binary("add", x, linear(h, w.hidden, w.hiddenBias));
  const [i, f, g, o] = [
    unary("sigmoid", gate(gates, 0, 4)),
    unary("sigmoid", gate(gates, 1, 4)),
    unary("tanh", gate(gates, 2, 4)),
    unary("sigmoid", gate(gates, 3, 4)),
  ];
  const cell = binary("add", binary("mul", f, c as Strided), binary("mul", i, g));
  const hidden = binary("mul", o, unary("tanh", cell));
  return { h: w.projection === null ? hidden : linear(hidden, w.projection, null), c: cell };
}

/** Gates in the order r, z, n: n = tanh(x_n + r (W h + b)), h' = n + z (h - n). */
function gruStep(x: Strided, { h }: Step, w: Weights): Step {
  const hidden = linear(h, w.hidden, w.hiddenBias);
  const r = unary("sigmoid", binary("add", gate(x, 0, 3), gate(hidden, 0, 3)));
  const z = unary("sigmoid", binary("add", gate(x, 1, 3), gate(hidden, 1, 3)));
  const n = unary("tanh", binary("add", gate(x, 2, 3), binary("mul", r, gate(hidden, 2, 3))));
  return { h: binary("add", n, binary("mul", z, binary("sub", h, n))), c: null };
}

function step(cell: Cell, x: Strided, state: Step, w: Weights): Step {
  if (cell === "lstm") return lstmStep(x, state, w);
  if (cell === "gru") return gruStep(x, state, w);
  const sum = binary("add", x, linear(state.h, w.hidden, w.hiddenBias));
  return { h: cell === "rnn_tanh" ? unary("tanh", sum) : unary("relu", sum), c: null };
}

/** One direction of one layer over all steps: outputs [T, B, H] and the last state. An input of no steps gives the state back. */
export function rnnLayer(cell: Cell, x: Strided, start: Step, w: Weights, reverse: boolean): { y: Strided; last: Step } {
  const steps = x.shape[0] as number;
  const gates = linear(x, w.input, w.inputBias);
  const outputs = new Array<Strided>(steps);
  let state = start;
  for (let k = 0; k < steps; k++) {
    const t = reverse ? steps - 1 - k : k;
    state = step(cell, select(gates, 0, t), state, w);
    outputs[t] = unsqueeze(state.h, 0);
  }
  return { y: steps === 0 ? empty(x.dtype, [0, ...state.h.shape]) : concat(outputs, 0), last: state };
}
