/** @file How tensors lie in memory: views that copy nothing, copies, and what moves elements without computing on them. */

import { type DType, width } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core, sized } from "../door.ts";
import { address, contiguousStrides, empty, isContiguous, numel, Storage, type Strided } from "../strided.ts";
import { nest, operand } from "./nest.ts";

/** The shape that `shapes` broadcast to, aligned right. Throws `core/broadcast`. */
export function broadcastShapes(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, i) => {
    let size = 1;
    for (const shape of shapes) {
      const d = shape[i - rank + shape.length] ?? 1;
      if (d === 1 || d === size) continue;
      if (size !== 1) {
        const message = `cannot broadcast ${shapes.map(show).join(" with ")}: dim ${i - rank} is ${size} and ${d}`;
        throw new OnnxExporterError("core/broadcast", message, "sizes must be equal or 1");
      }
      size = d;
    }
    return size;
  });
}

export const show = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** `dim` counted from the front; negative dims count from the end. Throws `core/dim`. A scalar has the one dim 0 (or -1). */
export function dimOf(dim: number, rank: number): number {
  const d = dim < 0 ? dim + Math.max(rank, 1) : dim;
  if (d >= 0 && d < Math.max(rank, 1)) return d;
  throw new OnnxExporterError("core/dim", `dim ${dim} is outside a tensor of rank ${rank}`, `dims go from ${-rank} to ${rank - 1}`);
}

/** A new tensor with these strides, which must be dense; not cleared. */
export function emptyStrided(dtype: DType, shape: readonly number[], strides: readonly number[]): Strided {
  return { storage: new Storage(width(dtype) * sized(shape, width(dtype))), dtype, shape: [...shape], strides, offset: 0 };
}

/** A view with any shape and strides. `offset` counts from the start of the storage. Throws `core/view` where it leaves the storage. */
export function asStrided(x: Strided, shape: readonly number[], strides: readonly number[], offset = x.offset): Strided {
  let [first, last] = [offset, offset];
  let isEmpty = false;
  for (let i = 0; i < shape.length; i++) {
    const reach = ((shape[i] as number) - 1) * (strides[i] as number);
    if (shape[i] === 0) isEmpty = true;
    if (reach < 0) first += reach;
    else last += reach;
  }
  if (!(isEmpty || (first >= 0 && (last + 1) * width(x.dtype) <= x.storage.nbytes))) {
    const message = `a view ${show(shape)} with strides ${show(strides)} from ${offset} on leaves the ${x.storage.nbytes} bytes of ${show(x.shape)}`;
    throw new OnnxExporterError("core/view", message, "give sizes and places inside the tensor");
  }
  return { storage: x.storage, dtype: x.dtype, shape: [...shape], strides: [...strides], offset };
}

/** Whether elements fill their range without gaps or overlaps, in some order of dims. */
export function isDense(x: Strided): boolean {
  if (isContiguous(x)) return true;
  const dims = x.shape.map((n, i) => [n, x.strides[i] as number] as const).filter(([n]) => n !== 1);
  dims.sort((a, b) => a[1] - b[1]);
  let step = 1;
  for (const [n, s] of dims) {
    if (s !== step) return false;
    step *= n;
  }
  return true;
}

/** dst = src, which broadcasts to dst's shape; same dtype. Throws `core/dtype`, `core/broadcast`. The two must not overlap. */
export function copyInto(dst: Strided, src: Strided): void {
  if (dst.dtype !== src.dtype)
    throw new OnnxExporterError("core/dtype", `copyInto: cannot copy ${src.dtype} into ${dst.dtype}`, "cast first");
  const shape = broadcastShapes(dst.shape, src.shape);
  if (shape.length !== dst.shape.length || shape.some((n, i) => n !== dst.shape[i])) {
    throw new OnnxExporterError(
      "core/broadcast",
      `copyInto: ${show(src.shape)} does not broadcast to ${show(dst.shape)}`,
      "sizes must be equal or 1",
    );
  }
  if (numel(shape) === 0) return;
  if (numel(src.shape) === numel(shape) && isContiguous(dst) && isContiguous(src)) {
    const from = address(src);
    core.u8().copyWithin(address(dst), from, from + numel(shape) * width(src.dtype));
    return;
  }
  const copy = core.kernel(`copy_${width(dst.dtype)}`);
  core.frame(() => copy(nest(shape, [operand(dst, shape), operand(src, shape)])));
}

