/**
 * @file Symbolic dimensions: polynomials with integer coefficients over interned atoms, kept in the core
 * (assembly/symbolic). Equal expressions have equal handles and one object each, so `===` decides equality of expressions.
 *
 * A handle >= 0 is a literal; a negative one is `~index` of an expression. Names of symbols and texts of opaque expressions live here.
 */

import { core } from "./core/door.ts";
import { internal, OnnxExporterError } from "./errors.ts";
import { memo, orderTerms, printDim } from "./symbolic-print.ts";

/** A size: a number, or a symbolic integer. */
export type Dim = number | SymInt;
export type Shape = readonly Dim[];
export type Relation = "<" | "<=" | ">" | ">=" | "==" | "!=";

/** One summand: `coefficient * atoms[0] * atoms[1] * …`; a power is a repeated atom, the constant has no atoms. */
export interface Term {
  /** A bigint only where a double cannot hold it. */
  readonly coefficient: number | bigint;
  readonly atoms: readonly Atom[];
}

/**
 * What a polynomial is made of. `add` and `mul` are sums and products too large to expand; `broadcast(a, b)` is b where a is 1, else a
 * (what ONNX makes of two dims of which nothing else is known). `dim` is the atom as an expression of its own.
 */
export type Atom =
  | { readonly kind: "symbol"; readonly name: string; readonly anonymous: boolean; readonly dim: SymInt }
  | { readonly kind: "floordiv" | "max" | "min" | "broadcast" | "add" | "mul"; readonly args: readonly [Dim, Dim]; readonly dim: SymInt }
  | { readonly kind: "opaque"; readonly text: string; readonly args: readonly Dim[]; readonly dim: SymInt };

/** Computes an opaque expression from the values of its arguments. */
export type Evaluator = (...args: number[]) => number;

interface Opaque {
  readonly text: string;
  readonly args: readonly Dim[];
  readonly evaluate: Evaluator | null;
}

/** Numbers of assembly/symbolic/store.ts. */
const atomKinds = ["symbol", "floordiv", "max", "min", "broadcast", "add", "mul", "opaque"] as const;
const facts = { "==": 0, "!=": 1, "<=": 2, "<": 3, ">=": 4, ">": 5, divisible: 6 } as const;
/** `a == b`, …, or `a` is a multiple of `b`. */
export type FactKind = keyof typeof facts;

/** One program's store of expressions: symbols, their ranges, and what guards say of them. Freed whole. */
export class SymEnv {
  /** What to do when code coerces a symbolic integer to a number: the tracer sets it; null refuses. */
  onCoerce: ((s: SymInt) => number) | null = null;
  /** Counts renamings: texts made before one are stale. */
  naming = 0;
  #pointer: number;
  readonly #epoch: number;
  readonly #dims: (Dim | undefined)[] = [];
  readonly #names = new Map<string, SymInt>();
  readonly #symbols = new Map<number, string>();
  readonly #opaques = new Map<number, Opaque>();
  readonly #opaqueKeys = new Map<string, SymInt>();
  readonly #whenFreed: (() => void)[] = [];

  constructor() {
    this.#epoch = core.epoch;
    this.#pointer = core.exports.sym_new() >>> 0;
  }

  /** Address of the store in the core. Throws `symbolic/freed` after `free()` or a trap of the core. */
  get pointer(): number {
    if (this.#pointer === 0 || core.epoch !== this.#epoch) {
      const message = "a symbolic size is used after its program was freed, or after the core was restarted";
      throw new OnnxExporterError("symbolic/freed", message, "load or export the program again");
    }
    return this.#pointer;
  }

  /** The symbol `name`; the same name gives the same symbol. A range given again narrows it. No range: nothing is known, not even the sign. */
  symbol(name: string, min: number | null = null, max: number | null = null): SymInt {
    let s = this.#names.get(name);
    if (s === undefined) {
      s = this.#symbolic(core.exports.sym_symbol(this.pointer, 0));
      this.#names.set(name, s);
      this.#symbols.set(this.#atomOf(s), name);
    }
    this.setRange(s, min, max);
    return s;
  }

  /** Whether a symbol has this name. */
  hasSymbol(name: string): boolean {
    return this.#names.has(name);
  }

  /** A symbol that nobody named (a data-dependent size); never equal to another one. `hint` only serves printing. */
  fresh(hint: string): SymInt {
    const s = this.#symbolic(core.exports.sym_symbol(this.pointer, 1));
    this.#nameAnonymous(this.#atomOf(s), hint);
    return s;
  }

