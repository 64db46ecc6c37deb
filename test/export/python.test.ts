/** Sizes, ranges and guards as archives write them. */

import { expect, test } from "vitest";
import { Expressions, showExpression } from "../../src/export/pt2/expressions.ts";
import { Place } from "../../src/export/pt2/place.ts";
import { parsePython } from "../../src/export/pt2/python.ts";
import { evaluatePython, printPython } from "../../src/export/pt2/sympy.ts";
import { SymEnv, show } from "../../src/symbolic.ts";
import { evaluate } from "../../src/symbolic-values.ts";

const place = new Place("test.pt2");
const symbol = (name: string): string => `Symbol('${name}', positive=True, integer=True)`;
const s = symbol("s77");

test.each([
  [`Add(FloorDiv(${s}, Integer(4)), Integer(1))`, "s77//4 + 1", 3],
  [`Mul(Integer(4), ${s})`, "4*s77", 40],
  [`Add(${s}, Integer(-3))`, "s77 - 3", 7],
  [`Pow(${s}, Integer(2))`, "s77**2", 100],
  [`Max(Integer(1), ${s})`, "s77", 10],
  [`Max(Integer(7), ${s})`, "Max(7, s77)", 10],
  [`CeilToInt(IntTrueDiv(${s}, Integer(4)))`, undefined, 3],
  [`FloorToInt(IntTrueDiv(${s}, Integer(4)))`, "s77//4", 2],
  [`Add(${s}, PythonMod(Mul(Integer(-1), ${s}), Integer(4)))`, undefined, 12],
  [`TruncToInt(Mul(Float('1.7', precision=53), ToFloat(${s})))`, undefined, 17],
  [`Piecewise(ExprCondPair(Integer(3), StrictGreaterThan(${s}, Integer(5))), ExprCondPair(Integer(4), true))`, undefined, 3],
  [`Max(Integer(1), TruncToInt(Mul(Float('1.7', precision=53), ToFloat(${s}))))`, undefined, 17],
  // exact in floats: a quotient of integers
  [
    `CeilToInt(FloatTrueDiv(Add(ToFloat(FloorDiv(${s}, Integer(4))), Float('-0.5', precision=53)), Float('1.0', precision=53)))`,
    "s77//4",
    2,
  ],
  [`FloorToInt(Mul(Float('1.5', precision=53), ToFloat(${s})))`, "s77 + s77//2", 15],
  [`ModularIndexing(${s}, Integer(2), Integer(3))`, undefined, 2],
  ["s77 + 1", "s77 + 1", 11],
  ["2*s77//3 - 1", undefined, 5],
  ["(s77 + 1)//2", "(s77 + 1)//2", 5],
  ["s77**2 - Mod(s77, 4)", undefined, 98],
  ["-s77", "-s77", -10],
])("%s", (text, shown, value) => {
  const env = new SymEnv();
  env.symbol("s77", 2, null);
  const dim = new Expressions(env).dim(text, place);
  if (shown !== undefined) expect(show(dim)).toBe(shown);
  expect(evaluate(dim, () => 10)).toBe(value);
  env.free();
});

test("integers of 64 bits stay exact", () => {
  const env = new SymEnv();
  expect(show(new Expressions(env).dim("Integer(9223372036854775806)", place))).toBe("9223372036854775806");
  env.free();
});

test("equal expressions are one dim, however they are written", () => {
  const env = new SymEnv();
  const e = new Expressions(env);
  expect(e.dim(`Add(${s}, Integer(1))`, place)).toBe(e.dim("1 + s77", place));
  env.free();
});

test.each([
  [`GreaterThan(${symbol("u0")}, Integer(0))`, "u0 >= 0"],
  [`Equality(${symbol("u0")}, Integer(4))`, "Eq(u0, 4)"],
  [`And(StrictLessThan(${s}, Integer(4)), Unequality(${s}, Integer(1)))`, "(s77 < 4) & Ne(s77, 1)"],
  [`Mul(Float('1.5', precision=53), ToFloat(${s}))`, "1.5*ToFloat(s77)"],
])("%s prints as %s", (text, shown) => {
  const env = new SymEnv();
  expect(showExpression(text, new Expressions(env))).toBe(shown);
  env.free();
});

test.each([
  ["(L['x'].size()[0] % 4) == 0", "L['x'].size()[0]%4 == 0"],
  ["not L['n'] >= 2 and True", "and"],
])("the guard %s is an expression", (text, shown) => {
  const parsed = parsePython(text);
  expect(typeof parsed).toBe("object");
  expect(typeof parsed === "string" ? "" : printPython(parsed)).toContain(shown);
});

test.each(["", "Add(", "1 +", "s0 $ 2", `${"(".repeat(300)}1${")".repeat(300)}`, "a b", "'open"])("%s is no expression", (text) => {
  expect(typeof parsePython(text)).toBe("string");
  const env = new SymEnv();
  expect(() => new Expressions(env).dim(text, place)).toThrow(/pt2\/expression/);
  env.free();
});

test("precedence is Python's", () => {
  const value = (text: string): number | boolean => {
    const parsed = parsePython(text);
    return typeof parsed === "string" ? Number.NaN : evaluatePython(parsed, () => 7);
  };
  expect(value("2 + 3*4 - 5")).toBe(9);
  expect(value("-2**2")).toBe(-4);
  expect(value("2**3**2")).toBe(512);
  expect(value("10 - 4 - 3")).toBe(3);
  expect(value("-7 // 2")).toBe(-4);
  expect(value("-7 % 4")).toBe(1);
  expect(value("1 + 2 <= 3 and not 4 < s")).toBe(false);
  expect(value("s >= 2 or s < 0")).toBe(true);
});
