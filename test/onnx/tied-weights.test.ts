//! Weights of several names: one tensor in the file, all names in its metadata, each of them known to apply_weights.
import { join } from "node:path";
import { expect, test } from "vitest";
import * as torch from "../../src/index.ts";

const { nn } = torch;
const aliases = "pkg.torch.onnx.aliases";

class Tied extends nn.Module {
  emb = new nn.Embedding(10, 4);
  head = new nn.Linear(4, 10, { bias: false });
  unused = new nn.Linear(2, 2);
  constructor() {
    super();
    this.head.weight = this.emb.weight;
  }
  forward(ids: torch.Tensor) {
    return this.head.forward(this.emb.forward(ids));
  }
}
const named = (program: torch.onnx.ONNXProgram) => [...program.model.graph.initializers].filter((v) => v.metadata.has(aliases));

test.each([
  ["its first name", ["emb.weight"]],
  ["its other name", ["head.weight"]],
  ["the whole state dict", null],
])("a model of this library: by %s", async (_, keys) => {
  const ids = torch.tensor([1, 2, 3]);
  const program = await torch.onnx.export(new Tied(), [ids]);
  expect(named(program).map((v) => [v.name, v.metadata.get(aliases)])).toEqual([["emb.weight", "head.weight"]]);
  const other = new Tied();
  const state = Object.entries(other.state_dict()).filter(([name]) => keys === null || keys.includes(name));
  program.apply_weights(Object.fromEntries(state));
  expect((await program.verify({ inputs: [ids], expected: [other.forward(ids)] })).reason).toBeNull();
  program.release();
});

test("of names that are given different tensors, the last one holds", async () => {
  const ids = torch.tensor([1, 2, 3]);
  const program = await torch.onnx.export(new Tied(), [ids]);
  const [first, last] = [new Tied(), new Tied()];
  program.apply_weights({ "emb.weight": first.emb.weight, "head.weight": last.head.weight });
  expect((await program.verify({ inputs: [ids], expected: [last.forward(ids)] })).reason).toBeNull();
  program.release();
});

test("a saved program: views of parts of a storage are tensors of their own", async () => {
  const program = await torch.export.load(join(import.meta.dirname, "../fixtures/models/d_tied_strided.pt2"));
  expect([...program.aliases]).toEqual(["emb.weight", "head.weight"].map((name) => [name, ["emb.weight", "head.weight"]]));
  const onnx = await torch.onnx.export(program, []);
  const [tied, more] = named(onnx);
  expect(more).toBeUndefined();
  expect([tied?.name, tied?.metadata.get(aliases)].sort()).toEqual(["emb.weight", "head.weight"]);
  onnx.release();
});
