/** @file Strings: concatenated, split, cleaned, matched, counted as n-grams. */

import { cast } from "../../core/ops/elementwise.ts";
import { bigints, fromIntegers } from "../../core/ops/values.ts";
import type { StringTensor } from "../ir/graph.ts";
import { countNgrams, ngramsOf } from "./ngrams.ts";
import { fullMatcher } from "./regex.ts";
import { zipStrings } from "./string-tensors.ts";
import type { Call, EvaluateTable } from "./table.ts";
import { type Computed, describe, isStrings } from "./value.ts";

/** Python's str.split: at whitespace where there is no delimiter, at most `most` times; a negative number is no limit. */
function split(text: string, delimiter: string, most: number): string[] {
  const parts: string[] = [];
  let rest = delimiter === "" ? text.trimStart() : text;
  while (most < 0 || parts.length < most) {
    const found = delimiter === "" ? /\s+/.exec(rest) : { index: rest.indexOf(delimiter), 0: delimiter };
    if (found === null || found.index < 0) break;
    parts.push(rest.slice(0, found.index));
    rest = rest.slice(found.index + found[0].length);
  }
  return rest === "" && delimiter === "" ? parts : [...parts, rest];
}

/** Longest string, in UTF-16 units: JavaScript's own limit is not much further. */
const longest = 2 ** 28;

function concatenated(call: Call): Computed {
  const { shape, values } = zipStrings(call.stringsAt(0), call.stringsAt(1), (a, b) => {
    if (a.length + b.length > longest) throw call.refuse("string", `a string of ${a.length + b.length} characters`, `at most ${longest}`);
    return a + b;
  });
  return { shape, strings: values };
}

function splitAll(call: Call): readonly Computed[] {
  const x = call.stringsAt(0);
  const most = call.int("maxsplit", -1);
  const parts = x.strings.map((text) => split(text, call.string("delimiter", ""), most));
  const widest = Math.max(0, ...parts.map((p) => p.length));
  const strings = parts.flatMap((p) => [...p, ...new Array<string>(widest - p.length).fill("")]);
  const counts = parts.map((p) => p.length);
  return [{ shape: [...x.shape, widest], strings }, fromIntegers(counts, x.shape)];
}

/** Changes letters as the locale does; a locale that is no language tag ("C") changes them as Unicode does. */
function caseOf(action: string, locale: string): (text: string) => string {
  const [tag] = /^[a-z]{2,3}([_-][A-Za-z0-9]{2,})*/.exec(locale) ?? [undefined];
  const language = tag?.replaceAll("_", "-") ?? "und";
  if (action === "LOWER") return (text) => text.toLocaleLowerCase(language);
  return action === "UPPER" ? (text) => text.toLocaleUpperCase(language) : (text) => text;
}

function normalized(call: Call): StringTensor {
  const x = call.stringsAt(0);
  const fits = x.shape.length === 1 || (x.shape.length === 2 && x.shape[0] === 1);
  if (!fits) throw call.refuse("shape", `input 0 is ${describe(x)}`, "StringNormalizer wants [C] or [1, C]");
  const action = call.oneOf("case_change_action", "NONE", ["NONE", "LOWER", "UPPER"]);
  const locale = call.string("locale", "en_US");
  const compared = call.int("is_case_sensitive", 0) === 1 ? (text: string) => text : caseOf("LOWER", locale);
  const stops = new Set((call.strings("stopwords") ?? []).map(compared));
  const left = x.strings.filter((text) => !stops.has(compared(text))).map(caseOf(action, locale));
  const strings = left.length === 0 ? [""] : left;
  return { shape: x.shape.length === 1 ? [strings.length] : [1, strings.length], strings };
}

function matches(call: Call): Computed {
  const x = call.stringsAt(0);
  try {
    const match = fullMatcher(call.string("pattern", ""));
    return cast(
      fromIntegers(
        x.strings.map((text) => (match(text) ? 1 : 0)),
        x.shape,
      ),
      "bool",
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = `the pattern "${call.string("pattern", "")}" is no regular expression: ${error.message}`;
    throw call.refuse("regex", message, "use RE2's syntax");
  }
}

function vectorized(call: Call): Computed {
  const x = call.value(0);
  const tokens = isStrings(x) ? x.strings : bigints(call.tensor(0)).map(Number);
  return countNgrams(call, tokens, isStrings(x) ? x.shape : call.tensor(0).shape, ngramsOf(call));
}

export const text: EvaluateTable = {
  StringConcat: concatenated,
  StringSplit: splitAll,
  StringNormalizer: normalized,
  RegexFullMatch: matches,
  TfIdfVectorizer: vectorized,
};
