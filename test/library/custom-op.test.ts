//! torch.library: ops of users in eager mode, in capture, in programs that PyTorch saved.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import * as torch from "../../src/index.ts";
import { sampleTensors } from "./samples.ts";

const { library } = torch;
const fixtures = join(import.meta.dirname, "../fixtures/programs");
const expected = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8")) as Record<string, { outputs: number[][] }>;
const load = (name: string) => torch.export.load(join(fixtures, `${name}.pt2`));

const made: { unregister(): void }[] = [];
const op = ((name: string, a: never, b: never): torch.library.CustomOpDef => {
  const def = library.custom_op(name, a, b);
  made.push(def);
  return def;
}) as typeof library.custom_op;
afterEach(() => {
  for (const def of made.splice(0)) def.unregister();
});

type Op = (...args: unknown[]) => torch.Tensor;
const packet = (namespace: string, name: string) => torch.ops[namespace]?.[name] as Op & Readonly<Record<string, Op>>;

const scaled = (x: torch.Tensor, factor: number, times = 1): torch.Tensor => x.mul(factor).mul(times);
const schema = '(Tensor x, float factor, int times=1, str mode="plain", int[]? axes=None) -> Tensor';

describe("an op in eager mode", () => {
  test("is called by its definition and by torch.ops, with schema's defaults", () => {
    const def = op("mylib::scale", { mutates_args: [], schema }, scaled);
    const x = torch.tensor([1, 2.5]);
    expect((def(x, 2) as torch.Tensor).tolist()).toEqual([2, 5]);
    expect(packet("mylib", "scale")(x, 2, 3).tolist()).toEqual([6, 15]);
    expect(packet("mylib", "scale").default?.(x, 2, { times: 2 }).tolist()).toEqual([4, 10]);
    expect(packet("aten", "add").Tensor?.(x, x).tolist()).toEqual([2, 5]);
  });
  test("writes to what mutates_args names, and its schema is read off the parameters", () => {
    const bump = op("mylib::bump", (x: torch.Tensor, by = 0.5) => void torch.call("aten::add_.Scalar", { self: x, other: by }), {
      mutates_args: ["x"],
    });
    const x = torch.tensor([1, 2]).to("float32");
    bump(x);
    bump(x, 2);
    expect(x.tolist()).toEqual([3.5, 4.5]);
  });
  test("made again, is replaced; unregistered, is unknown", () => {
    op("mylib::f", { mutates_args: [] }, (x: torch.Tensor) => x.add(1));
    const again = op("mylib::f", { mutates_args: [] }, (x: torch.Tensor) => x.add(2));
    expect(packet("mylib", "f")(torch.tensor([0])).tolist()).toEqual([2n]);
    again.unregister();
    expect(() => packet("mylib", "f")).toThrow(/there is no op mylib::f/);
  });
  test("a Library defines, implements and forgets", () => {
    const lib = new library.Library("otherlib", "DEF");
    lib.define("twice(Tensor x) -> Tensor");
    lib.impl("twice", (x: torch.Tensor) => x.mul(2));
    lib.impl("twice", (x: torch.Tensor) => torch.empty_like(x), "Meta");
    expect(packet("otherlib", "twice")(torch.tensor([2])).tolist()).toEqual([4n]);
    lib._destroy();
    expect(() => packet("otherlib", "twice")).toThrow(/no op otherlib::twice/);
  });
});

