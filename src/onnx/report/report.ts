/** @file What an export kept, fixed and left out of a program, and what verification said: nothing is specialized or dropped in silence. */

import { Graph as AtenGraph, type Node as AtenNode, Value as AtenValue } from "../../aten/graph.ts";
import { isUserOp, schemaOf } from "../../aten/schema.ts";
import type { ExportedProgram, Range } from "../../export/exported-program.ts";
import { type Mutation, nameOf } from "../../normalize/mutations.ts";
import { isStatic, show } from "../../symbolic.ts";
import { isRandom } from "../evaluate/random.ts";
import { placeOf } from "../gaps.ts";
import type { Model, OriginRow } from "../ir/graph.ts";
import type { CustomOpForm } from "../lowering/custom-op.ts";
import { writtenTarget } from "../metadata.ts";
import { graphsIn } from "../passes/pass.ts";

/** A call of the captured program, or several of one op. */
export interface Calls {
  readonly op: string;
  readonly count: number;
  /** Module path and source line of the first. */
  readonly first: string;
}

export interface ExportReport {
  /** Sizes that stay dynamic, with their limits. */
  readonly ranges: readonly { readonly size: string; readonly min: Range["min"]; readonly max: Range["max"] }[];
  /** Conditions on inputs that the program was captured under. */
  readonly guards: readonly string[];
  /** Assertions of the program. */
  readonly assertions: readonly { readonly text: string; readonly first: string }[];
  /** Whether guards, ranges and assertions are nodes of the model, or metadata and lines of this report alone. */
  readonly checked_at_run_time: boolean;
  /** What of the inputs holds for the captured sizes and values only. */
  readonly fixed: readonly { readonly input: string; readonly what: string }[];
  /** Buffers and inputs that the program writes to; `output`: where the model returns the new value, null where it does not. */
  readonly mutations: readonly { readonly name: string; readonly kind: string; readonly output: string | null }[];
  /** Effects that the model does not have. */
  readonly removed: readonly Calls[];
  /** Ops of users, and how they are written. */
  readonly custom_ops: readonly (Calls & { readonly form: CustomOpForm | "translation" })[];
  /** Ops that draw random numbers: the runtime's are not PyTorch's. */
  readonly random: readonly Calls[];
  /** Nodes that the target's runtime has no kernel for. */
  readonly without_kernel: readonly string[];
}

/** How an export was asked to go about what a report is about. */
export interface Choices {
  readonly runtime_checks: boolean;
  readonly mutations: "drop" | "outputs" | "state" | "error";
  readonly formOf: (op: string) => CustomOpForm | "translation";
}

/** What `program` holds and asks for, in view of `choices`. */
export function reportOf(
  program: ExportedProgram,
  model: Model,
  written: readonly Mutation[],
  choices: Choices,
  without_kernel: readonly string[],
): ExportReport {
  const nodes = [...allNodes(program.graph)];
  const calls = (test: (op: string) => boolean): Calls[] => callsOf(nodes.filter((n) => test(n.op)).map(rowOf));
  return {
    ranges: [...program.range_constraints].map(([size, { min, max }]) => ({ size, min, max })),
    guards: program.guards,
    assertions: nodes.filter((n) => isAssertion(n.op)).map((n) => ({ text: assertionOf(n), first: placeOf(rowOf(n)) })),
    checked_at_run_time: choices.runtime_checks,
    fixed: fixedOf(program),
    mutations: written.map(({ input, kind }) => ({
      name: nameOf(input),
      kind: kind.toUpperCase(),
      output: model.graph.outputs.find((v) => writtenTarget(v) === nameOf(input))?.name ?? null,
    })),
    removed: calls((op) => effects.test(op)),
    custom_ops: calls((op) => isUserOp(op) || isUnknown(op)).map((c) => ({ ...c, form: choices.formOf(c.op) })),
    random: callsOf(randomNodes(model)),
    without_kernel,
  };
}

/** Printing, tokens that order effects, and metadata that PyTorch asserts of its own tensors. */
const effects =
  /^(higher_order::(print|with_effects)|aten::(_print|sym_constrain_range|_assert_tensor_metadata|_functional_sym_constrain)\w*)/;

const isAssertion = (op: string): boolean => /^aten::(_functional)?_assert_(scalar|async)/.test(op);

/** An op that no library of PyTorch's has. */
const isUnknown = (op: string): boolean => schemaOf(op) === null && /^\w+::/.test(op) && !/^(_operator|math|torch|higher_order)::/.test(op);

const assertionOf = ({ args, op }: AtenNode): string => (typeof args.assert_msg === "string" ? args.assert_msg : op);

function* allNodes(graph: AtenGraph): Generator<AtenNode> {
  for (const node of graph.nodes) {
    yield node;
    for (const arg of Object.values(node.args)) if (arg instanceof AtenGraph) yield* allNodes(arg);
  }
}

const rowOf = ({ op, origin }: AtenNode): OriginRow => ({ op, ...origin });

function callsOf(rows: readonly OriginRow[]): Calls[] {
  const found = new Map<string, { op: string; count: number; first: string }>();
  for (const row of rows) {
    const known = found.get(row.op);
    if (known) known.count++;
    else found.set(row.op, { op: row.op, count: 1, first: placeOf(row) });
  }
  return [...found.values()];
}

/** The captured calls that became nodes which draw random numbers. */
function randomNodes(model: Model): OriginRow[] {
  const origins = new Set<number>();
  for (const root of [model.graph, ...model.functions.map((f) => f.graph)]) {
    for (const graph of graphsIn(root))
      for (const node of graph.nodes()) if (node.domain === "" && isRandom(node.op)) origins.add(node.origin);
  }
  return [...origins].flatMap((i) => model.origins[i] ?? []);
}

/** Sizes and values of inputs that capture made part of the program. */
function fixedOf(program: ExportedProgram): ExportReport["fixed"] {
  return program.signature.inputs.flatMap(({ kind, name, value, constant }) => {
    if (kind === "constant_input") return [{ input: name, what: `the value ${constant === undefined ? "that it had" : String(constant)}` }];
    if (kind !== "user_input" || !(value instanceof AtenValue) || value.type.kind !== "tensor") return [];
    const fixed = value.type.shape.flatMap((d, axis) => (isStatic(d) ? [`dim ${axis} = ${show(d)}`] : []));
    return fixed.length === 0 ? [] : [{ input: name, what: fixed.join(", ") }];
  });
}