  /** Gives a symbol another name, wherever it is shown. Throws `symbolic/rename` for expressions that are no symbol, and for a name that another symbol has. */
  rename(d: Dim, name: string): void {
    const old = d instanceof SymInt ? this.#symbols.get(this.#atomOf(d)) : undefined;
    if (!(d instanceof SymInt) || old === undefined)
      throw new OnnxExporterError("symbolic/rename", `${show(d)} is no symbol: it cannot be named ${name}`);
    const taken = this.#names.get(name);
    if (taken === d) return;
    if (taken !== undefined) {
      const message = `${old} cannot be named ${name}: that is another size`;
      throw new OnnxExporterError("symbolic/rename", message, "give sizes that differ different names");
    }
    this.#names.delete(old);
    this.#names.set(name, d);
    this.#symbols.set(this.#atomOf(d), name);
    this.naming++;
  }

  /** Narrows what is known of `sym` to `[min, max]` (null: no limit). Throws `symbolic/contradiction` where nothing is left. */
  setRange(sym: Dim, min: number | null, max: number | null): void {
    if (min !== null) this.assume(">=", sym, min);
    if (max !== null) this.assume("<=", sym, max);
  }

  /** Adds a fact that a guard states. Expressions made earlier stay as they are. Throws `symbolic/contradiction` if it is known to be false. */
  assume(kind: FactKind, a: Dim, b: Dim): void {
    if (core.exports.sym_assume(this.pointer, facts[kind], this.handleOf(a), this.handleOf(b)) !== 0) {
      const said = kind === "divisible" ? `${show(a)} is a multiple of ${show(b)}` : `${show(a)} ${kind} ${show(b)}`;
      const known = `${show(a)} is in [${bounds(a).join(", ")}]`;
      throw new OnnxExporterError(
        "symbolic/contradiction",
        `"${said}" contradicts what is known: ${known}`,
        "declare a range that the program allows",
      );
    }
  }

  /** Handle of `d` in this store. */
  handleOf(d: Dim): number {
    if (typeof d === "number") {
      if ((d | 0) === d && d >= 0) return d;
      if (!Number.isInteger(d)) internal(`${d} is not an integer`);
      // The largest int64 ("to the end" of a slice) is no double: its neighbour 2^63 stands for it.
      return core.exports.sym_constant(this.pointer, d >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(d));
    }
    if (d.env !== this) internal(`${show(d)} belongs to another program`);
    return d.handle;
  }

  /** The dim with a handle of this store: a number where it is constant (a SymInt where no double holds the constant). */
  dim(handle: number): Dim {
    if (handle >= 0) return handle;
    const known = this.#dims[~handle];
    if (known !== undefined) return known;
    const constant = core.exports.sym_terms(this.pointer, handle) === 0 ? 0n : this.#constant(handle);
    const made = constant !== null && Number.isSafeInteger(Number(constant)) ? Number(constant) : new SymInt(this, handle);
    this.#dims[~handle] = made;
    return made;
  }

  /** An integer of any size up to 64 bits. Throws `symbolic/overflow` beyond. */
  integer(value: bigint): Dim {
    if (BigInt.asIntN(64, value) !== value) throw new OnnxExporterError("symbolic/overflow", `${value} does not fit into 64 bits`);
    return this.dim(core.exports.sym_constant(this.pointer, value));
  }

  /** An expression that the store only carries: equal texts and arguments are equal. `evaluate` lets it be computed. */
  opaque(text: string, args: readonly Dim[], evaluate: Evaluator | null = null): SymInt {
    const key = `${text}(${args.map((a) => this.handleOf(a)).join()})`;
    let made = this.#opaqueKeys.get(key);
    if (made === undefined) {
      made = this.#symbolic(core.exports.sym_opaque(this.pointer));
      this.#opaqueKeys.set(key, made);
      this.#opaques.set(this.#atomOf(made), { text, args, evaluate });
    }
    return made;
  }

  /** Runs `f` when the store is freed: for tables that refer to its handles. */
  whenFreed(f: () => void): void {
    this.#whenFreed.push(f);
  }

