/** @file Sizes written as SymPy expressions → symbolic dims; what no dim can say becomes an opaque expression that can still be evaluated. */

import { add, bounds, ceildiv, type Dim, floordiv, max, min, mod, mul, neg, type SymEnv, show, sub } from "../../symbolic.ts";
import type { Place } from "./place.ts";
import { callee, type Python, parsePython } from "./python.ts";
import { evaluatePython, printPython, symbolNames } from "./sympy.ts";

type Dims = (...args: Dim[]) => Dim | null;

const many =
  (f: (a: Dim, b: Dim) => Dim): Dims =>
  (...args) =>
    args.length === 0 ? null : args.reduce(f);
const two =
  (f: (a: Dim, b: Dim) => Dim | null): Dims =>
  (...args) =>
    args.length === 2 ? f(args[0] as Dim, args[1] as Dim) : null;
/** Division by a literal 0 stays opaque: it stands in a branch that is never taken. */
const divided = (f: (a: Dim, b: Dim) => Dim): Dims => two((a, b) => (b === 0 ? null : f(a, b)));

function power(a: Dim, b: Dim): Dim | null {
  if (typeof b !== "number" || b < 0 || b > 16) return null;
  return new Array<Dim>(b).fill(a).reduce<Dim>(mul, 1);
}
const shift = (a: Dim, b: Dim, f: (a: Dim, by: Dim) => Dim): Dim | null =>
  typeof b === "number" && b >= 0 && b < 48 ? f(a, 2 ** b) : null;

/** Functions of sympy and of torch.utils._sympy.functions on integers. */
const functions: ReadonlyMap<string, Dims> = new Map<string, Dims>([
  ["Add", many(add)],
  ["Mul", many(mul)],
  ["Max", many(max)],
  ["Min", many(min)],
  ["max", many(max)], // guards are Python, not SymPy
  ["min", many(min)],
  ["Pow", two(power)],
  ["PowByNatural", two(power)],
  ["FloorDiv", divided(floordiv)],
  ["CleanDiv", divided(floordiv)],
  ["CeilDiv", divided(ceildiv)],
  ["Mod", divided(mod)],
  ["PythonMod", divided(mod)],
  [
    "ModularIndexing",
    (...args) => (args.length === 3 && args[1] !== 0 && args[2] !== 0 ? mod(floordiv(...firstTwo(args)), args[2] as Dim) : null),
  ],
  ["Identity", (...args) => (args.length === 1 ? (args[0] as Dim) : null)],
  ["LShift", two((a, b) => shift(a, b, mul))],
  ["RShift", two((a, b) => shift(a, b, floordiv))],
]);
const firstTwo = (args: Dim[]): [Dim, Dim] => [args[0] as Dim, args[1] as Dim];

const operators: ReadonlyMap<string, Dims> = new Map<string, Dims>([
  ["+", two(add)],
  ["-", two(sub)],
  ["*", two(mul)],
  ["//", divided(floordiv)],
  ["%", divided(mod)],
  ["**", two(power)],
  ["<<", two((a, b) => shift(a, b, mul))],
  [">>", two((a, b) => shift(a, b, floordiv))],
]);

/** Rounds of a true quotient: `FloorToInt(IntTrueDiv(a, b))`. */
const rounds: ReadonlyMap<string, (a: Dim, b: Dim) => Dim | null> = new Map<string, (a: Dim, b: Dim) => Dim | null>([
  ["FloorToInt", floordiv],
  ["floor", floordiv],
  ["CeilToInt", ceildiv],
  ["ceiling", ceildiv],
  ["TruncToInt", (a, b) => (bounds(a)[0] >= 0 && bounds(b)[0] > 0 ? floordiv(a, b) : null)],
]);

/** What a name or a longer expression of the program stands for; null: nothing known. */
export type Resolve = (x: Python) => Dim | null;

/** Reads expressions of one program; equal texts are read once. */
export class Expressions {
  readonly env: SymEnv;
  readonly #dims = new Map<string, Dim>();
  /** Names of the symbols that were read. */
  readonly seen = new Set<string>();

  constructor(env: SymEnv) {
    this.env = env;
  }

  /** The integer that `text` says: `Add(Symbol('s77', positive=True, integer=True), Integer(1))` or `s77 + 1`. Throws `pt2/expression`. */
  dim(text: string, place: Place): Dim {
    let dim = this.#dims.get(text);
    if (dim === undefined) {
      dim = this.parse(text, place);
      this.#dims.set(text, dim);
    }
    return dim;
  }

  /** `dim`, without remembering the text. */
  parse(text: string, place: Place): Dim {
    const parsed = parsePython(text);
    if (typeof parsed === "string") return place.fail("expression", `cannot read the size "${text}": ${parsed}`);
    return this.toDim(parsed, this.symbols) ?? this.opaque(parsed);
  }

  /** Whether every symbol of `text` was read since the last `seen.clear()`. */
  mentioned(text: string): boolean {
    const parsed = parsePython(text);
    return typeof parsed !== "string" && symbolNames(parsed).every((name) => this.seen.has(name));
  }

  /** Names are symbols: how sizes are written. */
  readonly symbols: Resolve = (x) => {
    if (x.kind !== "name" || /^(true|false|oo|int_oo|nan|zoo|True|False|None)$/.test(x.id)) return null;
    this.seen.add(x.id);
    return this.env.symbol(x.id);
  };

