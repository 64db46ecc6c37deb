// Load + export of each committed program, warm.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import Benchmark from "benchmark";
import { load } from "../dist/export/load.js";
import { exportModel } from "../dist/onnx/export.js";
import { median } from "./whole-process.mjs";

const warmUp = 20;
process.removeAllListeners("warning"); // programs that write to their buffers are told of each time

/** A row for each .pt2 under `folder`. */
export async function conversions(folder) {
  const rows = [];
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith(".pt2"))
    .sort();
  for (const path of paths) {
    const convert = async () => exportModel(await load(join(folder, path)), [], null, { verbose: false });
    let program;
    for (let i = 0; i < warmUp; i++) program = await convert();
    const ms = 1000 * (await timed(convert));
    const [aten, onnx] = [program.exported_program.graph.nodes.length, program.model.graph.size];
    rows.push({
      program: path,
      "ATen nodes": aten,
      "ONNX nodes": onnx,
      ms: ms.toFixed(2),
      "us per ATen node": ((1000 * ms) / aten).toFixed(0),
    });
  }
  return rows;
}

/** Median seconds of an asynchronous function. */
function timed(f) {
  return new Promise((resolve, reject) => {
    new Benchmark({
      defer: true,
      maxTime: 0.5,
      fn: (deferred) => void f().then(() => deferred.resolve(), reject),
      onComplete: (event) => resolve(median(event.target.stats.sample)),
    }).run({ async: true });
  });
}
