/** @file Moving elements without computing on them, in tensors of anything: strings move as their places do. */

import { fromIntegers, integers, listSize, range } from "../../core/ops/values.ts";
import { isStrided, numel, type Strided } from "../../core/strided.ts";
import type { StringTensor } from "../ir/graph.ts";
import type { Call, Evaluate } from "./table.ts";
import { type Computed, describe, isStrings } from "./value.ts";

/** A tensor of numbers or strings. */
export type AnyTensor = Strided | StringTensor;

/**
 * The tensors that `move` makes of `xs`, all of numbers or all of strings. `move` may put elements anywhere, but not look at them: strings
 * come to it as int64 numbers. Throws `eval/input` for other values.
 */
export function arrangeAll(call: Call, xs: readonly Computed[], move: (xs: readonly Strided[]) => readonly Strided[]): AnyTensor[] {
  if (xs.every(isStrided)) return [...move(xs)];
  const pool: string[] = [];
  const places = xs.map((x) => {
    if (!isStrings(x)) throw call.refuse("input", `an input is ${describe(x)}`, `${call.node.op} wants tensors of one dtype`);
    const numbers = fromIntegers(range(numel(x.shape), pool.length), x.shape);
    for (const s of x.strings) pool.push(s);
    return numbers;
  });
  return move(places).map((y) => {
    listSize(y.shape);
    return { shape: y.shape, strings: integers(y).map((i) => pool[i] as string) };
  });
}

/** The one tensor that `move` makes of `x`; see `arrangeAll`. */
export const arrange = (call: Call, x: Computed, move: (x: Strided) => Strided): AnyTensor =>
  merge(call, [x], ([first]) => move(first as Strided));

/** The one tensor that `move` makes of `xs`; see `arrangeAll`. */
export const merge = (call: Call, xs: readonly Computed[], move: (xs: readonly Strided[]) => Strided): AnyTensor =>
  arrangeAll(call, xs, (places) => [move(places)])[0] as AnyTensor;

/** A row that moves the elements of input 0. */
export const moveRow =
  (move: (x: Strided, call: Call) => Strided): Evaluate =>
  (call) =>
    arrange(call, call.value(0), (x) => move(x, call));

/** Input `i`, a tensor of numbers or strings. Throws `eval/input` for other values. */
export function anyTensor(call: Call, i: number): AnyTensor {
  const x = call.value(i);
  if (isStrided(x) || isStrings(x)) return x;
  throw call.refuse("input", `input ${i} is ${describe(x)}`, `${call.node.op} wants a tensor there`);
}
