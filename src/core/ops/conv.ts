/** @file Convolutions of one to three spatial dims, as matrix products of patches (im2col) or, 3 x 3, of transformed tiles. */

import { dtypes } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { zeros } from "./index.ts";
import { asStrided, contiguous, reshape, select, show, slice } from "./layout.ts";
import { gemmInto } from "./matmul.ts";
import { carrierOf, realBinary, realCast } from "./real.ts";
import { tryWinograd } from "./winograd.ts";

/** Per spatial dim; `padding` and `outputPadding` in elements. */
export interface ConvOptions {
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [begin: number, end: number])[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly transposed: boolean;
  readonly outputPadding: readonly number[];
}

/** Columns held at a time, in bytes. */
const columnBudget = 8 << 20;

const three = (values: readonly number[], fill: number): number[] => [...new Array<number>(3 - values.length).fill(fill), ...values];

/** Spatial sizes of the result. */
function convOutput(sizes: readonly number[], kernel: readonly number[], o: ConvOptions): number[] {
  return sizes.map((n, i) => {
    const [s, d, k] = [o.stride[i] as number, o.dilation[i] as number, kernel[i] as number];
    const [begin, end] = o.padding[i] as readonly [number, number];
    const reach = d * (k - 1) + 1;
    if (o.transposed) return (n - 1) * s - begin - end + reach + (o.outputPadding[i] ?? 0);
    return Math.floor((n + begin + end - reach) / s) + 1;
  });
}

function check(x: Strided, w: Strided, bias: Strided | null, o: ConvOptions): void {
  const spatial = x.shape.length - 2;
  const channels = o.transposed ? (w.shape[0] as number) : (w.shape[1] as number) * o.groups;
  const results = o.transposed ? (w.shape[1] as number) * o.groups : (w.shape[0] as number);
  const ok =
    spatial >= 1 &&
    spatial <= 3 &&
    w.shape.length === x.shape.length &&
    x.shape[1] === channels &&
    x.dtype === w.dtype &&
    (w.shape[0] as number) % o.groups === 0 &&
    (bias === null || numel(bias.shape) === results) &&
    o.stride.length === spatial &&
    o.padding.length === spatial &&
    o.dilation.length === spatial;
  if (ok) return;
  const message = `conv: x ${x.dtype}${show(x.shape)}, weight ${w.dtype}${show(w.shape)}, bias ${bias === null ? "none" : show(bias.shape)}, ${o.groups} groups do not fit`;
  throw new OnnxExporterError(
    "core/conv",
    message,
    "x is [N, C, spatial…], weight [O, C / groups, kernel…] (transposed: [C, O / groups, kernel…])",
  );
}

/**
 * Convolution (or its transpose) as torch: x [N, C, spatial…], w [O, C/groups, kernel…], transposed w [C, O/groups, kernel…], bias [O].
 * Sums are float32 for float32 and below (rounded once at the end), integers wrap. Throws `core/conv`, `core/memory`.
 */
export function conv(x: Strided, w: Strided, bias: Strided | null, options: ConvOptions): Strided {
  check(x, w, bias, options);
  const carrier = carrierOf("gemm", x.dtype);
  if (carrier !== x.dtype) {
    return realCast(conv(realCast(x, carrier), realCast(w, carrier), bias === null ? null : realCast(bias, carrier), options), x.dtype);
  }
  const out = convOutput(x.shape.slice(2), w.shape.slice(2), options);
  if (out.some((n) => n < 0)) {
    throw new OnnxExporterError("core/conv", `conv: kernel ${show(w.shape.slice(2))} does not fit ${show(x.shape)}`, "pad the input");
  }
  const y = options.transposed
    ? transposed(contiguous(x), contiguous(w), out, options)
    : direct(contiguous(x), contiguous(w), out, options);
  if (bias === null) return y;
  return realBinary(
    "add",
    y,
    asStrided(
      bias,
      y.shape.map((_, i) => (i === 1 ? numel(bias.shape) : 1)),
      y.shape.map((_, i) => (i === 1 ? (bias.strides[0] ?? 1) : 0)),
    ),
  );
}

