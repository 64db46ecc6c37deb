/** @file ONNXProgram (torch: `torch.onnx.ONNXProgram`): an exported model with the program that it came from. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { internal, OnnxExporterError } from "../errors.ts";
import type { ExportedProgram } from "../export/exported-program.ts";
import type { PyTree } from "../export/pytree.ts";
import { type Tensor, wrap } from "../tensor.ts";
import { version } from "../version.ts";
import { bufferSource, loadStrided } from "../weights/basic.ts";
import { isSource, type TensorSource, watchReads } from "../weights/source.ts";
import { asTensor, flattenArguments, type InputValue, type OutputValue, restoreResult } from "./io-structure.ts";
import type { Model, Value } from "./ir/graph.ts";
import { print } from "./ir/text.ts";
import { isState, stateOf } from "./metadata.ts";
import { optimize } from "./passes/optimize.ts";
import { modelProto } from "./proto/model-proto.ts";
import { type SaveOptions, saveModel } from "./proto/save.ts";
import type { ExportReport } from "./report/report.ts";
import { spell } from "./spell.ts";
import type { Target } from "./target.ts";
import { runtimeSession, type Session } from "./verify/runtime.ts";
import { type Verification, type VerifyOptions, verifyProgram } from "./verify/verify.ts";

/** What `torch.onnx.export` gives: the model, the program that it came from, and what can be done with them. */
export class ONNXProgram {
  /** The model, each op in its newest form: `save` spells it for the target's opset. */
  readonly model: Model;
  /** The program as it was captured. */
  readonly exported_program: ExportedProgram;
  readonly target: Target;
  /** What the last `verify()` found. */
  verification: Verification | null = null;
  /** Weights that replaced the captured ones. */
  readonly #weights = new Map<string, TensorSource>();
  readonly #computedWith: Set<string>;
  readonly #describe: () => ExportReport | null;
  #report: ExportReport | null = null;
  #session: Session | null = null;
  #folder: string | null = null;

  /** `computedWith`: state-dict keys whose values are part of other constants. `report` is asked when somebody wants it. */
  constructor(
    model: Model,
    exported_program: ExportedProgram,
    target: Target,
    computedWith: Iterable<string> = [],
    report: () => ExportReport | null = () => null,
  ) {
    this.#describe = report;
    this.model = model;
    this.exported_program = exported_program;
    this.target = target;
    this.#computedWith = new Set(computedWith);
    model.producer_name = "torch-onnx";
    model.producer_version = version;
  }

  /**
   * Writes the model to `destination`, with weights over 256 bytes in `<destination>.data` when `external_data` is true.
   * Files appear whole or not at all. Throws `save/…` naming path and remedy.
   */
  async save(destination: string, options: SaveOptions = {}): Promise<void> {
    saveModel(spell(this.model, this.target), destination, options);
  }

  /** The model as protobufjs objects (`ModelProto`), made anew on each access, weights inside. */
  get model_proto(): ReturnType<typeof modelProto> {
    return modelProto(spell(this.model, this.target));
  }

  /** What the export kept, fixed and left out of the program; null for a program that no export made. */
  get report(): ExportReport | null {
    this.#report ??= this.#describe();
    return this.#report;
  }

