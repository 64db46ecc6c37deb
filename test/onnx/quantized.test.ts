//! Quantized weights: how they are read at each opset, what of them is in the file, and that the file computes what the program does.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import * as torch from "../../src/index.ts";

const { nn } = torch;
type Dequantize = (...args: unknown[]) => torch.Tensor;
const dequantizeAffine = torch.ops.torchao?.dequantize_affine as Dequantize;
const dequantizeFloat8 = torch.ops.torchao?.dequantize_affine_float8_non_decomposed as Dequantize;
const tmp = mkdtempSync(join(tmpdir(), "torch-onnx-quantized-"));
afterAll(() => rmSync(tmp, { recursive: true, force: true }));

interface Stored {
  readonly dtype: "int8" | "uint8";
  readonly block: readonly [number, number];
  readonly bounds: readonly [number, number];
  readonly zero?: false;
  readonly output?: "bfloat16";
}
const features = 64;
const rows = 8;

/** A linear layer of 64 features to 8 rows, its weight as torchao stores it. */
class Quantized extends nn.Module {
  readonly weight: Stored;
  declare q: torch.Tensor;
  declare scale: torch.Tensor;
  declare zero: torch.Tensor | null;
  constructor(weight: Stored) {
    super();
    this.weight = weight;
    const [low, high] = weight.bounds;
    const blocks = [rows / weight.block[0], features / weight.block[1]];
    this.register_buffer("q", torch.randint(low, high + 1, [rows, features], { dtype: weight.dtype }));
    this.register_buffer("scale", torch.rand(blocks));
    this.register_buffer("zero", weight.zero === false ? null : torch.randint(low, high + 1, blocks, { dtype: weight.dtype }));
  }
  forward(x: torch.Tensor) {
    const { dtype, block, bounds, output = "float32" } = this.weight;
    const w = dequantizeAffine(this.q, [...block], this.scale, this.zero, dtype, ...bounds, output);
    return torch.matmul(x, w.t().to("float32"));
  }
}

