/** @file Reading ranges of files through a few open descriptors. A file that changed since it was first seen is refused. */

import { OnnxExporterError } from "../errors.ts";
import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from "../platform/node.ts";
import type { FileState } from "../platform/platform.ts";

/** A file as it was when it was found: `stamp` tells whether it still is that file. */
export interface WeightsFile {
  readonly path: string;
  readonly size: number;
  readonly stamp: string;
}

/** At most this many files are open; the one unused for longest is closed first. */
const maxOpen = 16;
/** One read takes less than 2 GiB. */
const maxRead = 1 << 30;

/** Open descriptors by path and stamp, the youngest last. */
const open = new Map<string, { readonly path: string; readonly fd: number }>();

/** The file at `path` as it is now. Throws `weights/file` when there is none. */
export function weightsFile(path: string): WeightsFile {
  let stat: FileState;
  let real: string;
  try {
    stat = statSync(path);
    real = realpathSync(path);
  } catch (cause) {
    throw unreadable(path, "weights", cause);
  }
  if (!stat.isFile()) throw unreadable(path, "weights", "it is not a file");
  return { path: real, size: stat.size, stamp: stampOf(stat) };
}

/**
 * Fills `target` with the bytes of `file` from `offset` on; `what` names the tensor or part in errors.
 * Throws `weights/file` (cannot be opened or read), `weights/changed`, `weights/truncated` (ends too early).
 */
export function readInto(file: WeightsFile, offset: number, target: Uint8Array, what: string): void {
  if (offset + target.length > file.size) {
    const message = `${file.path} ends at byte ${file.size}: ${what} wants bytes ${offset} to ${offset + target.length}`;
    throw new OnnxExporterError("weights/truncated", message, "the file is cut short: copy or download it again");
  }
  const fd = descriptor(file, what);
  for (let done = 0; done < target.length; ) {
    const n = readPiece(fd, target, done, offset + done, file.path, what);
    if (n === 0) throw changed(file, what);
    done += n;
  }
}

/** Closes the descriptors of the file at `path`, or all; the next read opens it again. */
export function closeFile(path?: string): void {
  for (const [key, entry] of open) {
    if (path !== undefined && entry.path !== path) continue;
    open.delete(key);
    closeSync(entry.fd);
  }
}

const stampOf = (stat: FileState): string => `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}`;

function readPiece(fd: number, target: Uint8Array, at: number, position: number, path: string, what: string): number {
  try {
    return readSync(fd, target, at, Math.min(target.length - at, maxRead), position);
  } catch (cause) {
    throw unreadable(path, what, cause);
  }
}

function descriptor(file: WeightsFile, what: string): number {
  const key = `${file.path}\n${file.stamp}`;
  const known = open.get(key);
  if (known !== undefined) {
    open.delete(key);
    open.set(key, known);
    return known.fd;
  }
  const fd = openFile(file.path, what);
  if (stampOf(fstatSync(fd)) !== file.stamp) {
    closeSync(fd);
    throw changed(file, what);
  }
  const [oldest] = open;
  if (open.size >= maxOpen && oldest !== undefined) {
    open.delete(oldest[0]);
    closeSync(oldest[1].fd);
  }
  open.set(key, { path: file.path, fd });
  return fd;
}

function openFile(path: string, what: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw unreadable(path, what, cause);
  }
}

function unreadable(path: string, what: string, cause: unknown): OnnxExporterError {
  if (cause instanceof OnnxExporterError) return cause;
  const message = `cannot read ${what} from ${path}: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new OnnxExporterError("weights/file", message, "check the path and its permissions", { cause });
}

function changed(file: WeightsFile, what: string): OnnxExporterError {
  const message = `${file.path} was changed or replaced after it was loaded, so ${what} cannot be read from it any more`;
  return new OnnxExporterError("weights/changed", message, "load the model again");
}
