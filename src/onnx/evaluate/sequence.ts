/** @file Sequences and optionals. Positions may count from the end. */

import { fill } from "../../core/ops/elementwise.ts";
import { concat, dimOf, select, slice, stack } from "../../core/ops/layout.ts";
import { fromIntegers, range } from "../../core/ops/values.ts";
import { isStrided, type Strided } from "../../core/strided.ts";
import type { DType } from "../../dtype.ts";
import { stringType } from "../ir/container.ts";
import { type AnyTensor, anyTensor, arrangeAll, merge } from "./arrange.ts";
import type { Call, EvaluateTable } from "./table.ts";
import { type Computed, describe, isNone, isStrings, none, type Sequence } from "./value.ts";

/** A sequence of these; `dtype` says what it is of where it is empty. */
export function sequenceOf(elements: readonly Computed[], dtype: DType | "string"): Sequence {
  const [first] = elements;
  return {
    kind: "sequence",
    elements,
    dtype: first === undefined ? dtype : isStrided(first) ? first.dtype : isStrings(first) ? "string" : dtype,
  };
}

/** The place that input `i` names in a sequence, where `size` places are. Throws `eval/index` outside. */
function placeOf(call: Call, i: number, length: number, size: number): number {
  const given = call.integersAt(i)?.[0] ?? length - (size === length ? 1 : 0);
  const place = given < 0 ? given + length : given;
  if (place >= 0 && place < size) return place;
  throw call.refuse("index", `position ${given} is outside a sequence of ${length}`, `it must be in [${-length}, ${size - 1}]`);
}

function at(call: Call): Computed {
  const { elements } = call.sequence(0);
  return elements[placeOf(call, 1, elements.length, elements.length)] as Computed;
}

function erased(call: Call): Sequence {
  const { elements, dtype } = call.sequence(0);
  return { kind: "sequence", elements: elements.toSpliced(placeOf(call, 1, elements.length, elements.length), 1), dtype };
}

function inserted(call: Call): Sequence {
  const { elements, dtype } = call.sequence(0);
  const place = placeOf(call, 2, elements.length, elements.length + 1);
  return sequenceOf(elements.toSpliced(place, 0, anyTensor(call, 1)), dtype);
}

/** Sizes of the parts of a dim of `n`: 1 each where not given, a scalar for all but the last, or a list. */
function partSizes(call: Call, n: number): number[] {
  const split = call.optional(1);
  const [step = 1] = call.integersAt(1) ?? [];
  const equal = split === null || split.shape.length === 0;
  if (!(step >= 1) && equal) throw call.refuse("input", `parts have ${step} elements`, "give 1 or more");
  const sizes = equal ? range(Math.ceil(n / step)).map((i) => Math.min(step, n - i * step)) : (call.integersAt(1) ?? []);
  if (sizes.reduce((a, b) => a + b, 0) === n) return sizes;
  throw call.refuse("input", `parts of [${sizes.join(", ")}] do not make up a dim of ${n}`, "their sum must be the dim's size");
}

function splitToSequence(call: Call): Sequence {
  const x = anyTensor(call, 0);
  const axis = dimOf(call.int("axis", 0), x.shape.length);
  const drops = !call.has(1) && call.int("keepdims", 1) === 0;
  const parts = arrangeAll(call, [x], ([source]) => {
    let end = 0;
    return partSizes(call, x.shape[axis] as number).map((n) => {
      end += n;
      return drops ? select(source as Strided, axis, end - 1) : slice(source as Strided, axis, end - n, end);
    });
  });
  return sequenceOf(parts, isStrided(x) ? x.dtype : "string");
}

/** Joins the elements along an axis, or stacks them on a new one. */
function joined(call: Call): AnyTensor {
  const { elements } = call.sequence(0);
  const axis = call.int("axis", 0);
  const stacks = call.int("new_axis", 0) === 1;
  return merge(call, elements, (xs) => (stacks ? stack(xs, axis) : concat(xs, axis)));
}

function element(call: Call): Computed {
  const x = call.value(0);
  if (!isNone(x)) return x;
  throw call.refuse("input", `input 0 is ${describe(x)}`, "ask OptionalHasElement before");
}

export const sequence: EvaluateTable = {
  SequenceConstruct: (call) =>
    sequenceOf(
      call.inputs.map((_, i) => anyTensor(call, i)),
      "float32",
    ),
  SequenceEmpty: (call) => ({
    kind: "sequence",
    elements: [],
    dtype: call.int("dtype", 1) === stringType ? "string" : call.dtype("dtype", "float32"),
  }),
  SequenceAt: at,
  SequenceErase: erased,
  SequenceInsert: inserted,
  SequenceLength: (call) => fromIntegers([call.sequence(0).elements.length], []),
  SplitToSequence: splitToSequence,
  ConcatFromSequence: joined,

  Optional: (call) => call.inputs[0] ?? none,
  OptionalHasElement: (call) => fill("bool", [], call.has(0) && !isNone(call.value(0))),
  OptionalGetElement: element,
};
