//! In-place programs: what eager PyTorch's memory would hold, the captured program run as it is, and the functional ONNX file agree.
import { describe, expect, test } from "vitest";
import * as torch from "../../src/index.ts";
import { normalize } from "../../src/normalize/normalize.ts";

class Fn extends torch.nn.Module {
  readonly f: (x: torch.Tensor, self: Fn) => unknown;
  declare state: torch.Tensor;
  constructor(f: (x: torch.Tensor, self: Fn) => unknown) {
    super();
    this.f = f;
    this.register_buffer("state", torch.arange(12).to("float32").view(3, 4));
  }
  forward(x: torch.Tensor): unknown {
    return this.f(x, this);
  }
}

const slice = (self: torch.Tensor, dim: number, start: number, end: number, step = 1): torch.Tensor =>
  torch.call("aten::slice.Tensor", { self, dim, start, end, step }) as torch.Tensor;
const flat = (x: unknown): torch.Tensor[] => (x instanceof torch.Tensor ? [x] : (x as unknown[]).flatMap(flat));

type Body = (x: torch.Tensor, m: Fn) => unknown;
const inPlace = (op: string, args: Record<string, unknown>): torch.Tensor => torch.call(op, args) as torch.Tensor;
const bodies: [string, Body][] = [
  [
    "results in a slice of a buffer, in another dtype, and in an operand itself",
    (x, { state }) => {
      inPlace("aten::maximum.out", { self: x.select(0, 0), other: x.select(0, 1), out: slice(state, 0, 1, 2).select(0, 0) });
      const wide = torch.call("aten::add.out", { self: x, other: x, out: torch.zeros([3, 4], { dtype: "float64" }) });
      const y = x.clone();
      inPlace("aten::mul.out", { self: y, other: y, out: y });
      return [state, wide, y];
    },
  ],
  [
    "two results, one in a view",
    (x, { state }) => {
      const indices = torch.zeros([3], { dtype: "int64" });
      torch.call("aten::max.dim_max", { self: x, dim: 1, max: state.select(1, 2), max_values: indices });
      return [state, indices];
    },
  ],
  [
    "in-place ops whose twins are named otherwise",
    (x) => {
      const y = inPlace("aten::dropout_", { self: x.clone(), p: 0.5, train: false });
      const z = inPlace("aten::pow_.Scalar", { self: y, exponent: 2 });
      return inPlace("aten::floor_divide_.Tensor", { self: z, other: torch.full([4], 3) });
    },
  ],
  [
    "in-place ops that change the view alone",
    (x) => {
      const y = x.clone();
      const row = inPlace("aten::unsqueeze_", { self: y.select(0, 1), dim: 0 });
      inPlace("aten::t_", { self: row }).fill_(7);
      return [y, row];
    },
  ],
  [
    "memory under another shape",
    (x) => {
      const y = inPlace("aten::resize_", { self: x.clone(), size: [2, 3] });
      const z = inPlace("aten::resize_as_", { self: x.clone(), the_template: y });
      return [y.mul(2), z];
    },
  ],
  [
    "bits in place",
    (x) => {
      const y = x.gt(4);
      inPlace("aten::__ior__.Tensor", { self: y.select(0, 0), other: x.select(0, 0).lt(2) });
      return y;
    },
  ],
  [
    "select",
    (x) => {
      const y = x.clone();
      y.select(0, 1).add_(10);
      return y;
    },
  ],
  [
    "select of a strided slice of a transpose",
    (x) => {
      const y = x.clone();
      slice(y.transpose(0, 1), 0, 1, 4, 2).select(1, 2).mul_(-1);
      return y;
    },
  ],
  [
    "a slice with a negative start and an end beyond the size",
    (x) => {
      const y = x.clone();
      slice(y, 1, -2, 2 ** 63).fill_(7);
      return y;
    },
  ],
  [
    "unsqueeze, squeeze, expand_as",
    (x) => {
      const y = x.clone();
      y.unsqueeze(0).squeeze(0).copy_(torch.ones(4).expand(3, 4));
      return y;
    },
  ],
  [
    "permute and flatten of what stays a view",
    (x) => {
      const y = x.clone();
      y.view(3, 2, 2).permute(0, 1, 2).flatten(1).narrow(1, 1, 2).zero_();
      return y;
    },
  ],
  [
    "diagonal",
    (x) => {
      const y = x.clone();
      y.diagonal(1).fill_(5);
      return y;
    },
  ],
  [
    "split: a write to one part is not seen by the other",
    (x) => {
      const y = x.clone();
      const [a, b] = y.split(2, 1) as [torch.Tensor, torch.Tensor];
      a.add_(100);
      return [y, b.mul(1), a];
    },
  ],
  [
    "unbind and chunk",
    (x) => {
      const y = x.clone();
      (y.unbind(0)[2] as torch.Tensor).neg_();
      (y.chunk(2, 1)[1] as torch.Tensor).add_(1);
      return y;
    },
  ],
  [
    "reshape that aliases",
    (x) => {
      const y = x.clone();
      y.reshape([12]).narrow(0, 3, 5).fill_(1);
      return y;
    },
  ],
  [
    "reshape that copies",
    (x) => {
      const y = x.clone();
      const copy = y.t().reshape([12]);
      copy.fill_(1);
      return [y, copy];
    },
  ],
  [
    "contiguous that copies, and one that does not",
    (x) => {
      const y = x.clone();
      y.t().contiguous().fill_(9);
      y.contiguous().select(0, 0).fill_(8);
      return y;
    },
  ],
  [
    "a reshape of a view that can be one, and one that cannot",
    (x) => {
      const y = x.clone();
      y.select(1, 1).reshape([3, 1]).fill_(1);
      y.narrow(1, 0, 2).reshape([3, 2, 1]).add_(1);
      const copy = y.narrow(1, 0, 2).reshape([6]).fill_(5);
      y.t().unsqueeze(0).flatten(0, 1).mul_(2);
      return [y, copy];
    },
  ],
  [
    "to: the same dtype aliases, another copies",
    (x) => {
      const y = x.clone();
      (torch.call("aten::to.dtype", { self: y, dtype: "float32" }) as torch.Tensor).select(0, 0).fill_(3);
      (torch.call("aten::to.dtype", { self: y, dtype: "float64" }) as torch.Tensor).fill_(4);
      return y;
    },
  ],
  [
    "aliases read before and after a write",
    (x) => {
      const y = x.clone();
      const t = y.t();
      const before = t.select(0, 0).mul(1);
      const row = y.select(0, 0);
      y.add_(1);
      const between = row.mul(1);
      row.mul_(2);
      return [before, between, t.select(0, 0).add(0), y];
    },
  ],
  [
    "two writes through different views",
    (x) => {
      const y = x.clone();
      y.select(1, 1).fill_(1);
      y.select(0, 1).fill_(2);
      y.view(-1).narrow(0, 4, 3).mul_(10);
      return [y, y.t()];
    },
  ],
  [
    "a view of a view returned after the base was written",
    (x) => {
      const y = x.clone();
      const v = y.narrow(0, 1, 2).t();
      y.zero_();
      return v;
    },
  ],
  [
    "a write whose source is an overlapping view of the target",
    (x) => {
      const y = x.clone();
      y.select(0, 0).copy_(y.select(0, 1).add(y.select(0, 0)));
      return y;
    },
  ],
  [
    "a write of another dtype is cast",
    (x) => {
      const y = x.to("int32");
      y.select(0, 0).copy_(torch.tensor([1.9, -1.9, 2.5, 0.5]));
      y.mul_(2);
      return y;
    },
  ],
  [
    "an input",
    (x) => {
      x.select(0, 2).zero_();
      return [x, x.sum()];
    },
  ],
  [
    "a buffer, read after",
    (x, m) => {
      m.state.add_(x);
      return m.state.mul(2);
    },
  ],
  [
    "masked_fill_, clamp_, index_put_ and scatter_",
    (x) => {
      const y = x.clone();
      y.masked_fill_(y.gt(0.5), -1);
      y.clamp_(-0.5, 0.3);
      y.scatter_(1, torch.tensor([[0], [1], [2]]), 9);
      return y.narrow(0, 0, 2).add_(0);
    },
  ],
  [
    "a loop",
    (x) => {
      const out = torch.zeros([3, 4]);
      for (let i = 0; i < 3; i++) out.select(0, i).copy_(x.select(0, i).mul(i));
      return out;
    },
  ],
];

