//! torch.onnx.export's options, fake mode, user lowerings, and what verification says.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { core } from "../../src/core/door.ts";
import * as torch from "../../src/index.ts";
import { readModel } from "../../src/onnx/proto/read.ts";
import { readZip, writeZip } from "../export/zip-writer.ts";

const { nn } = torch;
const tmp = mkdtempSync(join(tmpdir(), "torch-onnx-export-"));
afterAll(() => rmSync(tmp, { recursive: true, force: true }));

class Two extends nn.Module {
  lin = new nn.Linear(4, 3);
  seen: boolean[] = [];
  forward(x: torch.Tensor, y: torch.Tensor): torch.Tensor[] {
    this.seen.push(torch.onnx.is_in_onnx_export());
    return [this.lin.forward(x), x.add(y)];
  }
}
const pair = (): torch.Tensor[] => [torch.rand(2, 4), torch.rand(2, 4)];
const names = (p: torch.onnx.ONNXProgram): (string | null)[][] => [
  p.model.graph.inputs.map((v) => v.name),
  p.model.graph.outputs.map((v) => v.name),
];

test("the model of PyTorch's page", async () => {
  class MyModel extends nn.Module {
    conv1 = new nn.Conv2d(1, 128, 5);
    forward(x: torch.Tensor) {
      return torch.relu(this.conv1.forward(x));
    }
  }
  const input_tensor = torch.rand([1, 1, 128, 128], { dtype: torch.float32 });
  const model = new MyModel();
  const path = join(tmp, "my_model.onnx");
  const program = await torch.onnx.export(model, [input_tensor], path, { input_names: ["input"], dynamo: true });
  expect(names(program)).toEqual([["input"], ["relu"]]);
  expect(statSync(`${path}.data`).size).toBeGreaterThanOrEqual(128 * 25 * 4);
  const result = await program.verify({ inputs: [input_tensor], expected: [model.forward(input_tensor)] });
  expect(result).toMatchObject({ verdict: "verified", witness: "recorded outputs", inputs: "given", reason: null });
  expect(result.outputs[0]).toMatchObject({ expected_shape: [1, 128, 124, 124], actual_dtype: "float32" });
  expect([...readModel(path).graph.initializers].map((v) => v.name)).toEqual(["conv1.weight", "conv1.bias"]);
  program.release();
});

test.each<[object, RegExp]>([
  [{ mutations: "keep" }, /\[export\/option\] mutations: keep is not known\n {2}hint: give one of drop, outputs, state, error$/],
  [{ custom_ops: "nodes" }, /\[export\/option\] custom_ops: nodes is not known\n {2}hint: give one of error, node, function$/],
  [{ custom_ops: { "mylib::op": "nod" } }, /\[export\/option\] custom_ops of mylib::op: nod is not known/],
  [{ export_modules_as_functions: 3 }, /\[export\/option\] export_modules_as_functions: 3 is neither true nor a list/],
  [{ seed: 0.5 }, /\[export\/seed\] the seed is 0\.5/],
])("options without types: %j is refused", async (options, message) => {
  await expect(torch.onnx.export(new Two(), pair(), null, options)).rejects.toThrow(message);
});

describe("names of inputs and outputs", () => {
  test("in order, fewer leave the rest", async () => {
    const program = await torch.onnx.export(new Two(), pair(), null, { input_names: ["a"], output_names: ["p", "q"] });
    expect(names(program)).toEqual([
      ["a", "y"],
      ["p", "q"],
    ]);
    program.release();
  });
  test("an output may take the name that another value had", async () => {
    const options = { input_names: ["linear"], output_names: ["x", "lin"], optimize: false };
    const program = await torch.onnx.export(new Two(), pair(), null, options);
    expect(names(program)).toEqual([
      ["linear", "y"],
      ["x", "lin"],
    ]);
    expect((await program.verify()).verdict).toBe("verified");
    program.release();
  });
  test.each<[string, Parameters<typeof torch.onnx.export>[3], RegExp]>([
    ["too many", { input_names: ["a", "b", "c"] }, /3 input_names for 2 graph inputs[\s\S]*x, y/],
    ["too many outputs", { output_names: ["a", "b", "c"] }, /3 output_names for 2/],
    ["the same twice", { input_names: ["a", "a"] }, /name a is used twice/],
    ["an output like an input", { input_names: ["a"], output_names: ["a"] }, /name a is used twice/],
    ["an input like another's own name", { input_names: ["y"] }, /name y is used twice/],
    ["an input like a weight", { input_names: ["lin.weight"] }, /lin\.weight/],
    ["an empty one", { input_names: [""] }, /empty/],
  ])("%s is refused", async (_, options, message) => {
    const error = await torch.onnx.export(new Two(), pair(), null, options).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "export/names" });
    expect(String(error)).toMatch(message);
  });
});

