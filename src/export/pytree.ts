/**
 * @file Pytrees (torch: `torch.utils._pytree`): how nested inputs and outputs flatten to lists of leaves. Specs of classes that only Python
 * knows (dataclasses, model outputs, caches) are containers of their children, in the order that torch flattened them.
 */

import { OnnxExporterError } from "../errors.ts";

/** A nested value: lists as arrays, dicts as objects (Maps where a key is no string), everything else a leaf. */
export type PyTree<T> = T | readonly PyTree<T>[] | { readonly [key: string]: PyTree<T> } | ReadonlyMap<unknown, PyTree<T>>;

/** A step on the way to a leaf: an index, a key, or a field. */
export type PathStep = string | number;

const treeLimit = 1000;

/** The structure of a nested value without its leaves (PyTorch: `torch.utils._pytree.TreeSpec`). */
export class TreeSpec {
  /** `builtins.tuple`, `collections.OrderedDict`, `transformers.….CausalLMOutput`; null for a leaf. */
  readonly type: string | null;
  /** What the class flattens to besides its children: keys of a dict, fields of a dataclass. */
  readonly context: unknown;
  readonly children: readonly TreeSpec[];
  readonly num_leaves: number;

  constructor(type: string | null, context: unknown, children: readonly TreeSpec[]) {
    this.type = type;
    this.context = context;
    this.children = children;
    this.num_leaves = type === null ? 1 : children.reduce((n, c) => n + c.num_leaves, 0);
  }

  is_leaf(): boolean {
    return this.type === null;
  }

  /** How each child is reached: keys, field names, or indices. */
  get steps(): readonly PathStep[] {
    const names = fieldNames(this);
    return this.children.map((_, i) => names?.[i] ?? i);
  }
}

/** The structure of a value that is a leaf itself. */
export const leaf = new TreeSpec(null, null, []);

const isStrings = (x: unknown): x is (string | number)[] =>
  Array.isArray(x) && x.every((k) => typeof k === "string" || typeof k === "number");

/** Names of the children where the container has names: dict keys, dataclass and namedtuple fields, keys of model outputs. */
export function fieldNames({ type, context, children }: TreeSpec): readonly PathStep[] | null {
  if (type === null || /^builtins\.(tuple|list)$|^collections\.deque$/.test(type)) return null;
  const fits = (names: unknown): names is PathStep[] => isStrings(names) && names.length === children.length;
  if (fits(context)) return context;
  if (Array.isArray(context) && fits(context[0])) return context[0];
  const dict = typeof context === "object" && context !== null && "dict_context" in context ? context.dict_context : null;
  return fits(dict) ? dict : null;
}

/** The leaves of `spec`, in order, with the steps that lead to each. */
export function leafPaths(spec: TreeSpec): PathStep[][] {
  if (spec.is_leaf()) return [[]];
  const { steps } = spec;
  return spec.children.flatMap((child, i) => leafPaths(child).map((path) => [steps[i] as PathStep, ...path]));
}

const isDict = (x: unknown): x is Record<string, unknown> => {
  const prototype = typeof x === "object" && x !== null ? Object.getPrototypeOf(x) : undefined;
  return prototype === Object.prototype || prototype === null;
};

/** Leaves and spec of `tree` (torch: `tree_flatten`). Arrays are lists, plain objects and Maps are dicts. */
export function tree_flatten<T>(tree: PyTree<T>): [leaves: T[], spec: TreeSpec] {
  const leaves: T[] = [];
  const visit = (x: PyTree<T>, depth: number): TreeSpec => {
    if (depth > treeLimit)
      throw new OnnxExporterError("pytree/depth", `a value is nested deeper than ${treeLimit}`, "does it contain itself?");
    const below = (items: readonly unknown[]): TreeSpec[] => items.map((item) => visit(item as PyTree<T>, depth + 1));
    if (Array.isArray(x)) return new TreeSpec("builtins.list", null, below(x));
    if (x instanceof Map) return new TreeSpec("builtins.dict", [...x.keys()], below([...x.values()]));
    if (isDict(x)) return new TreeSpec("builtins.dict", Object.keys(x), below(Object.values(x)));
    leaves.push(x as T);
    return leaf;
  };
  const spec = visit(tree, 0);
  return [leaves, spec];
}

/**
 * The tree of `spec` with `leaves` (torch: `tree_unflatten`): tuples, lists and containers without names are arrays, the rest objects.
 * Throws `pytree/leaves` when there are too few or too many.
 */
export function tree_unflatten<T>(leaves: readonly T[], spec: TreeSpec): PyTree<T> {
  if (leaves.length !== spec.num_leaves) {
    const message = `${leaves.length} values for a structure of ${spec.num_leaves}`;
    throw new OnnxExporterError("pytree/leaves", message, "give one value for each leaf of the spec, in its order");
  }
  let at = 0;
  const build = (s: TreeSpec): PyTree<T> => {
    if (s.is_leaf()) return leaves[at++] as T;
    const children = s.children.map(build);
    const names = fieldNames(s);
    if (names === null) return children;
    const entries = names.map((n, i) => [n, children[i] as PyTree<T>] as const);
    return names.every((n) => typeof n === "string") ? Object.fromEntries(entries) : new Map(entries);
  };
  return build(spec);
}

/** A treespec as torch writes it: `[1, {"type": …, "context": …, "children_spec": […]}]`. Throws `pytree/spec`. */
export function treespec_loads(
  text: string,
  namedtuples: ReadonlyMap<string, readonly string[]> = new Map(),
  where = "a tree spec",
): TreeSpec {
  const bad = (why: string): never => {
    throw new OnnxExporterError("pytree/spec", `${where}: not a tree spec (${why}): ${text.slice(0, 60)}`, "export the model again");
  };
  const parsed = parseOr(text, undefined);
  if (!Array.isArray(parsed) || parsed.length !== 2) return bad("wanted [protocol, spec]");
  if (parsed[0] !== 1) return bad(`protocol ${String(parsed[0])}, wanted 1`);
  const visit = (json: unknown, depth: number): TreeSpec => {
    if (depth > treeLimit) return bad("nested too deep");
    if (typeof json !== "object" || json === null) return bad("a node is no object");
    const { type = null, context = null, children_spec = [] } = json as { type?: unknown; context?: unknown; children_spec?: unknown };
    if (type === null) return leaf;
    if (typeof type !== "string" || !Array.isArray(children_spec)) return bad("a node without type and children");
    const decoded = contextOf(type, context, namedtuples);
    return new TreeSpec(
      type,
      decoded,
      children_spec.map((c) => visit(c, depth + 1)),
    );
  };
  return visit(parsed[1], 0);
}

const parseOr = (text: string, otherwise: unknown): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
};

/** Contexts are JSON inside JSON, but for a namedtuple's, which is the class name. */
function contextOf(type: string, context: unknown, namedtuples: ReadonlyMap<string, readonly string[]>): unknown {
  if (type === "collections.namedtuple" && typeof context === "string") return namedtuples.get(context) ?? context;
  return typeof context === "string" ? parseOr(context, context) : context;
}
