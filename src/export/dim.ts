/** @file Which dims of the inputs may vary (torch: `torch.export.Dim`, the `dynamic_shapes` argument). */

import { OnnxExporterError } from "../errors.ts";

/** A named dynamic size with limits (PyTorch: `torch.export.Dim`). Equal names are equal sizes. */
export class DynamicDim {
  readonly name: string;
  readonly min: number;
  readonly max: number | null;
  constructor(name: string, min: number, max: number | null) {
    this.name = name;
    this.min = min;
    this.max = max;
  }
}

/** Makes a named dim. Throws `export/dim` for a name that is no identifier and for an empty range. */
function makeDim(name: string, options: { min?: number; max?: number } = {}): DynamicDim {
  if (!/^[A-Za-z_]\w*$/.test(name))
    throw new OnnxExporterError("export/dim", `Dim("${name}"): the name is no identifier`, "use letters, digits and _");
  const { min = 0, max = null } = options;
  if (max !== null && min >= max) {
    const hint = "give a range of more than one size, or leave the dim static";
    throw new OnnxExporterError("export/dim", `Dim("${name}"): min ${min} is not below max ${max}`, hint);
  }
  return new DynamicDim(name, min, max);
}

/** `Dim("batch")`; `Dim.DYNAMIC` and `Dim.AUTO` for a dim that varies without a name, `Dim.STATIC` for one that does not. */
export const Dim = Object.assign(makeDim, { DYNAMIC: "dim.dynamic", AUTO: "dim.auto", STATIC: "dim.static" } as const);

/** What may be said of one axis: a Dim, a hint, a name (as torch.onnx allows), the size itself, or null for static. */
export type AxisSpec = DynamicDim | string | number | null;
/** Axes of one tensor: by number, or all in a row; null: all static. */
export type TensorSpec = Readonly<Record<number, AxisSpec>> | readonly AxisSpec[] | null;
/** In the structure of the inputs, or by the names of forward's arguments. */
export type DynamicShapes = readonly unknown[] | Readonly<Record<string, unknown>> | null;

/** The spec of axis `axis`, null where static. */
export function axisSpec(spec: TensorSpec, axis: number): DynamicDim | string | null {
  const found = spec === null ? null : ((spec as Readonly<Record<number, AxisSpec>>)[axis] ?? null);
  return found === Dim.STATIC || typeof found === "number" ? null : found;
}

/** The spec of input `name`, at `index` in forward's arguments; null where all is static. */
export function inputSpec(shapes: DynamicShapes | undefined, name: string, index: number): unknown {
  if (shapes === null || shapes === undefined) return null;
  return (Array.isArray(shapes) ? shapes[index] : (shapes as Readonly<Record<string, unknown>>)[name]) ?? null;
}

/** Throws `export/dynamic-shapes` where `shapes` speaks of inputs that there are not. */
export function checkInputNames(shapes: DynamicShapes | undefined, names: readonly string[]): void {
  if (shapes === null || shapes === undefined) return;
  const inputs = `the inputs are: ${names.join(", ") || "none"}`;
  if (Array.isArray(shapes)) {
    if (shapes.length <= names.length) return;
    throw new OnnxExporterError("export/dynamic-shapes", `dynamic_shapes has ${shapes.length} entries for ${names.length} inputs`, inputs);
  }
  const unknown = Object.keys(shapes).filter((k) => !names.includes(k));
  if (unknown.length > 0)
    throw new OnnxExporterError("export/dynamic-shapes", `dynamic_shapes names ${unknown.join(", ")}, which no input is`, inputs);
}

/** Throws `export/dynamic-shapes` where `spec` is none for a tensor of `rank` dims. */
export function checkTensorSpec(input: string, spec: unknown, rank: number): void {
  if (spec === null || spec === undefined) return;
  const wrong = (message: string): never => {
    throw new OnnxExporterError(
      "export/dynamic-shapes",
      `${input}: ${message}`,
      "give { axis: Dim(name) }, or a list with an entry for each axis",
    );
  };
  if (typeof spec !== "object") wrong(`${String(spec)} is no description of axes`);
  if (Array.isArray(spec) && spec.length !== rank) wrong(`${spec.length} entries for ${rank} axes`);
  for (const [key, axis] of Object.entries(spec as object)) {
    if (!/^\d+$/.test(key) || Number(key) >= rank) wrong(`there is no axis ${key}, the tensor has ${rank}`);
    if (axis !== null && !(axis instanceof DynamicDim) && typeof axis !== "string" && typeof axis !== "number")
      wrong(`axis ${key} is given as ${typeof axis}`);
  }
}
