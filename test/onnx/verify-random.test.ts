//! Random ops in ONNX: each draws the distribution that PyTorch's does, from a seed of its own; verification says how it knows.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { drawsNumbers } from "../../src/aten/randomness.ts";
import * as torch from "../../src/index.ts";
import { compareMoments, runs } from "../../src/onnx/verify/moments.ts";

const { nn } = torch;
type Forward = (x: torch.Tensor) => torch.Tensor | torch.Tensor[];

class Program extends nn.Module {
  readonly #forward: Forward;
  constructor(forward: Forward) {
    super();
    this.#forward = forward;
  }
  forward(x: torch.Tensor) {
    return this.#forward(x);
  }
}

const exported = (forward: Forward, x: torch.Tensor, options: torch.onnx.ExportOptions = {}) =>
  torch.onnx.export(new Program(forward), [x], null, options);

async function verified(
  forward: Forward,
  x: torch.Tensor,
  options: torch.onnx.ExportOptions = {},
): Promise<NonNullable<torch.onnx.ONNXProgram["verification"]>> {
  const program = await exported(forward, x, options);
  const verification = await program.verify({ inputs: [x] });
  program.release();
  return verification;
}

const call = (op: string, args: Record<string, unknown>) => torch.call(`aten::${op}`, args) as torch.Tensor;
const moments = { verdict: "verified", reason: null, outputs: [{ compared: "moments" }] };
const x = () => torch.rand([60, 50]);

describe("ONNX Runtime draws the distribution that the witness draws", () => {
  const ops: Readonly<Record<string, Forward>> = {
    rand_like: (self) => call("rand_like", { self }),
    "randn in float16": () => torch.randn([60, 50], { dtype: "float16" }),
    "complex normal numbers": () => torch.randn([60, 50], { dtype: "complex64" }),
    randint: () => torch.randint(-3, 9, [60, 50]),
    "randint of all int32": () => torch.randint(-(2 ** 31), 2 ** 31, [60, 50]),
    "random_ of uint8": (self) => self.to("uint8").random_(),
    "random_ of float16": (self) => self.to("float16").random_(),
    uniform_: (self) => self.clone().uniform_(-2, 5),
    normal_: (self) => self.clone().normal_(3, 0.5),
    "normal with tensors": (self) => call("normal.Tensor_Tensor", { mean: self.mul(10), std: self }),
    exponential_: (self) => self.clone().exponential_(0.3),
    "exponential_ in float16": (self) => self.to("float16").exponential_(2),
    cauchy_: (self) => self.clone().cauchy_(1, 2),
    log_normal_: (self) => self.clone().log_normal_(0.5, 0.25),
    geometric_: (self) => self.clone().geometric_(0.2),
    "geometric_ of int64": (self) => self.to("int64").geometric_(0.7),
    bernoulli: (self) => torch.bernoulli(self),
    bernoulli_: (self) => self.to("bool").bernoulli_(0.2),
    "poisson of low rates": (self) => torch.poisson(self.mul(6)),
    "poisson of high rates": (self) => torch.poisson(self.mul(900)),
    binomial: (self) => call("binomial", { count: self.mul(300).round(), prob: self.flip([0]) }),
    "binomial of few": (self) => call("binomial", { count: self.mul(4).round(), prob: self.flip([1]) }),
    "gamma numbers of low shape": (self) => call("_standard_gamma", { self }),
    "gamma numbers of high shape": (self) => call("_standard_gamma", { self: self.mul(40) }),
    dirichlet: (self) => call("_sample_dirichlet", { self: self.mul(4) }),
    "multinomial without replacement": (self) => call("multinomial", { self, num_samples: 5, replacement: false }),
    "multinomial with replacement": (self) => call("multinomial", { self, num_samples: 70, replacement: true }),
    "multinomial, the least likely last": (self) => call("multinomial", { self: self.mul(self).mul(self), num_samples: 50 }),
    randperm: () => torch.randperm(300),
    dropout: (self) => call("dropout", { input: self, p: 0.4, train: true }),
    feature_dropout: (self) => call("feature_dropout", { input: self, p: 0.4, train: true }),
    alpha_dropout: (self) => call("alpha_dropout", { input: self, p: 0.2, train: true }),
    feature_alpha_dropout: (self) => call("feature_alpha_dropout", { input: self, p: 0.2, train: true }),
    rrelu: (self) => call("rrelu", { self: self.sub(0.5), lower: 0.1, upper: 0.9, training: true }),
    attention: (self) => call("scaled_dot_product_attention", { query: self, key: self, value: self, dropout_p: 0.3 }),
    "dropout between ops": (self) => call("dropout", { input: self.mul(3), p: 0.4, train: true }).neg(),
    "one number for all": (self) => self.mul(torch.rand([])),
    "a size that is drawn": (self) => call("nonzero", { self: call("bernoulli.p", { self, p: 0.5 }) }),
  };
  test.each(Object.entries(ops))("%s", async (_, forward) => {
    torch.manual_seed(1);
    expect(await verified(forward, x())).toMatchObject(moments);
  });
  // Its generators serve opsets up to 21; from 22 on it keeps the mask of a Dropout alone.
  const sources = ["rand_like", "normal_", "randint of all int32", "poisson of low rates", "multinomial with replacement", "dropout"];
  test.each(sources)("%s without a generator", async (name) => {
    torch.manual_seed(1);
    expect(await verified(ops[name] as Forward, x(), { opset_version: 23 })).toMatchObject(moments);
  });
});

