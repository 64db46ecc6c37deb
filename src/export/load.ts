/** @file torch.export.load: exported programs from files. */

import type { ExportedProgram } from "./exported-program.ts";
import { openArchive } from "./pt2/archive.ts";
import { readProgram } from "./pt2/program.ts";

export interface LoadOptions {
  /** Which program of an archive that holds several. */
  readonly model?: string;
}

/**
 * Loads a program that PyTorch 2.5 to 2.13 wrote with `torch.export.save` (torch: `torch.export.load`). Weights stay in the file, which must
 * stay as it is while the program is used. Rejects with `OnnxExporterError` `pt2/…` for files that are no such archive, or are damaged.
 */
export async function load(path: string, options: LoadOptions = {}): Promise<ExportedProgram> {
  return readProgram(openArchive(path, options.model), path);
}
