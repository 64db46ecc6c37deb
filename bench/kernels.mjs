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

/** Seconds per call: of the processor, which other work on the machine disturbs little, and of the clock on the wall. */
function timed(call, calls) {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  for (let i = 0; i < calls; i++) scoped(call, () => []);
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / 1e6 / calls, wall: (performance.now() - wall) / 1e3 / calls };
}

/** Calls until V8 has compiled all of it for speed, and says how long one takes then. */
function warm(call) {
  let seconds = 0;
  for (let spent = 0, calls = 1; spent < warmSeconds; calls = Math.max(1, Math.round(warmSeconds / 16 / seconds))) {
    seconds = timed(call, calls).cpu;
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
  const samples = { core: [], wall: [], torch: [], two: [] };
  for (let i = 0; i < rounds; i++) {
    const { cpu, wall } = timed(call, calls);
    samples.core.push(cpu);
    samples.wall.push(wall);
    if (torch !== null) samples.torch.push(await torch.seconds(row.name, calls));
    samples.two.push(await threads.seconds(calls));
  }
  await threads.end();
  return samples;
}

/** As core / torch, of the fastest samples: what a busy machine disturbs least. */
const ratioAtBest = ({ core, torch }) => (Math.min(...torch) / Math.min(...core)).toFixed(2);

const legend = (
  rounds,
) => `GB/s read and written, or GF/s. core, torch: one thread, median of ${rounds} samples by turns, in processor time.
core / torch: of throughput; at best: of the fastest samples. core / memcpy: memory.copy of 64 MB (big) or 256 KB (small).
two threads: a core each and half of the rows each; two / one: in time on the wall, which other work on the machine disturbs.`;

/** The table; says what the columns are, and what is missing without a Python that has PyTorch. */
export async function kernels(given, { rounds = 11, only = /./ } = {}) {
  const python = pythonWith("torch", given);
  if (python === null) console.log(`No column of PyTorch: ${given ?? "python3"} cannot import torch; give one with --python PATH.`);
  console.log(legend(rounds));
  const torch = python === null ? null : torchProcess(python);
  const table = [];
  const copies = {};
  for (const row of rows.filter(({ name }) => only.test(name) || name.startsWith("memcpy"))) {
    const samples = await measured(row, torch, rounds);
    const size = row.bytes > 2 ** 23 ? "big" : "small";
    if (row.name.startsWith("memcpy")) copies[size] = median(samples.core) / row.bytes;
    table.push(line(row, samples, copies[size]));
  }
  torch?.end();
  return table;
}

/** One row of the table; `copy` is what memory.copy takes per byte. */
function line(row, samples, copy) {
  const [core, wall, torch, two] = [samples.core, samples.wall, samples.torch, samples.two].map(median);
  const amount = row.bytes ?? row.flops;
  const speed = (seconds) => (amount / seconds / 1e9).toFixed(1);
  const beside =
    torch === undefined ? {} : { torch: speed(torch), "core / torch": (torch / core).toFixed(2), "at best": ratioAtBest(samples) };
  return {
    kernel: row.name,
    unit: row.bytes ? "GB/s" : "GF/s",
    core: speed(core),
    ...beside,
    ...(row.bytes ? { "core / memcpy": ((copy * row.bytes) / core).toFixed(2) } : {}),
    "two threads": speed(two),
    "two / one": (wall / two).toFixed(2),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { python: { type: "string" }, only: { type: "string", default: "." }, rounds: { type: "string", default: "11" } },
  });
  console.table(await kernels(values.python, { rounds: Number(values.rounds), only: new RegExp(values.only) }));
}
