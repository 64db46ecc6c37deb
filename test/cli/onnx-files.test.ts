//! The commands on ONNX files, as processes: infer, check, fold, run.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Tensor, type TensorLike } from "../../src/onnx/evaluate/tensor.ts";
import { parse } from "../../src/onnx/ir/parse.ts";
import { print } from "../../src/onnx/ir/text.ts";
import { readModel } from "../../src/onnx/proto/read.ts";
import { saveModel } from "../../src/onnx/proto/save.ts";
import { writeSafetensors } from "../../src/onnx/proto/write-safetensors.ts";
import { readSafetensors } from "../../src/weights/safetensors.ts";
import { readAll } from "../../src/weights/source.ts";

const main = join(import.meta.dirname, "../../dist/cli/main.js");
const tmp = mkdtempSync(join(tmpdir(), "torch-onnx-files-"));
afterAll(() => rmSync(tmp, { recursive: true, force: true }));

/** Twice x plus 3, the 3 computed from constants. */
const text = `
(x: f32[N, 2]) -> (y)
  a = f32[]{1}
  b = f32[2]{2, 2}
  c = Add(a, b)
  d = Add(x, x)
  y = Add(d, c)`.trim();

beforeAll(() => {
  const model = parse(text, { infer: true, opset: 20 });
  model.ir_version = 9;
  saveModel(model, join(tmp, "m.onnx"));
});

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: tmp, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("infer", () => {
  test("prints the signature, or all values", () => {
    expect(run("infer", "m.onnx")).toEqual({ status: 0, stdout: "inputs\n  x: f32[N, 2]\noutputs\n  y: f32[N, 2]\n", stderr: "" });
    expect(run("infer", "m.onnx", "--all").stdout).toContain("values\n  c: f32[2]\n  d: f32[N, 2]\n  y: f32[N, 2]\n");
  });
  test("writes the model with types", () => {
    expect(run("infer", "m.onnx", "typed.onnx")).toEqual({ status: 0, stdout: "typed.onnx\n", stderr: "" });
    const types = [...readModel(join(tmp, "typed.onnx")).graph.nodes()].map((n) => String(n.outputs[0]?.type?.shape));
    expect(types).toEqual(["2", "N,2", "N,2"]);
  });
});

describe("check", () => {
  test("a valid model", () => {
    expect(run("check", "m.onnx", "--full")).toEqual({
      status: 0,
      stdout: "m.onnx: valid (IR version 9, opset ai.onnx 20, 3 nodes)\n",
      stderr: "",
    });
  });
  test("an invalid one: all violations, exit code 1", () => {
    const bad = parse("(x: f32[2]) -> (y, z)\n  y = Relu<alpha=1>(x)\n  z = Add(x)");
    bad.ir_version = 9;
    bad.opset_import.set("", 20);
    saveModel(bad, join(tmp, "bad.onnx"));
    const { status, stdout, stderr } = run("check", "bad.onnx");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/attribute alpha/);
    expect(stderr).toMatch(/lacks the input B/);
  });
  test("a declared shape that is wrong is found with --full", () => {
    const bad = parse("(x: f32[2]) -> (y)\n  y = Relu(x)", { opset: 20 });
    bad.ir_version = 9;
    for (const v of bad.graph.outputs) v.type = { dtype: "float32", shape: [3] };
    saveModel(bad, join(tmp, "claims.onnx"));
    expect(run("check", "claims.onnx").status).toBe(0);
    const { status, stderr } = run("check", "claims.onnx", "--full");
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[infer\//);
  });
});

describe("fold", () => {
  test("writes the smaller model and says what it did", () => {
    const { status, stdout } = run("fold", "m.onnx", "folded.onnx");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^folded\.onnx\n3 nodes to 2\n +1 {2}fold-constants\n/);
    expect(print(readModel(join(tmp, "folded.onnx")))).toMatch(/f32\[2\]\{3, 3\}/);
  });
  test("limits", () => {
    expect(run("fold", "m.onnx", "limited.onnx", "--output-size-limit", "1").stdout).toMatch(/3 nodes to 3/);
    const { status, stderr } = run("fold", "m.onnx", "none.onnx", "--growth-limit", "much");
    expect([status, existsSync(join(tmp, "none.onnx"))]).toEqual([1, false]);
    expect(stderr).toMatch(/--growth-limit much is no count/);
  });
});

describe("run", () => {
  test("given inputs, written outputs", () => {
    writeSafetensors(join(tmp, "in.safetensors"), [["x", Tensor.from([1, 2, 3, 4], "float32", [2, 2]) as TensorLike]]);
    const { status, stdout, stderr } = run("run", "m.onnx", "--inputs", "in.safetensors", "--output", "out.safetensors");
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "y: f32[2, 2] 5, 7, 9, 11\n", stderr: "" });
    const y = readSafetensors(join(tmp, "out.safetensors")).tensors.get("y");
    expect(y && [...new Float32Array(readAll(y, 64).buffer)]).toEqual([5, 7, 9, 11]);
  });
  test("made inputs are the same for the same seed", () => {
    const first = run("run", "m.onnx", "--random", "--dim", "N=1", "--seed", "3");
    expect(first.status).toBe(0);
    expect(run("run", "m.onnx", "--random", "--dim", "N=1", "--seed", "3")).toEqual(first);
    expect(run("run", "m.onnx", "--random", "--dim", "N=1", "--seed", "4").stdout).not.toBe(first.stdout);
  });
  test.each<[string, string[], RegExp]>([
    ["a dim without a size", ["--random"], /dims N of the inputs have no size\n {2}hint: --dim N=N/],
    ["no inputs", [], /no value for input x/],
    ["a dim that is no size", ["--random", "--dim", "N"], /--dim N names no size/],
  ])("%s: exit code 1", (_, args, message) => {
    const { status, stderr } = run("run", "m.onnx", ...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });
  test("a file that is no model", () => {
    writeFileSync(join(tmp, "noise.onnx"), readFileSync(import.meta.filename));
    expect(run("run", "noise.onnx").stderr).toMatch(/OnnxExporterError \[proto\//);
  });
});
