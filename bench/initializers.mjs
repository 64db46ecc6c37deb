#!/usr/bin/env node
// node bench/initializers.mjs [--mib N] [--rounds N] [--folder DIR] [--python PATH]: weights from file to file, beside `cp`, numpy and onnx, by
// turns. Makes its files in a temporary folder and removes them. docs/benchmarks.md holds measured figures.
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./whole-process.mjs";

const { values } = parseArgs({
  options: {
    mib: { type: "string", default: "1024" },
    rounds: { type: "string", default: "5" },
    folder: { type: "string", default: tmpdir() },
    python: { type: "string", default: "python3" },
  },
});
const mib = Number(values.mib);
const rounds = Number(values.rounds);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const mostOnnxRounds = 1;

/** A safetensors file of `tensors` weights [rows, 4096] of `size`-byte elements; no two weights are equal. */
function makeFile(path, dtype, size, total) {
  const tensors = 16;
  const bytes = Math.max(Math.floor(total / tensors / (4096 * size)), 1) * 4096 * size;
  const header = {};
  for (let i = 0; i < tensors; i++) {
    header[`w${i}`] = { dtype, shape: [bytes / size / 4096, 4096], data_offsets: [i * bytes, (i + 1) * bytes] };
  }
  const text = Buffer.from(JSON.stringify(header).padEnd(2040));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(text.length));
  const block = size === 4 ? new Float32Array(1 << 20) : new Uint16Array(1 << 21);
  for (let i = 0; i < block.length; i++)
    block[i] = size === 4 ? Math.random() - 0.5 : 0x3f00 + (i & 255) + (Math.random() < 0.5 ? 0x8000 : 0);
  const piece = new Uint8Array(block.buffer);
  const fd = openSync(path, "w");
  writeSync(fd, head);
  writeSync(fd, text);
  for (let i = 0; i < tensors; i++) {
    for (let at = 0; at < bytes; at += piece.length) {
      block[0] = i;
      writeSync(fd, piece, 0, Math.min(piece.length, bytes - at));
    }
  }
  closeSync(fd);
}

function once(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (error || status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
  const { seconds, cpu, system = 0, rss = Number.NaN } = JSON.parse(stdout);
  return { seconds, cpu: cpu + system, rss };
}

const folder = mkdtempSync(join(values.folder, "torch-onnx-initializers-"));
const [f32, bf16, out] = [join(folder, "f32.safetensors"), join(folder, "bf16.safetensors"), join(folder, "out")];
const ours = (kind, file = f32) => ({ name: kind, command: process.execPath, args: [here("initializer-job.mjs"), kind, file, out] });
const python = (kind, most = rounds) => ({ name: kind, command: values.python, args: [here("initializers.py"), kind, f32, out], most });
const contestants = [
  { name: "cp", command: "bash", args: ["-c", `TIMEFORMAT='{"seconds":%R,"cpu":%U,"system":%S}'; { time cp "$0" "$1"; } 2>&1`, f32, out] },
  ours("core loaded"),
  ours("unchanged"),
  ours("unchanged, in pieces"),
  ours("float32 to float16"),
  ours("bfloat16 to float32", bf16),
  ours("transpose"),
  ours("int4 blocks of 32"),
  ours("every weight twice"),
];
if (spawnSync(values.python, ["-c", "import numpy"]).status === 0)
  contestants.push(python("numpy float32 to float16"), python("numpy transpose"));
else console.log(`No numpy: ${values.python} cannot import it; give one with --python PATH.`);
if (spawnSync(values.python, ["-c", "import onnx"]).status === 0) contestants.push(python("onnx.save", mostOnnxRounds));
else console.log(`No onnx: ${values.python} cannot import it; give one with --python PATH.`);

const results = new Map(contestants.map(({ name }) => [name, []]));
try {
  makeFile(f32, "F32", 4, mib * 2 ** 20);
  makeFile(bf16, "BF16", 2, mib * 2 ** 19);
  for (let i = 0; i <= rounds; i++) {
    for (const { name, command, args, most = rounds } of contestants) {
      if (i > most) continue;
      const result = once(command, args);
      if (i > 0) results.get(name).push(result); // the first round warms the page cache
      for (const f of readdirSync(folder)) if (f.startsWith("out")) rmSync(join(folder, f));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const of = (name, what) => median(results.get(name).map((r) => r[what]));
const base = of("core loaded", "rss");
console.log(
  `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0].toFixed(1)}, ${mib} MiB, ${rounds} rounds`,
);
console.table(
  contestants.map(({ name }) => ({
    what: name,
    "median s": of(name, "seconds").toFixed(3),
    "fastest s": Math.min(...results.get(name).map((r) => r.seconds)).toFixed(3),
    "user + sys s": of(name, "cpu").toFixed(3),
    "times cp": (of(name, "seconds") / of("cp", "seconds")).toFixed(2),
    "times in pieces": (of(name, "seconds") / of("unchanged, in pieces", "seconds")).toFixed(2),
    "peak MB": Number.isNaN(of(name, "rss")) ? "" : of(name, "rss").toFixed(0),
    "over the base MB": Number.isNaN(of(name, "rss")) ? "" : (of(name, "rss") - base).toFixed(0),
  })),
);
