/** @file Laws of convolutions and matrix products: zero padding belongs to the convolution, a zero bias to nobody. */

import { isStatic } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import { plainAttributes } from "../opset/attributes.ts";
import { constant, type Match, p, type Rule, rule, uniform, variable } from "./rule.ts";

const x = variable("x");
const w = variable("w");
const pad = p.Pad(x);

/** Pads of all dims, begins then ends; null where they are not known or not zeros around. */
function padsOf(node: Node): number[] | null {
  const [data, pads, value, axes] = node.inputs;
  const rank = data?.type?.shape?.length;
  if (rank === undefined || node.string("mode", "constant") !== "constant" || !pads?.data?.every(isStatic)) return null;
  if (value && !(value.source && isZero(value))) return null;
  if (axes && !axes.data?.every(isStatic)) return null;
  const dims = (axes ? (axes.data as readonly number[]) : Array.from({ length: rank }, (_, i) => i)).map((d) => (d < 0 ? d + rank : d));
  const all = new Array<number>(2 * rank).fill(0);
  dims.forEach((d, i) => {
    all[d] = pads.data?.[i] as number;
    all[d + rank] = pads.data?.[i + dims.length] as number;
  });
  return all;
}

/** Either sign of zero. */
const isZero = (v: Value): boolean => v.source !== null && Math.abs(uniform(v.source) ?? 1) === 0;

/** Pads of the convolution with those of `pad` added; or why not. */
function merged(m: Match): number[] | string {
  const around = padsOf(m.node(pad));
  if (around === null) return "pads are not known, or not zeros";
  if (m.root.string("auto_pad", "NOTSET") !== "NOTSET") return "auto_pad";
  if (around.some((n) => n < 0)) return "something is cropped";
  const rank = around.length / 2;
  if ([0, 1, rank, rank + 1].some((i) => around[i] !== 0)) return "batch or channels are padded";
  const own = m.root.ints("pads") ?? new Array<number>(2 * (rank - 2)).fill(0);
  const space = [...around.slice(2, rank), ...around.slice(rank + 2)];
  return own.map((n, i) => n + (space[i] as number));
}

/** The same op without its last input. */
const withoutBias = (op: "Conv" | "ConvTranspose" | "Gemm"): Rule => {
  const bias = constant("b");
  return rule(
    `${op}(x, w, 0) -> ${op}(x, w)`,
    p[op](x, w, bias),
    (build, m) => build.node(op, [m.value(x), m.value(w)], plainAttributes(m.root), 1)[0] ?? null,
    (m) => (isZero(m.value(bias)) ? null : "the bias is not zero"),
  );
};

export const convolution: readonly Rule[] = [
  rule(
    "Conv(Pad(x, zeros around), w) -> Conv(x, w) with pads",
    p.Conv(pad),
    (op, m) => {
      const pads = merged(m);
      if (typeof pads === "string") return null;
      return op.node("Conv", [m.value(x), ...m.root.inputs.slice(1)], { ...plainAttributes(m.root), pads }, 1)[0] ?? null;
    },
    (m) => {
      const pads = merged(m);
      return typeof pads === "string" ? pads : null;
    },
  ),
  withoutBias("Conv"),
  withoutBias("ConvTranspose"),
  withoutBias("Gemm"),
];
