/** @file Numbers as text: how Cast writes them (as NumPy does, which ONNX's reference implementation follows), and what it reads. */

import { bigints, floats, fromFloats } from "../../core/ops/values.ts";
import type { Strided } from "../../core/strided.ts";
import { type DType, isFloat } from "../../dtype.ts";

/** From here on NumPy writes an exponent. */
const exponentFrom = (dtype: DType): number => (dtype === "float64" ? 1e16 : dtype === "float32" ? 1e6 : 1e3);

/** Digits that tell all doubles apart. */
const mostDigits = 17;

/** The fewest digits that give each element back when read as its dtype. */
function shortest(x: Strided): string[] {
  const values = floats(x);
  const found = new Array<string>(values.length);
  let left = Array.from(values, (_, i) => i);
  for (let digits = 1; digits <= mostDigits && left.length > 0; digits++) {
    const texts = left.map((i) => (Object.is(values[i], -0) ? "-0" : (values[i] as number).toPrecision(digits)));
    const back = floats(fromFloats(Float64Array.from(texts, Number), [texts.length], x.dtype));
    left = left.filter((i, k) => {
      found[i] = texts[k] as string;
      return !Object.is(back[k], values[i]);
    });
  }
  return found;
}

function written(digits: string, limit: number): string {
  const value = Number(digits);
  if (Number.isNaN(value)) return "nan";
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY) return value < 0 ? "-inf" : "inf";
  if (value === 0) return digits.startsWith("-") ? "-0.0" : "0.0";
  if (magnitude >= 1e-4 && magnitude < limit) return Number.isInteger(value) ? `${value}.0` : String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/** Each element as text: floats with the fewest digits that give them back, with an exponent below 1e-4 and for large ones; True and False. */
export function numerals(x: Strided): string[] {
  if (isFloat(x.dtype)) {
    const limit = exponentFrom(x.dtype);
    return shortest(x).map((digits) => written(digits, limit));
  }
  const values = bigints(x);
  return x.dtype === "bool" ? values.map((v) => (v === 0n ? "False" : "True")) : values.map(String);
}

const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const special = /^([+-]?)(inf|infinity|nan)$/i;

/** The number that `text` says: decimal, with or without exponent; inf, infinity, nan in any case. null where it says none. */
export function parsed(text: string): number | null {
  const trimmed = text.trim();
  if (plain.test(trimmed)) return Number(trimmed);
  const [, sign, word] = special.exec(trimmed) ?? [];
  if (word === undefined) return null;
  if (word.toLowerCase() === "nan") return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** As `parsed`, for an integer of any size; fractions are cut off. null for what is no finite number. */
export function parsedInteger(text: string): bigint | null {
  const trimmed = text.trim();
  if (/^[+-]?\d+$/.test(trimmed)) return BigInt(trimmed.replace(/^\+/, ""));
  const value = parsed(trimmed);
  return value === null || !Number.isFinite(value) ? null : BigInt(Math.trunc(value));
}
