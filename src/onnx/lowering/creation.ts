/** @file How ONNX says tensors made from numbers, triangles, and copies. */

import { each } from "../../aten/broadcast.ts";
import { linspacePoints, triangleIndices } from "../../aten/creation.ts";
import type { Op } from "../../aten/table.ts";
import { type DType, isFloat } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import type { Int } from "./ints.ts";
import { known, type Numeric, operand, stored } from "./operand.ts";
import type { LoweringTable, Results } from "./table.ts";

type Result = Results[number];

/** `value` in every place of the result. */
export function filled(value: Numeric, result: Result, op: OpBuilder): Value {
  const one = operand(op, stored(value, result.dtype), result.dtype);
  return result.shape.length === 0 ? op.Identity(one) : op.Expand(one, op.dims(result.shape));
}
const constants = <N extends Op>(names: readonly N[], value: number) =>
  each(
    names,
    () =>
      (_: object, op: OpBuilder, [result]: Results): Value =>
        filled(value, result as Result, op),
  );
const fills = <N extends Op>(names: readonly N[]) =>
  each(
    names,
    () =>
      ({ fill_value }: { fill_value: Numeric }, op: OpBuilder, [result]: Results): Value =>
        filled(fill_value, result as Result, op),
  );

/** Numbers that are cheaper written down than computed, in elements. */
const smallConstant = 256;

interface Span {
  readonly start?: Numeric;
  readonly end: Numeric;
  readonly step?: Numeric;
}
/**
 * Range in integers where all parts are integers, cast afterwards. Fractions: start + i * step, whose length is what PyTorch computes in
 * double precision, not what a Range in float32 would come to.
 */
function counting({ start = 0, end, step = 1 }: Span, op: OpBuilder, [result]: Results): Value {
  const { dtype, shape } = result as Result;
  const parts = [start, end, step];
  const numbers = parts.map(known);
  const count = shape[0] ?? 0;
  if (parts.every((_x, i) => numbers[i] === null || Number.isInteger(numbers[i]))) {
    const carrier = dtype === "int32" ? dtype : "int64";
    const [from, to, by] = parts.map((x) => operand(op, x, carrier)) as [Value, Value, Value];
    return op.cast(op.Range(from, to, by), dtype);
  }
  const [from, , by] = numbers;
  if (typeof count === "number" && count <= smallConstant && from !== null && by !== null) {
    return op.constant(
      dtype,
      [count],
      Array.from({ length: count }, (_, i) => (from as number) + i * (by as number)),
    );
  }
  const index = op.cast(op.Range(op.scalar(0, "int64"), op.dim(count), op.scalar(1, "int64")), isFloat(dtype) ? dtype : "float64");
  const points = op.Add(op.Mul(index, operand(op, step, index.dtype)), operand(op, start, index.dtype));
  return op.cast(points, dtype);
}

const triangle =
  (upper: 0 | 1) =>
  ({ self, diagonal }: { self: Value; diagonal: Int }, op: OpBuilder): Value =>
    diagonal === 0 ? op.Trilu(self, { upper }) : op.Trilu(self, diagonal, { upper });

interface Triangle {
  readonly row: number;
  readonly col: number;
  readonly offset: number;
}
const indices =
  (lower: boolean) =>
  (args: Triangle, op: OpBuilder, [result]: Results): Value => {
    const { dtype } = result as Result;
    const [rows, columns] = triangleIndices(args, lower);
    if (rows.length <= smallConstant) return op.constant(dtype, [2, rows.length], [...rows, ...columns]);
    const ones = op.Expand(op.scalar(1, "int64"), op.dims([args.row, args.col]));
    return op.cast(op.NonZero(op.Trilu(ones, args.offset, { upper: lower ? 0 : 1 })), dtype);
  };

const identity = (_: object, op: OpBuilder, [result]: Results): Value => {
  const { dtype, shape } = result as Result;
  const own = dtype === "float64" || dtype === "int32" || dtype === "int64" ? dtype : "float32"; // what runtimes fill
  const zeros = op.Expand(op.scalar(0, own), op.dims(shape));
  return op.cast(op.EyeLike(zeros, { dtype: own }), dtype);
};

const copy = ({ self }: { self: Value }, op: OpBuilder): Value => op.Identity(self);

export const creation = {
  ...constants(
    [
      "aten::zeros",
      "aten::empty.memory_format",
      "aten::_efficientzerotensor",
      "aten::zeros_like",
      "aten::empty_like",
      "aten::new_zeros",
      "aten::new_empty",
    ],
    0,
  ),
  ...constants(["aten::ones", "aten::ones_like", "aten::new_ones"], 1),
  ...fills(["aten::full", "aten::full_like", "aten::new_full"]),
  "aten::scalar_tensor": ({ s }, op, [result]) => op.Identity(operand(op, s, (result as Result).dtype)),
  "aten::copy": ({ src }, op, [result]) => {
    const { dtype, shape } = result as Result;
    const value = op.cast(src, dtype);
    return op.Expand(value, op.dims(shape));
  },
  ...each(["aten::arange", "aten::arange.start", "aten::arange.start_step"], () => counting),
  "aten::linspace": ({ start, end, steps }, op, [result]) => {
    const { dtype } = result as Result;
    const [from, to] = [known(start), known(end)];
    if (from !== null && to !== null && steps <= smallConstant) {
      const points = linspacePoints(from, to, steps);
      return op.constant(dtype, [steps], isFloat(dtype) ? points : points.map(Math.trunc));
    }
    const wide: DType = isFloat(dtype) ? dtype : "float64";
    const [a, b] = [operand(op, start, wide), operand(op, end, wide)];
    const by = op.Div(op.Sub(b, a), Math.max(steps - 1, 1));
    const index = op.cast(op.Range(op.scalar(0, "int64"), op.scalar(steps, "int64"), op.scalar(1, "int64")), wide);
    const back = op.Sub(b, op.Mul(op.Sub(op.scalar(steps - 1, wide), index), by));
    return op.cast(op.Where(op.Less(index, steps / 2), op.Add(a, op.Mul(index, by)), back), dtype);
  },
  ...each(["aten::eye", "aten::eye.m"], () => identity),
  "aten::tril": triangle(0),
  "aten::triu": triangle(1),
  "aten::tril_indices": indices(true),
  "aten::triu_indices": indices(false),
  // ONNX's OneHot takes no 0-d tensor.
  "aten::one_hot": ({ self, num_classes }, op, [result]) => {
    const depth = num_classes >= 0 ? op.scalar(num_classes, "int64") : op.Add(op.ReduceMax(self, null, { keepdims: 0 }), 1);
    const hot = op.OneHot(self.rank === 0 ? op.reshape(self, [1]) : self, depth, op.constant("int64", [2], [0, 1]));
    return self.rank === 0 ? op.reshape(hot, (result as Result).shape) : hot;
  },
  ...each(["aten::clone", "aten::lift_fresh_copy", "aten::contiguous", "aten::resolve_conj", "aten::resolve_neg"], () => copy),
} satisfies LoweringTable;
