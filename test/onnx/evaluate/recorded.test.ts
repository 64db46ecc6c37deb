//! Evaluators and inference against recorded answers: of ONNX's operator tests, its reference implementation, ONNX Runtime, numpy, scipy and PyTorch.
import { describe, expect, test } from "vitest";
import { OnnxExporterError } from "../../../src/errors.ts";
import { check, familyRows, nodeCases, type Row, wrongTypes } from "./recorded.ts";

describe("rows of families", () => {
  test.each(familyRows)("%s", (_, row) => {
    expect(check(row)).toBeNull();
    expect(wrongTypes(row)).toEqual([]);
  });
});

/** Cases that no evaluation can meet, and why. They must fail: one that passes is taken out here. */
const unmet: { readonly [name: string]: string } = {
  ...Object.fromEntries(
    ["bernoulli", "bernoulli_expanded", "bernoulli_double", "bernoulli_double_expanded", "bernoulli_seed", "bernoulli_seed_expanded"].map(
      (name) => [name, "drawn by NumPy's generator in a state that the model does not say"],
    ),
  ),
  image_decoder_decode_jpeg2k_rgb: "JPEG 2000 is not decoded",
  image_decoder_decode_webp_rgb: "WebP is not decoded",
};

/** What is wrong with a row, a refusal included. */
function outcome(row: Row): string | null {
  try {
    return check(row);
  } catch (error) {
    if (error instanceof OnnxExporterError) return error.message;
    throw error;
  }
}

describe("ONNX's operator tests", () => {
  test.each(nodeCases)("%s", (name, row) => {
    if (name in unmet) expect(outcome(row), `${unmet[name]}, but it passes`).not.toBeNull();
    else expect(check(row)).toBeNull();
    expect(wrongTypes(row)).toEqual([]);
  });
});
