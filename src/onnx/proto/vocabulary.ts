/** @file The names that inference knows, as the core looks them up (assembly/wire/vocabulary.ts): by number of their string. */

import { attributeNumbers, opNumbers } from "../opset/op-numbers.gen.ts";

const split = (name: string): [domain: string, op: string] => {
  const at = name.indexOf("::");
  return at < 0 ? ["", name] : [name.slice(0, at), name.slice(at + 2)];
};
const known = Object.entries(opNumbers).map(([name, number]) => [...split(name), number] as const);
const domains = ["", ...new Set(known.map(([domain]) => domain).filter((d) => d !== ""))];

/** Strings by number; the empty one is the first. The default domain has two names. */
export const vocabulary: readonly string[] = [
  ...new Set([...domains, "ai.onnx", ...known.map(([, op]) => op), ...Object.keys(attributeNumbers)]),
];
const places = new Map(vocabulary.map((word, i) => [word, i]));
const at = (word: string): number => places.get(word) as number;

const size = vocabulary.length;
/** By string: the number of an attribute, 0 for others. */
export const attributeTable = new Int32Array(size);
/** By string: the number of a domain from 1 on, 0 for others. */
export const domainTable = new Int32Array(size);
/** A row for each domain: by string, the number of an op. */
export const opTable = new Int32Array(size * domains.length);

for (const [name, number] of Object.entries(attributeNumbers)) attributeTable[at(name)] = number;
for (const [i, name] of domains.entries()) domainTable[at(name)] = i + 1;
domainTable[at("ai.onnx")] = 1;
for (const [domain, op, number] of known) opTable[domains.indexOf(domain) * size + at(op)] = number;
