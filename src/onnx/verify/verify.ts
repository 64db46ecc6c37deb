/**
 * @file Verification: ONNX Runtime against an independent witness, which is what PyTorch recorded, or the captured program run by the core.
 * Without inputs or without a witness the verdict is "not verified".
 */

import { OnnxExporterError } from "../../errors.ts";
import { type EvalValue, evaluateProgram } from "../../export/evaluate.ts";
import { Tensor, valuesOf, wrap } from "../../tensor.ts";
import { asTensor } from "../io-structure.ts";
import type { ONNXProgram } from "../program.ts";
import { compareTensors, type VerificationInfo } from "./compare.ts";
import { asEval, verificationInputs } from "./inputs.ts";
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

/** Runs `program` in ONNX Runtime and compares every output's dtype, shape and values with the witness. */
export async function verifyProgram(program: ONNXProgram, options: VerifyOptions): Promise<Verification> {
  const found = options.inputs ? { values: options.inputs, from: "given" as const } : verificationInputs(program.exported_program);
  if ("reason" in found) return notVerified(found.reason);
  const fake = [...program.model.graph.initializers].find((v) => v.source?.materialized === false);
  if (fake) return notVerified(`the weights are fake (${fake.name}): apply_weights gives them values`);
  const recorded = options.expected;
  let expected: readonly Tensor[];
  try {
    expected = recorded ?? witness(program, found.values);
  } catch (error) {
    if (error instanceof OnnxExporterError) return notVerified(`the captured program cannot be computed here: ${error.message}`);
    throw error;
  }
  const actual = await program.run(found.values);
  if (actual.length !== expected.length) return notVerified(`the model has ${actual.length} outputs, the witness ${expected.length}`);
  const session = await program.session();
  const outputs = expected.map((e, i) => compareTensors(session.outputNames[i] as string, inPairs(e), actual[i] as Tensor));
  const bad = outputs.find((o) => o.problem !== null);
  return {
    verdict: bad ? "mismatch" : "verified",
    witness: recorded ? "recorded outputs" : "captured program",
    inputs: found.from,
    outputs,
    reason: bad ? `${bad.name}: ${bad.problem}` : null,
  };
}

/** User outputs of the captured program that the file has too: tensors and numbers, not None. */
function witness(program: ONNXProgram, inputs: readonly (Tensor | number | boolean)[]): Tensor[] {
  const outputs = evaluateProgram(program.exported_program, inputs.map(copied));
  return outputs.flatMap((o) => (o === null ? [] : [typeof o === "object" ? wrap(o) : asTensor(typeof o === "bigint" ? Number(o) : o)]));
}

/** The witness may write to its inputs: it gets copies. */
const copied = (x: Tensor | number | boolean): EvalValue => (x instanceof Tensor ? valuesOf(x.clone()) : asEval(x));