  /** `x` as an expression that is only carried: its symbols are its arguments, so that it can be evaluated. */
  opaque(x: Python): Dim {
    const names = symbolNames(x);
    const args = names.map((n) => this.env.symbol(n));
    for (const n of names) this.seen.add(n);
    return this.env.opaque(printPython(x), args, (...values) => {
      const known = new Map(names.map((n, i) => [n, values[i] as number]));
      return Number(evaluatePython(x, (name) => known.get(name) as number));
    });
  }

  /** `x` as a dim; null where no arithmetic on integers says it. */
  toDim(x: Python, resolve: Resolve): Dim | null {
    if (x.kind === "number") return integer(this.env, x.value);
    const known = resolve(x);
    if (known !== null) return known;
    if (x.kind === "unary") {
      const inner = x.op === "-" || x.op === "+" ? this.toDim(x.x, resolve) : null;
      return inner === null ? null : x.op === "-" ? neg(inner) : inner;
    }
    if (x.kind === "binary") return this.#apply(operators.get(x.op), [x.a, x.b], resolve);
    return x.kind === "call" ? this.#call(x.args, callee(x), resolve) : null;
  }

  #call(args: readonly Python[], fn: string | null, resolve: Resolve): Dim | null {
    if (fn === null) return null;
    const [first] = args;
    if (fn === "Symbol") return first?.kind === "string" ? resolve({ kind: "name", id: first.value }) : null;
    if (fn === "Integer") return first === undefined ? null : this.toDim(first, resolve);
    const round = rounds.get(fn);
    if (round !== undefined) return this.#round(round, first, resolve);
    return this.#apply(functions.get(fn), args, resolve);
  }

  #apply(f: Dims | undefined, args: readonly Python[], resolve: Resolve): Dim | null {
    if (f === undefined) return null;
    const dims: Dim[] = [];
    for (const a of args) {
      const dim = this.toDim(a, resolve) ?? (resolve === this.symbols && isInteger(a) ? this.opaque(a) : null);
      if (dim === null) return null;
      dims.push(dim);
    }
    return f(...dims);
  }

  #round(f: (a: Dim, b: Dim) => Dim | null, x: Python | undefined, resolve: Resolve): Dim | null {
    const quotient = x === undefined ? null : this.#quotient(x, resolve);
    return quotient === null ? null : f(...quotient);
  }

  /** `x`, a float of the program, as an exact quotient: `(ToFloat(s0) - 0.5)/2.0` is (2*s0 - 1)/4. null where floats would round. */
  #quotient(x: Python, resolve: Resolve): Quotient | null {
    if (x.kind === "number") return dyadic(x.value);
    const fn = x.kind === "call" ? callee(x) : null;
    const args = x.kind === "call" ? x.args : x.kind === "binary" ? [x.a, x.b] : [];
    const [first] = args;
    if (fn === "ToFloat") return first === undefined ? null : this.#quotient(first, resolve);
    if (fn === "Float") return first?.kind === "string" ? dyadic(Number(first.value)) : null;
    const whole = this.toDim(x, resolve);
    if (whole !== null) return [whole, 1];
    const combine = rationals.get(x.kind === "binary" ? x.op : (fn ?? ""));
    const parts = args.map((q) => this.#quotient(q, resolve));
    if (combine === undefined || parts.length < 2) return null;
    return parts.reduce((a, b) => (a === null || b === null ? null : combine(a, b)));
  }
}

/** Numerator and denominator. */
type Quotient = readonly [Dim, Dim];

type Rational = (a: Quotient, b: Quotient) => Quotient | null;

const sum: Rational = ([a, b], [c, d]) => [add(mul(a, d), mul(c, b)), mul(b, d)];
const product: Rational = ([a, b], [c, d]) => [mul(a, c), mul(b, d)];
const ratio: Rational = ([a, b], [c, d]) => (c === 0 ? null : [mul(a, d), mul(b, c)]);
const rationals: ReadonlyMap<string, Rational> = new Map([
  ["+", sum],
  ["Add", sum],
  ["-", (a, [c, d]) => sum(a, [neg(c), d])],
  ["*", product],
  ["Mul", product],
  ["/", ratio],
  ["IntTrueDiv", ratio],
  ["FloatTrueDiv", ratio],
]);

/** A number that floats hold exactly with few bits after the point; 0.1 is none: its products round. */
function dyadic(value: number | bigint): Quotient | null {
  if (typeof value === "bigint") return null;
  for (let d = 1; d <= 1024; d *= 2) if (Number.isSafeInteger(value * d)) return [value * d, d];
  return null;
}

/** Whether an expression that no dim can say is an integer for sure, so that arithmetic around it stays open. */
const isInteger = (x: Python): boolean => {
  const fn = callee(x);
  return fn !== null && (/ToInt$/.test(fn) || functions.has(fn) || /^(floor|ceiling)$/.test(fn));
};

function integer(env: SymEnv, value: number | bigint): Dim | null {
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? env.integer(value) : null;
  return Number.isInteger(value) ? value : null;
}

/** The text of a symbolic float or bool as PyTorch prints it: `u0 >= 0`, `1.7*ToFloat(s77)`. */
export function showExpression(text: string, expressions: Expressions): string {
  const x = parsePython(text);
  if (typeof x === "string") return text;
  return printPython(x, (part) => {
    const dim = expressions.toDim(part, expressions.symbols);
    return dim === null ? null : show(dim);
  });
}
