/** @file Recurrent layers and cells. */

import { cast } from "../core/ops/elementwise.ts";
import { defaultGenerator } from "../core/ops/generator.ts";
import { concat, permute, select, stack } from "../core/ops/layout.ts";
import { drop } from "../core/ops/random.ts";
import type { State } from "../core/ops/recurrence.ts";
import { type Cell, rnnLayer, type Weights } from "../core/ops/rnn.ts";
import type { Strided } from "../core/strided.ts";
import { wideOf } from "../dtype.ts";
import { internal, OnnxExporterError } from "../errors.ts";
import { type Dim, mul } from "../symbolic.ts";

import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";
import { shaped } from "./view-shape.ts";

interface Layers<T, I> {
  readonly input: T;
  readonly params: readonly T[];
  readonly has_biases: boolean;
  readonly num_layers: number;
  readonly dropout: number | I;
  readonly train: boolean;
  readonly bidirectional: boolean;
  readonly batch_first: boolean;
}

/** The tensors of one direction of one layer, as `params` lists them: layer by layer, forward before backward. */
export interface LayerParams<T> {
  readonly input: T;
  readonly hidden: T;
  readonly inputBias: T | null;
  readonly hiddenBias: T | null;
  readonly projection: T | null;
}

/** Splits `params` into one row per layer and direction. */
export function layerParams<T>(args: {
  readonly params: readonly T[];
  readonly has_biases: boolean;
  readonly num_layers: number;
  readonly bidirectional: boolean;
}): LayerParams<T>[] {
  const rows = args.num_layers * (args.bidirectional ? 2 : 1);
  const each = args.params.length / rows;
  const plain = args.has_biases ? 4 : 2;
  if (each !== plain && each !== plain + 1) {
    throw new OnnxExporterError(
      "aten/argument",
      `${args.params.length} parameters for ${rows} recurrent directions`,
      "give 2 or 4 tensors per direction, one more with a projection",
    );
  }
  return Array.from({ length: rows }, (_, i) => {
    const at = (k: number): T => args.params[i * each + k] ?? internal("a recurrent parameter is missing");
    return {
      input: at(0),
      hidden: at(1),
      inputBias: args.has_biases ? at(2) : null,
      hiddenBias: args.has_biases ? at(3) : null,
      projection: each > plain ? at(plain) : null,
    };
  });
}

function outputTypes(args: Layers<TensorType, Dim>, h: TensorType): [Meta, Meta] {
  const features = mul(h.shape[2] as Dim, args.bidirectional ? 2 : 1);
  return [shaped(args.input, [...args.input.shape.slice(0, 2), features]), shaped(h, h.shape)];
}

/** All layers: the outputs of the last one, and the last states of each direction, stacked. */
function run(cell: Cell, args: Layers<Strided, number>, hx: Strided, cx: Strided | null): { y: Strided; h: Strided; c: Strided | null } {
  const { dtype } = args.input;
  const wide = (x: Strided): Strided => cast(x, wideOf(dtype));
  const directions = args.bidirectional ? 2 : 1;
  const rows = layerParams(args);
  let x = wide(args.batch_first ? permute(args.input, [1, 0, 2]) : args.input);
  const last: State[] = [];
  for (let layer = 0; layer < args.num_layers; layer++) {
    const outputs = Array.from({ length: directions }, (_, d) => {
      const i = layer * directions + d;
      const start = { h: wide(select(hx, 0, i)), c: cx === null ? null : wide(select(cx, 0, i)) };
      const { y, last: end } = rnnLayer(cell, x, start, widened(rows[i] as Weights, wide), d === 1);
      last.push(end);
      return y;
    });
    x = concat(outputs, 2);
    if (args.train && args.dropout > 0 && layer < args.num_layers - 1) x = drop(defaultGenerator, x, args.dropout);
  }
  const stacked = (pick: (s: State) => Strided): Strided => cast(stack(last.map(pick), 0), dtype);
  const y = cast(args.batch_first ? permute(x, [1, 0, 2]) : x, dtype);
  return { y, h: stacked((s) => s.h), c: cx === null ? null : stacked((s) => s.c as Strided) };
}

