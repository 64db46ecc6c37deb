/**
 * @file Verification: ONNX Runtime against an independent witness, which is what PyTorch recorded, or the captured program run by the core.
 * Without inputs or without a witness the verdict is "not verified".
 */

import { OnnxExporterError } from "../../errors.ts";
import { type EvaluateOptions, type EvalValue, evaluateProgram } from "../../export/evaluate.ts";
import { nameOf } from "../../normalize/mutations.ts";
import { Tensor, valuesOf, wrap } from "../../tensor.ts";
import { asTensor } from "../io-structure.ts";
import { writtenTarget } from "../metadata.ts";
import type { ONNXProgram } from "../program.ts";
import { compareTensors, type VerificationInfo } from "./compare.ts";
import { asEval, verificationInputs } from "./inputs.ts";
import { compareMoments, runs } from "./moments.ts";
import { opaqueOutputs } from "./opaque.ts";
import { randomOutputs } from "./randomness.ts";
import { inPairs } from "./runtime.ts";

export interface VerifyOptions {
  /** User inputs, flat, in graph order; without them the archive's samples, or made ones. */
  readonly inputs?: readonly (Tensor | number | boolean)[];
  /** Outputs that PyTorch recorded for `inputs`; without them the captured program is evaluated. */
  readonly expected?: readonly Tensor[];
}

export interface Verification {
  readonly verdict: "verified" | "mismatch" | "not verified";
  readonly witness: "recorded outputs" | "captured program" | "none";
  readonly inputs: "given" | "samples" | "signature" | "none";
  readonly outputs: readonly VerificationInfo[];
  /** Why nothing was verified, or what differs. */
  readonly reason: string | null;
}

const notVerified = (reason: string): Verification => ({ verdict: "not verified", witness: "none", inputs: "none", outputs: [], reason });

/**
 * Runs `program` in ONNX Runtime and compares every output's dtype, shape and values with the witness. Outputs that depend on random numbers
 * are compared with the captured program by shape, dtype and moments over several runs: each output says how it was compared.
 */
export async function verifyProgram(program: ONNXProgram, options: VerifyOptions): Promise<Verification> {
  const found = options.inputs ? { values: options.inputs, from: "given" as const } : verificationInputs(program.exported_program);
  if ("reason" in found) return notVerified(found.reason);
  const fake = [...program.model.graph.initializers].find((v) => v.source?.materialized === false);
  if (fake) return notVerified(`the weights are fake (${fake.name}): apply_weights gives them values`);
  const recorded = options.expected;
  let expected: readonly Tensor[];
  try {
    expected = recorded ?? witness(program, found.values);
    const returned = program.model.graph.outputs.filter((v) => writtenTarget(v) !== null).length;
    if (recorded && returned > 0 && recorded.length === program.model.graph.outputs.length - returned)
      expected = [...recorded, ...witness(program, found.values).slice(-returned)];
  } catch (error) {
    if (error instanceof OnnxExporterError) return notVerified(`the captured program cannot be computed here: ${error.message}`);
    throw error;
  }
  const unknown = opaqueOutputs(program.model);
  let actual: Tensor[];
  try {
    actual = await program.run(found.values);
  } catch (error) {
    if (unknown === null || !(error instanceof OnnxExporterError) || error.code !== "runtime/load") throw error;
    return notVerified(
      `ONNX Runtime does not know ${unknown.ops.join(", ")}, on which ${unknown.outputs.join(", ") || "no output"} depend`,
    );
  }
  if (actual.length !== expected.length) return notVerified(`the model has ${actual.length} outputs, the witness ${expected.length}`);
  const { outputNames } = await program.session();
  const random = randomOutputs(program.exported_program);
  const drawn = random.includes(true) ? await drawAgain(program, found.values, actual) : null;
  const outputs = expected.map((e, i) => {
    const name = outputNames[i] as string;
    const pick = (runs: readonly (readonly Tensor[])[]): Tensor[] => runs.map((run) => inPairs(run[i] as Tensor));
    if (drawn !== null && random[i]) return compareMoments(name, pick(drawn.expected), pick(drawn.actual));
    return compareTensors(name, inPairs(e), actual[i] as Tensor);
  });
  const bad = outputs.find((o) => o.problem !== null);
  return {
    verdict: bad ? "mismatch" : "verified",
    witness: recorded ? "recorded outputs" : "captured program",
    inputs: found.from,
    outputs,
    reason: bad ? `${bad.name}: ${bad.problem}` : null,
  };
}

/** Outputs of runs of both sides, each with other random numbers; the witness has one more. The session goes on drawing from run to run. */
async function drawAgain(program: ONNXProgram, inputs: readonly (Tensor | number | boolean)[], first: Tensor[]) {
  const expected = Array.from({ length: runs + 1 }, (_, k) => witness(program, inputs, { seed: k }));
  const actual = [first];
  while (actual.length < runs) actual.push(await program.run(inputs));
  return { expected, actual };
}

/** Outputs of the captured program that the file has too: tensors and numbers, not None; then what becomes of written inputs that it returns. */
function witness(program: ONNXProgram, inputs: readonly (Tensor | number | boolean)[], options: EvaluateOptions = {}): Tensor[] {
  const { signature } = program.exported_program;
  const targets = program.model.graph.outputs.map(writtenTarget).filter((t) => t !== null);
  const written = targets.flatMap((t) => signature.inputs.filter((s) => nameOf(s) === t));
  const outputs = evaluateProgram(program.exported_program, inputs.map(copied), { ...options, written });
  return outputs.flatMap((o) => (o === null ? [] : [typeof o === "object" ? wrap(o) : asTensor(typeof o === "bigint" ? Number(o) : o)]));
}

/** The witness may write to its inputs: it gets copies. */
const copied = (x: Tensor | number | boolean): EvalValue => (x instanceof Tensor ? valuesOf(x.clone()) : asEval(x));
