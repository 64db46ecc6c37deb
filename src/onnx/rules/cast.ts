/** @file Laws of Cast. Rounding stays what it is: a cast that can lose something is never skipped. */

import { type DType, dtypes, isFloat, isInteger } from "../../dtype.ts";
import { encode, hasLiterals } from "../../literal.ts";
import { castSource } from "../../weights/map.ts";
import type { TensorSource } from "../../weights/source.ts";
import type { Node, Value } from "../ir/graph.ts";
import { bytesOf, memorySource } from "../opset/literal.ts";
import { p, type Rule, rule, variable } from "./rule.ts";

const x = variable("x");

/** Significand bits and greatest exponent of float types. */
const floats: { readonly [K in DType]?: readonly [bits: number, exponent: number] } = {
  float8_e5m2: [3, 15],
  float8_e4m3fn: [4, 8],
  float16: [11, 15],
  bfloat16: [8, 127],
  float32: [24, 127],
  float64: [53, 1023],
};

const valueBits = (d: DType): number => (d === "bool" ? 1 : dtypes[d].size * 8 - (dtypes[d].kind === "int" ? 1 : 0));

/** Whether every value of `from` is a value of `to`. */
function isWidening(from: DType, to: DType): boolean {
  if (from === to) return true;
  const [a, b] = [floats[from], floats[to]];
  if (a) return b !== undefined && b[0] >= a[0] && b[1] >= a[1];
  if (!isInteger(from) && from !== "bool") return false;
  if (b) return valueBits(from) <= b[0];
  if (!isInteger(to)) return false;
  return valueBits(from) <= valueBits(to) && !(dtypes[from].kind === "int" && dtypes[to].kind === "uint");
}

const inner = p.Cast(x);
const filled = p.ConstantOfShape(x);

/** The number that ConstantOfShape fills with, in `to`; null where it is not told. */
function fillAs(node: Node, to: DType): TensorSource | null {
  const value = node.attributes.get("value");
  const source = value?.kind === "tensor" ? value.value : memorySource("float32", [1], encode("float32", [0]));
  if (!source.materialized || !hasLiterals(source.dtype) || !hasLiterals(to) || to.startsWith("float8")) return null;
  return memorySource(to, [1], bytesOf(castSource(source, to)));
}

export const cast: readonly Rule[] = [
  rule("Cast(ConstantOfShape<value>(s)) -> ConstantOfShape<cast value>(s)", p.Cast(filled), (op, m) => {
    const value = fillAs(m.node(filled), (m.root.outputs[0] as Value).dtype);
    return value && op.ConstantOfShape(m.value(x), { value });
  }),
  rule("Cast<to=T>(x: T) -> x", inner, x),
  rule(
    "Cast<C>(Cast<B>(x: A)) -> Cast<C>(x) when B holds all of A",
    p.Cast(inner),
    (op, m) => op.cast(m.value(x), (m.root.outputs[0] as { dtype: DType }).dtype),
    (m) => {
      const from = m.value(x).dtype;
      const through = m.node(inner).outputs[0]?.dtype ?? from;
      const to = m.root.outputs[0]?.dtype ?? from;
      if (to.startsWith("float8") || from.startsWith("float8")) return "saturation";
      if (!isWidening(from, through)) return `${through} does not hold all of ${from}`;
      // Integers out of range wrap, floats out of range do what they like.
      const wraps = isInteger(from) && isFloat(through) && isInteger(to) && !isWidening(from, to);
      return wraps ? `${from} to ${to} wraps` : null;
    },
  ),
];
