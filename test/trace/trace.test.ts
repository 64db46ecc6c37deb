//! Models written in TypeScript, captured, exported, and run at other sizes; what capturing refuses.
import { describe, expect, test } from "vitest";
import * as torch from "../../src/index.ts";
import { show } from "../../src/symbolic.ts";

const { nn } = torch;
const { Dim } = torch.export;
type Forward = (...xs: never[]) => unknown;

/** A module whose forward is `f`. */
class Fn extends nn.Module {
  readonly f: (self: Fn, ...xs: torch.Tensor[]) => unknown;
  lin = new nn.Linear(4, 4);
  constructor(f: (self: Fn, ...xs: torch.Tensor[]) => unknown) {
    super();
    this.f = f;
  }
  forward(x: torch.Tensor, y?: torch.Tensor): unknown {
    return y === undefined ? this.f(this, x) : this.f(this, x, y);
  }
}

/** Exports `model`, runs the file on `inputs` and on each of `others`, and holds it to the eager results. */
async function agrees(
  model: torch.nn.Module,
  inputs: readonly torch.Tensor[],
  options: Parameters<typeof torch.onnx.export>[3] = {},
  others: readonly (readonly torch.Tensor[])[] = [],
): Promise<string[]> {
  const program = await torch.onnx.export(model, inputs, null, options);
  for (const xs of [inputs, ...others]) {
    const copies = xs.map((x) => x.clone());
    const eager = (model.forward as (...t: torch.Tensor[]) => unknown)(...copies);
    const expected = (
      Array.isArray(eager) ? eager.flat() : eager instanceof torch.Tensor ? [eager] : Object.values(eager as object)
    ) as torch.Tensor[];
    const result = await program.verify({ inputs: xs, expected });
    expect(`${result.verdict} ${result.reason ?? ""}`).toBe("verified ");
    const witness = await program.verify({ inputs: xs });
    expect(`witness: ${witness.verdict} ${witness.reason ?? ""}`).toBe("witness: verified ");
  }
  program.release();
  return program.model.graph.inputs.map((v) => `${v.name}[${(v.type?.shape ?? []).map(show).join(", ")}]`);
}

const rand = (...shape: number[]): torch.Tensor => torch.rand(shape);

