/** @file RotaryEmbedding, said as x * cos + rotated x * sin, where cos and sin say each angle twice. */

import { equal } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { type Match, orders, p, producerOf, type Rule, rule } from "./rule.ts";

/** Which elements make a pair: the two halves of a head, or neighbours. */
type Pairing = "halves" | "neighbours";

const isLast = (axis: number, rank: number): boolean => axis === -1 || axis === rank - 1;

/** `x` where `v` is [-second half, first half] of its last dim. */
function halvesTurned(v: Value): Value | null {
  const joined = producerOf(v, "Concat");
  const [minus, first] = joined?.inputs ?? [];
  const second = producerOf(minus, "Neg")?.inputs[0];
  const split = first?.producer;
  const x = split?.inputs[0];
  if (joined?.inputs.length !== 2 || split?.op !== "Split" || split.domain !== "" || !x?.type?.shape) return null;
  if (!isLast(joined.int("axis", 0), x.rank) || !isLast(split.int("axis", 0), x.rank)) return null;
  const sizes = split.outputs.map((part) => part.type?.shape?.at(-1));
  return split.outputs.length === 2 && sizes[0] === sizes[1] && split.outputs[0] === first && split.outputs[1] === second ? x : null;
}

/** `x` where `v` is every second element of its last dim from `start` on. */
function everySecond(v: Value | null | undefined, start: number): Value | null {
  const slice = producerOf(v, "Slice");
  const [x, starts, ends, axes, steps] = slice?.inputs ?? [];
  const size = x?.type?.shape?.at(-1);
  if (!x || starts?.data?.[0] !== start || steps?.data?.[0] !== 2 || starts.data.length !== 1 || typeof size !== "number") return null;
  const [end, axis] = [ends?.data?.[0], axes?.data?.[0]];
  return typeof end === "number" && end >= size && typeof axis === "number" && isLast(axis, x.rank) ? x : null;
}

/** The value before an Unsqueeze that adds a last dim. */
function beforeLastDim(v: Value | null | undefined): Value | null {
  const node = producerOf(v, "Unsqueeze");
  const axis = node?.inputs[1]?.data;
  return node?.inputs[0] && axis?.length === 1 && isLast(axis[0] as number, v?.rank ?? 0) ? node.inputs[0] : null;
}

/** `x` where `v` is [-x1, x0, -x3, x2, …] of its last dim. */
function neighboursTurned(v: Value): Value | null {
  const joined = producerOf(producerOf(v, "Reshape")?.inputs[0], "Concat");
  if (joined?.inputs.length !== 2 || !isLast(joined.int("axis", 0), joined.outputs[0]?.rank ?? 0)) return null;
  const [odd, even] = joined.inputs.map(beforeLastDim);
  const x = everySecond(even, 0);
  return x !== null && everySecond(producerOf(odd, "Neg")?.inputs[0], 1) === x && sameShape(v, x) ? x : null;
}

const sameShape = (a: Value, b: Value): boolean => a.rank === b.rank && a.shape.every((d, i) => equal(d, b.shape[i] as typeof d));

const unary = ["Cos", "Sin", "Cast"] as const;

/** What builds the angles of `v`, each once, where it says each twice along its last dim; null where that cannot be told. */
function once(m: Match, v: Value, pairing: Pairing): ((op: OpBuilder) => Value) | null {
  const node = v.producer;
  const [x] = node?.inputs ?? [];
  if (!node || !x || node.domain !== "" || !v.type?.shape) return null;
  if (node.op === "Concat" && pairing === "halves")
    return node.inputs.length === 2 && node.inputs[1] === x && isLast(node.int("axis", 0), v.rank) ? () => x : null;
  if (node.op === "Reshape" && pairing === "neighbours") {
    const angles = repeated(x);
    return angles && sameBut(angles, v) ? () => angles : null;
  }
  if (unary.some((op) => op === node.op)) {
    const angles = once(m, x, pairing);
    return angles && ((op) => (node.op === "Cast" ? op.cast(angles(op), v.dtype) : op[node.op as "Cos"](angles(op))));
  }
  for (const [factor, scale] of orders(node.op === "Mul" ? node : null)) {
    const angles = m.held(scale)?.shape.length === 0 ? once(m, factor, pairing) : null;
    if (angles) return (op) => op.Mul(angles(op), scale);
  }
  return null;
}

