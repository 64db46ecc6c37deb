/** @file A file with something put between its bytes: heads of messages that grow are written anew, the rest is copied in pieces. */

import { pieceBytes } from "../../weights/source.ts";
import { type ByteInput, malformed, maxProtobuf } from "./scan.ts";

/** A message that grows: what is put at its end, and the message around it (-1: the model itself). */
export interface Growth {
  readonly event: number;
  around: number;
  readonly pieces: Uint8Array[];
}

/** `bytes` in place of `removed` bytes at `at`. */
export interface Splice {
  readonly at: number;
  readonly removed: number;
  readonly bytes: Uint8Array;
}

/** Where a message is: its tag, its length, its body. */
interface Head {
  readonly lengthAt: number;
  readonly body: number;
  readonly end: number;
}

/** The splices of messages that grow, in the order of the file; `tagOf` says where the tag of an event's field is. Throws `proto/size`. */
export function splicesOf(growths: ReadonlyMap<number, Growth>, input: ByteInput, tagOf: (event: number) => number): Splice[] {
  const children = new Map<number, Growth[]>();
  for (const g of growths.values()) children.set(g.around, [...(children.get(g.around) ?? []), g]);
  const splices: Splice[] = [];
  /** Bytes that the message, with its head, grows by. */
  const grow = (g: Growth): number => {
    const head = headAt(input, tagOf(g.event));
    const inner = (children.get(g.event) ?? []).reduce((sum, child) => sum + grow(child), 0);
    const added = g.pieces.reduce((sum, piece) => sum + piece.length, inner);
    if (added === 0) return 0;
    const length = varint(head.end - head.body + added);
    splices.push({ at: head.lengthAt, removed: head.body - head.lengthAt, bytes: length });
    for (const bytes of g.pieces) if (bytes.length > 0) splices.push({ at: head.end, removed: 0, bytes });
    return added + length.length - (head.body - head.lengthAt);
  };
  const added = (children.get(-1) ?? []).reduce((sum, g) => sum + grow(g), 0);
  if (input.size + added > maxProtobuf)
    throw malformed(input, "size", `would have ${input.size + added} bytes with its types: protobuf ends at 2 GiB`);
  // Of two ends at one place the inner one comes first, and that is the order in which they were found.
  return splices
    .map((s, i) => ({ s, i }))
    .sort((a, b) => a.s.at - b.s.at || a.i - b.i)
    .map(({ s }) => s);
}

/** Gives `write` the bytes of `input` with the splices, in pieces. */
export function spliced(input: ByteInput, splices: readonly Splice[], write: (bytes: Uint8Array) => void): void {
  const buffer = new Uint8Array(Math.min(pieceBytes, input.size));
  let at = 0;
  const copyTo = (end: number): void => {
    while (at < end) {
      const piece = buffer.subarray(0, Math.min(buffer.length, end - at));
      input.read(at, piece);
      write(piece);
      at += piece.length;
    }
  };
  for (const s of splices) {
    copyTo(s.at);
    write(s.bytes);
    at += s.removed;
  }
  copyTo(input.size);
}

function varint(n: number): Uint8Array {
  const bytes: number[] = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  bytes.push(n);
  return Uint8Array.from(bytes);
}

/** Where the message is whose tag is at byte `tag`. */
function headAt(input: ByteInput, tag: number): Head {
  const bytes = new Uint8Array(Math.min(20, input.size - tag));
  input.read(tag, bytes);
  const read = (at: number): { value: number; end: number } => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return { value, end: at };
    }
  };
  const tagEnd = read(0).end;
  const { value, end } = read(tagEnd);
  return { lengthAt: tag + tagEnd, body: tag + end, end: tag + end + value };
}
