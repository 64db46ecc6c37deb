//! Tensors and functions as PyTorch has them: values, dtypes, overloads, views, in-place ops. Numbers were recorded from PyTorch 2.13.
import { describe, expect, test } from "vitest";
import * as torch from "../../src/index.ts";

const close = (x: torch.Tensor, want: readonly number[], shape: readonly number[]): void => {
  expect(x.shape).toEqual(shape);
  const got = x.tolist().map(Number);
  expect(got.length).toBe(want.length);
  got.forEach((v, i) => {
    expect(Math.abs(v - (want[i] as number)), `element ${i}: ${v} for ${want[i]}`).toBeLessThan(2e-6);
  });
};

describe("random numbers are PyTorch's", () => {
  test("rand, randn, randint, randperm in a row from one seed", () => {
    torch.manual_seed(0);
    expect(torch.rand([2, 3]).tolist()).toEqual([
      0.49625658988952637, 0.7682217955589294, 0.08847743272781372, 0.13203048706054688, 0.30742281675338745, 0.6340786814689636,
    ]);
    close(torch.randn([5]), [1.2644586563110352, -0.6874263882637024, 0.1603812575340271, -0.6064512133598328, -0.7830641269683838], [5]);
    close(torch.randn([20]).narrow(0, 16, 4), [-1.2001394033432007, -0.004785737954080105, -0.5180748105049133, -0.30670419335365295], [4]);
    expect(torch.randint(10, [6]).tolist()).toEqual([1n, 0n, 3n, 6n, 6n, 7n]);
    expect(torch.randperm(6).tolist()).toEqual([1n, 2n, 5n, 3n, 0n, 4n]);
    expect(torch.rand([3], { dtype: torch.float64 }).tolist()).toEqual([0.49513080999085823, 0.9268188566159239, 0.8407767379930023]);
    expect(torch.initial_seed()).toBe(0n);
  });

  test("modules draw their parameters as PyTorch's do, and compute what they compute", () => {
    torch.manual_seed(0);
    const conv = new torch.nn.Conv2d(2, 3, 3);
    close(conv.bias as torch.Tensor, [0.15803514420986176, -0.13878203928470612, 0.043921709060668945], [3]);
    const y = conv.forward(torch.rand([1, 2, 4, 4]));
    close(
      y,
      [
        0.03261501342058182, -0.0025642961263656616, -0.33022448420524597, -0.0710020437836647, -0.34773415327072144, -0.4363430142402649,
        -0.20169876515865326, -0.3683358132839203, 0.36564502120018005, 0.1140226498246193, 0.1373228281736374, 0.12345729023218155,
      ],
      [1, 3, 2, 2],
    );
    torch.manual_seed(1);
    const { Linear, LayerNorm, GELU, Sequential } = torch.nn;
    const seq = new Sequential(new Linear(4, 3), new LayerNorm(3), new GELU(), new Linear(3, 2));
    close(seq.forward(torch.randn([2, 4])), [-0.3003729581832886, 0.22145134210586548, -0.4042735695838928, 0.2756558954715729], [2, 2]);
    torch.manual_seed(2);
    const emb = new torch.nn.Embedding(4, 3);
    close(
      emb.forward(torch.tensor([3, 0])),
      [-1.0426788330078125, 1.318617343902588, 0.747639000415802, 0.39229682087898254, -0.223564013838768, -0.31950026750564575],
      [2, 3],
    );
    torch.manual_seed(0);
    const bn = new torch.nn.BatchNorm1d(3).eval();
    close(
      bn.forward(torch.randn([2, 3])),
      [1.5409883260726929, -0.293427437543869, -2.1787784099578857, 0.5684283971786499, -1.0845168828964233, -1.3985884189605713],
      [2, 3],
    );
    torch.manual_seed(3);
    const up = new torch.nn.ConvTranspose1d(2, 2, 3, { stride: 2 });
    close(
      up.forward(torch.ones([1, 2, 2])),
      [
        -0.4686933159828186, -0.4089753031730652, -0.5664576292037964, -0.4089753031730652, -0.3836680054664612, -0.150006502866745,
        -0.1436099112033844, -0.26463696360588074, -0.1436099112033844, -0.19508084654808044,
      ],
      [1, 2, 5],
    );
  });
});

