/** @file What goes into an evaluation and comes out of it: tensors, lists for sequences, maps, null for empty optionals. */

import { contiguous } from "../../core/ops/layout.ts";
import { isStrided, numel } from "../../core/strided.ts";
import type { DType } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { isStatic, show } from "../../symbolic.ts";
import { bufferSource, bytesOf, loadStrided } from "../../weights/basic.ts";
import { typeText } from "../ir/container.ts";
import type { Value } from "../ir/graph.ts";
import { Tensor, type TensorLike } from "./tensor.ts";
import { type Computed, isMap, isSequence, isStrings, none } from "./value.ts";

/** The value of an input. */
export type Feed = Tensor | TensorLike | null | readonly Feed[] | ReadonlyMap<bigint | string, number | bigint | string>;

/** The value of an output. */
export type EvaluatedValue = Tensor | null | EvaluatedValue[] | ReadonlyMap<bigint | string, number | bigint | string>;

/** `feed` in the core. Throws `eval/input` when it is not of the input's type. */
export function taken(feed: Feed, input: Value): Computed {
  const value = loaded(feed, input.name ?? "");
  if (isStrided(value) && input.type !== null) checkTensor(value.dtype, value.shape, input);
  else if (isStrided(value) && input.container !== null && input.container.kind !== "optional") {
    throw new OnnxExporterError(
      "eval/input",
      `input ${input.name} is a tensor, not ${typeText(input.container)}`,
      "give a list for a sequence",
    );
  }
  return value;
}

function loaded(feed: Feed, name: string): Computed {
  if (feed === null) return none;
  if (feed instanceof Map) {
    const [first] = feed.values();
    return { kind: "map", entries: feed, dtype: typeof first === "string" ? "string" : typeof first === "bigint" ? "int64" : "float32" };
  }
  if (Array.isArray(feed)) {
    const elements = (feed as readonly Feed[]).map((f) => loaded(f, name));
    const [first] = elements;
    return { kind: "sequence", elements, dtype: first === undefined ? "float32" : isStrided(first) ? first.dtype : "string" };
  }
  const tensor = feed as Tensor | TensorLike;
  const shape = tensor.shape.map(Number);
  if (tensor.dtype === "string") return { shape, strings: (tensor as Tensor).tolist() as string[] };
  return loadStrided(bufferSource(tensor.dtype, shape, tensor.bytes(), `input ${name}`));
}

function checkTensor(dtype: DType, shape: readonly number[], input: Value): void {
  const type = input.type as NonNullable<Value["type"]>;
  const dims = type.shape;
  const fits = dims === null || (dims.length === shape.length && dims.every((d, i) => !isStatic(d) || d === shape[i]));
  if (dtype === type.dtype && fits) return;
  const got = `${dtype}[${shape.join(", ")}]`;
  throw new OnnxExporterError(
    "eval/input",
    `input ${input.name} is ${got}, the model wants ${type.dtype}${dims === null ? "" : `[${dims.map(show).join(", ")}]`}`,
    "give a tensor of that dtype and shape",
  );
}

/** A value of the core as its caller gets it: copied out. */
export function given(value: Computed): EvaluatedValue {
  if (isStrided(value)) {
    if (numel(value.shape) === 0) return new Tensor(value.dtype, value.shape, new Uint8Array(0));
    return new Tensor(value.dtype, value.shape, bytesOf(contiguous(value)));
  }
  if (isStrings(value)) return new Tensor("string", value.shape, value.strings);
  if (isSequence(value)) return value.elements.map(given);
  return isMap(value) ? value.entries : null;
}
