/** @file Ops that make tensors: constants, ranges, shapes. */

import { arange, cast, fill } from "../../core/ops/elementwise.ts";
import { expand, reshape } from "../../core/ops/layout.ts";
import { floats, fromFloats, fromIntegers, integers } from "../../core/ops/values.ts";
import { isStrided, numel, type Strided } from "../../core/strided.ts";
import { isInteger } from "../../dtype.ts";
import type { Call, EvaluateTable } from "./table.ts";
import { describe, isStrings } from "./value.ts";

/** The sizes of input 0, whatever it is a tensor of. */
function sizes(call: Call): readonly number[] {
  const x = call.value(0);
  if (isStrided(x) || isStrings(x)) return x.shape;
  throw call.refuse("input", `input 0 is ${describe(x)}`, `${call.node.op} wants a tensor`);
}

function range(call: Call): Strided {
  const [start, limit, delta] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  if (isInteger(start.dtype)) {
    const [a = 0, b = 0, d = 1] = [start, limit, delta].map((x) => integers(x)[0]);
    return arange(start.dtype, a, d, Math.max(Math.ceil((b - a) / d), 0));
  }
  const [a = 0, b = 0, d = 1] = [start, limit, delta].map((x) => floats(x)[0]);
  return arange(start.dtype, a, d, Math.max(Math.ceil((b - a) / d), 0));
}

export const creation: EvaluateTable = {
  Constant: (call) => {
    const tensor = call.tensorAttribute("value");
    if (tensor !== null) return tensor;
    const strings = call.attribute("value");
    if (strings?.kind === "string_tensor") return strings.value;
    const [int, ints] = [call.attribute("value_int"), call.ints("value_ints")];
    if (int) return fromIntegers([call.int("value_int", 0)], []);
    if (ints) return fromIntegers(ints);
    const [float, list] = [call.attribute("value_float"), call.floats("value_floats")];
    if (float) return fromFloats(Float64Array.of(call.float("value_float", 0)), [], "float32");
    if (list) return fromFloats(Float64Array.from(list), [list.length], "float32");
    const [text, texts] = [call.attribute("value_string"), call.strings("value_strings")];
    if (text) return { shape: [], strings: [call.string("value_string", "")] };
    if (texts) return { shape: [texts.length], strings: texts };
    throw call.refuse("attribute", "there is no value", "a Constant has one of value, value_int, value_float, …");
  },
  ConstantOfShape: (call) => {
    const shape = call.integersAt(0) ?? [];
    const value = call.tensorAttribute("value") ?? fill("float32", [1], 0);
    return expand(reshape(value, []), shape);
  },
  Range: range,
  Shape: (call) => {
    const shape = sizes(call);
    const bound = (i: number): number => Math.min(Math.max(i < 0 ? i + shape.length : i, 0), shape.length);
    return fromIntegers(shape.slice(bound(call.int("start", 0)), bound(call.int("end", shape.length))));
  },
  Size: (call) => cast(fromIntegers([numel(sizes(call))], []), "int64"),
};
