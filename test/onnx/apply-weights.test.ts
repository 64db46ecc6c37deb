//! program.apply_weights: what the optimizer made of a weight follows the weight.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as torch from "../../src/index.ts";

const { nn } = torch;
class Net extends nn.Module {
  fc = new nn.Linear(4, 3);
  norm = new nn.LayerNorm(3);
  forward(x: torch.Tensor) {
    return this.norm.forward(this.fc.forward(x));
  }
}
const x = () => torch.rand([2, 5, 4]);

describe("a fake model", () => {
  let program: torch.onnx.ONNXProgram;
  const real = new Net();
  beforeAll(async () => {
    const model = torch.onnx.enable_fake_mode(() => new Net());
    const input = torch.onnx.enable_fake_mode(() => torch.rand([2, 5, 4]));
    program = await torch.onnx.export(model, [input]);
  });
  afterAll(() => program.release());

  test("is not saved with weights that it does not have", async () => {
    await expect(program.save("/tmp/never.onnx")).rejects.toThrow(/apply_weights/);
  });
  test("refuses what does not fit, naming each", () => {
    const bad = { "fc.weight": torch.zeros([3, 3]), "head.weight": torch.zeros([1]) };
    expect(() => program.apply_weights(bad)).toThrow(/fc\.weight is float32\[3,3\][\s\S]*head\.weight is no weight/);
  });
  test("keeps nothing of a state dict that it refuses", async () => {
    expect(() => program.apply_weights({ ...new Net().state_dict(), "head.weight": torch.zeros([1]) })).toThrow(
      /head\.weight is no weight/,
    );
  });
  test("computes with the weights that it is given, transposed ones too", async () => {
    program.apply_weights(real.state_dict());
    const input = x();
    const result = await program.verify({ inputs: [input], expected: [real.forward(input)] });
    expect(result.reason).toBeNull();
  });
  test("may be given others", async () => {
    const other = new Net();
    program.apply_weights(other.state_dict());
    const input = x();
    expect((await program.verify({ inputs: [input], expected: [other.forward(input)] })).reason).toBeNull();
  });
});

class Folded extends nn.Module {
  conv = new nn.Conv2d(1, 2, 3);
  norm = new nn.BatchNorm2d(2);
  forward(input: torch.Tensor) {
    return this.norm.forward(this.conv.forward(input));
  }
}

describe("weights that were computed with are refused", () => {
  test.each(["export", "optimize()"])("by %s", async (by) => {
    const options = { optimize: by === "export" };
    const program = await torch.onnx.export(new Folded().eval(), [torch.rand([1, 1, 5, 5])], null, options);
    if (by === "optimize()") program.optimize();
    expect(() => program.apply_weights(new Folded().state_dict())).toThrow(/norm\.weight was computed with/);
  });
});
