//! What becomes of written buffers and inputs: dropped with a warning, returned, carried as state, refused.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as torch from "../../src/index.ts";
import { sampleTensors } from "../library/samples.ts";

const fixtures = join(import.meta.dirname, "../fixtures/programs");
const load = (name: string) => torch.export.load(join(fixtures, `${name}.pt2`));
interface Recorded {
  readonly outputs: number[][];
  readonly written: Readonly<Record<string, number[]>>;
}
const { stateful } = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8")) as { stateful: Recorded };
const names = (p: torch.onnx.ONNXProgram): (string | null)[][] =>
  [p.model.graph.inputs, p.model.graph.outputs].map((l) => l.map((v) => v.name));
const close = (got: torch.Tensor | undefined, want: readonly number[] | undefined): void => {
  const values = got?.tolist().map(Number) ?? [];
  expect(values.length).toBe(want?.length);
  for (const [i, v] of values.entries()) expect(v).toBeCloseTo(want?.[i] as number, 5);
};

describe.each(["stateful", "stateful_decomposed"])("%s", (file) => {
  test("outputs: behind the user's, under the names of what is written, with the values that PyTorch has", async () => {
    const captured = await load(file);
    const program = await torch.onnx.export(captured, [], null, { mutations: "outputs" });
    expect(names(program)[1]?.slice(1)).toEqual(["steps_out", "inner.k_cache_out", "state_out"]);
    const results = await program.run(sampleTensors(captured));
    close(results[0], stateful.outputs[0]);
    ["steps", "inner.k_cache", "state"].forEach((name, i) => {
      close(results[i + 1], stateful.written[name]);
    });
    const kinds = program.model.graph.outputs.map((v) => v.metadata.get("pkg.torch.export.graph_signature.OutputSpec.kind"));
    expect(kinds).toEqual(["USER_OUTPUT", "BUFFER_MUTATION", "BUFFER_MUTATION", "USER_INPUT_MUTATION"]);
    expect((await program.verify()).outputs.map((o) => o.problem)).toEqual([null, null, null, null]);
    const recorded = await program.verify({ inputs: sampleTensors(captured), expected: [results[0] as torch.Tensor] });
    expect(recorded).toMatchObject({ verdict: "verified", witness: "recorded outputs" });
    program.release();
  });
  test("state: written buffers are inputs too, so that a caller carries them from run to run", async () => {
    const captured = await load(file);
    const program = await torch.onnx.export(captured, [], null, { mutations: "state" });
    expect(names(program)[0]).toEqual(["x", "state", "steps", "inner.k_cache"]);
    expect([...program.model.graph.initializers].filter((v) => v.name === "steps")).toEqual([]);
    const [x, state] = sampleTensors(captured) as [torch.Tensor, torch.Tensor];
    const first = await program.run([x, state]);
    close(first[1], [1]);
    const [, steps, cache] = first as [torch.Tensor, torch.Tensor, torch.Tensor];
    close((await program.run([x, state, steps, cache]))[1], [2]);
    expect((await program.verify()).verdict).toBe("verified");
    program.release();
  });
  test("drop: a warning lists them, and the outputs are the user's alone", async () => {
    const warned = once(process, "warning");
    const program = await torch.onnx.export(await load(file));
    expect(String((await warned)[0])).toMatch(/the program writes to steps, inner\.k_cache, state: [\s\S]*mutations: "outputs"/);
    expect(names(program)[1]?.length).toBe(1);
    expect(program.report?.mutations.map((m) => [m.name, m.output])).toEqual([
      ["steps", null],
      ["inner.k_cache", null],
      ["state", null],
    ]);
    program.release();
  });
  test("error: refused, with names and remedy", async () => {
    const error = await torch.onnx.export(await load(file), [], null, { mutations: "error" }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "export/mutation" });
    expect(String(error)).toMatch(/writes to steps, inner\.k_cache, state\n {2}hint: mutations: "outputs"/);
  });
});

test("output_names name what is written too, and the report says under which name it is", async () => {
  const options = { mutations: "outputs", output_names: ["y", "count", "present"] } as const;
  const program = await torch.onnx.export(await load("stateful"), [], null, options);
  expect(names(program)[1]).toEqual(["y", "count", "present", "state_out"]);
  expect(program.report?.mutations.map((m) => m.output)).toEqual(["count", "present", "state_out"]);
  expect((await program.verify()).verdict).toBe("verified");
  program.release();
});

test("a module written here", async () => {
  class Counter extends torch.nn.Module {
    declare count: torch.Tensor;
    constructor() {
      super();
      this.register_buffer("count", torch.zeros([2]));
    }
    forward(x: torch.Tensor): torch.Tensor {
      torch.call("aten::add_.Tensor", { self: this.count, other: x });
      return this.count.mul(1);
    }
  }
  const program = await torch.onnx.export(new Counter(), [torch.tensor([1.5, 2.5])], null, { mutations: "state" });
  expect(names(program)).toEqual([
    ["x", "count"],
    ["mul", "count_out"],
  ]);
  expect(await program.verify()).toMatchObject({ verdict: "verified", inputs: "samples" });
  program.release();
});
