//! Structured arguments and results of an exported model, and names that say their places.
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as torch from "../../src/index.ts";

const { nn } = torch;
type Tensor = torch.Tensor;
const names = (p: torch.onnx.ONNXProgram): (string | null)[][] => [
  p.model.graph.inputs.map((v) => v.name),
  p.model.graph.outputs.map((v) => v.name),
];

/** A dict argument and one by keyword; a dict with a list, None and a number as result. */
class Nested extends nn.Module {
  forward(batch: { a: Tensor; b: readonly Tensor[] }, { shift }: { shift: Tensor }) {
    const sum = batch.a.add(batch.b[0] as Tensor);
    return { sum, rest: [sum.mul(shift), null], count: 3 };
  }
}
const [a, b, shift] = [torch.ones(2, 3), torch.full([2, 3], 4, { dtype: "float32" }), torch.full([3], 0.5)];
const nested = (options: object = {}) =>
  torch.onnx.export(new Nested(), [{ a, b: [b] }], null, {
    kwargs: { shift },
    dynamic_shapes: { batch: { a: { 0: torch.export.Dim("rows", { max: 8 }) }, b: [{ 0: torch.export.Dim("rows", { max: 8 }) }] } },
    ...options,
  });

/** Written by PyTorch: one step of a decoder with a `DynamicCache` of two layers, `use_cache=True`, sizes `seq` and `past`. */
const cacheStep = () => torch.export.load(fileURLToPath(new URL("../fixtures/export/cache_step.pt2", import.meta.url)));
const layers = (n: number): Tensor[] => [0, 1].map((i) => torch.full([1, 1, n, 4], i + 1, { dtype: "float32" }));

describe("call", () => {
  test("takes nested arguments and gives the nested result", async () => {
    const program = await nested();
    type Result = { sum: Tensor; rest: [Tensor, null]; count: number };
    const got = await program.call<Result>({ a, b: [b] }, { shift });
    expect(got.sum.tolist()).toEqual(Array(6).fill(5));
    expect(got.rest[0].tolist()).toEqual(Array(6).fill(2.5));
    expect([got.rest[1], got.count]).toEqual([null, 3]);
    const byName = await program.call<Result>({ batch: { b: [b], a }, shift });
    expect(byName.sum.tolist()).toEqual(got.sum.tolist());
    const flat = await program.call<Result>(a, b, shift);
    expect(flat.rest[0].tolist()).toEqual(got.rest[0].tolist());
    program.release();
  });

  test("gives a tensor where the model returns one", async () => {
    const program = await torch.onnx.export(new nn.ReLU(), [torch.tensor([-1.5, 2])]);
    expect((await program.call<Tensor>(torch.tensor([-3.5, 4]))).tolist()).toEqual([0, 4]);
    program.release();
  });

  test("a cache of a Python class comes and goes as an object of its fields", async () => {
    const program = await torch.onnx.export(await cacheStep(), []);
    type Step = { logits: Tensor; past_key_values: { key_cache: Tensor[]; value_cache: Tensor[] } };
    const input_ids = torch.tensor([[1, 2]], { dtype: "int64" });
    const past_key_values = { key_cache: layers(3), value_cache: layers(3) };
    const got = await program.call<Step>(input_ids, { past_key_values, use_cache: true });
    expect(got.past_key_values.value_cache.map((t) => [...t.shape])).toEqual([
      [1, 1, 5, 4],
      [1, 1, 5, 4],
    ]);
    const next = await program.call<Step>({ input_ids, past_key_values: got.past_key_values, use_cache: true });
    expect([...(next.past_key_values.key_cache[0] as Tensor).shape]).toEqual([1, 1, 7, 4]);
    program.release();
  });
});

describe("arguments that do not fit are refused together", () => {
  const wide = torch.ones(2, 4);
  test.each<[string, readonly unknown[], RegExp]>([
    ["a missing one", [{ a, b: [b] }], /shift is missing, wanted a tensor/],
    [
      "an unknown one",
      [
        { a, b: [b] },
        { shift, mask: a },
      ],
      /there is no argument mask/,
    ],
    ["one too many", [{ a, b: [b] }, shift, a], /3 arguments, the model takes 2/],
    ["given twice", [{ a, b: [b] }, shift, { shift }], /shift is given twice, by position and by name/],
    ["another structure", [{ a, b }, { shift }], /batch\.b is float32\[2, 3\], wanted a list of 1/],
    ["other keys", [{ a, c: [b] }, { shift }], /batch is an object of a, c, wanted builtins\.dict of a, b/],
    ["keywords of no argument", [{ a, c: [b], shift }], /there is no argument a\n.*no argument c/],
    ["another dtype", [{ a: a.to("float64"), b: [b] }, { shift }], /batch_a is float64\[2, 3\], wanted float32\[rows, 3\]/],
    ["another size", [{ a: wide, b: [b] }, { shift }], /batch_a\.shape\[1\] is 4, wanted 3/],
    ["sizes that differ", [{ a, b: [torch.ones(5, 3)] }, { shift }], /batch_b_0\.shape\[0\] is 5, wanted rows = 2/],
    ["a size out of range", [{ a: torch.ones(9, 3), b: [torch.ones(9, 3)] }, { shift }], /is 9, wanted rows from \d to 8/],
    ["two at once", [{ a: wide, b: [b] }, { shift: 3 }], /shape\[1\] is 4[\s\S]*shift is 3, wanted a tensor/],
    ["flat ones", [a, b, wide], /wanted float32\[3\][\s\S]*it takes batch\.a, batch\.b\.0, shift/],
  ])("%s", async (_, args, message) => {
    const program = await nested();
    const error = await program.call(...args).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "program/inputs" });
    expect(String(error)).toMatch(message);
    program.release();
  });

  test("a constant of the program has its value", async () => {
    const program = await torch.onnx.export(await cacheStep(), []);
    const past_key_values = { key_cache: layers(3), value_cache: layers(3) };
    const args = { input_ids: torch.tensor([[1]], { dtype: "int64" }), past_key_values, use_cache: false };
    await expect(program.call(args)).rejects.toThrow(/use_cache is false; the program was captured with true/);
    program.release();
  });
});

describe("structured_names", () => {
  test("say the places in arguments and result", async () => {
    const program = await nested({ structured_names: true });
    expect(names(program)).toEqual([
      ["batch.a", "batch.b.0", "shift"],
      ["sum", "rest.0", "count"],
    ]);
    program.release();
  });
  test("layer by layer in caches; the result's cache is the present one", async () => {
    const program = await torch.onnx.export(await cacheStep(), [], null, { structured_names: true, output_names: ["scores"] });
    expect(names(program)).toEqual([
      ["input_ids", "past_key_values.0.key", "past_key_values.1.key", "past_key_values.0.value", "past_key_values.1.value"],
      ["scores", "present.0.key", "present.1.key", "present.0.value", "present.1.value"],
    ]);
    const original = program.model.graph.inputs[1]?.metadata.get("pkg.torch.onnx.original_node_name");
    expect(original).toBe("past_key_values_key_cache_0");
    program.release();
  });
});
