/** @file Fields that are kept as they are in the input: short ones are copied, long ones stay where they are. */

import { fileSource } from "../../weights/file.ts";
import { pieceBytes, source, type TensorSource } from "../../weights/source.ts";
import type { Fields } from "../ir/unheld.ts";
import type { Cursor, Span } from "./cursor.ts";
import { fieldHead } from "./field-head.ts";
import type { Origin } from "./read-tensor.ts";
import type { ByteInput } from "./scan.ts";

/** Longer fields are not copied. */
const maxCopied = 64 << 10;

/** The fields that events `at` are (messages, strings, unknown ones), heads and all. */
export const fieldsAt = (cursor: Cursor, at: readonly number[], origin: Origin): Fields => at.map((i) => fieldOf(cursor.field(i), origin));

/** Length-delimited fields of number `field` with the contents of `spans`. */
export function refield(field: number, spans: readonly Span[], origin: Origin): Fields {
  return spans.flatMap((span) => [fieldHead(field, span.length), fieldOf(span, origin)]);
}

function fieldOf({ offset, length }: Span, { input, file }: Origin): Uint8Array | TensorSource {
  if (length > maxCopied) {
    if (file === null) return inputSource(input, offset, "uint8", [length], "a field");
    return fileSource({ file, offset, dtype: "uint8", shape: [length], name: "a field" });
  }
  const bytes = new Uint8Array(length);
  input.read(offset, bytes);
  return bytes;
}

/** A tensor whose bytes are in an input that is no file. */
export function inputSource(
  input: ByteInput,
  offset: number,
  dtype: TensorSource["dtype"],
  shape: readonly number[],
  name: string,
): TensorSource {
  return source({
    name,
    dtype,
    shape,
    key: null,
    *pieces(budget, begin, end) {
      const buffer = new Uint8Array(Math.min(budget, pieceBytes, end - begin));
      for (let at = begin; at < end; at += buffer.length) {
        const piece = buffer.subarray(0, Math.min(buffer.length, end - at));
        input.read(offset + at, piece);
        yield piece;
      }
    },
  });
}
