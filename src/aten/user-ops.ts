/** @file What ops of the user's own libraries mean, as torch.library registers it. */

import { OnnxExporterError } from "../errors.ts";
import { isUserOp, type Schema } from "./schema.ts";
import type { Entry } from "./table.ts";

const entries = new Map<string, Entry>();

/** What a user's op means; undefined where nothing is registered. */
export const userEntry = (op: string): Entry | undefined => entries.get(op);

/** Adds `part` to what is known of `op`. */
export function implement(op: string, part: Entry): void {
  entries.set(op, { ...entries.get(op), ...part });
}

/** Takes back what `implement` did for `op`. */
export const forgetEntry = (op: string): boolean => entries.delete(op);

/** Names of the arguments that a user's op writes to. */
export const writtenByUser = (schema: Schema): string[] =>
  isUserOp(schema.op) ? schema.args.filter((a) => a.writes).map((a) => a.name) : [];

/** Throws `torch/schema` where a program calls a user's op with arguments that the schema defined here does not have. */
export function checkUserArguments(schema: Schema, given: Readonly<Record<string, unknown>>): void {
  const names = new Set(schema.args.map((a) => a.name));
  const unknown = Object.keys(given).filter((name) => !names.has(name));
  if (unknown.length === 0) return;
  const message = `the program calls ${schema.op} with ${unknown.join(", ")}, the schema defined here is ${schema.text}`;
  throw new OnnxExporterError("torch/schema", message, "define it with the argument names that the program was captured with");
}
