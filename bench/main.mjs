#!/usr/bin/env node
// npm run bench -- [--pt2 FILE] [--python PATH] [--runs N]: this exporter beside PyTorch's and beside `cp`, all in one run.
// A big program comes from `python bench/make_bert.py FILE`. docs/benchmarks.md holds measured figures.
import { existsSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { conversions } from "./conversion.mjs";
import { kernels } from "./kernels.mjs";
import { pythonWith, wholeProcess } from "./whole-process.mjs";

const { values } = parseArgs({ options: { pt2: { type: "string" }, python: { type: "string" }, runs: { type: "string", default: "7" } } });
const fixtures = fileURLToPath(new URL("../test/fixtures", import.meta.url));
const load = () => loadavg()[0].toFixed(1);

const [cpu] = cpus();
console.log(
  `${cpus().length} x ${cpu?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${release()}, Node ${process.version}, load ${load()}`,
);

let { pt2 } = values;
if (pt2 === undefined) {
  console.log("No --pt2 FILE: a committed fixture of 0.2 MB stands in; make a big one with `python bench/make_bert.py bert_base.pt2`.");
  pt2 = `${fixtures}/models/d_hf_bert.pt2`;
} else if (!existsSync(pt2)) {
  console.error(`--pt2 ${pt2}: no such file; make one with \`python bench/make_bert.py ${pt2}\``);
  process.exit(2);
}
const python = pythonWith("torch, onnxscript", values.python);
if (python === null)
  console.log(`No PyTorch: ${values.python ?? "python3"} cannot import torch and onnxscript; give one with --python PATH.`);

console.log(`\nWhole process, export of ${pt2} (medians of ${values.runs}; Python at most 3), load ${load()}`);
console.table(wholeProcess({ pt2, python, runs: Number(values.runs) }));
console.log(`\nWarm, in process: load + export, nothing written, load ${load()}`);
console.table(await conversions(fixtures));
console.log(`\nKernels of the core, PyTorch on one thread and memory.copy by turns, load ${load()}`);
console.table(await kernels(pythonWith("torch", values.python)));
console.log(`load at the end ${load()}`);
