/** @file ATen→ATen, in order: mode regions inlined, mutations made functional, complex values made pairs. */

import type { Graph, Value } from "../aten/graph.ts";
import { inlineRegions } from "../aten/regions.ts";
import type { ExportedProgram } from "../export/exported-program.ts";
import { type ComplexGap, complexToReal } from "./complex/pass.ts";
import { functionalize } from "./functionalize.ts";

/** A program that lowering can read: functional, without mode regions, without complex dtypes. */
export interface Normalized {
  readonly program: ExportedProgram;
  readonly graph: Graph;
  /** Graph inputs (buffers, parameters, user inputs) that the program writes to, and what they become. */
  readonly mutated: ReadonlyMap<Value, Value>;
  /** What stands for each complex input of the program: a real one with a trailing dim of 2. */
  readonly stored: ReadonlyMap<Value, Value>;
  /** Nodes that stay complex; lowering refuses them together with what it finds itself. */
  readonly gaps: readonly ComplexGap[];
}

/** Normalizes `program`, which stays as it was captured: it is what verification evaluates. */
export function normalize(program: ExportedProgram): Normalized {
  return { program, ...complexToReal(functionalize(inlineRegions(program.graph)), program.env) };
}