const byte = [-128, 127] as const;
const nibble = [-8, 7] as const;
test.each<[name: string, opset: number, weight: Stored, read: RegExp]>([
  ["one scale", 20, { dtype: "int8", block: [rows, features], bounds: byte }, /= DequantizeLinear\(q, scale\.reshaped, /],
  ["a scale for each row", 20, { dtype: "int8", block: [1, features], bounds: byte }, /DequantizeLinear<axis=0>\(q, scale\.reshaped, /],
  [
    "a scale for each column",
    20,
    { dtype: "uint8", block: [rows, 1], bounds: [0, 255] },
    /DequantizeLinear(<axis=1>)?\(q, scale\.reshaped, /,
  ],
  [
    "no zero point",
    20,
    { dtype: "int8", block: [1, features], bounds: byte, zero: false },
    /DequantizeLinear<axis=0>\(q, scale\.reshaped\)/,
  ],
  ["blocks", 21, { dtype: "int8", block: [1, 16], bounds: byte }, /DequantizeLinear<block_size=16>\(q, scale, zero\)/],
  [
    "blocks down the columns",
    21,
    { dtype: "int8", block: [4, 1], bounds: byte },
    /DequantizeLinear<axis=0, block_size=4>\(q, scale, zero\)/,
  ],
  ["blocks before there were any", 20, { dtype: "int8", block: [1, 16], bounds: byte }, /Cast<to=1>\(q/],
  ["blocks over two dims", 21, { dtype: "int8", block: [2, 16], bounds: byte }, /Cast<to=1>\(q/],
  [
    "four bits",
    21,
    { dtype: "int8", block: [1, 16], bounds: nibble },
    /zero\.i4 = i4\[8, 4\][\s\S]*<block_size=16>\(q\.i4, scale, zero\.i4\)/,
  ],
  ["four bits unsigned", 21, { dtype: "uint8", block: [1, features], bounds: [0, 15] }, /q\.u4 = u4\[8, 64\][\s\S]*<axis=0>\(q\.u4/],
  ["four bits before there were any", 20, { dtype: "int8", block: [1, features], bounds: nibble }, /q = i8\[8, 64\][\s\S]*<axis=0>\(q, /],
  ["three bits in four", 23, { dtype: "int8", block: [1, 16], bounds: [-4, 3] }, /q\.i4 = i4\[8, 64\]/],
  ["two bits", 25, { dtype: "int8", block: [1, 16], bounds: [-2, 1] }, /q\.i2 = i2\[8, 64\][\s\S]*<block_size=16>\(q\.i2/],
  [
    "into bfloat16",
    20,
    { dtype: "int8", block: [1, features], bounds: byte, output: "bfloat16" },
    /DequantizeLinear<axis=0>\(q, [\s\S]*Cast<to=16>/,
  ],
])("%s at opset %i", async (_, opset_version, weight, read) => {
  torch.manual_seed(0);
  const program = await torch.onnx.export(new Quantized(weight), [torch.rand([2, 3, features])], null, { opset_version });
  expect(String(program)).toMatch(read);
  const result = await program.verify();
  expect([result.verdict, result.reason]).toEqual(["verified", null]);
  program.release();
});

test("packed weights take the bytes that they need, and follow apply_weights", async () => {
  const weight: Stored = { dtype: "int8", block: [1, 16], bounds: nibble, zero: false };
  const [x, other] = [torch.rand([2, 3, features]), new Quantized(weight)];
  const sizes = [];
  for (const bounds of [byte, nibble]) {
    const program = await torch.onnx.export(new Quantized({ ...weight, bounds }), [x], null, { opset_version: 21 });
    await program.save(join(tmp, "model.onnx"));
    sizes.push(statSync(join(tmp, "model.onnx")).size);
    program.apply_weights(other.state_dict());
    expect((await program.verify({ inputs: [x], expected: [other.forward(x)] })).reason).toBeNull();
    program.release();
  }
  expect((sizes[0] as number) - (sizes[1] as number)).toBeGreaterThanOrEqual((rows * features) / 2);
});

class Float8 extends nn.Module {
  constructor() {
    super();
    this.register_buffer("q", torch.rand([rows, features]).to("float8_e4m3fn"));
    this.register_buffer("scale", torch.rand([rows, 1]));
  }
  declare q: torch.Tensor;
  declare scale: torch.Tensor;
  forward(x: torch.Tensor) {
    const w = dequantizeFloat8(this.q, this.scale, "float32");
    return torch.matmul(x, w.t());
  }
}
test("float8 weights are read with their scales", async () => {
  const program = await torch.onnx.export(new Float8(), [torch.rand([2, features])], null, { opset_version: 20 });
  expect(String(program)).toMatch(/q = f8e4m3fn\[8, 64\][\s\S]*DequantizeLinear<axis=0>\(q, scale\.reshaped\)/);
  expect((await program.verify()).reason).toBeNull();
  program.release();
});
test("float8 weights are not widened for an opset that has none", async () => {
  const program = await torch.onnx.export(new Float8(), [torch.rand([2, features])], null, { opset_version: 18 });
  await expect(program.save(join(tmp, "float8.onnx"))).rejects.toThrow(
    /spell\/unsupported.*Cast takes no float8_e4m3fn as input in opset 18/,
  );
});

class Halves extends nn.Module {
  q = new nn.Parameter(torch.rand([64, 64]).to("bfloat16"));
  bias = new nn.Parameter(torch.rand([64]).to("bfloat16"));
  forward(x: torch.Tensor) {
    return torch.add(torch.matmul(x.to("bfloat16"), this.q), this.bias).to("float32");
  }
}
test.each([
  ["onnxruntime", /q = bf16\[64, 64\][\s\S]*Cast<to=1>\(q\)/],
  ["onnx", /bias = bf16\[64\][\s\S]*MatMul\(to, q\)/],
])("bfloat16 weights stay bfloat16 in the file for %s", async (target, read) => {
  const program = await torch.onnx.export(new Halves(), [torch.rand([2, 64])], null, { target, optimize: false });
  expect(String(program)).toMatch(read);
  if (target === "onnxruntime") {
    const other = new Halves();
    program.apply_weights(other.state_dict());
    const x = torch.rand([2, 64]);
    expect((await program.verify({ inputs: [x], expected: [other.forward(x)] })).reason).toBeNull();
  }
  program.release();
});