describe("the moments tell distributions apart", () => {
  const side = (draw: () => torch.Tensor, n: number): torch.Tensor[] => Array.from({ length: n }, draw);
  const problem = (want: () => torch.Tensor, got: () => torch.Tensor) => {
    torch.manual_seed(2);
    return compareMoments("y", side(want, runs + 1), side(got, runs)).problem;
  };
  const randn = () => torch.randn([500]);
  const digits = () => torch.randint(0, 10, [500]);
  let drawn = 0;
  const oddDigits = () => (drawn++ === 3 ? digits().index_fill(0, torch.tensor([7]), 1e6) : digits());
  const pairs: readonly [string, () => torch.Tensor, () => torch.Tensor, RegExp | null][] = [
    ["the same", randn, randn, null],
    ["another mean", randn, () => randn().add(0.2), /^mean/],
    ["another spread", randn, () => randn().mul(1.2), /^standard deviation/],
    [
      "the same mean and spread, skewed",
      () =>
        torch
          .rand([4000])
          .sub(0.5)
          .mul(12 ** 0.5),
      () => torch.randn([4000]).exponential_().sub(1),
      /median/,
    ],
    ["infinities", randn, () => torch.where(randn().gt(1), torch.full([], Number.POSITIVE_INFINITY), randn()), /finite|mean/],
    ["other integers", digits, () => torch.randint(0, 12, [500]), /^mean/],
    ["one integer far off, once", digits, oddDigits, /^values from 0 to 1000000, the witness has 0 to 9/],
    ["another shape", randn, () => torch.randn([499]), /^shape \[499\]/],
    ["another dtype", randn, () => randn().to("float64"), /^dtype float64/],
  ];
  test.each(pairs)("%s", (_, want, got, expected) => {
    const found = problem(want, got);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatch(expected);
  });
});

test("only what depends on random numbers is compared by moments", async () => {
  const forward = (self: torch.Tensor) => {
    const noise = torch.rand([60, 50]);
    const buffer = self.mul(2);
    buffer.select(0, 1).uniform_();
    return [self.add(1), noise, self.add(noise), call("zeros_like", { self: noise }), buffer, buffer.t(), torch.dropout(self, 0, true)];
  };
  const { verdict, outputs } = await verified(forward, x());
  expect(verdict).toBe("verified");
  expect(outputs.map((o) => o.compared)).toEqual(["values", "moments", "moments", "values", "moments", "moments", "values"]);
});

test("a random output whose distribution differs is a mismatch", async () => {
  const table = {
    "aten::rand": (_: unknown, op: never) =>
      (op as { RandomUniform: (a: object) => unknown }).RandomUniform({ shape: [60, 50], high: 1.1 }),
  };
  const { verdict, reason } = await verified(() => torch.rand([60, 50]), x(), { custom_translation_table: table as never });
  expect({ verdict, reason }).toMatchObject({ verdict: "mismatch", reason: expect.stringMatching(/^rand: mean 0\.5[45]/) });
});

