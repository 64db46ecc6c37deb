/** @file What the file is for: an opset, the IR version that belongs to it, and what the runtime's kernels can take. */

import { OnnxExporterError } from "../errors.ts";
import { newestOpset } from "./opset/schemas.gen.ts";

export interface Target {
  /** Version of the default domain. */
  readonly opset: number;
  readonly ir_version: number;
  /** Whose kernels limit dtypes; null: only ONNX's own schemas do. */
  readonly runtime: "onnxruntime" | null;
}

/** As torch.onnx: `ONNX_DEFAULT_OPSET`. */
const defaultOpset = 20;
/** Older forms of ops have no rows here. */
export const oldestOpset = 13;

/** First opset of each IR version (onnx/helper.py, VERSION_TABLE). */
const irVersions: readonly (readonly [opset: number, ir: number])[] = [
  [25, 13],
  [24, 12],
  [23, 11],
  [21, 10],
  [19, 9],
  [15, 8],
  [13, 7],
];

/** Newest IR version and opset that releases 1.x of ONNX Runtime load, newest release first (measured on Identity models). */
const releases: readonly (readonly [minor: number, ir: number, opset: number])[] = [
  [25, 13, 26],
  [24, 13, 25],
  [23, 11, 23],
  [21, 10, 22],
  [18, 10, 21],
  [17, 9, 20],
];

const runtimes = ["onnxruntime", "onnxruntime-web", "onnxruntime-node"];

/** The IR version that came with `opset`. */
function irVersionOf(opset: number): number {
  const row = irVersions.find(([first]) => opset >= first);
  if (row) return row[1];
  throw unknownOpset(opset);
}

function unknownOpset(opset: number): OnnxExporterError {
  return new OnnxExporterError(
    "target/opset",
    `opset ${opset} is not an opset that can be written`,
    `give an opset_version from ${oldestOpset} to ${newestOpset} (default ${defaultOpset})`,
  );
}

/** What release `version` loads. Throws `target/runtime` for one that is not in the table. */
function releaseOf(version: string, target: string): readonly [ir: number, opset: number] {
  const minor = Number(/^1\.(\d+)(\.\d+)?$/.exec(version)?.[1] ?? Number.NaN);
  const row = releases.find(([release]) => minor >= release);
  if (row) return [row[1], row[2]];
  throw new OnnxExporterError(
    "target/runtime",
    `nothing is known of target ${target}`,
    'name a release from 1.17, such as "onnxruntime@1.22"',
  );
}

export interface TargetOptions {
  /** 13 to 26; null or absent: 20, or the newest that the target's release loads if that is older. */
  readonly opset_version?: number | null | undefined;
  /** `"onnxruntime"`, `"onnxruntime-web@1.22"`, or `"onnx"` for no limits but ONNX's own. */
  readonly target?: string | undefined;
}

/** The target that options name. Throws `target/opset`, `target/runtime`. */
export function resolveTarget({ opset_version, target = "onnxruntime" }: TargetOptions): Target {
  const [name = "", version] = target.split("@");
  if (name !== "onnx" && !runtimes.includes(name)) {
    throw new OnnxExporterError(
      "target/runtime",
      `unknown target ${target}`,
      `known: onnx, ${runtimes.join(", ")}, with @version where wanted`,
    );
  }
  const newest = version === undefined || name === "onnx" ? null : releaseOf(version, target);
  const opset = opset_version ?? Math.min(defaultOpset, newest?.[1] ?? newestOpset);
  if (!Number.isInteger(opset) || opset < oldestOpset || opset > newestOpset) throw unknownOpset(opset);
  const ir_version = irVersionOf(opset);
  if (newest && (opset > newest[1] || ir_version > newest[0])) {
    throw new OnnxExporterError(
      "target/opset",
      `${target} loads opsets up to ${newest[1]}, not ${opset}`,
      `leave out opset_version or give at most ${newest[1]}`,
    );
  }
  return { opset, ir_version, runtime: name === "onnx" ? null : "onnxruntime" };
}
