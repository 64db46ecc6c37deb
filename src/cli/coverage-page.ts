/** @file docs/coverage.md: the tables as a page, a family a section. */

import type { DType } from "../dtype.ts";
import { coreCount, coverage, inPlace, missing, type OpCoverage, opsets, opsetText, outs } from "./op-coverage.ts";

/** dtypes as the page writes them, in its order. */
const short: { readonly [dtype in DType]?: string } = {
  float32: "f32",
  float16: "f16",
  bfloat16: "bf16",
  float64: "f64",
  int64: "i64",
  int32: "i32",
  int16: "i16",
  int8: "i8",
  uint8: "u8",
  bool: "bool",
  complex64: "c64",
  complex128: "c128",
};
const order = Object.keys(short) as DType[];

export const dtypeText = (dtypes: readonly DType[]): string =>
  dtypes
    .toSorted((a, b) => ((order.indexOf(a) + 99) % 99) - ((order.indexOf(b) + 99) % 99))
    .map((d) => short[d] ?? d)
    .join(" ");

/** `direct`; `decomposed, 19-26 (18 in part)`. Opsets are named where they are not all. */
export function loweringText({ route, recorded }: OpCoverage): string {
  if (recorded.partly.length === 0) return recorded.rows === 0 ? route : "refused";
  const [whole, partly] = [recorded.opsets, recorded.partly.filter((n) => !recorded.opsets.includes(n))];
  if (whole.length === opsets.length) return route;
  return [route, opsetText(whole), partly.length > 0 ? `${opsetText(partly)} in part` : ""].filter(Boolean).join(", ");
}

/** `meta eval`, `decompose`, `view: meta eval`. */
export const meaningText = ({ meaning, view }: OpCoverage): string => (view ? "view: " : "") + meaning.join(" ");

/** The first lines of page and command. */
export function summary(): string[] {
  const ops = coverage();
  const count = (test: (o: OpCoverage) => boolean): number => ops.filter(test).length;
  const { wanted, outOfScope } = missing();
  const { total, meaning, lowering } = coreCount();
  const computed = count((o) => o.meaning.includes("eval"));
  const converts = count((o) => o.recorded.partly.length > 0);
  return [
    `Core ATen: ${meaning} of ${total} ops have a meaning, ${lowering} a lowering for every opset from ${opsets[0]} to ${opsets.at(-1)}.`,
    `${ops.length} ops have a meaning: ${computed} computed by kernels, ${ops.length - computed} by decomposition. ${inPlace().length} in-place ops and ${outs().length} out overloads more come with their functional twins.`,
    `${converts} convert: ${count((o) => o.route === "direct")} have a lowering of their own, the others decompose or are rewritten by the complex pass.`,
    `${count((o) => o.recorded.rows > 0)} have rows that PyTorch answered, ${ops.reduce((n, o) => n + o.recorded.rows, 0)} in all.`,
    `To do: ${wanted.length} ops. Out of scope: ${[...outOfScope.values()].flat().length}.`,
  ];
}

const code = (ops: readonly string[]): string => ops.map((op) => `\`${op}\``).join(" ");

function section(family: string, ops: readonly OpCoverage[]): string {
  const row = (o: OpCoverage): string =>
    `| ${o.op.replace("aten::", "")}${o.core ? " *" : ""} | ${meaningText(o)} | ${loweringText(o)}${o.complexRule && o.route !== "complex rule" ? " +c" : ""} | ${dtypeText(o.recorded.dtypes)} | ${o.recorded.rows} |`;
  return [`## ${family}`, "", "| op | meaning | lowering | dtypes | rows |", "|---|---|---|---|---|", ...ops.map(row), ""].join("\n");
}

/** The page: the summary, the to-do list, what is out of scope, and every op. */
export function coveragePage(): string {
  const ops = coverage();
  const { wanted, outOfScope } = missing();
  const families = [...new Set(ops.map((o) => o.family))].sort();
  const wantedIn = [...new Set(wanted.map((op) => op.split("::")[0] as string))];
  return [
    "# Coverage",
    "",
    "Written by `npm run coverage` from the tables of ops and from their recorded rows; `torch-onnx ops` prints the same.",
    "",
    ...summary().map((line) => `- ${line}`),
    "",
    `Meaning: \`meta\` types, \`eval\` values, \`decompose\` other ops. Lowering: how the op comes to ONNX; opsets from ${opsets[0]} to ${opsets.at(-1)}, named where`,
    "not all of its rows convert for all of them. +c: complex operands have a rule of their own, else they go through the decomposition. dtypes: of the first",
    "tensor in the rows. *: Core ATen. An op without namespace is `aten::`'s.",
    "",
    "## To do",
    "",
    "Schemas less table.",
    "",
    ...wantedIn.map(
      (space) => `- ${space}: ${code(wanted.filter((op) => op.startsWith(`${space}::`)).map((op) => op.slice(space.length + 2)))}`,
    ),
    "",
    "## Out of scope",
    "",
    "| reason | ops |",
    "|---|---|",
    ...[...outOfScope].sort(([a], [b]) => (a < b ? -1 : 1)).map(([reason, list]) => `| ${reason} | ${list.length} |`),
    "",
    ...families.map((family) =>
      section(
        family,
        ops.filter((o) => o.family === family),
      ),
    ),
  ].join("\n");
}
