/**
 * @file Makes a graph functional: every in-place op and out overload becomes its functional twin, and what was a view of the written
 * tensor sees the write. A storage is its base value and a version; an alias is the chain of views that leads to it.
 * Eager PyTorch is the oracle: unlike `run_decompositions`, no mutation is dropped.
 */

import { mapArgs, mapLeaves, substitute } from "../aten/arguments.ts";
import { type Arg, Graph, Node, type Origin, type Output, type Type, Value, valuesOf } from "../aten/graph.ts";
import { outArguments, type Schema, schemaOf, withDefaults } from "../aten/schema.ts";
import { writtenByUser } from "../aten/user-ops.ts";
import { viewInverses } from "../aten/view-inverse.ts";
import { callOn, functionalTwin, graphInterpreter, isViewTwin, knownOf, metaInterpreter, twinArgs, writtenArguments } from "../dispatch.ts";
import type { DType } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { sameShape, show } from "../symbolic.ts";
import { aliasedArgument } from "./alias.ts";

const inverses: Readonly<Record<string, AnyInverse | undefined>> = viewInverses;
type AnyInverse = (call: never, base: never, newView: never, args: never, outputIndex: number) => unknown;

/** Memory that tensors share: its newest whole value, and how often it was written to. */
interface Storage {
  current: Value;
  version: number;
}

/** A tensor on a storage: `node` made output `index` of it from the parent; null for the storage's base. */
interface View {
  readonly storage: Storage;
  readonly parent: View | null;
  readonly node: Node | null;
  readonly index: number;
  readonly original: Value;
  value: Value;
  version: number;
}

/**
 * A functional graph, and the last value of each graph input that the program writes to. An op of a user that writes to arguments has, behind its
 * results, what becomes of each of them.
 */
export interface Functional {
  readonly graph: Graph;
  readonly mutated: ReadonlyMap<Value, Value>;
}

/** Rewrites `graph`; one scan and the same graph where nothing is written to. Throws `normalize/alias` for a write through a view that has no inverse. */
export function functionalize(graph: Graph): Functional {
  if (!graph.nodes.some((n) => isMutation(n))) return { graph, mutated: new Map() };
  return new Functionalization(graph).run();
}

const isMutation = (node: Node): boolean => {
  const schema = schemaOf(node.op);
  return schema !== null && (functionalTwin(schema) !== null || writtenByUser(schema).length > 0);
};

/** `x.unsqueeze_(0)` as the view that it makes: the program reads the result from there on. */
const inPlaceView = (node: Node, schema: Schema, twin: string): Node =>
  new Node(twin, twinArgs(schema, twin, node.args) as Record<string, Arg>, node.outputs, node.origin);

