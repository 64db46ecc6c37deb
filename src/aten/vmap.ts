/**
 * @file torch.vmap in captured programs (torch: `torch._functorch.predispatch`). Between `_vmap_increment_nesting` and
 * `_vmap_decrement_nesting`, values that `_add_batch_dim` made stand for one element of a batch. Such a region becomes the same calls on
 * whole batches where all are elementwise, else a `map` over the batch.
 */

import { internal, OnnxExporterError } from "../errors.ts";
import { mapArgs, substitute } from "./arguments.ts";
import { type Arg, Graph, Node, operandsOf, type TensorType, Value, valuesOf } from "./graph.ts";
import { promotionRows } from "./promotion.gen.ts";

const functorch = "torch._functorch.predispatch::";
const [enter, leave] = [`${functorch}_vmap_increment_nesting`, `${functorch}_vmap_decrement_nesting`];
const [add, remove] = [`${functorch}_add_batch_dim`, `${functorch}_remove_batch_dim`];
const silent = `${functorch}lazy_load_decompositions`;

/** `graph` without vmap regions, nested ones included; the same graph when it has none. */
export function inlineVmaps(graph: Graph): Graph {
  if (!graph.nodes.some((n) => n.op === enter)) return graph;
  const replaced = new Map<Value, Arg>();
  const nodes = expand(graph.nodes, replaced);
  return new Graph(
    graph.name,
    graph.inputs,
    nodes,
    graph.outputs.map((o) => substitute(o, replaced)),
  );
}

/** `nodes` with every region written out; `replaced` says what stands for values that are gone. */
function expand(nodes: readonly Node[], replaced: Map<Value, Arg>): Node[] {
  const out: Node[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Node;
    if (node.op === silent) continue;
    if (node.op !== enter) {
      out.push(
        new Node(
          node.op,
          mapArgs(node.args, (a) => substitute(a, replaced)),
          node.outputs,
          node.origin,
        ),
      );
      continue;
    }
    const end = endOf(nodes, i);
    out.push(...new Region(nodes.slice(i, end), replaced).nodes());
    i = end;
  }
  return out;
}

/** Where the region that begins at `start` ends. */
function endOf(nodes: readonly Node[], start: number): number {
  let depth = 0;
  for (let i = start; i < nodes.length; i++) {
    if (nodes[i]?.op === enter) depth++;
    else if (nodes[i]?.op === leave && --depth === 0) return i;
  }
  const where = (nodes[start] as Node).origin.node;
  throw new OnnxExporterError("aten/vmap", `${where}: this vmap region does not end`, "export the model again");
}

/** An element of a batch inside, the batch outside, and along which dim of it elements lie. */
interface Crossing {
  readonly inside: Value;
  readonly outside: Value;
  readonly dim: number;
}

class Region {
  readonly #origin: Node["origin"];
  readonly #replaced: Map<Value, Arg>;
  readonly #entries: Crossing[] = [];
  readonly #exits: readonly Crossing[];
  readonly #body: Node[];
  readonly #out: Node[] = [];

  /** `nodes`: the region's, the call that begins it first. */
  constructor(nodes: readonly Node[], replaced: Map<Value, Arg>) {
    this.#origin = (nodes[0] as Node).origin;
    this.#replaced = replaced;
    const inner: Node[] = [];
    const exits: Crossing[] = [];
    let depth = 0;
    for (const node of nodes) {
      if (node.op === enter) depth++;
      const crosses = depth === 1 && (node.op === add || node.op === remove);
      if (!crosses && (depth > 1 || node.op !== enter)) inner.push(node);
      if (node.op === leave) depth--;
      if (!crosses) continue;
      const given = substitute(node.args["0"] as Arg, replaced) as Value;
      const made = node.outputs[0] as Value;
      const dim = Number(node.args[node.op === add ? "1" : "3"]);
      if (node.op === add) this.#entries.push({ inside: made, outside: given, dim });
      else exits.push({ inside: node.args["0"] as Value, outside: made, dim });
    }
    this.#body = expand(inner, replaced);
    this.#exits = exits.map((exit) => ({ ...exit, inside: substitute(exit.inside, replaced) as Value }));
  }

  nodes(): Node[] {
    const used = this.#exits.filter(({ outside }) => outside.type.kind === "tensor");
    if (used.some(({ outside, dim }) => outside.shape[dim] === 0)) used.forEach((exit) => void this.#empty(exit));
    else if (this.#body.every(isElementwise)) this.#batched(used);
    else this.#mapped(used);
    return this.#out;
  }

  #call(op: string, args: Readonly<Record<string, Arg>>, output: Value): Value {
    this.#out.push(new Node(op, args, [output], this.#origin));
    return output;
  }

  /** The result of a batch of nothing. */
  #empty({ outside }: Crossing): void {
    const args = { size: [...outside.shape], dtype: outside.dtype };
    this.#call("aten::zeros", args, outside);
  }

