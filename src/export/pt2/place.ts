/** @file Where in an archive the reader is: errors name the file, the entry and the spot in it. */

import { OnnxExporterError } from "../../errors.ts";

const remedy = 'export the model again: torch.export.save(torch.export.export(model, args), "model.pt2"), and copy the file in binary mode';

/** A file, an entry of it, and the node or field that is being read. */
export class Place {
  readonly file: string;
  readonly entry: string;
  /** What is being read inside the entry; changed as reading goes on. */
  spot = "";

  constructor(file: string, entry = "") {
    this.file = file;
    this.entry = entry;
  }

  within(entry: string): Place {
    return new Place(this.file, this.entry === "" ? entry : `${this.entry}!${entry}`);
  }

  toString(): string {
    return [this.file, this.entry, this.spot].filter((part) => part !== "").join(": ");
  }

  /** Throws `pt2/<reason>`; without a hint, the hint is to export again. */
  fail(reason: string, message: string, hint: string = remedy, cause?: unknown): never {
    throw new OnnxExporterError(`pt2/${reason}`, `${this}: ${message}`, hint, cause === undefined ? undefined : { cause });
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