/** `x` where `v` is [..., n, 2] with each element of `x` twice. */
function repeated(v: Value): Value | null {
  const expand = producerOf(v, "Expand");
  const x = beforeLastDim(expand?.inputs[0]);
  return x && v.type?.shape?.at(-1) === 2 && v.rank === x.rank + 1 && x.shape.every((d, i) => equal(d, v.shape[i] as typeof d)) ? x : null;
}

/** `v` is as long as `x` but for the last dim, which is twice as long. */
function sameBut(x: Value, v: Value): boolean {
  const size = x.shape.at(-1);
  if (x.rank !== v.rank || typeof size !== "number" || v.shape.at(-1) !== 2 * size) return false;
  return x.shape.slice(0, -1).every((d, i) => equal(d, v.shape[i] as typeof d));
}

/** [batch, length, size / 2] of angles from what is multiplied with [batch, heads, length, size]. */
function cacheOf(m: Match, factor: Value, x: Value, pairing: Pairing): ((op: OpBuilder) => Value) | null {
  const node = producerOf(factor, "Unsqueeze");
  const [angles] = node?.inputs ?? [];
  const axes = node?.inputs[1]?.data;
  if (!angles || axes?.length !== 1 || axes[0] !== 1 || factor.rank !== 4 || factor.dtype !== x.dtype) return null;
  const [batch, length] = angles.shape;
  if (batch === undefined || length === undefined || !equal(length, x.shape[2] ?? 0)) return null;
  if (batch !== 1 && !equal(batch, x.shape[0] ?? 0)) return null;
  const build = once(m, angles, pairing);
  const whole = equal(batch, x.shape[0] ?? 0);
  return build && ((op) => (whole ? build(op) : op.Expand(build(op), op.dims([x.shape[0] as typeof batch, 1, 1]))));
}

const turned = { halves: halvesTurned, neighbours: neighboursTurned } as const;

const rotation = (pairing: Pairing): Rule =>
  rule(`x * cos + turned(x) * sin -> RotaryEmbedding(x, cos, sin) of ${pairing}`, p.Add(), (op, m) => {
    for (const [plain, crossed] of orders(m.root)) {
      for (const [moved, sine] of orders(producerOf(crossed, "Mul"))) {
        const x = turned[pairing](moved);
        if (x?.rank !== 4) continue;
        const cosine = orders(producerOf(plain, "Mul")).find(([factor]) => factor === x)?.[1];
        const [cos, sin] = [cosine && cacheOf(m, cosine, x, pairing), cacheOf(m, sine, x, pairing)];
        if (cos && sin) return op.RotaryEmbedding(x, cos(op), sin(op), { interleaved: pairing === "halves" ? 0 : 1 });
      }
    }
    return null;
  });

/** A part of a head that is turned, and the rest of it. */
const partial = rule(
  "Concat(RotaryEmbedding(first part), rest) -> RotaryEmbedding of the first part",
  p.Concat(p.RotaryEmbedding()),
  (op, m) => {
    const [front, rest] = m.root.inputs;
    const embedding = front?.producer;
    const [part, ...caches] = embedding?.inputs ?? [];
    const split = part?.producer;
    const x = split?.inputs[0];
    if (!embedding || !part || split?.op !== "Split" || split.domain !== "" || x?.type?.shape?.length !== 4 || m.root.inputs.length !== 2)
      return null;
    const whole = split.outputs.length === 2 && split.outputs[0] === part && split.outputs[1] === rest;
    if (!whole || !isLast(split.int("axis", 0), 4) || !isLast(m.root.int("axis", 0), 4)) return null;
    const [heads, turned] = [x.shape[1], part.shape[3]];
    if (typeof heads !== "number" || typeof turned !== "number" || embedding.int("rotary_embedding_dim", 0) !== 0) return null;
    const attributes = { interleaved: embedding.int("interleaved", 0), num_heads: heads, rotary_embedding_dim: turned };
    return op.node("RotaryEmbedding", [x, ...caches], attributes, 1)[0] ?? null;
  },
);

export const rotary: readonly Rule[] = [rotation("halves"), rotation("neighbours"), partial];
