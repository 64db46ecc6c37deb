/** @file Laws of convolutions and matrix products: zero padding belongs to the convolution, a zero bias to nobody. */

import { isStatic } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import { plainAttributes } from "../opset/attributes.ts";
import { constant, type Match, p, type Rule, rule, uniform, variable } from "./rule.ts";

const x = variable("x");
const w = variable("w");
const pad = p.Pad(x);

/** Pads of all dims, begins then ends; null where they are not known or not zeros around. */
function padsOf(node: Node, isNeutral: (value: Value | null) => boolean): number[] | null {
  const [data, pads, value, axes] = node.inputs;
  const rank = data?.type?.shape?.length;
  if (rank === undefined || node.string("mode", "constant") !== "constant" || !pads?.data?.every(isStatic)) return null;
  if (!isNeutral(value ?? null)) return null;
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

/** Whether padding with `value` is what the convolution's own pads do: zero, and for integers the zero point. */
function isNeutral(m: Match, value: Value | null): boolean {
  const point = m.root.op === "ConvInteger" ? (m.root.inputs[2] ?? null) : null;
  const number = (v: Value | null): number | null => {
    if (v === null) return 0;
    const source = m.held(v);
    return source && uniform(source);
  };
  const [padded, zero] = [number(value), number(point)];
  return padded !== null && zero !== null && Math.abs(padded) === Math.abs(zero) && padded - zero === 0;
}

/** Pads of the convolution with those of `pad` added; or why not. */
function merged(m: Match): number[] | string {
  const around = padsOf(m.node(pad), (value) => isNeutral(m, value));
  if (around === null) return "pads are not known, or not zeros";
  if (m.root.string("auto_pad", "NOTSET") !== "NOTSET") return "auto_pad";
  if (around.some((n) => n < 0)) return "something is cropped";
  const rank = around.length / 2;
  if ([0, 1, rank, rank + 1].some((i) => around[i] !== 0)) return "batch or channels are padded";
  const own = m.root.ints("pads") ?? new Array<number>(2 * (rank - 2)).fill(0);
  const space = [...around.slice(2, rank), ...around.slice(rank + 2)];
  return own.map((n, i) => n + (space[i] as number));
}

const padded = (name: "Conv" | "ConvInteger"): Rule =>
  rule(
    `${name}(Pad(x, zeros around), w) -> ${name}(x, w) with pads`,
    p[name](pad),
    (op, m) => {
      const pads = merged(m);
      if (typeof pads === "string") return null;
      return op.node(name, [m.value(x), ...m.root.inputs.slice(1)], { ...plainAttributes(m.root), pads }, 1)[0] ?? null;
    },
    (m) => {
      const pads = merged(m);
      return typeof pads === "string" ? pads : null;
    },
  );

/** Pads that `auto_pad` stands for, begins then ends; null where it stands for none, or sizes are not known. */
function automatic(m: Match): number[] | null {
  const [data, kernel] = [m.value(x).type?.shape?.slice(2), m.value(w).type?.shape?.slice(2)];
  const mode = m.root.string("auto_pad", "NOTSET");
  if (mode === "VALID") return kernel ? new Array<number>(2 * kernel.length).fill(0) : null;
  if (!mode.startsWith("SAME") || !data?.every(isStatic) || !kernel?.every(isStatic)) return null;
  const [strides, dilations] = [m.root.ints("strides"), m.root.ints("dilations")];
  const total = data.map((n, i) => {
    const [stride, dilation] = [strides?.[i] ?? 1, dilations?.[i] ?? 1];
    return Math.max((Math.ceil(n / stride) - 1) * stride + ((kernel[i] as number) - 1) * dilation + 1 - n, 0);
  });
  const less = total.map((n) => Math.floor(n / 2));
  const more = total.map((n) => Math.ceil(n / 2));
  return mode === "SAME_UPPER" ? [...less, ...more] : [...more, ...less];
}

const explicit = (name: "Conv" | "ConvInteger"): Rule =>
  rule(`${name}<auto_pad>(x, w) -> ${name}<pads>(x, w)`, p[name](x, w), (op, m) => {
    const pads = automatic(m);
    if (pads === null) return null;
    const attributes = { ...plainAttributes(m.root), auto_pad: undefined, pads: pads.some((n) => n !== 0) ? pads : undefined };
    return op.node(name, m.root.inputs, attributes, 1)[0] ?? null;
  });

/** The same op without its last input, a bias of zeros. */
const withoutBias = (op: "Conv" | "ConvTranspose" | "Gemm" | "QLinearConv"): Rule => {
  const bias = constant("b");
  const others = op === "QLinearConv" ? Array.from({ length: 6 }, (_, i) => variable(`q${i}`)) : [];
  return rule(
    op === "QLinearConv" ? "QLinearConv(x, w, y, 0) -> QLinearConv(x, w, y)" : `${op}(x, w, 0) -> ${op}(x, w)`,
    p[op](x, w, ...others, bias),
    (build, m) => build.node(op, m.root.inputs.slice(0, -1), plainAttributes(m.root), 1)[0] ?? null,
    (m) => (isZero(m.value(bias)) ? null : "the bias is not zero"),
  );
};

export const convolution: readonly Rule[] = [
  padded("Conv"),
  padded("ConvInteger"),
  explicit("Conv"),
  explicit("ConvInteger"),
  withoutBias("Conv"),
  withoutBias("ConvTranspose"),
  withoutBias("Gemm"),
  withoutBias("QLinearConv"),
];
