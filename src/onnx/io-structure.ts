/**
 * @file The structure of a model's arguments and result around its flat ONNX inputs and outputs (torch: `in_spec`, `out_spec`): nested
 * arguments to graph inputs, graph outputs to the nested result, and names that say the place of each.
 */

import { Value } from "../aten/graph.ts";
import { isComplex } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import type { ExportedProgram } from "../export/exported-program.ts";
import { fieldNames, leafPaths, type PathStep, type PyTree, type TreeSpec, tree_unflatten } from "../export/pytree.ts";
import type { InputSpec } from "../export/signature.ts";
import { full, view_as_complex } from "../functions.gen.ts";
import { bounds, type Dim, isStatic, show } from "../symbolic.ts";
import { evaluate, symbolsOf } from "../symbolic-values.ts";
import { Tensor } from "../tensor.ts";

/** What an input may be. */
export type InputValue = Tensor | number | boolean;
/** What a place of the result may hold: a tensor, a number that is no tensor in the program, None. */
export type OutputValue = Tensor | number | bigint | boolean | string | null;

/** A number as the scalar tensor that the file takes or gives for it. */
export const asTensor = (x: InputValue): Tensor => {
  if (x instanceof Tensor) return x;
  if (typeof x === "boolean") return full([], x ? 1 : 0, { dtype: "int64" }).to("bool");
  return full([], x, { dtype: Number.isInteger(x) ? "int64" : "float32" });
};

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === "object" && x !== null && !Array.isArray(x) && !(x instanceof Tensor) && !(x instanceof Map);

/** Inputs and constant inputs, one for each leaf of `in_spec`. */
const leafInputs = ({ signature }: ExportedProgram): InputSpec[] =>
  signature.inputs.filter((s) => s.kind === "user_input" || s.kind === "constant_input");

const argumentNames = (program: ExportedProgram): readonly string[] =>
  program.module_call_graph.find((entry) => entry.fqn === "")?.signature?.forward_arg_names ?? [];

/** The steps to each leaf of the arguments, the argument's name first. */
function inputPaths(program: ExportedProgram): PathStep[][] {
  const names = argumentNames(program);
  return leafPaths(program.in_spec).map(([part, first, ...rest]) => {
    const argument = part === 0 && typeof first === "number" ? (names[first] ?? `args.${first}`) : (first as PathStep);
    return [argument, ...rest];
  });
}

/** Caches list keys and values apart; a layer's two are found together: `key_cache.0` is `0.key`. */
const layerFirst = (path: string): string => path.replaceAll(/\b(key|value)_cache\.(\d+)/g, "$2.$1");
const join = (path: readonly PathStep[]): string => layerFirst(path.join("."));

/**
 * Names that say where in arguments and result each graph input and output stands: `past_key_values.0.key`, `logits`, `output.1` in a tuple.
 * A result's cache that is named like the arguments' one is `present.0.key`; any other name that is taken gets `_output`.
 */
export function structuredNames(program: ExportedProgram): { readonly inputs: readonly string[]; readonly outputs: readonly string[] } {
  const paths = inputPaths(program);
  const inputs = leafInputs(program).flatMap(({ kind, value }, i) =>
    kind === "user_input" && value ? [join(paths[i] as PathStep[])] : [],
  );
  const taken = new Set([...inputs, ...program.weights.keys(), ...program.constants.keys()]);
  const results = leafPaths(program.out_spec);
  const outputs = userOutputs(program).flatMap((arg, i) => {
    if (!isOutput(arg)) return [];
    const steps = results[i] ?? [];
    let name = typeof steps[0] === "string" ? join(steps) : join(["output", ...steps]);
    if (taken.has(name)) name = name.startsWith("past_key_values.") ? name.replace("past_key_values", "present") : `${name}_output`;
    taken.add(name);
    return [name];
  });
  return { inputs, outputs };
}

const userOutputs = ({ signature }: ExportedProgram) => signature.outputs.filter((s) => s.kind === "user_output").map((s) => s.arg);
/** What the file has an output for: tensors and numbers, not None and text. */
const isOutput = (arg: unknown): boolean => arg !== null && typeof arg !== "string";

