/** @file Laws of Clip, Relu, Min and Max with constant bounds. Clip(x, l, h) is min(max(x, l), h), so that h wins where l > h; NaN stays NaN. */

import { isFloat } from "../../dtype.ts";
import type { Node, Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { type Match, p, type Rule, rule, uniform, variable } from "./rule.ts";

const x = variable("x");

/** Greatest and least that a Clip or Relu lets through: infinite where it has no bound. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/** The number that `v` is in all of its elements; null where it is none, or NaN. */
function bound(m: Match, v: Value): number | null {
  const source = m.held(v);
  const number = source === null ? null : uniform(source);
  return number === null || Number.isNaN(number) ? null : number;
}

function rangeOf(m: Match, node: Node): Range | null {
  if (node.op === "Relu") return { low: 0, high: Number.POSITIVE_INFINITY };
  const [, least, most] = node.inputs;
  const low = least ? bound(m, least) : Number.NEGATIVE_INFINITY;
  const high = most ? bound(m, most) : Number.POSITIVE_INFINITY;
  return low === null || high === null ? null : { low, high };
}

/** What `second` after `first` lets through: max distributes over min, and numbers of one dtype stay so. */
const after = (first: Range, second: Range): Range => ({
  low: Math.max(first.low, second.low),
  high: Math.min(Math.max(first.high, second.low), second.high),
});

/** `x` within `range`; null where the range is not known, or an integer bound would lose digits. */
function clipped(op: OpBuilder, of: Value, range: Range | null): Value | null {
  if (range === null) return null;
  const { low, high } = range;
  const exact = [low, high].every((b) => isFloat(of.dtype) || !Number.isFinite(b) || Number.isSafeInteger(b));
  return exact ? op.Clip(of, low === Number.NEGATIVE_INFINITY ? null : low, high === Number.POSITIVE_INFINITY ? null : high) : null;
}

const clips = [p.Clip(x), p.Relu(x)] as const;

const clipOfClip = (inner: (typeof clips)[number], outer: "Clip" | "Relu"): Rule =>
  rule(`${outer}(${inner.op}(x)) -> Clip(x)`, p[outer](inner), (op, m) => {
    const [first, second] = [rangeOf(m, m.node(inner)), rangeOf(m, m.root)];
    return clipped(op, m.value(x), first && second && after(first, second));
  });

type Extreme = "Min" | "Max";
const other = { Min: "Max", Max: "Min" } as const;
const pick = { Min: Math.min, Max: Math.max } as const;

/** A Min or Max of constants and one value that is none. */
interface Extremes {
  readonly of: Value;
  readonly constants: readonly Value[];
}

function parted(m: Match, node: Node): Extremes | null {
  const operands = node.inputs as readonly Value[];
  const rest = operands.filter((v) => m.held(v) === null);
  const constants = operands.filter((v) => m.held(v) !== null);
  return rest.length === 1 && constants.length > 0 ? { of: rest[0] as Value, constants } : null;
}

/** The Min or Max (`name`) that makes the operand of the root that is no constant. */
function innerOf(m: Match, name: Extreme): Node | null {
  const node = parted(m, m.root)?.of.producer;
  return node?.op === name && node.domain === "" ? node : null;
}

const nested = (name: Extreme): Rule =>
  rule(
    `${name}(${name}(x, a), b) -> ${name}(x, ${name}(a, b)) of constants`,
    p[name](),
    (op, m) => {
      const inner = innerOf(m, name);
      const [first, second] = [inner && parted(m, inner), parted(m, m.root)];
      return first && second ? op[name](first.of, op[name](...first.constants, ...second.constants)) : null;
    },
    (m) => {
      const inner = innerOf(m, name);
      if (inner === null) return "something is not constant";
      return m.rewrite.isUsedOnce(inner.outputs[0] as Value) ? null : "the inner one is read elsewhere";
    },
  );

/** The one number that the constants of a Min or Max come to; null where they are not single numbers, or add dims. */
function limit(m: Match, node: Node): number | null {
  const parts = parted(m, node);
  const rank = parts?.of.type?.shape?.length;
  if (!parts || rank === undefined || parts.constants.some((v) => v.rank > rank || v.shape.some((d) => d !== 1))) return null;
  const numbers = parts.constants.map((v) => bound(m, v));
  return numbers.includes(null) ? null : pick[node.op as Extreme](...(numbers as number[]));
}

const bounded = (outer: Extreme): Rule =>
  rule(
    outer === "Min" ? "Min(Max(x, low), high) -> Clip(x, low, high)" : "Max(Min(x, high), low) -> Clip(x, low, high) when low <= high",
    p[outer](),
    (op, m) => {
      const inner = innerOf(m, other[outer]);
      const of = inner && parted(m, inner)?.of;
      const [a, b] = [inner && limit(m, inner), limit(m, m.root)];
      if (!of || a === null || b === null || (outer === "Max" && b > a)) return null;
      return clipped(op, of, outer === "Min" ? { low: a, high: b } : { low: b, high: a });
    },
  );

export const clip: readonly Rule[] = [
  ...clips.flatMap((inner) =>
    (["Clip", "Relu"] as const).filter((outer) => outer === "Clip" || inner.op === "Clip").map((outer) => clipOfClip(inner, outer)),
  ),
  nested("Min"),
  nested("Max"),
  bounded("Min"),
  bounded("Max"),
];
