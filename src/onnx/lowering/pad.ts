/** @file Padding in ONNX, windows as columns. */

import type { Complex } from "../../aten/graph.ts";
import { type PadMode, padModeOf, padPairs, windowGrid, windowLists } from "../../aten/pad.ts";
import { compare, type Dim } from "../../symbolic.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { dimOf, type Int, staticInts } from "./ints.ts";
import { stored } from "./operand.ts";
import type { LoweringTable, Results } from "./table.ts";

const onnxModes = { constant: "constant", reflect: "reflect", replicate: "edge", circular: "wrap" } as const;

const isZero = (x: Int): boolean => dimOf(x) === 0;
const isNegative = (x: Int): boolean => {
  const d = dimOf(x);
  return d !== null && compare(d, "<", 0) === true;
};

type Scalar = number | bigint | boolean | Complex | Value | null;

function fillValue(value: Scalar, like: Value, op: OpBuilder): Value {
  if (value === null) return op.scalar(0, like.dtype);
  if (typeof value !== "object") return op.scalar(stored(value, like.dtype), like.dtype);
  return "re" in value
    ? op.refuse("a complex fill value needs complex kernels", "write the model on real pairs")
    : op.cast(value, like.dtype);
}

/**
 * Constant padding may be negative in ONNX and cuts. Reflection and replication read the whole input and cut afterwards, circular padding
 * cuts first, as PyTorch does.
 */
function padded(self: Value, pad: readonly Int[], mode: PadMode, value: Scalar, op: OpBuilder): Value {
  const pairs = padPairs(pad, self.rank);
  if (pairs.every((p) => p === null || p.every(isZero))) return op.Identity(self);
  if (mode !== "constant" && pad.some(isNegative)) {
    const grow = (x: Value): Value =>
      padded(
        x,
        pad.map((p) => (isNegative(p) ? 0 : p)),
        mode,
        value,
        op,
      );
    const cut = (x: Value): Value =>
      padded(
        x,
        pad.map((p) => (isNegative(p) ? p : 0)),
        "constant",
        0,
        op,
      );
    return mode === "circular" ? grow(cut(self)) : cut(grow(self));
  }
  const amounts = [...pairs.map((p) => p?.[0] ?? 0), ...pairs.map((p) => p?.[1] ?? 0)];
  if (mode === "constant") return op.Pad(self, amounts, fillValue(value, self, op), { mode: "constant" });
  // ONNX Runtime has no other modes for a tensor without elements.
  if (self.shape.includes(0)) return op.Pad(self, amounts, op.scalar(0, self.dtype), { mode: "constant" });
  return op.Pad(self, amounts, { mode: onnxModes[mode] });
}

interface Windows {
  readonly self: Value;
  readonly kernel_size: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly number[];
  readonly stride: readonly number[];
}

/** Positions [kernel, windows] along one dim of the padded image. */
function positions(kernel: number, count: Dim, stride: number, dilation: number, op: OpBuilder): Value {
  const offsets = Array.from({ length: kernel }, (_, k) => k * dilation);
  if (typeof count === "number") {
    return op.constant(
      "int64",
      [kernel, count],
      offsets.flatMap((o) => Array.from({ length: count }, (_, i) => i * stride + o)),
    );
  }
  const starts = op.Mul(op.Range(op.scalar(0, "int64"), op.dim(count), op.scalar(1, "int64")), stride);
  return op.Add(op.constant("int64", [kernel, 1], offsets), starts);
}

/** Two Gathers: rows to [kh, oh], columns to [kw, ow], then the kernel's dims join the channels. */
function im2col(args: Windows, op: OpBuilder, result: Results): Value {
  const g = windowLists(args);
  const batched = args.self.rank === 4;
  const [ph, pw] = g.padding;
  const x = padded(batched ? args.self : op.Unsqueeze(args.self, [0]), [pw, pw, ph, ph], "constant", 0, op);
  const [oh, ow] = windowGrid(args.self.shape.slice(-2), args);
  const rows = op.Gather(x, positions(g.kernel[0], oh, g.stride[0], g.dilation[0], op), { axis: 2 });
  const all = op.Gather(rows, positions(g.kernel[1], ow, g.stride[1], g.dilation[1], op), { axis: 4 });
  const windows = op.Transpose(all, { perm: [0, 1, 2, 4, 3, 5] });
  return op.reshape(windows, result[0]?.shape ?? []);
}

interface Columns extends Windows {
  readonly output_size: readonly Int[];
}

/**
 * Col2Im before opset 18: a transposed convolution per channel whose kernels have a single one, each putting its column at its place.
 * x [N, C * kh * kw, windows].
 */
function byTransposedConv(x: Value, args: Columns, op: OpBuilder): Value {
  const g = windowLists(args);
  const [kh, kw] = g.kernel;
  const size = staticInts(args.output_size, op, "output_size");
  const count = x.shape[1];
  if (typeof count !== "number")
    return op.refuse("col2im of an unknown number of channels before opset 18", "export with opset_version: 18");
  const taps = kh * kw;
  const ones = Array.from({ length: count * taps }, (_, i) => (Math.floor(i / taps) % taps === i % taps ? 1 : 0));
  const windows = windowGrid(size, args) as [number, number];
  const covered = [0, 1].map((i) => {
    const [p, k, s, d] = [g.padding[i] as number, g.kernel[i] as number, g.stride[i] as number, g.dilation[i] as number];
    return ((windows[i] as number) - 1) * s + d * (k - 1) + 1 - 2 * p;
  });
  return op.ConvTranspose(op.reshape(x, [x.shape[0] as Dim, count, ...windows]), op.constant(x.dtype, [count, 1, kh, kw], ones), null, {
    group: count / taps,
    strides: g.stride,
    dilations: g.dilation,
    pads: [...g.padding, ...g.padding],
    output_padding: size.map((n, i) => n - (covered[i] as number)),
  });
}

function col2im(args: Columns, op: OpBuilder): Value {
  const g = windowLists(args);
  const [ph, pw] = g.padding;
  const batched = args.self.rank === 3;
  const x = batched ? args.self : op.Unsqueeze(args.self, [0]);
  const options = { dilations: g.dilation, strides: g.stride, pads: [ph, pw, ph, pw] };
  const y = op.has("Col2Im") ? op.Col2Im(x, [...args.output_size], [...g.kernel], options) : byTransposedConv(x, args, op);
  return batched ? y : op.Squeeze(y, [0]);
}

const fixed =
  (mode: PadMode) =>
  ({ self, padding }: { readonly self: Value; readonly padding: readonly Int[] }, op: OpBuilder) =>
    padded(self, padding, mode, 0, op);

export const pad = {
  "aten::pad": ({ self, pad: by, mode, value }, op) => padded(self, by, padModeOf(mode), value, op),
  "aten::constant_pad_nd": ({ self, pad: by, value }, op) => padded(self, by, "constant", value, op),
  "aten::_pad_circular": ({ self, pad: by }, op) => padded(self, by, "circular", 0, op),
  "aten::reflection_pad1d": fixed("reflect"),
  "aten::reflection_pad2d": fixed("reflect"),
  "aten::reflection_pad3d": fixed("reflect"),
  "aten::replication_pad1d": fixed("replicate"),
  "aten::replication_pad2d": fixed("replicate"),
  "aten::replication_pad3d": fixed("replicate"),
  "aten::im2col": im2col,
  "aten::col2im": col2im,
} satisfies LoweringTable;
