/** @file Laws: interned arithmetic agrees with evaluation under random bindings; ranges, comparisons and facts never lie. */

import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  add,
  bounds,
  broadcast,
  compare,
  type Dim,
  equal,
  floordiv,
  max,
  min,
  mod,
  mul,
  neg,
  SymEnv,
  show,
  sub,
} from "../../src/symbolic.ts";
import { evaluate, substitute } from "../../src/symbolic-values.ts";

type Tree = { op: string; args: Tree[]; value: number };
const names = ["a", "b", "c", "d"];
/** a: any sign, b: not negative, c: at least 2, d: 1 to 9. */
const ranges = { a: [-20, 20], b: [0, 30], c: [2, 40], d: [1, 9] } as const;
const binding = fc.record(Object.fromEntries(names.map((n) => [n, fc.integer({ min: ranges[n as "a"][0], max: ranges[n as "a"][1] })])));

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...names).map((op): Tree => ({ op, args: [], value: 0 })),
    fc.integer({ min: -12, max: 12 }).map((value): Tree => ({ op: "const", args: [], value })),
    fc.record({
      op: fc.constantFrom("add", "sub", "mul", "max", "min"),
      args: fc.array(tie("tree"), { minLength: 2, maxLength: 2 }),
      value: fc.constant(0),
    }),
    fc.record({
      op: fc.constantFrom("floordiv", "mod"),
      args: fc.array(tie("tree"), { minLength: 1, maxLength: 1 }),
      value: fc.integer({ min: -6, max: 8 }),
    }),
    fc.record({ op: fc.constantFrom("over_c", "neg"), args: fc.array(tie("tree"), { minLength: 1, maxLength: 1 }), value: fc.constant(0) }),
  ),
}));

let env: SymEnv;
const symbols: Record<string, Dim> = {};
beforeEach(() => {
  env = new SymEnv();
  for (const n of names) symbols[n] = n === "d" ? env.symbol(n, 1, 9) : env.symbol(n, n === "a" ? null : ranges[n as "a"][0]);
});
afterEach(() => env.free());

/** The tree as a Dim over symbols, or as a number over a binding: one function, as numbers are Dims. */
function build(t: Tree, leaf: (name: string) => Dim): Dim {
  const arg = (i: number): Dim => build(t.args[i] as Tree, leaf);
  const by = t.value === 0 ? 3 : t.value;
  if (t.op === "const") return t.value;
  if (t.op === "add") return add(arg(0), arg(1));
  if (t.op === "sub") return sub(arg(0), arg(1));
  if (t.op === "mul") return mul(arg(0), arg(1));
  if (t.op === "max") return max(arg(0), arg(1));
  if (t.op === "min") return min(arg(0), arg(1));
  if (t.op === "floordiv") return floordiv(arg(0), by);
  if (t.op === "mod") return mod(arg(0), by);
  if (t.op === "over_c") return floordiv(arg(0), leaf("c"));
  if (t.op === "neg") return neg(arg(0));
  return leaf(t.op);
}
const symbolic = (t: Tree): Dim => build(t, (n) => symbols[n] as Dim);
const small = (v: Dim): boolean => typeof v === "number" && Math.abs(v) < 2 ** 40;

test("arithmetic agrees with evaluation", () => {
  fc.assert(
    fc.property(tree, binding, (t, values) => {
      const wanted = build(t, (n) => values[n] as number);
      fc.pre(small(wanted));
      expect(evaluate(symbolic(t), (n) => values[n] as number)).toBeCloseTo(wanted as number, 0);
    }),
    { numRuns: 3000 },
  );
});

test("bounds hold", () => {
  fc.assert(
    fc.property(tree, binding, (t, values) => {
      const value = build(t, (n) => values[n] as number) as number;
      fc.pre(small(value));
      const [low, high] = bounds(symbolic(t));
      expect(value).toBeGreaterThanOrEqual(low);
      expect(value).toBeLessThanOrEqual(high);
    }),
    { numRuns: 2000 },
  );
});

test("comparisons that are decided are right", () => {
  fc.assert(
    fc.property(tree, tree, binding, (s, t, values) => {
      const [p, q] = [s, t].map((x) => build(x, (n) => values[n] as number)) as [number, number];
      fc.pre(small(p) && small(q));
      const [a, b] = [symbolic(s), symbolic(t)];
      expect(compare(a, "<", b) ?? p < q).toBe(p < q);
      expect(compare(a, "==", b) ?? p === q).toBe(p === q);
      expect(compare(a, ">=", b) ?? p >= q).toBe(p >= q);
    }),
    { numRuns: 3000 },
  );
});

test("facts that hold for a binding never prove what is false for it", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(tree, tree), { maxLength: 4 }), tree, tree, binding, (facts, s, t, values) => {
      const e = new SymEnv();
      const leaf = (n: string): Dim => e.symbol(n, n === "d" ? 1 : n === "c" ? 2 : n === "b" ? 0 : null);
      const value = (x: Tree): number => build(x, (n) => values[n] as number) as number;
      fc.pre([s, t, ...facts.flat()].every((x) => small(value(x))));
      for (const [x, y] of facts) e.assume(value(x) < value(y) ? "<" : value(x) === value(y) ? "==" : ">=", build(x, leaf), build(y, leaf));
      const known = compare(build(s, leaf), "<=", build(t, leaf));
      expect(known ?? value(s) <= value(t)).toBe(value(s) <= value(t));
      e.free();
    }),
    { numRuns: 1500 },
  );
});

test("sums and products do not depend on order", () => {
  fc.assert(
    fc.property(tree, tree, tree, (r, s, t) => {
      const [a, b, c] = [symbolic(r), symbolic(s), symbolic(t)];
      expect(add(a, b)).toBe(add(b, a));
      expect(mul(a, b)).toBe(mul(b, a));
      fc.pre(show(add(a, add(b, c))).length < 200);
      expect(add(a, add(b, c))).toBe(add(add(a, b), c));
      expect(equal(sub(add(a, b), b), a)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("substitution of symbols by themselves changes nothing", () => {
  fc.assert(
    fc.property(tree, (t) => {
      const d = symbolic(t);
      expect(
        equal(
          substitute(d, (n) => symbols[n] as Dim),
          d,
        ),
      ).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("broadcast is one of its operands", () => {
  const [x, y] = [env.symbol("x", 0), env.symbol("y", 0)];
  expect(evaluate(broadcast(x, y), (n) => (n === "x" ? 1 : 7))).toBe(7);
  expect(evaluate(broadcast(x, y), () => 7)).toBe(7);
});
