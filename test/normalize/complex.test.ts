//! The complex pass: no complex value is left, and what ONNX Runtime computes on real pairs is what the captured program computes natively.
import { describe, expect, test } from "vitest";
import { Graph, Node, Value, valuesOf } from "../../src/aten/graph.ts";
import type { DType } from "../../src/dtype.ts";
import * as torch from "../../src/index.ts";
import { complexToReal } from "../../src/normalize/complex/pass.ts";
import { type Dim, mul, SymEnv, sub } from "../../src/symbolic.ts";
import { bufferSource, fakeSource } from "../../src/weights/basic.ts";
import { pairsSource } from "../../src/weights/derive.ts";
import { readAll } from "../../src/weights/source.ts";

const complex = (...shape: number[]): torch.Tensor => torch.view_as_complex(torch.randn([...shape, 2]));
const call = (op: string, args: Record<string, unknown>): torch.Tensor => torch.call(op, args) as torch.Tensor;

class Fn extends torch.nn.Module {
  readonly f: (x: torch.Tensor, self: Fn) => unknown;
  declare weight: torch.nn.Parameter;
  declare shift: torch.Tensor;
  constructor(f: (x: torch.Tensor, self: Fn) => unknown) {
    super();
    this.f = f;
    this.weight = new torch.nn.Parameter(complex(4, 4));
    this.register_buffer("shift", complex(4));
  }
  forward(x: torch.Tensor): unknown {
    return this.f(x, this);
  }
}

const bodies: [string, (x: torch.Tensor, m: Fn) => unknown][] = [
  ["complex weights and buffers", (x, m) => x.matmul(m.weight).add(m.shift)],
  ["a complex input that is an output", (x) => [x, x.neg()]],
  ["one value under two names", (x) => [call("aten::view_as_real", { self: x }), x.mul(1), x.abs()]],
  ["numbers in the place of parts", (x) => [call("aten::zeros_like", { self: x }).eq(0), call("aten::ones_like", { self: x }).add(x)]],
  ["real operands that broadcast against complex ones", (x, m) => x.abs().sum().div(m.shift).sub(x)],
  [
    "writes through a view of the imaginary part",
    (x) => {
      const y = x.clone();
      call("aten::imag", { self: y }).select(0, 0).zero_();
      torch.view_as_real(y).select(0, 1).mul_(2);
      return y;
    },
  ],
  ["a size that only the data decide", (x) => call("aten::masked_select", { self: x, mask: x.abs().gt(1) }).mul(2)],
  ["a real op whose decomposition is complex", (x) => call("aten::fft_hfft2", { self: x.abs() })],
];

describe("exported complex programs are verified against native complex arithmetic", () => {
  test.each(bodies)("%s", async (_name, f) => {
    const program = await torch.onnx.export(new Fn(f), [complex(3, 4)], null, { input_names: ["z"] });
    const given = complex(3, 4);
    const result = await program.verify({ inputs: [given] });
    expect(result.reason).toBeNull();
    expect(result.verdict).toBe("verified");
    for (const v of [...program.model.graph.inputs, ...program.model.graph.outputs, ...program.model.graph.initializers])
      expect(v.dtype).not.toMatch(/complex/);
    program.release();
  });

  test("inputs and weights say what they are; other weights can be given", async () => {
    const module = new Fn((x, m) => x.mul(m.shift));
    const program = await torch.onnx.export(module, [complex(3, 4)], null, { optimize: false });
    const { inputs, outputs, initializers } = program.model.graph;
    const stated = (v: { metadata: ReadonlyMap<string, string> } | undefined) => v?.metadata.get("pkg.torch.onnx.complex_type");
    expect(inputs[0]?.shape).toEqual([3, 4, 2]);
    expect(stated(inputs[0])).toBe("complex64[3, 4]");
    expect(stated(outputs[0])).toBe("complex64[3, 4]");
    const shift = [...initializers].find((v) => v.name === "shift");
    expect(shift?.shape).toEqual([4, 2]);
    expect(stated(shift)).toBe("complex64[4]");
    const [x, other] = [complex(3, 4), complex(4)];
    program.apply_weights({ shift: other });
    const got = await program.call<torch.Tensor>(x);
    const want = torch.view_as_real(x.mul(other)).tolist() as number[];
    const far = (torch.view_as_real(got).tolist() as number[]).filter((v, i) => Math.abs(v - (want[i] as number)) > 1e-5);
    expect(far).toEqual([]);
    program.release();
  });
});

const tensor = (name: string, dtype: DType, ...shape: number[]): Value => new Value(name, { kind: "tensor", dtype, shape });
const node = (op: string, args: Node["args"], ...outputs: Value[]): Node =>
  new Node(op, args, outputs, { node: op, moduleStack: "", stackTrace: "" });
const normalized = (graph: Graph) => complexToReal({ graph, mutated: new Map() }, new SymEnv());

