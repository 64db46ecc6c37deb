/** @file Tensors of ai.onnx.ml as rows of features. */

import { floats } from "../../../core/ops/values.ts";
import { numel } from "../../../core/strided.ts";
import type { StringTensor } from "../../ir/graph.ts";
import type { Call } from "../table.ts";

/** A matrix in double precision. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  row(i: number): Float64Array;
}

/** Input 0, [N, F], or [F] as one row. Throws `eval/shape` for other ranks. */
export function rowsOf(call: Call): Rows {
  const x = call.tensor(0);
  if (x.shape.length !== 1 && x.shape.length !== 2) {
    throw call.refuse("shape", `input 0 is of shape [${x.shape}]`, `${call.node.op} wants [N, F] or [F]`);
  }
  const width = x.shape.at(-1) as number;
  const count = numel(x.shape.slice(0, -1));
  const values = floats(x);
  return { count, width, row: (i) => values.subarray(i * width, (i + 1) * width) };
}

/** An attribute of floats that newer versions also have as a tensor, under `name` with `_as_tensor`. */
export function floatsOf(call: Call, name: string): ArrayLike<number> | null {
  const tensor = call.tensorAttribute(`${name}_as_tensor`);
  return tensor === null ? call.floats(name) : floats(tensor);
}

export const stringsOf = (shape: readonly number[], strings: readonly string[]): StringTensor => ({ shape, strings });
