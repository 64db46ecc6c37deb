/** @file Casts: numbers to numbers as the core's casts do, with ONNX's choices for 8-bit floats; numbers to strings and back; bits kept. */

import { cast } from "../../core/ops/elementwise.ts";
import { viewAs } from "../../core/ops/layout.ts";
import { castTo } from "../../core/ops/low-precision.ts";
import { fromBigints, fromFloats } from "../../core/ops/values.ts";
import { isStrided, type Strided } from "../../core/strided.ts";
import { type DType, dtypes, isFloat, isInteger } from "../../dtype.ts";
import { stringType } from "../ir/container.ts";
import type { StringTensor } from "../ir/graph.ts";
import { numerals, parsed, parsedInteger } from "./numerals.ts";
import type { Call, EvaluateTable } from "./table.ts";
import { type Computed, describe, isStrings } from "./value.ts";

const toDtype = (call: Call, x: Strided, dtype: DType): Strided =>
  castTo(x, dtype, {
    saturate: call.int("saturate", 1) === 1,
    roundMode: call.oneOf("round_mode", "up", ["up", "down", "nearest"]),
  });

function fromStrings(call: Call, x: StringTensor, dtype: DType): Strided {
  const read = <T>(parse: (text: string) => T | null): T[] =>
    x.strings.map((text) => {
      const value = parse(text);
      if (value === null) throw call.refuse("string", `"${text}" is no ${dtype}`, "cast strings of numbers only");
      return value;
    });
  if (isInteger(dtype)) return fromBigints(read(parsedInteger), x.shape, dtype);
  return toDtype(call, fromFloats(Float64Array.from(read(parsed)), x.shape, "float64"), dtype);
}

/** `x` in `dtype`, "string" for strings. */
function converted(call: Call, x: Computed, dtype: DType | "string"): Computed {
  if (isStrings(x)) return dtype === "string" ? x : fromStrings(call, x, dtype);
  if (isStrided(x)) return dtype === "string" ? { shape: x.shape, strings: numerals(x) } : toDtype(call, x, dtype);
  throw call.refuse("input", `input 0 is ${describe(x)}`, `${call.node.op} wants a tensor`);
}

function targetOf(call: Call): DType | "string" {
  const { node } = call;
  // Before opset 6 the dtype is spelt out: to="FLOAT".
  if (call.attribute("to")?.kind === "string") {
    const name = call.string("to", "").toLowerCase();
    const dtype = name === "double" ? "float64" : name === "float" ? "float32" : name;
    if (dtype === "string" || dtype in dtypes) return dtype as DType | "string";
    throw call.refuse("attribute", `to is ${call.string("to", "")}`, `${node.op} casts to a type of TensorProto`);
  }
  if (call.attribute("to") === undefined) throw call.refuse("attribute", "the attribute to is missing", `${node.op} needs it`);
  return call.int("to", 0) === stringType ? "string" : call.dtype("to", "float32");
}

export const casts: EvaluateTable = {
  Cast: (call) => converted(call, call.value(0), targetOf(call)),
  CastLike: (call) => {
    const like = call.value(1);
    if (isStrided(like)) return converted(call, call.value(0), like.dtype);
    if (isStrings(like)) return converted(call, call.value(0), "string");
    throw call.refuse("input", `input 1 is ${describe(like)}`, "CastLike wants a tensor there");
  },
  BitCast: (call) => {
    const [x, to] = [call.tensor(0), call.dtype("to", call.tensor(0).dtype)];
    if (dtypes[x.dtype].size === dtypes[to].size) return rebitted(x, to);
    const [from, into] = [dtypes[x.dtype].size * 8, dtypes[to].size * 8];
    throw call.refuse("dtype", `${x.dtype} has ${from} bits, ${to} has ${into}`, "BitCast keeps the number of bits");
  },
};

/** The same bits as `dtype`; a sub-byte element is a byte in the core, extended as its dtype wants it. */
function rebitted(x: Strided, dtype: DType): Strided {
  if (dtypes[dtype].size >= 1) return viewAs(x, dtype);
  const codes = { ...x, dtype: dtypes[x.dtype].kind === "int" ? ("int8" as const) : ("uint8" as const) };
  return isFloat(dtype) ? { ...cast(codes, "uint4"), dtype } : cast(codes, dtype);
}
