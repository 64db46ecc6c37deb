/** @file A user's op as ONNX says it: a node of the domain that its namespace is, which a runtime must know, or a call of a function. */

import { mapLeaves } from "../../aten/arguments.ts";
import type { Arg } from "../../aten/graph.ts";
import type { Schema } from "../../aten/schema.ts";
import type { Args } from "../../dispatch.ts";
import { type DType, dtypes } from "../../dtype.ts";
import { type Attribute, Value, type ValueType } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";

/** How a user's op without translation is exported. */
export type CustomOpForm = "error" | "node" | "function";

/** For all such ops, or by op (`mylib::op`) and namespace (`mylib`); what is not named is refused. */
export type CustomOpForms = CustomOpForm | { readonly [opOrNamespace: string]: CustomOpForm };

export const formOf = (forms: CustomOpForms, op: string): CustomOpForm =>
  typeof forms === "string" ? forms : (forms[op] ?? forms[op.split("::")[0] as string] ?? "error");

/** Domain and op type of a user's op: `mylib::scale.out` is `scale_out` of `mylib`. */
export const onnxName = (op: string): readonly [domain: string, type: string] => {
  const [domain, name] = op.split("::") as [string, string];
  return [domain, name.replaceAll(".", "_")];
};

/** What tells how an argument is written: its type in a schema, or the kind of literal in the archive. */
export type ArgumentKinds = ReadonlyMap<string, string>;

export const kindsOf = (schema: Schema): ArgumentKinds => new Map(schema.args.map((a) => [a.name, a.type]));

/**
 * The node of a user's op. Tensors, lists of them and numbers that only the run knows are inputs, in the order of the arguments, and a list's length is the
 * attribute `<name>_length`; what is known at export is an attribute of its name; None is an input or attribute that is left out.
 */
export function opaqueNode(op: OpBuilder, name: string, args: Args, kinds: ArgumentKinds, results: readonly ValueType[]): Value[] {
  const inputs: (Value | null)[] = [];
  const attributes: Record<string, Attribute> = {};
  for (const [key, arg] of Object.entries(args)) {
    const kind = kinds.get(key) ?? "";
    if (arg instanceof Value) inputs.push(arg);
    else if (arg === null) {
      if (/Tensor/i.test(kind)) inputs.push(null);
    } else if (Array.isArray(arg) && /Tensor/i.test(kind || (arg.some((x) => x instanceof Value && x.rank > 0) ? "Tensor" : ""))) {
      inputs.push(...(arg as (Value | null)[]));
      attributes[`${key}_length`] = { kind: "int", value: arg.length };
    } else if (Array.isArray(arg) && arg.some((x) => x instanceof Value)) inputs.push(vectorOf(op, arg as (Value | number)[]));
    else attributes[key] = literal(op, key, arg as Arg, kind);
  }
  const last = inputs.findLastIndex((v) => v !== null);
  const [domain, type] = onnxName(name);
  return op.custom(domain, type, inputs.slice(0, last + 1), attributes, results);
}

/** Sizes, some of which only the run knows, as an int64 vector. */
const vectorOf = (op: OpBuilder, sizes: readonly (Value | number)[]): Value =>
  op.Concat(
    sizes.map((s) => (s instanceof Value ? op.reshape(s, [1]) : op.constant("int64", [1], [s]))),
    { axis: 0 },
  );

function literal(op: OpBuilder, key: string, arg: Arg, kind: string): Attribute {
  const isFloat = /float/i.test(kind);
  const isInt = (x: unknown): boolean => typeof x === "bigint" || Number.isInteger(x);
  const plain = mapLeaves(arg, (x) => (typeof x === "boolean" ? Number(x) : x));
  if (typeof plain === "string")
    return isDType(kind) ? { kind: "int", value: dtypes[plain as DType].onnx } : { kind: "string", value: plain };
  if (typeof plain === "number" || typeof plain === "bigint") {
    return isFloat || !isInt(plain) ? { kind: "float", value: Number(plain) } : { kind: "int", value: plain };
  }
  if (Array.isArray(plain)) {
    if (plain.length > 0 && plain.every((x) => typeof x === "string")) return { kind: "strings", value: plain };
    return isFloat || !plain.every(isInt) ? { kind: "floats", value: plain.map(Number) } : { kind: "ints", value: plain };
  }
  if (typeof arg === "object" && arg !== null && "type" in arg && "index" in arg) return { kind: "string", value: String(arg.type) };
  return op.refuse(`the argument ${key} cannot be an attribute: ${JSON.stringify(arg)}`, "give this op a translation");
}

/** Of a schema, or of an archive. */
const isDType = (kind: string): boolean => kind === "ScalarType" || kind === "as_scalar_type";
