/**
 * @file Which results share memory with which argument: PyTorch's schemas, and our rows where a schema says less than
 * the op does (`reshape` and `contiguous` alias or copy by strides, dropout in eval mode returns its argument).
 */

import { type Node, type TensorType, Value } from "../aten/graph.ts";
import type { Schema } from "../aten/schema.ts";
import { isRowMajor, rowMajor } from "../export/view-strides.ts";
import { type Dim, equal } from "../symbolic.ts";

/** Ops that copy although their schema lets them alias, unless the row finds that they do not. */
const mayAlias: Readonly<Record<string, (node: Node) => boolean>> = {
  "aten::reshape": sameLayout,
  "aten::reshape_as": sameLayout,
  "aten::flatten.using_ints": sameLayout,
  "aten::contiguous": sameStrides,
  "aten::to.dtype": sameDType,
  "aten::to.dtype_layout": sameDType,
  "aten::to.device": sameDType,
  "aten::to.other": sameDType,
  "aten::type_as": sameDType,
};

/** Ops whose schema has no alias although the result is their argument. */
const identities: Readonly<Record<string, (node: Node) => boolean>> = {
  "aten::dropout": dropsNothing,
  "aten::feature_dropout": dropsNothing,
  "aten::alpha_dropout": dropsNothing,
  "aten::feature_alpha_dropout": dropsNothing,
  "aten::type_as": sameDType,
};

function dropsNothing({ args }: Node): boolean {
  return args.train === false || args.p === 0;
}

/** Name of the argument that the results of `node` are views of, null where they own their memory. */
export function aliasedArgument(node: Node, schema: Schema): string | null {
  const first = schema.args[0]?.name ?? "";
  if (identities[node.op]?.(node)) return first;
  const set = schema.returns.find((r) => r.alias !== null && !r.writes)?.alias;
  if (!set) return null;
  const may = mayAlias[node.op];
  if (may && !may(node)) return null;
  return schema.args.find((a) => a.alias === set)?.name ?? null;
}

const types = (node: Node) => {
  const self = node.args.self ?? node.args.input;
  const out = node.outputs[0];
  return self instanceof Value && out instanceof Value && self.type.kind === "tensor" && out.type.kind === "tensor"
    ? ([self.type, out.type] as const)
    : null;
};

function sameDType(node: Node): boolean {
  const t = types(node);
  return t !== null && t[0].dtype === t[1].dtype && node.args.copy !== true;
}

/** `contiguous` of row-major memory, or a copy into the layout that the argument has already. */
function sameStrides(node: Node): boolean {
  const t = types(node);
  if (t === null) return false;
  const [a, b] = [t[0].strides ?? rowMajor(t[0].shape), t[1].strides ?? rowMajor(t[1].shape)];
  return isContiguous(t[0]) ? isContiguous(t[1]) : a.every((s, i) => t[0].shape[i] === 1 || equal(s, b[i] as Dim));
}

/** A reshape of contiguous memory is a view; one whose result is contiguous although its argument is not has copied. */
function sameLayout(node: Node): boolean {
  const t = types(node);
  if (t === null) return false;
  return isContiguous(t[0]) || !isContiguous(t[1]);
}

const isContiguous = ({ shape, strides }: TensorType): boolean => strides === undefined || isRowMajor(shape, strides);
