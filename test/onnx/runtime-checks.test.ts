//! runtime_checks: ranges, sizes that are one, guards and assertions fail a run in ONNX Runtime under the name of what does not hold.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as torch from "../../src/index.ts";

const load = (name: string) => torch.export.load(join(import.meta.dirname, `../fixtures/programs/${name}.pt2`));
const outcome = (p: torch.onnx.ONNXProgram, ...inputs: torch.Tensor[]): Promise<string> =>
  p.run(inputs).then(
    () => "runs",
    (e: unknown) => /Name:'(check: .*?)' Status/.exec(String(e))?.[1] ?? String(e),
  );
const ones = (value: number): torch.Tensor => torch.full([2, 4], value).to("float32");

test("guards and ranges of inputs, however large the sizes", async () => {
  const program = await torch.onnx.export(await load("guarded"), [], null, { runtime_checks: true });
  expect((await program.verify()).verdict).toBe("verified");
  expect(await outcome(program, torch.rand(5, 4), torch.rand(9, 4))).toBe("runs");
  expect(await outcome(program, torch.rand(3, 4), torch.rand(7, 4))).toBe("check: x.size(0) >= 4");
  expect(await outcome(program, torch.rand(6, 4), torch.rand(5, 4))).toMatch(/x\.size\(\)\[0\] <= y\.size\(\)\[0\]/);
  expect(program.report).toMatchObject({
    checked_at_run_time: true,
    guards: ["L['x'].size()[0] > 3", "L['x'].size()[0] <= L['y'].size()[0]"],
  });
  program.release();
});

test("assertions, on data too", async () => {
  const program = await torch.onnx.export(await load("asserting"), [], null, { runtime_checks: true });
  expect(await outcome(program, ones(3))).toBe("runs");
  expect(await outcome(program, ones(150))).toBe("check: x is too large");
  expect(await outcome(program, ones(50))).toMatch(/^check: Runtime assertion failed for expression u0 <= 9/);
  expect(await outcome(program, ones(0))).toMatch(/^check: Runtime assertion failed for expression u0 >= 1/);
  program.release();
});

test("without the option there are none, and the report lists what is not checked", async () => {
  const program = await torch.onnx.export(await load("asserting"));
  expect(await outcome(program, ones(50))).toBe("runs");
  expect([...program.model.graph.nodes()].filter((n) => n.name?.startsWith("check"))).toEqual([]);
  expect(program.report?.checked_at_run_time).toBe(false);
  expect(program.report?.assertions[0]).toMatchObject({ text: "x is too large", first: expect.stringMatching(/record_programs\.py:\d+$/) });
  program.release();
});

class Sum extends torch.nn.Module {
  forward(x: torch.Tensor, y: torch.Tensor): unknown {
    return [x.add(y), y.sum()];
  }
}
describe("a module written here", () => {
  const { Dim } = torch.export;
  test.each([{ optimize: true }, { optimize: false }])("sizes of one name are one, and in range: %o", async (options) => {
    const batch = Dim("batch", { min: 2, max: 8 });
    const dynamic_shapes = { x: { 0: batch }, y: { 0: batch } };
    const program = await torch.onnx.export(new Sum(), [torch.rand(3, 2), torch.rand(3, 2)], null, {
      dynamic_shapes,
      runtime_checks: true,
      ...options,
    });
    expect(await outcome(program, torch.rand(8, 2), torch.rand(8, 2))).toBe("runs");
    expect(await outcome(program, torch.rand(3, 2), torch.rand(1, 2))).toMatch(/y\.size\(0\) == x\.size\(0\)/);
    expect(await outcome(program, torch.rand(1, 2), torch.rand(1, 2))).toBe("check: x.size(0) >= 2");
    expect(await outcome(program, torch.rand(9, 2), torch.rand(9, 2))).toBe("check: x.size(0) <= 8");
    program.release();
  });
  test("static sizes need no check", async () => {
    const program = await torch.onnx.export(new Sum(), [torch.rand(3, 2), torch.rand(3, 2)], null, { runtime_checks: true });
    expect([...program.model.graph.nodes()].map((n) => n.op)).toEqual(["Add", "ReduceSum"]);
    program.release();
  });
});

test("a guard that the model cannot check is refused", async () => {
  const program = await load("guarded");
  (program.guards as string[]).push("hash(L['x']) == 3");
  const error = await torch.onnx.export(program, [], null, { runtime_checks: true }).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "export/guards" });
  expect(String(error)).toMatch(
    /cannot check this guard of the program\n {2}hash\(L\['x'\]\) == 3\n {2}hint: export without runtime_checks/,
  );
});
