/** @file Models as protobufjs objects (torch.onnx's `program.model_proto`). */

import type protobuf from "protobufjs";
import { OnnxExporterError } from "../../errors.ts";
import type { Model } from "../ir/graph.ts";
import { modelProtoType } from "./descriptor.ts";
import { type ReadOptions, readModel } from "./read.ts";
import { encodeModel, type SaveOptions } from "./save.ts";

/** A ModelProto as protobufjs holds it: fields under ONNX's own names, int64 as Long, bytes as Uint8Array. */
export type ModelProto = protobuf.Message & { readonly [field: string]: unknown };

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