/**
 * Graph inputs, in order, from a call's arguments: flat in graph order, or as the captured model takes them, positional ones first and
 * those by keyword in one last object. Throws `program/inputs` with every argument that does not fit: its place, what it is, what is wanted.
 */
export function flattenArguments(program: ExportedProgram, given: readonly unknown[]): InputValue[] {
  const specs = leafInputs(program);
  const fed = specs.filter((s) => s.kind === "user_input");
  const isFlat = given.length === fed.length && given.every((x) => !isObject(x) && !Array.isArray(x) && x !== null);
  const call = new Call(program);
  const leaves = isFlat ? given : call.flatten(given);
  const checked = isFlat ? fed : specs;
  if (leaves.length === checked.length) for (const [i, spec] of checked.entries()) call.check(spec, leaves[i]);
  call.refuse();
  return leaves.filter((_, i) => checked[i]?.kind === "user_input" && checked[i]?.value !== null) as InputValue[];
}

/** One call's arguments on their way to graph inputs, with all that is wrong with them. */
class Call {
  readonly #program: ExportedProgram;
  readonly #problems: string[] = [];
  /** What the sizes of checked inputs say that symbols are. */
  readonly #sizes = new Map<string, number>();

  constructor(program: ExportedProgram) {
    this.#program = program;
  }

