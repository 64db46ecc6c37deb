/** @file Which buffers and inputs a program writes to, whether its graph does so in place or returns what becomes of them. */

import { Value } from "../aten/graph.ts";
import type { ExportedProgram } from "../export/exported-program.ts";
import type { InputSpec, OutputKind, OutputSpec } from "../export/signature.ts";
import type { Normalized } from "./normalize.ts";

/** A written buffer, parameter or user input, and what it becomes. */
export interface Mutation {
  readonly input: InputSpec;
  readonly kind: OutputKind;
  readonly value: Value;
}

/** Name of a written input: a state-dict key, or the user's name. */
export const nameOf = (input: InputSpec): string => input.target ?? input.name;

/** The input that an output of a decomposed program says to be written; null for other outputs. */
export function writtenBy(program: ExportedProgram, { kind, target }: OutputSpec): InputSpec | null {
  if (!kind.endsWith("_mutation")) return null;
  return program.signature.inputs.find((s) => (s.target ?? s.name) === target) ?? null;
}

/** Everything that `normalized` writes to, in the order of the program's inputs. */
export function mutationsOf({ program, graph, mutated }: Normalized): Mutation[] {
  const now = new Map(mutated);
  program.signature.outputs.forEach((spec, i) => {
    const input = writtenBy(program, spec);
    const result = graph.outputs[i];
    if (input?.value && result instanceof Value) now.set(input.value, result);
  });
  return program.signature.inputs.flatMap((input) => {
    const value = input.value && now.get(input.value);
    return value ? [{ input, kind: kindOf(input), value }] : [];
  });
}

const kindOf = ({ kind }: InputSpec): OutputKind =>
  kind === "user_input" ? "user_input_mutation" : kind === "parameter" ? "parameter_mutation" : "buffer_mutation";
