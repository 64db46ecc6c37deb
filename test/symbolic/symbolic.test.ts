/** @file Symbolic sizes: canonical forms as they print, comparisons, facts. */

import { expect, test } from "vitest";
import {
  add,
  bounds,
  broadcast,
  ceildiv,
  compare,
  type Dim,
  equal,
  floordiv,
  max,
  min,
  mod,
  mul,
  neg,
  product,
  type Relation,
  SymEnv,
  show,
  sub,
  terms,
} from "../../src/symbolic.ts";
import { evaluate, isAnonymous, substitute, symbolsOf } from "../../src/symbolic-values.ts";

const env = new SymEnv();
const s0 = env.symbol("s0", 2);
const s1 = env.symbol("s1", 0, 100);
const s2 = env.symbol("s2", 1);
const u0 = env.symbol("u0");

test.each(
  (
    [
      [add(s0, 3), "s0 + 3"],
      [sub(1, s0), "1 - s0"],
      [add(mul(2, s1), 3), "2*s1 + 3"],
      [sub(s1, s0), "-s0 + s1"],
      [floordiv(s0, 4), "s0//4"],
      [add(floordiv(sub(s0, 1), 2), 1), "(s0 + 1)//2"],
      [add(mul(mul(2, s1), floordiv(s0, 4)), 3), "2*s1*(s0//4) + 3"],
      [add(add(s1, mul(s0, s0)), sub(mul(s0, s1), 3)), "s0**2 + s0*s1 + s1 - 3"],
      [mul(add(s0, 1), add(s1, 2)), "s0*s1 + 2*s0 + s1 + 2"],
      [max(1, u0), "Max(1, u0)"],
      [max(max(u0, s0), max(s0, 3)), "Max(3, s0, u0)"],
      [min(s0, floordiv(u0, 2)), "Min(s0, u0//2)"],
      [floordiv(s0, s1), "s0//s1"],
      [floordiv(add(mul(4, s0), s1), 4), "s0 + s1//4"],
      [floordiv(mul(5, s0), 4), "s0 + s0//4"],
      [floordiv(add(floordiv(s0, 2), 1), 2), "(s0 + 2)//4"],
      [floordiv(add(mul(2, s0), 1), 4), "s0//2"],
      [neg(floordiv(s0, 2)), "-(s0//2)"],
      [ceildiv(s0, 3), "(s0 + 2)//3"],
      [mod(s0, 4), "s0 - 4*(s0//4)"],
      [floordiv(mul(mul(s0, s1), 6), mul(s0, 3)), "2*s1"],
      [floordiv(mul(add(s0, 1), s1), add(s0, 1)), "s1"],
      [floordiv(mul(mul(add(s0, 1), s1), s2), mul(add(s0, 1), s2)), "s1"],
      [floordiv(floordiv(s0, 2), 3), "s0//6"],
      [product([s0, s1, 3]), "3*s0*s1"],
      [add(sub(u0, u0), 7), "7"],
      [mul(floordiv(s0, 2), floordiv(s0, 2)), "(s0//2)**2"],
      [broadcast(s1, s0), "s0"],
      [broadcast(s1, s2), "Broadcast(s1, s2)"],
      [broadcast(s1, 5), "5"],
      [floordiv(s1, 101), "0"],
      [max(s0, 1), "s0"],
    ] as [Dim, string][]
  ).map(([d, text]) => ({ d, text })),
)("prints $text", ({ d, text }) => expect(show(d)).toBe(text));

test("equal expressions are one object", () => {
  expect(add(s0, s1)).toBe(add(s1, s0));
  expect(mul(add(s0, 1), sub(s0, 1))).toBe(sub(mul(s0, s0), 1));
  expect(max(u0, s1)).toBe(max(s1, u0));
  expect(env.symbol("s0")).toBe(s0);
  expect(env.fresh("x")).not.toBe(env.fresh("x"));
  expect(isAnonymous(add(env.fresh("x"), s0))).toBe(true);
});

