/** @file Older forms of ops that move elements: Pad, Split, Reshape, Shape, Resize, GridSample, Scatter*. */

import { add, type Dim, equal, floordiv, mod, mul, type Shape, sub } from "../../symbolic.ts";
import type { Node, Value } from "../ir/graph.ts";
import { plainAttributes } from "./attributes.ts";
import type { OpBuilder } from "./builder.ts";
import type { DownTable } from "./down.ts";
import { knownInput, onlyDefault, refuseOlder, withInputs, without } from "./down-node.ts";
import { gridSample } from "./expand-grid.ts";

const first = (node: Node): Value => node.inputs[0] as Value;

/** Pads of some axes become pads of all: begins, then ends. */
function padAllAxes(node: Node, op: OpBuilder): Node {
  const axes = knownInput(node, op, 3, "axes", 18);
  if (axes === null) return node;
  const [x, pads, value = null] = node.inputs as [Value, Value, Value | null];
  const at = axes.map((a) => (a < 0 ? a + x.rank : a));
  const indices = op.constant("int64", [2 * at.length], [...at, ...at.map((a) => a + x.rank)]);
  const zeros = op.constant("int64", [2 * x.rank], new Array<number>(2 * x.rank).fill(0));
  const known = pads.data?.every((d) => typeof d === "number") ? (pads.data as readonly number[]) : null;
  const all = new Array<number>(2 * x.rank).fill(0);
  at.forEach((a, i) => {
    all[a] = known?.[i] ?? 0;
    all[a + x.rank] = known?.[i + at.length] ?? 0;
  });
  const spread = known ? op.constant("int64", [all.length], all) : op.ScatterElements(zeros, indices, pads, { axis: 0 });
  return withInputs(node, [x, spread, value]);
}

/** Mode wrap: the end of a dim before it, its beginning behind it. */
function wrapped(node: Node, op: OpBuilder): Value {
  const x = first(node);
  const pads = knownInput(node, op, 1, "pads", 19) ?? [];
  const axes = knownInput(node, op, 3, "axes", 19) ?? x.shape.map((_, i) => i);
  return axes.reduce((y, axis, i) => {
    const [begin, end] = [pads[i] ?? 0, pads[i + axes.length] ?? 0];
    const cut = (from: number, to: number): Value => op.Slice(y, [from], [to], [axis]);
    if (begin < 0 || end < 0) return refuseOlder(node, op, "mode wrap with negative pads", 19);
    const parts = [begin > 0 ? cut(-begin, Number.MAX_SAFE_INTEGER) : null, y, end > 0 ? cut(0, end) : null].filter((v) => v !== null);
    return parts.length === 1 ? y : op.Concat(parts, { axis });
  }, x);
}

/** `num_outputs` parts, the last one smaller. */
function splitSizes(node: Node, op: OpBuilder): Node {
  const count = node.int("num_outputs", 0);
  if (count === 0) return node;
  const x = first(node);
  const axis = node.int("axis", 0);
  const d = x.shape[axis < 0 ? axis + x.rank : axis] as Dim;
  without(node, "num_outputs");
  if (equal(mod(d, count), 0)) return node; // equal parts need no sizes
  const chunk = floordiv(add(d, count - 1), count);
  const sizes: Shape = [...new Array<Dim>(count - 1).fill(chunk), sub(d, mul(chunk, count - 1))];
  return withInputs(node, [x, op.dims(sizes)]);
}

/** Sizes or scales of some axes become those of all. */
function resizeAllAxes(node: Node, op: OpBuilder): Node {
  const axes = node.ints("axes");
  if (axes === null) return node;
  const [x, roi = null, scales = null, sizes = null] = node.inputs as [Value, Value | null, Value | null, Value | null];
  const at = axes.map((a) => (a < 0 ? a + x.rank : a));
  if (roi) return refuseOlder(node, op, "a region of some axes", 18);
  without(node, "axes");
  if (sizes) {
    const { data } = sizes;
    if (!data) return refuseOlder(node, op, "computed sizes of some axes", 18);
    return withInputs(node, [x, null, null, op.dims(x.shape.map((d, i) => (at.includes(i) ? (data[at.indexOf(i)] as Dim) : d)))]);
  }
  const ones = op.constant("float32", [x.rank], new Array<number>(x.rank).fill(1));
  const indices = op.constant("int64", [at.length], at);
  return withInputs(node, [x, null, op.ScatterElements(ones, indices, scales as Value, { axis: 0 })]);
}

const gridModes: { readonly [mode: string]: string } = { linear: "bilinear", cubic: "bicubic" };

const scatter = [
  {
    below: 18,
    spell: (node: Node, op: OpBuilder) =>
      ["max", "min"].includes(node.string("reduction", "none")) ? refuseOlder(node, op, "reduction max and min", 18) : node,
  },
  { below: 16, spell: (node: Node, op: OpBuilder) => onlyDefault(node, op, "reduction", "none", 16) },
];

export const arrangement: DownTable = {
  Pad: [
    { below: 19, spell: (node, op) => (node.string("mode", "constant") === "wrap" ? [wrapped(node, op)] : node) },
    { below: 18, spell: padAllAxes },
  ],
  Split: [{ below: 18, spell: splitSizes }],
  Reshape: [
    {
      below: 14,
      // A computed 0 would then copy: only tensors without elements differ, and those that copy a 0 do not.
      spell(node, op) {
        const [x, shape] = node.inputs as [Value, Value];
        const moved = node.int("allowzero", 0) === 1 && shape.data?.some((d, i) => d === 0 && x.shape[i] !== 0);
        return moved ? refuseOlder(node, op, "allowzero", 14) : without(node, "allowzero");
      },
    },
  ],
  Shape: [
    {
      below: 15,
      spell(node, op) {
        const [start, end] = [node.int("start", 0), node.attributes.has("end") ? node.int("end", 0) : null];
        if (start === 0 && end === null) return without(node, "start");
        return [op.Slice(op.Shape(first(node)), [start], [end ?? Number.MAX_SAFE_INTEGER], [0])];
      },
    },
  ],
  Resize: [
    {
      below: 19,
      spell: (node, op) =>
        node.string("coordinate_transformation_mode", "half_pixel") === "half_pixel_symmetric"
          ? refuseOlder(node, op, "half_pixel_symmetric", 19)
          : node,
    },
    {
      below: 18,
      spell(node, op) {
        onlyDefault(node, op, "antialias", 0, 18);
        onlyDefault(node, op, "keep_aspect_ratio_policy", "stretch", 18);
        return resizeAllAxes(node, op);
      },
    },
  ],
  GridSample: [
    {
      below: 20,
      spell(node, op) {
        if (first(node).rank !== 4) return [gridSample(op, node.inputs, plainAttributes(node))];
        const mode = node.string("mode", "linear");
        node.attributes.set("mode", { kind: "string", value: gridModes[mode] ?? mode });
        return node;
      },
    },
  ],
  ScatterElements: scatter,
  ScatterND: scatter,
};
