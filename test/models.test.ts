//! Programs that PyTorch saved, through the whole pipeline, against the outputs that PyTorch recorded, at every recorded size.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import * as torch from "../src/index.ts";

interface Entry {
  readonly kind: string;
  readonly key: string;
}
interface Case {
  readonly id: string;
  readonly pt2: string;
  readonly io: string;
  readonly sets: readonly { readonly label: string; readonly inputs: readonly Entry[]; readonly outputs: readonly Entry[] }[];
}
const fixtures = join(import.meta.dirname, "fixtures");
const cases = JSON.parse(readFileSync(join(fixtures, "manifest.json"), "utf8")) as Case[];
const tmp = mkdtempSync(join(tmpdir(), "torch-onnx-test-"));
afterAll(() => rmSync(tmp, { recursive: true, force: true }));

const values = (tensors: Readonly<Record<string, torch.Tensor>>, entries: readonly Entry[]): (torch.Tensor | number)[] =>
  entries.filter((e) => e.key !== undefined && e.key !== null).map((e) => tensors[e.key] as torch.Tensor);

async function agrees(c: Case, options: Parameters<typeof torch.onnx.export>[3]): Promise<void> {
  const ep = await torch.export.load(join(fixtures, c.pt2));
  const program = await torch.onnx.export(ep, [], null, options);
  const tensors = torch.safetensors.load_file(join(fixtures, c.io));
  const names = new Set(program.model.graph.inputs.map((v) => v.name));
  for (const set of c.sets) {
    const inputs = values(
      tensors,
      set.inputs.filter((e) => names.has((e as unknown as { name: string }).name)),
    );
    const result = await program.verify({ inputs, expected: values(tensors, set.outputs) as torch.Tensor[] });
    expect(`${set.label}: ${result.verdict} ${result.reason ?? ""}`).toBe(`${set.label}: verified `);
  }
  program.release();
}

describe("as PyTorch computed", () => {
  test.each(cases.map((c) => [c.id, c] as const))("%s", (_, c) => agrees(c, {}));
});

describe("other opsets", () => {
  const proof = cases.filter((c) => c.id === "d_hf_bert" || c.id === "d_timm_resnet");
  test.each(proof.flatMap((c) => [13, 18, 21, 23].map((opset) => [c.id, opset, c] as const)))("%s at opset %i", (_, opset_version, c) =>
    agrees(c, { opset_version }),
  );
});

describe("without the optimizer", () => {
  test.each(cases.filter((c) => c.id === "d_hf_gpt2").map((c) => [c.id, c] as const))("%s", (_, c) => agrees(c, { optimize: false }));
});

test("the witness agrees with PyTorch", async () => {
  for (const c of cases.filter((x) => /bert|resnet|whisper|literals/.test(x.id))) {
    const ep = await torch.export.load(join(fixtures, c.pt2));
    const program = await torch.onnx.export(ep, [], null);
    const result = await program.verify();
    expect(`${c.id}: ${result.verdict} ${result.reason ?? ""}`).toBe(`${c.id}: verified `);
    expect(result.witness).toBe("captured program");
    program.release();
  }
});

test("same input, same bytes, from two folders", async () => {
  const digest = async (folder: string): Promise<string> => {
    const path = join(tmp, folder);
    mkdirSync(path);
    const ep = await torch.export.load(join(fixtures, "models/d_hf_gpt2.pt2"));
    await torch.onnx.export(ep, [], join(path, "model.onnx"));
    const hash = createHash("sha256");
    for (const f of ["model.onnx", "model.onnx.data"]) hash.update(readFileSync(join(path, f)));
    return hash.digest("hex");
  };
  expect(await digest("a")).toBe(await digest("b"));
});
