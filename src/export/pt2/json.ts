/** @file JSON as PyTorch writes it: 64-bit integers stay exact, `Infinity` and `NaN` are strings (2.7+) or bare tokens (2.5, 2.6). */

import { messageOf, type Place } from "./place.ts";

/** Integers that a double does not hold exactly are strings `int:9223372036854775807`: `integerOf` gives them as bigints. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

const mark = "int:";

/** Parses `text`. Throws `pt2/json`. */
export function parseJson(text: string, place: Place): Json {
  try {
    return JSON.parse(respelled(text)) as Json;
  } catch (error) {
    place.fail("json", `not JSON (${messageOf(error)})`, undefined, error);
  }
}

/** `text` with numbers that JavaScript's JSON lacks put in quotes. They are few: the rest of a text of megabytes is only looked over. */
function respelled(text: string): string {
  const numbers = /Infinity|NaN/.test(text) ? /-?\d{16,}|-?Infinity|NaN/g : /-?\d{16,}/g;
  let result = "";
  let copied = 0;
  const strings = new Strings(text);
  for (const match of text.matchAll(numbers)) {
    const [token] = match;
    const end = match.index + token.length;
    const isWhole = /^[\s:,[]$/.test(text[match.index - 1] ?? " ") && /^[\s,}\]]$/.test(text[end] ?? " ");
    if (!isWhole || strings.isInside(match.index)) continue;
    const isInteger = /\d/.test(token);
    if (isInteger && BigInt(Number(token)) === BigInt(token)) continue;
    result += `${text.slice(copied, match.index)}"${isInteger ? mark : ""}${token}"`;
    copied = end;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** Tells which places of a JSON text are inside strings; asked from left to right. */
class Strings {
  readonly #text: string;
  #at = 0;
  #inside = false;

  constructor(text: string) {
    this.#text = text;
  }

  isInside(at: number): boolean {
    // After `"key": ` it is outside for sure: inside a string that quote would have a backslash. Saves looking at every quote.
    if (/\w": ?$/.test(this.#text.slice(Math.max(at - 4, 0), at))) {
      this.#at = at;
      this.#inside = false;
    }
    let quote = this.#text.indexOf('"', this.#at);
    for (; quote >= 0 && quote < at; quote = this.#text.indexOf('"', quote + 1)) {
      let backslashes = 0;
      while (this.#inside && this.#text[quote - 1 - backslashes] === "\\") backslashes++;
      if (backslashes % 2 === 0) this.#inside = !this.#inside;
    }
    this.#at = at;
    return this.#inside;
  }
}

const kindOf = (json: Json | undefined): string =>
  json === undefined
    ? "nothing"
    : json === null
      ? "null"
      : Array.isArray(json)
        ? "a list"
        : typeof json === "object"
          ? "an object"
          : `${typeof json} ${json}`;

const wrong = (place: Place, what: string, wanted: string, got: Json | undefined): never =>
  place.fail("schema", `${what}: wanted ${wanted}, got ${kindOf(got)}`);

/** The accessors throw `pt2/schema`, naming `what` and the place. */
export function objectOf(json: Json | undefined, what: string, place: Place): JsonObject {
  if (typeof json !== "object" || json === null || Array.isArray(json)) wrong(place, what, "an object", json);
  return json as JsonObject;
}

export function listOf(json: Json | undefined, what: string, place: Place): Json[] {
  if (!Array.isArray(json)) wrong(place, what, "a list", json);
  return json as Json[];
}

export function stringOf(json: Json | undefined, what: string, place: Place): string {
  if (typeof json !== "string") wrong(place, what, "a string", json);
  return json as string;
}

export function boolOf(json: Json | undefined, what: string, place: Place): boolean {
  if (typeof json !== "boolean") wrong(place, what, "true or false", json);
  return json as boolean;
}

/** An integer, exact. */
export function integerOf(json: Json | undefined, what: string, place: Place): number | bigint {
  if (typeof json === "string" && /^int:-?\d+$/.test(json)) return BigInt(json.slice(mark.length));
  if (typeof json !== "number" || !Number.isInteger(json)) wrong(place, what, "an integer", json);
  return json as number;
}

/** A size, stride, offset or enum number: beyond 2^53 the nearest double. */
export const numberOf = (json: Json | undefined, what: string, place: Place): number => Number(integerOf(json, what, place));

export function floatOf(json: Json | undefined, what: string, place: Place): number {
  if (json === "Infinity" || json === "-Infinity" || json === "NaN") return Number(json);
  if (typeof json === "string" && /^int:-?\d+$/.test(json)) return Number(json.slice(mark.length));
  if (typeof json !== "number") wrong(place, what, "a float", json);
  return json as number;
}

/** The member of `json` called `key`; never one of Object.prototype. */
export const member = (json: JsonObject, key: string): Json | undefined => (Object.hasOwn(json, key) ? json[key] : undefined);

/** A union: an object with one key, the active member. Other keys may be there with null (never written by PyTorch). */
export function unionOf(json: Json | undefined, what: string, place: Place): [key: string, payload: Json] {
  const object = objectOf(json, what, place);
  let found: string | null = null;
  for (const key in object) {
    if (object[key] === null) continue;
    if (found !== null) place.fail("schema", `${what}: a union with two members, ${found} and ${key}`);
    found = key;
  }
  return found === null ? place.fail("schema", `${what}: a union without a member`) : [found, object[found] as Json];
}
