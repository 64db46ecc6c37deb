// What is measured of the core's kernels: each row makes its operands and gives one call. bench/kernels_with_torch.py has the same names.
import { core } from "../dist/core/door.js";
import { conv } from "../dist/core/ops/conv.js";
import { binary, cast, unary } from "../dist/core/ops/elementwise.js";
import { indexSelect } from "../dist/core/ops/index.js";
import { clone, copyInto, permute } from "../dist/core/ops/layout.js";
import { matmul } from "../dist/core/ops/matmul.js";
import { softmax } from "../dist/core/ops/norm.js";
import { address, empty, numel } from "../dist/core/strided.js";

const big = 1 << 24;
const small = 1 << 16;

/** Numbers in [-4, 4), the same in each run. */
export function random(shape, dtype = "float32") {
  const x = empty("float32", shape);
  const at = address(x) >>> 2;
  const values = core.f32().subarray(at, at + numel(shape));
  let state = 12345;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = state / 2 ** 29;
  }
  return cast(x, dtype);
}

/** Places 0 … n - 1, each row far from the one before. */
function shuffled(n) {
  const x = empty("int64", [n]);
  const at = address(x) >>> 3;
  const values = core.i64().subarray(at, at + n);
  for (let i = 0; i < n; i++) values[i] = BigInt((i * 7919) % n);
  return x;
}

/** `bytes` are those read and written; `make(part)` prepares the work on that part of the rows, 1 or 0.5, and returns the call. */
const memory = (name, bytes, make) => ({ name, bytes, make });
const arithmetic = (name, flops, make) => ({ name, flops, make });

const sized = (name, perElement, make) => [
  memory(`${name}, big`, big * perElement, (part) => make(big * part)),
  memory(`${name}, small`, small * perElement, (part) => make(small * part)),
];

const elementwise = (name, perElement, f, dtype = "float32") =>
  sized(name, perElement, (n) => {
    const x = random([n], dtype);
    return () => f(x);
  });

const gemm = (n) =>
  arithmetic(`gemm ${n}`, 2 * n ** 3, (part) => {
    const [a, b] = [random([n * part, n]), random([n, n])];
    return () => matmul(a, b);
  });

const square = { stride: [1, 1], padding: [[1, 1], [1, 1]], dilation: [1, 1], groups: 1, transposed: false, outputPadding: [0, 0] }; // biome-ignore format: one line
const conv3x3 = (channels, size) =>
  arithmetic(`conv 3x3 ${channels}->${channels} ${size}x${size}`, 2 * 9 * channels ** 2 * size ** 2, (part) => {
    const [x, w] = [random([1, channels, size, size]), random([channels * part, channels, 3, 3])];
    return () => conv(x, w, null, square);
  });

export const rows = [
  ...sized("memcpy", 8, (n) => {
    const [x, y] = [random([n]), empty("float32", [n])];
    return () => copyInto(y, x);
  }),
  ...sized("add", 12, (n) => {
    const [a, b] = [random([n]), random([n])];
    return () => binary("add", a, b);
  }),
  ...elementwise("f32 to bf16", 6, (x) => cast(x, "bfloat16")),
  ...elementwise("bf16 to f32", 6, (x) => cast(x, "float32"), "bfloat16"),
  ...elementwise("f32 to f16", 6, (x) => cast(x, "float16")),
  ...elementwise("f16 to f32", 6, (x) => cast(x, "float32"), "float16"),
  ...[4096, 512].map((n) =>
    memory(`transpose ${n}x${n}`, 8 * n * n, (part) => {
      const x = random([n * part, n]);
      return () => clone(permute(x, [1, 0]));
    }),
  ),
  memory("gather 200000 rows of 256 bytes", 200000 * (512 + 8), (part) => {
    const [x, index] = [random([200000, 64]), shuffled(200000 * part)];
    return () => indexSelect(x, 0, index);
  }),
  ...elementwise("exp", 8, (x) => unary("exp", x)),
  ...elementwise("gelu", 8, (x) => unary("gelu", x)),
  memory("softmax 16 x 4096", 16 * 4096 * 8, (part) => {
    const x = random([16 * part, 4096]);
    return () => softmax(x, -1);
  }),
  memory("softmax 4096 x 4096", 4096 * 4096 * 8, (part) => {
    const x = random([4096 * part, 4096]);
    return () => softmax(x, -1);
  }),
  gemm(256),
  gemm(512),
  gemm(1024),
  conv3x3(64, 56),
  conv3x3(256, 14),
];
