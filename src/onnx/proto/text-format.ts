/** @file The text forms that onnx.save and onnx.load know by their suffix: protobuf's JSON and its text format, by protobufjs. */

import type * as protojson from "protobufjs/ext/protojson.js";
import type * as textformat from "protobufjs/ext/textformat.js";
import { OnnxExporterError } from "../../errors.ts";
import { extname, loadPackage } from "../../platform/node.ts";
import { modelProtoType } from "./descriptor.ts";

export type FileFormat = "protobuf" | "json" | "text";

const suffixes: { readonly [suffix: string]: FileFormat } = {
  ".json": "json",
  ".onnxjson": "json",
  ".textproto": "text",
  ".prototxt": "text",
  ".pbtxt": "text",
  ".onnxtxt": "text",
};

/** The form of a file by its suffix, as onnx.save decides (onnx/serialization.py). */
export const formatOf = (path: string): FileFormat => suffixes[extname(path).toLowerCase()] ?? "protobuf";

/** protobufjs' forms are loaded when a file wants them: most do without. */
const jsonForm = (): typeof protojson => loadPackage("protobufjs/ext/protojson.js") as typeof protojson;
const textForm = (): typeof textformat => loadPackage("protobufjs/ext/textformat.js") as typeof textformat;

/** Protobuf bytes of a ModelProto in a text form. */
export function toText(bytes: Uint8Array, format: Exclude<FileFormat, "protobuf">): string {
  const type = modelProtoType();
  const message = type.decode(bytes);
  if (format === "text") return textForm().toText(type, message);
  // Fields keep ONNX's names, as onnx.save writes them.
  const object = type.toObject(message, { longs: String, enums: String, bytes: String, json: true });
  return `${JSON.stringify(object, keepSign, 2)}\n`;
}

/** JSON has no -0; protobuf reads floats from strings too. */
const keepSign = (_: string, value: unknown): unknown => (Object.is(value, -0) ? "-0" : value);

/** A ModelProto's protobuf bytes from a text form. Throws `proto/json`, `proto/text` with what is wrong and where. */
export function fromText(text: string, format: Exclude<FileFormat, "protobuf">, name: string): Uint8Array {
  const type = modelProtoType();
  const [code, form, read] =
    format === "json"
      ? (["proto/json", "JSON", () => jsonForm().fromJsonString(type, text)] as const)
      : (["proto/text", "protobuf's text format", () => textForm().fromText(type, text)] as const);
  try {
    return type.encode(read()).finish();
  } catch (cause) {
    const hint = "the file is damaged, or its ending says what it is not";
    throw new OnnxExporterError(code, `${name}: no ModelProto in ${form}: ${(cause as Error).message}`, hint, { cause });
  }
}
