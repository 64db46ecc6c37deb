/** @file Operator names: PyTorch's dotted targets → `namespace::op.overload`. */

/**
 * `torch.ops.aten.add.Tensor` → `aten::add.Tensor`, `torch.ops.aten.relu.default` → `aten::relu`, `_operator.add` → `_operator::add`,
 * `math.trunc` → `math::trunc`, `torch.sym_max` → `torch::sym_max`, `torch.ops.higher_order.cond` → `higher_order::cond`,
 * `#quantized:op` → `quantized::op`.
 */
export function canonicalOp(target: string): string {
  if (target.startsWith("torch.ops.")) {
    const path = target.slice("torch.ops.".length);
    const dot = path.indexOf(".");
    const name = path.slice(dot + 1).replace(/\.default$/, "");
    return dot < 0 ? path : `${path.slice(0, dot)}::${name}`;
  }
  if (target.startsWith("#")) return target.slice(1).replace(":", "::");
  const dot = target.lastIndexOf(".");
  return dot < 0 ? target : `${target.slice(0, dot)}::${target.slice(dot + 1)}`;
}

/** The inverse, as PyTorch prints it: `aten::relu` → `torch.ops.aten.relu.default`. */
export function torchTarget(op: string): string {
  const at = op.indexOf("::");
  if (at < 0) return op;
  const [namespace, name] = [op.slice(0, at), op.slice(at + 2)];
  if (namespace === "_operator" || namespace === "math" || namespace === "torch" || namespace.startsWith("torch."))
    return `${namespace}.${name}`;
  return `torch.ops.${namespace}.${name}${namespace === "higher_order" || name.includes(".") ? "" : ".default"}`;
}

/** What FX calls a node that an archive of 2.10 or older does not name: `split_default`, `split_default_1`. */
export function fallbackName(target: string, taken: ReadonlySet<string>): string {
  const base = target
    .replace(/^torch\.ops\.\w+\./, "")
    .replace(/^.*\.(?=\w+$)/, target.startsWith("torch.ops.") ? "$&" : "")
    .replaceAll(".", "_");
  let name = base;
  for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
  return name;
}
