/** @file Loop nests: how strided operands are walked. The kernels that take a nest read it as assembly/kernels/nest.ts says. */

import { width } from "../../dtype.ts";
import { core } from "../door.ts";
import { address, contiguousStrides, type Strided } from "../strided.ts";

/** An operand of a nest: its first element, and a stride in bytes for each dim of the nest's shape. */
export interface Operand {
  readonly ptr: number;
  readonly strides: readonly number[];
}

const dimInts = 6;

/** `x` seen in `shape`, to which it broadcasts: dims that are missing or of size 1 get stride 0. */
export function operand(x: Strided, shape: readonly number[]): Operand {
  const size = width(x.dtype);
  const lead = shape.length - x.shape.length;
  const strides = shape.map((n, i) => (i < lead || (x.shape[i - lead] === 1 && n !== 1) ? 0 : (x.strides[i - lead] as number) * size));
  return { ptr: address(x), strides };
}

/**
 * Writes the nest of `operands` (the first is the result) over `shape` to scratch and returns its address.
 * Dims are ordered by the result's strides, innermost first, and merged where all operands allow it. No dim may be 0.
 */
export function nest(shape: readonly number[], operands: readonly Operand[]): number {
  const stride = (k: number, d: number) => (operands[k] as Operand).strides[d] as number;
  const dims = shape.map((_, d) => d).filter((d) => shape[d] !== 1);
  dims.sort((p, q) => Math.abs(stride(0, p)) - Math.abs(stride(0, q)) || q - p);
  const sizes: number[] = [];
  const firsts: number[] = [];
  for (const d of dims) {
    const top = sizes.length - 1;
    const first = firsts[top];
    const below = sizes[top] as number;
    if (first !== undefined && operands.every((_, k) => stride(k, d) === stride(k, first) * below)) {
      sizes[top] = below * (shape[d] as number);
    } else {
      sizes.push(shape[d] as number);
      firsts.push(d);
    }
  }
  const words = [Math.max(sizes.length, 1), operands.length, 0, 0, 0, 0];
  operands.forEach((o, k) => {
    words[2 + k] = o.ptr;
  });
  if (sizes.length === 0) words.push(1, 0, ...new Array<number>(dimInts - 2).fill(0));
  sizes.forEach((n, i) => {
    words.push(n, 0);
    for (let k = 0; k < dimInts - 2; k++) words.push(k < operands.length ? stride(k, firsts[i] as number) : 0);
  });
  return core.ints(words);
}

/**
 * Strides of a new tensor of `shape` made elementwise from `operands`, as PyTorch's TensorIterator chooses them
 * (`reorder_dimensions`): dims keep the order that they have in the operands' memory, so a permuted tensor stays permuted.
 */
export function likeStrides(shape: readonly number[], operands: readonly Operand[]): number[] {
  const rank = shape.length;
  const perm = shape.map((_, i) => rank - 1 - i);
  const order = (p: number, q: number): number => {
    for (const { strides } of operands) {
      const [s, t] = [strides[p] as number, strides[q] as number];
      if (s === 0 || t === 0) continue;
      if (s !== t) return s < t ? -1 : 1;
      if ((shape[p] as number) > (shape[q] as number)) return 1;
    }
    return 0;
  };
  for (let i = 1; i < rank; i++) {
    for (let at = i, below = i - 1; below >= 0; below--) {
      const cmp = order(perm[below] as number, perm[at] as number);
      if (cmp < 0) break;
      if (cmp > 0) {
        [perm[below], perm[at]] = [perm[at] as number, perm[below] as number];
        at = below;
      }
    }
  }
  if (perm.every((d, i) => d === rank - 1 - i)) return contiguousStrides(shape);
  const strides = new Array<number>(rank);
  let step = 1;
  for (const d of perm) {
    strides[d] = step;
    step *= Math.max(shape[d] as number, 1);
  }
  return strides;
}
