/** @file Tensors from numbers: filled, counting, identity, triangles, indices. Copies and views of the same shape. */

import { makeComplex } from "../core/ops/complex.ts";
import { arange, binary, cast, compare, fill, scalarTensor, where } from "../core/ops/elementwise.ts";
import { contiguous, copyInto, expand, unsqueeze } from "../core/ops/layout.ts";
import { fromIntegers, integers } from "../core/ops/values.ts";
import { contiguousStrides, empty, isContiguous, numel, Storage, type Strided } from "../core/strided.ts";
import { byteLength, type DType, isComplex, isFloat, realOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { ceildiv, type Dim, type Shape, SymInt, sub } from "../symbolic.ts";
import { each, type Literal, literal, scalarDType } from "./broadcast.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Fresh, Meta, Op, ScalarOf, Symbolic } from "./table.ts";
import { sizes } from "./view-shape.ts";

type Asked = { readonly dtype: DType | null };
type Scalar = ScalarOf<Dim>;

const full = (dtype: DType, shape: readonly number[], value: Literal): Strided =>
  typeof value === "object" ? contiguous(expand(literal(value, dtype), shape)) : fill(dtype, shape, value);

/** Tensors of one value: how the overloads say size, value and the dtype where none is asked for. */
const filled = <A extends Asked, B extends Asked>(
  size: (args: A | B) => Shape,
  value: (args: A | B) => Scalar,
  otherwise: (args: A | B) => DType,
) => ({
  meta: (args: A): Meta => ({ dtype: args.dtype ?? otherwise(args), shape: size(args) }),
  eval: (args: B): Strided => full(args.dtype ?? otherwise(args), sizes(size(args)), value(args) as Literal),
});
type Sized<S> = Asked & { readonly size: S };
type Like<T> = Asked & { readonly self: T };
type Fill<I> = { readonly fill_value: ScalarOf<I> };

const constants = <N extends Op>(names: readonly N[], value: number) =>
  each(names, () =>
    filled<Sized<Shape>, Sized<readonly number[]>>(
      (a) => a.size,
      () => value,
      () => "float32",
    ),
  );
const likes = <N extends Op>(names: readonly N[], value: number) =>
  each(names, () =>
    filled<Like<TensorType>, Like<Strided>>(
      (a) => a.self.shape,
      () => value,
      (a) => a.self.dtype,
    ),
  );
const news = <N extends Op>(names: readonly N[], value: number) =>
  each(names, () =>
    filled<Like<TensorType> & Sized<Shape>, Like<Strided> & Sized<readonly number[]>>(
      (a) => a.size,
      () => value,
      (a) => a.self.dtype,
    ),
  );

interface Span<I> extends Asked {
  readonly start?: ScalarOf<I>;
  readonly end: ScalarOf<I>;
  readonly step?: ScalarOf<I>;
}
const spanDType = ({ dtype, start = 0, end, step = 1 }: Span<Dim>): DType => {
  if (dtype !== null) return dtype;
  return [start, end, step].some((x) => typeof x === "number" && !Number.isInteger(x)) ? "float32" : "int64";
};
/** ceil((end - start) / step), a new symbol where a fractional step makes no expression of it. */
function spanLength({ start = 0, end, step = 1 }: Span<Dim>, fresh: Fresh): Dim {
  if (![start, end, step].some((x) => x instanceof SymInt)) return spanCount(Number(start), Number(end), Number(step));
  const by = step instanceof SymInt ? step : nonzero(Number(step));
  const [low, high, size] = typeof by === "number" && by < 0 ? [end, start, -by] : [start, end, by];
  if (size instanceof SymInt || Number.isInteger(size)) return ceildiv(difference(high, low), size);
  const inverse = 1 / size;
  return Number.isInteger(Math.log2(inverse)) && inverse > 1 ? difference(times(high, inverse), times(low, inverse)) : fresh("arange");
}
const spanCount = (start: number, end: number, step: number): number => Math.max(Math.ceil((end - start) / nonzero(step)), 0);
function nonzero(step: number): number {
  if (step === 0) throw new OnnxExporterError("aten/argument", "arange: step is 0", "give a step that leads from start to end");
  return step;
}
const times = (x: Scalar, by: number): Scalar => (x instanceof SymInt ? x.mul(by) : Number(x) * by);
/** ceil(high - low), of which one at most is a fraction. */
const difference = (high: Scalar, low: Scalar): Dim =>
  sub(high instanceof SymInt ? high : Math.ceil(Number(high)), low instanceof SymInt ? low : Math.floor(Number(low)));

const counting = {
  meta: (args: Span<Dim>, fresh: Fresh): Meta => ({ dtype: spanDType(args), shape: [spanLength(args, fresh)] }),
  eval: (args: Span<number>): Strided => {
    const [start, step] = [Number(args.start ?? 0), Number(args.step ?? 1)];
    return arange(spanDType(args), start, step, spanCount(start, Number(args.end), step));
  },
};

/** torch.range: floats by default, and `end` is one of them where a step meets it. */
function inclusive({ start = 0, end, step = 1, dtype }: Span<Dim>, call: Call): Symbolic {
  const count = Math.floor((Number(end) - Number(start)) / Number(step)) + 1;
  const places = call("aten::arange", { end: count, dtype: dtype ?? "float32" });
  return call("aten::add.Scalar", { self: call("aten::mul.Scalar", { self: places, other: step }), other: start });
}

/** The i-th of `steps` numbers from start to end, from the nearer end (ATen/native/cpu/RangeFactoriesKernel.cpp). */
export function linspacePoints(start: number, end: number, steps: number): number[] {
  const by = steps > 1 ? (end - start) / (steps - 1) : 0;
  return Array.from({ length: steps }, (_, i) => (i < steps / 2 ? start + by * i : end - by * (steps - 1 - i)));
}

/** A tensor of `dtype` with these elements; integers are truncated as a cast does. */
function fromNumbers(dtype: DType, values: readonly number[]): Strided {
  const out = empty("float64", [values.length]);
  out.storage.bytes().set(new Uint8Array(Float64Array.from(values).buffer));
  return cast(out, dtype);
}

/** Complex numbers advance in both parts. */
function linspace(start: ScalarOf<number>, end: ScalarOf<number>, steps: number, dtype: DType): Strided {
  const part = (p: "re" | "im", to: DType): Strided => {
    const of = (x: ScalarOf<number>): number => (typeof x === "object" ? x[p] : p === "re" ? Number(x) : 0);
    return fromNumbers(to, linspacePoints(of(start), of(end), steps));
  };
  return isComplex(dtype) ? makeComplex(part("re", realOf(dtype)), part("im", realOf(dtype))) : part("re", dtype);
}

interface TensorSpan extends Asked {
  readonly start: Symbolic | Scalar;
  readonly end: Symbolic | Scalar;
  readonly steps: number;
}

/** `base` to evenly spaced powers: integers are those of doubles, truncated. */
function powersOf(base: Scalar, dtype: DType | null, call: Call, exponents: (dtype: DType | null) => Symbolic): Symbolic {
  const exponent = exponents(dtype === null || isFloat(dtype) ? dtype : "float64");
  return call("aten::to.dtype", { self: call("aten::pow.Scalar", { self: base, exponent }), dtype: dtype ?? "float32" });
}

const linspaceOfTensors = ({ start, end, steps, dtype }: TensorSpan, call: Call): Symbolic => {
  const wanted = dtype ?? "float32";
  const wide = isFloat(wanted) ? wanted : "float64";
  const asTensor = (x: Symbolic | Scalar): Symbolic =>
    typeof x === "object" && "dtype" in x
      ? call("aten::to.dtype", { self: x, dtype: wide })
      : call("aten::scalar_tensor", { s: x, dtype: wide });
  const [from, to] = [asTensor(start), asTensor(end)];
  const by = call("aten::div.Scalar", { self: call("aten::sub.Tensor", { self: to, other: from }), other: Math.max(steps - 1, 1) });
  const index = call("aten::arange", { end: steps, dtype: wide });
  const up = call("aten::add.Tensor", { self: from, other: call("aten::mul.Tensor", { self: index, other: by }) });
  const back = call("aten::rsub.Scalar", { self: index, other: steps - 1 });
  const down = call("aten::sub.Tensor", { self: to, other: call("aten::mul.Tensor", { self: back, other: by }) });
  const points = call("aten::where.self", { condition: call("aten::lt.Scalar", { self: index, other: steps / 2 }), self: up, other: down });
  return call("aten::to.dtype", { self: points, dtype: wanted });
};

/** Column index minus row index of the last two dims: what the diagonals are numbered by. */
const diagonals = (rows: number, columns: number): Strided =>
  binary("sub", arange("int64", 0, 1, columns), unsqueeze(arange("int64", 0, 1, rows), 1));
const triangle = (keep: "le" | "ge") => ({
  meta: ({ self }: { self: TensorType }): Meta => ({ dtype: self.dtype, shape: self.shape }),
  eval: ({ self, diagonal }: { self: Strided; diagonal: number }): Strided => {
    const [rows, columns] = self.shape.slice(-2) as [number, number];
    const kept = compare(keep, diagonals(rows, columns), scalarTensor("int64", diagonal));
    return where(kept, self, scalarTensor(self.dtype, 0));
  },
});

interface Triangle extends Asked {
  readonly row: number;
  readonly col: number;
  readonly offset: number;
}
/** Row and column numbers below (`lower`) or above the diagonal `offset`, row by row. */
export function triangleIndices({ row, col, offset }: Pick<Triangle, "row" | "col" | "offset">, lower: boolean): [number[], number[]] {
  const rows: number[] = [];
  const columns: number[] = [];
  for (let r = 0; r < row; r++) {
    const [from, to] = lower ? [0, Math.min(r + offset + 1, col)] : [Math.max(r + offset, 0), col];
    for (let c = from; c < to; c++) {
      rows.push(r);
      columns.push(c);
    }
  }
  return [rows, columns];
}
/** How many there are. */
function triangleCount({ row, col, offset }: Pick<Triangle, "row" | "col" | "offset">, lower: boolean): number {
  let count = 0;
  for (let r = 0; r < row; r++) count += lower ? Math.min(Math.max(r + offset + 1, 0), col) : Math.max(col - Math.max(r + offset, 0), 0);
  return count;
}
const indices = (lower: boolean) => ({
  meta: (args: Triangle): Meta => ({ dtype: args.dtype ?? "int64", shape: [2, triangleCount(args, lower)] }),
  eval: (args: Triangle): Strided => {
    const [rows, columns] = triangleIndices(args, lower);
    return cast(fromIntegers(rows.concat(columns), [2, rows.length]), args.dtype ?? "int64");
  },
});

const identityMatrix = <I>(n: I, m: I, dtype: DType | null) => ({ dtype: dtype ?? "float32", shape: [n, m] as const });
const eye = (n: number, m: number, dtype: DType | null): Strided =>
  cast(compare("eq", diagonals(n, m), scalarTensor("int64", 0)), dtype ?? "float32");

/** Strides that a copy keeps: those of a dense tensor, whatever the order of its dims; else row-major ones. */
function keptStrides(x: Strided, format: string | null): number[] {
  if (format === "channels_last" || format === "channels_last_3d") {
    const order = [0, ...x.shape.map((_, i) => i).slice(2), 1];
    return stridesInOrder(x.shape, order);
  }
  if (format !== null && format !== "preserve_format") return contiguousStrides(x.shape);
  const order = x.shape.map((_, i) => i).sort((a, b) => (x.strides[b] as number) - (x.strides[a] as number) || a - b);
  const dense = stridesInOrder(x.shape, order);
  return dense.every((s, i) => s === x.strides[i] || x.shape[i] === 1) ? dense : contiguousStrides(x.shape);
}
/** Strides of a dense tensor whose dims lie in memory in `order`, outermost first. */
function stridesInOrder(shape: readonly number[], order: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (const i of [...order].reverse()) {
    strides[i] = step;
    step *= Math.max(shape[i] as number, 1);
  }
  return strides;
}
/** A copy of `x` in `dtype`, in a storage of its own. */
export function copyOf(x: Strided, dtype: DType, format: string | null): Strided {
  const strides = keptStrides(x, format);
  const out: Strided = { storage: new Storage(byteLength(dtype, numel(x.shape))), dtype, shape: x.shape, strides, offset: 0 };
  copyInto(out, cast(x, dtype));
  return out;
}

const same = ({ self }: { self: TensorType }): Meta => ({ dtype: self.dtype, shape: self.shape });
const isChannelsLast = (x: Strided, format: string): boolean =>
  keptStrides(x, format).every((s, i) => x.shape[i] === 1 || s === x.strides[i]);

export const creation = {
  ...constants(["aten::zeros", "aten::empty.memory_format", "aten::_efficientzerotensor"], 0),
  ...constants(["aten::ones"], 1),
  ...likes(["aten::zeros_like", "aten::empty_like"], 0),
  ...likes(["aten::ones_like"], 1),
  ...news(["aten::new_zeros", "aten::new_empty"], 0),
  ...news(["aten::new_ones"], 1),
  "aten::full": filled<Sized<Shape> & Fill<Dim>, Sized<readonly number[]> & Fill<number>>(
    (a) => a.size,
    (a) => a.fill_value,
    (a) => scalarDType(a.fill_value),
  ),
  "aten::full_like": filled<Like<TensorType> & Fill<Dim>, Like<Strided> & Fill<number>>(
    (a) => a.self.shape,
    (a) => a.fill_value,
    (a) => a.self.dtype,
  ),
  "aten::new_full": filled<Like<TensorType> & Sized<Shape> & Fill<Dim>, Like<Strided> & Sized<readonly number[]> & Fill<number>>(
    (a) => a.size,
    (a) => a.fill_value,
    (a) => a.self.dtype,
  ),
  ...each(["aten::empty_strided", "aten::empty_permuted"], () => ({
    decompose: ({ size, dtype }: { size: Shape; dtype: DType | null }, call: Call): Symbolic => call("aten::zeros", { size, dtype }),
  })),
  "aten::new_empty_strided": { decompose: ({ self, size, dtype }, call) => call("aten::zeros", { size, dtype: dtype ?? self.dtype }) },
  "aten::scalar_tensor": {
    meta: ({ dtype }) => ({ dtype: dtype ?? "float32", shape: [] }),
    eval: ({ s, dtype }) => literal(s, dtype ?? "float32"),
  },
  "aten::fill.Scalar": { decompose: ({ self, value }, call) => call("aten::full_like", { self, fill_value: value }) },
  "aten::fill.Tensor": { decompose: ({ self, value }, call) => call("aten::copy", { self, src: value }) },
  "aten::zero": { decompose: ({ self }, call) => call("aten::zeros_like", { self }) },
  "aten::copy": {
    meta: same,
    eval: ({ self, src }) => copyOf(expand(cast(src, self.dtype), self.shape), self.dtype, null),
  },
  ...each(["aten::arange", "aten::arange.start", "aten::arange.start_step"], () => counting),
  ...each(["aten::range", "aten::range.step"], () => ({ decompose: inclusive })),
  "prims::iota": {
    decompose: ({ length, start, step, dtype }, call) =>
      call("aten::add.Scalar", {
        self: call("aten::mul.Scalar", { self: call("aten::arange", { end: length, dtype }), other: step }),
        other: start,
      }),
  },
  "aten::linspace": {
    meta: ({ steps, dtype }) => ({ dtype: dtype ?? "float32", shape: [steps] }),
    eval: ({ start, end, steps, dtype }) => linspace(start, end, steps, dtype ?? "float32"),
  },
  ...each(["aten::linspace.Tensor_Tensor", "aten::linspace.Tensor_Scalar", "aten::linspace.Scalar_Tensor"], () => ({
    decompose: linspaceOfTensors,
  })),
  "aten::logspace": {
    decompose: ({ start, end, base, ...span }, call) =>
      powersOf(base, span.dtype, call, (dtype) => call("aten::linspace", { start, end, ...span, dtype })),
  },
  ...each(["aten::logspace.Tensor_Tensor", "aten::logspace.Tensor_Scalar", "aten::logspace.Scalar_Tensor"], () => ({
    decompose: ({ base, ...span }: TensorSpan & { readonly base: number | Dim }, call: Call): Symbolic =>
      powersOf(base, span.dtype, call, (dtype) => linspaceOfTensors({ ...span, dtype }, call)),
  })),
  "aten::eye": { meta: ({ n, dtype }) => identityMatrix(n, n, dtype), eval: ({ n, dtype }) => eye(n, n, dtype) },
  "aten::eye.m": { meta: ({ n, m, dtype }) => identityMatrix(n, m, dtype), eval: ({ n, m, dtype }) => eye(n, m, dtype) },
  "aten::tril": triangle("le"),
  "aten::triu": triangle("ge"),
  "aten::tril_indices": indices(true),
  "aten::triu_indices": indices(false),
  "aten::one_hot": {
    meta: ({ self, num_classes }, fresh) => ({ dtype: "int64", shape: [...self.shape, num_classes >= 0 ? num_classes : fresh("u")] }),
    eval: ({ self, num_classes }) => {
      const count = num_classes >= 0 ? num_classes : integers(self).reduce((m, i) => Math.max(m, i + 1), 0);
      const classes = cast(arange("int64", 0, 1, count), self.dtype);
      return cast(compare("eq", unsqueeze(self, self.shape.length), classes), "int64");
    },
  },
  "aten::clone": { meta: same, eval: ({ self, memory_format }) => copyOf(self, self.dtype, memory_format) },
  "aten::lift_fresh_copy": { meta: same, eval: ({ self }) => copyOf(self, self.dtype, null) },
  // The tensor itself where its strides are as asked, else a copy.
  "aten::contiguous": {
    meta: same,
    eval: ({ self, memory_format }) => {
      if (memory_format === "channels_last" || memory_format === "channels_last_3d") {
        return isChannelsLast(self, memory_format) ? self : copyOf(self, self.dtype, memory_format);
      }
      return isContiguous(self) ? self : contiguous(self);
    },
  },
  ...each(["aten::resolve_conj", "aten::resolve_neg"], () => ({ meta: same, eval: ({ self }: { self: Strided }): Strided => self })),
} satisfies AtenTable;
