/** @file SymPy expressions that are not integer arithmetic: printed as SymPy prints them, and evaluated on numbers. */

import { OnnxExporterError } from "../../errors.ts";
import { callee, type Python } from "./python.ts";

const infix: Readonly<Record<string, string>> = {
  GreaterThan: ">=",
  LessThan: "<=",
  StrictGreaterThan: ">",
  StrictLessThan: "<",
  Add: "+",
  Mul: "*",
  And: "&",
  Or: "|",
  FloorDiv: "//",
  IntTrueDiv: "/",
  FloatTrueDiv: "/",
  Pow: "**",
  FloatPow: "**",
  PowByNatural: "**",
};
const renamed: Readonly<Record<string, string>> = { Equality: "Eq", Unequality: "Ne" };

/** Names of the symbols in `x`, each once, in the order that they appear. */
export function symbolNames(x: Python, found: string[] = []): string[] {
  if (callee(x) === "Symbol" && x.kind === "call" && x.args[0]?.kind === "string") note(found, x.args[0].value);
  else if (x.kind === "name" && !Object.hasOwn(constants, x.id)) note(found, x.id);
  else for (const part of parts(x)) symbolNames(part, found);
  return found;
}

const note = (found: string[], name: string): void => {
  if (!found.includes(name)) found.push(name);
};

function parts(x: Python): readonly Python[] {
  switch (x.kind) {
    case "call":
      return x.args;
    case "attribute":
      return [x.of];
    case "subscript":
      return [x.of, x.index];
    case "unary":
      return [x.x];
    case "binary":
    case "compare":
      return [x.a, x.b];
    case "tuple":
      return x.items;
    default:
      return [];
  }
}

/** `x` as `str` writes it. `known` prints the parts that are plain integer arithmetic. */
export function printPython(x: Python, known: (x: Python) => string | null = () => null): string {
  const text = known(x);
  if (text !== null) return text;
  const show = (p: Python): string => printPython(p, known);
  const isPrimary = (p: Python): boolean => /^(name|attribute|subscript)$/.test(p.kind) || (p.kind === "call" && p.fn.kind === "attribute");
  const inner = (p: Python): string => (isPrimary(p) || /^[\w.]+$|^\w+\([^()]*\)$/.test(show(p)) ? show(p) : `(${show(p)})`);
  switch (x.kind) {
    case "number":
      return x.text;
    case "string":
      return `'${x.value}'`;
    case "name":
      return x.id;
    case "attribute":
      return `${inner(x.of)}.${x.name}`;
    case "subscript":
      return `${inner(x.of)}[${show(x.index)}]`;
    case "unary":
      return x.op === "not" ? `not ${inner(x.x)}` : `${x.op}${inner(x.x)}`;
    case "binary":
    case "compare":
      return x.op === "+" || x.kind === "compare" ? `${show(x.a)} ${x.op} ${show(x.b)}` : `${inner(x.a)}${x.op}${inner(x.b)}`;
    case "tuple":
      return `(${x.items.map(show).join(", ")})`;
    case "call":
      return printCall(x, callee(x), show, inner);
  }
}

function printCall(x: Python & { kind: "call" }, fn: string | null, show: (p: Python) => string, inner: (p: Python) => string): string {
  const [first] = x.args;
  if (fn === null) return `${inner(x.fn)}(${x.args.map(show).join(", ")})`;
  if (fn === "Symbol" && first?.kind === "string") return first.value;
  if ((fn === "Integer" || fn === "Float") && first !== undefined) return first.kind === "string" ? first.value : show(first);
  if (fn === "Rational") return x.args.map(show).join("/");
  if (fn === "Not" && first !== undefined) return `~${inner(first)}`;
  if (fn === "ExprCondPair") return `(${x.args.map(show).join(", ")})`.replace("true)", "True)");
  const op = Object.hasOwn(infix, fn) ? infix[fn] : undefined;
  if (op === undefined) return `${Object.hasOwn(renamed, fn) ? renamed[fn] : fn}(${x.args.map(show).join(", ")})`;
  if (op === "+") return x.args.map(show).join(" + ").replaceAll("+ -", "- ");
  return x.args.map(inner).join(/[<>&|]/.test(op) ? ` ${op} ` : op);
}

type Number_ = number | boolean;

const constants: Readonly<Record<string, Number_>> = {
  true: true,
  false: false,
  True: true,
  False: false,
  oo: Infinity,
  int_oo: Infinity,
};

const fold =
  (f: (a: number, b: number) => Number_) =>
  ([first = NaN, ...rest]: number[]) =>
    rest.reduce((a, b) => Number(f(a, b)), first);
const floormod = (a: number, b: number): number => a - b * Math.floor(a / b);
/** Half to even, as Python's round. */
const round = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

