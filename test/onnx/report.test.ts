//! The report of an export: what was kept, fixed and left out, as data and as a Markdown file.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import * as torch from "../../src/index.ts";

const tmp = mkdtempSync(join(tmpdir(), "torch-onnx-report-"));
afterAll(() => rmSync(tmp, { recursive: true, force: true }));
const load = (name: string) => torch.export.load(join(import.meta.dirname, `../fixtures/programs/${name}.pt2`));
const written = (folder: string): { name: string; text: string } => {
  const [name, ...more] = readdirSync(folder);
  expect(more).toEqual([]);
  return { name: name as string, text: readFileSync(join(folder, name as string), "utf8") };
};

class Noisy extends torch.nn.Module {
  forward(x: torch.Tensor, flag: boolean): torch.Tensor {
    return flag ? x.add(torch.rand_like(x)) : x;
  }
}

test("a success, verified", async () => {
  const artifacts_dir = join(tmp, "deep/success");
  const options = { report: true, artifacts_dir, verify: true, mutations: "outputs" } as const;
  (await torch.onnx.export(await load("stateful"), [], null, options)).release();
  const { name, text } = written(artifacts_dir);
  expect(name).toMatch(/^onnx_export_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d-\d{6}_success\.md$/);
  expect(text).toMatch(/^# PyTorch ONNX Conversion Report\n/);
  expect(text.match(/✅/g)?.length).toBe(5);
  expect(text).toMatch(/- `inner\.k_cache` \(BUFFER_MUTATION\): returned as `inner\.k_cache_out`\n/);
  expect(text).toMatch(/- `x`: dim 0 = 2, dim 1 = 4\n/);
  expect(text).toMatch(/\*\*verified\*\* \(witness: captured program, inputs: samples\)[\s\S]*\| state_out \| float32\[2, 4\]/);
});

test("what is fixed, random and not checked", async () => {
  const dynamic_shapes = { x: { 0: torch.export.Dim("n", { max: 9 }) }, flag: null };
  const program = await torch.onnx.export(new Noisy(), [torch.rand(2, 3), true], null, { dynamic_shapes });
  expect(program.report).toMatchObject({
    ranges: [{ size: "n", min: 0, max: 9 }],
    fixed: [
      { input: "x", what: "dim 1 = 3" },
      { input: "flag", what: "the value true" },
    ],
    random: [{ op: "aten::rand_like", count: 1, first: expect.stringMatching(/report\.test\.ts:\d+$/) }],
  });
  program.release();
});

test("a failure: how far it came and why", async () => {
  const artifacts_dir = join(tmp, "failure");
  const error = await torch.onnx.export(await load("scaled"), [], null, { report: true, artifacts_dir }).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "lower/unsupported" });
  const { name, text } = written(artifacts_dir);
  expect(name).toMatch(/_conversion\.md$/);
  expect(text).toMatch(/^# PyTorch ONNX Conversion Error Report\n/);
  expect(text).toMatch(/✅ Obtain model graph.*\n❌ Translate the graph into ONNX\n⚪/);
  expect(text).toMatch(/mylib::scale {2}1 node/);
});

test("a capture that fails", async () => {
  const artifacts_dir = join(tmp, "capture");
  class Reads extends torch.nn.Module {
    forward(x: torch.Tensor): unknown {
      return x.item();
    }
  }
  await expect(torch.onnx.export(new Reads(), [torch.rand([])], null, { report: true, artifacts_dir })).rejects.toThrow(/being traced/);
  expect(written(artifacts_dir).name).toMatch(/_pt_export\.md$/);
});

test("a folder that cannot be made is named", async () => {
  const file = join(tmp, "a-file");
  writeFileSync(file, "");
  const options = { report: true, artifacts_dir: join(file, "inside") };
  await expect(torch.onnx.export(await load("stateful"), [], null, options)).rejects.toMatchObject({ code: "export/report" });
});
