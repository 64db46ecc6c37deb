/** @file Models as protobufjs objects (torch.onnx's `program.model_proto`), from the same rows as the core's codec. */

import protobuf from "protobufjs";
import { OnnxExporterError } from "../../errors.ts";
import type { Model } from "../ir/graph.ts";
import { type ReadOptions, readModel } from "./read.ts";
import { encodeModel, type SaveOptions } from "./save.ts";
import { enums, type FieldRow, messages, nested, oneofs, splitType } from "./schema.ts";

/** A ModelProto as protobufjs holds it: fields under ONNX's own names, int64 as Long, bytes as Uint8Array. */
export type ModelProto = protobuf.Message & { readonly [field: string]: unknown };

let root: protobuf.Root | null = null;

/** ONNX's messages in package `onnx`, for protobufjs. */
export function onnxRoot(): protobuf.Root {
  root ??= protobuf.Root.fromJSON({ nested: { onnx: { nested: descriptor() } } });
  return root;
}

export const modelProtoType = (): protobuf.Type => onnxRoot().lookupType("onnx.ModelProto");

/** The model as a protobufjs object, weights inside. Throws `save/size` from 2 GiB on. */
export const modelProto = (model: Model, options: Omit<SaveOptions, "external_data"> = {}): ModelProto =>
  modelProtoType().decode(encodeModel(model, options)) as ModelProto;

/** The IR of a protobufjs object, or of a plain one with the same fields. Throws `proto/object` when it is no ModelProto, and as `readModel`. */
export function fromModelProto(proto: ModelProto | { readonly [field: string]: unknown }, options: ReadOptions = {}): Model {
  const type = modelProtoType();
  const problem = type.verify(proto as { [field: string]: unknown });
  if (problem !== null) throw new OnnxExporterError("proto/object", `the object is no ModelProto: ${problem}`);
  return readModel(type.encode(type.fromObject(proto)).finish(), options);
}

interface Scope {
  edition?: string;
  fields?: Record<string, protobuf.IField>;
  values?: Record<string, number>;
  oneofs?: Record<string, protobuf.IOneOf>;
  nested?: Record<string, Scope>;
}

/** The rows as protobufjs' JSON descriptor, with the nesting that ONNX has. */
function descriptor(): Record<string, protobuf.AnyNestedObject> {
  const top: Record<string, Scope> = {};
  const at = (name: string): Scope => {
    const [outer, inner] = (nested[name] ?? name).split(".") as [string, string?];
    top[outer] ??= { edition: "proto2" }; // presence counts: an empty domain is not an absent one
    const scope = top[outer];
    if (inner === undefined) return scope;
    scope.nested ??= {};
    scope.nested[inner] ??= {};
    return scope.nested[inner];
  };
  for (const [name, rows] of Object.entries<Record<string, FieldRow>>(messages)) {
    const scope = at(name);
    scope.fields = Object.fromEntries(Object.entries(rows).map(([field, row]) => [field, fieldOf(row)]));
    const groups = oneofs[name];
    if (groups) scope.oneofs = Object.fromEntries(Object.entries(groups).map(([group, oneof]) => [group, { oneof: [...oneof] }]));
  }
  for (const [name, values] of Object.entries(enums)) at(name).values = { ...values };
  return top as Record<string, protobuf.AnyNestedObject>;
}

function fieldOf([id, type]: FieldRow): protobuf.IField {
  const [base, mark] = splitType(type);
  const named = nested[base];
  return {
    id,
    type: named === undefined ? base : `onnx.${named}`,
    ...(mark === "" ? {} : { rule: "repeated", options: { packed: mark === "[packed]" } }),
  } as protobuf.IField;
}