const widened = (w: Weights, wide: (x: Strided) => Strided): Weights => ({
  input: wide(w.input),
  hidden: wide(w.hidden),
  inputBias: w.inputBias && wide(w.inputBias),
  hiddenBias: w.hiddenBias && wide(w.hiddenBias),
  projection: w.projection && wide(w.projection),
});

const simple = (cell: Cell) => ({
  meta: (args: Layers<TensorType, Dim> & { readonly hx: TensorType }) => outputTypes(args, args.hx),
  eval: (args: Layers<Strided, number> & { readonly hx: Strided }): [Strided, Strided] => {
    const { y, h } = run(cell, args, args.hx, null);
    return [y, h];
  },
});

interface CellArgs {
  readonly input: Symbolic;
  readonly w_ih: Symbolic;
  readonly w_hh: Symbolic;
  readonly b_ih: Symbolic | null;
  readonly b_hh: Symbolic | null;
}

/** W_ih x + b_ih and W_hh h + b_hh. */
const gates = (a: CellArgs, h: Symbolic, call: Call): [Symbolic, Symbolic] => [
  call("aten::linear", { input: a.input, weight: a.w_ih, bias: a.b_ih }),
  call("aten::linear", { input: h, weight: a.w_hh, bias: a.b_hh }),
];

const plus = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::add.Tensor", { self, other });
const times = (self: Symbolic, other: Symbolic, call: Call): Symbolic => call("aten::mul.Tensor", { self, other });
const sigmoid = (self: Symbolic, call: Call): Symbolic => call("aten::sigmoid", { self });
const tanh = (self: Symbolic, call: Call): Symbolic => call("aten::tanh", { self });

function lstmCell(a: CellArgs, h: Symbolic, c: Symbolic, call: Call): [Symbolic, Symbolic] {
  const sum = plus(...gates(a, h, call), call);
  const [i, f, g, o] = call("aten::chunk", { self: sum, chunks: 4, dim: -1 }) as readonly [Symbolic, Symbolic, Symbolic, Symbolic];
  const cell = plus(times(sigmoid(f, call), c, call), times(sigmoid(i, call), tanh(g, call), call), call);
  return [times(sigmoid(o, call), tanh(cell, call), call), cell];
}

function gruCell(a: CellArgs, h: Symbolic, call: Call): Symbolic {
  const [x, y] = gates(a, h, call);
  const [xr, xz, xn] = call("aten::chunk", { self: x, chunks: 3, dim: -1 }) as readonly [Symbolic, Symbolic, Symbolic];
  const [hr, hz, hn] = call("aten::chunk", { self: y, chunks: 3, dim: -1 }) as readonly [Symbolic, Symbolic, Symbolic];
  const r = sigmoid(plus(xr, hr, call), call);
  const z = sigmoid(plus(xz, hz, call), call);
  const n = tanh(plus(xn, times(r, hn, call), call), call);
  return plus(n, times(z, call("aten::sub.Tensor", { self: h, other: n }), call), call);
}

export const rnn = {
  "aten::lstm.input": {
    meta: (args) => {
      const [h, c] = args.hx as readonly [TensorType, TensorType];
      return [...outputTypes(args, h), shaped(c, c.shape)];
    },
    eval: (args) => {
      const [hx, cx] = args.hx as readonly [Strided, Strided];
      const { y, h, c } = run("lstm", args, hx, cx);
      return [y, h, c ?? internal("an LSTM without cell state")];
    },
  },
  "aten::gru.input": simple("gru"),
  "aten::rnn_tanh.input": simple("rnn_tanh"),
  "aten::rnn_relu.input": simple("rnn_relu"),
  "aten::lstm_cell": {
    decompose: (args, call) => {
      const [h, c] = args.hx as readonly [Symbolic, Symbolic];
      return lstmCell(args, h, c, call);
    },
  },
  "aten::gru_cell": { decompose: (args, call) => gruCell(args, args.hx, call) },
  "aten::rnn_tanh_cell": { decompose: (args, call) => tanh(plus(...gates(args, args.hx, call), call), call) },
  "aten::rnn_relu_cell": { decompose: (args, call) => call("aten::relu", { self: plus(...gates(args, args.hx, call), call) }) },
} satisfies AtenTable;
