/** @file Node: files, paths, the core beside the package's modules. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Texts } from "./platform.ts";

export {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
export { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** Of the global object: to import node:process opens standard input and output. */
export const { pid, umask } = process;

/** What is used of the WebAssembly interface; Node's types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
};

const compiled = new WebAssembly.Module(readFileSync(new URL("../../build/core.wasm", import.meta.url)));

export const instantiateCore = (): Record<string, unknown> => new WebAssembly.Instance(compiled, {}).exports;

const require = createRequire(import.meta.url);
/** Modules of Node that few runs want come this way too: loading v8 and vm takes as long as compiling the core. */
export const loadPackage = (name: string): unknown => require(name);

let found: (() => void) | null | undefined;

export function collector(): (() => void) | null {
  if (found === undefined) found = findCollector();
  return found;
}

function findCollector(): (() => void) | null {
  const { setFlagsFromString } = loadPackage("node:v8") as typeof import("node:v8");
  const { createContext, runInNewContext, Script } = loadPackage("node:vm") as typeof import("node:vm");
  let gc: unknown;
  try {
    setFlagsFromString("--expose-gc");
    gc = runInNewContext("typeof gc === 'function' ? gc : null");
    setFlagsFromString("--no-expose-gc");
  } catch {
    return null; // an engine without V8's flags
  }
  if (typeof gc !== "function") return null;
  // A weak reference keeps its target until the microtasks of a turn have run; a context with a queue of its own runs them at once.
  const turn = new Script("0");
  const context = createContext({}, { microtaskMode: "afterEvaluate" });
  return () => {
    turn.runInContext(context);
    (gc as () => void)();
  };
}

export function sha256(pieces: Iterable<Uint8Array>): string {
  const { createHash } = loadPackage("node:crypto") as typeof import("node:crypto");
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** V8 has no much longer strings. */
const maxJoined = 1 << 28;
/** Who asks for more texts than this will ask for most of them. */
const fewTexts = 256;

export function textsIn(bytes: Uint8Array): Texts {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let all: string | null = null;
  let asked = 0;
  return {
    ascii(begin, end) {
      // Parts of one string are made without a copy, and without a call out of JavaScript.
      if (++asked === fewTexts && bytes.length <= maxJoined) all = buffer.toString("latin1");
      return all?.substring(begin, end) ?? buffer.toString("latin1", begin, end);
    },
    utf8: (begin, end) => buffer.toString("utf8", begin, end),
  };
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