const arithmetic: Readonly<Record<string, (xs: number[]) => Number_>> = {
  Add: fold((a, b) => a + b),
  Mul: fold((a, b) => a * b),
  Max: fold(Math.max),
  Min: fold(Math.min),
  Pow: fold((a, b) => a ** b),
  FloorDiv: fold((a, b) => Math.floor(a / b)),
  CleanDiv: fold((a, b) => Math.floor(a / b)),
  CeilDiv: fold((a, b) => Math.ceil(a / b)),
  IntTrueDiv: fold((a, b) => a / b),
  Rational: fold((a, b) => a / b),
  Mod: fold(floormod),
  ModularIndexing: ([x = NaN, d = NaN, m = NaN]) => floormod(Math.floor(x / d), m),
  LShift: fold((a, b) => a * 2 ** b),
  RShift: fold((a, b) => Math.floor(a / 2 ** b)),
  TruncToInt: ([x = NaN]) => Math.trunc(x),
  FloorToInt: ([x = NaN]) => Math.floor(x),
  CeilToInt: ([x = NaN]) => Math.ceil(x),
  RoundToInt: ([x = NaN]) => round(x),
  RoundDecimal: ([x = NaN, digits = 0]) => round(x * 10 ** digits) / 10 ** digits,
  Identity: ([x = NaN]) => x,
  Where: ([c, a = NaN, b = NaN]) => (c ? a : b),
  GreaterThan: fold((a, b) => a >= b),
  LessThan: fold((a, b) => a <= b),
  StrictGreaterThan: fold((a, b) => a > b),
  StrictLessThan: fold((a, b) => a < b),
  Equality: fold((a, b) => a === b),
  Unequality: fold((a, b) => a !== b),
  And: (xs) => xs.every(Boolean),
  Or: (xs) => xs.some(Boolean),
  Not: ([x]) => !x,
  abs: ([x = NaN]) => Math.abs(x),
  sqrt: ([x = NaN]) => Math.sqrt(x),
  exp: ([x = NaN]) => Math.exp(x),
  log: ([x = NaN]) => Math.log(x),
};
const synonyms: Readonly<Record<string, string>> = {
  "+": "Add",
  "*": "Mul",
  "**": "Pow",
  "//": "FloorDiv",
  "/": "IntTrueDiv",
  "%": "Mod",
  "<<": "LShift",
  ">>": "RShift",
  ">=": "GreaterThan",
  "<=": "LessThan",
  ">": "StrictGreaterThan",
  "<": "StrictLessThan",
  "==": "Equality",
  "!=": "Unequality",
  "&": "And",
  "|": "Or",
  and: "And",
  or: "Or",
  FloatTrueDiv: "IntTrueDiv",
  FloatPow: "Pow",
  PowByNatural: "Pow",
  PythonMod: "Mod",
  TruncToFloat: "TruncToInt",
  ToFloat: "Identity",
  Float: "Identity",
  Integer: "Identity",
  Eq: "Equality",
  Ne: "Unequality",
  max: "Max",
  min: "Min",
  floor: "FloorToInt",
  ceiling: "CeilToInt",
  Abs: "abs",
};

/** The value of `x` when symbols have the values that `symbol` gives. Throws `pt2/expression` for functions that are not known. */
export function evaluatePython(x: Python, symbol: (name: string) => number): Number_ {
  const value = (p: Python): number => Number(evaluatePython(p, symbol));
  if (x.kind === "number") return Number(x.value);
  if (x.kind === "string") return Number(x.value);
  if (x.kind === "name") return Object.hasOwn(constants, x.id) ? (constants[x.id] as Number_) : symbol(x.id);
  if (x.kind === "unary") return x.op === "not" || x.op === "~" ? !value(x.x) : x.op === "-" ? -value(x.x) : value(x.x);
  if (x.kind === "binary" && x.op === "-") return value(x.a) - value(x.b);
  const fn = x.kind === "binary" || x.kind === "compare" ? x.op : callee(x);
  if (fn === "Symbol" && x.kind === "call" && x.args[0]?.kind === "string") return symbol(x.args[0].value);
  if (fn === "Piecewise" && x.kind === "call") return piecewise(x.args, value);
  const row = fn === null ? undefined : Object.hasOwn(synonyms, fn) ? (synonyms[fn] as string) : fn;
  if (row === undefined || !Object.hasOwn(arithmetic, row)) {
    const hint = "make the dimension static (leave it out of dynamic_shapes)";
    throw new OnnxExporterError("pt2/expression", `the size ${printPython(x)} cannot be computed: ${fn ?? x.kind} is not known`, hint);
  }
  return (arithmetic[row] as (xs: number[]) => Number_)(parts(x).map(value));
}

function piecewise(branches: readonly Python[], value: (p: Python) => number): number {
  for (const branch of branches) {
    const [result, condition] = parts(branch);
    if (result !== undefined && condition !== undefined && value(condition)) return value(result);
  }
  return NaN;
}
