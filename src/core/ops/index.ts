/** @file Reading and writing by index. Indices are int64 (other integers are cast); negative ones count from the end. */

import { type DType, dtypes, width } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, contiguousStrides, empty, numel, type Strided } from "../strided.ts";
import { asStrided, broadcastShapes, clone, contiguous, dimOf, expand, permute, reshape, select, show } from "./layout.ts";
import { nest, operand } from "./nest.ts";
import { carrierOf, realBinary, realCast, realCompare, realFill } from "./real.ts";
import { reduce } from "./reduce.ts";
import { range } from "./values.ts";

export type ScatterReduce = "none" | "add" | "mul" | "max" | "min" | "mean";

const outside = (what: string, x: Strided, dim: number) =>
  new OnnxExporterError(
    "core/index",
    `${what}: an index is outside dim ${dim} of ${show(x.shape)}`,
    `it must be in [${-(x.shape[dim] ?? 1)}, ${(x.shape[dim] ?? 1) - 1}]`,
  );

/** A scalar as a vector of one: gather and scatter treat it so. */
const vector = (x: Strided): Strided => (x.shape.length === 0 ? asStrided(x, [1], [1]) : x);

/** `x` narrowed to `shape` but for `dim`, where it stands still: the kernel moves there by index. */
const still = (x: Strided, shape: readonly number[], dim: number): Strided =>
  asStrided(
    x,
    shape,
    x.strides.map((s, i) => (i === dim ? 0 : s)),
  );

function sameRank(what: string, x: Strided, dim: number, ...others: readonly Strided[]): void {
  const fits = others.every((o) => o.shape.length === x.shape.length && o.shape.every((n, i) => i === dim || n <= (x.shape[i] as number)));
  if (fits) return;
  const shapes = [x, ...others].map((t) => show(t.shape)).join(", ");
  throw new OnnxExporterError(
    "core/index-shape",
    `${what}: shapes ${shapes} along dim ${dim} do not fit`,
    "index may not be larger than x in other dims",
  );
}

/** y[i, j, k] = x[i, index[i, j, k], k] for dim 1 (torch.gather, ONNX GatherElements); y has index's shape. Throws `core/index`. */
export function gather(x: Strided, dim: number, index: Strided): Strided {
  const [v, i] = [vector(x), vector(realCast(index, "int64"))];
  const d = dimOf(dim, v.shape.length);
  sameRank("gather", v, d, i);
  const y = empty(x.dtype, i.shape);
  if (numel(i.shape) > 0) {
    const size = width(x.dtype);
    const walk = () => nest(i.shape, [operand(y, i.shape), operand(i, i.shape), operand(still(v, i.shape, d), i.shape)]);
    const code = core.frame(() => core.kernel(`gather_${size}`)(walk(), (v.strides[d] as number) * size, v.shape[d] as number));
    if (code !== 0) throw outside("gather", v, d);
  }
  return asStrided(y, index.shape, contiguousStrides(index.shape));
}

/** x with `dim` replaced by the dims of `index`: rows x[…, index[j], …] (torch.index_select, embedding; ONNX Gather). Throws `core/index`. */
export function indexSelect(x: Strided, dim: number, index: Strided): Strided {
  const v = contiguous(vector(x));
  const d = dimOf(dim, v.shape.length);
  const i = contiguous(realCast(index, "int64"));
  const [before, after] = [v.shape.slice(0, d), v.shape.slice(d + 1)];
  const y = empty(x.dtype, x.shape.length === 0 ? index.shape : [...before, ...index.shape, ...after]);
  if (numel(y.shape) === 0) return y;
  const bytes = numel(after) * width(x.dtype);
  const code = core.exports.index_select(address(v), address(y), address(i), numel(before), v.shape[d] as number, numel(i.shape), bytes);
  if (code !== 0) throw outside("indexSelect", v, d);
  return y;
}

/**
 * A copy of x with x[i, index[i, j, k], k] = src[i, j, k] for dim 1 (torch.scatter, ONNX ScatterElements), or combined with what is there
 * by `reduce`. "mean" averages x's element with all that fall on it (torch: scatter_reduce, include_self). Throws `core/index`, `core/dtype`.
 */