describe("eager, captured and exported agree", () => {
  test.each(bodies)("%s", async (_, f) => {
    torch.manual_seed(1);
    const x = torch.rand(3, 4);
    const want = flat(new Fn(f).forward(x.clone())).map((t) => t.tolist());
    const program = await torch.onnx.export(new Fn(f), [x]);
    expect((await torch.export.evaluate(program.exported_program, [x])).map((t) => t?.tolist())).toEqual(want);
    expect((await program.run([x])).map((t) => t.tolist())).toEqual(want);
    program.release();
  });
});

describe("the functional graph", () => {
  const ops = (f: Body): string[] =>
    normalize(torch.export.export(new Fn(f), [torch.rand(3, 4)])).graph.nodes.map((n) => n.op.replace("aten::", ""));

  test("a program that writes nothing keeps its graph", () => {
    const program = torch.export.export(new Fn((x) => x.t().add(1)), [torch.rand(3, 4)]);
    expect(normalize(program).graph).toBe(program.graph);
  });
  test("no op that writes is left, and an unread view is not made again", () => {
    expect(
      ops((x) => {
        const y = x.clone();
        y.select(0, 1).add_(10);
        return y;
      }),
    ).toEqual(["clone", "select.int", "add.Scalar", "select_scatter"]);
    for (const [, f] of bodies) expect(ops(f).filter((op) => /[^_]_(\.|$)/.test(op))).toEqual([]);
  });
  test("a stale alias is taken anew from the written base", () => {
    expect(
      ops((x) => {
        const y = x.clone();
        const row = y.select(0, 0);
        y.add_(1);
        return row.mul(2);
      }),
    ).toEqual(["clone", "select.int", "add.Scalar", "select.int", "mul.Scalar"]);
  });
  test("what the program writes to is told", () => {
    const program = torch.export.export(new Fn((x, m) => x.add_(m.state.mul_(2))), [torch.rand(3, 4)]);
    const { mutated } = normalize(program);
    expect([...mutated.keys()].map((v) => v.name).sort()).toEqual(["b_state", "x"]);
  });
  test("complex values are refused whole, by op", async () => {
    const f: Body = (x) => torch.view_as_real(torch.view_as_complex(x.view(3, 2, 2)));
    const error = await torch.onnx.export(new Fn(f), [torch.rand(3, 4)]).catch((e: unknown) => e);
    if (error instanceof Error)
      expect(error).toMatchObject({ code: "normalize/complex", message: expect.stringMatching(/aten::view_as_complex {2}1 value/) });
    else expect(await (error as torch.onnx.ONNXProgram).verify()).toMatchObject({ verdict: "verified" });
  });
});

test("an out of another shape than its result is refused: a Tensor keeps its shape", () => {
  const x = torch.ones([2, 3]);
  const add = (): unknown => torch.call("aten::add.out", { self: x, other: x, out: torch.zeros([2]) });
  const error = { code: "tensor/out", message: expect.stringContaining("gives the shape [2, 3]") };
  expect(add).toThrow(expect.objectContaining(error));
  expect(() => torch.export.export(new Fn(add), [torch.ones([3, 4])])).toThrow(expect.objectContaining({ code: "tensor/out" }));
});
