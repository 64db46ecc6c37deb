/** @file What of a program ONNX cannot say: found while translation goes on, and refused in one error. */

import { type Schema, schemaOf } from "../aten/schema.ts";
import { entryOf, functionalTwin } from "../dispatch.ts";
import { OnnxExporterError } from "../errors.ts";
import type { Model, OriginRow } from "./ir/graph.ts";
import { describeOrigin, modulePath, sourceLine } from "./ir/origin.ts";
import { lowerings } from "./lowering/index.ts";

interface Row {
  readonly op: string;
  readonly first: OriginRow;
  /** Why a call that has a lowering cannot be written; null where there is no lowering. */
  readonly refusal: OnnxExporterError | null;
  count: number;
}

/** An op without lowering. */
export class Missing extends OnnxExporterError {
  constructor(op: string) {
    super("lower/unsupported", `${op} has no ONNX lowering`);
  }
}

/** Ops without lowering, and calls of which a pass or a lowering says what cannot be written. */
export class Gaps {
  readonly #rows = new Map<string, Row>();

  /** `error` is why the node `origin` of `model`, or `op` where nothing is known of that, cannot be written. */
  add(model: Model, origin: number, error: OnnxExporterError, op = ""): void {
    const first = model.origins[origin] ?? { op, node: "", moduleStack: "", stackTrace: "", fxNode: "" };
    const refusal = error instanceof Missing ? null : placed(error, describeOrigin(model, origin));
    const key = `${first.op} ${refusal === null ? "" : reasonOf(refusal)}`;
    const row = this.#rows.get(key);
    if (row) row.count++;
    else this.#rows.set(key, { op: first.op, first, refusal, count: 1 });
  }

  /**
   * Throws one error naming all: how often, where first, why, what to do. It is `lower/unsupported` where a lowering is missing, else what all
   * refusals are, else `lower/unsupported-case`. The refusal of a single node is thrown as it is.
   */
  refuse(): void {
    const rows = [...this.#rows.values()];
    const [first] = rows;
    if (first === undefined) return;
    if (rows.length === 1 && first.count === 1 && first.refusal !== null) throw first.refusal;
    const missing = rows.filter((r) => r.refusal === null);
    const refused = rows.filter((r) => r.refusal !== null);
    const lines = [
      ...(missing.length === 0 ? [] : [`${counted(missing.length, "ATen op has", "ATen ops have")} no ONNX lowering`]),
      ...missing.map(line),
      ...(refused.length === 0 ? [] : [`${counted(refused.length, "call", "calls")} cannot be written`]),
      ...refused.map((r) => `${line(r)}: ${reasonOf(r.refusal as OnnxExporterError)}`),
    ];
    const codes = new Set(missing.length > 0 ? ["lower/unsupported"] : refused.map((r) => r.refusal?.code));
    const code = codes.size === 1 ? ([...codes][0] as string) : "lower/unsupported-case";
    throw new OnnxExporterError(code, lines.join("\n"), remedies(missing, refused));
  }
}

/** `error` with the place of its node, which errors of lowerings say themselves. */
function placed(error: OnnxExporterError, where: string): OnnxExporterError {
  if (error.code.startsWith("lower/")) return error;
  const code = /^(normalize|legalize)\//.test(error.code) ? error.code : "lower/unsupported-case";
  return new OnnxExporterError(code, where ? `${where}: ${error.reason}` : error.reason, error.hint, { cause: error });
}

/** Without the place, which is said before. */
const reasonOf = ({ reason }: OnnxExporterError): string => reason.replace(/^\S+::\S+ \S+( in \S+)?( \([^)]*\))?: /, "");

const counted = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** Module path and source line of a captured node. */
export const placeOf = (row: OriginRow): string => [modulePath(row) || row.node, sourceLine(row)].filter((s) => s !== "").join("  ");

const line = (row: Row): string => `  ${row.op}  ${counted(row.count, "node", "nodes")}  first in ${placeOf(row.first)}`;

/** Whether `op` is of no library of PyTorch's. */
const isForeign = (op: string): boolean => !/^(aten|prims|higher_order|torchvision|quantized_decomposed|torchao)::/.test(op);

function remedies(missing: readonly Row[], refused: readonly Row[]): string {
  const hints: string[] = [];
  const own = missing.find((r) => isForeign(r.op))?.op;
  if (own !== undefined) {
    const traced = schemaOf(own) === null ? "" : `, or as a function traced from its implementation ("function")`;
    hints.push(`export a node of the domain ${own.split("::")[0]}, custom_ops: { "${own}": "node" }${traced}`);
  }
  const [any] = missing;
  if (any) {
    const table = `custom_translation_table: { "${own ?? any.op}": … }`;
    hints.push(`give a lowering, torch.onnx.export(model, args, f, { ${table} })`, "rewrite these calls");
  }
  for (const { refusal } of refused) if (refusal?.hint !== undefined && !hints.includes(refusal.hint)) hints.push(refusal.hint);
  return hints.join("; or ");
}

/** Whether `schema`, or its functional twin, has a lowering or a decomposition. */
export function canLower(schema: Schema, custom: ReadonlyMap<string, unknown>): boolean {
  const twin = functionalTwin(schema);
  return [schema.op, twin].some((o) => o && (custom.has(o) || lowerings.has(o) || entryOf(o)?.decompose !== undefined));
}
