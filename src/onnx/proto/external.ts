/**
 * @file External data: which files a model may name, and the tensors in them. They are given in memory, or lie in the model's folder; nothing
 * outside it is ever opened.
 */

import type { DType } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { join, lstatSync, realpathSync, relative, sep } from "../../platform/node.ts";
import { bufferSource } from "../../weights/basic.ts";
import { fileSource } from "../../weights/file.ts";
import { type WeightsFile, weightsFile } from "../../weights/files.ts";
import { type TensorSource, tensorBytes } from "../../weights/source.ts";

const hint = "external data must lie in the model's folder or below it; move the file there";

/** The files that one model names, each resolved once. */
export class ExternalFiles {
  readonly #folder: string | null;
  readonly #files = new Map<string, WeightsFile>();
  readonly #model: string;
  readonly #given: ReadonlyMap<string, Uint8Array>;

  /** `folder` is where the model lies, null when it has no place; `given` are files in memory, by the location that tensors say. */
  constructor(model: string, folder: string | null, given: { readonly [location: string]: Uint8Array } = {}) {
    this.#model = model;
    this.#folder = folder;
    this.#given = new Map(Object.entries(given));
  }

  /**
   * The tensor whose bytes begin at `offset` of the file at `location`. Throws `proto/external` naming model, tensor and location unless the
   * file is given or inside the folder, `weights/range` where the bytes are not inside the file.
   */
  tensor(location: string, offset: number, dtype: DType, shape: readonly number[], name: string): TensorSource {
    const given = this.#given.get(location);
    if (given === undefined) return fileSource({ file: this.#find(location, name), offset, dtype, shape, name });
    const end = offset + tensorBytes(name, dtype, shape);
    if (end <= given.length) return bufferSource(dtype, shape, given.subarray(offset, end), name);
    const message = `${name}: bytes ${offset} to ${end} are not inside ${location}, which was given with ${given.length} bytes`;
    throw new OnnxExporterError("weights/range", message, "the file is cut short: copy or download it again");
  }

  #find(location: string, tensor: string): WeightsFile {
    const known = this.#files.get(location);
    if (known !== undefined) return known;
    const file = this.#resolve(location, tensor);
    this.#files.set(location, file);
    return file;
  }

  #resolve(location: string, tensor: string): WeightsFile {
    const refuse = (why: string, what = hint): never => {
      throw new OnnxExporterError(
        "proto/external",
        `${this.#model}: tensor ${tensor} has its data at ${JSON.stringify(location)}, ${why}`,
        what,
      );
    };
    if (this.#folder === null) {
      const given = [...this.#given.keys()].map((name) => JSON.stringify(name));
      const files = given.length === 0 ? "without files or" : `with ${given.join(", ")} but without`;
      refuse(
        `and was given as bytes, ${files} a folder`,
        `give its bytes, { files: { ${JSON.stringify(location)}: bytes } }, or the folder`,
      );
    }
    const folder = this.#folder as string;
    if (location === "") refuse("which names no file");
    if (location.includes("\0")) refuse("which is no file name");
    if (/^([/\\]|[A-Za-z]:)/.test(location)) refuse("an absolute path");
    if (location.split(/[/\\]/).includes("..")) refuse("which leaves the folder by `..`");
    const path = join(folder, location);
    try {
      lstatSync(path);
    } catch (cause) {
      throw new OnnxExporterError(
        "proto/external",
        `${this.#model}: tensor ${tensor} has its data in ${path}: ${(cause as Error).message}`,
        "put the data file beside the model",
        { cause },
      );
    }
    const inside = relative(realpathSync(folder), realpathSync(path));
    if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`)) refuse("a link that leaves the folder");
    return weightsFile(path);
  }
}

/** `offset` or `length` of an external_data entry. Throws `proto/external` unless it is a decimal number. */
export function externalNumber(model: string, tensor: string, key: string, text: string): number {
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new OnnxExporterError(
    "proto/external",
    `${model}: tensor ${tensor} has external data of ${key} ${JSON.stringify(text)}, no decimal number`,
    "the file is damaged, or its writer was wrong: write it again",
  );
}
