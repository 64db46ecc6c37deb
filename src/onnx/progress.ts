/** @file Progress lines as torch.onnx prints them, on standard error. */

import { stderr } from "node:process";

export type Say = <T>(what: string, work: () => T | Promise<T>) => Promise<T>;

/** Runs steps, saying which began and how it ended. `verbose` null: only where standard error is a terminal. */
export function progress(verbose: boolean | null): Say {
  const silent = !(verbose ?? stderr.isTTY ?? false);
  return async (what, work) => {
    if (silent) return work();
    stderr.write(`[torch.onnx] ${what}...\n`);
    try {
      const result = await work();
      stderr.write(`[torch.onnx] ${what}... ✅\n`);
      return result;
    } catch (error) {
      stderr.write(`[torch.onnx] ${what}... ❌\n`);
      throw error;
    }
  };
}
