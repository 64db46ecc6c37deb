/** @file Recurrent nodes in float64, which ONNX Runtime does not run, as Scans. */

import type { Node, Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { type recurrentCells, timeScan } from "../opset/time-scan.ts";

/**
 * ONNX Runtime (to 1.32 at least) has kernels of LSTM and GRU in float64 that refuse to run, and no RNN. Each direction as a Scan: [outputs, last
 * states…]; null where the node is of another dtype, or has what PyTorch's layers have not.
 */
export function float64Recurrence(op: OpBuilder, node: Node): Value[] | null {
  const [x, input, hidden, bias, lengths, ...states] = node.inputs;
  const cell = x?.dtype === "float64" ? cellOf(node) : null;
  const kept = states.slice(0, node.op === "LSTM" ? 2 : 1).filter((s) => s != null);
  if (cell === null || !x || !input || !hidden || lengths || states.length > kept.length || kept.length === 0) return null;
  const gates = input.shape[1] as number;
  const direction = node.string("direction", "forward");
  const directions = (direction === "bidirectional" ? [false, true] : [direction === "reverse"]).map((reverse, d) => {
    const at = (v: Value): Value => op.Squeeze(op.Slice(v, [d], [d + 1], [0]), [0]);
    const biases = bias ? at(bias) : null;
    const weights = {
      input: at(input),
      hidden: at(hidden),
      inputBias: biases && op.Slice(biases, [0], [gates], [0]),
      hiddenBias: biases && op.Slice(biases, [gates], [2 * gates], [0]),
      projection: null,
    };
    return timeScan(op, cell, x, weights, kept.map(at), reverse);
  });
  const joined = (axis: number, parts: readonly Value[]): Value => {
    const rows = parts.map((p) => op.Unsqueeze(p, [axis]));
    return rows.length === 1 ? (rows[0] as Value) : op.Concat(rows, { axis });
  };
  const ys = directions.map((r) => r.y);
  const last = kept.map((_, k) => directions.map((r) => r.last[k] as Value));
  return [joined(1, ys), ...last.map((parts) => joined(0, parts))];
}

/** The cell that a recurrent node computes; null: one with other activations, gates or layout. */
function cellOf(node: Node): keyof typeof recurrentCells | null {
  const options = ["clip", "layout", "input_forget"].some((name) => node.attributes.has(name));
  const activations = node.attributes.get("activations");
  if (options || typeof node.inputs[1]?.shape[1] !== "number") return null;
  if (node.op === "LSTM") return activations ? null : "LSTM";
  if (node.op === "GRU") return activations || node.int("linear_before_reset", 0) === 0 ? null : "GRU";
  const named = activations?.kind === "strings" ? new Set(activations.value) : new Set(["Tanh"]);
  const [one] = named;
  return named.size === 1 && (one === "Tanh" || one === "Relu") ? one : null;
}
