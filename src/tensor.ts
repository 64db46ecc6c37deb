/**
 * @file Tensor: a dtype, a shape, and either values (eager), a value of the graph being traced, or nothing (fake). Every
 * operation goes through `call`, which asks the interpreter on top of the stack.
 */

import { mapArgs, mapLeaves } from "./aten/arguments.ts";
import type { Arg, Value } from "./aten/graph.ts";
import { isTyped } from "./aten/promotion.ts";
import { outArguments, schemaOf } from "./aten/schema.ts";
import { cast } from "./core/ops/elementwise.ts";
import { contiguous } from "./core/ops/layout.ts";
import { contiguousStrides, isStrided, numel, type Strided, scoped, storagesOf } from "./core/strided.ts";
import { type Args, callOn, evalInterpreter, functionalTwin, isViewTwin, metaInterpreter, writtenArguments } from "./dispatch.ts";
import { type DType, dtypes, isComplex, isFloat } from "./dtype.ts";
import { OnnxExporterError } from "./errors.ts";
import type { TensorMethods } from "./functions.gen.ts";
import { product, type Shape, SymInt, sameShape, show } from "./symbolic.ts";
import { bytesOf } from "./weights/basic.ts";

/** A Python number: bigint for integers beyond 2^53. */
export type Scalar = number | bigint | boolean | { readonly re: number; readonly im: number };

// Methods come from PyTorch's schemas (functions.gen.ts), which puts them on the prototype when it loads.
export interface Tensor extends TensorMethods {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the generated methods are installed on the prototype when the package loads
export class Tensor {
  readonly dtype: DType;
  readonly #shape: Shape;
  /** The values; null while traced or fake. */
  readonly data: Strided | null;
  /** What stands for this tensor in the graph being traced. */
  readonly value: Value | null;
  requires_grad = false;

  constructor(dtype: DType, shape: Shape, data: Strided | null, value: Value | null = null) {
    this.dtype = dtype;
    this.#shape = shape;
    this.data = data;
    this.value = value;
  }