describe("overloads", () => {
  const x = torch.arange(6).reshape([2, 3]);
  test.each<[string, () => torch.Tensor, (number | bigint)[], number[]]>([
    ["a list", () => x.view([3, 2]), [0n, 1n, 2n, 3n, 4n, 5n], [3, 2]],
    ["numbers for a list", () => x.view(3, 2), [0n, 1n, 2n, 3n, 4n, 5n], [3, 2]],
    ["-1 among them", () => x.view(-1), [0n, 1n, 2n, 3n, 4n, 5n], [6]],
    ["numbers for permute", () => x.permute(1, 0), [0n, 3n, 1n, 4n, 2n, 5n], [3, 2]],
    ["numbers for expand", () => x.select(0, 0).unsqueeze(0).expand(2, 3), [0n, 1n, 2n, 0n, 1n, 2n], [2, 3]],
    ["numbers for repeat", () => x.select(0, 1).repeat(1, 2), [3n, 4n, 5n, 3n, 4n, 5n], [1, 6]],
    ["Scalar operand", () => x.add(1), [1n, 2n, 3n, 4n, 5n, 6n], [2, 3]],
    ["Tensor operand and an option", () => x.add(x, { alpha: 10 }), [0n, 11n, 22n, 33n, 44n, 55n], [2, 3]],
    ["a dim positionally", () => x.sum([0]), [3n, 5n, 7n], [3]],
    ["keepdim as an option", () => x.sum([1], { keepdim: true }), [3n, 12n], [2, 1]],
    ["everything as options", () => (torch.sum as (...y: unknown[]) => torch.Tensor)(x, { dim: [1], keepdim: true }), [3n, 12n], [2, 1]],
    ["a function for a method", () => torch.mul(x, 2), [0n, 2n, 4n, 6n, 8n, 10n], [2, 3]],
    ["a number operand that promotes", () => x.mul(0.5), [0, 0.5, 1, 1.5, 2, 2.5], [2, 3]],
    ["numbers for a size, and an option", () => torch.zeros(1, 2, { dtype: "int64" }), [0n, 0n], [1, 2]],
    ["numbers for flip", () => x.flip(0, 1), [5n, 4n, 3n, 2n, 1n, 0n], [2, 3]],
    ["a list of tensors", () => torch.cat([x, x], 1), [0n, 1n, 2n, 0n, 1n, 2n, 3n, 4n, 5n, 3n, 4n, 5n], [2, 6]],
    ["one number for a list of two", () => torch.nn.functional.avg_pool2d(torch.ones([1, 4, 4]), 2), [1, 1, 1, 1], [1, 2, 2]],
    [
      "stride after kernel_size is no second size",
      () => torch.max_pool2d(torch.arange(9).to("float32").view(1, 3, 3), 2, 1),
      [4, 5, 7, 8],
      [1, 2, 2],
    ],
  ])("%s", (_, f, want, shape) => {
    const y = f();
    expect(y.tolist()).toEqual(want);
    expect(y.shape).toEqual(shape);
  });

  test("several results", () => {
    const [values, indices] = torch
      .tensor([
        [1, 5, 3],
        [9, 2, 4],
      ])
      .max(1) as unknown as [torch.Tensor, torch.Tensor];
    expect(values.tolist()).toEqual([5n, 9n]);
    expect(indices.tolist()).toEqual([1n, 0n]);
    expect(torch.split(torch.arange(5), 2).map((t) => t.tolist().length)).toEqual([2, 2, 1]);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      "a string for a number",
      () => (x.add as (y: unknown) => unknown)("1"),
      /torch\.add takes no \(i64\[2, 3\], "1"\)[\s\S]*torch\.add\.Tensor\(/,
    ],
    ["too many arguments", () => (torch.relu as (...y: unknown[]) => unknown)(x, 1, 2), /torch\.relu takes no/],
    ["an unknown option", () => (torch.softmax as (...y: unknown[]) => unknown)(x, 1, { axis: 1 }), /"axis":1[\s\S]*torch\.softmax\.int/],
    ["a missing argument", () => (torch.cat as (...y: unknown[]) => unknown)(), /torch\.cat takes no \(\)/],
    ["a keyword-only argument by position", () => (x.add as (...y: unknown[]) => unknown)(x, 2), /torch\.add takes no/],
    ["a fraction for a size", () => x.view(1.5, 4), /torch\.view takes no/],
  ])("%s is refused, naming the overloads", (_, f, message) => {
    expect(f).toThrow(message);
    expect(f).toThrow(expect.objectContaining({ code: "torch/overload" }));
  });
});

describe("dtypes without being asked", () => {
  test.each<[string, () => torch.Tensor, string]>([
    ["zeros", () => torch.zeros([2]), "float32"],
    ["full of an int", () => torch.full([2], 3), "int64"],
    ["full of a fraction", () => torch.full([2], 0.5), "float32"],
    ["full of a bool", () => torch.full([2], true), "bool"],
    ["arange of ints", () => torch.arange(3), "int64"],
    ["arange of fractions", () => torch.arange(0, 1, 0.25), "float32"],
    ["linspace", () => torch.linspace(0, 1, 3), "float32"],
    ["randint", () => torch.randint(3, [2]), "int64"],
    ["tensor of ints", () => torch.tensor([1, 2]), "int64"],
    ["tensor of bools", () => torch.tensor([true, false]), "bool"],
    ["tensor of fractions", () => torch.tensor([[1.5], [2]]), "float32"],
    ["tensor of nothing", () => torch.tensor([]), "float32"],
    ["int / int", () => torch.tensor([1]).div(torch.tensor([2])), "float32"],
    ["sum of bools", () => torch.tensor([true, true]).sum(), "int64"],
    ["int32 + float16", () => torch.ones([1], { dtype: "int32" }).add(torch.ones([1], { dtype: "float16" })), "float16"],
    ["float16 + 2.5", () => torch.ones([1], { dtype: "float16" }).add(2.5), "float16"],
    ["0-d float64 with float32", () => torch.ones([1]).mul(torch.tensor(2.5, { dtype: "float64" })), "float32"],
    ["comparison", () => torch.ones([1]).lt(2), "bool"],
    ["argmax", () => torch.ones([3]).argmax(), "int64"],
  ])("%s", (_, f, dtype) => {
    expect(f().dtype).toBe(dtype);
  });
});

