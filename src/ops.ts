/** @file torch.ops: every op by namespace and name, `torch.ops.mylib.op(x)`, `torch.ops.aten.add.Tensor(x, y)`. */

import { overloadsOf } from "./aten/schema.ts";
import { OnnxExporterError } from "./errors.ts";
import { callPacket } from "./functions.ts";

/** Calls the overload that the arguments fit; its members call one overload each. */
export interface OpPacket {
  (...args: unknown[]): unknown;
  readonly [overload: string]: (...args: unknown[]) => unknown;
}
export interface OpNamespace {
  readonly [name: string]: OpPacket;
}

/** An object whose members are made when they are asked for by name. */
const byName = <T extends object>(target: object, make: (name: string) => unknown): T =>
  new Proxy(target, {
    get: (own, name, self) => (typeof name === "string" && !(name in own) ? make(name) : Reflect.get(own, name, self)),
  }) as T;

/** Throws `torch/ops` for names that no op has. */
function packet(name: string): OpPacket {
  if (overloadsOf(name).length === 0) {
    const hint = `define it: torch.library.custom_op("${name}", { mutates_args: [] }, fn)`;
    throw new OnnxExporterError("torch/ops", `there is no op ${name}`, hint);
  }
  const call = (...args: unknown[]): unknown => callPacket(name, args);
  return byName(call, (overload) => {
    const only = overload === "default" ? name : `${name}.${overload}`;
    return overloadsOf(name).some((s) => s.op === only) ? (...args: unknown[]) => callPacket(name, args, only) : undefined;
  });
}

/** torch.ops. */
export const ops: { readonly [namespace: string]: OpNamespace } = byName({}, (namespace) =>
  byName({}, (name) => packet(`${namespace}::${name}`)),
);