/** A new tensor with the elements of `x`, row-major. */
export function clone(x: Strided): Strided {
  const y = empty(x.dtype, x.shape);
  copyInto(y, x);
  return y;
}

/** `x` itself where it is row-major, else a copy that is. */
export const contiguous = (x: Strided): Strided => (isContiguous(x) ? x : clone(x));

/** A view in which dims that are new or of size 1 repeat; -1 keeps a size. Throws `core/broadcast`. */
export function expand(x: Strided, shape: readonly number[]): Strided {
  const lead = shape.length - x.shape.length;
  const to = shape.map((n, i) => (n === -1 && i >= lead ? (x.shape[i - lead] as number) : n));
  const fits = lead >= 0 && x.shape.every((n, i) => n === to[i + lead] || n === 1) && to.every((n) => n >= 0);
  if (!fits)
    throw new OnnxExporterError(
      "core/broadcast",
      `cannot expand ${show(x.shape)} to ${show(shape)}`,
      "sizes must be equal or 1; -1 keeps one",
    );
  const strides = to.map((n, i) => (i < lead || (x.shape[i - lead] === 1 && n !== 1) ? 0 : (x.strides[i - lead] as number)));
  return asStrided(x, to, strides);
}

/** A view with dims in the order `dims`. Throws `core/dim` unless these are all dims, once each. */
export function permute(x: Strided, dims: readonly number[]): Strided {
  const order = dims.map((d) => dimOf(d, x.shape.length));
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw new OnnxExporterError(
      "core/dim",
      `permute: [${dims.join(", ")}] is not an order of the dims of ${show(x.shape)}`,
      "name each dim once",
    );
  }
  return asStrided(
    x,
    order.map((d) => x.shape[d] as number),
    order.map((d) => x.strides[d] as number),
  );
}

/** A view with dims `a` and `b` exchanged. */
export function transpose(x: Strided, a: number, b: number): Strided {
  const rank = x.shape.length;
  if (rank === 0) return x;
  const [p, q] = [dimOf(a, rank), dimOf(b, rank)];
  return permute(
    x,
    x.shape.map((_, i) => (i === p ? q : i === q ? p : i)),
  );
}

/** A view of `x[start:end:step]` along `dim`, clamped as Python does; step > 0. */
export function slice(x: Strided, dim: number, start: number, end: number, step = 1): Strided {
  const d = dimOf(dim, x.shape.length);
  const n = x.shape[d] as number;
  const clamp = (i: number) => Math.min(Math.max(i < 0 ? i + n : i, 0), n);
  if (!(step > 0)) throw new OnnxExporterError("core/slice", `slice: step is ${step}`, "it must be positive; flip reverses");
  const from = clamp(start);
  const size = Math.max(Math.ceil((clamp(end) - from) / step), 0);
  const stride = x.strides[d] as number;
  return asStrided(
    x,
    x.shape.map((s, i) => (i === d ? size : s)),
    x.strides.map((s, i) => (i === d ? stride * step : s)),
    x.offset + (size === 0 ? 0 : from * stride),
  );
}

/** A view of `x[i]` along `dim`, which goes away. Throws `core/index`. */
export function select(x: Strided, dim: number, index: number): Strided {
  const d = dimOf(dim, x.shape.length);
  const n = x.shape[d] ?? 0;
  const i = index < 0 ? index + n : index;
  if (i < 0 || i >= n)
    throw new OnnxExporterError(
      "core/index",
      `select: index ${index} is outside dim ${dim} of ${show(x.shape)}`,
      `it must be in [${-n}, ${n - 1}]`,
    );
  const others = (_: number, k: number) => k !== d;
  return asStrided(x, x.shape.filter(others), x.strides.filter(others), x.offset + i * (x.strides[d] as number));
}

