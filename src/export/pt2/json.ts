/** @file JSON as PyTorch writes it: 64-bit integers stay exact, `Infinity` and `NaN` are strings (2.7+) or bare tokens (2.5, 2.6). */

import { messageOf, type Place } from "./place.ts";

export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** Strings (skipped as wholes), numbers, and the tokens of Python's json that JSON lacks. */
const special = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|-?Infinity|NaN/g;

/** Parses `text`. Integers that a double does not hold exactly become bigints. Throws `pt2/json`. */
export function parseJson(text: string, place: Place): Json {
  if (!/\d{16}|Infinity|NaN/.test(text)) return parse(text, place);
  let mark = "int:";
  while (text.includes(mark)) mark += ":";
  let marked = false;
  const spelled = text.replace(special, (token) => {
    if (token.startsWith('"')) return token;
    if (token.endsWith("y") || token === "NaN") return `"${token}"`;
    if (token.length < 16 || !/^-?\d+$/.test(token) || BigInt(Number(token)) === BigInt(token)) return token;
    marked = true;
    return `"${mark}${token}"`;
  });
  const json = parse(spelled, place);
  return marked ? restore(json, mark) : json;
}

function parse(text: string, place: Place): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    place.fail("json", `not JSON (${messageOf(error)})`, undefined, error);
  }
}

/** Turns marked strings into bigints, in place. */
function restore(root: Json, mark: string): Json {
  const toInt = (x: Json): Json => (typeof x === "string" && x.startsWith(mark) ? BigInt(x.slice(mark.length)) : x);
  const pending: Json[] = [root];
  for (let json = pending.pop(); json !== undefined; json = pending.pop()) {
    if (typeof json !== "object" || json === null) continue;
    const holder = json as { [key: string]: Json };
    for (const key of Object.keys(holder)) {
      const child = toInt(holder[key] as Json);
      if (typeof child === "bigint") holder[key] = child;
      else if (typeof child === "object" && child !== null) pending.push(child);
    }
  }
  return toInt(root);
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
  if (typeof json === "bigint") return json;
  if (typeof json !== "number" || !Number.isInteger(json)) wrong(place, what, "an integer", json);
  return json as number;
}

/** A size, stride, offset or enum number: beyond 2^53 the nearest double. */
export const numberOf = (json: Json | undefined, what: string, place: Place): number => Number(integerOf(json, what, place));

export function floatOf(json: Json | undefined, what: string, place: Place): number {
  if (json === "Infinity" || json === "-Infinity" || json === "NaN") return Number(json);
  if (typeof json === "bigint") return Number(json);
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
