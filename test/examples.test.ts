//! The examples, run as their users run them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { convert, generate } from "../examples/llama_decode.ts";

const tmp = mkdtempSync(join(tmpdir(), "torch-onnx-examples-"));
afterAll(() => rmSync(tmp, { recursive: true, force: true }));

test("a decode loop in ONNX Runtime chooses the tokens that PyTorch chooses (tools/record_decode.py)", async () => {
  const model = join(tmp, "llama.onnx");
  await convert(join(import.meta.dirname, "fixtures/models/d_hf_llama_kvcache.pt2"), model);
  expect(await generate(model, [3, 14, 15, 9, 26], 12)).toEqual([53, 5, 49, 53, 53, 48, 53, 45, 53, 15, 49, 53]);
});
