//! `torch-onnx ops`, and the page that it writes: `npm run coverage` writes docs/coverage.md anew.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aten } from "../../src/aten/index.ts";
import { allOps, schemaOf } from "../../src/aten/schema.ts";
import { coveragePage } from "../../src/cli/coverage-page.ts";
import { coreCount, coverage, inPlace, missing, opsetText } from "../../src/cli/op-coverage.ts";
import { functionalTwin } from "../../src/dispatch.ts";

const main = join(import.meta.dirname, "../../dist/cli/main.js");
const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "ops", ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
};

test("docs/coverage.md is what the tables say", async () => {
  await expect(coveragePage()).toMatchFileSnapshot("../../docs/coverage.md");
});

describe("the lists", () => {
  test("every schema is known, in place of a known one, wanted, out of scope, or in place of one of these", () => {
    const { wanted, outOfScope } = missing();
    const listed = new Set([...aten.keys(), ...inPlace(), ...wanted, ...[...outOfScope.values()].flat()]);
    const left = allOps().filter((op) => {
      const schema = schemaOf(op);
      return !listed.has(op) && !listed.has((schema && functionalTwin(schema)) ?? "");
    });
    expect(left).toEqual([]);
    expect(wanted.filter((op) => aten.has(op))).toEqual([]);
  });
  test("ops of the Core ATen set without meaning are wanted, whatever their names", () => {
    const { total, meaning } = coreCount();
    const wanted = new Set(missing().wanted);
    expect(total).toBe(193);
    expect(coverage().filter((o) => o.core && wanted.has(o.op))).toEqual([]);
    expect(meaning).toBeGreaterThanOrEqual(184);
  });
  test.each([
    [[18, 19, 20], "18-20"],
    [[18, 20, 21], "18,20-21"],
    [[], ""],
  ])("opsets %j are written %s", (numbers, text) => {
    expect(opsetText(numbers)).toBe(text);
  });
});

describe("the command", () => {
  test("tells of an op: meaning, lowering, opsets, dtypes", () => {
    const { status, stdout } = run("aten::gelu");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^op +meaning +lowering +opsets +dtypes\naten::gelu +meta eval +direct +18-26 +f32 f16 bf16/);
    expect(stdout.split("\n")).toHaveLength(3);
  });
  test("a name without namespace and overload means all of them, an in-place op its twin", () => {
    expect(run("add").stdout.match(/^aten::add\.\w+/gm)).toEqual(["aten::add.Tensor", "aten::add.Scalar"]);
    expect(run("aten::relu_").stdout).toMatch(/^aten::relu /m);
  });
  test("without names it ends with the counts, that of the Core ATen set first", () => {
    const { stdout } = run("--core");
    expect(stdout).toMatch(/\nCore ATen: \d+ of 193 ops have a meaning, \d+ a lowering for every opset from 18 to 26\.\n/);
    expect(stdout).not.toMatch(/^aten::arccosh /m);
  });
  test("--missing lists what is wanted, and counts what is out of scope by reason", () => {
    expect(run("--missing").stdout).toMatch(/^to do: \d+ ops\n( {2}\w+::\S+\n)*\nout of scope\n( +\d+ {2}.+\n)+$/);
  });
  test("--json has the same", () => {
    const { core, ops } = JSON.parse(run("relu", "--json").stdout);
    expect(core).toEqual(coreCount());
    expect(ops).toMatchObject([{ op: "aten::relu", family: "activation", core: true, route: "direct" }]);
  });
  test("an op that is not known is named, with its schema where PyTorch has one", () => {
    expect(run("aten::no_such_op")).toMatchObject({ status: 1, stderr: expect.stringContaining("[aten/unknown-op]") });
    expect(run("aten::_foobar")).toMatchObject({ status: 1, stderr: expect.stringContaining("schema: aten::_foobar(") });
    expect(run("aten::nested_to_padded_tensor")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("meaning here: nested tensors"),
    });
    expect(run("--nothing").status).toBe(2);
  });
  test.each([
    ["rleu", /near it: aten::relu\b/],
    ["aten::softmx", /near it: aten::softmax/],
    ["nms", /near it: torchvision::nms$/m],
    ["add.Tensors", /near it: aten::add\.Tensor, aten::add\.Scalar$/m],
    ["xyzzyplugh", /torch-onnx ops lists/],
  ])("of %s, near names are said", (name, hint) => {
    expect(run(name)).toMatchObject({ status: 1, stdout: "", stderr: expect.stringMatching(hint) });
  });
  test.each(["torch.ops.aten.relu.default", "aten::relu.default", "relu"])("%s is how programs print aten::relu", (name) => {
    expect(run(name).stdout).toMatch(/\naten::relu .*\n$/);
  });
  test("--missing takes no names; with --core it lists those of the Core ATen set", () => {
    expect(run("--missing", "relu")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^torch-onnx ops: --missing takes no names/),
    });
    const { total, meaning } = coreCount();
    expect(run("--missing", "--core").stdout).toMatch(new RegExp(`^to do: ${total - meaning} ops\n`));
  });
  test("a pipe gets all of it, and may be closed early", () => {
    const piped = (reader: string) =>
      spawnSync("bash", ["-o", "pipefail", "-c", `"${process.execPath}" "${main}" ops --json | ${reader}`], { encoding: "utf8" });
    const { core, ops } = JSON.parse(piped("cat").stdout);
    expect([core, ops.length]).toEqual([coreCount(), aten.size]);
    expect(piped("head -c 5")).toMatchObject({ status: 0, stdout: '{\n "c', stderr: "" });
  });
});