  /** Folds, fuses and cleans up in place. */
  optimize(): void {
    const { weights, constants } = this.exported_program;
    const computedWith = watchReads([...weights, ...constants, ...this.#weights]);
    optimize(this.model, { opset: this.target.opset });
    for (const name of computedWith()) this.#computedWith.add(name);
  }

  /**
   * Gives weights their values by state-dict key (torch: `apply_weights`); what the optimizer made of them follows. A tied weight is
   * known by each of its names, and of several that are given the last one holds. Keys of the program that the graph does not read are left out. Throws `program/weights` for unknown keys, other dtypes or shapes, and weights whose old
   * values were computed with; then nothing is changed.
   */
  apply_weights(state_dict: Readonly<Record<string, Tensor | TensorSource>>): void {
    const { weights, constants, aliases } = this.exported_program;
    const current = (name: string) => this.#weights.get(name) ?? weights.get(name) ?? constants.get(name);
    const replaced = new Map<TensorSource, TensorSource>();
    const accepted = new Map<string, TensorSource>();
    const problems: string[] = [];
    for (const [name, given] of Object.entries(state_dict)) {
      const now = current(name);
      const names = aliases.get(name) ?? [name];
      const source = isSource(given) ? given : bufferSource(given.dtype, given.shape, given.bytes(), name);
      if (now === undefined) problems.push(`${name} is no weight of the program`);
      else if (now.dtype !== source.dtype || String(now.shape) !== String(source.shape)) {
        problems.push(`${name} is ${source.dtype}[${source.shape}], the program has ${now.dtype}[${now.shape}]`);
      } else if (names.some((n) => this.#computedWith.has(n))) problems.push(`${name} was computed with when the graph was optimized`);
      else {
        for (const n of names) {
          replaced.set(current(n) as TensorSource, source);
          accepted.set(n, source);
        }
      }
    }
    if (problems.length > 0) {
      const hint = "give the state dict of the exported model; export with optimize: false to keep every weight as it is";
      throw new OnnxExporterError("program/weights", `these weights do not fit the model:\n  ${problems.join("\n  ")}`, hint);
    }
    for (const [name, source] of accepted) this.#weights.set(name, source);
    for (const value of this.model.graph.initializers) value.source = value.source?.rebind(replaced) ?? null;
    this.release();
  }

  /**
   * Runs the model in ONNX Runtime as the captured model is called (torch: `ONNXProgram.__call__`): nested arguments, those by keyword in one
   * last object, or flat tensors in graph order. Gives the captured model's result, which `Result` tells TypeScript: a tensor, or lists and
   * objects as the model returns them; what becomes of written buffers and inputs is in `run`'s outputs.
   * Throws `program/inputs` with every argument whose structure, dtype or shape does not fit.
   */
  async call<Result = PyTree<OutputValue>>(...args: readonly unknown[]): Promise<Result> {
    const outputs = await this.run(flattenArguments(this.exported_program, args));
    return restoreResult(this.exported_program, outputs) as Result;
  }

  /**
   * Runs the model in ONNX Runtime on flat inputs, in graph order; gives the file's outputs. State of the program that is not given, behind the user's
   * inputs, is what it was at export.
   */
  async run(inputs: readonly InputValue[]): Promise<Tensor[]> {
    const state = this.model.graph.inputs.slice(inputs.length).filter(isState);
    return (await this.session()).run([...inputs.map(asTensor), ...state.map((v) => this.#initial(v))]);
  }

  /** The value that a buffer has in the program. */
  #initial(input: Value): Tensor {
    const { weights, constants } = this.exported_program;
    const name = stateOf(input);
    const source = this.#weights.get(name) ?? weights.get(name) ?? constants.get(name) ?? internal(`no buffer ${name}`);
    return wrap(loadStrided(source));
  }

  /** The ONNX Runtime session of this model, made when first asked for. */
  async session(): Promise<Session> {
    if (this.#session === null) {
      this.#folder = mkdtempSync(join(tmpdir(), "torch-onnx-"));
      const path = join(this.#folder, "model.onnx");
      await this.save(path, { external_data: true });
      this.#session = await runtimeSession(path);
    }
    return this.#session;
  }

  /** Frees the session and its files (torch: `release`). */
  release(): void {
    this.#session?.release();
    this.#session = null;
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  /** Compares ONNX Runtime with the captured program, or with outputs that PyTorch recorded. Never throws for a mismatch: the verdict says it. */
  async verify(options: VerifyOptions = {}): Promise<Verification> {
    this.verification = await verifyProgram(this, options);
    return this.verification;
  }

  toString(): string {
    return print(this.model);
  }
}
