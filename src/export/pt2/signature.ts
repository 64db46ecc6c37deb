/** @file The signature of an archive's graph: a spec per graph input and output. */

import { type Arg, type Graph, Value } from "../../aten/graph.ts";
import { GraphSignature, type InputSpec, type OutputKind, type OutputSpec } from "../signature.ts";
import { type ArgumentReader, argument } from "./arguments.ts";
import { type Json, type JsonObject, listOf, member, objectOf, stringOf, unionOf } from "./json.ts";
import type { Place } from "./place.ts";

type Constant = NonNullable<InputSpec["constant"]> | null;

/** What a member of the InputSpec union says; the key that names the target, null for none. */
const inputRows = {
  parameter: { kind: "parameter", target: "parameter_name" },
  buffer: { kind: "buffer", target: "buffer_name" },
  tensor_constant: { kind: "constant_tensor", target: "tensor_constant_name" },
  custom_obj: { kind: "custom_obj", target: "custom_obj_name" },
  token: { kind: "token", target: null },
} as const;

const outputRows: Readonly<Record<string, { readonly kind: OutputKind; readonly target: string | null }>> = {
  user_output: { kind: "user_output", target: null },
  loss_output: { kind: "loss_output", target: null },
  buffer_mutation: { kind: "buffer_mutation", target: "buffer_name" },
  parameter_mutation: { kind: "parameter_mutation", target: "parameter_name" },
  gradient_to_parameter: { kind: "gradient_to_parameter", target: "parameter_name" },
  gradient_to_user_input: { kind: "gradient_to_user_input", target: "user_input_name" },
  user_input_mutation: { kind: "user_input_mutation", target: "user_input_name" },
  token: { kind: "token", target: null },
};

/** Reads the signature of `graph`, whose values `reader` knows. Throws `pt2/schema` when it does not fit the graph. */
export function readSignature(json: Json | undefined, graph: Graph, reader: ArgumentReader): GraphSignature {
  const { place } = reader;
  place.spot = "signature";
  const object = objectOf(json, "signature", place);
  const inputs = listOf(member(object, "input_specs"), "input_specs", place);
  const outputs = listOf(member(object, "output_specs"), "output_specs", place);
  if (inputs.length !== graph.inputs.length) place.fail("schema", `${inputs.length} input specs for ${graph.inputs.length} graph inputs`);
  if (outputs.length !== graph.outputs.length)
    place.fail("schema", `${outputs.length} output specs for ${graph.outputs.length} graph outputs`);
  const signature = new GraphSignature(
    inputs.map((spec, i) => inputSpec(spec, i, graph, reader)),
    outputs.map((spec, i) => outputSpec(spec, i, graph, reader)),
  );
  place.spot = "";
  return signature;
}

function inputSpec(json: Json, i: number, graph: Graph, reader: ArgumentReader): InputSpec {
  const place: Place = reader.place;
  const what = `input_specs[${i}]`;
  const [kind, body] = unionOf(json, what, place);
  const object = objectOf(body, what, place);
  if (kind === "constant_input") {
    const constant = literal(member(object, "value"), what, reader);
    return { kind: "constant_input", name: stringOf(member(object, "name"), what, place), value: null, target: null, constant };
  }
  const value = graph.inputs[i] ?? null;
  if (kind === "user_input") {
    if (value !== null) return { kind: "user_input", name: value.name, value, target: null };
    return { kind: "constant_input", name: `arg${i}`, value: null, target: null, constant: literal(member(object, "arg"), what, reader) };
  }
  if (!Object.hasOwn(inputRows, kind)) place.fail("schema", `${what}: inputs of kind ${kind} are not known`);
  const row = inputRows[kind as keyof typeof inputRows];
  const named = reader.nameIn(member(object, "arg") ?? null);
  if (value === null || value.name !== named)
    place.fail("schema", `${what} describes ${named}, graph input ${i} is ${value?.name ?? "a constant"}`);
  if (row.kind === "token") value.type = { kind: "token" };
  const target = row.target === null ? null : stringOf(member(object, row.target), `${what}.${row.target}`, place);
  const spec = { kind: row.kind, name: value.name, value, target };
  // Programs before buffers could be non-persistent say nothing: then the buffer is in the state dict.
  return row.kind === "buffer" ? { ...spec, persistent: member(object, "persistent") !== false } : spec;
}

function literal(json: Json | undefined, what: string, reader: ArgumentReader): Constant {
  const arg = argument(json, what, reader);
  if (typeof arg === "object" && arg !== null) reader.place.fail("schema", `${what}: a constant input that is no constant`);
  return arg;
}

function outputSpec(json: Json, i: number, graph: Graph, reader: ArgumentReader): OutputSpec {
  const { place } = reader;
  const what = `output_specs[${i}]`;
  const [kind, body] = unionOf(json, what, place);
  const row = Object.hasOwn(outputRows, kind) ? outputRows[kind] : undefined;
  if (row === undefined) return place.fail("schema", `${what}: outputs of kind ${kind} are not known`);
  const object = objectOf(body, what, place);
  const target = row.target === null ? null : stringOf(member(object, row.target), `${what}.${row.target}`, place);
  const arg = graph.outputs[i] as Arg;
  if (row.kind !== "user_output") checkNamed(object, arg, what, reader);
  return { kind: row.kind, arg, target };
}

function checkNamed(spec: JsonObject, arg: Arg, what: string, reader: ArgumentReader): void {
  const named = reader.nameIn(member(spec, "arg") ?? null);
  if (!(arg instanceof Value) || arg.name !== named)
    reader.place.fail("schema", `${what} describes ${named}, the graph returns something else there`);
}
