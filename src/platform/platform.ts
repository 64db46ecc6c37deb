/**
 * @file What torch-onnx/ir needs of its surroundings. Everybody imports node.ts; package.json's `browser` map has bundlers put browser.ts in
 * its place.
 */

/** What is used of a file's state. */
export interface FileState {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** Files, by the names and the meaning that node:fs gives them. */
interface Files {
  chmodSync(path: string, mode: number): void;
  closeSync(fd: number): void;
  copyFileSync(from: string, to: string, mode: number): void;
  existsSync(path: string): boolean;
  fstatSync(fd: number): FileState;
  fsyncSync(fd: number): void;
  ftruncateSync(fd: number, length: number): void;
  linkSync(from: string, to: string): void;
  lstatSync(path: string, options: { readonly throwIfNoEntry: false }): FileState | undefined;
  openSync(path: string, flags: string): number;
  readSync(fd: number, target: Uint8Array, at: number, length: number, position: number): number;
  realpathSync(path: string): string;
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { readonly force: true }): void;
  statSync(path: string): FileState;
  writeSync(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number;
  readonly constants: { readonly COPYFILE_EXCL: number; readonly COPYFILE_FICLONE: number };
}

/** Paths, by the names and the meaning that node:path gives them. */
interface Paths {
  basename(path: string): string;
  dirname(path: string): string;
  extname(path: string): string;
  isAbsolute(path: string): boolean;
  join(...parts: string[]): string;
  relative(from: string, to: string): string;
  resolve(...parts: string[]): string;
  readonly sep: string;
}

/** Texts in one array of bytes. */
export interface Texts {
  /** Of bytes below 128. */
  ascii(begin: number, end: number): string;
  /** Of UTF-8, a byte order mark included; U+FFFD stands for what is none. */
  utf8(begin: number, end: number): string;
}

export interface Platform extends Files, Paths {
  /** A new instance of the core: its exports. */
  instantiateCore(): Record<string, unknown>;
  /**
   * Collects garbage such that weak references made earlier in this turn of the event loop tell the truth: bytes of the core give the engine
   * no reason to, and finalizers wait for the end of the turn. Null where the engine does not let it be called: then they alone give back.
   */
  collector(): (() => void) | null;
  /** A package that most runs do without, loaded now. */
  loadPackage(name: string): unknown;
  /** SHA-256 in hexadecimal digits. */
  sha256(pieces: Iterable<Uint8Array>): string;
  textsIn(bytes: Uint8Array): Texts;
  sameBytes(a: Uint8Array, b: Uint8Array): boolean;
  /** Permissions that new files do not get. */
  umask(): number;
  /** Tells this process from others that write to the same folder. */
  readonly pid: number;
}

/** Compiles where a module has all of the platform and, `Beyond` being what else it has, no more. */
type Exactly<Module extends Platform, _Beyond extends never> = Module;
type Beyond<Module> = Exclude<keyof Module, keyof Platform>;
type Node = typeof import("./node.ts");
type Browser = typeof import("./browser.ts");
export type Platforms = readonly [Exactly<Node, Beyond<Node>>, Exactly<Browser, Beyond<Browser>>];
