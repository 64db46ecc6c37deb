/** @file The shape of an evaluator: how one ONNX node computes its outputs. */

import { sized } from "../../core/door.ts";
import type { Generator } from "../../core/ops/generator.ts";
import { integers } from "../../core/ops/values.ts";
import { isStrided, type Strided } from "../../core/strided.ts";
import type { DType } from "../../dtype.ts";
import { fromOnnx, width } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { loadStrided } from "../../weights/basic.ts";
import type { Attribute, Graph, Node, StringTensor } from "../ir/graph.ts";
import { type Computed, describe, isSequence, isStrings, type Sequence } from "./value.ts";

type Values = { readonly [A in Attribute as A["kind"]]: A["value"] };

/** What a node can ask of the evaluation that it is part of. */
export interface Surroundings {
  /** Version of the node's domain that the model imports: what the node means where ONNX has changed it. */
  readonly opset: number;
  /** The attributes of the call of the function that the node stands in. */
  readonly attributes: ReadonlyMap<string, Attribute> | null;
  /** Random numbers of nodes that bring no seed. */
  readonly generator: Generator;
  /** Runs a body of the node on `inputs`; its outputs, which live until the next run reads its inputs. */
  run(body: Graph, inputs: readonly Computed[]): Computed[];
  /** Counts a run of a body that values may let run for ever. Throws `eval/iterations`. */
  iterate(): void;
  /** `value`, which lives until the node is computed. */
  keep(value: Computed): Computed;
}

/** One node with its operands. Reads attributes and inputs by name and position, in whatever form the model's opset has them. */
export class Call {
  readonly node: Node;
  /** Omitted ones are null. */
  readonly inputs: readonly (Computed | null)[];
  readonly #around: Surroundings;

  constructor(node: Node, inputs: readonly (Computed | null)[], around: Surroundings) {
    this.node = node;
    this.inputs = inputs;
    this.#around = around;
  }

  get opset(): number {
    return this.#around.opset;
  }
  get generator(): Generator {
    return this.#around.generator;
  }
  /** Number of outputs, omitted ones at the end not counted. */
  get outputCount(): number {
    return this.node.outputs.findLastIndex((v) => v.name !== "") + 1;
  }
  run(body: Graph, inputs: readonly Computed[]): Computed[] {
    return this.#around.run(body, inputs);
  }
  iterate(): void {
    this.#around.iterate();
  }
  keep(value: Computed): Computed {
    return this.#around.keep(value);
  }