test("is_in_onnx_export is true inside of forward, and only there", async () => {
  const model = new Two();
  expect(torch.onnx.is_in_onnx_export()).toBe(false);
  model.forward(...(pair() as [torch.Tensor, torch.Tensor]));
  const program = await torch.onnx.export(model, pair());
  expect(model.seen).toEqual([false, true]);
  expect(torch.onnx.is_in_onnx_export()).toBe(false);
  await expect(torch.onnx.export(model, pair(), null, { opset_version: 3 })).rejects.toThrow(/opset/);
  expect(torch.onnx.is_in_onnx_export()).toBe(false);
  program.release();
});

test.each<[string, unknown, string]>([
  ["a path", "model.pt2", "export/model"],
  ["a function", () => 1, "export/model"],
])("%s is no model", async (_, model, code) => {
  await expect(torch.onnx.export(model as never)).rejects.toMatchObject({ code });
});

test("export_params: false leaves weights out; keep_initializers_as_inputs lists them", async () => {
  const path = join(tmp, "bare.onnx");
  (await torch.onnx.export(new Two(), pair(), path, { export_params: false })).release();
  expect(existsSync(`${path}.data`)).toBe(false);
  expect(statSync(path).size).toBeLessThan(5000);
  const listed = join(tmp, "listed.onnx");
  (await torch.onnx.export(new Two(), pair(), listed, { keep_initializers_as_inputs: true, external_data: false })).release();
  expect(readModel(listed).graph.inputs.map((v) => v.name)).toEqual(["x", "y", "lin.weight", "lin.bias"]);
});

describe("a file that exists stays as it was when the export fails", () => {
  class Bad extends nn.Module {
    forward(x: torch.Tensor): unknown {
      return torch.call("aten::_cdist_backward", { grad: x, x1: x, x2: x, p: 2, cdist: x });
    }
  }
  test.each<[string, () => Promise<unknown>]>([
    ["while translating", () => torch.onnx.export(new Bad(), [torch.rand(2, 2)], join(tmp, "old.onnx"))],
    ["while tracing", () => torch.onnx.export(new Two(), [torch.rand(2, 4), torch.rand(3, 4)], join(tmp, "old.onnx"))],
    [
      "while saving",
      () =>
        torch.onnx.export(
          torch.onnx.enable_fake_mode(() => new Two()),
          torch.onnx.enable_fake_mode(pair),
          join(tmp, "old.onnx"),
        ),
    ],
  ])("%s", async (_, work) => {
    writeFileSync(join(tmp, "old.onnx"), "old");
    await expect(work()).rejects.toMatchObject({ name: "OnnxExporterError" });
    expect(readFileSync(join(tmp, "old.onnx"), "utf8")).toBe("old");
    expect(existsSync(join(tmp, "old.onnx.data"))).toBe(false);
  });
});

/** d_mlp_acts with ops renamed, in a file. */
function withOps(rename: Readonly<Record<string, string>>): string {
  const entries = readZip(join(import.meta.dirname, "../fixtures/models/d_mlp_acts.pt2"));
  const name = "d_mlp_acts/models/model.json";
  let json = (entries.get(name) as Buffer).toString("latin1");
  for (const [from, to] of Object.entries(rename)) json = json.replaceAll(`torch.ops.${from}`, `torch.ops.${to}`);
  entries.set(name, Buffer.from(json, "latin1"));
  const path = join(tmp, "renamed.pt2");
  writeFileSync(path, writeZip(entries));
  return path;
}

test("every op without a lowering is listed, with counts, module path and source line", async () => {
  const program = await torch.export.load(
    withOps({ "aten.gelu.default": "mylib.swirl.default", "aten.selu.default": "aten._ctc_loss.default" }),
  );
  const error = await torch.onnx.export(program).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "lower/unsupported" });
  expect(String(error)).toMatch(/2 ATen ops have no ONNX lowering/);
  expect(String(error)).toMatch(/mylib::swirl {2}2 nodes {2}first in gelu {2}nn_dev\.py:18/);
  expect(String(error)).toMatch(/aten::_ctc_loss {2}1 node {2}first in selu {2}nn_dev\.py:\d+/);
  expect((error as torch.OnnxExporterError).hint).toMatch(/custom_translation_table: \{ "mylib::swirl"/);
});

