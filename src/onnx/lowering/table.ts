/** @file The shape of a lowering: how ONNX says what an ATen op means. */

import type { ArgsOf, Op, ReturnOf } from "../../aten/table.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";

/**
 * Tensors are ONNX values of known dtype and shape, promotion already applied; integers are numbers, or values (int64 scalars) where they
 * are computed at run time. Results are not named or shaped: the builder infers them, and they are checked against the captured types.
 */
export type Lowering<K extends Op> = (
  args: ArgsOf<K, Value, number | Value>,
  op: OpBuilder,
  result: Results,
) => ReturnOf<K, Value, number | Value> | typeof decomposed;

/** What a lowering returns where ONNX, or this opset of it, says the op no better than the op's decomposition. */
export const decomposed = Symbol("decomposed");

/** dtype and shape that the captured program gives to each result, flat. */
export type Results = readonly { readonly dtype: Value["dtype"]; readonly shape: Value["shape"] }[];

export type LoweringTable = { readonly [K in Op]?: Lowering<K> };

/** A lowering with its argument types forgotten: what code that knows no op by name works with. */
export type AnyLowering = (args: never, op: OpBuilder, result: never) => unknown;
