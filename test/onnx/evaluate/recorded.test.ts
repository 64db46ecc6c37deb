//! Evaluators against what ONNX's reference implementation, ONNX Runtime, or numpy, scipy and PyTorch gave (tools/record_evaluate.py).
import { expect, test } from "vitest";
import { check, rows } from "./recorded.ts";

test.each(rows)("%s", (_, row) => {
  expect(check(row)).toBeNull();
});
