/** @file Ops that make tensors: constants, ranges, shapes, windows. */

import { arange, cast, fill } from "../../core/ops/elementwise.ts";
import { cosineWindow, type WindowKind } from "../../core/ops/fourier.ts";
import { scatter, zeros } from "../../core/ops/index.ts";
import { expand, reshape } from "../../core/ops/layout.ts";
import { bigints, floats, fromFloats, fromIntegers, integers } from "../../core/ops/values.ts";
import { contiguousStrides, isStrided, numel, type Strided } from "../../core/strided.ts";
import { isInteger } from "../../dtype.ts";
import { loadStrided } from "../../weights/basic.ts";
import type { SparseTensor } from "../ir/graph.ts";
import { melWeights } from "./mel.ts";
import type { Call, Evaluate, EvaluateTable } from "./table.ts";
import { type Computed, describe, isStrings } from "./value.ts";

/** The sizes of input 0, whatever it is a tensor of. */
function sizes(call: Call): readonly number[] {
  const x = call.value(0);
  if (isStrided(x) || isStrings(x)) return x.shape;
  throw call.refuse("input", `input 0 is ${describe(x)}`, `${call.node.op} wants a tensor`);
}

function range(call: Call): Strided {
  const operands = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const { dtype } = operands[0] as Strided;
  const refuseStep = () => call.refuse("input", "delta is 0", "a range needs a step");
  if (isInteger(dtype)) {
    const [start = 0n, limit = 0n, delta = 1n] = operands.map((x) => bigints(x)[0]);
    if (delta === 0n) throw refuseStep();
    const [span, step] = delta > 0n ? [limit - start, delta] : [start - limit, -delta];
    return arange(dtype, start, delta, span > 0n ? Number((span + step - 1n) / step) : 0);
  }
  const [start = 0, limit = 0, delta = 1] = operands.map((x) => floats(x)[0]);
  if (delta === 0) throw refuseStep();
  return arange(dtype, start, delta, Math.max(Math.ceil((limit - start) / delta), 0));
}

/** All elements of a sparse constant, whose indices are linear or coordinates. */
function dense({ shape, values, indices }: SparseTensor): Strided {
  const places = integers(loadStrided(indices));
  const rank = indices.shape.length === 2 ? shape.length : 1;
  const strides = rank === 1 ? [1] : contiguousStrides(shape);
  const linear = Array.from({ length: places.length / rank }, (_, i) =>
    strides.reduce((at, stride, d) => at + stride * (places[i * rank + d] as number), 0),
  );
  const flat = zeros(values.dtype, [numel(shape)]);
  return reshape(scatter(flat, 0, fromIntegers(linear), loadStrided(values)), shape);
}

function constant(call: Call): Computed {
  const given = call.attribute("value") ?? call.attribute("sparse_value");
  if (given?.kind === "tensor") return loadStrided(given.value);
  if (given?.kind === "string_tensor") return given.value;
  if (given?.kind === "sparse_tensor") return dense(given.value);
  const [ints, list, texts] = [call.ints("value_ints"), call.floats("value_floats"), call.strings("value_strings")];
  if (call.attribute("value_int")) return fromIntegers([call.int("value_int", 0)], []);
  if (ints) return fromIntegers(ints);
  if (call.attribute("value_float")) return fromFloats(Float64Array.of(call.float("value_float", 0)), [], "float32");
  if (list) return fromFloats(Float64Array.from(list), [list.length], "float32");
  if (call.attribute("value_string")) return { shape: [], strings: [call.string("value_string", "")] };
  if (texts) return { shape: [texts.length], strings: texts };
  throw call.refuse("attribute", "there is no value", "a Constant has one of value, value_int, value_float, …");
}

function eye(call: Call): Strided {
  const x = call.tensor(0);
  const [rows, columns, ...more] = x.shape;
  if (rows === undefined || columns === undefined || more.length > 0) {
    throw call.refuse("shape", `input 0 is ${describe(x)}`, "EyeLike wants a matrix");
  }
  const k = call.int("k", 0);
  const y = zeros("uint8", [rows, columns]);
  const bytes = y.storage.bytes();
  for (let i = Math.max(0, -k); i < rows && i + k < columns; i++) bytes[i * columns + i + k] = 1;
  return cast(y, call.dtype("dtype", x.dtype));
}

const windowRow =
  (kind: WindowKind): Evaluate =>
  (call) => {
    const [size = 0] = call.integersAt(0) ?? [];
    return cosineWindow(kind, size, call.int("periodic", 1) === 1, call.dtype("output_datatype", "float32"));
  };

export const creation: EvaluateTable = {
  Constant: constant,
  ConstantOfShape: (call) => {
    const value = call.tensorAttribute("value") ?? fill("float32", [1], 0);
    return expand(reshape(value, []), call.integersAt(0) ?? []);
  },
  EyeLike: eye,
  Range: range,
  Shape: (call) => {
    const shape = sizes(call);
    const bound = (i: number): number => Math.min(Math.max(i < 0 ? i + shape.length : i, 0), shape.length);
    return fromIntegers(shape.slice(bound(call.int("start", 0)), bound(call.int("end", shape.length))));
  },
  Size: (call) => fromIntegers([numel(sizes(call))], []),

  HannWindow: windowRow("hann"),
  HammingWindow: windowRow("hamming"),
  BlackmanWindow: windowRow("blackman"),
  MelWeightMatrix: (call) => {
    const [bins = 0, dftLength = 0, sampleRate = 1, low = 0, high = 0] = [0, 1, 2, 3, 4].map((i) => floats(call.tensor(i))[0]);
    return melWeights({ bins, dftLength, sampleRate, low, high }, call.dtype("output_datatype", "float32"));
  },
};