class Functionalization {
  readonly #graph: Graph;
  readonly #views = new Map<Value, View>();
  readonly #nodes: Node[] = [];
  readonly #roots: View[] = [];
  #origin: Origin = { node: "", moduleStack: "", stackTrace: "" };
  #counter = 0;
  readonly #interpreter = graphInterpreter(
    (node) => this.#nodes.push(node),
    () => this.#origin,
    (hint) => `${hint}_f${this.#counter++}`,
  );

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  run(): Functional {
    for (const node of this.#graph.nodes) {
      this.#origin = node.origin;
      const schema = schemaOf(node.op);
      const twin = schema && functionalTwin(schema);
      if (schema && twin && isViewTwin(twin)) this.#keep(inPlaceView(node, schema, twin), schemaOf(twin));
      else if (schema && twin) this.#mutate(node, schema, twin);
      else if (schema && writtenByUser(schema).length > 0) this.#mutateByUser(node, schema);
      else this.#keep(node, schema);
    }
    const outputs = this.#graph.outputs.map((o) => this.#read(o));
    const inputs = new Set(this.#graph.inputs);
    const mutated = new Map<Value, Value>();
    for (const root of this.#roots)
      if (root.storage.version > 0 && inputs.has(root.original)) mutated.set(root.original, root.storage.current);
    return { graph: new Graph(this.#graph.name, this.#graph.inputs, this.#nodes, outputs), mutated };
  }

  /** `arg` with stale tensors replaced by what they are now. */
  #read(arg: Arg): Arg {
    return mapLeaves(arg, (x) => {
      const view = x instanceof Value ? this.#views.get(x) : undefined;
      return view ? this.#current(view) : x;
    }) as Arg;
  }

  #readArgs(args: Readonly<Record<string, Arg>>): Record<string, Arg> {
    return mapArgs(args, (x) => this.#read(x));
  }

  /** The value of `view` after the last write to its storage: the view op is replayed when that came later. */
  #current(view: View): Value {
    if (view.version === view.storage.version) return view.value;
    if (view.parent === null || view.node === null) view.value = view.storage.current;
    else view.value = this.#replay(view, view.node, this.#current(view.parent), view.parent);
    view.version = view.storage.version;
    return view.value;
  }

  #replay(view: View, node: Node, parent: Value, from: View): Value {
    const replaced = new Map<Value, Arg>([[from.original, parent]]);
    const args = mapArgs(node.args, (x) => substitute(x, replaced));
    const fresh = (o: Output): Output =>
      o === null ? null : o instanceof Value ? new Value(`${o.name}_v${this.#counter++}`, o.type) : o.map((v) => fresh(v) as Value);
    const outputs = node.outputs.map(fresh);
    this.#nodes.push(new Node(node.op, args, outputs, this.#origin));
    return outputs.flat()[view.index] as Value;
  }

  /** The view that `value` is; a tensor met for the first time is the base of a storage of its own. */
  #viewOf(value: Value): View {
    const known = this.#views.get(value);
    if (known) return known;
    const storage: Storage = { current: value, version: 0 };
    const view: View = { storage, parent: null, node: null, index: 0, original: value, value, version: 0 };
    this.#views.set(value, view);
    this.#roots.push(view);
    return view;
  }

  /** A node that writes nothing: its operands are read, its aliasing results remembered. */
  #keep(node: Node, schema: Schema | null): void {
    const kept = new Node(node.op, this.#readArgs(node.args), node.outputs, node.origin);
    this.#nodes.push(kept);
    const name = schema && aliasedArgument(node, schema);
    const base = name ? node.args[name] : null;
    if (!(base instanceof Value)) return;
    const parent = this.#viewOf(base);
    (node.outputs.flat() as (Value | null)[]).forEach((value, index) => {
      if (value === null || value.type.kind !== "tensor") return;
      this.#views.set(value, { storage: parent.storage, parent, node, index, original: value, value, version: parent.storage.version });
    });
  }

  #mutate(node: Node, schema: Schema, twin: string): void {
    const targets = writtenArguments(schema).map((name) => node.args[name]);
    if (!targets.flat().every((t) => t instanceof Value)) {
      throw new OnnxExporterError(
        "normalize/mutation",
        `${node.op} (${node.origin.node}) writes to something that is no tensor of the program`,
      );
    }
    const args = twinArgs(schema, twin, this.#readArgs(node.args)) as Record<string, Arg>;
    const values = this.#twinResults(node, schema, twin, args, targets as readonly (Value | readonly Value[])[]);
    this.#nodes.push(new Node(twin, args, values, node.origin));
    for (const [i, value] of values.flat().entries()) {
      const target = targets.flat()[i] as Value;
      const result = node.outputs.flat()[i];
      const view = this.#viewOf(target);
      this.#writeBack(view, this.#cast(value as Value, target.dtype), node);
      if (result instanceof Value) this.#views.set(result, view);
    }
  }

  /** Values for the results of `twin`: the written tensors under the shapes that they have now, others after `resize_` or where an `out` is resized. */
  #twinResults(
    node: Node,
    schema: Schema,
    twin: string,
    args: Record<string, Arg>,
    targets: readonly (Value | readonly Value[])[],
  ): Output[] {
    const value = (type: Type, captured: Output | undefined): Value => {
      if (!(captured instanceof Value)) return new Value(`${node.origin.node}_f${this.#counter++}`, type);
      // Sizes that only the data decide are the program's symbols.
      return new Value(captured.name, type.kind === "tensor" ? { ...type, shape: captured.shape } : type);
    };
    if (outArguments(schema).length === 0)
      return targets.flat().map((t, i) => value((node.outputs[i] as Value | undefined)?.type ?? t.type, node.outputs[i]));
    const types = callOn(metaInterpreter, twin, mapArgs(args as Record<string, unknown>, knownOf));
    const results = (targets.length === 1 ? [types] : types) as readonly (Type | readonly Type[])[];
    return results.map((r, i) => (Array.isArray(r) ? r.map((t) => value(t as Type, undefined)) : value(r as Type, node.outputs[i])));
  }

  #cast(value: Value, dtype: DType): Value {
    if (value.dtype === dtype) return value;
    return callOn(this.#interpreter, "aten::to.dtype", { self: value, dtype }) as Value;
  }

  #mutateByUser(node: Node, schema: Schema): void {
    const targets = writtenByUser(schema).flatMap((name) => [...valuesOf(node.args[name])]);
    const values = targets.map((t) => new Value(`${t.name}_f${this.#counter++}`, t.type));
    this.#nodes.push(new Node(node.op, this.#readArgs(node.args), [...node.outputs, ...values], node.origin));
    for (const [i, target] of targets.entries()) this.#writeBack(this.#viewOf(target), values[i] as Value, node);
  }

  /** `view` now has `value`: puts it into its parent, that one into its own, up to the base. */
  #writeBack(view: View, value: Value, node: Node): void {
    if (view.parent !== null && !sameShape(value.shape, view.value.shape)) {
      const [now, before] = [value, view.value].map((v) => `[${v.shape.map(show).join(", ")}]`);
      throw new OnnxExporterError(
        "normalize/alias",
        `${node.op} (${node.origin.node}) resizes a view from ${before} to ${now}`,
        `give it a tensor of the shape ${now} to write to`,
      );
    }
    const updated: [View, Value][] = [[view, value]];
    let current = value;
    let at = view;
    while (at.parent !== null && at.node !== null) {
      const inverse = inverses[at.node.op];
      if (inverse === undefined) {
        throw new OnnxExporterError(
          "normalize/alias",
          `${node.op} (${node.origin.node}) writes through ${at.node.op} (${at.node.origin.node}), which has no inverse`,
          "write to a copy (.clone()) and assign the result",
        );
      }
      const call = (op: string, args: Record<string, unknown>): unknown => callOn(this.#interpreter, op, args);
      const schema = schemaOf(at.node.op);
      const read = this.#readArgs(at.node.args);
      const args = schema === null ? read : withDefaults(schema, read);
      current = inverse(call as never, this.#current(at.parent) as never, current as never, args as never, at.index) as never;
      at = at.parent;
      updated.push([at, current]);
    }
    const { storage } = view;
    storage.current = current;
    storage.version++;
    for (const [v, now] of updated) {
      v.value = now;
      v.version = storage.version;
    }
  }
}
