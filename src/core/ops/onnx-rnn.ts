/**
 * @file Recurrent layers as ONNX has them: any activations, clipping, peepholes, sequences of different lengths.
 * Weights are [gates * H, I] and [gates * H, H], biases [gates * H]; one dtype, float32 or float64.
 */

import type { Strided } from "../strided.ts";
import type { Activation } from "./activations.ts";
import { binary, scalarTensor } from "./elementwise.ts";
import { slice } from "./layout.ts";
import { affine, part, type State, unroll } from "./recurrence.ts";

/** One direction. */
export interface Recurrence {
  readonly input: Strided;
  readonly hidden: Strided;
  readonly inputBias: Strided | null;
  readonly hiddenBias: Strided | null;
  /** f, g and h in ONNX's equations; clipping is part of them. */
  readonly activations: readonly Activation[];
  /** LSTM: weights of the cell state in the gates i, o and f, [3 * H]. */
  readonly peepholes: Strided | null;
  /** LSTM: the forget gate is 1 - i. */
  readonly coupled: boolean;
  /** GRU: the reset gate takes effect after the product with the hidden weights. */
  readonly linearBeforeReset: boolean;
}

export type CellKind = "RNN" | "GRU" | "LSTM";

const add = (a: Strided, b: Strided) => binary("add", a, b);
const mul = (a: Strided, b: Strided) => binary("mul", a, b);
const oneLess = (x: Strided) => binary("sub", scalarTensor(x.dtype, 1), x);
const apply = (r: Recurrence, i: number, x: Strided): Strided => (r.activations[i] as Activation)(x);

/** Gates in the order i, o, f, c: C' = f C + i g(c), H' = o h(C'). Peepholes see C in i and f, C' in o. */
function lstmStep(x: Strided, { h, c }: State, r: Recurrence): State {
  const gates = add(x, affine(h, r.hidden, r.hiddenBias));
  const before = c as Strided;
  const seen = (gate: number, cell: Strided) => {
    const z = part(gates, gate, 4);
    return r.peepholes === null ? z : add(z, mul(part(r.peepholes, gate, 3), cell));
  };
  const i = apply(r, 0, seen(0, before));
  const f = r.coupled ? oneLess(i) : apply(r, 0, seen(2, before));
  const cell = add(mul(f, before), mul(i, apply(r, 1, part(gates, 3, 4))));
  const o = apply(r, 0, seen(1, cell));
  return { h: mul(o, apply(r, 2, cell)), c: cell };
}

/** Gates in the order z, r, h: H' = (1 - z) g(h) + z H. */
function gruStep(x: Strided, { h }: State, r: Recurrence): State {
  const size = h.shape[1] as number;
  const rows = (t: Strided, from: number, to: number) => slice(t, 0, from * size, to * size);
  const bias = (from: number, to: number) => r.hiddenBias && rows(r.hiddenBias, from, to);
  const gates = apply(r, 0, add(slice(x, 1, 0, 2 * size), affine(h, rows(r.hidden, 0, 2), bias(0, 2))));
  const [z, reset] = [part(gates, 0, 2), part(gates, 1, 2)];
  const weight = rows(r.hidden, 2, 3);
  const recalled = r.linearBeforeReset ? mul(reset, affine(h, weight, bias(2, 3))) : affine(mul(reset, h), weight, bias(2, 3));
  const fresh = apply(r, 1, add(slice(x, 1, 2 * size, 3 * size), recalled));
  return { h: add(mul(oneLess(z), fresh), mul(z, h)), c: null };
}

const rnnStep = (x: Strided, { h }: State, r: Recurrence): State => ({
  h: apply(r, 0, add(x, affine(h, r.hidden, r.hiddenBias))),
  c: null,
});

const steps: { readonly [kind in CellKind]: typeof rnnStep } = { RNN: rnnStep, GRU: gruStep, LSTM: lstmStep };

/** One direction over all steps of x [T, B, I], as `unroll`. */
export const recur = (
  kind: CellKind,
  x: Strided,
  start: State,
  r: Recurrence,
  lengths: Strided | null,
  backwards: boolean,
): { y: Strided; last: State } =>
  unroll((gates, state) => steps[kind](gates, state, r), affine(x, r.input, r.inputBias), start, backwards, lengths);
