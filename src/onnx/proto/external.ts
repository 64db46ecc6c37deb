/** @file External data: which files a model may name, and the tensors in them. Nothing outside the model's folder is ever opened. */

import { lstatSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { OnnxExporterError } from "../../errors.ts";
import { type WeightsFile, weightsFile } from "../../weights/files.ts";

const hint = "external data must lie in the model's folder or below it; move the file there";

/** The files that one model names, each resolved once. */
export class ExternalFiles {
  readonly #folder: string | null;
  readonly #files = new Map<string, WeightsFile>();
  readonly #model: string;

  /** `folder` is where the model lies; null when it has no place, so that it can have no external data. */
  constructor(model: string, folder: string | null) {
    this.#model = model;
    this.#folder = folder;
  }

  /** The file at `location`. Throws `proto/external` naming model, tensor and location unless it is inside the folder. */
  find(location: string, tensor: string): WeightsFile {
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
    if (this.#folder === null)
      refuse("but the model was given as bytes, without a folder", "give the folder, or load the model from its path");
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