  /** Frees the store; its expressions can no longer be used. */
  free(): void {
    if (this.#pointer !== 0 && core.epoch === this.#epoch) {
      for (const f of this.#whenFreed) f();
      core.exports.sym_free(this.#pointer);
    }
    this.#pointer = 0;
  }

  /** For this module: the atom with number `atom`. */
  atom(atom: number): Atom {
    const kind = atomKinds[core.exports.sym_atom_kind(this.pointer, atom)] ?? internal(`atom ${atom} has no kind`);
    const dim = this.#symbolic(core.exports.sym_atom_dim(this.pointer, atom));
    if (kind === "symbol") {
      const anonymous = core.exports.sym_atom_arg(this.pointer, atom, 0) === 1;
      const name = this.#symbols.get(atom) ?? this.#nameAnonymous(atom, "dim");
      return { kind, name, anonymous, dim };
    }
    if (kind === "opaque") {
      const known = this.#opaques.get(atom) ?? internal(`opaque atom ${atom} has no text`);
      return { kind, text: known.text, args: known.args, dim };
    }
    const arg = (i: number): Dim => this.dim(core.exports.sym_atom_arg(this.pointer, atom, i));
    return { kind, args: [arg(0), arg(1)], dim };
  }

  /** For this module: how to compute the opaque atom `dim`. */
  evaluatorOf(dim: SymInt): Evaluator | null {
    return this.#opaques.get(this.#atomOf(dim))?.evaluate ?? null;
  }

  #symbolic(handle: number): SymInt {
    const d = this.dim(handle);
    return typeof d === "number" ? internal(`${d} should be symbolic`) : d;
  }

  #atomOf(s: SymInt): number {
    return core.exports.sym_term_atom(this.pointer, s.handle, 0, 0);
  }

  #constant(handle: number): bigint | null {
    if (core.exports.sym_terms(this.pointer, handle) !== 1 || core.exports.sym_term_degree(this.pointer, handle, 0) !== 0) return null;
    return core.exports.sym_term_coefficient(this.pointer, handle, 0);
  }

  #nameAnonymous(atom: number, hint: string): string {
    let name = `_${hint}${atom}`;
    while (this.#names.has(name)) name = `_${name}`;
    this.#symbols.set(atom, name);
    return name;
  }
}

/** An integer expression: a handle into the store of its environment. One object per expression. */
export class SymInt {
  readonly env: SymEnv;
  readonly handle: number;
  /** For SymEnv only. */
  constructor(env: SymEnv, handle: number) {
    this.env = env;
    this.handle = handle;
  }
  add(other: Dim): Dim {
    return add(this, other);
  }
  sub(other: Dim): Dim {
    return sub(this, other);
  }
  mul(other: Dim): Dim {
    return mul(this, other);
  }
  floordiv(other: Dim): Dim {
    return floordiv(this, other);
  }
  mod(other: Dim): Dim {
    return mod(this, other);
  }
  neg(): Dim {
    return neg(this);
  }
  toString(): string {
    return show(this);
  }
  /** Code that needs a number gets one from the tracer, or this error (`symbolic/coerced`). */
  valueOf(): number {
    if (this.env.onCoerce !== null) return this.env.onCoerce(this);
    const hint = "use its methods (s.add(1), s.floordiv(2)) or the functions of sizes, or make the dim static";
    throw new OnnxExporterError("symbolic/coerced", `the symbolic size ${show(this)} is used as a number`, hint);
  }
}

/** One of a, b is symbolic: the environment of both. */
function environment(a: Dim, b: Dim): SymEnv {
  if (typeof a !== "number") return a.env;
  return typeof b !== "number" ? b.env : internal("no environment");
}

type Arithmetic = "sym_add" | "sym_sub" | "sym_mul" | "sym_floordiv" | "sym_mod" | "sym_max" | "sym_min" | "sym_broadcast";

function symbolically(f: Arithmetic, a: Dim, b: Dim): Dim {
  const env = environment(a, b);
  return env.dim(core.exports[f](env.pointer, env.handleOf(a), env.handleOf(b)));
}

/** A function of two sizes: `plain` where both are numbers, else the core's, whose result is a number where it is constant. */
const arithmetic =
  (f: Arithmetic, plain: (a: number, b: number) => number) =>
  (a: Dim, b: Dim): Dim =>
    typeof a === "number" && typeof b === "number" ? plain(a, b) : symbolically(f, a, b);

/** `a + b`. */
export const add = arithmetic("sym_add", (a, b) => a + b);
/** `a - b`. */
export const sub = arithmetic("sym_sub", (a, b) => a - b);
/** `a * b`. */
export const mul = arithmetic("sym_mul", (a, b) => a * b);
/** The larger one, as `Max` of SymPy. */
export const max = arithmetic("sym_max", Math.max);
/** The smaller one, as `Min` of SymPy. */
export const min = arithmetic("sym_min", Math.min);
const quotient = arithmetic("sym_floordiv", (a, b) => Math.floor(a / b));
const remainder = arithmetic("sym_mod", (a, b) => a - b * Math.floor(a / b));

