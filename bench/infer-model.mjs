// node bench/infer-model.mjs tables|objects|fold MODEL OUTPUT REPEATS: wall and processor seconds of read + infer (or fold) + write, each
// time, and peak memory over what the process had before, as JSON.
import { readFileSync } from "node:fs";
import { inferModel } from "../dist/onnx/infer.js";
import { inferShapesPath } from "../dist/onnx/infer-file.js";
import { foldModel } from "../dist/onnx/passes/fold.js";
import { readModel } from "../dist/onnx/proto/read.js";
import { saveModel } from "../dist/onnx/proto/save.js";

const [how, path, output, repeats] = process.argv.slice(2);
const throughObjects = (work) => () => {
  const model = readModel(path);
  work(model);
  saveModel(model, output, { external_data: "link" });
  model.env.free();
};
const work = { tables: () => inferShapesPath(path, output), objects: throughObjects(inferModel), fold: throughObjects(foldModel) }[how];
/** Peak resident bytes of this process alone: what getrusage says may be that of the process which started it. */
function peak() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}
const processor = () => Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1e6;

const base = process.memoryUsage.rss();
const seconds = Array.from({ length: Number(repeats) }, () => {
  const [start, before] = [performance.now(), processor()];
  work();
  return { wall: (performance.now() - start) / 1000, cpu: processor() - before };
});
console.log(JSON.stringify({ seconds, memory: peak() - base }));
