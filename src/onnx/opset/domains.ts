/** @file Schemas of all of ONNX's domains and of opsets later than the IR's newest forms: what files are held to. */

import { domainLines } from "./domains.gen.ts";
import { type OpSchema, SchemaTable, versionsOf } from "./schema.ts";

const table = new SchemaTable(domainLines);

/** ONNX's own domains but for the default one: all of their ops are known. */
const domains: ReadonlySet<string> = new Set(
  [...table.names()].filter((name) => name.includes("::")).map((name) => name.slice(0, name.indexOf("::"))),
);

/** Whether ONNX says what the ops of `domain` are. */
export const isOnnxDomain = (domain: string): boolean => domain === "" || domains.has(domain);

/** All versions of an op of any domain, oldest first; empty for an op that ONNX does not have. */
export const versionsIn = (domain: string, op: string): readonly OpSchema[] =>
  domain === "" ? [...versionsOf(op), ...table.versionsOf(op)] : table.versionsOf(`${domain}::${op}`);

/** The version that holds where `domain` is imported as `version`, deprecated or not. */
export const schemaIn = (domain: string, op: string, version: number): OpSchema | undefined =>
  versionsIn(domain, op).findLast((v) => v.since <= version);