describe("refused", () => {
  const identity = (x: torch.Tensor): torch.Tensor => x;
  test.each<[string, () => unknown, string, RegExp]>([
    ["text that is no schema", () => library.define("mylib::a", "Tensor x"), "torch/schema", /is no schema/],
    ["a name without namespace", () => library.define("a", "(Tensor x) -> Tensor"), "torch/schema", /is no schema/],
    ["an op of PyTorch", () => library.define("aten::relu", "(Tensor x) -> Tensor"), "torch/schema", /defined already/],
    ["fake for PyTorch's op", () => library.register_fake("aten::relu", identity), "torch/library", /PyTorch's own/],
    ["fake for an unknown op", () => library.register_fake("mylib::nothing", identity), "torch/library", /not defined/],
    [
      "mutates_args that differs from the schema",
      () => op("mylib::b", { mutates_args: ["x"], schema: "(Tensor x) -> Tensor" }, identity),
      "torch/schema",
      /writes to nothing, mutates_args says x/,
    ],
    ["a mutated argument that is none", () => op("mylib::b", { mutates_args: ["y"] }, identity), "torch/schema", /names y/],
    [
      "a parameter of no type",
      () => op("mylib::b", { mutates_args: [] }, (x: torch.Tensor, axes = [0]) => x.sum(axes)),
      "torch/schema",
      /of which type axes/,
    ],
    [
      "a result that is an argument",
      () => op("mylib::b", { mutates_args: [] }, identity)(torch.tensor([1])),
      "torch/custom-op",
      /returns one of its arguments/,
    ],
    [
      "a result that the schema does not have",
      () => op("mylib::b", { mutates_args: [] }, (x: torch.Tensor) => [x.add(1)])(torch.tensor([1])),
      "torch/custom-op",
      /returns a list of 1/,
    ],
    ["a context outside of a fake function", () => library.get_ctx(), "torch/library", /no fake function/],
  ])("%s", (_, act, code, message) => {
    expect(act).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
  test("capture of an op without fake function", () => {
    const def = op("mylib::c", { mutates_args: [] }, (x: torch.Tensor) => x.add(1));
    class Calls extends torch.nn.Module {
      forward(x: torch.Tensor): unknown {
        return def(x);
      }
    }
    expect(() => torch.export.export(new Calls(), [torch.tensor([1])])).toThrow(/mylib::c has no meta[\s\S]*register_fake/);
  });
});

describe("captured", () => {
  test("as one node, of the symbolic shape that the fake function gives, and evaluated by the user's function", async () => {
    const def = op(
      "mylib::stacked",
      { mutates_args: [], schema: "(Tensor x, int n) -> (Tensor, Tensor)" },
      (x: torch.Tensor, n: number) => [
        torch.cat(
          Array.from({ length: n }, () => x),
          0,
        ),
        x.sum(),
      ],
    );
    def.register_fake((x: torch.Tensor, n: number) => [torch.empty([torch.sym(x.size(0)).mul(n), x.size(1)]), torch.empty([])]);
    class Calls extends torch.nn.Module {
      forward(x: torch.Tensor): unknown {
        return def(x.add(1), 3);
      }
    }
    const dynamic_shapes = { x: { 0: torch.export.Dim("batch") } };
    const program = torch.export.export(new Calls(), [torch.zeros([2, 2])], { dynamic_shapes });
    expect(program.graph.nodes.map((n) => n.op)).toEqual(["aten::add.Scalar", "mylib::stacked"]);
    expect(String(program)).toMatch(/f32\[3\*batch, 2\]/);
    const [stacked, sum] = await torch.export.evaluate(program, [torch.zeros([4, 2])]);
    expect([stacked?.shape, sum?.tolist()]).toEqual([[12, 2], [8]]);
  });
  test("with a size that only the data decide", () => {
    const def = op("mylib::positive", { mutates_args: [] }, (x: torch.Tensor) => x.masked_select(x.gt(0)));
    def.register_fake((x: torch.Tensor) => torch.empty([library.get_ctx().new_dynamic_size()], { dtype: x.dtype }));
    class Calls extends torch.nn.Module {
      forward(x: torch.Tensor): unknown {
        return def(x);
      }
    }
    const program = torch.export.export(new Calls(), [torch.tensor([1, -1, 2])]);
    expect(String(program)).toMatch(/i64\[_u0\]/);
  });
});

describe("programs that PyTorch saved", () => {
  const numbers = (t: torch.Tensor | null): number[] => (t as torch.Tensor).tolist().map(Number);
  const close = (got: number[], want: number[]): void => {
    expect(got.length).toBe(want.length);
    for (const [i, g] of got.entries()) expect(g).toBeCloseTo(want[i] as number, 5);
  };
  const samples = async (name: string): Promise<torch.Tensor[]> => sampleTensors(await load(name));
  test.each([
    ["scaled", "scaled"],
    ["bumped", "bumped"],
    ["bumped_decomposed", "bumped"],
  ])("%s is what PyTorch computed, by functions defined here", async (file, name) => {
    op("mylib::scale", { mutates_args: [], schema }, scaled);
    op("mylib::split_sign", { mutates_args: [], schema: "(Tensor x) -> (Tensor, Tensor)" }, (x: torch.Tensor) => [
      x.clamp(0),
      x.minimum(torch.zeros([])),
    ]);
    op("mylib::bump", { mutates_args: ["x"], schema: "(Tensor(a!) x, float by) -> ()" }, (x: torch.Tensor, by: number) => {
      torch.call("aten::add_.Scalar", { self: x, other: by });
    });
    const outputs = await torch.export.evaluate(await load(file), await samples(file));
    for (const [i, o] of outputs.entries()) close(numbers(o), expected[name]?.outputs[i] as number[]);
  });
  test("an op with other argument names than the program's is refused", async () => {
    op("mylib::scale", { mutates_args: [], schema: "(Tensor input, float factor) -> Tensor" }, scaled);
    await expect(torch.export.evaluate(await load("scaled"), await samples("scaled"))).rejects.toThrow(/calls mylib::scale with x, times/);
  });
});
