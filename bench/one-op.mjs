// Load + export of programs of one op each, warm.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { OnnxExporterError } from "../dist/errors.js";
import { load } from "../dist/export/load.js";
import { exportModel } from "../dist/onnx/export.js";
import { median } from "./whole-process.mjs";

const rounds = 5;
const wanted = 5;
process.removeAllListeners("warning"); // programs that write to their buffers are told of each time

/** Milliseconds of the median conversion of `path`; null for a program that is refused. */
async function timed(path) {
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    try {
      await exportModel(await load(path), [], null, { verbose: false });
    } catch (error) {
      if (error instanceof OnnxExporterError) return null;
      throw error;
    }
    times.push(performance.now() - start);
  }
  return median(times);
}

/** A row of figures over the .pt2 files under `folder`, and one for each of the slowest. */
export async function oneOps(folder) {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith(".pt2"))
    .sort();
  const times = [];
  for (const path of paths) times.push({ path, ms: await timed(join(folder, path)) });
  const known = times.filter((t) => t.ms !== null).sort((a, b) => a.ms - b.ms);
  const at = (part) => known[Math.min(known.length - 1, Math.floor(part * known.length))].ms;
  const within = known.filter((t) => t.ms <= wanted).length / known.length;
  console.log(
    `${known.length} programs (${times.length - known.length} refused): median ${at(0.5).toFixed(2)} ms, goal of ${wanted} ms ${at(0.5) <= wanted ? "met" : "missed"}; ` +
      `90 % within ${at(0.9).toFixed(2)} ms, ${(100 * within).toFixed(1)} % within ${wanted} ms`,
  );
  return known
    .slice(-5)
    .reverse()
    .map(({ path, ms }) => ({ slowest: path, ms: ms.toFixed(1) }));
}
