/** @file Sub-graphs that the program calls (`invoke_subgraph`) as functions of the model: those of one class that are equal are one function. */

import type { Graph as AtenGraph, Value as AtenValue } from "../../aten/graph.ts";
import { GraphKeys } from "../../aten/graph-keys.ts";
import { firstOperand } from "../../aten/invoke-subgraph.ts";
import type { Args } from "../../dispatch.ts";
import type { SymInt } from "../../symbolic.ts";
import { type FunctionBody, type Model, Value, type ValueType } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import type { LowerBody } from "./control-flow.ts";

/** A function, and the sizes that it needs from its callers: inputs behind the operands. */
interface Defined extends FunctionBody {
  readonly sizes: readonly SymInt[];
}

/** Domain of classes that no module names. */
const mainModule = "__main__";

/** Functions of one model, by class and structure. */
export class SubgraphFunctions {
  readonly #model: Model;
  readonly #lowerBody: LowerBody;
  readonly #keys = new GraphKeys();
  readonly #defined = new Map<string, Defined>();
  /** How many functions have each domain and name. */
  readonly #named = new Map<string, number>();

  constructor(model: Model, lowerBody: LowerBody) {
    this.#model = model;
    this.#lowerBody = lowerBody;
  }

  /** Calls the function of a sub-graph, which is what a class (`torch.nn.modules.linear.Linear`) does: `args` are those of `invoke_subgraph`. */
  call(op: OpBuilder, args: Args, asTensor: (x: unknown) => Value): Value[] | Value {
    const body = args["0"] as AtenGraph;
    const type = String(args["1"]);
    // Operands that are None, or always the same number, are none of the function.
    const operands = body.inputs.map((v, i) => {
      const given = args[String(firstOperand + i)] ?? null;
      return given === null || numberOf(v) !== null ? null : asTensor(given);
    });
    const key = `${type} ${this.#keys.of(body)} ${operands.map((x) => (x === null ? 0 : 1)).join("")}`;
    let known = this.#defined.get(key);
    if (known === undefined) {
      known = this.#define(op, body, type, operands);
      this.#defined.set(key, known);
      this.#model.functions.push(known);
    }
    const inputs = [...operands.filter((x) => x !== null), ...known.sizes.map((s) => op.dim(s))];
    const results = op.custom(known.domain, known.name, inputs, {}, known.graph.outputs.map(typeOf));
    return results.length === 1 ? (results[0] as Value) : results;
  }

  #define(op: OpBuilder, body: AtenGraph, type: string, operands: readonly (Value | null)[]): Defined {
    const { domain, name } = this.#name(type);
    const formals = body.inputs.map((v, i) => formalOf(v, operands[i] ?? null));
    const inputs = formals.filter((x) => x instanceof Value);
    const { graph, sizes } = op.functionBody(name, inputs, (inner) => this.#lowerBody(body, inner, formals));
    return { domain, name, graph, attributes: [], sizes };
  }

  /** The class and the module that defines it; other definitions of the class are `Linear.1`, `Linear.2`, … */
  #name(type: string): { domain: string; name: string } {
    const end = type.lastIndexOf(".");
    const domain = end <= 0 ? mainModule : type.slice(0, end);
    const name = type.slice(end + 1);
    const id = `${domain}::${name}`;
    const same = this.#named.get(id) ?? 0;
    this.#named.set(id, same + 1);
    return { domain, name: same === 0 ? name : `${name}.${same}` };
  }
}

const typeOf = (v: Value): ValueType => ({ dtype: v.dtype, shape: v.type?.shape ?? null });

/** What stands for `input` in the function: a number that it is known to be, or a value like `given`. */
function formalOf(input: AtenValue | null, given: Value | null): Value | number | null {
  const known = numberOf(input);
  if (input === null || known !== null || given === null) return known;
  const { type } = input;
  const formal = new Value(
    input.name,
    type.kind === "tensor" ? { dtype: type.dtype, shape: type.shape } : { dtype: given.dtype, shape: [] },
  );
  if (type.kind === "int" && type.expr !== null) formal.data = [type.expr];
  return formal;
}

/** The number that a value always is; null where it may be others. */
const numberOf = (v: AtenValue | null): number | null => (v?.type.kind === "int" && typeof v.type.expr === "number" ? v.type.expr : null);
