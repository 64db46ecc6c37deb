/** @file Recurrent layers as a Scan over time: what the nodes LSTM, GRU and RNN cannot say, or a runtime does not compute. */

import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "./builder.ts";

/** One direction of one layer; gates in ONNX's order: LSTM i o f c, GRU z r h. */
export interface RecurrentWeights {
  readonly input: Value;
  readonly hidden: Value;
  readonly inputBias: Value | null;
  readonly hiddenBias: Value | null;
  /** What the next step and the output see of the hidden state; null: all of it. */
  readonly projection: Value | null;
}

/** The next states from what the input and the last output give to the gates, and the last states. */
type Cell = (op: OpBuilder, fed: Value, back: Value, states: readonly Value[]) => readonly [Value, ...Value[]];

const gatesOf = (op: OpBuilder, x: Value, count: number): Value[] =>
  op.outputs(count, "Split", [x, null], { axis: -1, num_outputs: count });

export const recurrentCells = {
  LSTM: (op, fed, back, [, c]) => {
    const [i, o, f, g] = gatesOf(op, op.Add(fed, back), 4) as [Value, Value, Value, Value];
    const cell = op.Add(op.Mul(op.Sigmoid(f), c as Value), op.Mul(op.Sigmoid(i), op.Tanh(g)));
    return [op.Mul(op.Sigmoid(o), op.Tanh(cell)), cell];
  },
  GRU: (op, fed, back, [h]) => {
    const [xz, xr, xn] = gatesOf(op, fed, 3) as [Value, Value, Value];
    const [hz, hr, hn] = gatesOf(op, back, 3) as [Value, Value, Value];
    const n = op.Tanh(op.Add(xn, op.Mul(op.Sigmoid(op.Add(xr, hr)), hn)));
    return [op.Add(n, op.Mul(op.Sigmoid(op.Add(xz, hz)), op.Sub(h as Value, n)))];
  },
  Tanh: (op, fed, back) => [op.Tanh(op.Add(fed, back))],
  Relu: (op, fed, back) => [op.Relu(op.Add(fed, back))],
} satisfies { readonly [name: string]: Cell };

/**
 * x [T, B, I] from the first step to the last, or `reverse`; `states` are [B, …]. The outputs [T, B, H] and the last states. T is not 0:
 * PyTorch's layers refuse it.
 */
export function timeScan(
  op: OpBuilder,
  name: keyof typeof recurrentCells,
  x: Value,
  weights: RecurrentWeights,
  states: readonly Value[],
  reverse: boolean,
): { y: Value; last: readonly Value[] } {
  const cell: Cell = recurrentCells[name];
  const turned = (w: Value): Value => op.Transpose(w, { perm: [1, 0] });
  const plus = (inner: OpBuilder, v: Value, bias: Value | null): Value => (bias === null ? v : inner.Add(v, bias));
  const fed = plus(op, op.MatMul(x, turned(weights.input)), weights.inputBias);
  const hidden = turned(weights.hidden);
  const projection = weights.projection && turned(weights.projection);
  const formals = [...states.map((s) => ({ dtype: s.dtype, shape: s.shape })), { dtype: fed.dtype, shape: fed.shape.slice(1) }];
  const body = op.subgraph("step", formals, (inner, values) => {
    const held = values.slice(0, -1);
    const back = plus(inner, inner.MatMul(held[0] as Value, hidden), weights.hiddenBias);
    const [h, ...rest] = cell(inner, values.at(-1) as Value, back, held);
    const output = projection === null ? h : inner.MatMul(h, projection);
    return [output, ...rest, output];
  });
  const directions = { scan_input_directions: [Number(reverse)], scan_output_directions: [Number(reverse)] };
  const results = op.Scan([...states, fed], { body, num_scan_inputs: 1, ...directions });
  return { y: results.at(-1) as Value, last: results.slice(0, -1) };
}
