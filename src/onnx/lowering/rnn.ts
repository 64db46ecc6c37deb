/** @file Recurrent layers as ONNX LSTM, GRU and RNN, one node per layer; LSTM with a projection as a Scan. */

import { type LayerParams, layerParams } from "../../aten/rnn.ts";
import { wideOf } from "../../dtype.ts";
import { type Dim, mul } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { timeScan } from "../opset/time-scan.ts";
import { dropped } from "./dropout.ts";
import type { LoweringTable } from "./table.ts";

interface Layers {
  readonly input: Value;
  readonly params: readonly Value[];
  readonly has_biases: boolean;
  readonly num_layers: number;
  readonly dropout: number | Value;
  readonly train: boolean;
  readonly bidirectional: boolean;
  readonly batch_first: boolean;
}

interface Kind {
  readonly op: "LSTM" | "GRU" | "RNN";
  /** ONNX's k-th gate is PyTorch's gate `order[k]`. LSTM: i f g o → i o f c; GRU: r z n → z r h. */
  readonly order: readonly number[];
  readonly activation?: string;
}

const lstm: Kind = { op: "LSTM", order: [0, 3, 1, 2] };
const gru: Kind = { op: "GRU", order: [1, 0, 2] };

/** Rows of `w` ([gates * H, …]) in ONNX's order of gates. On initializers this is folded into a derived weight. */
function reordered(w: Value, order: readonly number[], op: OpBuilder): Value {
  if (order.every((g, i) => g === i)) return w;
  const size = w.shape[0];
  if (typeof size !== "number") return op.refuse("a recurrent weight of unknown size", "give the hidden size as a number");
  const step = size / order.length;
  return op.Concat(
    order.map((g) => op.Slice(w, [g * step], [(g + 1) * step], [0])),
    { axis: 0 },
  );
}

/** [directions, …]: the tensors of both directions, stacked. */
const stacked = (parts: readonly Value[], op: OpBuilder): Value => {
  const rows = parts.map((p) => op.Unsqueeze(p, [0]));
  return rows.length === 1 ? (rows[0] as Value) : op.Concat(rows, { axis: 0 });
};

function biases(rows: readonly LayerParams<Value>[], order: readonly number[], op: OpBuilder): Value | null {
  const parts = rows.flatMap(({ inputBias, hiddenBias }) =>
    inputBias === null || hiddenBias === null
      ? []
      : [op.Concat([reordered(inputBias, order, op), reordered(hiddenBias, order, op)], { axis: 0 })],
  );
  return parts.length === 0 ? null : stacked(parts, op);
}

interface Outputs {
  readonly y: Value;
  readonly h: Value;
  readonly c: Value | null;
}

/** An LSTM layer whose states are projected, which ONNX's node cannot say: each direction a Scan over time. Halves are computed in float32, as by the node. */
function projectedLayer(kind: Kind, x: Value, rows: readonly LayerParams<Value>[], states: readonly Value[], op: OpBuilder): Outputs {
  const wide = (v: Value): Value => op.cast(v, wideOf(v.dtype));
  const inOrder = (v: Value): Value => reordered(wide(v), kind.order, op);
  const directions = rows.map((row, i) => {
    const weights = {
      input: inOrder(row.input),
      hidden: inOrder(row.hidden),
      inputBias: row.inputBias && inOrder(row.inputBias),
      hiddenBias: row.hiddenBias && inOrder(row.hiddenBias),
      projection: row.projection && wide(row.projection),
    };
    const own = states.map((s) => op.Squeeze(rows.length === 1 ? wide(s) : op.Slice(wide(s), [i], [i + 1], [0]), [0]));
    return timeScan(op, "LSTM", wide(x), weights, own, i === 1);
  });
  const outputs = directions.map((d) => d.y);
  const y = outputs.length === 1 ? (outputs[0] as Value) : op.Concat(outputs, { axis: 2 });
  const [h, c] = [0, 1].map((k) => directions.map((d) => d.last[k] as Value)) as [Value[], Value[]];
  return { y: op.cast(y, x.dtype), h: op.cast(stacked(h, op), x.dtype), c: op.cast(stacked(c, op), x.dtype) };
}

