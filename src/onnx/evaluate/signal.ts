/** @file Fourier transforms of ONNX. The last dim is the real part, or the real and the imaginary part. */

import { dft, stft } from "../../core/ops/fourier.ts";
import type { EvaluateTable } from "./table.ts";

export const signal: EvaluateTable = {
  DFT: (call) => {
    const length = call.integersAt(1)?.[0];
    // Opset 20 made `axis` an input, and its default the last dim of the signal.
    const axis = call.opset >= 20 ? (call.integersAt(2)?.[0] ?? -2) : call.int("axis", 1);
    const options = { axis, inverse: call.int("inverse", 0) === 1, onesided: call.int("onesided", 0) === 1 };
    return dft(call.tensor(0), length === undefined ? options : { ...options, length });
  },
  STFT: (call) => {
    const [window, frameLength] = [call.optional(2), call.integersAt(3)?.[0]];
    return stft(call.tensor(0), {
      frameStep: call.integersAt(1)?.[0] ?? 1,
      onesided: call.int("onesided", 1) === 1,
      ...(window === null ? {} : { window }),
      ...(frameLength === undefined ? {} : { frameLength }),
    });
  },
};