describe("dynamic sizes", () => {
  const mlp = () => new Fn((m, x) => m.lin.forward(x).relu().sum([1], { keepdim: true }));
  const b = Dim("batch", { min: 1, max: 64 });
  test.each<[string, unknown, string]>([
    ["a dict of a Dim", { x: { 0: b } }, "x[batch, 4]"],
    ["a list for the inputs", [{ 0: b }], "x[batch, 4]"],
    ["a list for the axes", { x: [b, null] }, "x[batch, 4]"],
    ["a string", { x: { 0: "n" } }, "x[n, 4]"],
    ["DYNAMIC", { x: { 0: Dim.DYNAMIC } }, "x[x_dim_0, 4]"],
    ["STATIC", { x: { 0: Dim.STATIC } }, "x[2, 4]"],
    ["null", null, "x[2, 4]"],
  ])("%s", async (_, dynamic_shapes, want) => {
    const others = want === "x[2, 4]" ? [] : [[rand(5, 4)], [rand(1, 4)]];
    expect(await agrees(mlp(), [rand(2, 4)], { dynamic_shapes: dynamic_shapes as never }, others)).toEqual([want]);
  });

  test("one name in two inputs is one size", async () => {
    const add = new Fn((_, x, y) => torch.cat([x.add(y as torch.Tensor), x], 0));
    const names = await agrees(add, [rand(3, 2), rand(3, 2)], { dynamic_shapes: { x: { 0: "n" }, y: { 0: "n" } } }, [
      [rand(7, 2), rand(7, 2)],
    ]);
    expect(names).toEqual(["x[n, 2]", "y[n, 2]"]);
  });

  // From 2 on, as torch.export has it: memory of a transposed row is row-major, and its reshape is a view.
  test("a reshape of dynamic sizes copies or aliases as its strides say", async () => {
    const f = new Fn((_, x) => {
      const y = x.clone();
      const copy = y.t().reshape([-1]).fill_(1);
      y.reshape([-1]).mul_(2);
      return [y, copy];
    });
    await agrees(f, [rand(2, 3)], { dynamic_shapes: { x: { 0: Dim("n", { min: 2 }), 1: Dim("t", { min: 2 }) } } }, [
      [rand(5, 4)],
      [rand(7, 2)],
    ]);
  });

  test("sizes go through view, cat, slicing and arithmetic", async () => {
    const f = new Fn((_, x) => {
      const [n, t, c] = x.shape as [number, number, number];
      const heads = x.view(n, t, 2, c / 2).transpose(1, 2);
      return [
        heads.reshape(torch.sym(n).mul(2), t, c / 2),
        x.reshape(torch.sym(n).mul(t), c),
        x.new_zeros([n, 1]),
        heads.narrow(2, 0, 1),
        x.view(x.numel()),
      ];
    });
    await agrees(f, [rand(2, 3, 4)], { dynamic_shapes: { x: { 0: "n", 1: "t" } } }, [[rand(5, 6, 4)], [rand(1, 1, 4)]]);
  });

  test.each<[string, (x: torch.Tensor) => unknown]>([
    ["a quotient", (x) => x.view((x.shape[0] as number) / 2, -1)],
    ["a comparison", (x) => ((x.shape[0] as number) > 3 ? x : x.neg())],
    ["a loop", (x) => Array.from({ length: x.shape[0] as number }, (_, i) => x.select(0, i))],
    ["text for a number", (x) => x.mul(Number(x.shape[0]))],
  ])("%s of a dynamic size is refused, naming dim, line and remedy", (_, f) => {
    const model = new Fn((_self, x) => f(x));
    const error = attempt(() => torch.export.export(model, [rand(4, 4)], { dynamic_shapes: { x: { 0: Dim("batch") } } }));
    expect(error).toMatchObject({ code: "trace/specialize" });
    expect(String(error)).toMatch(/dynamic size batch.*trace\.test\.ts:\d+/);
    expect((error as torch.OnnxExporterError).hint).toMatch(/torch\.sym\(size\)/);
    expect(() => torch.export.export(model, [rand(4, 4)])).not.toThrow();
  });

  test.each<[string, () => torch.nn.Module]>([
    ["a weight", () => new nn.Linear(4, 3)],
    ["a tensor of the model", () => new Fn((_, x) => x.matmul(rand(4, 2)))],
  ])("a dynamic size is not fixed by %s that it is multiplied with", (_, make) => {
    const width = { 1: torch.export.Dim("width") };
    const error = attempt(() => torch.export.export(make(), [rand(2, 4)], { dynamic_shapes: [width] }));
    expect(error).toMatchObject({ code: "trace/specialize" });
    expect(String(error)).toMatch(/the dynamic size width/);
  });

  test.each<[string, () => unknown, string]>([
    [
      "an example outside of its range",
      () => torch.export.export(mlp(), [rand(2, 4)], { dynamic_shapes: { x: { 0: Dim("b", { min: 3 }) } } }),
      "trace/range",
    ],
    ["a name that is no identifier", () => Dim("batch size"), "export/dim"],
    ["an empty range", () => Dim("b", { min: 4, max: 4 }), "export/dim"],
    [
      "one name for two sizes",
      () =>
        torch.export.export(new Fn((_, x, y) => x.add((y as torch.Tensor).sum())), [rand(2, 4), rand(3, 4)], {
          dynamic_shapes: { x: { 0: "n" }, y: { 0: "n" } },
        }),
      "trace/range",
    ],
    [
      "a name that no input has",
      () => torch.export.export(mlp(), [rand(2, 4)], { dynamic_shapes: { input: { 0: "n" } } }),
      "export/dynamic-shapes",
    ],
    [
      "an axis that the input does not have",
      () => torch.export.export(mlp(), [rand(2, 4)], { dynamic_shapes: { x: { 2: "n" } } }),
      "export/dynamic-shapes",
    ],
    [
      "more specs than inputs",
      () => torch.export.export(mlp(), [rand(2, 4)], { dynamic_shapes: [{ 0: "n" }, { 0: "n" }] }),
      "export/dynamic-shapes",
    ],
  ])("%s is refused", (_, f, code) => {
    expect(attempt(f)).toMatchObject({ code });
  });
});

function attempt(f: () => unknown): unknown {
  try {
    return f();
  } catch (error) {
    return error;
  }
}

