/** @file ONNX's messages for protobufjs, from the same rows as the core's codec. */

import type protobuf from "protobufjs";
import { loadPackage } from "../../platform/node.ts";
import { enums, type FieldRow, messages, nested, oneofs, splitType } from "./schema.ts";

let root: protobuf.Root | null = null;

/** ONNX's messages in package `onnx`, for protobufjs, which is loaded now: an export does without it. */
function onnxRoot(): protobuf.Root {
  if (root === null) {
    const { Root } = loadPackage("protobufjs") as typeof protobuf;
    root = Root.fromJSON({ nested: { onnx: { nested: descriptor() } } });
  }
  return root;
}

export const modelProtoType = (): protobuf.Type => onnxRoot().lookupType("onnx.ModelProto");

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