/** One layer: x [T, B, I] to [T, B, directions * H]. `states` are [directions, B, H]. */
function layer(kind: Kind, x: Value, rows: readonly LayerParams<Value>[], states: readonly Value[], op: OpBuilder): Outputs {
  if (rows.some((r) => r.projection !== null)) return projectedLayer(kind, x, rows, states, op);
  const hidden = rows[0]?.hidden.shape[1];
  if (typeof hidden !== "number") return op.refuse("a recurrent net of unknown hidden size", "give the hidden size as a number");
  const inputs = [
    x,
    stacked(
      rows.map((r) => reordered(r.input, kind.order, op)),
      op,
    ),
    stacked(
      rows.map((r) => reordered(r.hidden, kind.order, op)),
      op,
    ),
    biases(rows, kind.order, op),
    null,
    ...states,
  ];
  const [y, h, c] = op.outputs(states.length + 1, kind.op, inputs, {
    hidden_size: hidden,
    direction: rows.length === 2 ? "bidirectional" : "forward",
    ...(kind.op === "GRU" ? { linear_before_reset: 1 } : {}),
    ...(kind.activation === undefined ? {} : { activations: rows.map(() => kind.activation as string) }),
  }) as [Value, Value, Value | undefined];
  // [T, directions, B, H]
  const joined =
    rows.length === 1
      ? op.Squeeze(y, [1])
      : op.reshape(op.Transpose(y, { perm: [0, 2, 1, 3] }), [...x.shape.slice(0, 2), mul(hidden, 2)] as Dim[]);
  return { y: joined, h, c: c ?? null };
}

function run(kind: Kind, args: Layers, states: readonly Value[], op: OpBuilder): Outputs {
  const directions = args.bidirectional ? 2 : 1;
  const rows = layerParams(args);
  const swapped = (x: Value): Value => (args.batch_first ? op.Transpose(x, { perm: [1, 0, 2] }) : x);
  const pick = (s: Value, i: number): Value => (args.num_layers === 1 ? s : op.Slice(s, [i * directions], [(i + 1) * directions], [0]));
  let x = swapped(args.input);
  const last: Outputs[] = [];
  for (let i = 0; i < args.num_layers; i++) {
    const out = layer(
      kind,
      x,
      rows.slice(i * directions, (i + 1) * directions),
      states.map((s) => pick(s, i)),
      op,
    );
    last.push(out);
    x = args.train && i < args.num_layers - 1 ? dropped({ input: out.y, p: args.dropout, train: true }, op) : out.y;
  }
  const joined = (parts: readonly Value[]): Value => (parts.length === 1 ? (parts[0] as Value) : op.Concat(parts, { axis: 0 }));
  const cells = last.flatMap((o) => (o.c === null ? [] : [o.c]));
  return { y: swapped(x), h: joined(last.map((o) => o.h)), c: cells.length === 0 ? null : joined(cells) };
}

const simple =
  (kind: Kind) =>
  (args: Layers & { readonly hx: Value }, op: OpBuilder): [Value, Value] => {
    const { y, h } = run(kind, args, [args.hx], op);
    return [y, h];
  };

export const rnn = {
  "aten::lstm.input": (args, op) => {
    const { y, h, c } = run(lstm, args, args.hx, op);
    return [y, h, c as Value];
  },
  "aten::gru.input": simple(gru),
  "aten::rnn_tanh.input": simple({ op: "RNN", order: [0], activation: "Tanh" }),
  "aten::rnn_relu.input": simple({ op: "RNN", order: [0], activation: "Relu" }),
} satisfies LoweringTable;
