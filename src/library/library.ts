/** @file torch.library: ops of the user's own, with a schema, a function that computes them, and one that tells their types. */

import { mapArgs, mapLeaves } from "../aten/arguments.ts";
import type { TensorType } from "../aten/graph.ts";
import { defineSchema, forgetSchema, isUserOp, type Schema, schemaOf } from "../aten/schema.ts";
import type { Fresh } from "../aten/table.ts";
import { forgetEntry, implement } from "../aten/user-ops.ts";
import { isStrided, type Strided, storagesOf } from "../core/strided.ts";
import type { Args } from "../dispatch.ts";
import { OnnxExporterError } from "../errors.ts";
import { callPacket } from "../functions.ts";
import { eager, fake, Tensor, valuesOf, withMode, wrap } from "../tensor.ts";
import { type MutatesArgs, schemaText } from "./op-schema.ts";

/** A user's function: takes the arguments of the schema in order, as tensors and plain values. */
export type OpFunction = (...args: never[]) => unknown;

export interface CustomOpOptions {
  /** Names of the arguments that the op writes to. */
  readonly mutates_args: MutatesArgs;
  /** `(Tensor x, float factor=1.0) -> Tensor`; without it, it is read off the function's parameters. */
  readonly schema?: string;
}

/** What `custom_op` gives: a function that calls the op, and what can be registered for it. */
export interface CustomOpDef {
  (...args: unknown[]): unknown;
  /** Tells dtypes and shapes of the results, on tensors without values (torch: `register_fake`). */
  register_fake(fn: OpFunction): OpFunction;
  /** The op is not known any more. */
  unregister(): void;
  readonly qualname: string;
}

const named = (qualname: string): string => qualname.replace(/\.default$/, "");

/**
 * Makes `fn` the op `name` (`mylib::op`), which torch.export captures as one node (torch: `torch.library.custom_op`). An op of that name that was
 * made before is replaced. Throws `torch/schema`.
 */
export function custom_op(name: string, options: CustomOpOptions, fn: OpFunction): CustomOpDef;
export function custom_op(name: string, fn: OpFunction, options: CustomOpOptions): CustomOpDef;
export function custom_op(name: string, a: CustomOpOptions | OpFunction, b: CustomOpOptions | OpFunction): CustomOpDef {
  const [fn, options] = typeof a === "function" ? [a, b as CustomOpOptions] : [b as OpFunction, a];
  const text = schemaText(name, options.schema, options.mutates_args, fn);
  if (isUserOp(named(name))) forget(named(name));
  const op = defined(text);
  computes(op, fn);
  const def = (...args: unknown[]): unknown => callPacket(op.split(".")[0] as string, args);
  return Object.assign(def, { qualname: op, register_fake: (f: OpFunction) => register_fake(op, f), unregister: () => forget(op) });
}

/** Gives `qualname` a schema, `(Tensor(a!) x, float by) -> ()`, so that programs that call it can be read and traced (torch: `torch.library.define`). */
export function define(qualname: string, schema: string): void {
  defined(qualname + schema);
}

/** Defines an op; what returns nothing needs no fake function. Gives its name. */
function defined(schema: string): string {
  const { op, returns } = defineSchema(schema);
  if (returns.length === 0) implement(op, { meta: () => [] });
  return op;
}

/** Computes `qualname` with `fn` (torch: `torch.library.impl`, on the CPU). Throws `torch/library` for ops that no library defines. */
export function impl(qualname: string, fn: OpFunction): void {
  computes(own(qualname).op, fn);
}

/** Tells dtypes and shapes of what `qualname` gives (torch: `torch.library.register_fake`). Throws `torch/library` for ops that no library defines. */
export function register_fake(qualname: string, fn: OpFunction): OpFunction {
  const schema = own(qualname);
  const meta = (args: Args, fresh: Fresh): unknown => {
    const given = inOrder(schema, args, (x) => (isType(x) ? new Tensor(x.dtype, x.shape, null) : x));
    contexts.push({ new_dynamic_size: () => fresh("u") as number });
    try {
      const result = withMode(fake, () => fn(...(given as never[])));
      return checked(schema, result, (t) => ({ dtype: t.dtype, shape: t.sizes }));
    } finally {
      contexts.pop();
    }
  };
  implement(schema.op, { meta: meta as never });
  return fn;
}

const contexts: FakeContext[] = [];
/** What a fake function may ask for. */
export interface FakeContext {
  /** A size that only the data decide, in the disguise of a number. */
  new_dynamic_size(): number;
}
/** The context of the fake function that is running (torch: `torch.library.get_ctx`). */
export function get_ctx(): FakeContext {
  const context = contexts.at(-1);
  if (context) return context;
  throw new OnnxExporterError(
    "torch/library",
    "no fake function is running",
    "call torch.library.get_ctx() inside of register_fake's function",
  );
}

