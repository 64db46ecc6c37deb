/** @file What sizes mention, and what they are worth: symbols, substitution, values. */

import { internal, OnnxExporterError } from "./errors.ts";
import { type Atom, add, broadcast, type Dim, floordiv, isStatic, max, min, mul, type SymInt, show, terms } from "./symbolic.ts";

/** Every atom that `d` mentions, inside others too, each once. */
function atomsOf(d: Dim): Atom[] {
  const seen = new Map<SymInt, Atom>();
  const visit = (e: Dim): void => {
    for (const t of terms(e)) {
      for (const a of t.atoms) {
        if (seen.has(a.dim)) continue;
        seen.set(a.dim, a);
        if (a.kind !== "symbol") a.args.forEach(visit);
      }
    }
  };
  visit(d);
  return [...seen.values()];
}

/** Names of the symbols in `d`, each once, sorted. */
export function symbolsOf(d: Dim): string[] {
  return typeof d === "number"
    ? []
    : atomsOf(d)
        .flatMap((a) => (a.kind === "symbol" ? [a.name] : []))
        .sort();
}

/** The symbols in `d` that nobody named, each once. */
export const anonymousIn = (d: Dim): SymInt[] => atomsOf(d).flatMap((a) => (a.kind === "symbol" && a.anonymous ? [a.dim] : []));

/** Whether `d` mentions a symbol that nobody named. */
export function isAnonymous(d: Dim): boolean {
  return typeof d !== "number" && atomsOf(d).some((a) => a.kind === "symbol" && a.anonymous);
}

const combine: { readonly [K in "floordiv" | "max" | "min" | "broadcast" | "add" | "mul"]: (a: Dim, b: Dim) => Dim } = {
  floordiv,
  max,
  min,
  broadcast,
  add,
  mul,
};

/** `d` with every symbol replaced by `value(name)`; the result lives in the environment of those. Opaque expressions need their own evaluator. */
export function substitute(d: Dim, value: (symbol: string) => Dim): Dim {
  const done = new Map<SymInt, Dim>();
  const ofAtom = (a: Atom): Dim => {
    if (a.kind === "symbol") return value(a.name);
    if (a.kind !== "opaque") return combine[a.kind](visit(a.args[0]), visit(a.args[1]));
    const args = a.args.map(visit);
    const evaluate = a.dim.env.evaluatorOf(a.dim);
    if (evaluate !== null && args.every(isStatic)) return evaluate(...args);
    if (args.every((x, i) => x === a.args[i])) return a.dim;
    throw new OnnxExporterError("symbolic/opaque", `${a.text} cannot be computed: nothing is known of it but its text`);
  };
  const visit = (e: Dim): Dim => {
    if (typeof e === "number") return e;
    let result = done.get(e);
    if (result === undefined) {
      result = 0;
      for (const t of terms(e))
        result = add(
          result,
          t.atoms.reduce<Dim>((p, a) => mul(p, ofAtom(a)), Number(t.coefficient)),
        );
      done.set(e, result);
    }
    return result;
  };
  return visit(d);
}

/** The value of `d` when each symbol has the value that `binding` gives it. Throws `symbolic/opaque` for texts without an evaluator. */
export function evaluate(d: Dim, binding: (symbol: string) => number): number {
  const value = substitute(d, binding);
  return typeof value === "number" ? value : internal(`${show(d)} did not become a number`);
}
