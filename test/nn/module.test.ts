//! Modules: state-dict keys, loading, buffers, ties, modes, and what an exported file says of where a node comes from.
import { describe, expect, test } from "vitest";
import * as torch from "../../src/index.ts";

const { nn } = torch;

class Block extends nn.Module {
  norm = new nn.LayerNorm(4);
  mix = new nn.Sequential(new nn.Linear(4, 8), new nn.GELU(), new nn.Linear(8, 4, { bias: false }));
  declare scale: torch.Tensor;
  declare cache: torch.Tensor;
  constructor() {
    super();
    this.register_buffer("scale", torch.full([4], 0.5));
    this.register_buffer("cache", torch.zeros([4]), { persistent: false });
  }
  forward(x: torch.Tensor): torch.Tensor {
    return this.mix.forward(this.norm.forward(x)).mul(this.scale).add(this.cache).add(x);
  }
}

class Net extends nn.Module {
  embed = new nn.Embedding(6, 4);
  blocks = new nn.ModuleList([new Block(), new Block()]);
  stem = new nn.Sequential(new nn.Conv1d(4, 4, 1), new nn.BatchNorm1d(4));
  head = new nn.Linear(4, 6, { bias: false });
  temperature = new nn.Parameter(torch.ones([1]));
  constructor() {
    super();
    this.head.weight = this.embed.weight;
  }
  forward(ids: torch.Tensor): torch.Tensor {
    let x = this.stem.forward(this.embed.forward(ids).transpose(1, 2)).transpose(1, 2);
    for (const b of this.blocks) x = (b as Block).forward(x);
    return this.head.forward(x).div(this.temperature);
  }
}

// list(Net().state_dict()) of the same module in PyTorch 2.13
const keys = [
  "temperature",
  "embed.weight",
  ...["0", "1"].flatMap((i) =>
    ["scale", "norm.weight", "norm.bias", "mix.0.weight", "mix.0.bias", "mix.2.weight"].map((k) => `blocks.${i}.${k}`),
  ),
  "stem.0.weight",
  "stem.0.bias",
  "stem.1.weight",
  "stem.1.bias",
  "stem.1.running_mean",
  "stem.1.running_var",
  "stem.1.num_batches_tracked",
  "head.weight",
];

describe("state dicts", () => {
  test("keys and their order are PyTorch's; tied weights have both names, buffers that do not persist none", () => {
    expect(Object.keys(new Net().state_dict())).toEqual(keys);
  });

  test("named_parameters names each once, named_buffers every buffer", () => {
    const net = new Net();
    const names = [...net.named_parameters()].map(([n]) => n);
    expect(names).not.toContain("head.weight");
    expect(new Set(names).size).toBe(names.length);
    expect([...net.named_buffers()].map(([n]) => n)).toEqual([
      "blocks.0.scale",
      "blocks.0.cache",
      "blocks.1.scale",
      "blocks.1.cache",
      "stem.1.running_mean",
      "stem.1.running_var",
      "stem.1.num_batches_tracked",
    ]);
    expect([...net.named_modules()].map(([n]) => n).slice(0, 6)).toEqual([
      "",
      "embed",
      "blocks",
      "blocks.0",
      "blocks.0.norm",
      "blocks.0.mix",
    ]);
  });

  test("what one module saves another loads; ties stay, the loaded tensors are copies", () => {
    const [from, to] = [new Net().eval(), new Net().eval()];
    const ids = torch.tensor([[0, 5, 2]]);
    const state = from.state_dict();
    to.load_state_dict(state);
    expect(to.forward(ids).tolist()).toEqual(from.forward(ids).tolist());
    expect(to.head.weight).toBe(to.embed.weight);
    const before = to.forward(ids).tolist();
    (state.temperature as torch.Tensor).fill_(3);
    expect(to.forward(ids).tolist()).toEqual(before);
    expect(from.forward(ids).tolist()).not.toEqual(before);
  });

  test("values are cast to the dtype of the module", () => {
    const lin = new nn.Linear(2, 1);
    lin.load_state_dict({ weight: torch.tensor([[1, 2]]), bias: torch.tensor([0.5], { dtype: "float16" }) });
    expect(lin.weight.dtype).toBe("float32");
    expect(lin.forward(torch.ones([1, 2])).tolist()).toEqual([3.5]);
  });

  test.each<[string, Record<string, torch.Tensor>, RegExp]>([
    ["missing and unknown keys", { bias: torch.zeros([3]), gain: torch.zeros([1]) }, /Linear:\n {2}missing weight\n {2}unknown gain/],
    ["other shapes", { weight: torch.zeros([2, 3]), bias: torch.zeros([3]) }, /weight is \[2, 3\], the module has \[3, 2\]/],
  ])("%s are refused all at once, and nothing is loaded", (_, state, message) => {
    const lin = new nn.Linear(2, 3);
    const [weight, bias] = [lin.weight.tolist(), lin.bias?.tolist()];
    expect(() => lin.load_state_dict(state)).toThrow(message);
    expect(() => lin.load_state_dict(state)).toThrow(expect.objectContaining({ code: "nn/state-dict" }));
    expect([lin.weight.tolist(), lin.bias?.tolist()]).toEqual([weight, bias]);
  });

  test("strict: false loads what fits", () => {
    const lin = new nn.Linear(2, 3);
    lin.load_state_dict({ bias: torch.ones([3]), gain: torch.zeros([1]) }, { strict: false });
    expect(lin.bias?.tolist()).toEqual([1, 1, 1]);
  });

  test("to() casts floats and keeps ties and integers", () => {
    const net = new Net().to("float16");
    expect(net.head.weight).toBe(net.embed.weight);
    expect(net.head.weight.dtype).toBe("float16");
    const state = net.state_dict();
    expect(state["stem.1.num_batches_tracked"]?.dtype).toBe("int64");
    expect(state["stem.1.running_mean"]?.dtype).toBe("float16");
  });
});

