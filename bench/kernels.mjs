// Kernels of the core beside the plain loops that one would write instead.
import Benchmark from "benchmark";
import { binary, cast } from "../dist/core/ops/elementwise.js";
import { clone, permute } from "../dist/core/ops/layout.js";
import { matmul } from "../dist/core/ops/matmul.js";
import { empty, scoped } from "../dist/core/strided.js";
import { median } from "./whole-process.mjs";

const random = (shape) => {
  const x = empty("float32", shape);
  const values = floats(x);
  for (let i = 0; i < values.length; i++) values[i] = Math.random() * 2 - 1;
  return x;
};
const floats = (x) => {
  const bytes = x.storage.bytes();
  return new Float32Array(bytes.buffer, bytes.byteOffset, x.storage.nbytes / 4);
};
/** Median seconds of `f`; what it makes in the core is freed at once. */
const timed = (f) => {
  const b = new Benchmark({ maxTime: 1, fn: () => scoped(f, () => []) });
  b.run();
  if (b.error) throw b.error;
  return median(b.stats.sample);
};
const row = (kernel, gb, core, plain) => ({
  kernel,
  "core ms": (1e3 * core).toFixed(3),
  "core GB/s": (gb / core).toFixed(1),
  "loop ms": (1e3 * plain).toFixed(3),
  "loop / core": (plain / core).toFixed(1),
});

/** float32 to the bits of float16, to nearest even; normal range only, which favours the loop. */
const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);
function half(x) {
  word[0] = x;
  const b = bits[0];
  const a = b & 0x7fffffff;
  return ((b >>> 16) & 0x8000) | (a < 0x38800000 ? 0 : (a - 0x38000000 + 0xfff + ((a >>> 13) & 1)) >>> 13);
}

export function kernels() {
  return [add(1 << 20), castToHalf(1 << 20), transposed(2048), gemm(512)];
}

function add(n) {
  const [a, b] = [random([n]), random([n])];
  const [x, y] = [floats(a).slice(), floats(b).slice()];
  const loop = () => {
    const z = new Float32Array(n);
    for (let i = 0; i < n; i++) z[i] = x[i] + y[i];
    return z;
  };
  return row(
    `add float32[${n}]`,
    (12 * n) / 1e9,
    timed(() => binary("add", a, b)),
    timed(loop),
  );
}

function castToHalf(n) {
  const a = random([n]);
  const x = floats(a).slice();
  const loop = () => {
    const z = new Uint16Array(n);
    for (let i = 0; i < n; i++) z[i] = half(x[i]);
    return z;
  };
  return row(
    `cast float32[${n}] to float16`,
    (6 * n) / 1e9,
    timed(() => cast(a, "float16")),
    timed(loop),
  );
}

function transposed(n) {
  const a = random([n, n]);
  const x = floats(a).slice();
  const loop = () => {
    const z = new Float32Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) z[j * n + i] = x[i * n + j];
    return z;
  };
  return row(
    `transpose float32[${n}, ${n}]`,
    (8 * n * n) / 1e9,
    timed(() => clone(permute(a, [1, 0]))),
    timed(loop),
  );
}

function gemm(n) {
  const [a, b] = [random([n, n]), random([n, n])];
  const [x, y] = [floats(a).slice(), floats(b).slice()];
  const loop = () => {
    const z = new Float32Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < n; k++) {
        const f = x[i * n + k];
        for (let j = 0; j < n; j++) z[i * n + j] += f * y[k * n + j];
      }
    }
    return z;
  };
  const result = row(
    `gemm float32 ${n} x ${n} x ${n}`,
    (12 * n * n) / 1e9,
    timed(() => matmul(a, b)),
    timed(loop),
  );
  const gflops = (2 * n ** 3) / Number(result["core ms"]) / 1e6;
  return { ...result, "core GB/s": `${gflops.toFixed(0)} GF/s` };
}