  /** Sizes. While tracing, a dynamic one is a symbolic integer in disguise: arithmetic on it needs `torch.sym(size)`, and coercing it to a number is reported. */
  get shape(): readonly number[] {
    return this.#shape as readonly number[];
  }
  /** Sizes as what they are. */
  get sizes(): Shape {
    return this.#shape;
  }
  get ndim(): number {
    return this.#shape.length;
  }
  get device(): string {
    return this.data === null && this.value === null ? "meta" : "cpu";
  }
  /** The transposed matrix. */
  get T(): Tensor {
    return call("aten::numpy_T", { self: this }) as Tensor;
  }
  /** The last two dims swapped. */
  get mT(): Tensor {
    return call("aten::mT", { self: this }) as Tensor;
  }
  dim(): number {
    return this.#shape.length;
  }
  size(): readonly number[];
  size(dim: number): number;
  size(dim?: number): readonly number[] | number {
    return dim === undefined ? this.shape : (this.shape.at(dim) as number);
  }
  numel(): number {
    return product(this.#shape) as number;
  }
  stride(): readonly number[] {
    return this.data?.strides ?? contiguousStrides(this.shape);
  }
  is_floating_point(): boolean {
    return isFloat(this.dtype);
  }
  is_complex(): boolean {
    return isComplex(this.dtype);
  }
  /** The same values in another dtype (PyTorch: `Tensor.to`). */
  to(dtype: DType): Tensor {
    return dtype === this.dtype ? this : (call("aten::to.dtype", { self: this, dtype }) as Tensor);
  }
  /** A copy of the elements, row-major, little-endian. Throws `tensor/no-values` for traced and fake tensors. */
  bytes(): Uint8Array {
    return bytesOf(contiguous(valuesOf(this)));
  }
  /** The elements as numbers (bigint for int64 and uint64), row-major. */
  tolist(): (number | bigint)[] {
    const wide = dtypes[this.dtype].size === 8 && !isFloat(this.dtype) ? "int64" : "float64";
    const x = scoped(
      () => contiguous(cast(valuesOf(this), wide)),
      (r) => [r.storage],
    );
    const bytes = x.storage.bytes();
    const begin = bytes.byteOffset + x.offset * 8;
    const n = numel(x.shape);
    return wide === "int64" ? [...new BigInt64Array(bytes.buffer, begin, n)] : [...new Float64Array(bytes.buffer, begin, n)];
  }
  /** The only element. */
  item(): number | bigint {
    const list = this.tolist();
    if (list.length !== 1)
      throw new OnnxExporterError(
        "tensor/item",
        `a tensor of shape [${this.shape.join(", ")}] has ${list.length} elements, item() needs 1`,
        "use tolist(), or reduce the tensor first",
      );
    return list[0] as number | bigint;
  }
  toString(): string {
    return `${dtypes[this.dtype].suffix}[${this.#shape.map(show).join(", ")}]`;
  }
}

/** A parameter of a Module: a tensor under its state-dict key. */
export class Parameter extends Tensor {
  constructor(tensor: Tensor, requires_grad = true) {
    super(tensor.dtype, tensor.sizes, tensor.data, tensor.value);
    this.requires_grad = requires_grad;
  }
}

/** What `x` is, for messages. */
export function describe(x: unknown): string {
  if (x instanceof Tensor || x instanceof SymInt) return String(x);
  return Array.isArray(x)
    ? `[${x.map(describe).join(", ")}]`
    : typeof x === "string"
      ? `"${x}"`
      : typeof x === "object"
        ? JSON.stringify(x)
        : String(x);
}

/** The values of `x`. Throws `tensor/no-values` while tracing, and for fake tensors. */
export function valuesOf(x: Tensor): Strided {
  if (x.data !== null) return x.data;
  const [state, remedy] =
    x.value === null
      ? ["is fake: it has a type and no values", "make it outside of enable_fake_mode"]
      : ["is being traced: its values are not known", "use torch operations instead of reading values, or compute them outside of forward"];
  throw new OnnxExporterError("tensor/no-values", `${x} ${state}`, remedy);
}

/** A tensor with these values. */
export const wrap = (data: Strided): Tensor => new Tensor(data.dtype, data.shape, data);

/** How calls are carried out: the one on top of the stack. */
export interface Mode {
  call(op: string, args: Args): unknown;
}

const mapTensors = (args: Args, f: (t: Tensor) => unknown): Args => mapArgs(args, (x) => (x instanceof Tensor ? f(x) : x));

const wrapAll = (result: unknown): unknown => mapLeaves(result, (x) => (isStrided(x) ? wrap(x) : x));

/** The arguments of `args` that `op` writes to and returns, null for an op that writes nothing (`unsqueeze_` gives the view that it makes). */
export function writtenTo(op: string, args: Args): unknown {
  const schema = schemaOf(op);
  const twin = schema && functionalTwin(schema);
  if (!schema || !twin || isViewTwin(twin)) return null;
  const targets = writtenArguments(schema).map((name) => args[name]);
  return targets.length === 1 ? targets[0] : targets;
}

/** Throws `tensor/out` where what an out overload writes to, `written`, does not have the shape of its result: a Tensor keeps its shape. */
export function checkOut(op: string, written: unknown, result: unknown): void {
  const schema = schemaOf(op);
  if (schema === null || outArguments(schema).length === 0) return;
  const [targets, results] = [[written].flat(2), [result].flat(2)];
  for (const [i, target] of targets.entries()) {
    const value = results[i];
    if (!(target instanceof Tensor) || !isTyped(value) || sameShape(value.shape, target.sizes)) continue;
    const wanted = `[${value.shape.map(show).join(", ")}]`;
    throw new OnnxExporterError("tensor/out", `${op} gives the shape ${wanted}, out is ${target}`, `give an out of the shape ${wanted}`);
  }
}

/** Computes at once. An in-place op returns the very tensor that it wrote to. */
export const eager: Mode = {
  call(op, args) {
    const result = scoped(() => callOn(evalInterpreter, op, mapTensors(args, valuesOf)), storagesOf);
    const written = writtenTo(op, args);
    if (written === null) return wrapAll(result);
    checkOut(op, written, result);
    return written;
  },
};

/** Types only: no values are made, whatever the sizes. */
export const fake: Mode = {
  call(op, args) {
    const written = writtenTo(op, args);
    const typed = mapTensors(args, (t) => ({ kind: "tensor", dtype: t.dtype, shape: t.sizes }));
    const result = callOn(metaInterpreter, op, typed);
    if (written !== null) checkOut(op, written, result);
    if (written !== null) return written;
    return mapLeaves(result, (x) => (isTyped(x) ? new Tensor(x.dtype, x.shape, null) : x));
  },
};

const modes: Mode[] = [eager];

/** The mode that carries out calls now. */
const currentMode = (): Mode => modes.at(-1) as Mode;

/** Runs `body` in `mode`; the mode before is back when it ends, however it ends. */
export function withMode<T>(mode: Mode, body: () => T): T {
  pushMode(mode);
  try {
    return body();
  } finally {
    popMode(mode);
  }
}
/** Begins `mode`: calls go to it until `popMode`. Prefer `withMode`, which ends it however its body ends. */
export function pushMode(mode: Mode): void {
  modes.push(mode);
}
/** Ends `mode` and whatever was begun in it. */
export function popMode(mode: Mode): void {
  const at = modes.lastIndexOf(mode);
  if (at > 0) modes.length = at;
}

/** Calls an ATen op by its full name and schema argument names: `call("aten::add.Tensor", { self, other })`. */
export function call(op: string, args: Args): unknown {
  return currentMode().call(op, args);
}

/** A call's arguments as a graph records them. */
export const recordable = (args: Args, toValue: (t: Tensor) => Value): Record<string, Arg> =>
  mapTensors(args, toValue) as Record<string, Arg>;