describe("custom_translation_table", () => {
  class Relu extends nn.Module {
    forward(x: torch.Tensor): torch.Tensor {
      return torch.relu(x);
    }
  }
  test.each(["aten::relu", "torch.ops.aten.relu.default", "aten::relu.default"])(
    "%s replaces a lowering; verification sees what it computes",
    async (key) => {
      const x = torch.tensor([-1, 2], { dtype: "float32" });
      const program = await torch.onnx.export(new Relu(), [x], null, {
        custom_translation_table: { [key]: (({ self }: { self: never }, op: { Neg(x: never): unknown }) => op.Neg(self)) as never },
      });
      expect([...program.model.graph.nodes()].map((n) => n.op)).toEqual(["Neg"]);
      const result = await program.verify();
      expect(result).toMatchObject({ verdict: "mismatch", witness: "captured program", inputs: "samples" });
      expect(result.reason).toMatch(/relu: 2 of 2 values differ, first at 0: 1 for 0/);
      expect(result.outputs[0]?.max_abs_diff).toBe(4);
      program.release();
    },
  );
  test.each(["mylib::swirl", "torch.ops.mylib.swirl.default"])("%s adds one for an op of which nothing else is known", async (key) => {
    const program = await torch.onnx.export(await torch.export.load(withOps({ "aten.gelu.default": "mylib.swirl.default" })), [], null, {
      custom_translation_table: { [key]: (({ self }: { self: never }, op: { Gelu(x: never): unknown }) => op.Gelu(self)) as never },
    });
    expect([...program.model.graph.nodes()].filter((n) => n.op === "Gelu").length).toBe(2);
    expect(await program.verify()).toMatchObject({ verdict: "not verified", reason: expect.stringMatching(/mylib::swirl/) });
    program.release();
  });
});

describe("what verification says", () => {
  class Embed extends nn.Module {
    table = new nn.Embedding(5, 2);
    forward(i: torch.Tensor): torch.Tensor {
      return this.table.forward(i);
    }
  }
  class Offset extends nn.Module {
    forward(i: torch.Tensor): torch.Tensor {
      return torch.rand(9).index_select(0, i.mul(2));
    }
  }
  const withoutSamples = async (m: torch.nn.Module, x: torch.Tensor): Promise<torch.onnx.ONNXProgram> =>
    torch.onnx.export(
      torch.onnx.enable_fake_mode(() => m),
      [torch.onnx.enable_fake_mode(() => torch.zeros(x.shape, { dtype: x.dtype }))],
    );

  test("indices of an embedding are made within its rows", async () => {
    const program = await withoutSamples(new Embed(), torch.tensor([[1, 2, 3]]));
    expect(await program.verify()).toMatchObject({ verdict: "verified", inputs: "signature" });
    program.release();
  });
  test("integers of which nothing is known: not verified, never a tick", async () => {
    const program = await withoutSamples(new Offset(), torch.tensor([1, 2]));
    expect(await program.verify()).toMatchObject({
      verdict: "not verified",
      inputs: "none",
      outputs: [],
      reason: expect.stringMatching(/input i is int64/),
    });
    program.release();
  });
  test.each<[string, torch.Tensor, RegExp]>([
    ["dtype", torch.zeros([2], { dtype: "float64" }), /dtype float32, the witness has float64/],
    ["shape", torch.zeros([2, 1]), /shape \[2\], the witness has \[2, 1\]/],
    ["NaN", torch.tensor([1, Number.NaN]), /1 of 2 values differ, first at 1: 3 for NaN/],
    ["infinity", torch.tensor([1, Number.POSITIVE_INFINITY]), /first at 1: 3 for Infinity/],
  ])("another %s is a mismatch", async (_, expected, reason) => {
    class Id extends nn.Module {
      forward(x: torch.Tensor): torch.Tensor {
        return x.mul(1);
      }
    }
    const x = torch.tensor([1, 3], { dtype: "float32" });
    const program = await torch.onnx.export(new Id(), [x]);
    const result = await program.verify({ inputs: [x], expected: [expected] });
    expect(result.verdict).toBe("mismatch");
    expect(result.reason).toMatch(reason);
    program.release();
  });
  test("verify: true keeps what it found", async () => {
    const program = await torch.onnx.export(new Two(), pair(), null, { verify: true });
    expect(program.verification).toMatchObject({ verdict: "verified", inputs: "samples", witness: "captured program" });
    program.release();
  });
});

