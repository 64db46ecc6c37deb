/** @file A `.pt2` archive → ExportedProgram. */

import { SymEnv } from "../../symbolic.ts";
import { ExportedProgram, type ModuleCallEntry, type ModuleCallSignature, type ProgramParts } from "../exported-program.ts";
import { type TreeSpec, treespec_loads } from "../pytree.ts";
import type { GraphSignature } from "../signature.ts";
import { type Archive, checkMajor } from "./archive.ts";
import { Expressions, showExpression } from "./expressions.ts";
import { GraphReader, type SpellingParts } from "./graph.ts";
import { inputsByPath, readGuards, readRanges } from "./guards.ts";
import { type Json, type JsonObject, listOf, member, numberOf, objectOf, parseJson, stringOf, unionOf } from "./json.ts";
import type { Place } from "./place.ts";
import { PtFile } from "./pt-file.ts";
import { exampleInputs } from "./sample-inputs.ts";
import { readSignature } from "./signature.ts";
import { takeApart } from "./subclasses.ts";
import type { Payloads } from "./weights.ts";
import type { Zip } from "./zip.ts";

/** Reads the program of `archive`; weights stay where they are. Throws `pt2/…`. */
export function readProgram(archive: Archive, file: string): ExportedProgram {
  const zip: Zip = archive.zip;
  const entry = zip.entries.get(archive.program);
  if (entry === undefined) zip.place.fail("missing-entry", `no entry ${archive.program}`);
  const place = zip.place.within(archive.program);
  const json = objectOf(parseJson(zip.readAll(entry, true).toString("utf8"), place), "the program", place);
  checkVersion(json, place);
  const env = new SymEnv();
  try {
    const parts = readParts(json, env, place);
    const [weights, constants] = [archive.weights(), archive.constants()];
    takeApart(parts.graph, parts.signature.inputs, [weights, constants], place);
    checkTensors(parts.signature, weights, constants, place);
    const example_inputs = () => readExamples(archive, parts.in_spec);
    return new ExportedProgram({ ...parts, weights: weights.tensors, constants: constants.tensors, example_inputs, file });
  } catch (error) {
    env.free();
    throw error;
  }
}

function checkVersion(json: JsonObject, place: Place): void {
  const version = objectOf(member(json, "schema_version") ?? { major: 0, minor: 0 }, "schema_version", place);
  const [major, minor] = [numberOf(member(version, "major"), "major", place), numberOf(member(version, "minor"), "minor", place)];
  checkMajor(major, `${major}.${minor}`, place);
}

function readParts(json: JsonObject, env: SymEnv, place: Place): ProgramParts {
  const module = objectOf(member(json, "graph_module"), "graph_module", place);
  const expressions = new Expressions(env);
  const ranges = readRanges(member(json, "range_constraints"), expressions, place);
  const spelling: SpellingParts = { args: new Map(), singleReturn: new Set(), expressions: new Map() };
  const reader = new GraphReader(member(module, "graph"), "graph_module.graph", place, expressions, spelling);
  const graph = reader.read("forward");
  const signature = readSignature(member(module, "signature"), graph, reader);
  const mentioned = new Set([...ranges.keys()].filter((text) => expressions.mentioned(text)));
  const namedtuples = namedtupleFields(member(module, "treespec_namedtuple_fields"), place);
  const module_call_graph = readModuleCalls(member(module, "module_call_graph"), namedtuples, place);
  const root =
    module_call_graph.find((c) => c.fqn === "")?.signature ??
    place.fail("schema", "module_call_graph has no signature of the whole module");
  checkLeaves(signature, root.in_spec, place);
  const inputs = inputsByPath(signature, root.in_spec, root.forward_arg_names);
  const text = (key: string): string => stringOf(member(json, key) ?? "", key, place);
  return {
    graph,
    signature,
    env,
    in_spec: root.in_spec,
    out_spec: root.out_spec,
    // As torch does: the ranges of symbols that the graph mentions.
    range_constraints: new Map([...ranges].filter(([symbol]) => mentioned.has(symbol))),
    guards: readGuards(member(json, "guards_code"), inputs, expressions, place),
    module_call_graph,
    torch_version: text("torch_version"),
    verifiers: listOf(member(json, "verifiers") ?? [], "verifiers", place).map((v) => stringOf(v, "a verifier", place)),
    spelling: {
      ...spelling,
      expressions: new Map([...spelling.expressions].map(([value, text]) => [value, showExpression(text, expressions)])),
    },
  };
}