test.each(
  (
    [
      [s0, ">=", 2, true],
      [s0, ">", 2, null],
      [s0, "!=", 1, true],
      [u0, ">=", 0, null],
      [s1, "<=", 100, true],
      [add(s0, s1), ">", 1, true],
      [s0, "<", add(s0, 1), true],
      [sub(s0, floordiv(s0, 2)), ">=", 1, true],
      [mul(2, s0), "==", add(mul(2, u0), 1), false],
      [max(u0, 1), ">=", u0, true],
      [min(u0, s0), "<=", s0, true],
      [mul(u0, u0), ">=", 0, true],
      [mul(2, floordiv(u0, 2)), "<=", u0, true],
      [mod(u0, 4), "<", 4, true],
      [mod(u0, 4), ">=", 0, true],
    ] as [Dim, Relation, Dim, boolean | null][]
  ).map(([a, r, b, known]) => ({ text: `${show(a)} ${r} ${show(b)} is ${known}`, a, r, b, known })),
)("$text", ({ a, r, b, known }) => expect(compare(a, r, b)).toBe(known));

test("facts decide comparisons", () => {
  const e = new SymEnv();
  const [a, b, c] = [e.symbol("a", 0), e.symbol("b", 0), e.symbol("c", 0)];
  expect(compare(a, "<=", b)).toBe(null);
  e.assume("<=", a, b);
  expect(compare(a, "<=", b)).toBe(true);
  expect(compare(a, ">", add(b, 1))).toBe(false);
  e.assume("<", b, c);
  expect(compare(a, "<", c)).toBe(true);
  e.assume("divisible", a, 4);
  expect(mod(a, 4)).toBe(0);
  expect(equal(mul(4, floordiv(a, 4)), a)).toBe(true);
  e.assume("==", c, mul(2, a));
  expect(equal(add(c, 1), add(a, add(a, 1)))).toBe(true);
  e.assume("!=", a, 0);
  expect(bounds(a)).toEqual([1, Infinity]);
  e.assume("<=", add(b, 3), 10);
  expect(bounds(b)).toEqual([0, 7]);
  expect(() => e.assume(">", b, 7)).toThrow("symbolic/contradiction");
  expect(() => e.symbol("b", 9)).toThrow("symbolic/contradiction");
  e.free();
  expect(() => add(a, 1)).toThrow("symbolic/freed");
});

test("large constants stay exact", () => {
  const top = env.integer(9223372036854775807n);
  expect(show(top)).toBe("9223372036854775807");
  expect(sub(top, env.integer(9223372036854775806n))).toBe(1);
  expect(show(add(top, 1))).toBe("(9223372036854775807 + 1)");
  expect(mul(3000000000, 3)).toBe(9000000000);
  expect(show(add(mul(s0, 3000000000), -5000000000))).toBe("3000000000*s0 - 5000000000");
});

test("growth is capped, not an error", () => {
  let p: Dim = 1;
  for (let i = 0; i < 40; i++) p = mul(p, add(env.symbol(`g${i}`), 1));
  expect(evaluate(p, () => 1)).toBe(2 ** 40);
  let deep: Dim = u0;
  for (let i = 0; i < 300; i++) deep = max(mul(deep, u0), env.symbol(`g${i % 40}`));
  expect(show(deep).length).toBeGreaterThan(0);
  expect(show(p)).toMatch(/^_long\d+$/);
});

test("opaque expressions carry a text and may be computed", () => {
  const half = env.opaque("TruncToInt(1.7*ToFloat(s0))", [s0], (s) => Math.trunc(1.7 * (s ?? 0)));
  expect(half).toBe(env.opaque("TruncToInt(1.7*ToFloat(s0))", [s0]));
  expect(show(max(1, half))).toBe("Max(1, TruncToInt(1.7*ToFloat(s0)))");
  expect(evaluate(add(half, 1), () => 10)).toBe(18);
  expect(symbolsOf(add(half, u0))).toEqual(["s0", "u0"]);
});

test("terms, substitution, coercion", () => {
  expect(terms(add(mul(2, mul(s0, s1)), 3)).map((t) => [t.coefficient, t.atoms.length])).toEqual([
    [2, 2],
    [3, 0],
  ]);
  expect(show(substitute(add(floordiv(s0, 2), s1), (n) => (n === "s0" ? mul(2, u0) : s1)))).toBe("s1 + u0");
  expect(() => Number(s0)).toThrow("symbolic/coerced");
  expect(`${s0.add(1)}`).toBe("s0 + 1");
});