export function scatter(x: Strided, dim: number, index: Strided, src: Strided, reduce: ScatterReduce = "none"): Strided {
  if (x.dtype !== src.dtype)
    throw new OnnxExporterError("core/dtype", `scatter: x is ${x.dtype}, src is ${src.dtype}`, "cast to one dtype");
  if (reduce === "mean") return scatterMean(x, dim, index, src);
  const carrier = reduce === "none" ? x.dtype : carrierOf(`scatter_${reduce}`, x.dtype);
  if (carrier !== x.dtype) return realCast(scatter(realCast(x, carrier), dim, index, realCast(src, carrier), reduce), x.dtype);
  const y = vector(clone(x));
  const [i, s] = [vector(realCast(index, "int64")), vector(src)];
  const d = dimOf(dim, y.shape.length);
  sameRank("scatter", y, d, i);
  sameRank("scatter", asStrided(s, s.shape, s.strides), -1, i);
  if (numel(i.shape) > 0) {
    const size = width(x.dtype);
    const kernel = reduce === "none" ? core.kernel(`scatter_${size}`) : core.kernel(`scatter_${reduce}`, x.dtype);
    const source = asStrided(s, i.shape, s.strides);
    // The order is index's own, row-major, so that of equal targets the last one stays.
    const order = { ptr: 0, strides: contiguousStrides(i.shape) };
    const walk = () =>
      ordered(i.shape, order.strides, [operand(still(y, i.shape, d), i.shape), operand(i, i.shape), operand(source, i.shape)]);
    const code = core.frame(() => kernel(walk(), (y.strides[d] as number) * size, y.shape[d] as number));
    if (code !== 0) throw outside("scatter", y, d);
  }
  return asStrided(y, x.shape, contiguousStrides(x.shape));
}

/** A nest walked in the order of `strides` rather than that of its first operand. */
function ordered(shape: readonly number[], strides: readonly number[], operands: { ptr: number; strides: readonly number[] }[]): number {
  const ptr = nest(shape, [{ ptr: 0, strides }, ...operands]);
  const words = core.i32();
  const at = ptr >>> 2;
  // Drop the operand that only gave the order: shift addresses and strides down by one.
  words[at + 1] = operands.length;
  for (let k = 0; k < 3; k++) words[at + 2 + k] = words[at + 3 + k] as number;
  for (let dim = 0; dim < (words[at] as number); dim++) {
    const s = at + 6 + dim * 6 + 2;
    for (let k = 0; k < 3; k++) words[s + k] = words[s + k + 1] as number;
  }
  return ptr;
}

function scatterMean(x: Strided, dim: number, index: Strided, src: Strided): Strided {
  const sum = scatter(x, dim, index, src, "add");
  const ones = (shape: readonly number[]) => realFill(x.dtype, shape, 1);
  const count = scatter(ones(x.shape), dim, index, ones(src.shape), "add");
  return realBinary(dtypes[x.dtype].kind === "float" ? "div" : "floor_div", sum, count);
}

/** int64 coordinates of the elements that are not 0, [count, rank], in row-major order. */
export function nonzero(x: Strided): Strided {
  const truth = contiguous(x.dtype === "bool" ? x : realCast(x, "bool"));
  const rank = x.shape.length;
  return core.frame(() => {
    const dims = core.ints(x.shape);
    const n = numel(x.shape);
    const count = core.exports.nonzero(address(truth), 0, n, dims, rank) >>> 0;
    const y = empty("int64", [count, rank]);
    if (rank > 0) core.exports.nonzero(address(truth), address(y), n, dims, rank);
    return y;
  });
}

/** Index tensors by dim, bool masks replaced by the coordinates where they are true; broadcast together. */
function resolveIndices(x: Strided, indices: readonly (Strided | null)[]): { dims: number[]; at: Strided[]; shape: number[] } {
  const dims: number[] = [];
  const at: Strided[] = [];
  let dim = 0;
  for (const index of indices) {
    if (index === null) dim++;
    else if (index.dtype === "bool" || index.dtype === "uint8") {
      if (index.shape.some((n, i) => n !== x.shape[dim + i])) {
        throw new OnnxExporterError(
          "core/index-shape",
          `a mask ${show(index.shape)} does not fit ${show(x.shape)} at dim ${dim}`,
          "its dims must equal those of x from there on",
        );
      }
      const places = nonzero(index);
      index.shape.forEach((_, i) => {
        dims.push(dim + i);
        at.push(select(places, 1, i));
      });
      dim += index.shape.length;
    } else {
      dims.push(dim++);
      at.push(realCast(index, "int64"));
    }
  }
  return { dims, at, shape: broadcastShapes(...at.map((i) => i.shape)) };
}