/** A view with a dim of size 1 before `dim` (counted in the result). */
export function unsqueeze(x: Strided, dim: number): Strided {
  const d = dimOf(dim, x.shape.length + 1);
  const stride = d < x.shape.length ? (x.shape[d] as number) * (x.strides[d] as number) : 1;
  return asStrided(x, x.shape.toSpliced(d, 0, 1), x.strides.toSpliced(d, 0, stride));
}

/** `v`, a vector, as a view that runs along `dim` of a tensor of `rank` dims; one element broadcasts, more dims stay as they are. */
export function along(v: Strided, dim: number, rank: number): Strided {
  if (v.shape.length > 1) return v;
  const count = numel(v.shape);
  return reshape(v, count === 1 ? [] : Array.from({ length: rank }, (_, i) => (i === dim ? count : 1)));
}

/** A view without its dims of size 1: all of them, or those among `dims`. */
export function squeeze(x: Strided, dims?: readonly number[]): Strided {
  const chosen = dims?.map((d) => dimOf(d, x.shape.length));
  const stays = (i: number) => x.shape[i] !== 1 || (chosen !== undefined && !chosen.includes(i));
  return asStrided(
    x,
    x.shape.filter((_, i) => stays(i)),
    x.strides.filter((_, i) => stays(i)),
  );
}

/** `shape` with its -1, if any, computed. Throws `core/reshape` when element counts differ, or when any size would do. */
function resolveShape(count: number, shape: readonly number[]): number[] {
  const known = shape.reduce((n, d) => (d === -1 ? n : n * d), 1);
  const resolved = shape.map((d) => (d === -1 ? count / known : d));
  const ok = shape.filter((d) => d === -1).length <= 1 && resolved.every((d) => Number.isInteger(d) && d >= 0) && numel(resolved) === count;
  if (ok) return resolved;
  throw new OnnxExporterError(
    "core/reshape",
    `cannot reshape ${count} elements to ${show(shape)}`,
    "the sizes must multiply to that number; one may be -1",
  );
}

/** A view with another shape (one -1 allowed), or null where strides make it impossible (PyTorch: `computeStride`). */
export function tryView(x: Strided, shape: readonly number[]): Strided | null {
  const count = numel(x.shape);
  const to = resolveShape(count, shape);
  if (count === 0 || isContiguous(x)) return asStrided(x, to, contiguousStrides(to));
  const strides = new Array<number>(to.length).fill(1);
  let d = to.length - 1;
  let base = x.strides.at(-1) ?? 1;
  let inChunk = 1;
  let inView = 1;
  for (let i = x.shape.length - 1; i >= 0; i--) {
    inChunk *= x.shape[i] as number;
    const ends = i === 0 || ((x.shape[i - 1] as number) !== 1 && x.strides[i - 1] !== inChunk * base);
    if (!ends) continue;
    while (d >= 0 && (inView < inChunk || to[d] === 1)) {
      strides[d] = inView * base;
      inView *= to[d] as number;
      d--;
    }
    if (inView !== inChunk) return null;
    if (i > 0) {
      base = x.strides[i - 1] as number;
      inChunk = 1;
      inView = 1;
    }
  }
  return d === -1 ? asStrided(x, to, strides) : null;
}

/** A view with another shape where strides allow it, else a copy. One -1 is allowed. Throws `core/reshape`. */
export const reshape = (x: Strided, shape: readonly number[]): Strided => {
  const view = tryView(x, shape);
  if (view !== null) return view;
  const y = clone(x);
  const to = resolveShape(numel(x.shape), shape);
  return asStrided(y, to, contiguousStrides(to));
};

/** A matrix of the dims before `axis`, counted from the front and up to the rank, by those from there on. */
export const asMatrix = (x: Strided, axis: number): Strided => reshape(x, [numel(x.shape.slice(0, axis)), numel(x.shape.slice(axis))]);

