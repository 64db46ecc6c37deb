#!/usr/bin/env node
// node bench/graph.mjs [--python PATH] [--runs N] [--largest NODES]: shape inference from file to file, beside Python's onnx, by turns.
// "tables" is inferShapesPath: bytes to tables to bytes. "objects" reads the IR, infers, and saves it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { layerNodes, writeTransformer } from "./transformer-graph.mjs";
import { median } from "./whole-process.mjs";

const { values } = parseArgs({
  options: { python: { type: "string" }, runs: { type: "string", default: "3" }, largest: { type: "string", default: "1000000" } },
});
const runs = Number(values.runs);
const script = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "torch-onnx-graph-"));
const output = join(folder, "inferred.onnx");

/** What a process says of its work. */
function report(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (error || status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `exit code ${status}\n${stderr}`}`);
  return JSON.parse(stdout);
}
const ours = (how, path, repeats) => report(process.execPath, [script("infer-model.mjs"), how, path, output, String(repeats)]);
const theirs = (path, repeats) => report(values.python, [script("infer_with_onnx.py"), path, output, String(repeats)]);

function model(size) {
  const path = join(folder, `${size.nodes ?? size.layers}.onnx`);
  return { path, nodes: writeTransformer(path, size) };
}
const milliseconds = (s) => (1000 * s).toFixed(0);
const microseconds = (s) => (1e6 * s).toFixed(2);
const medianOf = (runs, key) => median(runs.map((r) => r[key]));

/** Contestants by turns; each process does the work five times, of which the first finds cold code. */
function sideBySide({ path, nodes }) {
  const contestants = { tables: () => ours("tables", path, 5), objects: () => ours("objects", path, 5) };
  if (values.python !== undefined) contestants["Python onnx"] = () => theirs(path, 5);
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, { first: [], later: [] }]));
  for (let i = 0; i < runs; i++) {
    for (const [name, run] of Object.entries(contestants)) {
      const [first, ...later] = run().seconds;
      results[name].first.push(first);
      results[name].later.push(...later);
    }
  }
  const yardstick = results["Python onnx"];
  const ratio = (own, which, key) => (yardstick ? (medianOf(yardstick[which], key) / medianOf(own[which], key)).toFixed(1) : "no --python");
  return Object.entries(results).map(([name, own]) => ({
    "read + infer + write": name,
    "first ms": milliseconds(medianOf(own.first, "wall")),
    "later ms": milliseconds(medianOf(own.later, "wall")),
    "later us/node": microseconds(medianOf(own.later, "wall") / nodes),
    "Python / this, first": ratio(own, "first", "wall"),
    later: ratio(own, "later", "wall"),
    "processor time, later": ratio(own, "later", "cpu"),
  }));
}

/** Time and memory per node as graphs grow. */
function growth(how, sizes) {
  const rows = sizes.map(({ path, nodes }) => {
    const repeats = Math.max(3, Math.min(20, Math.round(200_000 / nodes)));
    const reports = Array.from({ length: runs }, () => ours(how, path, repeats));
    const later = reports.flatMap((r) => r.seconds.slice(1));
    const memory = Math.min(...reports.map((r) => r.memory)) / nodes;
    return { path, nodes, wall: medianOf(later, "wall") / nodes, cpu: medianOf(later, "cpu") / nodes, memory };
  });
  return rows.map(({ path, nodes, wall, cpu, memory }) => ({
    path: how,
    nodes,
    "file MB": (statSync(path).size / 1e6).toFixed(1),
    "us/node": microseconds(wall),
    "times the first row": (wall / rows[0].wall).toFixed(2),
    "processor us/node": microseconds(cpu),
    "times its first row": (cpu / rows[0].cpu).toFixed(2),
    "bytes/node at the peak": memory.toFixed(0),
  }));
}

try {
  writeFileSync(join(folder, "weights.bin"), "");
  truncateSync(join(folder, "weights.bin"), 16 * 2 ** 30); // a hole: nothing reads it
  const load = () => `load ${loadavg()[0].toFixed(1)}`;
  const main = model({ nodes: 21_000 });
  console.log(`\nA transformer of ${main.nodes} nodes, ${layerNodes} a layer, no value_info (medians of ${runs} processes), ${load()}`);
  console.table(sideBySide(main));
  if (values.python === undefined) console.log("Missing: Python's onnx beside it; give an interpreter that has it with --python PATH.");

  const large = [10_000, 100_000, Number(values.largest)].map((nodes) => model({ nodes }));
  console.log(`\nTime and memory per node as graphs grow; wanted: at most 1.3 times the first row, 1536 bytes a node, ${load()}`);
  console.table(growth("tables", large));
  console.table(growth("objects", large.slice(0, 2)));

  const stacked = [256, 1024, 4096].map((layers) => model({ layers }));
  console.log(`\nStacked layers: inference and folding in linear time, ${load()}`);
  console.table([...growth("tables", stacked), ...growth("objects", stacked), ...growth("fold", stacked)]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
