//! Ops of users in ONNX: nodes of their own domain, functions traced from their implementation, translations, and refusals.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../src/index.ts";
import type { AnyLowering } from "../../src/onnx/lowering/table.ts";
import { spell } from "../../src/onnx/spell.ts";

const load = (name: string) => torch.export.load(join(import.meta.dirname, `../fixtures/programs/${name}.pt2`));
const graphOf = (program: torch.onnx.ONNXProgram): string[] =>
  String(program)
    .split("\n")
    .map((l) => l.trim())
    .filter((l) => /= [\w.]+(::\w+)?(<.*>)?\(/.test(l));

const defs: torch.library.CustomOpDef[] = [];
const mix = (x: torch.Tensor, y: torch.Tensor, f: number): torch.Tensor[] => {
  const z = x.matmul(y).mul(f).add(0.25);
  return [z.relu(), z.view(-1).softmax(0)];
};
const bump = (x: torch.Tensor, by: number): void => void torch.call("aten::add_.Scalar", { self: x, other: by });

beforeAll(() => {
  const pair = torch.library.custom_op(
    "mylib::mix",
    { mutates_args: [], schema: "(Tensor x, Tensor y, float f) -> (Tensor, Tensor)" },
    mix,
  );
  pair.register_fake((x: torch.Tensor, y: torch.Tensor) => {
    const z = x.matmul(y);
    return [z, z.view(-1)];
  });
  defs.push(pair, torch.library.custom_op("mylib::bump", { mutates_args: ["x"], schema: "(Tensor(a!) x, float by) -> ()" }, bump));
});
afterAll(() => {
  for (const def of defs) def.unregister();
});

class Calls extends torch.nn.Module {
  forward(x: torch.Tensor): unknown {
    const [pair, bumped] = defs as [torch.library.CustomOpDef, torch.library.CustomOpDef];
    const w = torch.ones([3, 3]);
    const [a] = pair(x, w, 2) as [torch.Tensor, torch.Tensor];
    const [b, c] = pair(a, w, 2) as [torch.Tensor, torch.Tensor];
    bumped(b, 2);
    return [b, c, pair(b, w, 3)];
  }
}
const exported = (options: torch.onnx.ExportOptions): Promise<torch.onnx.ONNXProgram> =>
  torch.onnx.export(new Calls(), [torch.rand(2, 3)], null, { dynamic_shapes: { x: { 0: torch.export.Dim("batch") } }, ...options });

describe("as nodes", () => {
  test("of the domain that is their namespace, literals as attributes, what is written to behind the results", async () => {
    const program = await exported({ custom_ops: "node", custom_opsets: { mylib: 3 } });
    expect(graphOf(program)).toEqual([
      "mix, mix_1 = mylib::mix<f=2.0>(x, v0)",
      "mix_1_2, mix_1_1 = mylib::mix<f=2.0>(mix, v0)",
      "mix_1_f0 = mylib::bump<by=2.0>(mix_1_2)",
      "mix_2, mix_2_1 = mylib::mix<f=3.0>(mix_1_f0, v0)",
    ]);
    expect(spell(program.model, program.target).opset_import.get("mylib")).toBe(3);
    expect(await program.verify()).toMatchObject({
      verdict: "not verified",
      reason: "ONNX Runtime does not know mylib::mix, mylib::bump, on which mix_1_f0, mix_1_1, mix_2, mix_2_1 depend",
    });
    expect(program.report?.custom_ops).toMatchObject([
      { op: "mylib::mix", count: 3, form: "node" },
      { op: "mylib::bump", count: 1, form: "node" },
    ]);
    program.release();
  });
  test("a program of PyTorch's with ops that nobody defines here: floats as the archive has them", async () => {
    const program = await torch.onnx.export(await load("scaled"), [], null, { custom_ops: { mylib: "node" } });
    expect(graphOf(program).slice(1)).toEqual([
      'scale = mylib::scale<axes=[0, 1], factor=2.0, mode="fast", times=1>(linear)',
      "getitem, getitem_1 = mylib::split_sign(scale)",
      "sub = Sub(getitem, getitem_1)",
    ]);
    program.release();
  });
});

describe("as functions", () => {
  test("traced from the implementation, one for calls of the same types and literals", async () => {
    const program = await exported({ custom_ops: "function" });
    expect(program.model.functions.map((f) => `${f.domain}::${f.name}`)).toEqual(["mylib::mix", "mylib::bump", "mylib::mix_1"]);
    expect(graphOf(program)[0]).toBe("mix, mix_1 = mylib::mix(x, v0)");
    expect(await program.verify()).toMatchObject({ verdict: "verified", witness: "captured program" });
    const larger = torch.rand(5, 3);
    expect((await program.verify({ inputs: [larger] })).verdict).toBe("verified");
    program.release();
  });
  test.each(["bumped", "bumped_decomposed"])("%s: an op that writes to a buffer and to a view", async (name) => {
    const program = await torch.onnx.export(await load(name), [], null, { custom_ops: "function", mutations: "outputs" });
    expect(program.model.graph.outputs.map((v) => v.name)).toEqual(["add", "cache_out"]);
    expect(await program.verify()).toMatchObject({ verdict: "verified", inputs: "samples" });
    program.release();
  });
  test("before opset 15 there are none", async () => {
    await expect(exported({ custom_ops: "function", opset_version: 14 })).rejects.toThrow(/functions need opset 15/);
  });
});

describe("translated", () => {
  test("a translation comes first, and may itself make nodes of a custom domain", async () => {
    type Custom = (
      args: { x: torch.onnx.ir.Value; y: torch.onnx.ir.Value; f: number },
      op: CustomBuilder,
      results: readonly ResultType[],
    ) => unknown;
    type ResultType = { dtype: torch.DType; shape: torch.onnx.ir.Value["shape"] };
    interface CustomBuilder {
      custom(domain: string, op: string, inputs: unknown[], attributes: object, results: readonly ResultType[]): torch.onnx.ir.Value[];
      Relu(x: torch.onnx.ir.Value): torch.onnx.ir.Value;
    }
    const lowering: Custom = ({ x, y, f }, op, results) => {
      const [z, p] = op.custom("acme.kernels", "FusedMix", [x, y], { scale: { kind: "float", value: f } }, results) as [never, never];
      return [op.Relu(z), p];
    };
    const program = await exported({
      custom_ops: "node",
      custom_translation_table: { "torch.ops.mylib.mix.default": lowering as AnyLowering },
    });
    expect(graphOf(program).slice(0, 2)).toEqual(["v1, mix_1 = acme.kernels::FusedMix<scale=2.0>(x, v0)", "mix = Relu(v1)"]);
    expect(program.model.opset_import.get("acme.kernels")).toBe(1);
    expect(program.report?.custom_ops.map((c) => c.form)).toEqual(["translation", "node"]);
    program.release();
  });
});

describe("refused", () => {
  test("by default, all at once, with what else cannot be written, and how to go on", async () => {
    class More extends torch.nn.Module {
      forward(x: torch.Tensor): unknown {
        return [new Calls().forward(x), x.relu(), x.add(1).relu()];
      }
    }
    const refuses = (_: unknown, op: { refuse(message: string, hint: string): never }): never => op.refuse("no relu here", "take another");
    const options = { custom_translation_table: { "aten::relu": refuses as AnyLowering } };
    const error = await torch.onnx.export(new More(), [torch.rand(2, 3)], null, options).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "lower/unsupported" });
    const text = String(error);
    expect(text).toMatch(/2 ATen ops have no ONNX lowering/);
    expect(text).toMatch(/ {2}mylib::mix {2}3 nodes {2}first in mix {2}custom-ops\.test\.ts:\d+\n {2}mylib::bump {2}1 node {2}first/);
    expect(text).toMatch(
      /1 call cannot be written\n {2}aten::relu {2}2 nodes {2}first in relu {2}custom-ops\.test\.ts:\d+: no relu here\n/,
    );
    expect(text).toMatch(/custom_ops: \{ "mylib::mix": "node" \}[\s\S]*"function"[\s\S]*custom_translation_table[\s\S]*take another/);
  });
  test("an op without schema that returns nothing: what it writes to is not known", async () => {
    const [, bumped] = defs as [unknown, torch.library.CustomOpDef];
    bumped.unregister();
    const error = await torch.onnx.export(await load("bumped"), [], null, { custom_ops: "node" }).catch((e: unknown) => e);
    defs.push(torch.library.custom_op("mylib::bump", { mutates_args: ["x"], schema: "(Tensor(a!) x, float by) -> ()" }, bump));
    expect(String(error)).toMatch(/returns nothing writes to its arguments[\s\S]*torch\.library\.define\("mylib::bump"/);
  });
  test("a function that writes to what its schema does not say", async () => {
    const def = torch.library.custom_op("mylib::sly", { mutates_args: [] }, (x: torch.Tensor) => {
      bump(x, 1);
      return x.add(1);
    });
    def.register_fake((x: torch.Tensor) => torch.empty_like(x));
    class Sly extends torch.nn.Module {
      forward(x: torch.Tensor): unknown {
        return def(x);
      }
    }
    const error = await torch.onnx.export(new Sly(), [torch.rand(2)], null, { custom_ops: "function" }).catch((e: unknown) => e);
    def.unregister();
    expect(String(error)).toMatch(/the function of mylib::sly writes to x, which its schema does not say/);
  });
});
