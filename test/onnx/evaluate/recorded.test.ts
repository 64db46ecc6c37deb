//! Evaluators and inference against recorded answers: of ONNX's operator tests, its reference implementation, ONNX Runtime, numpy, scipy and PyTorch.
import { describe, expect, test } from "vitest";
import { familyRows, nodeCases } from "./recorded.ts";
import { check, outcome, unmet, wrongTypes } from "./rows.ts";

describe("rows of families", () => {
  test.each(familyRows)("%s", (_, row) => {
    expect(check(row)).toBeNull();
    expect(wrongTypes(row)).toEqual([]);
  });
});

describe("ONNX's operator tests", () => {
  test.each(nodeCases)("%s", (name, row) => {
    if (name in unmet) expect(outcome(row), `${unmet[name]}, but it passes`).not.toBeNull();
    else expect(check(row)).toBeNull();
    expect(wrongTypes(row)).toEqual([]);
  });
});
