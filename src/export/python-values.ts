/** @file Literals as Python's `repr` writes them. */

import { type Arg, type Complex, type Device, Value } from "../aten/graph.ts";
import { torchTarget } from "./pt2/op-names.ts";

/** `form` is the kind of literal where the value does not say it: `as_float` (2.0), `as_scalar_type` (torch.float32), …; "" otherwise. */
export function printArg(arg: Arg, form: string): string {
  if (arg instanceof Value) return arg.name;
  if (arg === null) return "None";
  if (typeof arg === "boolean") return arg ? "True" : "False";
  if (typeof arg === "bigint") return String(arg);
  if (typeof arg === "number") return /float/.test(form) || !Number.isInteger(arg) ? printFloat(arg) : printInteger(arg);
  if (typeof arg === "string") return /^as_(scalar_type|memory_format|layout)$/.test(form) ? `torch.${arg}` : printText(arg, form);
  if (Array.isArray(arg)) return printList(arg as readonly Arg[], form);
  return printObject(arg as Exclude<typeof arg, readonly Arg[]>);
}

/** 2^63 stands for Python's 2^63-1, "to the end". */
const printInteger = (n: number): string => (n === 2 ** 63 ? "9223372036854775807" : BigInt(n).toString());

function printList(items: readonly Arg[], form: string): string {
  const texts = items.map((item) => printArg(item, form === "as_int_lists" ? "tuple" : form));
  return form === "tuple" ? `(${texts.join(", ")}${texts.length === 1 ? "," : ""})` : `[${texts.join(", ")}]`;
}

function printObject(arg: object): string {
  if ("re" in arg && "im" in arg) return printComplex(arg as Complex);
  if ("index" in arg && "type" in arg) {
    const { type, index } = arg as Device;
    return `device(type='${type}'${index === null ? "" : `, index=${index}`})`;
  }
  if ("nodes" in arg && "name" in arg) return String(arg.name);
  return `{${Object.entries(arg)
    .map(([k, v]) => `${printText(k, "")}: ${printArg(v as Arg, "")}`)
    .join(", ")}}`;
}

/** Shortest digits that read back, an exponent below 1e-4 and from 1e16 on. */
export function printFloat(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (Object.is(x, -0)) return "-0.0";
  const size = Math.abs(x);
  if (x !== 0 && (size < 1e-4 || size >= 1e16)) {
    return x.toExponential().replace(/e([+-])(\d+)$/, (_, sign: string, digits: string) => `e${sign}${digits.padStart(2, "0")}`);
  }
  return Number.isInteger(x) ? `${x}.0` : String(x);
}

function printComplex({ re, im }: Complex): string {
  const part = (x: number): string => printFloat(x).replace(/\.0$/, "");
  if (re === 0 && !Object.is(re, -0)) return `${part(im)}j`;
  return `(${part(re)}${im >= 0 && !Object.is(im, -0) ? "+" : ""}${part(im)}j)`;
}

function printText(text: string, form: string): string {
  if (form === "as_operator") return torchTarget(text);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll(quote, `\\${quote}`)
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t")
    .replaceAll("\r", "\\r");
  return quote + escaped + quote;
}
