/** @file Graphs that a runtime's own optimizer breaks, said in another way. */

import type { Node, Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { elementsOf } from "../opset/literal.ts";

/**
 * ONNX Runtime (to 1.30 at least) merges a Pad with zeros into the MaxPool after it, whose own padding is -Infinity: negative maxima at the
 * border come out wrong. Returns what the MaxPool may read instead of `pad`, which is not merged: a Pad with axes, before opset 18 one
 * with -0; null where `pad` is not merged either.
 */
export function padBeforeMaxPool(op: OpBuilder, pad: Node): Value | null {
  if (pad.string("mode", "constant") !== "constant") return null;
  const [x, pads, fill, axes] = pad.inputs;
  const amounts = pads?.source ? elementsOf(pads.source).map(Number) : null;
  if (!x || amounts === null || axes || amounts.some((n) => n < 0)) return null;
  if (fill && (!fill.source || !Object.is(Number(elementsOf(fill.source)[0]), 0))) return null;
  if (op.target.opset < 18) return op.Pad(x, amounts, op.scalar(-0, x.dtype));
  const padded = Array.from({ length: x.rank }, (_, i) => i).slice(2);
  return op.Pad(x, [...padded.map((i) => amounts[i] ?? 0), ...padded.map((i) => amounts[x.rank + i] ?? 0)], op.scalar(0, x.dtype), padded);
}