function checkLeaves(signature: GraphSignature, in_spec: TreeSpec, place: Place): void {
  const users = signature.inputs.filter((s) => s.kind === "user_input" || s.kind === "constant_input").length;
  if (users !== in_spec.num_leaves) place.fail("schema", `${users} user inputs, but in_spec has ${in_spec.num_leaves} leaves`);
}

function namedtupleFields(json: Json | undefined, place: Place): Map<string, readonly string[]> {
  const types = Object.entries(objectOf(json ?? {}, "treespec_namedtuple_fields", place));
  return new Map(
    types.map(([type, body]) => {
      const names = listOf(member(objectOf(body, type, place), "field_names"), "field_names", place);
      return [type, names.map((n) => stringOf(n, "a field", place))];
    }),
  );
}

function readModuleCalls(json: Json | undefined, namedtuples: ReadonlyMap<string, readonly string[]>, place: Place): ModuleCallEntry[] {
  return listOf(json, "module_call_graph", place).map((item) => {
    const entry = objectOf(item, "a module call", place);
    const fqn = stringOf(member(entry, "fqn"), "fqn", place);
    place.spot = `module_call_graph, module "${fqn}"`;
    const signature = member(entry, "signature") ?? null;
    const read = signature === null ? null : moduleSignature(objectOf(signature, "signature", place), namedtuples, place);
    place.spot = "";
    return { fqn, signature: read };
  });
}

function moduleSignature(json: JsonObject, namedtuples: ReadonlyMap<string, readonly string[]>, place: Place): ModuleCallSignature {
  const spec = (key: string): TreeSpec => treespec_loads(stringOf(member(json, key), key, place), namedtuples, String(place));
  const names = member(json, "forward_arg_names") ?? null;
  return {
    inputs: listOf(member(json, "inputs"), "inputs", place).map((a) => nameOrLiteral(a, place)),
    outputs: listOf(member(json, "outputs"), "outputs", place).map((a) => nameOrLiteral(a, place)),
    in_spec: spec("in_spec"),
    out_spec: spec("out_spec"),
    forward_arg_names: names === null ? null : listOf(names, "forward_arg_names", place).map((n) => stringOf(n, "a name", place)),
  };
}

/** `{as_tensor: {name: "x"}}` → `x`, `{as_int: 3}` → 3. */
function nameOrLiteral(json: Json, place: Place): unknown {
  const [form, body] = unionOf(json, "an argument", place);
  if (form === "as_none") return null;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  return member(body, "name") ?? member(body, "as_name") ?? body;
}

/** Every tensor that the graph takes is there. Throws `pt2/missing-weight`. */
function checkTensors(signature: GraphSignature, weights: Payloads, constants: Payloads, place: Place): void {
  for (const { kind, target, name } of signature.inputs) {
    if (target === null || kind === "custom_obj") continue;
    if (weights.tensors.has(target) || constants.tensors.has(target)) continue;
    place.fail("missing-weight", `the ${kind} ${target} (${name}) has no data in the archive`);
  }
}

function readExamples(archive: Archive, in_spec: TreeSpec) {
  const { zip } = archive;
  const entry = zip.entries.get(archive.sampleInputs);
  if (entry === undefined || entry.size === 0) return null;
  const file = new PtFile(zip.open(entry), zip.place.within(archive.sampleInputs));
  return file.value === null ? null : exampleInputs(file, in_spec);
}
