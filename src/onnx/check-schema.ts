/** @file What ONNX's schema of an op says of a node: how many operands, which attributes, which types. */

import type { Attribute, Node, Value } from "./ir/graph.ts";
import type { AttributeKind, AttributeSchema, Formal, OpSchema } from "./opset/schema.ts";

/** A rule that a node breaks, and how; the message begins after the node's name. */
export interface SchemaProblem {
  readonly rule: "arity" | "attribute" | "dtype";
  readonly message: string;
}

/** Ops whose variadic operands may differ in type. */
const heterogeneous: ReadonlySet<string> = new Set(["If", "Loop", "Scan", "SequenceMap", "Adagrad", "Adam", "Gradient", "Momentum"]);

/** Ops that have an exact number of outputs among those that optional ones allow: first version → numbers. */
const outputCounts: { readonly [op: string]: readonly (readonly [since: number, counts: readonly number[]])[] } = {
  BatchNormalization: [
    [14, [1, 3]],
    [1, [1, 5]],
  ],
};

const kindsOf: { readonly [kind in AttributeKind]: readonly Attribute["kind"][] } = {
  int: ["int"],
  dtype: ["int"],
  float: ["float"],
  string: ["string"],
  ints: ["ints"],
  floats: ["floats"],
  strings: ["strings"],
  tensor: ["tensor", "string_tensor"],
  graph: ["graph"],
  sparse_tensor: ["sparse_tensor"],
  type_proto: ["type"],
};
const fits = (a: Attribute, formal: AttributeSchema): boolean => a.kind === "ref" || kindsOf[formal.kind].includes(a.kind);

/** Where a node and `schema` differ; `shown` names values. */
export function schemaProblems(node: Node, schema: OpSchema, shown: (v: Value) => string): SchemaProblem[] {
  const bound = new Map<string, Value>();
  return [
    ...arity(node, node.inputs, schema.inputs, "input"),
    ...arity(node, node.outputs, schema.outputs, "output"),
    ...counts(node, schema),
    ...attributes(node, schema),
    ...types(node, node.inputs, schema.inputs, bound, shown),
    ...types(node, node.outputs, schema.outputs, bound, shown),
  ];
}

function* arity(
  node: Node,
  values: readonly (Value | null)[],
  formals: readonly Formal[],
  what: "input" | "output",
): Generator<SchemaProblem> {
  const given = values.findLastIndex((v) => v !== null) + 1;
  if (given > formals.length && formals.at(-1)?.option !== "variadic") {
    yield { rule: "arity", message: ` has ${given} ${what}s, ${node.op} takes ${formals.length}` };
  }
  for (const [i, formal] of formals.entries()) {
    const value = values[i] ?? null;
    // An omitted output is a value of the name "".
    if (formal.required && (value === null || (what === "output" && value.name === "")))
      yield { rule: "arity", message: ` lacks the ${what} ${formal.name}` };
  }
}

function* counts(node: Node, schema: OpSchema): Generator<SchemaProblem> {
  const allowed = outputCounts[schema.op]?.find(([since]) => schema.since >= since)?.[1];
  if (allowed !== undefined && node.outputs.length > 0 && !allowed.includes(node.outputs.length))
    yield {
      rule: "arity",
      message: ` has ${node.outputs.length} outputs, ${node.op} of opset ${schema.since} has ${allowed.join(" or ")}`,
    };
}

/** Attributes whose names begin with two underscores are their writer's own. */
function* attributes(node: Node, schema: OpSchema): Generator<SchemaProblem> {
  for (const [name, a] of node.attributes) {
    const formal = schema.attributes.get(name);
    if (formal === undefined) {
      if (!name.startsWith("__"))
        yield { rule: "attribute", message: ` has an attribute ${name}, which ${node.op} of opset ${schema.since} has not` };
    } else if (!fits(a, formal)) {
      yield { rule: "attribute", message: `: ${name} is of kind ${a.kind}, ${node.op} wants ${formal.kind}` };
    }
  }
  for (const formal of schema.attributes.values()) {
    if (formal.required && !node.attributes.has(formal.name)) yield { rule: "attribute", message: ` lacks the attribute ${formal.name}` };
  }
}

/** Each type is allowed, and values of one type variable have one type. */
function* types(
  node: Node,
  values: readonly (Value | null)[],
  formals: readonly Formal[],
  bound: Map<string, Value>,
  shown: (v: Value) => string,
): Generator<SchemaProblem> {
  for (const [i, v] of values.entries()) {
    const formal = formals[Math.min(i, formals.length - 1)];
    if (!v?.type || formal === undefined) continue;
    const { dtype } = v.type;
    if (!formal.allowed.has(dtype)) {
      yield { rule: "dtype", message: ` takes no ${dtype} as ${formal.name} (${shown(v)})` };
      continue;
    }
    if (formal.option === "variadic" && heterogeneous.has(node.op)) continue;
    const other = bound.get(formal.type);
    if (other?.type && other.type.dtype !== dtype && !formal.type.startsWith("tensor")) {
      const message = `: ${shown(v)} is ${dtype}, but ${shown(other)} is ${other.type.dtype}; ${node.op} wants one type`;
      yield { rule: "dtype", message };
    }
    bound.set(formal.type, v);
  }
}
