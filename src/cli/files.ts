/** @file The files that a command is given. */

import { stderr } from "node:process";

/** The positional arguments where there are from `least` to `most` of them; null, and said on standard error, where there are not. */
export function filesOf(command: string, positionals: readonly string[], least: number, most: number, help: string): string[] | null {
  if (positionals.length >= least && positionals.length <= most) return [...positionals];
  const wrong = positionals.length < least ? "a file is missing" : `unexpected ${positionals.slice(most).join(" ")}`;
  stderr.write(`torch-onnx ${command}: ${wrong}\n\n${help}`);
  return null;
}
