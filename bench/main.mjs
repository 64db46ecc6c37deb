#!/usr/bin/env node
// npm run bench -- [--only NAME] [--python PATH] [--pt2 FILE] [--ops DIR] [--models FOLDER] [--runs N]: kernels, graph, initializers, conversion, ops,
// runtime and process, one after the other, as quick as their figures allow (about five minutes); each alone, and with more rounds, by its own script or `--only`.
// A big program for `process` comes from `python bench/make_bert.py FILE`. docs/benchmarks.md holds measured figures.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { conversions } from "./conversion.mjs";
import { oneOps } from "./one-op.mjs";
import { runtimes } from "./runtime.mjs";
import { pythonWith, wholeProcess } from "./whole-process.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const fixtures = here("../test/fixtures");

/** Runs a bench that prints its own tables. */
function script(name, args) {
  const python = values.python === undefined ? [] : ["--python", values.python];
  const { status, error } = spawnSync(process.execPath, [here(name), ...args, ...python], { stdio: "inherit" });
  if (error || status !== 0) throw new Error(`bench/${name}: ${error?.message ?? `exit code ${status}`}`);
}

/** The program that is exported: the one given, or a fixture. */
function program() {
  if (values.pt2 !== undefined) return values.pt2;
  console.log("No --pt2 FILE: a committed fixture of 0.2 MB stands in; make a big one with `python bench/make_bert.py bert_base.pt2`.");
  return `${fixtures}/models/d_hf_bert.pt2`;
}

const benches = {
  kernels: { title: "Kernels of the core, PyTorch and memory.copy by turns", run: () => script("kernels.mjs", ["--rounds", "5"]) },
  graph: {
    title: "Shape inference and folding of graphs, from file to file",
    run: () => script("graph.mjs", ["--runs", "1", "--largest", "250000"]),
  },
  initializers: { title: "Weights from file to file", run: () => script("initializers.mjs", ["--mib", "256", "--rounds", "3"]) },
  conversion: { title: "Warm, in process: load + export, nothing written", run: async () => console.table(await conversions(fixtures)) },
  ops: {
    title: "Warm, in process: load + export of programs of one op each, nothing written",
    async run() {
      if (!existsSync(values.ops)) return console.log(`No programs at ${values.ops}: give a folder of .pt2 files with --ops DIR.`);
      console.table(await oneOps(values.ops));
    },
  },
  runtime: {
    title: "ONNX Runtime on our files and on PyTorch's, by turns",
    async run() {
      if (values.models === undefined)
        console.log("No --models FOLDER: make one with `python bench/make_runtime_models.py FOLDER` (torch, onnxscript, transformers).");
      else console.table(await runtimes(values.models, { rounds: 15, threads: 2 }));
    },
  },
  process: {
    title: "Whole process, from a program to its ONNX file",
    run() {
      const python = pythonWith("torch, onnxscript", values.python);
      if (python === null)
        console.log(`No PyTorch: ${values.python ?? "python3"} cannot import torch and onnxscript; give one with --python PATH.`);
      console.table(wholeProcess({ pt2: program(), python, runs: Number(values.runs) }));
    },
  },
};

const { values } = parseArgs({
  options: {
    models: { type: "string" },
    only: { type: "string" },
    pt2: { type: "string" },
    python: { type: "string" },
    ops: { type: "string", default: here("../../shared/conformance/ops") },
    runs: { type: "string", default: "5" },
  },
});
if (values.only !== undefined && !Object.hasOwn(benches, values.only)) {
  console.error(`--only ${values.only}: no such bench; there are ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
if (values.pt2 !== undefined && !existsSync(values.pt2)) {
  console.error(`--pt2 ${values.pt2}: no such file; make one with \`python bench/make_bert.py ${values.pt2}\``);
  process.exit(2);
}

const load = () => loadavg()[0].toFixed(1);
const [cpu] = cpus();
console.log(
  `${cpus().length} x ${cpu?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${release()}, Node ${process.version}, load ${load()}`,
);
for (const [name, { title, run }] of Object.entries(benches)) {
  if (values.only !== undefined && values.only !== name) continue;
  const start = performance.now();
  console.log(`\n${name}: ${title}, load ${load()}`);
  await run();
  console.log(`${name} took ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
