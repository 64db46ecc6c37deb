/** @file What PyTorch's exporter writes about a node's origin, under its keys (torch/onnx/_internal/exporter/_core.py). */

import { parseModuleStack } from "../../module-stack.ts";
import type { OriginRow } from "../ir/graph.ts";
import { portableTrace } from "../ir/origin.ts";

/** `aten::add.Tensor` → `aten.add.Tensor`, `aten::relu` → `aten.relu.default`. */
function targetOf(op: string): string {
  const name = op.replace("::", ".");
  return op.includes("::") && !op.slice(op.indexOf("::")).includes(".") ? `${name}.default` : name;
}

/** A list of strings as Python prints it. */
const pythonList = (items: readonly string[]): string =>
  `[${items.map((s) => (s.includes("'") && !s.includes('"') ? `"${s}"` : `'${s.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`)).join(", ")}]`;

/** Metadata of a node that came from `row`: namespace, class hierarchy, name scopes, FX node, stack trace. */
export function originMetadata(row: OriginRow): [key: string, value: string][] {
  const modules = parseModuleStack(row.moduleStack);
  const target = targetOf(row.op);
  const metadata: [string, string][] = [
    ["namespace", [...modules.map(({ path, type }) => `${path}: ${type}`), `${row.node}: ${target}`].join("/")],
    ["pkg.torch.onnx.class_hierarchy", pythonList([...modules.map((m) => m.type), target])],
    ["pkg.torch.onnx.name_scopes", pythonList([...modules.map((m) => m.path), row.node])],
  ];
  if (row.fxNode !== undefined) metadata.push(["pkg.torch.onnx.fx_node", row.fxNode]);
  if (row.stackTrace !== "") metadata.push(["pkg.torch.onnx.stack_trace", portableTrace(row.stackTrace)]);
  return metadata;
}
