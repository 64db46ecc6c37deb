/** @file The text forms that onnx.save and onnx.load know by their suffix: protobuf's JSON, and its text format (written only). */

import { extname } from "node:path";
import { OnnxExporterError } from "../../errors.ts";
import { modelProtoType } from "./descriptor.ts";
import { enums, type FieldRow, type MessageName, messages, splitType } from "./schema.ts";

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

/** Protobuf bytes of a ModelProto in a text form. */
export function toText(bytes: Uint8Array, format: Exclude<FileFormat, "protobuf">): string {
  const type = modelProtoType();
  const message = type.decode(bytes);
  if (format === "json")
    return `${JSON.stringify(type.toObject(message, { longs: String, enums: String, bytes: String, json: true }), keepSign, 2)}\n`;
  const lines: string[] = [];
  printMessage("ModelProto", type.toObject(message, { longs: String, enums: String }), "", lines);
  return `${lines.join("\n")}\n`;
}

/** A ModelProto's protobuf bytes from a text form. Throws `proto/json`, `proto/text`. */
export function fromText(text: string, format: Exclude<FileFormat, "protobuf">, name: string): Uint8Array {
  if (format === "text") {
    throw new OnnxExporterError(
      "proto/text",
      `${name}: models in protobuf's text format cannot be read`,
      "convert it with onnx.save, or to JSON",
    );
  }
  const type = modelProtoType();
  try {
    return type.encode(type.fromObject(JSON.parse(text, camelToSnake) as { [key: string]: unknown })).finish();
  } catch (cause) {
    throw new OnnxExporterError("proto/json", `${name}: no ModelProto in JSON: ${(cause as Error).message}`, undefined, { cause });
  }
}

/** JSON has no -0; protobuf reads floats from strings too. */
const keepSign = (_: string, value: unknown): unknown => (Object.is(value, -0) ? "-0" : value);

/** JSON may spell fields in camel case, and floats that JSON lacks as strings. */
function camelToSnake(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), v]));
}

function printMessage(name: MessageName, object: { [field: string]: unknown }, indent: string, lines: string[]): void {
  for (const [field, [, type]] of Object.entries<FieldRow>(messages[name])) {
    const value = object[field];
    if (value === undefined) continue;
    const [base, mark] = splitType(type);
    for (const item of mark === "" ? [value] : (value as unknown[])) {
      if (base in messages) {
        lines.push(`${indent}${field} {`);
        printMessage(base as MessageName, item as { [field: string]: unknown }, `${indent}  `, lines);
        lines.push(`${indent}}`);
      } else lines.push(`${indent}${field}: ${scalarText(base, item)}`);
    }
  }
}

function scalarText(type: string, value: unknown): string {
  if (type === "string") return quoted(Buffer.from(value as string));
  if (type === "bytes") return quoted(value as Uint8Array);
  if (type in enums) return String(value);
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (Object.is(value, -0)) return "-0";
  return value === Number.NEGATIVE_INFINITY ? "-inf" : Number.isNaN(value) ? "nan" : String(value);
}

const escapes: { readonly [byte: number]: string } = { 10: "\\n", 13: "\\r", 9: "\\t", 34: '\\"', 39: "\\'", 92: "\\\\" };

/** Bytes in quotes, as protobuf prints them: what is not printable ASCII in octal. */
function quoted(bytes: Uint8Array): string {
  let text = "";
  for (const b of bytes) text += escapes[b] ?? (b >= 32 && b < 127 ? String.fromCharCode(b) : `\\${b.toString(8).padStart(3, "0")}`);
  return `"${text}"`;
}