/** The 19 ints that assembly/kernels/conv.ts calls a geometry. */
function geometry(
  channels: number,
  image: readonly number[],
  kernel: readonly number[],
  positions: readonly number[],
  o: ConvOptions,
): number[] {
  const begins = o.padding.map(([begin]) => begin);
  return [
    channels,
    ...three(image, 1),
    ...three(kernel, 1),
    ...three(o.stride, 1),
    ...three(begins, 0),
    ...three(o.dilation, 1),
    ...three(positions, 1),
  ];
}

/** How many positions' columns of `rows` rows stay within the budget. */
const stretch = (count: number, rows: number, size: number): number =>
  Math.min(count, Math.max(64, Math.floor(columnBudget / (rows * size))));

/** Calls `body(from, to)` for stretches of `step` out of `count` positions. */
function stretches(count: number, step: number, body: (from: number, to: number) => void): void {
  for (let from = 0; from < count; from += step) body(from, Math.min(from + step, count));
}

function direct(x: Strided, w: Strided, out: readonly number[], o: ConvOptions): Strided {
  const [batch, kernel, image] = [x.shape[0] as number, w.shape.slice(2), x.shape.slice(2)];
  const [og, ig] = [(w.shape[0] as number) / o.groups, w.shape[1] as number];
  const [positions, rows, { size }] = [numel(out), ig * numel(kernel), dtypes[x.dtype]];
  const y = empty(x.dtype, [batch, w.shape[0] as number, ...out]);
  if (numel(y.shape) === 0) return y;
  if (rows === 0) return zeros(x.dtype, y.shape);
  const quick = tryWinograd(x, w, out, o);
  if (quick !== null) return quick;
  const flatX = reshape(x, [batch, o.groups, ig, numel(image)]);
  const flatY = reshape(y, [batch, o.groups, og, positions]);
  const flatW = reshape(w, [o.groups, og, rows]);
  // A kernel of one tap that moves by one sees the image as it is.
  const plain = numel(kernel) === 1 && o.stride.every((s) => s === 1) && o.padding.every(([b, e]) => b === 0 && e === 0);
  core.frame(() => {
    const plan = core.ints(geometry(ig, image, kernel, out, o));
    const width = stretch(positions, rows, size);
    const columns = plain ? null : empty(x.dtype, [rows, width]);
    for (let n = 0; n < batch; n++) {
      for (let g = 0; g < o.groups; g++) {
        const [xs, ys, ws] = [select(select(flatX, 0, n), 0, g), select(select(flatY, 0, n), 0, g), select(flatW, 0, g)];
        if (columns === null) gemmInto(ys, ws, xs);
        else {
          stretches(positions, width, (from, to) => {
            core.kernel(`im2col_${size}`)(address(xs), address(columns), plan, from, to);
            gemmInto(slice(ys, 1, from, to), ws, asStrided(columns, [rows, to - from], [to - from, 1]));
          });
        }
      }
    }
    columns?.storage.free();
  });
  return y;
}

function transposed(x: Strided, w: Strided, out: readonly number[], o: ConvOptions): Strided {
  const [batch, kernel, sizes] = [x.shape[0] as number, w.shape.slice(2), x.shape.slice(2)];
  const [ig, og] = [(w.shape[0] as number) / o.groups, w.shape[1] as number];
  const [positions, rows, { size }] = [numel(sizes), og * numel(kernel), dtypes[x.dtype]];
  const y = zeros(x.dtype, [batch, og * o.groups, ...out]);
  if (numel(y.shape) === 0 || positions === 0) return y;
  const flatX = reshape(x, [batch, o.groups, ig, positions]);
  const flatY = reshape(y, [batch, o.groups, og, numel(out)]);
  const flatW = reshape(w, [o.groups, ig, rows]);
  core.frame(() => {
    const plan = core.ints(geometry(og, out, kernel, sizes, o));
    const width = stretch(positions, rows, size);
    const columns = empty(x.dtype, [rows, width]);
    for (let n = 0; n < batch; n++) {
      for (let g = 0; g < o.groups; g++) {
        const [xs, ys, ws] = [select(select(flatX, 0, n), 0, g), select(select(flatY, 0, n), 0, g), select(flatW, 0, g)];
        stretches(positions, width, (from, to) => {
          const part = asStrided(columns, [rows, to - from], [to - from, 1]);
          gemmInto(part, asStrided(ws, [rows, ig], [1, rows]), slice(xs, 1, from, to));
          core.kernel("col2im", x.dtype)(address(ys), address(part), plan, from, to);
        });
      }
    }
    columns.storage.free();
  });
  return y;
}
