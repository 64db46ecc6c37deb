/** @file Padding, and windows as columns. PyTorch's pad lists pairs from the last dim backwards. */

import { asStrided, contiguous, reshape } from "../core/ops/layout.ts";
import { pad as padCore } from "../core/ops/pad.ts";
import type { Strided } from "../core/strided.ts";
import { OnnxExporterError } from "../errors.ts";
import { add, type Dim, mul, product, sub } from "../symbolic.ts";
import { literal } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import { spread, windowCount } from "./spatial.ts";
import type { AtenTable, Call, Meta, ScalarOf, Symbolic } from "./table.ts";
import { shaped } from "./view-shape.ts";

export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** PyTorch's list as [before, after] per dim of a tensor of `rank` dims. */
export function padPairs<I>(pad: readonly I[], rank: number): (readonly [I, I] | null)[] {
  const given = pad.length / 2;
  if (!Number.isInteger(given) || given > rank) {
    throw new OnnxExporterError(
      "shape/pad",
      `a pad of ${pad.length} numbers for a tensor of ${rank} dims`,
      "give two numbers per padded dim",
    );
  }
  return Array.from({ length: rank }, (_, i) => {
    const k = rank - 1 - i;
    return k < given ? ([pad[2 * k] as I, pad[2 * k + 1] as I] as const) : null;
  });
}

export function padModeOf(mode: string): PadMode {
  if (mode === "constant" || mode === "reflect" || mode === "replicate" || mode === "circular") return mode;
  throw new OnnxExporterError("aten/argument", `pad mode ${mode}`, "constant, reflect, replicate or circular");
}

const padType = (self: TensorType, pad: readonly Dim[]): Meta =>
  shaped(
    self,
    padPairs(pad, self.shape.length).map((p, i) => (p === null ? (self.shape[i] as Dim) : add(self.shape[i] as Dim, add(p[0], p[1])))),
  );

/** Negative padding cuts: before circular padding reads the input, after the other modes have. */
function evalPad(self: Strided, pad: readonly number[], mode: PadMode, value: ScalarOf<number>): Strided {
  const pairs = padPairs(pad, self.shape.length).map((p): [number, number] => (p === null ? [0, 0] : [p[0], p[1]]));
  if (mode !== "circular") return padCore(self, pairs, mode, typeof value === "object" ? literal(value, self.dtype) : value);
  const cut = padCore(
    self,
    pairs.map(([a, b]): [number, number] => [Math.min(a, 0), Math.min(b, 0)]),
  );
  return padCore(
    cut,
    pairs.map(([a, b]): [number, number] => [Math.max(a, 0), Math.max(b, 0)]),
    mode,
  );
}

const fixed = (mode: PadMode) => ({
  meta: ({ self, padding }: { readonly self: TensorType; readonly padding: readonly Dim[] }) => padType(self, padding),
  eval: ({ self, padding }: { readonly self: Strided; readonly padding: readonly number[] }) => evalPad(self, padding, mode, 0),
});

interface Windows<T> {
  readonly self: T;
  readonly kernel_size: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly number[];
  readonly stride: readonly number[];
}

/** The lists with two numbers each. */
export const windowLists = (a: Omit<Windows<unknown>, "self">) => ({
  kernel: spread(a.kernel_size, 2, []) as [number, number],
  dilation: spread(a.dilation, 2, [1, 1]) as [number, number],
  padding: spread(a.padding, 2, [0, 0]) as [number, number],
  stride: spread(a.stride, 2, [1, 1]) as [number, number],
});

/** Rows and columns of windows on an image of these sizes. */
export function windowGrid(size: readonly Dim[], a: Omit<Windows<unknown>, "self">): [Dim, Dim] {
  const g = windowLists(a);
  return [0, 1].map((i) =>
    windowCount(
      size[i] as Dim,
      [g.padding[i] as number, g.padding[i] as number],
      g.kernel[i] as number,
      g.stride[i] as number,
      g.dilation[i] as number,
    ),
  ) as [Dim, Dim];
}

function im2colType(args: Windows<TensorType>): Meta {
  const [kh, kw] = windowLists(args).kernel;
  const { shape } = args.self;
  return shaped(args.self, [...shape.slice(0, -3), mul(shape.at(-3) as Dim, kh * kw), product(windowGrid(shape.slice(-2), args))]);
}

