//! Whole matches of regular expressions: what JavaScript finds too, and what it would take ages for.
import fc from "fast-check";
import { expect, test } from "vitest";
import { fullMatcher } from "../../../src/onnx/evaluate/regex.ts";

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("a", "b", "\\.", ".", "[ab]", "[^a]", "\\w", "\\d", "", "\\b", "^", "$", "\\x61", "é", "😀"),
    fc.tuple(tie("expression"), tie("expression")).map(([p, q]) => p + q),
    fc.tuple(tie("expression"), tie("expression")).map(([p, q]) => `(?:${p}|${q})`),
    fc.tuple(tie("expression"), fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "{0,}", "*?")).map(([p, mark]) => `(${p})${mark}`),
  ),
}));

test("agrees with JavaScript", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "1", "\n", "é", "😀"), maxLength: 6 });
  fc.assert(
    fc.property(expression, fc.array(text, { minLength: 1, maxLength: 8 }), (pattern, texts) => {
      const plain = new RegExp(`^(?:${pattern.replaceAll(/(?<!\\)\./g, "[^\\n]")})$`, "u");
      for (const t of texts) expect(fullMatcher(pattern)(t), `${pattern} of ${JSON.stringify(t)}`).toBe(plain.test(t));
    }),
    { numRuns: 500 },
  );
});

test.each(["(a+)+b", "(a|a)*b", "(a*)*b", "(\\w+\\s?)*!", "(.*)(.*)(.*)(.*)(.*)b"])("%s does not backtrack", (pattern) => {
  const match = fullMatcher(pattern);
  expect(match("a".repeat(2000))).toBe(false);
  expect(match(pattern.endsWith("!") ? "a a!" : "aab")).toBe(true);
});

test("an expression that is too large is refused", () => {
  expect(() => fullMatcher("((a{1000}){1000}){1000}")).toThrow(/eval\/regex.*too large/);
});