  /** The attribute, or what the function's caller gives for it; undefined where there is none. */
  attribute(name: string): Attribute | undefined {
    const a = this.node.attributes.get(name);
    return a?.kind === "ref" ? this.#around.attributes?.get(a.value) : a;
  }
  #value<K extends Attribute["kind"]>(name: string, kind: K): Values[K] | null {
    const a = this.attribute(name);
    if (a === undefined) return null;
    if (a.kind === kind) return a.value as Values[K];
    throw this.refuse("attribute", `the attribute ${name} is of kind ${a.kind}, not ${kind}`, `give ${name} as ${kind}`);
  }
  int(name: string, otherwise: number): number {
    return Number(this.#value(name, "int") ?? otherwise);
  }
  float(name: string, otherwise: number): number {
    return this.#value(name, "float") ?? otherwise;
  }
  string(name: string, otherwise: string): string {
    return this.#value(name, "string") ?? otherwise;
  }
  /** A string attribute that has a few values. Throws `eval/attribute` naming them for another. */
  oneOf<T extends string>(name: string, otherwise: string, known: readonly T[]): T {
    const value = this.string(name, otherwise);
    const found = known.find((k) => k === value);
    if (found !== undefined) return found;
    throw this.refuse("attribute", `${name} is "${value}"`, `it is ${known.slice(0, -1).join(", ")} or ${known.at(-1)}`);
  }
  ints(name: string): number[] | null {
    return this.#value(name, "ints")?.map(Number) ?? null;
  }
  floats(name: string): readonly number[] | null {
    return this.#value(name, "floats");
  }
  strings(name: string): readonly string[] | null {
    return this.#value(name, "strings");
  }
  /** A body. Throws `eval/attribute` where there is none. */
  graph(name: string): Graph {
    return this.#value(name, "graph") ?? this.#missing(name);
  }
  /** The tensor of an attribute, loaded; null where there is none. */
  tensorAttribute(name: string): Strided | null {
    const source = this.#value(name, "tensor");
    return source === null ? null : loadStrided(source);
  }
  /** The dtype that an int attribute names; `otherwise` where it is absent or 0. */
  dtype(name: string, otherwise: DType): DType {
    const n = this.int(name, 0);
    return n === 0 ? otherwise : fromOnnx(n, `${this.node.op}.${name}`);
  }
  #missing(name: string): never {
    throw this.refuse("attribute", `the attribute ${name} is missing`, `ONNX requires ${name}`);
  }

  /** Whether input `i` is given. */
  has(i: number): boolean {
    return (this.inputs[i] ?? null) !== null;
  }
  /** Input `i`, a tensor of numbers. Throws `eval/input` where it is omitted or is something else. */
  tensor(i: number): Strided {
    return this.optional(i) ?? this.#unfit(i, "a tensor of numbers");
  }
  /** Input `i`, null where it is omitted. Throws `eval/input` where it is no tensor of numbers. */
  optional(i: number): Strided | null {
    const x = this.inputs[i] ?? null;
    return x === null || isStrided(x) ? x : this.#unfit(i, "a tensor of numbers");
  }
  /** Input `i`, a tensor of strings. */
  stringsAt(i: number): StringTensor {
    const x = this.inputs[i] ?? null;
    return x !== null && isStrings(x) ? x : this.#unfit(i, "a tensor of strings");
  }
  /** Input `i`, a sequence. */
  sequence(i: number): Sequence {
    const x = this.inputs[i] ?? null;
    return x !== null && isSequence(x) ? x : this.#unfit(i, "a sequence");
  }
  /** Input `i`, whatever it is. Throws `eval/input` where it is omitted. */
  value(i: number): Computed {
    return this.inputs[i] ?? this.#unfit(i, "a value");
  }
  /** All inputs, tensors of numbers: for variadic ops. */
  tensors(): Strided[] {
    return this.inputs.map((_, i) => this.tensor(i));
  }
  /** The elements of integer input `i`; null where it is omitted. */
  integersAt(i: number): number[] | null {
    const x = this.optional(i);
    return x && integers(x);
  }
  /** What newer opsets have as input `i` and older ones as an attribute of integers; null where neither is given. */
  integersOf(i: number, name: string): number[] | null {
    return this.integersAt(i) ?? (this.attribute(name)?.kind === "int" ? [this.int(name, 0)] : this.ints(name));
  }
  #unfit(i: number, wanted: string): never {
    const got = describe(this.inputs[i] ?? null);
    throw this.refuse("input", `input ${i} is ${got}`, `${this.node.op} wants ${wanted} there`);
  }

  /** The error for an operand, attribute or combination that cannot be computed; the evaluation adds which node it is. */
  refuse(reason: string, message: string, hint?: string): OnnxExporterError {
    return new OnnxExporterError(`eval/${reason}`, message, hint);
  }
}

/** Computes a node: its output, or all of them in order; omitted ones may be null. Pure, but for what `call.generator` gives. */
export type Evaluate = (call: Call) => Computed | readonly (Computed | null)[];

/**
 * The outputs of `call`. Throws the evaluator's refusal, `core/memory` for a view that repeats more elements than the core can hold, and
 * `eval/failed` where the evaluator stumbles over operands that make no sense.
 */
export function compute(evaluator: Evaluate, call: Call): readonly (Computed | null)[] {
  try {
    const made = evaluator(call);
    const results = Array.isArray(made) ? (made as readonly (Computed | null)[]) : [made as Computed];
    for (const result of results) if (result !== null && isStrided(result)) sized(result.shape, width(result.dtype));
    return results;
  } catch (error) {
    if (error instanceof OnnxExporterError) throw error;
    const message = `no result for ${call.inputs.map(describe).join(", ")} (${error instanceof Error ? error.message : String(error)})`;
    const hint = `give what ${call.node.op} takes; if it takes this, please report it with the model that shows it`;
    throw new OnnxExporterError("eval/failed", message, hint, { cause: error });
  }
}

/** Evaluators by op; ops of other domains than ONNX's own as `domain::Op`. */
export type EvaluateTable = { readonly [op: string]: Evaluate };
