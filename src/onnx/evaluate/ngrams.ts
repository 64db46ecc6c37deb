/** @file N-grams counted in rows of tokens, with skips, as TfIdfVectorizer does. */

import { doubles, fromFloats } from "../../core/ops/values.ts";
import { numel, type Strided } from "../../core/strided.ts";
import type { Call } from "./table.ts";

type Token = string | number;

/** The n-grams to count: where in the pool each one is, by its tokens. */
type Ngrams = ReadonlyMap<string, number>;

const keyOf = (tokens: readonly Token[]): string => JSON.stringify(tokens);

/** The n-grams of the node's pool: first all of one token, then all of two, and so on; `ngram_counts` says where each length begins. */
export function ngramsOf(call: Call): Ngrams {
  const pool: readonly Token[] = call.strings("pool_strings") ?? call.ints("pool_int64s") ?? [];
  const starts = call.ints("ngram_counts") ?? [];
  const places = new Map<string, number>();
  let count = 0;
  starts.forEach((start, i) => {
    const length = i + 1;
    const end = Math.min(starts[length] ?? pool.length, pool.length);
    for (let at = Math.max(start, 0); at + length <= end; at += length) {
      places.set(keyOf(pool.slice(at, at + length)), count++);
    }
  });
  return places;
}

/** Calls `visit` with the n-grams of `tokens` in lengths from `min` to `max`, their tokens up to `skips` apart; single ones once. */
function eachNgram(tokens: readonly Token[], min: number, max: number, skips: number, visit: (ngram: Token[]) => void): void {
  for (let step = 1; step <= Math.min(skips + 1, tokens.length); step++) {
    for (let start = 0; start < tokens.length; start++) {
      for (let length = Math.max(min, step === 1 ? 1 : 2); length <= max; length++) {
        if (start + (length - 1) * step >= tokens.length) break;
        visit(Array.from({ length }, (_, k) => tokens[start + k * step] as Token));
      }
    }
  }
}

/** float32 of shape [columns], or [rows, columns] for rows of tokens. Throws `eval/shape` for other shapes, `eval/attribute` for an unknown mode. */
export function countNgrams(call: Call, tokens: readonly Token[], shape: readonly number[], ngrams: Ngrams): Strided {
  if (shape.length > 2) throw call.refuse("shape", `the tokens are of shape [${shape}]`, "TfIdfVectorizer wants [C] or [N, C]");
  const mode = call.oneOf("mode", "", ["TF", "IDF", "TFIDF"]);
  const columnOf = call.ints("ngram_indexes") ?? [];
  const columns = Math.max(-1, ...columnOf) + 1;
  const rows = shape.length === 2 ? (shape[0] as number) : 1;
  const width = shape.length === 0 ? 1 : (shape.at(-1) as number);
  const counts = doubles([rows, columns]);
  for (let row = 0; row < rows; row++) {
    const line = tokens.slice(row * width, (row + 1) * width);
    eachNgram(line, call.int("min_gram_length", 1), call.int("max_gram_length", 1), call.int("max_skip_count", 0), (ngram) => {
      const place = ngrams.get(keyOf(ngram));
      if (place !== undefined) (counts[row * columns + (columnOf[place] as number)] as number)++;
    });
  }
  const weights = mode === "TF" ? null : call.floats("weights");
  const weighted = counts.map((n, i) => (mode === "IDF" ? Math.min(n, 1) : n) * (weights?.[i % columns] ?? 1));
  const out = shape.length === 2 ? [rows, columns] : [columns];
  return fromFloats(weighted.slice(0, numel(out)), out, "float32");
}
