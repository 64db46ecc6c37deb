/** @file How sizes print: as SymPy writes them, so that Python reads them back. */

import type { Atom, Dim, SymInt, Term } from "./symbolic.ts";

type Show = (d: Dim) => string;
type Terms = (d: Dim) => readonly Term[];

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

class Printer {
  readonly #show: Show;
  readonly #terms: Terms;
  constructor(show: Show, terms: Terms) {
    this.#show = show;
    this.#terms = terms;
  }

  /** SymPy's order: symbols before functions, each by name. */
  compare(a: Atom, b: Atom): number {
    return Number(a.kind !== "symbol") - Number(b.kind !== "symbol") || byName(this.#atom(a, true), this.#atom(b, true));
  }

  term(t: Term): string {
    const parts: string[] = [];
    for (let i = 0; i < t.atoms.length; ) {
      const a = t.atoms[i] as Atom;
      let n = 1;
      while (t.atoms[i + n]?.dim === a.dim) n++;
      const alone = n === 1 && t.atoms.length === 1 && t.coefficient === 1;
      parts.push(n === 1 ? this.#atom(a, !alone) : `${this.#atom(a, true)}**${n}`);
      i += n;
    }
    if (parts.length === 0) return String(t.coefficient);
    const product = parts.join("*");
    return t.coefficient === 1 ? product : t.coefficient === -1 ? `-${product}` : `${t.coefficient}*${product}`;
  }

  /** `inside`: next to an operator that binds as tightly as the atom's own. */
  #atom(a: Atom, inside: boolean): string {
    switch (a.kind) {
      case "symbol":
        return a.name;
      case "opaque":
        return a.text;
      case "floordiv": {
        const text = `${this.#operand(a.args[0])}//${this.#operand(a.args[1])}`;
        return inside ? `(${text})` : text;
      }
      case "max":
      case "min":
      case "broadcast":
        return `${a.kind[0]?.toUpperCase()}${a.kind.slice(1)}(${this.#operands(a.dim, a.kind).map(this.#show).join(", ")})`;
      case "add":
        return `(${this.#show(a.args[0])} + ${this.#operand(a.args[1])})`;
      case "mul":
        return `${this.#operand(a.args[0])}*${this.#operand(a.args[1])}`;
    }
  }

  /** `Max(Max(a, b), c)` has the operands a, b, c: numbers first, then as they print. */
  #operands(d: Dim, kind: Atom["kind"]): Dim[] {
    const [only, ...more] = this.#terms(d);
    const atom = more.length === 0 && only?.coefficient === 1 && only.atoms.length === 1 ? only.atoms[0] : undefined;
    if (atom?.kind !== kind || atom.kind === "symbol") return [d];
    const args = atom.args.flatMap((a) => this.#operands(a, kind));
    return args.sort((a, b) => Number(typeof a !== "number") - Number(typeof b !== "number") || byName(this.#show(a), this.#show(b)));
  }

  /** `d` where something binds tighter than a sum: in parentheses unless it is one name, number or call. */
  #operand(d: Dim): string {
    const text = this.#show(d);
    return /^\w+$/.test(text) || /^(Max|Min|Broadcast)\([^()]*\)$/.test(text) ? text : `(${text})`;
  }
}

/** Terms in SymPy's lexicographic order of exponents, the constant last; atoms of a term in their order. */
export function orderTerms(list: readonly Term[], show: Show, terms: Terms): Term[] {
  const printer = new Printer(show, terms);
  const generators = new Map<SymInt, Atom>(list.flatMap((t) => t.atoms.map((a) => [a.dim, a] as const)));
  const order = [...generators.values()].sort((a, b) => printer.compare(a, b)).map((a) => a.dim);
  const rank = new Map(order.map((dim, i) => [dim, i]));
  const sorted = list.map((t) => ({
    coefficient: t.coefficient,
    atoms: [...t.atoms].sort((a, b) => (rank.get(a.dim) ?? 0) - (rank.get(b.dim) ?? 0)),
  }));
  const exponents = new Map(sorted.map((t) => [t, order.map((g) => t.atoms.filter((a) => a.dim === g).length)]));
  return sorted.sort((p, q) => {
    const [e, f] = [exponents.get(p) ?? [], exponents.get(q) ?? []];
    const at = e.findIndex((x, i) => x !== f[i]);
    return at < 0 ? 0 : (f[at] ?? 0) - (e[at] ?? 0);
  });
}

/** A size whose text would be longer than this is named instead: texts of sizes that share parts grow without bound. */
const longest = 16384;

/** The text of a size, or its name. */
export function printDim(d: SymInt, show: Show, terms: Terms): string {
  const text = printTerms(terms(d), show, terms);
  return text.length <= longest ? text : `_long${-d.handle}`;
}

/** The text of ordered terms. */
function printTerms(list: readonly Term[], show: Show, terms: Terms): string {
  const printer = new Printer(show, terms);
  const [first, second] = list;
  // SymPy writes "1 - s0", not "-s0 + 1", for this one form.
  const turned =
    list.length === 2 && second?.atoms.length === 0 && first?.atoms.length === 1 && first.coefficient < 0 && second.coefficient > 0;
  const parts = (turned ? list.toReversed() : list).map((t) => printer.term(t));
  return parts.reduce((sum, t) => (t.startsWith("-") ? `${sum} - ${t.slice(1)}` : `${sum} + ${t}`));
}

/** `f`, computed once for each expression, and anew after a symbol was renamed. */
export function memo<T>(f: (d: SymInt) => T): (d: SymInt) => T {
  const known = new WeakMap<SymInt, { readonly naming: number; readonly value: T }>();
  return (d) => {
    const { naming } = d.env;
    const before = known.get(d);
    const now = before?.naming === naming ? before : { naming, value: f(d) };
    known.set(d, now);
    return now.value;
  };
}