  /** Leaves in the order of `in_spec`. */
  flatten(given: readonly unknown[]): unknown[] {
    const [positional, keyword] = this.#program.in_spec.children as [TreeSpec, TreeSpec];
    const names = [
      ...positional.children.map((_, i) => argumentNames(this.#program)[i] ?? `args.${i}`),
      ...((fieldNames(keyword) ?? []) as readonly string[]),
    ];
    const specs = [...positional.children, ...keyword.children];
    const last = given.length - 1;
    const byName = isObject(given[last]) && !(last < positional.children.length && hasFields(given[last], specs[last] as TreeSpec));
    const keywords = byName ? (given[last] as Readonly<Record<string, unknown>>) : {};
    const inOrder = byName ? given.slice(0, last) : given;
    for (const name of Object.keys(keywords)) if (!names.includes(name)) this.#problems.push(`there is no argument ${name}`);
    if (inOrder.length > specs.length) this.#problems.push(`${inOrder.length} arguments, the model takes ${specs.length}`);
    return specs.flatMap((spec, i) => {
      const name = names[i] as string;
      if (i < inOrder.length && name in keywords) this.#problems.push(`${name} is given twice, by position and by name`);
      return this.#leaves(spec, i < inOrder.length ? inOrder[i] : keywords[name], name);
    });
  }

  #leaves(spec: TreeSpec, value: unknown, at: string): unknown[] {
    if (spec.is_leaf()) return [value];
    const names = fieldNames(spec);
    const nothing = Array.from({ length: spec.num_leaves });
    const refuse = (wanted: string): unknown[] => {
      this.#problems.push(`${at} is ${describe(value)}, wanted ${wanted}`);
      return nothing;
    };
    if (names === null) {
      const count = spec.children.length;
      if (!Array.isArray(value) || value.length !== count) return refuse(`a list of ${count}`);
      return spec.children.flatMap((child, i) => this.#leaves(child, value[i], `${at}.${i}`));
    }
    const entries: ReadonlyMap<unknown, unknown> | null =
      value instanceof Map ? value : isObject(value) ? new Map(Object.entries(value)) : null;
    if (entries?.size !== names.length || !names.every((n) => entries.has(n))) return refuse(`${spec.type} of ${names.join(", ")}`);
    return spec.children.flatMap((child, i) => this.#leaves(child, entries.get(names[i]), `${at}.${names[i]}`));
  }

  /** Holds one leaf to what the program takes there. */
  check(spec: InputSpec, given: unknown): void {
    const { kind, name, value, constant } = spec;
    if (kind === "constant_input") {
      if (given !== undefined && given !== constant)
        this.#problems.push(`${name} is ${describe(given)}; the program was captured with ${String(constant)}`);
      return;
    }
    if (value === null) return;
    const { type } = value;
    if (type.kind !== "tensor") {
      const fits = type.kind === "bool" ? typeof given === "boolean" : typeof given === "number";
      if (!fits && !(given instanceof Tensor && given.shape.length === 0))
        this.#problems.push(`${name} is ${describe(given)}, wanted ${type.kind}`);
      else if (type.kind === "int" && type.expr !== null && typeof given === "number") this.#checkSize(name, type.expr, given);
      return;
    }
    if (!(given instanceof Tensor)) this.#problems.push(`${name} is ${describe(given)}, wanted a tensor`);
    else if (given.dtype !== type.dtype || given.shape.length !== type.shape.length)
      this.#problems.push(`${name} is ${describe(given)}, wanted ${type.dtype}[${type.shape.map(show).join(", ")}]`);
    else for (const [axis, dim] of type.shape.entries()) this.#checkSize(`${name}.shape[${axis}]`, dim, Number(given.shape[axis]));
  }

  /** Holds a size to `dim`: a number, a symbol within its range and the same everywhere, or an expression of symbols known by now. */
  #checkSize(where: string, dim: Dim, got: number): void {
    const symbols = symbolsOf(dim);
    if (!isStatic(dim) && symbols.length === 1 && symbols[0] === show(dim) && !this.#sizes.has(show(dim))) {
      this.#sizes.set(show(dim), got);
      const [least, greatest] = bounds(dim);
      // PyTorch states 2 for every size that it was free to assume is neither 0 nor 1, and holds no call to it.
      if ((got < least && least > 2) || got > greatest)
        this.#problems.push(`${where} is ${got}, wanted ${show(dim)} from ${least} to ${greatest}`);
    } else if (symbols.every((s) => this.#sizes.has(s))) {
      const wanted = evaluate(dim, (s) => this.#sizes.get(s) as number);
      if (got !== wanted) this.#problems.push(`${where} is ${got}, wanted ${isStatic(dim) ? wanted : `${show(dim)} = ${wanted}`}`);
    }
  }

  refuse(): void {
    if (this.#problems.length === 0) return;
    const paths = inputPaths(this.#program).map(join);
    const message = `these inputs do not fit the model:\n  ${this.#problems.join("\n  ")}`;
    throw new OnnxExporterError("program/inputs", message, `it takes ${paths.join(", ")}: nested as captured, or flat in this order`);
  }
}

/** Whether `x` is what `spec` takes by the names of its fields: an argument by position then, not arguments by keyword. */
const hasFields = (x: object, spec: TreeSpec): boolean => {
  const names = fieldNames(spec);
  return names !== null && names.length === Object.keys(x).length && names.every((n) => n in x);
};

function describe(x: unknown): string {
  if (x instanceof Tensor) return `${x.dtype}[${x.shape.join(", ")}]`;
  if (x === undefined) return "missing";
  if (Array.isArray(x)) return `a list of ${x.length}`;
  if (x instanceof Map) return `a Map of ${[...x.keys()].join(", ")}`;
  return isObject(x) ? `an object of ${Object.keys(x).join(", ") || "nothing"}` : String(x);
}

/** The result as the captured model returns it, from the file's outputs: dicts as objects, None as null, numbers that were no tensors as numbers. */
export function restoreResult(program: ExportedProgram, outputs: readonly Tensor[]): PyTree<OutputValue> {
  let next = 0;
  const leaves = userOutputs(program).map((arg): OutputValue => {
    if (!isOutput(arg)) return arg as null;
    const tensor = outputs[next++] as Tensor;
    if (!(arg instanceof Value)) return arg as number;
    if (arg.type.kind !== "tensor") return tensor.item() as number;
    return isComplex(arg.type.dtype) ? view_as_complex(tensor) : tensor;
  });
  return tree_unflatten<OutputValue>(leaves, program.out_spec);
}
