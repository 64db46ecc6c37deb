/** @file Small changes of a node that down rows share. */

import { isStatic } from "../../symbolic.ts";
import type { Attribute, Node, Value } from "../ir/graph.ts";
import { respell } from "../ir/respell.ts";
import type { OpBuilder } from "./builder.ts";

/** `node` without the named attributes. */
export function without(node: Node, ...names: readonly string[]): Node {
  for (const name of names) node.attributes.delete(name);
  return node;
}

/** `node` with other inputs, and attributes added. */
export function withInputs(node: Node, inputs: readonly (Value | null)[], more: { readonly [name: string]: Attribute } = {}): Node {
  return respell(node, inputs, new Map([...node.attributes, ...Object.entries(more)]));
}

/** Elements of an input that must be known; null where the input is left out. Refuses what only the run can tell. */
export function knownInput(node: Node, op: OpBuilder, index: number, what: string, below: number): readonly number[] | null {
  const v = node.inputs[index];
  if (!v) return null;
  if (v.data?.every(isStatic)) return v.data;
  return op.refuse(`${node.op} before opset ${below} needs ${what} that are known at export`, `export with opset_version: ${below}`);
}

/** Refuses `node`: its older form has no `what`. */
export function refuseOlder(node: Node, op: OpBuilder, what: string, below: number): never {
  return op.refuse(
    `${node.op} has ${what} from opset ${below} on, the target is opset ${op.target.opset}`,
    `export with opset_version: ${below}, or rewrite this call`,
  );
}

/** Drops an attribute whose default is all that the older form knows; refuses any other value. */
export function onlyDefault(node: Node, op: OpBuilder, name: string, otherwise: number | string, below: number): Node {
  const a = node.attributes.get(name);
  const plain = a === undefined || String(a.value) === String(otherwise);
  return plain ? without(node, name) : refuseOlder(node, op, `${name}=${String(a.value)}`, below);
}
