/** @file Files that appear whole or not at all: written beside their target, renamed when all of them are done. */

import { internal, OnnxExporterError } from "../../errors.ts";
import {
  basename,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  dirname,
  existsSync,
  fsyncSync,
  ftruncateSync,
  join,
  linkSync,
  lstatSync,
  openSync,
  pid,
  readSync,
  renameSync,
  rmSync,
  statSync,
  umask,
  writeSync,
} from "../../platform/node.ts";
import { type WeightsFile, weightsFile } from "../../weights/files.ts";

const bufferBytes = 1 << 20;
/** Bytes of one write: with larger ones Linux was seen to spend up to three times as long in the page cache, once a file is large. */
const mostWritten = 64 << 10;
let counter = 0;

const hints: { readonly [code: string]: readonly [code: string, hint: string] } = {
  ENOSPC: ["save/no-space", "free space on the disk, or save to another one"],
  EDQUOT: ["save/no-space", "free space in the quota, or save elsewhere"],
  EFBIG: ["save/no-space", "the file system or a limit (ulimit -f) allows no larger file: save elsewhere"],
  EACCES: ["save/permission", "save to a folder that may be written"],
  EPERM: ["save/permission", "save to a folder that may be written"],
  EROFS: ["save/permission", "the file system is read-only: save elsewhere"],
  ENOENT: ["save/folder", "make the folder first"],
  ENOTDIR: ["save/folder", "a part of the path is a file: save elsewhere"],
  EISDIR: ["save/directory", "give the path of a file"],
  ENAMETOOLONG: ["save/name", "give a shorter file name"],
};

/** Our error for what the file system says when `path` is written. */
export function saveError(path: string, cause: unknown): OnnxExporterError {
  if (cause instanceof OnnxExporterError) return cause;
  const { code = "", message } = cause as { code?: string; message: string };
  const [name, hint] = hints[code] ?? ["save/file", "check the path and the disk"];
  return new OnnxExporterError(name, `cannot write ${path}: ${message}`, hint, { cause });
}

/** One file on its way. Small writes are collected. */
export class OutputFile {
  readonly path: string;
  readonly temporary: string;
  #fd: number;
  readonly #buffer = new Uint8Array(bufferBytes);
  #held = 0;
  #written = 0;
  /** Where the file ends on the disk: behind `#written` after a `rewind`. */
  #end = 0;

  /** `begin` makes the temporary file and opens it; an empty one unless said otherwise. */
  constructor(path: string, begin: (temporary: string) => number = (temporary) => openSync(temporary, "wx+")) {
    this.path = path;
    this.temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${pid}.${++counter}.tmp`);
    refuseDirectory(path);
    this.#fd = this.#try(() => begin(this.temporary));
  }

  /** A file that begins as a copy of `file`, which the system makes. Throws `weights/changed` where that is another file by now. */
  static copyOf(file: WeightsFile, path: string): OutputFile {
    const output = new OutputFile(path, (temporary) => {
      try {
        copyFileSync(file.path, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
        chmodSync(temporary, 0o666 & ~umask());
        return openSync(temporary, "r+");
      } catch (cause) {
        rmSync(temporary, { force: true });
        throw cause;
      }
    });
    output.#written = file.size;
    output.#end = file.size;
    if (weightsFile(file.path).stamp === file.stamp) return output;
    output.discard();
    throw new OnnxExporterError("weights/changed", `${file.path} was changed or replaced after it was loaded`, "load the model again");
  }

  get position(): number {
    return this.#written + this.#held;
  }

  write(bytes: Uint8Array): void {
    if (this.#held + bytes.length > bufferBytes) this.flush();
    if (bytes.length >= bufferBytes / 4) {
      this.#out(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#held);
    this.#held += bytes.length;
  }

  /** Zeros up to the next multiple of `alignment`, at most 64 KiB. */
  align(alignment: number): void {
    const rest = this.position % alignment;
    if (rest !== 0) this.write(new Uint8Array(alignment - rest));
  }

  /** Takes back what was written from `position` on. */
  rewind(position: number): void {
    this.flush();
    this.#written = position;
  }

  flush(): void {
    const held = this.#held;
    this.#held = 0;
    if (held > 0) this.#out(this.#buffer.subarray(0, held));
  }

  /** Fills `target` with what was written at `offset`. */
  readBack(offset: number, target: Uint8Array): void {
    this.flush();
    for (let done = 0; done < target.length; ) {
      const n = this.#try(() => readSync(this.#fd, target, done, target.length - done, offset + done));
      if (n === 0) internal(`${this.temporary} has no byte ${offset + done}`);
      done += n;
    }
  }

  close(durable: boolean): void {
    if (this.#fd < 0) return;
    this.flush();
    if (this.#end > this.#written) this.#try(() => ftruncateSync(this.#fd, this.#written));
    if (durable) this.#try(() => fsyncSync(this.#fd));
    const fd = this.#fd;
    this.#fd = -1;
    this.#try(() => closeSync(fd));
  }

  /** Takes the file away again. */
  discard(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
    rmSync(this.temporary, { force: true });
  }

  #out(bytes: Uint8Array): void {
    if (bytes !== this.#buffer && this.#held > 0) this.flush();
    for (let done = 0; done < bytes.length; ) {
      const n = Math.min(mostWritten, bytes.length - done);
      done += this.#try(() => writeSync(this.#fd, bytes, done, n, this.#written + done));
    }
    this.#written += bytes.length;
    this.#end = Math.max(this.#end, this.#written);
  }

  #try<T>(f: () => T): T {
    try {
      return f();
    } catch (cause) {
      throw saveError(this.path, cause);
    }
  }
}

function refuseDirectory(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new OnnxExporterError("save/directory", `${path} is a folder`, "give the path of a file");
  }
}

/** Renames closed files to their targets in order. When one cannot be, those before it get back what they were. */
export function publish(files: readonly OutputFile[]): void {
  const undo: (() => void)[] = [];
  const backups: string[] = [];
  try {
    for (const [i, { path, temporary }] of files.entries()) {
      try {
        refuseDirectory(path);
        if (i === files.length - 1) renameSync(temporary, path);
        else {
          const backup = keep(path, `${temporary}.old`);
          if (backup !== null) backups.push(backup);
          undo.push(() => (backup === null ? rmSync(path, { force: true }) : renameSync(backup, path)));
          renameSync(temporary, path);
        }
      } catch (cause) {
        throw saveError(path, cause);
      }
    }
  } catch (error) {
    for (const back of undo.reverse()) back();
    throw error;
  }
  for (const backup of backups) rmSync(backup, { force: true });
}

/** A second name for the file at `path`, or null when there is no file. */
function keep(path: string, backup: string): string | null {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
  try {
    linkSync(path, backup);
  } catch {
    renameSync(path, backup); // a file system without hard links
  }
  return backup;
}
