#!/usr/bin/env node
// The main job of `npm start`: a model written in TypeScript and programs saved by PyTorch, converted and verified.
// Files land in out/. Ends in a table; the exit code is 0 when every row is verified.
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as torch from "torch-onnx";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "out");
mkdirSync(out, { recursive: true });
const rows = [];

const sizeOf = (path) => [path, `${path}.data`].reduce((n, p) => n + (statSync(p, { throwIfNoEntry: false })?.size ?? 0), 0);
const largest = (outputs) => Math.max(...outputs.map((o) => o.max_abs_diff));
function report(model, program, path, ms, verification) {
  rows.push({
    model,
    nodes: program.model.graph.size,
    "file size": `${(sizeOf(path) / 1024).toFixed(0)} KB`,
    "export ms": ms.toFixed(0),
    "largest difference": verification.outputs.length ? largest(verification.outputs).toExponential(1) : "-",
    witness: verification.witness,
    verdict: verification.verdict,
  });
  if (verification.reason !== null) console.error(`${model}: ${verification.reason}`);
}

/** 1: examples/my_model.ts as its user runs it, then verified against what the core's kernels compute eagerly. */
async function typescriptModel() {
  process.chdir(out);
  const start = performance.now();
  const { input_tensor, model, onnx_program } = await import(new URL("../build/examples/my_model.js", import.meta.url).href);
  const ms = performance.now() - start;
  const verification = await onnx_program.verify({ inputs: [input_tensor], expected: [model.forward(input_tensor)] });
  report("examples/my_model.ts", onnx_program, "my_model.onnx", ms, { ...verification, witness: "eager result" });
  onnx_program.release();
}

/** Recorded tensors of a fixture. */
const pick = (tensors, entries) => entries.filter((x) => x.kind === "tensor").map((x) => tensors[x.key]);

/** 2: programs that PyTorch saved, against the outputs that PyTorch recorded, at every recorded size. */
async function savedPrograms() {
  const folder = join(root, "test/fixtures");
  const cases = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  for (const c of cases.filter(({ id }) => mainModels.has(id))) {
    const path = join(out, `${c.id}.onnx`);
    const start = performance.now();
    const program = await torch.onnx.export(await torch.export.load(join(folder, c.pt2)), [], path, { dynamo: true });
    const ms = performance.now() - start;
    const tensors = torch.safetensors.load_file(join(folder, c.io));
    for (const set of c.sets) {
      const verification = await program.verify({ inputs: pick(tensors, set.inputs), expected: pick(tensors, set.outputs) });
      report(`${mainModels.get(c.id)} (${set.label})`, program, path, ms, verification);
    }
    program.release();
  }
}
const mainModels = new Map([
  ["d_hf_bert", "BERT"],
  ["d_hf_gpt2", "GPT-2"],
  ["d_hf_llama_kvcache", "Llama with KV cache"],
  ["d_hf_qwen2", "Qwen 2"],
  ["d_hf_vit", "ViT"],
  ["d_timm_resnet", "ResNet"],
  ["d_hf_whisper_encoder", "Whisper encoder"],
]);

await typescriptModel();
await savedPrograms();
console.table(rows);
process.exitCode = rows.every((r) => r.verdict === "verified") ? 0 : 1;
