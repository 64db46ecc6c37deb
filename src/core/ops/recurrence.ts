/**
 * @file Recurrent layers as ONNX has them: any activations, clipping, peepholes, sequences of different lengths.
 * Weights are [gates * H, I] and [gates * H, H], biases [gates * H]; one dtype, float32 or float64.
 */

import type { Strided } from "../strided.ts";
import { arange, binary, compare, scalarTensor, unary, where } from "./elementwise.ts";
import { zeros } from "./index.ts";
import { concat, permute, reshape, select, slice, unsqueeze } from "./layout.ts";
import { matmul } from "./matmul.ts";

export type Activation = (x: Strided) => Strided;

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

/** What goes from step to step, [B, H] each. */
export interface State {
  readonly h: Strided;
  /** LSTM only. */
  readonly c: Strided | null;
}

export type CellKind = "RNN" | "GRU" | "LSTM";

const add = (a: Strided, b: Strided) => binary("add", a, b);
const mul = (a: Strided, b: Strided) => binary("mul", a, b);
const oneLess = (x: Strided) => binary("sub", scalarTensor(x.dtype, 1), x);
const apply = (r: Recurrence, i: number, x: Strided): Strided => (r.activations[i] as Activation)(x);

function linear(x: Strided, weight: Strided, bias: Strided | null): Strided {
  const y = matmul(x, permute(weight, [1, 0]));
  return bias === null ? y : add(y, bias);
}

/** Part `i` of `n` of the last dim. */
function part(x: Strided, i: number, n: number): Strided {
  const size = (x.shape.at(-1) as number) / n;
  return slice(x, x.shape.length - 1, i * size, (i + 1) * size);
}

/** Gates in the order i, o, f, c: C' = f C + i g(c), H' = o h(C'). Peepholes see C in i and f, C' in o. */
function lstmStep(x: Strided, { h, c }: State, r: Recurrence): State {
  const gates = add(x, linear(h, r.hidden, r.hiddenBias));
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
  const gates = apply(r, 0, add(slice(x, 1, 0, 2 * size), linear(h, rows(r.hidden, 0, 2), bias(0, 2))));
  const [z, reset] = [part(gates, 0, 2), part(gates, 1, 2)];
  const weight = rows(r.hidden, 2, 3);
  const recalled = r.linearBeforeReset ? mul(reset, linear(h, weight, bias(2, 3))) : linear(mul(reset, h), weight, bias(2, 3));
  const fresh = apply(r, 1, add(slice(x, 1, 2 * size, 3 * size), recalled));
  return { h: add(mul(oneLess(z), fresh), mul(z, h)), c: null };
}

const rnnStep = (x: Strided, { h }: State, r: Recurrence): State => ({
  h: apply(r, 0, add(x, linear(h, r.hidden, r.hiddenBias))),
  c: null,
});

const steps: { readonly [kind in CellKind]: typeof rnnStep } = { RNN: rnnStep, GRU: gruStep, LSTM: lstmStep };

/**
 * One direction over all steps of x [T, B, I]: outputs [T, B, H], and the last state. `lengths` [B] (int64, null for T everywhere) ends
 * sequences early: outputs after their end are 0 and the state stays. Backwards, a sequence begins with its own last step.
 */
export function recur(
  kind: CellKind,
  x: Strided,
  start: State,
  r: Recurrence,
  lengths: Strided | null,
  backwards: boolean,
): { y: Strided; last: State } {
  const [count, batch] = x.shape as readonly [number, number];
  const gates = linear(x, r.input, r.inputBias);
  const alive = lengths && compare("lt", reshape(arange("int64", 0, 1, count), [count, 1, 1]), reshape(lengths, [1, batch, 1]));
  const outputs = new Array<Strided>(count);
  let state = start;
  for (let k = 0; k < count; k++) {
    const t = backwards ? count - 1 - k : k;
    const next = steps[kind](select(gates, 0, t), state, r);
    const running = alive && select(alive, 0, t);
    const stay = (now: Strided, old: Strided) => (running === null ? now : where(running, now, old));
    outputs[t] = unsqueeze(stay(next.h, scalarTensor(x.dtype, 0)), 0);
    state = { h: stay(next.h, state.h), c: next.c && stay(next.c, state.c as Strided) };
  }
  return { y: count === 0 ? zeros(x.dtype, [0, ...start.h.shape]) : concat(outputs, 0), last: state };
}

const scalar = (x: Strided, value: number) => scalarTensor(x.dtype, value);
const scaled = (x: Strided, factor: number) => mul(x, scalar(x, factor));
const shifted = (x: Strided, value: number) => add(x, scalar(x, value));
const positive = (x: Strided, yes: Strided, no: Strided, limit = 0) => where(compare("gt", x, scalar(x, limit)), yes, no);

/** An activation of ONNX's list, and what alpha and beta are by default; null where it has none. */
interface ActivationRow {
  readonly alpha: number | null;
  readonly beta: number | null;
  readonly f: (x: Strided, alpha: number, beta: number) => Strided;
}

const row = (f: ActivationRow["f"], alpha: number | null = null, beta: number | null = null): ActivationRow => ({ alpha, beta, f });

/** ONNX's activations by name in lower case. */
export const activations: { readonly [name: string]: ActivationRow } = {
  relu: row((x) => unary("relu", x)),
  tanh: row((x) => unary("tanh", x)),
  sigmoid: row((x) => unary("sigmoid", x)),
  affine: row((x, a, b) => shifted(scaled(x, a), b), 1, 0),
  leakyrelu: row((x, a) => positive(x, x, scaled(x, a)), 0.01),
  thresholdedrelu: row((x, a) => positive(x, x, scalar(x, 0), a), 1),
  scaledtanh: row((x, a, b) => scaled(unary("tanh", scaled(x, b)), a), 1, 1),
  hardsigmoid: row((x, a, b) => clamped(shifted(scaled(x, a), b), 0, 1), 0.2, 0.5),
  elu: row((x, a) => positive(x, x, scaled(unary("expm1", x), a)), 1),
  softsign: row((x) => binary("div", x, shifted(unary("abs", x), 1))),
  // log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which does not overflow.
  softplus: row((x) => add(unary("relu", x), unary("log1p", unary("exp", unary("neg", unary("abs", x)))))),
};

/** `x` within [low, high]. */
export const clamped = (x: Strided, low: number, high: number): Strided =>
  binary("minimum", binary("maximum", x, scalar(x, low)), scalar(x, high));
