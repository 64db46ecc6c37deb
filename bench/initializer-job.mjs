// One run of bench/initializers.mjs in a process of its own: node initializer-job.mjs KIND FILE.safetensors OUT.onnx
// Says on standard output how long the work took, without Node's start, and how much memory the process had at most.
import { linkSync } from "node:fs";
import { Graph, Model, Value } from "../dist/onnx/ir/graph.js";
import { saveModel } from "../dist/onnx/proto/save.js";
import { SymEnv } from "../dist/symbolic.js";
import { concatSource, transposeSource } from "../dist/weights/derive.js";
import { castSource } from "../dist/weights/map.js";
import { quantize } from "../dist/weights/quantize.js";
import { readSafetensors } from "../dist/weights/safetensors.js";

const int4Blocks = (w) => {
  const { data, scale } = quantize(w, "int4", { axis: 1, block: 32 });
  return { "": data, ".scale": scale };
};
const kinds = {
  unchanged: (w) => ({ "": w }),
  // The same bytes, but as something computed: read and written piece by piece.
  "unchanged, in pieces": (w) => ({ "": concatSource([w], 0) }),
  "float32 to float16": (w) => ({ "": castSource(w, "float16") }),
  "bfloat16 to float32": (w) => ({ "": castSource(w, "float32") }),
  transpose: (w) => ({ "": transposeSource(w, [1, 0]) }),
  "int4 blocks of 32": int4Blocks,
};

/** The same bytes under other keys: found only by hash and comparison. */
const twin = "every weight twice";

const [kind, file, out] = process.argv.slice(2);
const cpu = process.cpuUsage();
const start = performance.now();
if (kind !== "core loaded") {
  const model = new Model(new Graph("g"), new SymEnv());
  model.ir_version = 11;
  model.opset_import.set("", 23);
  const weights = [...readSafetensors(file).tensors];
  if (kind === twin) {
    linkSync(file, `${out}.twin`);
    for (const [name, w] of readSafetensors(`${out}.twin`).tensors) weights.push([`${name}.twin`, w]);
  }
  for (const [name, w] of weights) {
    for (const [suffix, source] of Object.entries((kinds[kind] ?? kinds.unchanged)(w))) {
      const v = new Value(name + suffix, { dtype: source.dtype, shape: source.shape });
      v.source = source;
      model.graph.initializers.add(v);
    }
  }
  saveModel(model, out, { external_data: true });
}
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ seconds, cpu: (user + system) / 1e6, rss: process.resourceUsage().maxRSS / 1024 }));
