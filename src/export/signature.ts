/** @file What each graph input and output of an exported program is (torch: `torch.export.graph_signature`). */

import { type Arg, Value } from "../aten/graph.ts";

export type InputKind = "user_input" | "parameter" | "buffer" | "constant_tensor" | "custom_obj" | "token" | "constant_input";

/** Describes `graph.inputs[i]`. */
export interface InputSpec {
  readonly kind: InputKind;
  /** The placeholder's name; constant inputs have one too. */
  readonly name: string;
  /** null for constant inputs. */
  readonly value: Value | null;
  /** State-dict or constants key; null for user inputs. */
  readonly target: string | null;
  /** Of buffers: whether it is part of the state dict. */
  readonly persistent?: boolean | undefined;
  /** Of constant inputs: what the user gave at export; the graph has it baked in. */
  readonly constant?: number | bigint | boolean | string | null | undefined;
}

export type OutputKind =
  | "user_output"
  | "loss_output"
  | "buffer_mutation"
  | "parameter_mutation"
  | "user_input_mutation"
  | "gradient_to_parameter"
  | "gradient_to_user_input"
  | "token";

/** Describes `graph.outputs[i]`. */
export interface OutputSpec {
  readonly kind: OutputKind;
  readonly arg: Arg;
  /** What is mutated, or whose gradient it is; null for user outputs. */
  readonly target: string | null;
}

/** torch: `ExportGraphSignature`. Its properties keep torch's names. */
export class GraphSignature {
  readonly inputs: InputSpec[];
  readonly outputs: OutputSpec[];

  constructor(inputs: InputSpec[], outputs: OutputSpec[]) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  get input_specs(): readonly InputSpec[] {
    return this.inputs;
  }
  get output_specs(): readonly OutputSpec[] {
    return this.outputs;
  }

  /** Names of user inputs, values of constant ones, in pytree order. */
  get user_inputs(): readonly InputSpec["constant"][] {
    return this.#of("user_input", "constant_input").map((s) => (s.kind === "constant_input" ? s.constant : s.name));
  }
  /** Names of user outputs, values of constant ones, in pytree order. */
  get user_outputs(): readonly Arg[] {
    const outputs = this.outputs.filter((s) => s.kind === "user_output" || s.kind === "loss_output");
    return outputs.map((s) => (s.arg instanceof Value ? s.arg.name : s.arg));
  }
  get parameters(): readonly string[] {
    return this.#of("parameter").map((s) => s.target ?? "");
  }
  get buffers(): readonly string[] {
    return this.#of("buffer").map((s) => s.target ?? "");
  }
  get non_persistent_buffers(): readonly string[] {
    return this.#of("buffer").flatMap((s) => (s.persistent === false ? [s.target ?? ""] : []));
  }
  get lifted_tensor_constants(): readonly string[] {
    return this.#of("constant_tensor").map((s) => s.target ?? "");
  }
  get inputs_to_parameters(): ReadonlyMap<string, string> {
    return new Map(this.#of("parameter").map((s) => [s.name, s.target ?? ""]));
  }
  get inputs_to_buffers(): ReadonlyMap<string, string> {
    return new Map(this.#of("buffer").map((s) => [s.name, s.target ?? ""]));
  }
  get buffers_to_mutate(): ReadonlyMap<string, string> {
    return this.#mutations("buffer_mutation");
  }
  get parameters_to_mutate(): ReadonlyMap<string, string> {
    return this.#mutations("parameter_mutation");
  }
  get user_inputs_to_mutate(): ReadonlyMap<string, string> {
    return this.#mutations("user_input_mutation");
  }

  #of(...kinds: InputKind[]): InputSpec[] {
    return this.inputs.filter((s) => kinds.includes(s.kind));
  }
  #mutations(kind: OutputKind): ReadonlyMap<string, string> {
    const found = this.outputs.filter((s) => s.kind === kind);
    return new Map(found.flatMap((s) => (s.arg instanceof Value ? [[s.arg.name, s.target ?? ""] as const] : [])));
  }

  /** As torch prints it. */
  toString(): string {
    const inputs = this.inputs.map((s) => {
      const kind = s.kind === "constant_input" ? "USER_INPUT" : s.kind.toUpperCase();
      const persistent = s.persistent === undefined ? "" : ` persistent=${s.persistent ? "True" : "False"}`;
      return `${s.name}: ${kind}${target(s.target)}${persistent}`;
    });
    const outputs = this.outputs.map((s) => `${s.arg instanceof Value ? s.arg.name : ""}: ${s.kind.toUpperCase()}${target(s.target)}`);
    return `\n# inputs\n${inputs.join("\n")}\n\n# outputs\n${outputs.join("\n")}\n`;
  }
}

const target = (name: string | null): string => (name === null ? "" : ` target='${name}'`);
