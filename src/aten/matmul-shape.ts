/** @file Shapes of matrix products, and the closed form of einsum equations: shared by meaning and lowering. */

import { internal, OnnxExporterError } from "../errors.ts";
import { type Dim, isStatic, type Shape } from "../symbolic.ts";
import { broadcastShapes } from "./broadcast.ts";
import { showShape } from "./view-shape.ts";

/**
 * Shape of `torch.matmul`: vectors count as a row on the left and a column on the right, batch dims broadcast.
 * Throws `shape/matmul` where the inner sizes are known and differ, and for 0-d operands; while a model is traced, `trace/specialize` where a
 * dynamic size meets a fixed one.
 */
export function matmulShape(a: Shape, b: Shape): Dim[] {
  const [inner, other] = [a.at(-1), b.at(Math.max(b.length - 2, 0))];
  if (inner === undefined || other === undefined || (isStatic(inner) && isStatic(other) && inner !== other)) {
    throw new OnnxExporterError(
      "shape/matmul",
      `cannot multiply ${showShape(a)} with ${showShape(b)}`,
      "the last size of the left must be the second to last of the right",
    );
  }
  meet(inner, other);
  const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
  return [...batch, ...a.slice(-2, -1), ...(b.length > 1 ? b.slice(-1) : [])];
}

/** Two sizes that must be one. A dynamic one that meets a number is that number: the tracer, which `onCoerce` asks, does not have it fixed. */
function meet(a: Dim, b: Dim): void {
  const open = isStatic(a) ? b : a;
  if (isStatic(a) !== isStatic(b) && !isStatic(open)) open.env.onCoerce?.(open);
}

/** An einsum equation with the ellipsis written out: one label per dim. */
export interface Einsum {
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** `A` to `Z` come before `a` to `z`, as PyTorch orders the labels of an implicit output. */
const byLabel = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function labelsOf(subscript: string, equation: string): string[] {
  return (subscript.match(/\.\.\.|./g) ?? []).map((s) => {
    if (s === "..." || /[a-zA-Z]/.test(s)) return s;
    throw new OnnxExporterError(
      "shape/einsum",
      `einsum "${equation}": ${s} is not a label`,
      "labels are letters, with at most one ... per operand",
    );
  });
}

/**
 * Parses PyTorch's einsum notation for operands of the given ranks. Dims of the ellipsis get the labels `.0`, `.1`, … counted from the
 * right, so that they align as in broadcasting. Throws `shape/einsum` when labels and ranks disagree.
 */
export function parseEinsum(equation: string, ranks: readonly number[]): Einsum {
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const subscripts = left.split(",").map((s) => labelsOf(s, equation));
  if (subscripts.length !== ranks.length) {
    throw new OnnxExporterError("shape/einsum", `einsum "${equation}" names ${subscripts.length} operands, got ${ranks.length}`);
  }
  let spread = 0;
  const operands = subscripts.map((labels, i) => {
    const rank = ranks[i] ?? internal("einsum: an operand without rank");
    const at = labels.indexOf("...");
    const extra = at < 0 ? 0 : rank - labels.length + 1;
    if (extra < 0 || (at < 0 && labels.length !== rank)) {
      throw new OnnxExporterError("shape/einsum", `einsum "${equation}": operand ${i} has ${rank} dims`, "one label per dim");
    }
    spread = Math.max(spread, extra);
    return at < 0 ? labels : [...labels.slice(0, at), ...ellipsis(extra), ...labels.slice(at + 1)];
  });
  return {
    operands,
    output:
      right === undefined
        ? implicitOutput(operands, spread)
        : labelsOf(right, equation).flatMap((s) => (s === "..." ? ellipsis(spread) : [s])),
  };
}

const ellipsis = (n: number): string[] => Array.from({ length: n }, (_, i) => `.${n - 1 - i}`);

function implicitOutput(operands: readonly (readonly string[])[], spread: number): string[] {
  const count = new Map<string, number>();
  for (const label of operands.flat()) if (!label.startsWith(".")) count.set(label, (count.get(label) ?? 0) + 1);
  const once = [...count].filter(([, n]) => n === 1).map(([label]) => label);
  return [...ellipsis(spread), ...once.sort(byLabel)];
}

/** Size of each label: the sizes it stands for, broadcast. */
export function labelSizes(einsum: Einsum, shapes: readonly Shape[]): Map<string, Dim> {
  const sizes = new Map<string, Dim>();
  einsum.operands.forEach((labels, i) => {
    labels.forEach((label, k) => {
      const d = (shapes[i] as Shape)[k] as Dim;
      const known = sizes.get(label);
      sizes.set(label, known === undefined ? d : (broadcastShapes([known], [d])[0] as Dim));
    });
  });
  return sizes;
}

/** Which dims of operand `i` have size 1 where their label has another size: they broadcast. */
export function stretchedDims(einsum: Einsum, i: number, shape: Shape, sizes: ReadonlyMap<string, Dim>): number[] {
  return (einsum.operands[i] as readonly string[]).flatMap((label, k) => (shape[k] === 1 && sizes.get(label) !== 1 ? [k] : []));
}
