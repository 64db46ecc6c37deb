//! Evaluators and inference against recorded answers: of ONNX's operator tests, its reference implementation, ONNX Runtime, numpy, scipy and PyTorch.
import { describe, expect, test } from "vitest";
import { check, familyRows, nodeCases, wrongTypes } from "./recorded.ts";

describe("rows of families", () => {
  test.each(familyRows)("%s", (_, row) => {
    expect(check(row)).toBeNull();
    expect(wrongTypes(row)).toEqual([]);
  });
});

/** Cases that no evaluation can meet, and why. They must fail: one that passes is taken out here. */
const unmet: { readonly [name: string]: string } = {};

describe("ONNX's operator tests", () => {
  test.each(nodeCases)("%s", (name, row) => {
    if (name in unmet) expect(check(row), `${unmet[name]}, but it passes`).not.toBeNull();
    else expect(check(row)).toBeNull();
    expect(wrongTypes(row)).toEqual([]);
  });
});
