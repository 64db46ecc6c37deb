/** @file Which outputs of a captured program depend on random numbers. */

import { type Arg, Graph, type Node, operandsOf, type Type, Value, valuesOf } from "../../aten/graph.ts";
import { drawsNumbers } from "../../aten/randomness.ts";
import { inlineRegions } from "../../aten/regions.ts";
import type { ExportedProgram } from "../../export/exported-program.ts";
import { functionalize } from "../../normalize/functionalize.ts";

/** Ops that read the shape and dtype of a tensor, not its values. */
const ofTypeOnly = /^aten::((zeros|ones|empty|full)_like|new_(zeros|ones|empty|full)|sym_size|sym_numel|sym_stride)(\.|$)/;

/** Whether the node draws numbers, or a body in it does. */
function draws(node: Node): boolean {
  const inside = (arg: Arg): boolean => arg instanceof Graph && arg.nodes.some(draws);
  return Object.values(node.args).some(inside) || drawsNumbers(node);
}

/** A size that shapes settle is not random, whoever says it. */
const isSettled = (type: Type): boolean => type.kind === "int" && type.expr !== null;

/**
 * For each user output that a run returns, in order (None left out): whether its values depend on random numbers. Followed through the
 * functional form of the program, so that what is written in place counts; control flow counts whole.
 */
export function randomOutputs(program: ExportedProgram): boolean[] {
  const inlined = inlineRegions(program.graph);
  const random = new Set<Value>();
  const graph = inlined.nodes.some(draws) ? functionalize(inlined).graph : inlined;
  for (const node of graph.nodes) {
    const depends = draws(node) || (!ofTypeOnly.test(node.op) && operandsOf(node).some((v) => random.has(v)));
    if (depends) for (const v of valuesOf(node.outputs)) if (!isSettled(v.type)) random.add(v);
  }
  return program.signature.outputs.flatMap((spec, i) => {
    const output = graph.outputs[i] ?? null;
    return spec.kind === "user_output" && output !== null ? [output instanceof Value && random.has(output)] : [];
  });
}
