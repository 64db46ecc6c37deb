/** @file How windows move over spatial dims: what the attributes of convolutions and poolings of ONNX mean. */

import type { Call } from "./table.ts";

/** Per spatial dim. */
export interface Moves {
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [begin: number, end: number])[];
  readonly dilation: readonly number[];
}

/** `total` in two halves; an odd one more goes to the end, for SAME_LOWER to the begin. */
export function halves(total: number, autoPad: string): [begin: number, end: number] {
  const less = Math.floor(total / 2);
  return autoPad === "SAME_LOWER" ? [total - less, less] : [less, total - less];
}

/** Pads of each spatial dim. Throws `eval/attribute` where there are not two of each. */
function wholePads(call: Call, spatial: number): [number, number][] {
  const pads = call.ints("pads") ?? [];
  if (pads.length !== 0 && pads.length !== 2 * spatial)
    throw call.refuse("attribute", `pads are [${pads.join(", ")}]`, `${2 * spatial} numbers: of each dim before and after`);
  return Array.from({ length: spatial }, (_, i) => [pads[i] ?? 0, pads[i + spatial] ?? 0]);
}

/**
 * Strides, dilations and padding of a window of `kernel` over dims of `sizes`. With SAME_UPPER and SAME_LOWER there are
 * ceil(size / stride) windows. Throws `eval/attribute` for another auto_pad.
 */
export function movesOf(call: Call, sizes: readonly number[], kernel: readonly number[]): Moves {
  const spatial = kernel.length;
  const [stride, dilation] = [stepsOf(call, "strides", spatial), stepsOf(call, "dilations", spatial)];
  const autoPad = autoPadOf(call);
  if (autoPad === "NOTSET") return { stride, dilation, padding: wholePads(call, spatial) };
  const padding = sizes.map((n, i): [number, number] => {
    if (autoPad === "VALID") return [0, 0];
    const [s, reach] = [stride[i] as number, (dilation[i] as number) * ((kernel[i] as number) - 1) + 1];
    return halves(Math.max((Math.ceil(n / s) - 1) * s + reach - n, 0), autoPad);
  });
  return { stride, dilation, padding };
}

/** `auto_pad`, NOTSET where it is absent or empty. Throws `eval/attribute` for what ONNX does not have. */
function autoPadOf(call: Call): string {
  return call.oneOf("auto_pad", "NOTSET", ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER", ""]) || "NOTSET";
}

/** An attribute of one step per spatial dim; 1 where it is absent. Throws `eval/attribute` for other counts and for steps below 1. */
export function stepsOf(call: Call, name: string, spatial: number): number[] {
  const steps = call.ints(name) ?? [];
  if (steps.length === 0) return new Array<number>(spatial).fill(1);
  if (steps.length === spatial && steps.every((n) => n >= 1)) return steps;
  throw call.refuse("attribute", `${name} are [${steps.join(", ")}]`, `${spatial} numbers, at least 1`);
}

/**
 * The same for a transposed convolution: with `output_shape` padding is what makes that shape (a shape beyond reach is padded
 * with zeros at the end), with SAME_UPPER and SAME_LOWER the shape is size * stride.
 */
export function transposedMovesOf(
  call: Call,
  sizes: readonly number[],
  kernel: readonly number[],
): Moves & { readonly outputPadding: readonly number[] } {
  const spatial = kernel.length;
  const [stride, dilation] = [stepsOf(call, "strides", spatial), stepsOf(call, "dilations", spatial)];
  const outputPadding = Array.from({ length: spatial }, (_, i) => call.ints("output_padding")?.[i] ?? 0);
  const autoPad = autoPadOf(call);
  const shape =
    call.ints("output_shape")?.slice(-spatial) ?? (autoPad.startsWith("SAME") ? sizes.map((n, i) => n * (stride[i] as number)) : null);
  if (shape === null) {
    const none = outputPadding.map((): [number, number] => [0, 0]);
    return { stride, dilation, outputPadding, padding: autoPad === "VALID" ? none : wholePads(call, spatial) };
  }
  const padding = sizes.map((n, i): [number, number] => {
    const reach = (dilation[i] as number) * ((kernel[i] as number) - 1) + 1;
    const total = (stride[i] as number) * (n - 1) + (outputPadding[i] as number) + reach - (shape[i] as number);
    // SAME_UPPER alone puts an odd one at the end here.
    return total < 0 ? [0, total] : halves(total, autoPad === "SAME_UPPER" ? autoPad : "SAME_LOWER");
  });
  return { stride, dilation, padding, outputPadding };
}