/** One flat int64 index into the dims `dims` of x taken together. Throws `core/index`. */
function flatIndex(x: Strided, dims: readonly number[], at: readonly Strided[], shape: readonly number[]): Strided {
  let flat = realFill("int64", shape, 0);
  dims.forEach((d, k) => {
    const n = x.shape[d] as number;
    const index = at[k] as Strided;
    const [low, high] = [realCompare("lt", index, realFill("int64", [], -n)), realCompare("ge", index, realFill("int64", [], n))];
    if (readBool(reduce("any", realBinary("bitwise_or", low, high), null, false))) throw outside("index", x, d);
    const wrapped = n === 0 ? index : realBinary("remainder", index, realFill("int64", [], n));
    flat = realBinary("add", realBinary("mul", flat, realFill("int64", [], n)), wrapped);
  });
  return flat;
}

const readBool = (x: Strided): boolean => x.storage.bytes()[0] !== 0;

/** x with the indexed dims first, as [their product, others…]. */
function indexedFirst(x: Strided, dims: readonly number[]): { flat: Strided; rest: number[] } {
  const rest = x.shape.map((_, i) => i).filter((i) => !dims.includes(i));
  const sizes = rest.map((i) => x.shape[i] as number);
  return { flat: reshape(permute(x, [...dims, ...rest]), [numel(dims.map((d) => x.shape[d] as number)), ...sizes]), rest };
}

/** Where the dims of the index tensors go in the result: their own place when they are neighbours, else in front (NumPy's rule). */
const indexPlace = (dims: readonly number[]): number => (dims.every((d, i) => d === (dims[0] as number) + i) ? (dims[0] as number) : 0);

/**
 * x[i0, :, i1, …]: null stands for `:`, integers broadcast together, bool masks count as their coordinates (aten::index.Tensor).
 * Throws `core/index`, `core/index-shape`, `core/broadcast`.
 */
export function indexTensors(x: Strided, indices: readonly (Strided | null)[]): Strided {
  const { dims, at, shape } = resolveIndices(x, indices);
  if (dims.length === 0) return clone(x);
  const { flat } = indexedFirst(x, dims);
  const y = indexSelect(flat, 0, flatIndex(x, dims, at, shape));
  return contiguous(permute(y, resultOrder(y.shape.length, shape.length, indexPlace(dims))));
}

/** The order of dims that moves the first `count` of `rank` dims behind the `place` that follow them. */
const resultOrder = (rank: number, count: number, place: number): number[] => [
  ...range(place, count),
  ...range(count),
  ...range(rank - count - place, count + place),
];

/**
 * A copy of x with x[i0, :, i1, …] = values (or += with `accumulate`), which broadcasts to that selection (aten::index_put).
 * Of equal targets the last stays. Throws `core/index`, `core/index-shape`, `core/broadcast`, `core/dtype`.
 */
export function indexPut(x: Strided, indices: readonly (Strided | null)[], values: Strided, accumulate: boolean): Strided {
  const { dims, at, shape } = resolveIndices(x, indices);
  if (dims.length === 0) return clone(expand(values, x.shape));
  const { flat, rest } = indexedFirst(x, dims);
  const place = indexPlace(dims);
  const sizes = rest.map((i) => x.shape[i] as number);
  const selection = [...sizes.slice(0, place), ...shape, ...sizes.slice(place)];
  const order = resultOrder(selection.length, shape.length, place);
  const back = order.map((_, i) => order.indexOf(i));
  const source = reshape(permute(expand(values, selection), back), [numel(shape), ...sizes]);
  const index = reshape(flatIndex(x, dims, at, shape), [numel(shape), ...sizes.map(() => 1)]);
  const put = scatter(flat, 0, expand(index, source.shape), source, accumulate ? "add" : "none");
  const all = [...dims, ...rest];
  const y = reshape(
    put,
    all.map((d) => x.shape[d] as number),
  );
  return contiguous(
    permute(
      y,
      all.map((_, i) => all.indexOf(i)),
    ),
  );
}

/** x where `mask` is true, as a vector (torch.masked_select); both broadcast. */
export function maskedSelect(x: Strided, mask: Strided): Strided {
  const shape = broadcastShapes(x.shape, mask.shape);
  if (shape.length === 0) return indexTensors(asStrided(x, [1], [1]), [asStrided(mask, [1], [1])]);
  return indexTensors(expand(x, shape), [contiguous(expand(mask, shape))]);
}

/** A zero of each dtype is all zero bits. */
export const zeros = (dtype: DType, shape: readonly number[]): Strided => {
  const y = empty(dtype, shape);
  y.storage.bytes().fill(0);
  return y;
};
