/** @file A browser: the core is fetched, models are bytes, there are no files. */

import { OnnxExporterError } from "../errors.ts";
import type { Texts } from "./platform.ts";

/** What is used of the WebAssembly interface; Node's types leave it out. */
declare const WebAssembly: {
  readonly compile: (bytes: ArrayBuffer) => Promise<object>;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
};

const url = new URL("../../build/core.wasm", import.meta.url);
const compiled = await WebAssembly.compile(await fetchCore());

async function fetchCore(): Promise<ArrayBuffer> {
  const hint = "serve build/core.wasm of the package where its bundle looks for it";
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new OnnxExporterError("runtime/core", `cannot fetch the core from ${url}: ${(cause as Error).message}`, hint, { cause });
  }
  if (response.ok) return response.arrayBuffer();
  throw new OnnxExporterError("runtime/core", `cannot fetch the core from ${url}: ${response.status} ${response.statusText}`, hint);
}

export const instantiateCore = (): Record<string, unknown> => new WebAssembly.Instance(compiled, {}).exports;

function noFiles(): never {
  const hint = "give bytes: ir.load(bytes, { files }), ir.to_bytes(model), ir.infer_shapes_bytes(bytes)";
  throw new OnnxExporterError("runtime/no-files", "there are no files in a browser", hint);
}

/** Whatever asks for a file or a path is refused. */
export {
  noFiles as basename,
  noFiles as chmodSync,
  noFiles as closeSync,
  noFiles as copyFileSync,
  noFiles as dirname,
  noFiles as existsSync,
  noFiles as extname,
  noFiles as fstatSync,
  noFiles as fsyncSync,
  noFiles as ftruncateSync,
  noFiles as isAbsolute,
  noFiles as join,
  noFiles as linkSync,
  noFiles as lstatSync,
  noFiles as openSync,
  noFiles as readSync,
  noFiles as realpathSync,
  noFiles as relative,
  noFiles as renameSync,
  noFiles as resolve,
  noFiles as rmSync,
  noFiles as statSync,
  noFiles as umask,
  noFiles as writeSync,
};
export const constants = { COPYFILE_EXCL: 1, COPYFILE_FICLONE: 2 };
export const sep = "/";
export const pid = 0;

/** Only text forms of models need packages, and these are files. */
export const loadPackage: () => never = noFiles;

export const collector = (): null => null;

export function sha256(_pieces: Iterable<Uint8Array>): string {
  const hint = "hash the bytes by crypto.subtle.digest";
  throw new OnnxExporterError("runtime/sha256", "a browser has no SHA-256 that answers at once", hint);
}

/** A byte order mark is a part of a name. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function textsIn(bytes: Uint8Array): Texts {
  const text = (begin: number, end: number): string => decoder.decode(bytes.subarray(begin, end));
  return { ascii: text, utf8: text };
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
