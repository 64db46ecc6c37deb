/** @file How the scales of a quantized tensor lie over it: one for all, one for each index of an axis, or one for each block along an axis. */

import { equal, type Shape } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";

export interface Spread {
  /** null: one scale for the whole tensor. */
  readonly axis: number | null;
  /** Elements along `axis` that share a scale; 0: `axis` has a scale for each index, and the other dims share it. */
  readonly block: number;
  /** The shape that ONNX wants of scales and zero points. */
  readonly shape: Shape;
}

/** Blocks of scales along an axis came with opset 21. */
const blockOpset = 21;

/**
 * The spread of scales that each cover `block` elements of a tensor of `shape`; null where QuantizeLinear and DequantizeLinear of `opset` cannot
 * say it: blocks over two dims, blocks of a size that only the run knows, blocks before opset 21.
 */
export function spreadOf(shape: Shape, block: readonly (number | Value)[], opset: number): Spread | null {
  if (block.length !== shape.length || block.some((b) => typeof b !== "number")) return null;
  const sizes = block as readonly number[];
  const isWhole = (i: number): boolean => sizes[i] === -1 || equal(sizes[i] as number, shape[i] as number);
  const dims = shape.map((_, i) => i).filter((i) => shape[i] !== 1);
  const cut = dims.filter((i) => !isWhole(i));
  const apart = cut.filter((i) => sizes[i] === 1);
  if (cut.length === 0) return { axis: null, block: 0, shape: [] };
  const [axis] = cut as [number];
  if (cut.length === 1 && apart.length === 1) return { axis, block: 0, shape: [shape[axis] as number] };
  const joined = dims.filter((i) => sizes[i] !== 1);
  const along = joined.length === 1 ? (joined[0] as number) : null;
  const size = along === null ? null : isWhole(along) ? shape[along] : sizes[along];
  const length = along === null ? null : shape[along];
  if (opset < blockOpset || typeof size !== "number" || typeof length !== "number" || length % size !== 0) return null;
  return { axis: along, block: size, shape: shape.map((d, i) => (i === along ? length / size : d)) };
}

/** The blocks that scales of the tensor's own rank cover: a scale of [4, 1] on [4, 6] is one for each row. */
export const blocksUnder = (shape: Shape, scale: Shape): number[] | null => {
  if (scale.every((d) => d === 1)) return shape.map(() => -1);
  const blocks = shape.map((d, i) => {
    const n = scale[i];
    if (n === 1) return d === 1 ? 1 : -1;
    if (n !== undefined && equal(d, n)) return 1;
    return typeof d === "number" && typeof n === "number" && d % n === 0 ? d / n : 0;
  });
  return scale.length === shape.length && !blocks.includes(0) ? blocks : null;
};

/** The attributes that say `spread`. */
export const spreadAttributes = ({ axis, block }: Spread): { axis?: number; block_size?: number } =>
  axis === null ? {} : block === 0 ? { axis } : { axis, block_size: block };

/** A scale or a zero point in the shape that `spread` wants. */
export const spreadOver = (x: Value, spread: Spread, op: OpBuilder): Value => op.reshape(x, spread.shape);