describe("seeds", () => {
  const two: Forward = (self) => [torch.rand([4]), call("dropout", { input: self, p: 0.4, train: true }), torch.rand([4])];
  const seedsOf = async (options: torch.onnx.ExportOptions) => {
    const program = await exported(two, x(), options);
    return [...program.model.graph.nodes()].flatMap((n) => n.attributes.get("seed")?.value ?? []);
  };
  test("each node has its own, the same each time, others for another seed", async () => {
    const seeds = await seedsOf({});
    expect(new Set(seeds).size).toBe(3);
    expect(seeds.every((s) => Number.isInteger(s) && Number(s) > 0 && Number(s) < 2 ** 24)).toBe(true);
    expect(await seedsOf({})).toEqual(seeds);
    expect(await seedsOf({ seed: 0 })).toEqual(seeds);
    const others = await seedsOf({ seed: 1 });
    expect(others.filter((s) => seeds.includes(s))).toEqual([]);
  });
  test("a new session draws the same numbers, two nodes different ones", async () => {
    const program = await exported(two, x());
    const [a, , b] = (await program.call(x())) as [torch.Tensor, torch.Tensor, torch.Tensor];
    program.release();
    const [again] = (await program.call(x())) as [torch.Tensor];
    program.release();
    expect(again.tolist()).toEqual(a.tolist());
    expect(b.tolist()).not.toEqual(a.tolist());
  });
  test("a seed that is no whole number is refused", async () => {
    await expect(exported(two, x(), { seed: 0.5 })).rejects.toThrow(/export\/seed/);
  });
});

test("a program of PyTorch's is evaluated to PyTorch's numbers, and verified", async () => {
  const fixture = (name: string) => join(import.meta.dirname, "../fixtures/export", name);
  const program = await torch.export.load(fixture("random_step.pt2"));
  const recorded = torch.safetensors.load_file(fixture("random_step.safetensors"));
  const outputs = await torch.export.evaluate(program, [recorded.x as torch.Tensor], { seed: 7 });
  for (const [i, y] of outputs.entries()) {
    const off = y
      ?.sub(recorded[`y${i}`] as torch.Tensor)
      .abs()
      .max()
      .item();
    expect(off, `output ${i}`).toBeLessThan(1e-5);
  }
  const onnx = await torch.onnx.export(program);
  const { verdict, outputs: compared } = await onnx.verify();
  onnx.release();
  expect(verdict).toBe("verified");
  expect(compared.map((o) => o.compared)).toEqual(["moments", "moments", "moments", "moments", "values"]);
});

test("evaluate repeats itself, and goes on with the default generator where told to", async () => {
  const program = torch.export.export(new Program(() => torch.rand([3])), [x()]);
  const draw = async (options = {}) => (await torch.export.evaluate(program, [x()], options))[0]?.tolist();
  expect(await draw()).toEqual(await draw());
  expect(await draw({ seed: 1 })).not.toEqual(await draw());
  const seededBy = async (seed: number) => {
    torch.manual_seed(seed);
    return torch.export.evaluate(program, [torch.ones([60, 50])], { seed: null }).then(([y]) => y?.tolist());
  };
  expect(await seededBy(7)).toEqual(await draw({ seed: 7 }));
});

test.each([
  ["aten::rand", {}, true],
  ["aten::randperm", {}, true],
  ["aten::randint_like.low_dtype", {}, true],
  ["aten::uniform_", {}, true],
  ["aten::_standard_gamma", {}, true],
  ["aten::dropout", { p: 0.5, train: true }, true],
  ["aten::dropout", { p: 0.5, train: false }, false],
  ["aten::dropout", { p: 0, train: true }, false],
  ["aten::native_dropout", { p: 0.5, train: null }, true],
  ["aten::rrelu", { training: false }, false],
  ["aten::scaled_dot_product_attention", { dropout_p: 0 }, false],
  ["aten::scaled_dot_product_attention", { dropout_p: 0.1 }, true],
  ["aten::lstm.input", { train: true, dropout: 0.1, num_layers: 2 }, true],
  ["aten::lstm.input", { train: true, dropout: 0.1, num_layers: 1 }, false],
  ["aten::add.Tensor", {}, false],
])("%s %j draws numbers: %s", (op, args, expected) => {
  expect(drawsNumbers({ op, args: args as never })).toBe(expected);
});
