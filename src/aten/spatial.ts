/** @file Sizes of windows that slide over spatial dims: convolution and pooling. */

import { add, compare, type Dim, floordiv, min, mul, sub } from "../symbolic.ts";

/** `xs` for each of `n` spatial dims: one number stands for all of them, none at all for `otherwise`. */
export function spread<D>(xs: readonly D[], n: number, otherwise: readonly D[]): D[] {
  return xs.length === 0 ? [...otherwise] : Array.from({ length: n }, (_, i) => xs[xs.length === 1 ? 0 : i] as D);
}

/** Positions of a window: (size + both paddings - dilation * (kernel - 1) - 1) // stride + 1. */
export function windowCount(size: Dim, padding: readonly [Dim, Dim], kernel: Dim, stride: Dim, dilation: Dim): Dim {
  const covered = add(mul(dilation, sub(kernel, 1)), 1);
  return add(floordiv(sub(add(size, add(...padding)), covered), stride), 1);
}

/**
 * Positions of a pooling window. In ceil mode a partial window counts if it starts inside the input or its left padding
 * (ATen/native/Pool.h, pooling_output_shape).
 */
export function pooledSize(size: Dim, kernel: number, padding: number, stride: number, dilation: number, ceil: boolean): Dim {
  const floor = windowCount(size, [padding, padding], kernel, stride, dilation);
  if (!ceil) return floor;
  const rounded = windowCount(add(size, stride - 1), [padding, padding], kernel, stride, dilation);
  const inside = add(floordiv(sub(add(size, padding), 1), stride), 1);
  const starts = compare(rounded, "<=", inside);
  return starts === null ? min(rounded, inside) : starts ? rounded : inside;
}

/** Size of a transposed convolution's output. */
export function transposedCount(size: Dim, padding: Dim, kernel: Dim, stride: Dim, dilation: Dim, outputPadding: Dim): Dim {
  const grown = add(mul(sub(size, 1), stride), mul(dilation, sub(kernel, 1)));
  return sub(add(grown, add(outputPadding, 1)), mul(2, padding));
}

/** Left and right padding that keep the size: the odd one goes right (ATen/native/Convolution.cpp, _convolution_same). */
export function samePadding(kernel: number, dilation: number): [number, number] {
  const total = dilation * (kernel - 1);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}
