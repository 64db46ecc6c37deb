/**
 * @file Inputs to verify with: the archive's samples, or made from the signature where a range allows it. An integer input is made only
 * where the program says what it may be (indices of an embedding); where nothing does, none is made.
 */

import { type Graph, type Node, Value } from "../../aten/graph.ts";
import { type DType, isComplex, isFloat } from "../../dtype.ts";
import type { EvalValue } from "../../export/evaluate.ts";
import type { ExportedProgram } from "../../export/exported-program.ts";
import { full, rand, randint, view_as_complex } from "../../functions.gen.ts";
import { bounds, type Shape } from "../../symbolic.ts";
import { evaluate, symbolsOf } from "../../symbolic-values.ts";
import { type Tensor, wrap } from "../../tensor.ts";
import { loadStrided } from "../../weights/basic.ts";
import { isSource } from "../../weights/source.ts";

/** Inputs for one run, flat, in graph order; or why there are none. */
export type Inputs =
  | { readonly values: readonly (Tensor | number | boolean)[]; readonly from: "samples" | "signature" }
  | { readonly reason: string };

/** Samples where the archive has them, else inputs made from the signature. */
export function verificationInputs(program: ExportedProgram): Inputs {
  return sampleInputs(program) ?? madeInputs(program);
}

function sampleInputs(program: ExportedProgram): Inputs | null {
  const examples = program.example_inputs();
  if (examples === null) return null;
  const leaves = program.signature.inputs.filter((s) => s.kind === "user_input" || s.kind === "constant_input");
  const values: (Tensor | number | boolean)[] = [];
  for (const [i, spec] of leaves.entries()) {
    if (spec.kind === "constant_input" || spec.value === null) continue;
    const leaf = examples.flat[i];
    if (isSource(leaf)) {
      if (!leaf.materialized) return null;
      values.push(wrap(loadStrided(leaf)));
    } else if (typeof leaf === "number" || typeof leaf === "boolean") values.push(leaf);
    else return null;
  }
  return { values, from: "samples" };
}

function madeInputs(program: ExportedProgram): Inputs {
  const sizes = symbolSizes(program);
  const values: (Tensor | number | boolean)[] = [];
  for (const { kind, value, name } of program.signature.inputs) {
    if (kind !== "user_input" || value === null) continue;
    const { type } = value;
    if (type.kind === "int" && type.expr !== null) values.push(sized([type.expr], sizes)[0] as number);
    else if (type.kind !== "tensor") return { reason: `input ${name} is a ${type.kind}, and nothing says which values it may have` };
    else {
      const made = makeTensor(type.dtype, sized(type.shape, sizes), value, program.graph);
      if (made === null) return { reason: `input ${name} is ${type.dtype}, and nothing in the program says which values it may have` };
      values.push(made);
    }
  }
  return { values, from: "signature" };
}

const sized = (shape: Shape, sizes: ReadonlyMap<string, number>): number[] => shape.map((d) => evaluate(d, (s) => sizes.get(s) ?? 2));

/** A size for each symbol of the inputs, within its range: small, and different ones where the ranges allow. */
function symbolSizes(program: ExportedProgram): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { value } of program.signature.inputs) {
    if (value?.type.kind !== "tensor") continue;
    for (const d of value.type.shape) {
      for (const s of symbolsOf(d)) {
        if (sizes.has(s)) continue;
        const [low, high] = bounds(program.env.symbol(s));
        sizes.set(s, Math.min(Math.max(Number.isFinite(low) ? low : 1, 3 + sizes.size), high));
      }
    }
  }
  return sizes;
}

function makeTensor(dtype: DType, shape: number[], value: Value, graph: Graph): Tensor | null {
  if (isFloat(dtype)) return rand(shape, { dtype: "float32" }).mul(2).sub(1).to(dtype);
  if (isComplex(dtype))
    return view_as_complex(
      rand([...shape, 2], { dtype: "float32" })
        .mul(2)
        .sub(1),
    ).to(dtype);
  if (dtype === "bool") return full(shape, 1, { dtype: "int64" }).to("bool");
  const limit = indexLimit(value, graph);
  return limit === null ? null : randint(limit, shape, { dtype: "int64" }).to(dtype);
}

/** Ops that pass indices on. */
const carriers = /^aten::(view|reshape|unsqueeze|squeeze|flatten|to|contiguous|clone|alias|detach|slice|select|expand|transpose|permute)\b/;

/** One more than the largest value that `value` may have as an index of an embedding; 2 for masks that are only compared or cast; null where unknown. */
function indexLimit(value: Value, graph: Graph): number | null {
  const watched = new Set<Value>([value]);
  let limit: number | null = null;
  for (const node of graph.nodes) {
    const used = Object.values(node.args).some((a) => a instanceof Value && watched.has(a));
    if (!used) continue;
    if (node.op === "aten::embedding" && watched.has(node.args.indices as Value))
      limit = Math.min(limit ?? Number.POSITIVE_INFINITY, rowsOf(node));
    else if (carriers.test(node.op)) for (const o of node.outputs.flat()) if (o) watched.add(o);
  }
  return limit ?? (isMask(value, graph) ? 2 : null);
}

const rowsOf = (node: Node): number => {
  const weight = node.args.weight;
  const rows = weight instanceof Value && weight.type.kind === "tensor" ? weight.type.shape[0] : 1;
  return typeof rows === "number" ? rows : 1;
};

/** An integer input whose name and use say that it is a mask: cast to bool, or compared, and nothing else. */
function isMask(value: Value, graph: Graph): boolean {
  const uses = graph.nodes.filter((n) => Object.values(n.args).includes(value));
  return uses.length > 0 && uses.every((n) => /^aten::(to|_to_copy|eq|ne|sym_size|_assert_tensor_metadata|logical_not)\b/.test(n.op));
}

export const asEval = (x: Tensor | number | boolean): EvalValue => (typeof x === "object" ? x.data : x);
