/** @file What inference refuses, in words: which op and node, the types it has, the rule and what breaks it. */

import { dtypes, fromOnnx } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { show } from "../symbolic.ts";
import type { Node, Value, ValueType } from "./ir/graph.ts";
import { attributeNumbers } from "./opset/op-numbers.gen.ts";

/** What the core says is wrong with a node: a code of assembly/infer/table.ts and four operands; `dim` shows one of them as a size. */
export interface Problem {
  readonly code: number;
  readonly operands: readonly [number, number, number, number];
  dim(handle: number): string;
}

const typeText = (type: ValueType | null): string =>
  type === null ? "?" : `${dtypes[type.dtype].suffix}${type.shape === null ? "[…]" : `[${type.shape.map(show).join(", ")}]`}`;
const shapeText = (value: Value | null | undefined): string => {
  const shape = value?.type?.shape;
  return shape ? `[${shape.map(show).join(", ")}]` : "[…]";
};
const attributeName = (number: number): string => Object.entries(attributeNumbers).find(([, n]) => n === number)?.[0] ?? "?";
const dtypeName = (onnx: number): string => (onnx === 8 ? "string" : fromOnnx(onnx, "inference"));

/** The suffix of the error code, and what is wrong in words. */
type Row = readonly [reason: string, (node: Node, p: Problem) => string];

const rows: { readonly [code: number]: Row } = {
  1: [
    "broadcast",
    (node, { operands: [i, j, axis] }) => {
      const [a, b] = [node.inputs[i]?.type?.shape?.at(axis), node.inputs[j]?.type?.shape?.at(axis)];
      const sizes = a !== undefined && b !== undefined ? `: dim ${axis} is ${show(a)} and ${show(b)}` : ` at dim ${axis}`;
      return `cannot broadcast ${shapeText(node.inputs[i])} with ${shapeText(node.inputs[j])}${sizes}`;
    },
  ],
  2: [
    "dims",
    (node, p) =>
      `dim ${p.operands[1]} of input ${p.operands[0]} ${shapeText(node.inputs[p.operands[0]])} is ${p.dim(p.operands[2])}, not ${p.dim(p.operands[3])}`,
  ],
  3: [
    "rank",
    (node, { operands: [i, least, most] }) => {
      const wanted =
        least === most ? `${least}` : most >= 32 ? `at least ${least}` : least === 0 ? `at most ${most}` : `${least} to ${most}`;
      return `input ${i} ${shapeText(node.inputs[i])} must have rank ${wanted}`;
    },
  ],
  4: ["axis", (_, { operands: [axis, rank] }) => `axis ${axis} is out of range for rank ${rank}`],
  5: [
    "dtype",
    (_, { operands: [i, j, a, b] }) => `inputs ${i} and ${j} must have one dtype, they have ${dtypeName(a)} and ${dtypeName(b)}`,
  ],
  6: [
    "attribute",
    (_, { operands: [name, got, wanted] }) =>
      wanted > 0
        ? `attribute ${attributeName(name)} has ${got < 0 ? "no" : got} entries, or not the allowed ones; wanted ${wanted}`
        : `attribute ${attributeName(name)} is missing or not allowed`,
  ],
  7: [
    "count",
    (node, p) =>
      `${shapeText(node.inputs[0])} has ${p.dim(p.operands[0])} elements, the new shape ${p.operands[2] === 1 ? `needs a multiple of ${p.dim(p.operands[1])}` : `has ${p.dim(p.operands[1])}`}`,
  ],
  8: ["input", (_, { operands: [i] }) => `input ${i} is missing`],
  9: [
    "declared",
    (_, p) => `dim ${p.operands[1]} of output ${p.operands[0]} is ${p.dim(p.operands[2])}, but ${p.dim(p.operands[3])} is declared`,
  ],
  10: ["value", (_, p) => `element ${p.operands[1]} of input ${p.operands[0]} must not be ${p.dim(p.operands[2])}`],
  11: ["declared-dtype", (_, { operands: [o, a, b] }) => `output ${o} is ${dtypeName(a)}, but also ${dtypeName(b)}`],
  12: ["declared-rank", (_, { operands: [o, a, b] }) => `output ${o} has rank ${a}, but rank ${b} is declared`],
  13: ["length", (_, { operands: [i, got, wanted] }) => `input ${i} has ${got} elements, not ${wanted}`],
  15: ["rank", (_, { operands: [o, got, most] }) => `output ${o} would have rank ${got}; at most ${most} is handled`],
  16: ["dtype", (_, { operands: [o, dtype] }) => `output ${o} would have the data type ${dtype}, which ONNX does not know`],
  14: ["body", (_, { operands: [, got, wanted] }) => `its body has ${got} inputs or outputs, not ${wanted}`],
};

/** The error `infer/<reason>` for a node. `where` is its place in the user's program, "" where unknown. */
export function inferenceError(node: Node, problem: Problem, where: string): OnnxExporterError {
  const [reason, text] = rows[problem.code] ?? ["unknown", () => `code ${problem.code}`];
  const name = node.name === null || node.name === "" ? "" : ` (node ${node.name})`;
  const types = node.inputs.map((v) => (v === null ? "_" : typeText(v.type))).join(", ");
  return new OnnxExporterError(`infer/${reason}`, `${where === "" ? "" : `${where}: `}${node.op}(${types})${name}: ${text(node, problem)}`);
}
