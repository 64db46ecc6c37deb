/** @file Writes small zips for tests: what torch.export.save writes, and what it never would. */

import { readFileSync } from "node:fs";
import { crc32, deflateRawSync } from "node:zlib";
import { Place } from "../../src/export/pt2/place.ts";
import { fileBytes, Zip } from "../../src/export/pt2/zip.ts";
import { weightsFile } from "../../src/weights/files.ts";

export interface ZipStyle {
  readonly deflate?: boolean;
  /** Sizes and offsets in zip64 fields. */
  readonly zip64?: boolean;
}

export type Entries = Map<string, Buffer>;

/** Every entry of the archive at `path`. */
export function readZip(path: string): Entries {
  const zip = new Zip(fileBytes(weightsFile(path)), new Place(path));
  return new Map([...zip.entries].map(([name, entry]) => [name, zip.readAll(entry, false)]));
}

export function writeZip(entries: Entries, { deflate = false, zip64 = false }: ZipStyle = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const push = (part: Buffer): void => {
    parts.push(part);
    at += part.length;
  };
  for (const [name, content] of entries) {
    const data = deflate ? deflateRawSync(content) : content;
    const bytes = Buffer.from(name);
    const extra = zip64 ? zip64Extra([content.length, data.length, at]) : Buffer.alloc(0);
    directory.push(
      header(0x02014b50, deflate, crc32(content), content.length, data.length, bytes.length, extra.length, zip64 ? 0xffffffff : at),
      bytes,
      extra,
    );
    // Padding between the local header and the data, as torch aligns payloads.
    const padding = Buffer.from("FB\x05\x00ZZZZZ", "latin1");
    push(Buffer.concat([localHeader(deflate, bytes.length, padding.length), bytes, padding]));
    push(data);
  }
  const start = at;
  for (const part of directory) push(part);
  const size = at - start;
  if (zip64) push(zip64End(entries.size, size, start, at));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(zip64 ? 0xffff : entries.size, 8);
  end.writeUInt16LE(zip64 ? 0xffff : entries.size, 10);
  end.writeUInt32LE(zip64 ? 0xffffffff : size, 12);
  end.writeUInt32LE(zip64 ? 0xffffffff : start, 16);
  push(end);
  return Buffer.concat(parts);
}

function localHeader(deflate: boolean, nameLength: number, extraLength: number): Buffer {
  const h = Buffer.alloc(30);
  h.writeUInt32LE(0x04034b50, 0);
  h.writeUInt16LE(0x0808, 6); // sizes follow the data, UTF-8 names
  h.writeUInt16LE(deflate ? 8 : 0, 8);
  h.writeUInt16LE(nameLength, 26);
  h.writeUInt16LE(extraLength, 28);
  return h;
}

function header(
  signature: number,
  deflate: boolean,
  crc: number,
  size: number,
  stored: number,
  name: number,
  extra: number,
  offset: number,
): Buffer {
  const h = Buffer.alloc(46);
  const wide = offset === 0xffffffff;
  h.writeUInt32LE(signature, 0);
  h.writeUInt16LE(0x0808, 8);
  h.writeUInt16LE(deflate ? 8 : 0, 10);
  h.writeUInt32LE(crc, 16);
  h.writeUInt32LE(wide ? 0xffffffff : stored, 20);
  h.writeUInt32LE(wide ? 0xffffffff : size, 24);
  h.writeUInt16LE(name, 28);
  h.writeUInt16LE(extra, 30);
  h.writeUInt32LE(offset, 42);
  return h;
}

function zip64Extra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  values.forEach((v, i) => {
    extra.writeBigUInt64LE(BigInt(v), 4 + 8 * i);
  });
  return extra;
}

function zip64End(count: number, size: number, start: number, at: number): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeBigUInt64LE(BigInt(count), 24);
  end.writeBigUInt64LE(BigInt(count), 32);
  end.writeBigUInt64LE(BigInt(size), 40);
  end.writeBigUInt64LE(BigInt(start), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(at), 64);
  end.writeUInt32LE(1, 72);
  return end;
}

/** Numbers in [0, 1) that a seed decides. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export const fixture = (name: string): string => new URL(`../fixtures/${name}`, import.meta.url).pathname;
export const fixtureBytes = (name: string): Buffer => readFileSync(fixture(name));
