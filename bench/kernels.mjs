#!/usr/bin/env node
// node bench/kernels.mjs [--python PATH] [--only REGEX] [--rounds N]: kernels of the core beside PyTorch's on one thread and beside
// memory.copy, by turns in one run; and the core on two threads, each with an instance of its own and half of the rows.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { scoped } from "../dist/core/strided.js";
import { rows } from "./kernel-rows.mjs";
import { median, pythonWith } from "./whole-process.mjs";

/** How long a sample is to last, so that the clock and the messages do not count. */
const sampleSeconds = 0.006;
/** How long a row runs before it is measured. */
const warmSeconds = 0.1;

/** Seconds of processor time per call: what other processes do on the machine counts as little as can be. */
function timed(call, calls) {
  const start = process.cpuUsage();
  for (let i = 0; i < calls; i++) scoped(call, () => []);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6 / calls;
}

/** Calls until V8 has compiled all of it for speed, and says how long one takes then. */
function warm(call) {
  let seconds = 0;
  for (let spent = 0, calls = 1; spent < warmSeconds; calls = Math.max(1, Math.round(warmSeconds / 16 / seconds))) {
    seconds = timed(call, calls);
    spent += seconds * calls;
  }
  return seconds;
}

/** PyTorch in a process that lives as long as the table is made: `seconds(name, calls)` is the time of a call there. */
function torchProcess(python) {
  const child = spawn(python, [fileURLToPath(new URL("kernels_with_torch.py", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async seconds(name, calls) {
      child.stdin.write(`${name}\t${calls}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`kernels_with_torch.py ended at ${name}`);
      return Number(value);
    },
    end: () => child.stdin.end(),
  };
}

/** Two threads with half of a row each: `seconds(calls)` is the time from asking both until both have answered, per call. */
async function twoThreads(name, calls) {
  const workers = [0, 1].map(() => new Worker(new URL("kernel-worker.mjs", import.meta.url), { workerData: name }));
  const both = async (calls) => {
    const answers = workers.map((w) => once(w, "message"));
    for (const w of workers) w.postMessage(calls);
    await Promise.all(answers);
  };
  await both(Math.ceil((calls * warmSeconds) / sampleSeconds));
  return {
    async seconds(calls) {
      const start = performance.now();
      await both(calls);
      return (performance.now() - start) / 1000 / calls;
    },
    end: () => Promise.all(workers.map((w) => w.terminate())),
  };
}

async function measured(row, torch, rounds) {
  const call = row.make(1);
  const calls = Math.max(1, Math.round(sampleSeconds / warm(call)));
  const threads = await twoThreads(row.name, calls);
  const samples = { core: [], torch: [], two: [] };
  for (let i = 0; i < rounds; i++) {
    samples.core.push(timed(call, calls));
    if (torch !== null) samples.torch.push(await torch.seconds(row.name, calls));
    samples.two.push(await threads.seconds(calls));
  }
  await threads.end();
  return samples;
}

/** As core / torch, of the fastest samples: what a busy machine disturbs least. */
const ratioAtBest = ({ core, torch }) => (Math.min(...torch) / Math.min(...core)).toFixed(2);

/** Rows of the table, in GB/s read and written or GF/s; ratios are of throughput. */
export async function kernels(python, { rounds = 11, only = /./ } = {}) {
  const torch = python === null ? null : torchProcess(python);
  const table = [];
  const copies = {};
  for (const row of rows.filter(({ name }) => only.test(name) || name.startsWith("memcpy"))) {
    const samples = await measured(row, torch, rounds);
    const [core, other, two] = [samples.core, samples.torch, samples.two].map(median);
    const speed = (seconds) => (row.bytes ?? row.flops) / seconds / 1e9;
    const size = row.bytes > 2 ** 23 ? "big" : "small";
    if (row.name.startsWith("memcpy")) copies[size] = speed(core);
    table.push({
      kernel: row.name,
      unit: row.bytes ? "GB/s" : "GF/s",
      core: speed(core).toFixed(1),
      ...(torch === null
        ? {}
        : { torch: speed(other).toFixed(1), "core / torch": (other / core).toFixed(2), "at best": ratioAtBest(samples) }),
      ...(row.bytes ? { "core / memcpy": (speed(core) / copies[size]).toFixed(2) } : {}),
      "two threads": speed(two).toFixed(1),
      "two / one": (core / two).toFixed(2),
    });
  }
  torch?.end();
  return table;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { python: { type: "string" }, only: { type: "string", default: "." }, rounds: { type: "string", default: "11" } },
  });
  const python = pythonWith("torch", values.python);
  if (python === null) console.log(`No column of PyTorch: ${values.python ?? "python3"} cannot import torch; give one with --python PATH.`);
  console.table(await kernels(python, { rounds: Number(values.rounds), only: new RegExp(values.only) }));
}