describe("data in and out", () => {
  test("bytes are little-endian, row-major, whatever the strides", () => {
    expect([
      ...torch
        .tensor(
          [
            [1, 2],
            [3, 4],
          ],
          { dtype: "int16" },
        )
        .t()
        .bytes(),
    ]).toEqual([1, 0, 3, 0, 2, 0, 4, 0]);
    expect([...torch.arange(6, { dtype: "uint8" }).view(3, 2).select(1, 1).bytes()]).toEqual([1, 3, 5]);
  });

  test.each<[string, torch.DType, readonly (number | bigint)[]]>([
    ["float16", "float16", [1.5, -2, 0]],
    ["bfloat16", "bfloat16", [1.5, -2, 0]],
    ["int64", "int64", [9007199254740993n, -1n]],
    ["uint64", "uint64", [3n]],
    ["int8", "int8", [-128, 127]],
    ["float8", "float8_e4m3fn", [0.5, 448]],
  ])("%s there and back by bytes", (_, dtype, values) => {
    const x = torch.tensor(values as number[], { dtype });
    expect(x.tolist()).toEqual(values);
    const y = torch.frombuffer(x.bytes(), { dtype });
    expect(y.dtype).toBe(dtype);
    expect(y.tolist()).toEqual(values);
  });

  test("frombuffer copies, takes parts of buffers, and refuses what is no whole number of elements", () => {
    const from = new Float32Array([1, 2, 3, 4]);
    const x = torch.frombuffer(from.subarray(1, 3), { dtype: "float32" });
    from.fill(0);
    expect(x.tolist()).toEqual([2, 3]);
    expect(() => torch.frombuffer(new Uint8Array(6), { dtype: "float32" })).toThrow(/6 bytes.*4 bytes each/);
  });

  test("ragged lists, items of many, values of fakes", () => {
    expect(() => torch.tensor([[1, 2], [3]])).toThrow(expect.objectContaining({ code: "torch/tensor" }));
    expect(torch.tensor([1.7, -1.7], { dtype: "int64" }).tolist()).toEqual([1n, -1n]);
    expect(() => torch.tensor([[1, 2], 3] as never)).toThrow(expect.objectContaining({ code: "torch/tensor" }));
    expect(torch.tensor([[7]]).item()).toBe(7n);
    expect(() => torch.ones([2]).item()).toThrow(/2 elements/);
    expect(() => torch.onnx.enable_fake_mode(() => torch.ones([2])).tolist()).toThrow(/is fake/);
  });
});

describe("views share memory", () => {
  test("an in-place op through a chain of views is seen by all of them", () => {
    const x = torch.zeros([2, 3]);
    const t = x.t();
    const row = t.select(0, 1);
    expect(row.add_(5)).toBe(row);
    expect(x.tolist()).toEqual([0, 5, 0, 0, 5, 0]);
    expect(t.tolist()).toEqual([0, 0, 5, 5, 0, 0]);
    x.view(-1)
      .narrow(0, 4, 2)
      .copy_(torch.tensor([8, 9]));
    expect(row.tolist()).toEqual([5, 8]);
    expect(x.select(1, 0).fill_(1).tolist()).toEqual([1, 1]);
    expect(x.tolist()).toEqual([1, 5, 0, 1, 8, 9]);
  });
  test("in-place ops keep the dtype of their target", () => {
    const x = torch.tensor([1, 2]);
    expect(x.mul_(2).dtype).toBe("int64");
    const h = torch.ones([2], { dtype: "float16" });
    expect(h.add_(torch.ones([2])).dtype).toBe("float16");
    expect(h.tolist()).toEqual([2, 2]);
  });
  test("a reshape that cannot be a view is a copy", () => {
    const x = torch.zeros([2, 3]);
    x.t().reshape([6]).fill_(1);
    expect(x.tolist()).toEqual([0, 0, 0, 0, 0, 0]);
    x.reshape([6]).fill_(1);
    expect(x.tolist()).toEqual([1, 1, 1, 1, 1, 1]);
    expect(() => x.t().view(6)).toThrow();
  });
});
