#!/usr/bin/env node
// node bench/runtime.mjs FOLDER [--only NAME] [--rounds N] [--threads N]: ONNX Runtime on the file that torch-onnx makes of NAME.pt2 and on
// PyTorch's own, NAME.torch.onnx, by turns in one process; `python bench/make_runtime_models.py FOLDER` makes both.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as ort from "onnxruntime-node";
import * as torch from "../dist/index.js";

/** Tokens of each of two sequences, by model; the others get one image. */
const lengths = { "bert-base": 128, gpt2: 128, "llama-1b": 16 };

function inputs(name) {
  if (!(name in lengths)) {
    const data = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i));
    return { pixel_values: new ort.Tensor("float32", data, [1, 3, 224, 224]) };
  }
  const dims = [2, lengths[name]];
  const ids = BigInt64Array.from({ length: dims[0] * dims[1] }, (_, i) => BigInt((i * 7) % 1000));
  const ones = new BigInt64Array(ids.length).fill(1n);
  return { input_ids: new ort.Tensor("int64", ids, dims), attention_mask: new ort.Tensor("int64", ones, dims) };
}

/** Feeds `session` its inputs in their order, whatever they are called. */
function feeds(session, given) {
  const values = Object.values(given);
  return Object.fromEntries(session.inputNames.map((name, i) => [name, values[i]]));
}

async function timed(session, given) {
  const start = performance.now();
  const results = await session.run(given);
  return { ms: performance.now() - start, results };
}

const median = (xs) => xs.toSorted((a, b) => a - b)[xs.length >> 1];

function worst(a, b) {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]) / (1 + Math.abs(b[i])));
  return most;
}

async function compare(folder, name, { rounds, threads }) {
  const scratch = mkdtempSync(join(folder, "ours-"));
  const file = join(scratch, `${name}.onnx`);
  try {
    await torch.onnx.export(await torch.export.load(join(folder, `${name}.pt2`)), [], file, { verbose: false });
    const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 };
    const sessions = [];
    for (const path of [file, join(folder, `${name}.torch.onnx`)]) sessions.push(await ort.InferenceSession.create(path, options));
    const given = sessions.map((s) => feeds(s, inputs(name)));
    const warm = [await timed(sessions[0], given[0]), await timed(sessions[1], given[1])];
    const [mine, theirs] = warm.map(({ results }) => Object.values(results)[0].data);
    const times = [[], []];
    for (let r = 0; r < rounds; r++) {
      for (const i of r % 2 === 0 ? [0, 1] : [1, 0]) times[i].push((await timed(sessions[i], given[i])).ms);
    }
    for (const s of sessions) await s.release();
    const [ours, pytorch] = times.map(median);
    const ratio = median(times[0].map((t, r) => t / times[1][r]));
    const of = (ms) => Number(ms.toFixed(1));
    return {
      model: name,
      "ours ms": of(ours),
      "PyTorch ms": of(pytorch),
      ratio: Number(ratio.toFixed(3)),
      "largest difference": worst(mine, theirs),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Rows of a table; throws where `folder` has no model. */
export async function runtimes(folder, { only, rounds, threads }) {
  const names = readdirSync(folder)
    .filter((f) => f.endsWith(".pt2") && existsSync(join(folder, f.replace(/\.pt2$/, ".torch.onnx"))))
    .map((f) => f.replace(/\.pt2$/, ""))
    .filter((name) => only === undefined || name === only);
  if (names.length === 0)
    throw new Error(`${folder}: no NAME.pt2 with its NAME.torch.onnx; make them with \`python bench/make_runtime_models.py ${folder}\``);
  const rows = [];
  for (const name of names) rows.push(await compare(folder, name, { rounds, threads }));
  return rows;
}

if (process.argv[1] === import.meta.filename) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: "string" }, rounds: { type: "string", default: "15" }, threads: { type: "string", default: "2" } },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error("usage: node bench/runtime.mjs FOLDER [--only NAME] [--rounds N] [--threads N]");
    process.exit(2);
  }
  console.table(await runtimes(folder, { only: values.only, rounds: Number(values.rounds), threads: Number(values.threads) }));
}