/** The same bytes read as another dtype of the same or a dividing size; the last dim is scaled (torch: `view(dtype)`). */
export function viewAs(x: Strided, dtype: DType): Strided {
  const [from, to] = [width(x.dtype), width(dtype)];
  if (from === to) return { ...x, dtype };
  const ratio = from / to;
  const last = x.shape.length - 1;
  const whole = (n: number) => Number.isInteger(n);
  const strides = x.strides.map((s, i) => (i === last ? 1 : s * ratio));
  const size = (x.shape[last] ?? 0) * ratio;
  if (last < 0 || x.strides[last] !== 1 || !whole(size) || !whole(x.offset * ratio) || !strides.every(whole)) {
    throw new OnnxExporterError(
      "core/view-dtype",
      `cannot view ${x.dtype}${show(x.shape)} as ${dtype}`,
      "the last dim must be contiguous and divide",
    );
  }
  return { storage: x.storage, dtype, shape: x.shape.with(last, size), strides, offset: x.offset * ratio };
}

/** Joins along `dim`; all of one dtype, other sizes equal. Throws `core/concat`. */
export function concat(xs: readonly Strided[], dim: number): Strided {
  const first = xs[0];
  if (first === undefined) throw new OnnxExporterError("core/concat", "concat: nothing to join", "give at least one tensor");
  const d = dimOf(dim, first.shape.length);
  for (const x of xs) {
    const fits =
      x.dtype === first.dtype && x.shape.length === first.shape.length && x.shape.every((n, i) => i === d || n === first.shape[i]);
    if (fits && x.shape.length > 0) continue;
    const all = xs.map((y) => y.dtype + show(y.shape)).join(", ");
    throw new OnnxExporterError("core/concat", `cannot join ${all} along dim ${dim}`, "dtypes and other sizes must be equal");
  }
  const y = empty(
    first.dtype,
    first.shape.with(
      d,
      xs.reduce((n, x) => n + (x.shape[d] as number), 0),
    ),
  );
  let at = 0;
  for (const x of xs) {
    const end = at + (x.shape[d] as number);
    copyInto(slice(y, d, at, end), x);
    at = end;
  }
  return y;
}

/** Joins along a new dim before `dim`, counted in the result; all of one dtype and shape. Throws `core/concat`. */
export const stack = (xs: readonly Strided[], dim: number): Strided =>
  concat(
    xs.map((x) => unsqueeze(x, dim)),
    dim,
  );

/** A new tensor with the order along `dims` reversed. */
export function flip(x: Strided, dims: readonly number[]): Strided {
  const chosen = new Set(dims.map((d) => dimOf(d, x.shape.length)));
  const last = [...chosen].reduce((o, d) => o + Math.max((x.shape[d] ?? 1) - 1, 0) * (x.strides[d] ?? 0), x.offset);
  const reversed = asStrided(
    x,
    x.shape,
    x.strides.map((s, i) => (chosen.has(i) ? -s : s)),
    last,
  );
  return clone(reversed);
}

/** A new tensor with `x` repeated `reps[i]` times along dim i; more reps than dims add dims in front. */
export function repeat(x: Strided, reps: readonly number[]): Strided {
  const lead = reps.length - x.shape.length;
  if (lead < 0)
    throw new OnnxExporterError(
      "core/repeat",
      `repeat: ${show(reps)} has fewer numbers than ${show(x.shape)} has dims`,
      "give one number for each dim, more for new dims in front",
    );
  const shape = reps.map((r, i) => r * (x.shape[i - lead] ?? 1));
  const y = empty(x.dtype, shape);
  const sizes = reps.flatMap((r, i) => [r, x.shape[i - lead] ?? 1]);
  const split = asStrided(y, sizes, contiguousStrides(sizes));
  const source = reps.flatMap((_, i) => [1, x.shape[i - lead] ?? 1]);
  const strides = reps.flatMap((_, i) => [0, x.strides[i - lead] ?? 0]);
  copyInto(split, asStrided(x, source, strides));
  return y;
}
