/** @file Nodes of domains that neither ONNX nor ONNX Runtime has, and no function of the model defines. */

import { functionKey, type Model, type Value } from "../ir/graph.ts";
import { isOnnxDomain } from "../opset/domains.ts";
import { graphsIn } from "../passes/pass.ts";

/** Ops that only a runtime with the user's kernels knows, and the model's outputs that depend on them; null where there are none. */
export function opaqueOutputs({ graph, functions }: Model): { readonly ops: string[]; readonly outputs: string[] } | null {
  const defined = new Set(functions.map((f) => functionKey(f.domain, f.name, f.overload)));
  const ops = new Set<string>();
  const tainted = new Set<Value>();
  for (const node of graph.nodes()) {
    const bodies = node.graphs.flatMap(graphsIn).flatMap((g) => [...g.nodes()]);
    for (const n of [node, ...bodies]) {
      const known = isOnnxDomain(n.domain) || n.domain.startsWith("com.microsoft") || defined.has(functionKey(n.domain, n.op, n.overload));
      if (!known) ops.add(`${n.domain}::${n.op}`);
      const reads = !known || n.inputs.some((v) => v !== null && tainted.has(v));
      if (reads) for (const v of [...node.outputs, ...n.outputs]) tainted.add(v);
    }
  }
  if (ops.size === 0) return null;
  return { ops: [...ops], outputs: graph.outputs.flatMap((v) => (tainted.has(v) && v.name ? [v.name] : [])) };
}
