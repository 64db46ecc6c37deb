/**
 * @file PyTorch's CPU random tensors: what each distribution draws from the generator, in row-major order. PyTorch built with MKL draws
 * `bernoulli_(p)` and `exponential_` from another generator on Intel's processors; here they are as on all others.
 */

import { type DType, dtypes, width } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import type { Generator } from "./generator.ts";
import { copyInto } from "./layout.ts";
import { realBinary, realCast, realFill } from "./real.ts";
import { argReduce, topk } from "./reduce.ts";
import { floats, fromIntegers } from "./values.ts";

function floating(what: string, dtype: DType): void {
  if (dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16") return;
  throw new OnnxExporterError("core/dtype", `${what}: not for ${dtype}`, "draw a float dtype, then cast");
}

/** The view of a fresh contiguous float32 or float64 tensor. */
const elements = (x: Strided): Float32Array | Float64Array => {
  const at = address(x);
  return x.dtype === "float64"
    ? core.f64().subarray(at >>> 3, (at >>> 3) + numel(x.shape))
    : core.f32().subarray(at >>> 2, (at >>> 2) + numel(x.shape));
};

/** Uniform in [from, to), as tensor.uniform_; rand is from 0 to 1. Low precision draws float32 and rounds, `to` becoming `from`. */
export function uniform(generator: Generator, dtype: DType, shape: readonly number[], from = 0, to = 1): Strided {
  floating("uniform", dtype);
  const wide = dtype === "float64";
  const x = empty(wide ? "float64" : "float32", shape);
  const values = elements(x);
  if (wide) for (let i = 0; i < values.length; i++) values[i] = generator.double() * (to - from) + from;
  else {
    const [low, span] = [Math.fround(from), Math.fround(Math.fround(to) - Math.fround(from))];
    for (let i = 0; i < values.length; i++) values[i] = Math.fround(generator.float() * span) + low;
  }
  if (dtype === x.dtype && !wide) replace(values, Math.fround(to), Math.fround(from));
  if (dtype === x.dtype) return x;
  return realCast(clampRounded(x, dtype, to, from), dtype);
}

function replace(values: Float32Array | Float64Array, what: number, by: number): void {
  for (let i = 0; i < values.length; i++) if (values[i] === what) values[i] = by;
}

/** Replaces what rounds to `to` in `dtype` by `from`. */
function clampRounded(x: Strided, dtype: DType, to: number, from: number): Strided {
  const rounded = realCast(realCast(x, dtype), "float32");
  const bound = empty("float32", [1]);
  elements(bound)[0] = to;
  const limit = elements(realCast(realCast(bound, dtype), "float32"))[0] as number;
  replace(elements(rounded), limit, Math.fround(from));
  return rounded;
}

/** torch.rand. */
export const rand = (generator: Generator, dtype: DType, shape: readonly number[]): Strided => uniform(generator, dtype, shape);

/** Normal numbers drawn one by one, as tensor.normal_ does below 16 elements and in memory that is not contiguous. */
export function normalOneByOne(generator: Generator, dtype: DType, shape: readonly number[], mean = 0, std = 1): Strided {
  floating("normal", dtype);
  return each(dtype, shape, () => generator.normal() * std + mean);
}

/**
 * Normal numbers, as tensor.normal_ and torch.randn (contiguous). From 16 elements on PyTorch's vectorized Box-Muller:
 * float32, float16 and bfloat16 bit for bit as its AVX2 and AVX-512 builds; float64 may differ in the last bit.
 */
export function normal(generator: Generator, dtype: DType, shape: readonly number[], mean = 0, std = 1): Strided {
  const n = numel(shape);
  if (n < 16) return normalOneByOne(generator, dtype, shape, mean, std);
  floating("normal", dtype);
  const x = empty(dtype === "float64" ? "float64" : "float32", shape);
  const values = elements(x);
  const draw = dtype === "float64" ? () => generator.double() : () => generator.float();
  const whole = n - (n % 16);
  // PyTorch's low precision loop goes by blocks and draws nothing for the elements that the tail will overwrite.
  const drawn = dtype === x.dtype ? n : whole;
  for (let i = 0; i < drawn; i++) values[i] = draw();
  const kernel = core.kernel("normal_fill", x.dtype);
  kernel(address(x), whole, mean, std);
  if (whole < n) {
    const tail = elements(x).subarray(n - 16);
    for (let i = 0; i < 16; i++) tail[i] = draw();
    kernel(address(x) + (n - 16) * width(x.dtype), 16, mean, std);
  }
  return dtype === x.dtype ? x : realCast(x, dtype);
}

/** torch.randn. */
export const randn = (generator: Generator, dtype: DType, shape: readonly number[]): Strided => normal(generator, dtype, shape);

/** Bits of the significand: PyTorch draws integers of float dtypes up to 2 to this power. */
const digits: Readonly<Partial<Record<DType, number>>> = { float64: 53, float32: 24, float16: 11, bfloat16: 8 };

/** The largest integer of `dtype` that random_ draws. */
export function largestInteger(dtype: DType): bigint {
  const bits = digits[dtype];
  if (bits !== undefined) return 1n << BigInt(bits);
  const { kind, size } = dtypes[dtype];
  return kind === "bool" ? 1n : (1n << BigInt(8 * size - (kind === "int" ? 1 : 0))) - 1n;
}

const bitLength = (x: bigint): number => (x < 0n ? -x : x).toString(2).length;

/** `x` rounded to `bits` significant bits, ties to even. */
function rounded(x: bigint, bits: number): bigint {
  const dropped = BigInt(Math.max(bitLength(x) - bits, 0));
  const [sign, magnitude] = x < 0n ? [-1n, -x] : [1n, x];
  const [kept, rest] = [magnitude >> dropped, magnitude & ((1n << dropped) - 1n)];
  const half = dropped === 0n ? 0n : 1n << (dropped - 1n);
  const up = rest > half || (rest === half && half !== 0n && (kept & 1n) === 1n);
  return sign * ((up ? kept + 1n : kept) << dropped);
}

/** `[low, high)` moved inwards to numbers of the float `dtype` that rounding keeps inside (update_from and update_to of PyTorch). */
function boundsIn(dtype: DType, low: bigint, high: bigint): [bigint, bigint] {
  const bits = digits[dtype];
  if (bits === undefined) return [low, high];
  const step = (x: bigint): bigint => 1n << BigInt(bitLength(x) - bits);
  const [above, below] = [rounded(low + 1n, bits), rounded(high - 1n, bits)];
  return [above < low ? above + step(low + 1n) : low, below >= high ? below - step(high - 1n) : high];
}

/** A draw for each element as int64, then `dtype`. */
function integers(shape: readonly number[], dtype: DType, draw: () => bigint): Strided {
  const x = empty("int64", shape);
  const values = core.i64().subarray(address(x) >>> 3, (address(x) >>> 3) + numel(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return realCast(x, dtype);
}

/** Integers in [low, high), as torch.randint: one draw of 32 bits each, of 64 where the range reaches 2^28. Throws `core/randint` for none. */
export function randint(
  generator: Generator,
  dtype: DType,
  shape: readonly number[],
  low: number | bigint,
  high: number | bigint,
): Strided {
  const [base, end] = boundsIn(dtype, BigInt(low), BigInt(high));
  const range = end - base;
  if (range <= 0n) throw new OnnxExporterError("core/randint", `randint: no integers from ${low} to ${high}`, "high must be above low");
  if (range >= 1n << 28n) return integers(shape, dtype, () => (generator.random64() % range) + base);
  const small = Number(range);
  return integers(shape, dtype, () => BigInt(generator.random() % small) + base);
}

/** Integers from 0 (or `from`) to the largest that `dtype` has or counts to, as tensor.random_(). */
export function random(generator: Generator, dtype: DType, shape: readonly number[], from: number | bigint | null = null): Strided {
  const first = BigInt(from ?? 0);
  if (first === -(1n << 63n)) return integers(shape, dtype, () => BigInt.asIntN(64, generator.random64()));
  if (from !== null) {
    const [base] = boundsIn(dtype, first, first + 1n);
    return randint(generator, dtype, shape, base, largestInteger(dtype) + 1n);
  }
  const modulus = largestInteger(dtype) + 1n;
  if (dtype === "int64" || dtype === "float64") return integers(shape, dtype, () => generator.random64() % modulus);
  const small = Number(modulus);
  return integers(shape, dtype, () => BigInt(generator.random() % small));
}

/** A permutation of 0 … n - 1, as torch.randperm (below 2^32 elements). */
export function randperm(generator: Generator, n: number, dtype: DType = "int64"): Strided {
  const order = Float64Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const z = i + (generator.random() % (n - i));
    [order[i], order[z]] = [order[z] as number, order[i] as number];
  }
  const x = empty("float64", [n]);
  core.f64().set(order, address(x) >>> 3);
  return realCast(x, dtype);
}

/** 1 with probability p, else 0: tensor.bernoulli_(p), one double each. */
export function bernoulliScalar(generator: Generator, dtype: DType, shape: readonly number[], p: number): Strided {
  const x = empty("uint8", shape);
  const bytes = Uint8Array.from({ length: numel(shape) }, () => (generator.double() < p ? 1 : 0));
  x.storage.bytes().set(bytes);
  return realCast(x, dtype);
}

/** 1 with the probability that `p` gives for each element, in `dtype`: torch.bernoulli(p), one float each (float64: one double). */
export function bernoulli(generator: Generator, p: Strided, dtype: DType = p.dtype): Strided {
  floating("bernoulli", p.dtype);
  const wide = p.dtype === "float64";
  const source = realCast(p, wide ? "float64" : "float32");
  const flat = empty(source.dtype, p.shape);
  copyInto(flat, source);
  const values = elements(flat);
  for (let i = 0; i < values.length; i++) values[i] = (wide ? generator.double() : generator.float()) < (values[i] as number) ? 1 : 0;
  return realCast(flat, dtype);
}

/** `x` (a float tensor) with each element dropped with probability p and the others divided by 1 - p, as torch.dropout in training. */
export function drop(generator: Generator, x: Strided, p: number): Strided {
  const mask = bernoulliScalar(generator, x.dtype, x.shape, 1 - p);
  return realBinary("mul", x, realBinary("div", mask, realFill(x.dtype, [], p === 1 ? 1 : 1 - p)));
}

/** A number of double precision for each element, then rounded to `dtype`. */
export function each(dtype: DType, shape: readonly number[], draw: () => number): Strided {
  const x = empty("float64", shape);
  const values = elements(x);
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return realCast(x, dtype);
}

/** Exponential numbers of rate lambda: tensor.exponential_(lambda), one double each. */
export function exponential(generator: Generator, dtype: DType, shape: readonly number[], lambda = 1): Strided {
  floating("exponential", dtype);
  return each(dtype, shape, () => (-1 / lambda) * Math.log1p(-generator.double()));
}

/** tensor.cauchy_(median, sigma), one double each. */
export function cauchy(generator: Generator, dtype: DType, shape: readonly number[], median = 0, sigma = 1): Strided {
  floating("cauchy", dtype);
  return each(dtype, shape, () => median + sigma * Math.tan(Math.PI * (generator.double() - 0.5)));
}

/** exp of normal numbers: tensor.log_normal_(mean, std), drawn one by one however many they are. */
export function logNormal(generator: Generator, dtype: DType, shape: readonly number[], mean = 1, std = 2): Strided {
  floating("log_normal", dtype);
  return each(dtype, shape, () => Math.exp(generator.normal() * std + mean));
}

/** How many trials of probability p until the first success: tensor.geometric_(p), one double each, of any real dtype. */
export function geometric(generator: Generator, dtype: DType, shape: readonly number[], p: number): Strided {
  const failure = Math.log1p(-p);
  return each(dtype, shape, () => Math.ceil(Math.log(generator.double()) / failure));
}

/**
 * `count` draws of category numbers (int64 […, count]) with the weights of each row of `weights` (float […, n]), as torch.multinomial:
 * without replacement, or for one draw, the greatest of weight over exponential number; else one double each, looked up in the running sum.
 * Throws `core/multinomial` for weights that are negative, not finite or all 0, and for more draws than categories without replacement.
 */
export function multinomial(generator: Generator, weights: Strided, count: number, replacement: boolean): Strided {
  floating("multinomial", weights.dtype);
  const n = weights.shape.at(-1) ?? 0;
  const refuse = (what: string, hint: string): never => {
    throw new OnnxExporterError("core/multinomial", `multinomial: ${what}`, hint);
  };
  if (count < 1 || (!replacement && count > n)) refuse(`${count} draws from ${n} categories`, "as many at most, or with replacement");
  const values = floats(weights);
  if (values.some((w) => !(w >= 0 && w < Number.POSITIVE_INFINITY))) refuse("a weight is negative, infinite or NaN", "give probabilities");
  if (!replacement || count === 1) {
    const ratio = realBinary("div", weights, exponential(generator, weights.dtype, weights.shape));
    return count === 1 ? argReduce("max", ratio, -1, true) : topk(ratio, count, -1, true)[1];
  }
  const round = weights.dtype === "float64" ? Number : Math.fround;
  const rows = values.length / n;
  const draws: number[] = [];
  for (let row = 0; row < rows; row++) {
    const sums = values.subarray(row * n, row * n + n);
    for (let j = 1; j < n; j++) sums[j] = round((sums[j - 1] as number) + (sums[j] as number));
    const sum = sums[n - 1] as number;
    if (sum === 0) refuse("all weights of a row are 0", "give at least one positive weight");
    for (let j = 0; j < n; j++) sums[j] = j === n - 1 ? 1 : round((sums[j] as number) / sum);
    for (let k = 0; k < count; k++) draws.push(firstAtLeast(sums, generator.double()));
  }
  return fromIntegers(draws, [...weights.shape.slice(0, -1), count]);
}

/** The first place in an ascending list whose value is `x` or more. */
function firstAtLeast(sorted: Float64Array, x: number): number {
  let [left, right] = [0, sorted.length];
  while (left < right) {
    const middle = (left + right) >> 1;
    if ((sorted[middle] as number) < x) left = middle + 1;
    else right = middle;
  }
  return left;
}