describe("fake mode", () => {
  class Huge extends nn.Module {
    layers = new nn.ModuleList(Array.from({ length: 10 }, () => new nn.Linear(32768, 32768, { bias: false })));
    forward(x: torch.Tensor): torch.Tensor {
      let y = x;
      for (const l of this.layers) y = (l as torch.nn.Linear).forward(y).relu();
      return y;
    }
  }
  test("40 GB of parameters: built, exported, saved without weights; with them refused by name", async () => {
    const before = core.exports.memory_used();
    const model = torch.onnx.enable_fake_mode(() => new Huge());
    const bytes = [...model.parameters()].reduce((n, p) => n + p.numel() * 4, 0);
    expect(bytes).toBeGreaterThan(40e9);
    const program = await torch.onnx.export(model, [torch.onnx.enable_fake_mode(() => torch.zeros([1, 32768]))], null);
    const path = join(tmp, "huge.onnx");
    await expect(program.save(path, { external_data: true })).rejects.toMatchObject({
      code: "save/fake",
      hint: expect.stringMatching(/apply_weights/),
    });
    expect(existsSync(path) || existsSync(`${path}.data`)).toBe(false);
    await program.save(path, { include_initializers: false });
    expect(statSync(path).size).toBeLessThan(100_000);
    expect(await program.verify()).toMatchObject({ verdict: "not verified" });
    expect(core.exports.memory_used() - before).toBeLessThan(10 << 20);
  });

  test("using: ends with the block, nested ones too", () => {
    const made = (() => {
      using _ = torch.onnx.enable_fake_mode();
      return torch.ones([2]).add(torch.zeros([3, 1]));
    })();
    expect(made.shape).toEqual([3, 2]);
    expect(() => made.tolist()).toThrow(/is fake/);
    expect(torch.ones([1]).tolist()).toEqual([1]);
    expect(() =>
      torch.onnx.enable_fake_mode(() => {
        throw new RangeError("mine");
      }),
    ).toThrow(/mine/);
    expect(torch.ones([1]).tolist()).toEqual([1]);
  });

  test.each(["tensors", "safe_open"])("apply_weights from %s gives the file of the real model", async (from) => {
    const real = new Two();
    const program = await torch.onnx.export(
      torch.onnx.enable_fake_mode(() => new Two()),
      torch.onnx.enable_fake_mode(pair),
    );
    if (from === "tensors") program.apply_weights(real.state_dict());
    else program.apply_weights(torch.safetensors.safe_open(safetensorsFile(real.state_dict())));
    const inputs = pair();
    const result = await program.verify({ inputs, expected: real.forward(...(inputs as [torch.Tensor, torch.Tensor])) });
    expect(`${result.verdict} ${result.reason ?? ""}`).toBe("verified ");
    program.release();
  });

  test("apply_weights refuses what does not fit, all at once", async () => {
    const program = await torch.onnx.export(
      torch.onnx.enable_fake_mode(() => new Two()),
      torch.onnx.enable_fake_mode(pair),
    );
    const bad = { "lin.weight": torch.zeros([4, 3]), "lin.bias": torch.zeros([3], { dtype: "float16" }), gain: torch.zeros([1]) };
    expect(() => program.apply_weights(bad)).toThrow(/lin\.weight is float32\[4,3\].*\n.*lin\.bias is float16.*\n.*gain is no weight/);
    expect(await program.verify()).toMatchObject({ verdict: "not verified" });
  });
});

/** A safetensors file of `state`. */
function safetensorsFile(state: Readonly<Record<string, torch.Tensor>>): string {
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, t] of Object.entries(state)) {
    const bytes = t.bytes();
    header[name] = { dtype: "F32", shape: t.shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    parts.push(bytes);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const path = join(tmp, "w.safetensors");
  writeFileSync(path, Buffer.concat([length, json, ...parts]));
  return path;
}

test("a call that lacks an argument is refused with its place", async () => {
  const program = await torch.export.load(withOps({ "aten.selu.default": "aten.igamma.default" }));
  const error = await torch.onnx.export(program).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "lower/unsupported-case" });
  expect(String(error)).toMatch(/aten::igamma selu \(nn_dev\.py:\d+\): aten::igamma lacks other/);
});