  /** The batch with its elements along dim 0. */
  #leading({ outside, dim }: Crossing): Value {
    if (dim === 0) return outside;
    const { dtype, shape } = outside;
    const rest = shape.filter((_, i) => i !== (dim < 0 ? dim + shape.length : dim));
    const moved = typed(`${outside.name}_batch`, dtype, [shape.at(dim) as number, ...rest]);
    return this.#call("aten::movedim.int", { self: outside, source: dim, destination: 0 }, moved);
  }

  /** Gives `exit` the batch whose elements lie along dim 0 of `leading`. */
  #settle({ outside, dim }: Crossing, leading: Value): void {
    if (dim === 0) this.#replaced.set(outside, leading);
    else this.#call("aten::movedim.int", { self: leading, source: 0, destination: dim }, outside);
  }

  #mapped(exits: readonly Crossing[]): void {
    const xs = this.#entries.map((entry) => this.#leading(entry));
    const elements = this.#entries.map(({ inside }) => fresh(inside));
    const inside = new Map<Value, Arg>(this.#entries.map((entry, i) => [entry.inside, elements[i] as Value]));
    const own = new Set(this.#body.flatMap((n) => [...n.outputs.flat()]));
    const captured = [...new Set([...this.#body.flatMap(operandsOf), ...exits.map((e) => e.inside)])].filter(
      (v) => !own.has(v) && !inside.has(v),
    );
    const formals = captured.map(fresh);
    captured.forEach((v, i) => void inside.set(v, formals[i] as Value));
    const read = (arg: Arg): Arg => substitute(arg, inside);
    const nodes = this.#body.map((n) => new Node(n.op, mapArgs(n.args, read), n.outputs, n.origin));
    const body = new Graph(
      "vmap",
      [...elements, ...formals],
      nodes,
      exits.map((e) => read(e.inside)),
    );
    const size = (xs[0] as Value).shape[0] as number;
    const stacked = exits.map((e) => typed(`${e.outside.name}_batch`, e.inside.dtype, [size, ...e.inside.shape]));
    this.#out.push(new Node("higher_order::map_impl", { 0: body, 1: xs, 2: captured }, stacked, this.#origin));
    exits.forEach((exit, i) => void this.#settle(exit, stacked[i] as Value));
  }

  #batched(exits: readonly Crossing[]): void {
    const batches = new Map<Value, Value>(this.#entries.map((entry) => [entry.inside, this.#leading(entry)]));
    const size = ([...batches.values()][0] as Value).shape[0] as number;
    for (const node of this.#body) {
      const rank = Math.max(...operandsOf(node).map((v) => v.shape.length));
      const operand = (arg: Arg): Arg => {
        const batch = arg instanceof Value ? batches.get(arg) : undefined;
        return batch === undefined ? arg : this.#ofRank(batch, rank + 1);
      };
      if (!operandsOf(node).some((v) => batches.has(v))) {
        this.#out.push(node);
        continue;
      }
      const [result] = node.outputs as [Value];
      const batch = typed(result.name, result.dtype, [size, ...result.shape]);
      batches.set(result, batch);
      this.#out.push(new Node(node.op, mapArgs(node.args, operand), [batch], node.origin));
    }
    for (const exit of exits) this.#settle(exit, batches.get(exit.inside) ?? this.#repeated(exit.inside, size));
  }

  /** `batch` with dims of 1 behind the first one: elements broadcast from the right. */
  #ofRank(batch: Value, rank: number): Value {
    let out = batch;
    while (out.shape.length < rank) {
      const [size, ...rest] = out.shape as [number, ...number[]];
      out = this.#call("aten::unsqueeze", { self: out, dim: 1 }, typed(`${out.name}_1`, out.dtype, [size, 1, ...rest]));
    }
    return out;
  }

  /** A batch of what is the same for every element. */
  #repeated(x: Value, size: number): Value {
    const one = this.#call("aten::unsqueeze", { self: x, dim: 0 }, typed(`${x.name}_1`, x.dtype, [1, ...x.shape]));
    const shape = [size, ...x.shape];
    return this.#call("aten::expand", { self: one, size: shape }, typed(`${x.name}_batch`, x.dtype, shape));
  }
}

const typed = (name: string, dtype: TensorType["dtype"], shape: TensorType["shape"]): Value =>
  new Value(name, { kind: "tensor", dtype, shape });
const fresh = (v: Value): Value => new Value(v.name, v.type);

/** Functional, elementwise, with one tensor as result, and of operands of one dtype: a batch changes nothing in how it promotes. */
function isElementwise(node: Node): boolean {
  const packet = node.op.replace(/\..*/, "");
  if (promotionRows[packet]?.[0] !== "Elementwise" || packet.endsWith("_")) return false;
  const operands = [...valuesOf(Object.values(node.args))];
  if (node.outputs.length !== 1 || !(node.outputs[0] instanceof Value)) internal(`${node.op} gives more than a tensor`);
  return operands.every((v) => v.type.kind === "tensor" && v.dtype === operands[0]?.dtype);
}