describe("modes", () => {
  test("train and eval reach every module", () => {
    const net = new Net();
    expect([...net.named_modules()].every(([, m]) => m.training)).toBe(true);
    net.eval();
    expect([...net.named_modules()].some(([, m]) => m.training)).toBe(false);
    net.train();
    expect(net.blocks.at(0)?.training).toBe(true);
  });
  test("Dropout", () => {
    torch.manual_seed(0);
    const drop = new nn.Dropout(0.5);
    const x = torch.ones([1000]);
    const y = drop.forward(x).tolist().map(Number);
    expect(new Set(y)).toEqual(new Set([0, 2]));
    expect(y.filter((v) => v === 0).length).toBeGreaterThan(400);
    expect(drop.eval().forward(x).tolist()).toEqual(x.tolist());
  });
  test("BatchNorm normalizes by the batch while training, by the running statistics otherwise", () => {
    const bn = new nn.BatchNorm1d(1);
    const x = torch.tensor([[1], [3]], { dtype: "float32" });
    const [low, high] = bn.forward(x).tolist().map(Number) as [number, number];
    expect(low).toBeCloseTo(-1, 4);
    expect(high).toBeCloseTo(1, 4);
    const still = new nn.BatchNorm1d(1).eval().forward(x).tolist().map(Number) as [number, number];
    expect(still[1]).toBeCloseTo(3, 4);
  });
});

test("containers", () => {
  const seq = new nn.Sequential(new nn.ReLU(), new nn.Identity());
  expect([...seq].length).toBe(2);
  expect(seq.forward(torch.tensor([-1, 2])).tolist()).toEqual([0n, 2n]);
  expect(() => new nn.ModuleList([seq]).forward()).toThrow(/ModuleList has no forward/);
  expect(() => new nn.Conv2d(3, 4, 1, { groups: 2 })).toThrow(/channels 3 and 4 are not divisible by groups 2/);
});

test("an exported node says which module and source line it comes from", async () => {
  const program = await torch.onnx.export(new Net().eval(), [torch.tensor([[0, 1]])], null, { optimize: false });
  const proto = program.model_proto as unknown as {
    graph: { node: { op_type: string; metadata_props: { key: string; value: string }[] }[]; initializer: { name: string }[] };
  };
  const gelu = proto.graph.node.find((n) => n.op_type === "Gelu" || n.op_type === "Erf");
  const meta = Object.fromEntries((gelu?.metadata_props ?? []).map((p) => [p.key, p.value]));
  expect(meta["pkg.torch.onnx.name_scopes"]).toContain("blocks.0.mix.1");
  expect(meta["pkg.torch.onnx.class_hierarchy"]).toMatch(/Net.*Block.*Sequential.*GELU/);
  expect(meta["pkg.torch.onnx.stack_trace"]).toMatch(/module\.test\.ts:\d+/);
  const names = proto.graph.initializer.map((t) => t.name);
  expect(names).toContain("blocks.0.mix.0.weight");
  expect(names).toContain("embed.weight");
  expect(names).not.toContain("head.weight");
  expect((await program.verify()).verdict).toBe("verified");
  program.release();
});