/** Ops of one namespace, forgotten together (torch: `torch.library.Library`). */
export class Library {
  readonly ns: string;
  readonly #ops: string[] = [];

  /** `kind` is torch's: only "DEF" and "FRAGMENT" may define. */
  constructor(ns: string, kind: "DEF" | "FRAGMENT" | "IMPL" = "DEF") {
    this.ns = ns;
    this.kind = kind;
  }
  readonly kind: string;

  /** `op(Tensor x) -> Tensor`. Gives the op's name. */
  define(schema: string): string {
    if (this.kind === "IMPL") throw new OnnxExporterError("torch/library", `the library of ${this.ns} implements and does not define`);
    const op = defined(`${this.ns}::${schema}`);
    this.#ops.push(op);
    return op.slice(this.ns.length + 2);
  }
  /** Computes `op_name` with `fn`; for the key "Meta" `fn` tells the types. */
  impl(op_name: string, fn: OpFunction, dispatch_key: "CPU" | "CompositeExplicitAutograd" | "Meta" = "CPU"): void {
    const op = op_name.includes("::") ? op_name : `${this.ns}::${op_name}`;
    if (dispatch_key === "Meta") register_fake(op, fn);
    else impl(op, fn);
  }
  /** Forgets what this library defined. */
  _destroy(): void {
    for (const op of this.#ops.splice(0)) forget(op);
  }
  [Symbol.dispose](): void {
    this._destroy();
  }
}

function forget(op: string): void {
  forgetSchema(op);
  forgetEntry(op);
}

function own(qualname: string): Schema {
  const op = named(qualname);
  const schema = schemaOf(op);
  if (schema !== null && isUserOp(op)) return schema;
  const message = schema === null ? `${op} is not defined` : `${op} is PyTorch's own`;
  throw new OnnxExporterError("torch/library", message, `define it: torch.library.define("${op}", "(Tensor x) -> Tensor")`);
}

function computes(op: string, fn: OpFunction): void {
  const schema = own(op);
  const compute = (args: Args): unknown => {
    const operands = new Set(Object.values(args).flatMap((x) => [...storagesOf(x)]));
    const given = inOrder(schema, args, (x) => (isStrided(x) ? wrap(x) : x));
    const result = withMode(eager, () => fn(...(given as never[])));
    return checked(schema, result, (t): Strided => {
      const values = valuesOf(t);
      if (!operands.has(values.storage)) return values;
      throw new OnnxExporterError("torch/custom-op", `${op} returns one of its arguments, or a view of one`, "return a copy: .clone()");
    });
  };
  implement(op, { eval: compute as never });
  bodies.set(schema, fn);
}

const bodies = new WeakMap<Schema, OpFunction>();
/** The function that computes `op`, to be traced; null where there is none. */
export const bodyOf = (schema: Schema): OpFunction | null => bodies.get(schema) ?? null;

const isType = (x: unknown): x is TensorType => typeof x === "object" && x !== null && "dtype" in x && "shape" in x;

/** Arguments in the schema's order, leaves mapped. */
export const inOrder = (schema: Schema, args: Args, each: (leaf: unknown) => unknown): unknown[] => {
  const mapped = mapArgs(args, each);
  return schema.args.map((a) => mapped[a.name]);
};

/** What a user's function returned, as the schema says: nothing, one result, or a list of them. Throws `torch/custom-op`. */
export function checked<T>(schema: Schema, result: unknown, each: (t: Tensor) => T): unknown {
  const wanted = schema.returns.length;
  if (wanted === 0) return [];
  const list = wanted === 1 ? [result] : result;
  const fits = Array.isArray(list) && list.length === wanted && schema.returns.every((r, i) => fitsReturn(r, list[i]));
  if (fits) return mapLeaves(result, (x) => (x instanceof Tensor ? each(x) : x));
  const got = Array.isArray(result) ? `a list of ${result.length}` : result instanceof Tensor ? "a tensor" : String(result);
  throw new OnnxExporterError("torch/custom-op", `a function of ${schema.op} returns ${got}`, `its schema is ${schema.text}`);
}

const fitsReturn = (r: Schema["returns"][number], x: unknown): boolean => {
  if (r.list) return Array.isArray(x);
  return r.type === "Tensor" ? x instanceof Tensor : !(x instanceof Tensor) && !Array.isArray(x) && x !== undefined;
};
