//! Calls of modules as functions of the model: what becomes one, what they are given, and that the model computes the same.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Graph, Node, Value } from "../../src/aten/graph.ts";
import { ExportedProgram } from "../../src/export/exported-program.ts";
import { leaf } from "../../src/export/pytree.ts";
import { GraphSignature } from "../../src/export/signature.ts";
import * as torch from "../../src/index.ts";
import { spell } from "../../src/onnx/spell.ts";
import { SymEnv } from "../../src/symbolic.ts";

const { nn } = torch;
type Chosen = NonNullable<torch.onnx.ExportOptions["export_modules_as_functions"]>;

/** The model's text without its initializers. */
const textOf = (program: torch.onnx.ONNXProgram): string[] =>
  String(program)
    .split("\n")
    .filter((l) => !/^ {2}\S+ = [a-z]\w*\[/.test(l))
    .map((l) => l.replaceAll("`__main__`::", "").trim());
const batch = { x: { 0: torch.export.Dim("batch") } };
const exported = (model: torch.nn.Module, chosen: Chosen, options: torch.onnx.ExportOptions = {}): Promise<torch.onnx.ONNXProgram> =>
  torch.onnx.export(model, [torch.rand(2, 4)], null, { dynamic_shapes: batch, export_modules_as_functions: chosen, ...options });

class Gate extends nn.Module {
  readonly fc = new nn.Linear(4, 4, { bias: false });
  forward(x: torch.Tensor): torch.Tensor {
    return this.fc.forward(x).mul(x);
  }
}
class Layer extends nn.Module {
  readonly gate = new Gate();
  readonly #slope: number;
  constructor(slope = 2) {
    super();
    this.#slope = slope;
  }
  forward(x: torch.Tensor): torch.Tensor {
    return this.gate.forward(x).mul(this.#slope);
  }
}
class Stack extends nn.Module {
  readonly layers: torch.nn.ModuleList;
  constructor(...layers: torch.nn.Module[]) {
    super();
    this.layers = new nn.ModuleList(layers);
  }
  forward(x: torch.Tensor): torch.Tensor {
    return [...this.layers].reduce((y, layer) => (layer as Layer).forward(y), x);
  }
}

describe("what becomes a function", () => {
  const gate = ["function Gate(x: f32[batch, 4], fc_weight: f32[4, 4]) -> (mul)"];
  test.each<[string, torch.nn.Module, Chosen, string[]]>([
    [
      "nested calls are functions that call functions; equal layers are one",
      new Stack(new Layer(), new Layer()),
      true,
      [
        "(x: f32[batch, 4]) -> (mul_3)",
        "mul_1 = Layer(x, layers.0.gate.fc.weight)",
        "mul_3 = Layer(mul_1, layers.1.gate.fc.weight)",
        "function Linear(x: f32[batch, 4], weight: f32[4, 4]) -> (linear)",
        "linear = Gemm<transB=1>(x, weight)",
        ...gate,
        "linear = Linear(x, fc_weight)",
        "mul = Mul(linear, x)",
        "function Layer(x: f32[batch, 4], gate_fc_weight: f32[4, 4]) -> (mul_1)",
        "v0 = Constant<value=f32[]{2}>()",
        "mul = Gate(x, gate_fc_weight)",
        "mul_1 = Mul(mul, v0)",
      ],
    ],
    [
      "chosen classes alone, by name or constructor; other definitions of a class get numbers",
      new Stack(new Layer(), new Layer(3)),
      ["Layer"],
      [
        "(x: f32[batch, 4]) -> (mul_3)",
        "mul_1 = Layer(x, layers.0.gate.fc.weight)",
        "mul_3 = Layer.1(mul_1, layers.1.gate.fc.weight)",
        ...["2", "3"].flatMap((slope, i) => [
          i === 0
            ? "function Layer(x: f32[batch, 4], gate_fc_weight: f32[4, 4]) -> (mul_1)"
            : "function Layer.1(mul_1: f32[batch, 4], gate_fc_weight: f32[4, 4]) -> (mul_3)",
          `v0 = Constant<value=f32[]{${slope}}>()`,
          ...(i === 0
            ? ["linear = Gemm<transB=1>(x, gate_fc_weight)", "mul = Mul(linear, x)", "mul_1 = Mul(mul, v0)"]
            : ["linear_1 = Gemm<transB=1>(mul_1, gate_fc_weight)", "mul_2 = Mul(linear_1, mul_1)", "mul_3 = Mul(mul_2, v0)"]),
        ]),
      ],
    ],
    [
      "a module that is called twice is two calls",
      (() => {
        const layer = new Gate();
        return new Stack(layer, layer);
      })(),
      [Gate],
      [
        "(x: f32[batch, 4]) -> (mul_1)",
        "mul = Gate(x, layers.0.fc.weight)",
        "mul_1 = Gate(mul, layers.0.fc.weight)",
        ...gate,
        "linear = Gemm<transB=1>(x, fc_weight)",
        "mul = Mul(linear, x)",
      ],
    ],
  ])("%s", async (_, model, chosen, lines) => {
    const program = await exported(model, chosen);
    expect(textOf(program)).toEqual(lines);
    expect(torch.onnx.ir.print(torch.onnx.ir.parse(String(program)))).toBe(String(program));
    expect((await program.verify()).verdict).toBe("verified");
    program.release();
  });
  test("none unless asked for, and none of a class that the model has not", async () => {
    for (const chosen of [false, [], ["Conv2d"]]) {
      const program = await exported(new Stack(new Layer()), chosen);
      expect(program.model.functions).toEqual([]);
      program.release();
    }
  });
  test("opsets without functions are refused", async () => {
    await expect(exported(new Stack(new Layer()), true, { opset_version: 14 })).rejects.toMatchObject({
      code: "export/functions",
      message: expect.stringContaining("needs opset 15, the target is opset 14"),
    });
  });
});

describe("what functions are given", () => {
  class Spread extends nn.Module {
    forward(x: torch.Tensor, rows: number): torch.Tensor {
      return x.expand(rows, 4).mul(2);
    }
  }
  class Doubled extends nn.Module {
    forward(x: torch.Tensor): unknown {
      return [x, x.mul(2), x.sum(0)];
    }
  }
  class Both extends nn.Module {
    readonly doubled = new Doubled();
    readonly spread = new Spread();
    forward(x: torch.Tensor): unknown {
      const [same, twice, sum] = this.doubled.forward(x) as [torch.Tensor, torch.Tensor, torch.Tensor];
      return { same, twice, spread: this.spread.forward(sum, x.size(0) as number) };
    }
  }
  test("sizes that no operand has; all results that are read; what a module hands through is no result of it", async () => {
    const program = await exported(new Both(), true);
    expect(textOf(program)).toEqual([
      "(x: f32[batch, 4]) -> (x_output, mul, mul_1)",
      "mul, sum = Doubled(x)",
      "v1 = Shape<end=1>(x)",
      "v2 = Squeeze(v1, v0)",
      "mul_1 = Spread(sum, v2)",
      "x_output = Identity(x)",
      "function Doubled(x: f32[batch, 4]) -> (mul, sum)",
      "v0 = Constant<value=i64[1]{0}>()",
      "v1 = Constant<value=f32[]{2}>()",
      "mul = Mul(x, v1)",
      "sum = ReduceSum<keepdims=0>(x, v0)",
      "function Spread(sum: f32[4], batch: i64[]) -> (mul_1)",
      "v0 = Constant<value=f32[]{2}>()",
      "v1 = Constant<value=i64[1]{1}>()",
      "v2 = Constant<value=i64[1]{0}>()",
      "v3 = Unsqueeze(batch, v2)",
      "v4 = Concat<axis=0>(v3, v1)",
      "expand = Expand(sum, v4)",
      "mul_1 = Mul(expand, v0)",
    ]);
    expect((await program.verify()).verdict).toBe("verified");
    program.release();
  });

  class Outer extends nn.Module {
    readonly inner = new Gate();
    forward(x: torch.Tensor, between: (y: torch.Tensor) => torch.Tensor): torch.Tensor {
      return this.inner.forward(between(this.inner.forward(x)));
    }
  }
  class Interleaved extends nn.Module {
    readonly outer = new Outer();
    readonly cut = new Gate();
    forward(x: torch.Tensor): torch.Tensor {
      const halves: torch.Tensor[] = [];
      const whole = this.outer.forward(x, (y) => {
        halves.push(y.exp());
        return y;
      });
      return whole.add(halves[0] as torch.Tensor);
    }
  }
  test("a call of which others read what is inside gives that too", async () => {
    const program = await exported(new Interleaved(), ["Outer"]);
    expect(program.model.functions.map((f) => [f.name, f.graph.inputs.length, f.graph.outputs.length])).toEqual([["Outer", 2, 2]]);
    expect((await program.verify()).verdict).toBe("verified");
    program.release();
  });
  test("weights are applied to initializers, and functions compute with them", async () => {
    const model = new Stack(new Layer(), new Layer());
    const program = await exported(model, true);
    program.apply_weights({ "layers.1.gate.fc.weight": torch.zeros([4, 4]) });
    const [y] = await program.run([torch.ones([2, 4])]);
    expect(y?.abs().sum().item()).toBe(0);
    program.release();
  });
});

describe("invoke_subgraph", () => {
  const origin = (node: string) => ({ node, moduleStack: "", stackTrace: "" });
  const value = (name: string): Value => new Value(name, { kind: "tensor", dtype: "float32", shape: [2, 2] });

  /** `x @ w`, doubled, by one sub-graph that is called twice with different weights. */
  function twice(): ExportedProgram {
    const [x, w, y, z] = ["x", "w", "y", "z"].map(value) as [Value, Value, Value, Value];
    const nodes = [
      new Node("aten::matmul", { self: x, other: w }, [y], origin("matmul")),
      new Node("aten::mul.Scalar", { self: y, other: 2 }, [z], origin("mul")),
    ];
    const body = new Graph("subgraph_0", [x, w], nodes, [z]);
    const [a, v1, v2, b, c] = ["a", "v1", "v2", "b", "c"].map(value) as [Value, Value, Value, Value, Value];
    const call = (node: string, from: Value, weight: Value, to: Value): Node =>
      new Node("higher_order::invoke_subgraph", { 0: body, 1: "subgraph_0", 2: from, 3: weight }, [to], origin(node));
    const graph = new Graph("main", [a, v1, v2], [call("first", a, v1, b), call("second", b, v2, c)], [c]);
    const inputs = [a, v1, v2].map((v) => ({ kind: "user_input" as const, name: v.name, value: v, target: null }));
    const outputs = [{ kind: "user_output" as const, arg: c, target: null }];
    return new ExportedProgram({ graph, signature: new GraphSignature(inputs, outputs), env: new SymEnv(), in_spec: leaf, out_spec: leaf });
  }
  test.each<[string, Chosen, string[]]>([
    [
      "is written out by default",
      false,
      [
        "(a: f32[2, 2], v1: f32[2, 2], v2: f32[2, 2]) -> (z)",
        ...["y = MatMul(a, v1)", "z_1 = Mul(y, v0)", "y_1 = MatMul(z_1, v2)", "z = Mul(y_1, v0)"],
      ],
    ],
    [
      "is a function for all of its calls by option",
      [],
      [
        "(a: f32[2, 2], v1: f32[2, 2], v2: f32[2, 2]) -> (z)",
        "z_1 = torch.ops.higher_order.invoke_subgraph::subgraph_0(a, v1)",
        "z = torch.ops.higher_order.invoke_subgraph::subgraph_0(z_1, v2)",
        "function torch.ops.higher_order.invoke_subgraph::subgraph_0(a: f32[2, 2], v1: f32[2, 2]) -> (z)",
        ...["v0 = Constant<value=f32[]{2}>()", "y = MatMul(a, v1)", "z = Mul(y, v0)"],
      ],
    ],
  ])("%s", async (_, chosen, lines) => {
    const program = await torch.onnx.export(twice(), [], null, { export_modules_as_functions: chosen });
    expect(textOf(program)).toEqual(lines);
    expect((await program.verify()).verdict).toBe("verified");
    program.release();
  });
  test("the witness computes it", async () => {
    const eye = torch.eye(2);
    const [y] = await torch.export.evaluate(twice(), [eye, eye, torch.ones([2, 2])]);
    expect(y).toBeInstanceOf(torch.Tensor);
    expect((y as torch.Tensor).tolist()).toEqual([4, 4, 4, 4]);
  });
});

/** Python's programs, every call of a module a function, in ONNX Runtime. */
test.each([
  ["d_hf_bert", 20],
  ["d_hf_bert", 15],
  ["d_hf_gpt2", 20],
  ["d_hf_llama_kvcache", 23],
  ["d_hf_vit", 18],
  ["d_timm_resnet", 20],
])("%s at opset %i", async (name, opset_version) => {
  const captured = await torch.export.load(join(import.meta.dirname, `../fixtures/models/${name}.pt2`));
  const program = await torch.onnx.export(captured, [], null, { opset_version, export_modules_as_functions: true });
  expect(program.model.functions.length).toBeGreaterThan(0);
  expect((await program.verify()).verdict).toBe("verified");
  const bytes = torch.onnx.ir.to_bytes(spell(program.model, program.target));
  const again = torch.onnx.ir.load(bytes);
  torch.onnx.ir.check_model(again);
  expect(torch.onnx.ir.to_bytes(again)).toEqual(bytes);
  program.release();
});
test("the domain is the Python module of the class; layers of a model share their function", async () => {
  const captured = await torch.export.load(join(import.meta.dirname, "../fixtures/models/d_hf_bert.pt2"));
  const program = await torch.onnx.export(captured, [], null, { export_modules_as_functions: ["BertLayer"] });
  expect(program.model.functions.map((f) => [f.domain, f.name])).toEqual([["transformers.models.bert.modeling_bert", "BertLayer"]]);
  expect([...program.model.graph.nodes()].filter((n) => n.op === "BertLayer").length).toBe(2);
  program.release();
});
