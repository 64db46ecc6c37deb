/** @file The IR's types → TypeProto. */

import type { Dim, Shape, SymInt } from "../../symbolic.ts";
import { stringType } from "../ir/container.ts";
import type { AnyType, ContainerType, ValueType } from "../ir/graph.ts";
import type { Fields } from "../ir/unheld.ts";
import { fieldsOf } from "./schema.ts";
import type { Tokens } from "./tokens.ts";
import { onnxType } from "./write-tensor.ts";

const typeFields = fieldsOf("TypeProto");
const tensorFields = fieldsOf("TensorType");
const sequenceFields = fieldsOf("SequenceType");
const optionalFields = fieldsOf("OptionalType");
const mapFields = fieldsOf("MapType");
const opaqueFields = fieldsOf("OpaqueType");
const shapeFields = fieldsOf("TensorShapeProto");
const dimFields = fieldsOf("Dimension");

/** What writing a type needs: a dim as text (null where it is nobody's name), and fields as they were read. */
export interface TypeContext {
  readonly tokens: Tokens;
  readonly dim: (d: SymInt) => string | null;
  readonly fields: (fields: Fields) => void;
}

/** The fields of a TypeProto; `dims`: what else each dim has. */
export function writeType(type: AnyType, context: TypeContext, dims: readonly Fields[] = []): void {
  const t = context.tokens;
  switch (type.kind) {
    case "tensor":
      writeTensorType(type, context, dims);
      return;
    case "strings":
      tensor(typeFields.tensor_type, stringType, type.shape, context, dims);
      return;
    case "sparse_tensor":
      tensor(typeFields.sparse_tensor_type, onnxType(type.dtype), type.shape, context, dims);
      return;
    case "sequence":
      container(typeFields.sequence_type, sequenceFields.elem_type, type.of, context);
      return;
    case "optional":
      container(typeFields.optional_type, optionalFields.elem_type, type.of, context);
      return;
    case "map":
      map(type, context);
      return;
    case "opaque":
      t.begin(typeFields.opaque_type);
      if (type.domain !== "") t.string(opaqueFields.domain, type.domain);
      if (type.name !== "") t.string(opaqueFields.name, type.name);
      t.end();
  }
}

/** The same for a tensor of numbers. */
export function writeTensorType({ dtype, shape }: ValueType, context: TypeContext, dims: readonly Fields[] = none): void {
  tensor(typeFields.tensor_type, onnxType(dtype), shape, context, dims);
}

const none: readonly Fields[] = [];

function container(field: number, elem: number, of: AnyType | null, context: TypeContext): void {
  const t = context.tokens;
  t.begin(field);
  inner(elem, of, context);
  t.end();
}

function inner(field: number, of: AnyType | null, context: TypeContext): void {
  if (of === null) return;
  context.tokens.begin(field);
  writeType(of, context);
  context.tokens.end();
}

function map({ key, of }: Extract<ContainerType, { kind: "map" }>, context: TypeContext): void {
  const t = context.tokens;
  t.begin(typeFields.map_type);
  t.int(mapFields.key_type, key === "string" ? stringType : onnxType(key));
  inner(mapFields.value_type, of, context);
  t.end();
}

function tensor(field: number, elem: number, shape: Shape | null, context: TypeContext, dims: readonly Fields[]): void {
  const t = context.tokens;
  t.begin(field);
  t.int(tensorFields.elem_type, elem);
  if (shape !== null) {
    t.begin(tensorFields.shape);
    for (let axis = 0; axis < shape.length; axis++) dimension(shape[axis] as Dim, context, dims[axis]);
    t.end();
  }
  t.end();
}

function dimension(d: Dim, context: TypeContext, rest: Fields | undefined): void {
  const t = context.tokens;
  t.begin(shapeFields.dim);
  if (typeof d === "number") t.int(dimFields.dim_value, d);
  else {
    const text = context.dim(d);
    if (text !== null) t.string(dimFields.dim_param, text);
  }
  if (rest !== undefined) context.fields(rest);
  t.end();
}