/** [N, C, H, W] as [N, C * kh * kw, windows]: a view on the padded image, copied. */
function im2col(args: Windows<Strided>): Strided {
  const g = windowLists(args);
  const [ph, pw] = g.padding;
  const x = contiguous(evalPad(args.self, [pw, pw, ph, ph], "constant", 0));
  const [oh, ow] = windowGrid(args.self.shape.slice(-2), args) as [number, number];
  const [sh, sw] = x.strides.slice(-2) as [number, number];
  const lead = x.shape.slice(0, -2);
  const strides = [...x.strides.slice(0, -2), sh * g.dilation[0], sw * g.dilation[1], sh * g.stride[0], sw * g.stride[1]];
  const windows = asStrided(x, [...lead, ...g.kernel, oh, ow], strides, x.offset);
  return reshape(windows, [...lead.slice(0, -1), (lead.at(-1) as number) * g.kernel[0] * g.kernel[1], oh * ow]);
}

function col2imType(args: Windows<TensorType> & { readonly output_size: readonly Dim[] }): Meta {
  const [kh, kw] = windowLists(args).kernel;
  const { shape } = args.self;
  const channels = shape.at(-2);
  if (typeof channels !== "number")
    throw new OnnxExporterError("shape/col2im", "col2im of a symbolic number of channels", "give the channels as a number");
  return shaped(args.self, [...shape.slice(0, -2), channels / (kh * kw), ...args.output_size]);
}

/** The sum of all windows that cover each pixel: one strided addition per place of the kernel. */
function col2im(self: Symbolic, size: readonly Dim[], args: Omit<Windows<unknown>, "self">, call: Call): Symbolic {
  const g = windowLists(args);
  const [kh, kw] = g.kernel;
  const lead = self.shape.slice(0, -2);
  const channels = col2imType({ ...args, self, output_size: size }).shape.at(-3) as Dim;
  const [oh, ow] = windowGrid(size, args);
  const planes = [...lead, channels];
  const rank = planes.length + 2;
  const columns = call("aten::reshape", { self, shape: [...planes, kh, kw, oh, ow] });
  const at = (i: number): Symbolic => call("aten::arange", { end: [oh, ow][i] as Dim, dtype: "int64" });
  const positions = (i: number, k: number): Symbolic =>
    call("aten::add.Scalar", {
      self: call("aten::mul.Scalar", { self: at(i), other: g.stride[i] as number }),
      other: k * (g.dilation[i] as number),
    });
  const [height, width] = [0, 1].map((i) => add(size[i] as Dim, 2 * (g.padding[i] as number))) as [Dim, Dim];
  let image = call("aten::full", { size: [...planes, height, width], fill_value: 0, dtype: self.dtype });
  for (let i = 0; i < kh; i++) {
    const row = call("aten::select.int", { self: columns, dim: rank - 2, index: i });
    let band = call("aten::full", { size: [...planes, oh, width], fill_value: 0, dtype: self.dtype });
    for (let j = 0; j < kw; j++) {
      const source = call("aten::select.int", { self: row, dim: rank - 2, index: j });
      band = call("aten::index_add", { self: band, dim: rank - 1, index: positions(1, j), source });
    }
    image = call("aten::index_add", { self: image, dim: rank - 2, index: positions(0, i), source: band });
  }
  const [ph, pw] = g.padding;
  const cut = (x: Symbolic, dim: number, p: number): Symbolic =>
    p === 0 ? x : call("aten::slice.Tensor", { self: x, dim, start: p, end: sub(x.shape[dim] as Dim, p) });
  return cut(cut(image, rank - 2, ph), rank - 1, pw);
}

export const pad = {
  "aten::pad": {
    meta: ({ self, pad: by }) => padType(self, by),
    eval: ({ self, pad: by, mode, value }) => evalPad(self, by, padModeOf(mode), value ?? 0),
  },
  "aten::constant_pad_nd": {
    meta: ({ self, pad: by }) => padType(self, by),
    eval: ({ self, pad: by, value }) => evalPad(self, by, "constant", value),
  },
  "aten::_pad_circular": {
    meta: ({ self, pad: by }) => padType(self, by),
    eval: ({ self, pad: by }) => evalPad(self, by, "circular", 0),
  },
  "aten::_pad_enum": {
    decompose: ({ self, pad: by, mode, value }, call) =>
      call("aten::pad", { self, pad: by, mode: (["reflect", "replicate", "circular", "constant"] as const)[mode] ?? "?", value }),
  },
  "aten::reflection_pad1d": fixed("reflect"),
  "aten::reflection_pad2d": fixed("reflect"),
  "aten::reflection_pad3d": fixed("reflect"),
  "aten::replication_pad1d": fixed("replicate"),
  "aten::replication_pad2d": fixed("replicate"),
  "aten::replication_pad3d": fixed("replicate"),
  "aten::im2col": { meta: im2colType, eval: im2col },
  "aten::col2im": { decompose: (args, call) => col2im(args.self, args.output_size, args, call) },
} satisfies AtenTable;