describe("what forward may do", () => {
  test.each<[string, (m: Fn, ...xs: torch.Tensor[]) => unknown]>([
    ["make constants", (_, x) => x.add(torch.tensor([1, 2, 3, 4], { dtype: "float32" })).mul(torch.arange(4))],
    [
      "write to a column",
      (_, x) => {
        const y = x.clone();
        y.select(1, 0).add_(1);
        y.select(1, 2).copy_(y.select(1, 3));
        y.narrow(0, 1, 1).fill_(9);
        return y;
      },
    ],
    ["write to an input and return it", (_, x) => x.mul_(2)],
    [
      "write through a transposed view after an alias was made",
      (_, x) => {
        const y = x.clone();
        const alias = y.view(-1);
        const before = alias.mul(1);
        y.t().select(0, 1).zero_();
        return [alias.add(0), before, y];
      },
    ],
    ["return a dict", (_, x) => ({ a: x.add(1), b: [x.mul(2), x.neg()] })],
    [
      "return the same tensor twice",
      (_, x) => {
        const y = x.add(1);
        return [y, y];
      },
    ],
    ["return its input", (_, x) => [x, x.add(1)]],
    ["return a parameter", (m, x) => [m.lin.weight, x.add(1)]],
    ["return a view of its input twice", (_, x) => [x.t(), x.t()]],
    ["call a module twice", (m, x) => m.lin.forward(m.lin.forward(x))],
    ["branch on static sizes and on JavaScript's values", (_, x) => (x.shape[1] === 4 ? x.relu() : x)],
    ["concatenate what a loop made", (_, x) => torch.stack([0, 1].map((i) => x.select(0, i).mul(i + 1)))],
    ["use tensors made outside, once for two uses", (_, x) => x.add(outside).mul(outside)],
    ["use views that are not contiguous as constants", (_, x) => x.matmul(outsideView)],
  ])("%s", async (_, f) => {
    const model = new Fn(f);
    const program = await torch.onnx.export(model, [rand(2, 4)], null);
    const x = rand(2, 4);
    const want = flat((model.forward as Forward)(x.clone() as never));
    const result = await program.verify({ inputs: [x], expected: want });
    expect(`${result.verdict} ${result.reason ?? ""}`).toBe("verified ");
    const seen = await torch.export.evaluate(program.exported_program, [x]);
    expect(seen.map((t) => t?.tolist())).toEqual(want.map((t) => t.tolist()));
    program.release();
  });

  test("None is no output of the file, numbers are", async () => {
    const program = await torch.onnx.export(new Fn((_, x) => [x.add(1), null, 3, 0.5, true]), [rand(2, 4)], null);
    expect(program.model.graph.outputs.map((v) => v.type?.dtype)).toEqual(["float32", "int64", "float32", "bool"]);
    const x = rand(2, 4);
    const out = await program.run([x]);
    expect(out.slice(1).map((t) => t.tolist())).toEqual([[3n], [0.5], [1]]);
    expect((await program.call(x)) as unknown[]).toEqual([expect.anything(), null, 3, 0.5, true]);
    program.release();
  });

  test.each<[string, (x: torch.Tensor) => unknown, string, RegExp]>([
    ["values of a traced tensor", (x) => x.mul(Number(x.sum().item())), "tensor/no-values", /is being traced[\s\S]*torch operations/],
    ["an async forward", async (x) => x, "trace/async", /forward is async/],
    ["a string as output", () => "text", "trace/output", /"text"/],
    ["an object of a class as output", () => new Set(), "trace/output", /Set/],
    ["nothing at all as output", () => undefined, "trace/output", /undefined/],
  ])("%s is refused", (_, f, code, message) => {
    const error = attempt(() => torch.export.export(new Fn((_self, x) => f(x)), [rand(2, 4)]));
    expect(error).toMatchObject({ code });
    expect(String(error)).toMatch(message);
  });

  test("an error inside forward ends the capture: eager mode is back", () => {
    expect(() =>
      torch.export.export(
        new Fn(() => {
          throw new RangeError("mine");
        }),
        [rand(2, 4)],
      ),
    ).toThrow(/mine/);
    expect(torch.ones([2]).add(1).tolist()).toEqual([2, 2]);
  });

  test("nested inputs and keyword inputs have torch's names", async () => {
    class Nested extends nn.Module {
      forward(pair: [torch.Tensor, torch.Tensor], options: { scale: torch.Tensor }): torch.Tensor {
        return pair[0].add(pair[1]).mul(options.scale);
      }
    }
    const program = await torch.onnx.export(new Nested(), [[rand(2), rand(2)]], null, { kwargs: { scale: rand(2) } });
    expect(program.model.graph.inputs.map((v) => v.name)).toEqual(["pair_0", "pair_1", "scale"]);
    expect((await program.verify()).verdict).toBe("verified");
    program.release();
  });
});

const flat = (x: unknown): torch.Tensor[] => (x instanceof torch.Tensor ? [x] : Object.values(x as object).flatMap(flat));
const outside = torch.full([4], 3);
const outsideView = torch.arange(16).to("float32").view(4, 4).t();
