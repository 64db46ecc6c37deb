/** @file torch.onnx.verification. */

export type { VerificationInfo } from "./compare.ts";
export type { Verification, VerifyOptions } from "./verify.ts";
export { verifyProgram as verify_onnx_program } from "./verify.ts";
