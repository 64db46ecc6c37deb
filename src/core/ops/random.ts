/** @file PyTorch's CPU random numbers: the mt19937 generator, and what each distribution draws from it, in PyTorch's order. */

import { type DType, width } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { core } from "../door.ts";
import { address, empty, numel, type Strided } from "../strided.ts";
import { copyInto } from "./layout.ts";
import { realBinary, realCast } from "./real.ts";
import { argReduce, topk } from "./reduce.ts";
import { floats, fromIntegers } from "./values.ts";

const size = 624;

/** at::CPUGeneratorImpl: Mersenne twister 19937, and the second normal number of the last pair. */
export class Generator {
  readonly #state = new Uint32Array(size);
  #at = size;
  #seed = 0n;
  #spare: number | null = null;

  /** PyTorch's default seed is 67280421310721. */
  constructor(seed: number | bigint = 67280421310721n) {
    this.manual_seed(seed);
  }

  /** Starts again from `seed`, of which mt19937 uses the low 32 bits. */
  manual_seed(seed: number | bigint): this {
    this.#seed = BigInt.asUintN(64, BigInt(seed));
    const s = this.#state;
    s[0] = Number(this.#seed & 0xffff_ffffn);
    for (let i = 1; i < size; i++) {
      const last = s[i - 1] as number;
      s[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
    this.#at = size;
    this.#spare = null;
    return this;
  }

  initial_seed(): bigint {
    return this.#seed;
  }

  /** The next 32 bits, unsigned. */
  random(): number {
    if (this.#at === size) this.#twist();
    let y = this.#state[this.#at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** The next 64 bits: the first draw is the high half. */
  random64(): bigint {
    const high = BigInt(this.random());
    return (high << 32n) | BigInt(this.random());
  }

  /** Uniform in [0, 1) with 24 bits. */
  float(): number {
    return (this.random() & 0xffffff) / 16777216;
  }

  /** Uniform in [0, 1) with 53 bits. */
  double(): number {
    const high = this.random() & 0x1fffff;
    return (high * 4294967296 + this.random()) / 9007199254740992;
  }

  /** Standard normal in double (at::normal_distribution<double>): pairs, the second of which waits for the next call. */
  normal(): number {
    const spare = this.#spare;
    if (spare !== null) {
      this.#spare = null;
      return spare;
    }
    const u1 = this.double();
    const radius = Math.sqrt(-2 * Math.log1p(-this.double()));
    const theta = 2 * Math.PI * u1;
    this.#spare = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  #twist(): void {
    const s = this.#state;
    for (let i = 0; i < size; i++) {
      const y = ((s[i] as number) & 0x80000000) | ((s[(i + 1) % size] as number) & 0x7fffffff);
      s[i] = (s[(i + 397) % size] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}

/** What torch.manual_seed seeds. */
export const defaultGenerator = new Generator();

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

/**
 * Normal numbers, as tensor.normal_ and torch.randn (contiguous). From 16 elements on PyTorch's vectorized Box-Muller:
 * float32, float16 and bfloat16 bit for bit as its AVX2 and AVX-512 builds; float64 may differ in the last bit.
 */
export function normal(generator: Generator, dtype: DType, shape: readonly number[], mean = 0, std = 1): Strided {
  floating("normal", dtype);
  const n = numel(shape);
  const x = empty(dtype === "float64" ? "float64" : "float32", shape);
  const values = elements(x);
  if (n < 16) {
    for (let i = 0; i < n; i++) values[i] = generator.normal() * std + mean;
    return dtype === x.dtype ? x : realCast(x, dtype);
  }
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

/** Integers in [low, high), as torch.randint: one draw of 32 bits each, of 64 where the range reaches 2^28. */
export function randint(
  generator: Generator,
  dtype: DType,
  shape: readonly number[],
  low: number | bigint,
  high: number | bigint,
): Strided {
  const [base, range] = [BigInt(low), BigInt(high) - BigInt(low)];
  if (range <= 0n) throw new OnnxExporterError("core/randint", `randint: no integers from ${low} to ${high}`, "high must be above low");
  const x = empty("int64", shape);
  const values = core.i64().subarray(address(x) >>> 3, (address(x) >>> 3) + numel(shape));
  if (range >= 1n << 28n) for (let i = 0; i < values.length; i++) values[i] = (generator.random64() % range) + base;
  else {
    const small = Number(range);
    for (let i = 0; i < values.length; i++) values[i] = BigInt(generator.random() % small) + base;
  }
  return realCast(x, dtype);
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

/** 1 with the probability that `p` gives for each element, in p's dtype: torch.bernoulli(p), one float each (float64: one double). */
export function bernoulli(generator: Generator, p: Strided): Strided {
  const wide = p.dtype === "float64";
  const source = realCast(p, wide ? "float64" : "float32");
  const flat = empty(source.dtype, p.shape);
  copyInto(flat, source);
  const values = elements(flat);
  for (let i = 0; i < values.length; i++) values[i] = (wide ? generator.double() : generator.float()) < (values[i] as number) ? 1 : 0;
  return realCast(flat, p.dtype);
}

/** Exponential numbers of rate lambda: tensor.exponential_(lambda), one double each. */
export function exponential(generator: Generator, dtype: DType, shape: readonly number[], lambda = 1): Strided {
  floating("exponential", dtype);
  const x = empty("float64", shape);
  const values = elements(x);
  for (let i = 0; i < values.length; i++) values[i] = (-1 / lambda) * Math.log1p(-generator.double());
  return realCast(x, dtype);
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
