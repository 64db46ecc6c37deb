/**
 * @file The complex pass: afterwards no complex dtype exists. The programs that need no rewriting pass through; the
 * others are refused whole, each complex value named once.
 */

import { type Graph, Value } from "../aten/graph.ts";
import { isComplex } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";

/** `graph` itself when nothing in it is complex. Throws `normalize/complex`, listing the ops that make complex values. */
export function complexToReal(graph: Graph): Graph {
  const makers = new Map<string, number>();
  const note = (v: Value | null, by: string) => {
    if (v?.type.kind === "tensor" && isComplex(v.type.dtype)) makers.set(by, (makers.get(by) ?? 0) + 1);
  };
  for (const v of graph.inputs) note(v, "input");
  for (const node of graph.nodes) for (const o of node.outputs) for (const v of o instanceof Value ? [o] : (o ?? [])) note(v, node.op);
  if (makers.size === 0) return graph;
  const list = [...makers].map(([op, n]) => `  ${op}  ${n} ${n === 1 ? "value" : "values"}`).join("\n");
  throw new OnnxExporterError(
    "normalize/complex",
    `ONNX has no complex kernels, and these make complex values:\n${list}`,
    "write the model on real pairs (torch.view_as_real), a trailing dimension of 2",
  );
}