describe("the graph", () => {
  test("without complex values is returned as it is", () => {
    const [x, y] = [tensor("x", "float32", 2), tensor("y", "float32", 2)];
    const graph = new Graph("g", [x], [node("aten::neg", { self: x }, y)], [y]);
    expect(normalized(graph).graph).toBe(graph);
  });

  test("has bodies of control flow on stored pairs", () => {
    const [c, s] = [tensor("c", "complex64", 3), tensor("s", "complex64", 3)];
    const [next, step] = [tensor("next", "complex64", 3), tensor("step", "float32", 3)];
    const body = new Graph(
      "body",
      [c, s],
      [node("aten::mul.Tensor", { self: c, other: s }, next), node("aten::abs", { self: next }, step)],
      [next, step],
    );
    const [init, xs] = [tensor("init", "complex64", 3), tensor("xs", "complex64", 5, 3)];
    const [last, all] = [tensor("last", "complex64", 3), tensor("all", "float32", 5, 3)];
    const scan = node("higher_order::scan", { 0: body, 1: [init], 2: [xs], 3: [] }, last, all);
    const { graph, stored } = normalized(new Graph("g", [init, xs], [scan], [last, all]));
    expect(stored.get(xs)?.shape).toEqual([5, 3, 2]);
    const inner = graph.nodes.at(-1)?.args["0"] as Graph;
    expect(inner.inputs.map((v) => v?.shape)).toEqual([
      [3, 2],
      [3, 2],
    ]);
    const outer = [...valuesOf(graph.outputs), ...valuesOf(inner.outputs)];
    expect(outer.map((v) => [v.name, v.dtype, v.shape.length])).toEqual([
      ["last", "float32", 2],
      ["all", "float32", 2],
      ["next", "float32", 2],
      ["step", "float32", 1],
    ]);
  });

  test("has every op without a rule as a gap", () => {
    const x = tensor("x", "complex64", 3, 3);
    const [q, y] = [tensor("q", "complex64", 3, 3), tensor("y", "complex64", 3, 3)];
    const graph = new Graph("g", [x], [node("aten::floor", { self: x }, q), node("aten::erf", { self: q }, y)], [y]);
    const { gaps } = normalized(graph);
    expect(gaps.map(({ refusal }) => refusal.reason)).toEqual([
      "ONNX has no complex kernels, and aten::floor is not known on real pairs",
      "ONNX has no complex kernels, and aten::erf is not known on real pairs",
    ]);
  });

  test("is refused in one error, with what lowering refuses, counts, source lines and remedies", async () => {
    const model = new Fn((x) => {
      const [y, z] = [call("aten::floor", { self: x }), call("aten::erf", { self: x })];
      return [torch.view_as_real(call("aten::floor", { self: y })), torch.view_as_real(z).relu()];
    });
    const refuses = (_: unknown, op: { refuse(message: string, hint: string): never }): never => op.refuse("no relu here", "take another");
    const options = { custom_translation_table: { "aten::relu": refuses as never } };
    const error = await torch.onnx.export(model, [complex(2, 3)], null, options).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "lower/unsupported-case" });
    expect(String(error)).toMatch(
      /3 calls cannot be written\n {2}aten::floor {2}2 nodes {2}first in floor {2}complex\.test\.ts:\d+: ONNX has no complex.*\n {2}aten::erf {2}1 node/,
    );
    expect(String(error)).toMatch(/aten::relu {2}1 node {2}first in relu[\s\S]*no relu here[\s\S]*real pairs[\s\S]*take another/);
    const erf = torch.onnx.export(new Fn((x) => torch.view_as_real(call("aten::erf", { self: x }))), [complex(2)]);
    await expect(erf).rejects.toMatchObject({ code: "normalize/complex" });
  });
});

describe("a complex source as real pairs", () => {
  test("has the same bytes and is described without reading", () => {
    const bytes = Float32Array.of(1, 2, 3, 4);
    const pairs = pairsSource(bufferSource("complex64", [2], bytes));
    expect([pairs.dtype, pairs.shape, pairs.nbytes]).toEqual(["float32", [2, 2], 16]);
    expect([...new Float32Array(readAll(pairs, 16).buffer)]).toEqual([1, 2, 3, 4]);
    expect(pairsSource(fakeSource("complex128", [3])).materialized).toBe(false);
    expect(() => pairsSource(bufferSource("float32", [4], bytes))).toThrow("no imaginary parts");
  });
});

test("transforms of a size that is computed from a symbolic one", async () => {
  const program = await torch.onnx.export(
    new Fn((x) => {
      const n = mul(x.shape[1] as Dim, 2);
      const spectrum = call("aten::fft_rfft", { self: x, n });
      return call("aten::fft_irfft", { self: spectrum.mul(spectrum), n: sub(n, 2) });
    }),
    [torch.randn([2, 6])],
    null,
    { dynamic_shapes: [{ 1: torch.export.Dim("n", { min: 3, max: 40 }) }] },
  );
  expect((await program.verify({ inputs: [torch.randn([2, 9])] })).verdict).toBe("verified");
});
