/** @file torch.X(…) and x.X(…): finds the overload of PyTorch's schemas that the arguments fit, and calls it. */

import { overloadsOf, type Schema, type SchemaArg } from "./aten/schema.ts";
import { dtypes } from "./dtype.ts";
import { OnnxExporterError } from "./errors.ts";
import { SymbolicSize } from "./sym.ts";
import { SymInt } from "./symbolic.ts";
import { call, describe, Tensor } from "./tensor.ts";

const isInt = (x: unknown): boolean => (typeof x === "number" && Number.isInteger(x)) || typeof x === "bigint" || x instanceof SymInt;
const isNumber = (x: unknown): boolean => typeof x === "number" || typeof x === "bigint" || x instanceof SymInt;

/** Whether `x` may stand for a single `type`. */
const fitsType: Readonly<Record<string, (x: unknown) => boolean>> = {
  Tensor: (x) => x instanceof Tensor,
  SymInt: isInt,
  int: isInt,
  float: isNumber,
  Scalar: (x) => isNumber(x) || typeof x === "boolean" || (typeof x === "object" && x !== null && "re" in x),
  bool: (x) => typeof x === "boolean",
  str: (x) => typeof x === "string",
  ScalarType: (x) => typeof x === "string" && x in dtypes,
  MemoryFormat: (x) => typeof x === "string",
  Device: (x) => typeof x === "string" || typeof x === "object",
};

function fits(arg: SchemaArg, x: unknown): boolean {
  if (x === null || x === undefined) return arg.optional || arg.default === null;
  const one = fitsType[arg.type] ?? (() => false);
  if (!arg.list) return one(x);
  if (Array.isArray(x)) return x.every((e) => one(e) || (e === null && arg.type === "Tensor"));
  return arg.size !== null && one(x);
}

const isOptions = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === "object" && x !== null && !Array.isArray(x) && !(x instanceof Tensor) && !(x instanceof SymInt) && !("re" in x);

/** The list of integers that is the only argument by position besides `self`: numbers in a row may stand for it, as in torch. */
function onlyPositional(schema: Schema): SchemaArg | null {
  const positional = schema.args.filter((a) => !a.keyword && a.name !== "self");
  const [list] = positional;
  return positional.length === 1 && list?.list && (list.type === "SymInt" || list.type === "int") ? list : null;
}

/** Arguments of `schema` by name, null where `given` does not fit it. */
function bind(schema: Schema, given: readonly unknown[]): Record<string, unknown> | null {
  const options = isOptions(given.at(-1)) ? (given.at(-1) as Readonly<Record<string, unknown>>) : {};
  const positional = isOptions(given.at(-1)) ? given.slice(0, -1) : given;
  const bound: Record<string, unknown> = {};
  const only = onlyPositional(schema);
  let next = 0;
  for (const arg of schema.args) {
    if (arg.name in options) {
      if (!fits(arg, options[arg.name])) return null;
      bound[arg.name] = options[arg.name];
    } else if (next < positional.length && !arg.keyword) {
      const x = positional[next];
      // x.view(2, 3) is x.view([2, 3])
      if (arg === only && isInt(x) && positional.slice(next).every(isInt)) {
        bound[arg.name] = positional.slice(next);
        next = positional.length;
        continue;
      }
      if (!fits(arg, x)) return null;
      bound[arg.name] = arg.list && !Array.isArray(x) && x !== null ? [x] : x;
      next++;
    } else if (arg.default === undefined) return null;
  }
  const known = new Set(schema.args.map((a) => a.name));
  return next < positional.length || Object.keys(options).some((k) => !known.has(k)) ? null : bound;
}

/** Sizes made by `torch.sym` as the expressions that they are. */
const unwrap = (x: unknown): unknown => (Array.isArray(x) ? x.map(unwrap) : x instanceof SymbolicSize ? x.dim : x);

/** Calls the overload of `packet` (`aten::add`) that fits, or `only` that one. Throws `torch/overload` naming what was given and what there is. */
export function callPacket(packet: string, given: readonly unknown[], only?: string): unknown {
  const overloads = overloadsOf(packet).filter((s) => only === undefined || s.op === only);
  const plain = given.map(unwrap);
  for (const schema of overloads) {
    const bound = bind(schema, plain);
    if (bound !== null) return call(schema.op, bound);
  }
  const got = given.map(describe).join(", ");
  const shown = (text: string): string => text.replace("aten::", "torch.");
  const hint = `overloads:\n    ${overloads.map((s) => shown(s.text)).join("\n    ")}`;
  throw new OnnxExporterError("torch/overload", `${shown(packet)} takes no (${got})`, hint);
}
const callByName = (name: string, given: readonly unknown[]): unknown => callPacket(`aten::${name}`, given);

/** `torch.<name>` with the type that its declaration gives. */
export function torchFunction<F>(name: string): F {
  const f = (...args: unknown[]): unknown => callByName(name, args);
  Object.defineProperty(f, "name", { value: name });
  return f as F;
}

/** Puts PyTorch's tensor methods on Tensor: `x.relu()` is `torch.relu(x)`. Those that Tensor has itself stay. */
export function installMethods(names: readonly string[]): void {
  for (const name of names) {
    if (name in Tensor.prototype) continue;
    const value = function (this: Tensor, ...args: unknown[]): unknown {
      return callByName(name, [this, ...args]);
    };
    Object.defineProperty(Tensor.prototype, name, { configurable: true, writable: true, value });
  }
}
