/** @file Which dtypes ONNX Runtime's CPU kernels take, by op and version. */

import { internal } from "../../errors.ts";
import { kernelLines, kernelTypeSets } from "./kernels.gen.ts";

/** One registered kernel. */
export interface Kernel {
  /** Versions of the op's schema that it serves. */
  readonly first: number;
  readonly last: number;
  /** dtypes by type variable; variables that are not listed are free. */
  readonly types: ReadonlyMap<string, ReadonlySet<string>>;
}

const sets = kernelTypeSets.map((s) => new Set(s.split(" ")));
const byOp = new Map<string, Kernel[]>();
for (const line of kernelLines.trim().split("\n")) {
  const [op = "", first, last, variables = ""] = line.split("|");
  const types = new Map(
    variables.split(" ").map((v) => {
      const [name = "", set] = v.split("=");
      return [name, variables === "" ? new Set<string>() : (sets[Number(set)] ?? internal(`no set ${set}`))] as const;
    }),
  );
  types.delete("");
  const kernel = { first: Number(first), last: last === "" ? Number.POSITIVE_INFINITY : Number(last), types };
  const known = byOp.get(op);
  if (known) known.push(kernel);
  else byOp.set(op, [kernel]);
}

/**
 * Kernels of the schema version `since` of `op`; empty where the runtime has none (it may inline the op's function body). A kernel that is
 * registered without a last version serves the version it was written for alone (ONNX Runtime, KernelRegistry::VerifyKernelDef).
 */
export const kernelsOf = (op: string, since: number): readonly Kernel[] =>
  (byOp.get(op) ?? []).filter((k) => k.first === since || (Number.isFinite(k.last) && k.first <= since && since <= k.last));

/** Whether one of `kernels` takes these dtypes. float16 runs wherever float32 does: ONNX Runtime inserts those casts itself. */
export function takes(kernels: readonly Kernel[], types: ReadonlyMap<string, string>): boolean {
  return kernels.some((k) =>
    [...types].every(([variable, dtype]) => {
      const allowed = k.types.get(variable);
      return allowed === undefined || allowed.has(dtype) || (dtype === "float16" && allowed.has("float32"));
    }),
  );
}
