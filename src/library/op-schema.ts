/** @file The schema of a user's op: as given, or read off the parameters of its function. */

import { splitOutside } from "../brackets.ts";
import { OnnxExporterError } from "../errors.ts";

/** `"unknown"`: every tensor may be written to, as in torch. */
export type MutatesArgs = readonly string[] | "unknown";

/**
 * The schema's text under `name`. Without `given` each parameter of `fn` is a Tensor, or what its default is (`factor = 0.5` a float, `times = 1` an
 * int, `mode = "fast"` a str, `on = true` a bool), and the result is one Tensor, none where something is written to. Throws `torch/schema` where
 * `mutates_args` and `given` disagree, and for parameters that say nothing.
 */
export function schemaText(name: string, given: string | undefined, mutates_args: MutatesArgs, fn: (...args: never[]) => unknown): string {
  if (given === undefined) return inferredSchema(name, mutates_args, fn);
  const text = given.startsWith("(") ? name + given : given;
  const written = [...text.slice(0, text.lastIndexOf(" -> ")).matchAll(/\([a-z]+!\)\S*\s+(\w+)/g)].map((m) => m[1] as string);
  const named = mutates_args === "unknown" ? written : mutates_args;
  if ([...named].sort().join() === [...written].sort().join()) return text;
  const [schema, args] = [written, named].map((list) => (list.length === 0 ? "nothing" : list.join(", ")));
  throw new OnnxExporterError(
    "torch/schema",
    `${name}: the schema writes to ${schema}, mutates_args says ${args}`,
    'mark what is written to in both: Tensor(a!) x, and mutates_args: ["x"]',
  );
}

function inferredSchema(name: string, mutates_args: MutatesArgs, fn: (...args: never[]) => unknown): string {
  const parameters = parametersOf(fn);
  const tensors = parameters.filter((p) => p.default === null).map((p) => p.name);
  const written = mutates_args === "unknown" ? tensors : mutates_args;
  const stranger = written.find((w) => !tensors.includes(w));
  if (stranger !== undefined) {
    throw new OnnxExporterError("torch/schema", `${name}: mutates_args names ${stranger}, the tensors are ${tensors.join(", ")}`);
  }
  const args = parameters.map((p) => {
    if (p.default !== null) return `${typeOf(name, p.name, p.default)} ${p.name}=${pythonOf(p.default)}`;
    const i = written.indexOf(p.name);
    return `Tensor${i < 0 ? "" : `(${String.fromCharCode(97 + i)}!)`} ${p.name}`;
  });
  return `${name}(${args.join(", ")}) -> ${written.length === 0 ? "Tensor" : "()"}`;
}

interface Parameter {
  readonly name: string;
  /** The text of its default; null without one. */
  readonly default: string | null;
}

/** The parameters of `fn`, as written. */
function parametersOf(fn: (...args: never[]) => unknown): Parameter[] {
  const text = Function.prototype.toString.call(fn);
  const single = /^(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(text)?.[1];
  if (single !== undefined) return [{ name: single, default: null }];
  const open = text.indexOf("(");
  let depth = 0;
  let close = open;
  for (; close < text.length; close++) {
    if ("([{".includes(text[close] as string)) depth++;
    if (")]}".includes(text[close] as string) && --depth === 0) break;
  }
  const list = splitOutside(text.slice(open + 1, close), ",").map((p) => p.trim());
  return list
    .filter((p) => p !== "")
    .map((p) => {
      const [, name, value] = /^([A-Za-z_$][\w$]*)\s*(?:=\s*([\s\S]+))?$/.exec(p) ?? [];
      if (name !== undefined) return { name, default: value ?? null };
      throw new OnnxExporterError(
        "torch/schema",
        `the parameter "${p}" has no name of its own`,
        'give the op a schema: "(Tensor x) -> Tensor"',
      );
    });
}

function typeOf(op: string, name: string, text: string): string {
  if (/^-?\d+$/.test(text)) return "int";
  if (/^-?[\d.]+(e[-+]?\d+)?$/.test(text)) return "float";
  if (text === "true" || text === "false") return "bool";
  if (/^(["'`]).*\1$/.test(text)) return "str";
  throw new OnnxExporterError(
    "torch/schema",
    `${op}: nothing says of which type ${name} = ${text} is`,
    'give the op a schema: "(Tensor x, int[] axes) -> Tensor"',
  );
}

const pythonOf = (text: string): string => (text === "true" ? "True" : text === "false" ? "False" : text.replaceAll(/^`|`$/g, '"'));