/** `-a`. */
export function neg(a: Dim): Dim {
  return sub(0, a);
}
/** Rounds towards -Infinity, as Python's `//`. Throws `symbolic/division-by-zero` for a literal 0. */
export function floordiv(a: Dim, b: Dim): Dim {
  if (b === 0) throw new OnnxExporterError("symbolic/division-by-zero", `${show(a)} is divided by 0`);
  return quotient(a, b);
}
/** Sign of the divisor, as Python's `%`: `a - b*(a//b)`. */
export function mod(a: Dim, b: Dim): Dim {
  if (b === 0) throw new OnnxExporterError("symbolic/division-by-zero", `${show(a)} modulo 0`);
  return remainder(a, b);
}
/** The quotient rounded up. */
export function ceildiv(a: Dim, b: Dim): Dim {
  return neg(floordiv(neg(a), b));
}
/**
 * What ONNX (and NumPy) make of two dims in one position: exact where one is 1, both are equal, or one is known to be above 1.
 * Throws `symbolic/broadcast` for two numbers that do not go together.
 */
export function broadcast(a: Dim, b: Dim): Dim {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a !== "number" || typeof b !== "number") return symbolically("sym_broadcast", a, b);
  throw new OnnxExporterError("symbolic/broadcast", `the sizes ${a} and ${b} do not broadcast`);
}
/** The number of elements of a shape. */
export function product(dims: Shape): Dim {
  return dims.reduce<Dim>(mul, 1);
}
/** Whether `d` is a number: nothing about it is left to the run. */
export function isStatic(d: Dim): d is number {
  return typeof d === "number";
}
/** Whether a and b are provably equal: one expression, or by the ranges and facts. */
export function equal(a: Dim, b: Dim): boolean {
  return a === b || compare(a, "==", b) === true;
}

/** Whether two shapes are certainly the same. */
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => equal(d, b[i] as Dim));

/** Bits of what `sym_compare` (assembly/symbolic/proof.ts) finds possible. */
const LESS = 1;
const EQUAL = 2;
const GREATER = 4;
const truth = { "<": LESS, "<=": LESS | EQUAL, ">": GREATER, ">=": GREATER | EQUAL, "==": EQUAL, "!=": LESS | GREATER } as const;

/** Whether `a <relation> b` for all values that ranges and facts allow; null where that is not known. */
export function compare(a: Dim, relation: Relation, b: Dim): boolean | null {
  let possible: number;
  if (typeof a === "number" && typeof b === "number") possible = a < b ? LESS : a > b ? GREATER : EQUAL;
  else {
    const env = environment(a, b);
    possible = a === b ? EQUAL : core.exports.sym_compare(env.pointer, env.handleOf(a), env.handleOf(b));
  }
  if ((possible & ~truth[relation]) === 0) return true;
  return (possible & truth[relation]) === 0 ? false : null;
}

/** The least and the greatest value that ranges and facts allow; ±Infinity where there is no limit. */
export function bounds(d: Dim): [number, number] {
  if (typeof d === "number") return [d, d];
  return [core.exports.sym_lower(d.env.pointer, d.handle), core.exports.sym_upper(d.env.pointer, d.handle)];
}

const polynomial = memo((d) => orderTerms(readTerms(d), show, terms));

/** The polynomial view of `d`, constant last, in the order that it prints. */
export function terms(d: Dim): readonly Term[] {
  if (typeof d !== "number") return polynomial(d);
  return d === 0 ? [] : [{ coefficient: d, atoms: [] }];
}

function readTerms(d: SymInt): Term[] {
  const { env, handle } = d;
  const x = core.exports;
  return Array.from({ length: x.sym_terms(env.pointer, handle) }, (_, i): Term => {
    const c = x.sym_term_coefficient(env.pointer, handle, i);
    const atoms = Array.from({ length: x.sym_term_degree(env.pointer, handle, i) }, (_, j) =>
      env.atom(x.sym_term_atom(env.pointer, handle, i, j)),
    );
    return { coefficient: Number.isSafeInteger(Number(c)) ? Number(c) : c, atoms };
  });
}

const textOf = memo((d) => printDim(d, show, terms));

/** As SymPy prints it: `2*s1 + 3`, `s0//4`, `Max(1, s0)`, `1 - s0`. Python reads it back. One that is too long is a name. */
export function show(d: Dim): string {
  return typeof d === "number" ? String(d) : textOf(d);
}
