//! The inputs that an archive was saved with, as tensors.
import type { ExportedProgram } from "../../src/export/exported-program.ts";
import { type Tensor, wrap } from "../../src/tensor.ts";
import { loadStrided } from "../../src/weights/basic.ts";
import { isSource } from "../../src/weights/source.ts";

export const sampleTensors = (program: ExportedProgram): Tensor[] =>
  (program.example_inputs()?.flat ?? []).filter(isSource).map((source) => wrap(loadStrided(source)));
