/**
 * @file What `run_decompositions` makes of a user's op that writes to its arguments, `auto_functionalized_v2`, as the calls that it stands for: the
 * bases are copied, the arguments are views of the copies, and the op writes to them.
 */

import { type Dim, type Shape, sub } from "../symbolic.ts";
import { type Arg, Node, type Output, type TensorType, Value } from "./graph.ts";

const functionalized = "higher_order::auto_functionalized_v2";

/** Whether `node` wraps a user's op that writes to its arguments. */
export const isFunctionalized = (node: Node): boolean => node.op === functionalized && typeof node.args["0"] === "string";

/** A size among the arguments: as a number or an expression. */
const sizeOf = (arg: Arg | undefined): Dim => (arg instanceof Value && arg.type.kind === "int" ? arg.type.expr : arg) as Dim;

/** Makes the nodes that a wrapped call stands for. */
class Unfolding {
  readonly nodes: Node[] = [];
  readonly #node: Node;
  readonly #args: Readonly<Record<string, Arg>>;
  readonly #copies: readonly Value[];
  readonly #results: Output[];

  constructor(node: Node, args: Readonly<Record<string, Arg>>) {
    this.#node = node;
    this.#args = args;
    const bases = (args._all_bases ?? []) as readonly Value[];
    const first = node.outputs.length - bases.length;
    this.#results = node.outputs.slice(0, first);
    this.#copies = bases.map((base, i) => {
      const output = node.outputs[first + i];
      const copy = output instanceof Value ? output : new Value(`${base.name}_copy`, base.type);
      return this.#make("aten::clone", { self: base }, copy);
    });
  }

  run(): Node[] {
    const given: Record<string, Arg> = {};
    for (const [name, arg] of Object.entries(this.#args)) {
      const [, written, kind] = /^_(\w+?)_(base_index|length)$/.exec(name) ?? [];
      if (written === undefined) {
        if (!/^(_|\d)/.test(name)) given[name] = arg;
      } else if (kind === "length") given[written] = Array.from({ length: Number(arg) }, (_, i) => this.#written(`_${written}_${i}`));
      else if (!(`_${written.replace(/_\d+$/, "")}_length` in this.#args)) given[written] = this.#written(`_${written}`);
    }
    const results = this.#results.every((r) => r === null) ? [] : this.#results;
    this.nodes.push(new Node(this.#args["0"] as string, given, results, this.#node.origin));
    return this.nodes;
  }

  #make(op: string, args: Readonly<Record<string, Arg>>, output: Value): Value {
    this.nodes.push(new Node(op, args, [output], this.#node.origin));
    return output;
  }

  /** The argument that the keys with `prefix` describe: a base, a view of one, or None. */
  #written(prefix: string): Arg {
    const part = (name: string): Arg => this.#args[`${prefix}_${name}`] ?? null;
    const index = part("base_index");
    const base = typeof index === "number" ? this.#copies[index] : undefined;
    if (base === undefined) return null;
    const { dtype, shape } = base.type as TensorType;
    const view = (op: string, args: Readonly<Record<string, Arg>>, sizes: Shape): Value =>
      this.#make(op, { self: base, ...args }, new Value(`${base.name}${prefix}`, { kind: "tensor", dtype, shape: sizes }));
    if (`${prefix}_storage_offset` in this.#args) {
      const [size, stride, storage_offset] = [part("size") as readonly Arg[], part("stride"), part("storage_offset")];
      return view("aten::as_strided", { size, stride, storage_offset }, size.map(sizeOf));
    }
    if (!(`${prefix}_slice_dim` in this.#args)) return base;
    const [dim, start, end] = [part("slice_dim"), part("slice_start"), part("slice_end")];
    const sliced = shape.map((d, i) => (i === dim ? sub(sizeOf(end), sizeOf(start)) : d));
    return view("aten::slice.Tensor", { dim, start, end }, sliced);
  }
}

/** The calls that `node`, whose arguments are `args`, stands for. Its results are those of the op, then the copies of the bases. */
export const unfold = (node: Node, args: Readonly<Record<string, Arg>>): Node[] => new Unfolding(node, args).run();
