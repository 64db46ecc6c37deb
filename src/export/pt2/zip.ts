/** @file Zip archives by random access: the directory is read by yauzl, the bytes of entries by range from the file, without copies. */

import { crc32, inflateRawSync } from "node:zlib";
import { fromRandomAccessReader, RandomAccessReader, type Entry as ZipEntry, type ZipFile } from "yauzl";
import { readInto, type WeightsFile } from "../../weights/files.ts";
import { messageOf, type Place } from "./place.ts";

/** Entries that are read whole (JSON, pickles) and deflated weights may be this large. */
const wholeLimit = 256 * 2 ** 20;

/** Bytes that can be read at any offset: a range of a file, or memory. */
export interface Bytes {
  readonly size: number;
  /** The file and the offset in it of byte 0; null for memory. */
  readonly range: { readonly file: WeightsFile; readonly offset: number } | null;
  /** `length` bytes from `offset`; fewer at the end. */
  read(offset: number, length: number): Buffer;
}

/** The whole of `file`; descriptors are shared with the weights that lie in it. */
export function fileBytes(file: WeightsFile): Bytes {
  const read = (offset: number, length: number): Buffer => {
    const buffer = Buffer.allocUnsafe(Math.max(Math.min(length, file.size - offset), 0));
    readInto(file, offset, buffer, "the archive");
    return buffer;
  };
  return { size: file.size, range: { file, offset: 0 }, read };
}

/** `[offset, offset + size)` of `bytes`. */
export function slice(bytes: Bytes, offset: number, size: number): Bytes {
  return {
    size,
    range: bytes.range === null ? null : { file: bytes.range.file, offset: bytes.range.offset + offset },
    read: (at, length) => bytes.read(offset + at, Math.max(Math.min(length, size - at), 0)),
  };
}

export function memory(buffer: Buffer): Bytes {
  return { size: buffer.length, range: null, read: (at, length) => buffer.subarray(at, at + length) };
}

/** yauzl's view of Bytes; calls back at once, so the whole directory is read without turning the event loop. */
class Reader extends RandomAccessReader {
  readonly bytes: Bytes;
  constructor(bytes: Bytes) {
    super();
    this.bytes = bytes;
  }
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (err: Error | null, got?: number) => void,
  ): void {
    const got = this.bytes.read(position, length);
    got.copy(buffer, offset);
    callback(null, got.length);
  }
}

/** An entry: sizes from the central directory, the data's offset from the local header. */
export class Entry {
  readonly name: string;
  /** Bytes after inflating. */
  readonly size: number;
  readonly deflated: boolean;
  readonly raw: ZipEntry;
  constructor(raw: ZipEntry) {
    this.name = raw.fileName;
    this.size = raw.uncompressedSize;
    this.deflated = raw.compressionMethod === 8;
    this.raw = raw;
  }
}

export class Zip {
  readonly place: Place;
  readonly bytes: Bytes;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly #file: ZipFile;

  /** Reads the directory. Throws `pt2/not-a-zip` (no directory at the end) or `pt2/damaged` (one that does not hold together). */
  constructor(bytes: Bytes, place: Place) {
    this.bytes = bytes;
    this.place = place;
    this.#file = openDirectory(bytes, place);
    this.entries = readDirectory(this.#file, place);
  }

  /** The stored bytes of `entry`, where they lie. Throws `pt2/damaged` when they leave the file, `pt2/encrypted`, `pt2/compression`. */
  open(entry: Entry): Bytes {
    const place = this.place.within(entry.name);
    if (entry.raw.isEncrypted()) place.fail("encrypted", "the entry is encrypted", "decrypt the archive first");
    const method = entry.raw.compressionMethod;
    if (method !== 0 && method !== 8) place.fail("compression", `compression method ${method}; stored and deflated entries can be read`);
    const start = dataStart(this.#file, entry.raw, place);
    const stored = slice(this.bytes, start, entry.raw.compressedSize);
    return method === 0 ? stored : memory(inflate(stored, entry, place));
  }

  /** The whole content of a small entry, with its checksum verified if `check`. Throws `pt2/too-large`, `pt2/damaged`. */
  readAll(entry: Entry, check: boolean): Buffer {
    const place = this.place.within(entry.name);
    if (entry.size > wholeLimit) place.fail("too-large", `${entry.size} bytes; this kind of entry may have ${wholeLimit}`);
    const content = this.open(entry).read(0, entry.size);
    if (content.length !== entry.size) place.fail("damaged", `${entry.size} bytes wanted, ${content.length} found`);
    if (check && crc32(content) !== entry.raw.crc32) place.fail("damaged", "the checksum does not match: the file was changed or damaged");
    return content;
  }
}

function openDirectory(bytes: Bytes, place: Place): ZipFile {
  let file: ZipFile | undefined;
  let problem: Error | null = null;
  fromRandomAccessReader(new Reader(bytes), bytes.size, { lazyEntries: true, autoClose: false }, (error, opened) => {
    problem = error;
    file = opened;
  });
  if (file === undefined) place.fail("not-a-zip", `not a zip archive, or cut short (${messageOf(problem)})`, undefined, problem);
  return file;
}

function readDirectory(file: ZipFile, place: Place): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  let problem: Error | null = null;
  let found = 0;
  file.on("error", (error: Error) => {
    problem ??= error;
  });
  file.on("entry", (raw: ZipEntry) => {
    found++;
    if (entries.has(raw.fileName)) problem ??= new Error(`two entries called ${raw.fileName}`);
    entries.set(raw.fileName, new Entry(raw));
  });
  for (let i = 0; i < file.entryCount && problem === null; i++) {
    file.readEntry();
    if (found !== i + 1) problem ??= new Error(`entry ${i} of the directory has no name`);
  }
  if (problem !== null) place.fail("damaged", `the zip directory is damaged (${messageOf(problem)})`, undefined, problem);
  return entries;
}

function dataStart(file: ZipFile, raw: ZipEntry, place: Place): number {
  let start = -1;
  let problem: Error | null = null;
  file.readLocalFileHeader(raw, { minimal: true }, (error, header) => {
    problem = error;
    if (error === null) start = header.fileDataStart;
  });
  if (problem !== null || start < 0) place.fail("damaged", `the zip entry is damaged (${messageOf(problem)})`, undefined, problem);
  return start;
}

function inflate(stored: Bytes, entry: Entry, place: Place): Buffer {
  if (entry.size > wholeLimit) {
    const hint = "store the entries without compression (`zip -0`), as torch.export.save writes them";
    place.fail("deflated", `a deflated entry of ${entry.size} bytes; deflated entries may have ${wholeLimit}`, hint);
  }
  try {
    const content = inflateRawSync(stored.read(0, stored.size), { maxOutputLength: Math.max(entry.size, 1) });
    if (content.length === entry.size) return content;
    place.fail("damaged", `the deflated entry has ${content.length} bytes, the directory says ${entry.size}`);
  } catch (error) {
    if (error instanceof Error && error.name === "OnnxExporterError") throw error;
    place.fail("damaged", `the entry cannot be inflated (${messageOf(error)})`, undefined, error);
  }
}
