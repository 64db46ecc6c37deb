/** @file A rule is an equation: a pattern of nodes, and what it equals. */

import { dtypes } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import { hasLiterals } from "../../literal.ts";
import type { TensorSource } from "../../weights/source.ts";
import type { Node, Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import { elementsOf } from "../opset/literal.ts";
import type { Ops } from "../opset/ops.gen.ts";
import type { Rewriter } from "../passes/pass.ts";

/** Any value; twice in a pattern, it must be the same value. */
export interface Variable {
  readonly kind: "variable";
  readonly name: string;
  /** Only initializers. */
  readonly constant: boolean;
}
/** A node of the default domain; its first output is what is matched. Inputs that are not mentioned may be anything. */
export interface NodePattern {
  readonly kind: "node";
  readonly op: string;
  readonly inputs: readonly Pattern[];
}
/** A number: an initializer all of whose elements are that number. null: an omitted input. */
export type Pattern = Variable | NodePattern | number | null;

export const variable = (name: string): Variable => ({ kind: "variable", name, constant: false });
/** An initializer. */
export const constant = (name: string): Variable => ({ kind: "variable", name, constant: true });

/** Patterns by op: `p.Mul(x, 1)`. */
export const p = new Proxy({} as { readonly [K in keyof Ops]: (...inputs: Pattern[]) => NodePattern }, {
  get:
    (_, op: string) =>
    (...inputs: Pattern[]): NodePattern => ({ kind: "node", op, inputs }),
});

/** What a pattern was found to be. */
export class Match {
  readonly rewrite: Rewriter;
  readonly root: Node;
  readonly #values = new Map<Variable, Value>();
  readonly #nodes = new Map<NodePattern, Node>();

  constructor(rewrite: Rewriter, root: Node) {
    this.rewrite = rewrite;
    this.root = root;
  }
  value(v: Variable): Value {
    return this.#values.get(v) ?? internal(`the pattern has no ${v.name}`);
  }
  node(pattern: NodePattern): Node {
    return this.#nodes.get(pattern) ?? internal(`the pattern has no ${pattern.op}`);
  }
  /** What `v` holds in every run: null where it is computed, or an initializer that a caller may override. */
  held(v: Value): TensorSource | null {
    return v.source !== null && !this.rewrite.isInput(v) ? v.source : null;
  }
  /** Whether `pattern` is what makes `value`. */
  try(pattern: Pattern, value: Value | null): boolean {
    if (pattern === null || value === null) return pattern === value;
    if (typeof pattern === "number") {
      const source = this.held(value);
      return source !== null && uniform(source) === pattern;
    }
    if (pattern.kind === "node")
      return value.producer !== null && value.producer.outputs[0] === value && this.tryNode(pattern, value.producer);
    if (pattern.constant && this.held(value) === null) return false;
    const known = this.#values.get(pattern);
    this.#values.set(pattern, value);
    return known === undefined || known === value;
  }
  tryNode(pattern: NodePattern, node: Node): boolean {
    if (node.op !== pattern.op || node.domain !== "") return false;
    this.#nodes.set(pattern, node);
    return pattern.inputs.every((input, i) => this.try(input, node.inputs[i] ?? null));
  }
}

export interface Rule {
  /** The equation. */
  readonly name: string;
  readonly pattern: NodePattern;
  /** Why the rule does not hold for this match; null where it does. */
  readonly when: (m: Match) => string | null;
  /** What the pattern's value equals: dtype and shape must come out the same, else the rule does not fire. null: nothing better. */
  readonly to: (op: OpBuilder, m: Match) => Value | null;
}

/** `rule("x * 1 -> x", p.Mul(x, 1), x)`: a variable, or what builds the other side. */
export function rule(name: string, pattern: NodePattern, to: Variable | Rule["to"], when: Rule["when"] = () => null): Rule {
  return { name, pattern, when, to: typeof to === "function" ? to : (_, m) => m.value(to) };
}

/** The node of the default domain that makes `v` as its first output, where it is an `op`. */
export function producerOf(v: Value | null | undefined, op: string): Node | null {
  const node = v?.producer;
  return node?.op === op && node.domain === "" && node.outputs[0] === v ? node : null;
}

/** The two operands of a node in both orders; nothing where it has not two. */
export function orders(node: Node | null): readonly (readonly [Value, Value])[] {
  const [a, b] = node?.inputs ?? [];
  return a && b && node?.inputs.length === 2
    ? [
        [a, b],
        [b, a],
      ]
    : [];
}

/** Tensors of more elements are not looked into. */
const LONGEST = 8192;
const uniforms = new WeakMap<TensorSource, number | null>();

/** The number that all elements of a small source are; null if they differ, or are not looked at. -0 is not 0. */
export function uniform(source: TensorSource): number | null {
  const known = uniforms.get(source);
  if (known !== undefined) return known;
  const small =
    source.materialized && hasLiterals(source.dtype) && source.nbytes <= LONGEST * dtypes[source.dtype].size && source.nbytes > 0;
  const elements = small ? elementsOf(source) : [];
  const first = Number(elements[0]);
  const value = small && elements.every((e) => Object.is(Number(e), first)) ? first : null;
  uniforms.set(source, value);
  return value;
}
