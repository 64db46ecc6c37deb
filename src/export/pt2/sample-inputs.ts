/** @file Example inputs of an archive: the pickled `(args, kwargs)` flattened as the input spec says, tensors left in the file. */

import type { ExampleInputs, ExampleLeaf } from "../exported-program.ts";
import { fieldNames, type PyTree, type TreeSpec, tree_unflatten } from "../pytree.ts";
import { type Py, PyObject, PyTuple } from "./pickle.ts";
import { itemsOf, type PtFile, PyTensor } from "./pt-file.ts";

/** Throws `pt2/sample-inputs` where the pickle does not have the structure of `in_spec`. */
export function exampleInputs(file: PtFile, in_spec: TreeSpec): ExampleInputs {
  const flat = flatten(file, file.value, in_spec, "inputs");
  const [args, kwargs] = tree_unflatten(flat, in_spec) as [readonly PyTree<ExampleLeaf>[], Record<string, PyTree<ExampleLeaf>>];
  return { flat, args, kwargs: Array.isArray(kwargs) ? {} : kwargs };
}

function flatten(file: PtFile, value: Py, spec: TreeSpec, path: string): ExampleLeaf[] {
  if (spec.is_leaf()) return [leafOf(file, value, path)];
  const children = childrenOf(value, spec);
  if (children === null || children.length !== spec.children.length) {
    const found = value instanceof PyObject ? value.type : value === null ? "None" : value.constructor.name;
    file.place.fail(
      "sample-inputs",
      `the example ${path} is a ${found}; it cannot be taken apart as ${spec.type} of ${spec.children.length}`,
      "give inputs yourself",
    );
  }
  return children.flatMap((child, i) => flatten(file, child, spec.children[i] as TreeSpec, `${path}.${spec.steps[i]}`));
}

/** The children of a container; objects of classes that only Python knows give their attributes. */
function childrenOf(value: Py, spec: TreeSpec): readonly Py[] | null {
  const names = fieldNames(spec);
  if (value instanceof PyTuple || Array.isArray(value)) return itemsOf(value);
  if (value instanceof Map) return names === null ? null : pick(names, (n) => value.get(n));
  if (!(value instanceof PyObject)) return null;
  const attributes = attributesOf(value);
  if (names !== null) {
    const own = pick(names, (n) => attributes.get(n) ?? value.items.get(n));
    if (own !== null) return own;
    const layers = attributes.get("layers");
    if (layers !== undefined) return names.map((n) => layerParts(layers, String(n)));
  }
  if (value.items.size === spec.children.length) return [...value.items.values()];
  if (value.list.length === spec.children.length) return value.list;
  // A namedtuple is made by calling its class.
  return value.args.length === spec.children.length ? value.args : null;
}

function pick(names: readonly (string | number)[], get: (name: string | number) => Py | undefined): Py[] | null {
  const found = names.map(get);
  return found.every((x) => x !== undefined) ? (found as Py[]) : null;
}

/** `__dict__`, also of classes with slots, whose state is `(dict, slots)`. */
function attributesOf(value: PyObject): Map<Py, Py> {
  const maps = value.state instanceof Map ? [value.state] : itemsOf(value.state).filter((s): s is Map<Py, Py> => s instanceof Map);
  return new Map(maps.flatMap((m) => [...m]));
}

/** transformers' DynamicCache: `key_cache` is the list of every layer's `keys`. */
function layerParts(layers: Py, name: string): readonly Py[] {
  const attribute = name === "key_cache" ? "keys" : name === "value_cache" ? "values" : name;
  return itemsOf(layers).flatMap((layer) => {
    const part = layer instanceof PyObject ? attributesOf(layer).get(attribute) : undefined;
    return part === undefined || part === null ? [] : [part];
  });
}

function leafOf(file: PtFile, value: Py, path: string): ExampleLeaf {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof PyTensor) return file.source(value, path);
  if (value instanceof PyObject && /^(__builtin__|builtins)\.complex$/.test(value.type)) {
    const [re, im] = value.args;
    if (typeof re === "number" && typeof im === "number") return { re, im };
  }
  const found = value instanceof PyObject ? value.type : value.constructor.name;
  return file.place.fail("sample-inputs", `the example ${path} is a ${found}, which is no input of a graph`, "give inputs yourself");
}
