/** @file ONNXProgram (torch: `torch.onnx.ONNXProgram`): an exported model with the program that it came from. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnnxExporterError } from "../errors.ts";
import type { ExportedProgram } from "../export/exported-program.ts";
import { type Tensor, valuesOf } from "../tensor.ts";
import { stridedSource } from "../weights/basic.ts";
import type { TensorSource } from "../weights/source.ts";
import type { Model } from "./ir/graph.ts";
import { print } from "./ir/text.ts";
import { optimize } from "./passes/optimize.ts";
import { modelProto } from "./proto/model-proto.ts";
import { type SaveOptions, saveModel } from "./proto/save.ts";
import { spell } from "./spell.ts";
import type { Target } from "./target.ts";
import { runtimeSession, type Session } from "./verify/runtime.ts";
import { type Verification, type VerifyOptions, verifyProgram } from "./verify/verify.ts";

export class ONNXProgram {
  /** The model, each op in its newest form: `save` spells it for the target's opset. */
  readonly model: Model;
  /** The program as it was captured. */
  readonly exported_program: ExportedProgram;
  readonly target: Target;
  /** What the last `verify()` found. */
  verification: Verification | null = null;
  #session: Session | null = null;
  #folder: string | null = null;

  constructor(model: Model, exported_program: ExportedProgram, target: Target) {
    this.model = model;
    this.exported_program = exported_program;
    this.target = target;
    model.producer_name = "torch-onnx";
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

  /** Folds, fuses and cleans up in place. */
  optimize(): void {
    optimize(this.model);
  }

  /** Gives weights their values, by state-dict key (torch: `apply_weights`). Throws `program/weights` for unknown keys and wrong dtypes or shapes. */
  apply_weights(state_dict: Readonly<Record<string, Tensor | TensorSource>>): void {
    const byName = new Map([...this.model.graph.initializers].flatMap((v) => (v.name === null ? [] : [[v.name, v] as const])));
    const problems: string[] = [];
    for (const [name, given] of Object.entries(state_dict)) {
      const source = "chunks" in given ? given : stridedSource(valuesOf(given), name);
      const value = byName.get(name);
      if (value?.source === undefined || value.source === null) problems.push(`${name} is no initializer`);
      else if (value.source.dtype !== source.dtype || String(value.source.shape) !== String(source.shape)) {
        problems.push(`${name} is ${source.dtype}[${source.shape}], the model has ${value.source.dtype}[${value.source.shape}]`);
      } else value.source = source;
    }
    if (problems.length > 0) {
      throw new OnnxExporterError(
        "program/weights",
        `these weights do not fit the model:\n  ${problems.join("\n  ")}`,
        "give the state dict of the exported model; export with optimize: false to keep every key",
      );
    }
    this.release();
  }

  /** Runs the model in ONNX Runtime on tensors, in graph order; gives its outputs. */
  async call(...inputs: readonly Tensor[]): Promise<Tensor[]> {
    return (await this.session()).run(inputs);
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
