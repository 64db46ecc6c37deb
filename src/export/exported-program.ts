/** @file ExportedProgram (torch: `torch.export.ExportedProgram`): a captured graph, what its inputs and outputs are, and where its weights lie. */

import type { Graph, Node, Value } from "../aten/graph.ts";
import { OnnxExporterError } from "../errors.ts";
import { type SymEnv, type SymInt, show } from "../symbolic.ts";
import type { TensorSource } from "../weights/source.ts";
import { printProgram } from "./print.ts";
import type { PyTree, TreeSpec } from "./pytree.ts";
import type { GraphSignature, InputSpec } from "./signature.ts";

/** Limits of a size; null: none. */
export interface Range {
  readonly min: number | bigint | null;
  readonly max: number | bigint | null;
}

/** A leaf of example inputs. */
export type ExampleLeaf = TensorSource | number | bigint | boolean | string | null | { readonly re: number; readonly im: number };

/** Inputs that the program was exported with. */
export interface ExampleInputs {
  /** One per user input of the signature, in order. */
  readonly flat: readonly ExampleLeaf[];
  readonly args: readonly PyTree<ExampleLeaf>[];
  readonly kwargs: { readonly [name: string]: PyTree<ExampleLeaf> };
}

/** A submodule of the exported model; `signature` only where its call was preserved. */
export interface ModuleCallEntry {
  readonly fqn: string;
  readonly signature: ModuleCallSignature | null;
}
export interface ModuleCallSignature {
  /** Names of values, or literals. */
  readonly inputs: readonly unknown[];
  readonly outputs: readonly unknown[];
  readonly in_spec: TreeSpec;
  readonly out_spec: TreeSpec;
  readonly forward_arg_names: readonly string[] | null;
}

/** How a captured program spelled things that its graph does not say: only printing needs it. */
export interface Spelling {
  /** Per node and argument: the kind of literal in the archive (`as_float`), and whether it was passed by keyword. */
  readonly args: ReadonlyMap<Node, ReadonlyMap<string, { readonly form: string; readonly keyword: boolean }>>;
  /** Graphs that return a tensor instead of a tuple. */
  readonly singleReturn: ReadonlySet<Graph>;
  /** Expressions of symbolic floats and bools. */
  readonly expressions: ReadonlyMap<Value, string>;
}

/** That of a program that no archive spelled. */
const plainSpelling: Spelling = { args: new Map(), singleReturn: new Set(), expressions: new Map() };

/** What a front end gives; what it leaves out is empty. */
export interface ProgramParts {
  readonly graph: Graph;
  readonly signature: GraphSignature;
  readonly env: SymEnv;
  readonly in_spec: TreeSpec;
  readonly out_spec: TreeSpec;
  readonly weights?: Map<string, TensorSource>;
  readonly constants?: Map<string, TensorSource>;
  readonly range_constraints?: ReadonlyMap<string, Range>;
  readonly guards?: readonly string[];
  readonly module_call_graph?: readonly ModuleCallEntry[];
  readonly example_inputs?: () => ExampleInputs | null;
  readonly torch_version?: string;
  readonly verifiers?: readonly string[];
  readonly file?: string | null;
  readonly spelling?: Spelling;
}

/** A captured program (PyTorch: `torch.export.ExportedProgram`): its graph, what its inputs and outputs stand for, sizes, weights. */
export class ExportedProgram {
  readonly graph: Graph;
  readonly signature: GraphSignature;
  readonly env: SymEnv;
  /** By symbol, or by expression where a derived dim has its own limits (`4*s65`). */
  range_constraints: ReadonlyMap<string, Range>;
  /** Python expressions that inputs must fulfil. */
  readonly guards: readonly string[];
  /** Structure of `(args, kwargs)`. */
  readonly in_spec: TreeSpec;
  readonly out_spec: TreeSpec;
  readonly module_call_graph: readonly ModuleCallEntry[];
  /** The state dict: parameters and persistent buffers by name. */
  readonly weights: Map<string, TensorSource>;
  /** Lifted tensors and buffers that are not part of the state dict. */
  readonly constants: Map<string, TensorSource>;
  /** Reads the inputs that the program was exported with; null when the archive has none. Throws `pt2/…`. */
  readonly example_inputs: () => ExampleInputs | null;
  readonly torch_version: string;
  /** `["TRAINING"]` as captured, `["ATEN"]` after `run_decompositions()`. */
  readonly verifiers: readonly string[];
  /** The archive; null for programs traced in this process. */
  readonly file: string | null;
  readonly spelling: Spelling;

  constructor(parts: ProgramParts) {
    this.graph = parts.graph;
    this.signature = parts.signature;
    this.env = parts.env;
    this.range_constraints = parts.range_constraints ?? new Map();
    this.guards = parts.guards ?? [];
    this.in_spec = parts.in_spec;
    this.out_spec = parts.out_spec;
    this.module_call_graph = parts.module_call_graph ?? [];
    this.weights = parts.weights ?? new Map();
    this.constants = parts.constants ?? new Map();
    this.example_inputs = parts.example_inputs ?? (() => null);
    this.torch_version = parts.torch_version ?? "";
    this.verifiers = parts.verifiers ?? ["TRAINING"];
    this.file = parts.file ?? null;
    this.spelling = parts.spelling ?? plainSpelling;
  }

  /** torch's name for `signature`. */
  get graph_signature(): GraphSignature {
    return this.signature;
  }
  /** torch's name for `weights`. */
  get state_dict(): Map<string, TensorSource> {
    return this.weights;
  }

  /** All names of each tensor that the program stores under several (tied weights, views of all of a buffer), in the state dict's order. */
  get aliases(): ReadonlyMap<string, readonly string[]> {
    const names = new Map<string, string[]>();
    for (const [name, { key, nbytes }] of [...this.weights, ...this.constants]) {
      if (key === null || nbytes === 0) continue;
      const same = names.get(key);
      if (same) same.push(name);
      else names.set(key, [name]);
    }
    return new Map([...names.values()].filter((same) => same.length > 1).flatMap((same) => same.map((name) => [name, same] as const)));
  }

  /** The weight, buffer or constant that `input` stands for. Throws `export/no-tensor` for inputs without one. */
  tensorOf(input: InputSpec): TensorSource {
    const { target, kind, persistent } = input;
    const [first, second] = kind === "parameter" || persistent === true ? [this.weights, this.constants] : [this.constants, this.weights];
    const found = target === null ? undefined : (first.get(target) ?? second.get(target));
    if (found !== undefined) return found;
    throw new OnnxExporterError(
      "export/no-tensor",
      `the ${kind} ${target ?? input.name} has no tensor`,
      "add it to program.weights or program.constants",
    );
  }

  /** Gives a dynamic size a name of the user's, wherever it is shown, in ranges too. Throws `symbolic/rename` for clashes. */
  renameSize(size: SymInt, name: string): void {
    const old = show(size);
    this.env.rename(size, name);
    const renamed = (text: string): string => text.replaceAll(/\w+/g, (word) => (word === old ? name : word));
    this.range_constraints = new Map([...this.range_constraints].map(([text, range]) => [renamed(text), range]));
  }

  /** As `print(program)` shows it in PyTorch. */
  toString(): string {
    return printProgram(this);
  }

  /** Frees the program's symbolic sizes. Nothing may use its graph afterwards. */
  free(): void {
    this.env.free();
  }
}
