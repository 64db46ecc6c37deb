/** @file What pointwise families share: broadcasting of symbolic shapes, scalars beside tensors, and one entry for many ops. */

import { cast, scalarTensor } from "../core/ops/elementwise.ts";
import { concat, select, unsqueeze, viewAs } from "../core/ops/layout.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, wideOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { compare, type Dim, equal, type Shape, show } from "../symbolic.ts";
import type { Complex, TensorType } from "./graph.ts";
import type { Meta, Op, ScalarOf } from "./table.ts";

/** One entry for each of `names`. */
export function each<N extends Op, E>(names: readonly N[], entry: (name: N) => E): { readonly [K in N]: E } {
  return Object.fromEntries(names.map((n) => [n, entry(n)])) as { readonly [K in N]: E };
}

/**
 * A dim of a broadcast. Two unequal symbolic dims are equal at run time or one of them is 1: the one known to exceed 1 wins, else the first,
 * as PyTorch's guards have settled it.
 */
function broadcastDim(a: Dim, b: Dim): Dim | null {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === "number") return typeof b === "number" ? null : a;
  if (typeof b === "number") return b;
  return equal(a, b) || compare(a, ">", 1) === true || compare(b, ">", 1) !== true ? a : b;
}

/** The shape that `shapes` broadcast to, aligned right. Throws `shape/broadcast` naming the shapes and the dim. */
export function broadcastShapes(...shapes: readonly Shape[]): Dim[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out = new Array<Dim>(rank).fill(1);
  for (const shape of shapes) {
    for (let k = 1; k <= shape.length; k++) {
      const d = broadcastDim(out[rank - k] as Dim, shape[shape.length - k] as Dim);
      if (d === null) {
        const all = shapes.map((s) => `[${s.map(show).join(", ")}]`).join(" with ");
        const [p, q] = [show(out[rank - k] as Dim), show(shape[shape.length - k] as Dim)];
        throw new OnnxExporterError(
          "shape/broadcast",
          `cannot broadcast ${all}: dim -${k} is ${p} and ${q}`,
          "make the sizes equal, or one of them 1",
        );
      }
      out[rank - k] = d;
    }
  }
  return out;
}

/** A tensor operand, or the Python number that a captured program may hold in its place (`mul.Tensor(x, 2)`). */
export type Operand<T, I> = T | ScalarOf<I>;

export const isTensor = <T extends { readonly dtype: DType; readonly shape: readonly unknown[] }>(x: T | unknown): x is T =>
  typeof x === "object" && x !== null && "shape" in x;

/** The type of a pointwise result: `dtype` (default: that of the promoted tensors) and the shape that the tensors broadcast to. */
export function pointwiseType(operands: readonly Operand<TensorType, Dim>[], dtype?: DType): Meta {
  const tensors = operands.filter((x) => isTensor<TensorType>(x));
  return { dtype: dtype ?? (tensors[0] as TensorType).dtype, shape: broadcastShapes(...tensors.map((t) => t.shape)) };
}

/** A Python number as the core takes it. */
export type Literal = number | bigint | boolean | Complex;

/** The number `x` as a 0-d tensor of `dtype`; complex numbers in real dtypes lose their imaginary part, as in torch. */
export function literal(x: Literal, dtype: DType): Strided {
  if (typeof x !== "object") return scalarTensor(dtype, x);
  const pair = concat(
    [scalarTensor("float64", x.re), scalarTensor("float64", x.im)].map((part) => unsqueeze(part, 0)),
    0,
  );
  return cast(select(viewAs(pair, "complex128"), 0, 0), dtype);
}

/** `x` itself, or the number `x` as a 0-d tensor of `dtype`. */
export function operand(x: Operand<Strided, number>, dtype: DType): Strided {
  return isTensor<Strided>(x) ? x : literal(x, dtype);
}

/**
 * `f` on operands of one dtype, computed in torch's opmath: low precision widens to float32 and the result is rounded once, so numbers keep
 * their float32 values, as PyTorch's CPU kernels do it.
 */
export function inOpmath(operands: readonly Operand<Strided, number>[], f: (...xs: Strided[]) => Strided): Strided {
  const dtype = (operands.find((x) => isTensor<Strided>(x)) as Strided).dtype;
  const wide = wideOf(dtype);
  const out = f(...operands.map((x) => cast(operand(x, wide), wide)));
  return out.dtype === wide ? cast(out, dtype) : out;
}

/** The largest finite number of a float dtype. */
export const finiteMax = (d: DType): number =>
  ({ float16: 65504, bfloat16: 3.3895313892515355e38, float32: 3.4028234663852886e38, float64: Number.MAX_VALUE })[d as "float32"] ??
  Number.MAX_VALUE;

/** The dtype that Python numbers alone give: `torch.result_type` of scalars. */
export function scalarDType(...xs: readonly unknown[]): DType {
  const has = (test: (x: unknown) => boolean) => xs.some(test);
  if (has((x) => typeof x === "object" && x !== null && "re" in x)) return "complex64";
  if (has((x) => typeof x === "number" && !Number.isInteger(x))) return "float32";
  return has((x) => typeof x !== "boolean") ? "int64" : "bool";
}
