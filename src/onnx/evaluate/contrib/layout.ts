/** @file Ops of com.microsoft that arrange elements, and find which there are. */

import { contiguous, unsqueeze } from "../../../core/ops/layout.ts";
import { triangle } from "../../../core/ops/linalg.ts";
import { floats, fromFloats, fromIntegers } from "../../../core/ops/values.ts";
import type { Strided } from "../../../core/strided.ts";
import type { EvaluateTable } from "../table.ts";

/** The elements of a vector once each, in the order in which they come first; where each element is among them; how often each occurs. */
function uniqueInOrder(x: Strided): Strided[] {
  const places = new Map<number, number>();
  const counts: number[] = [];
  const at = Array.from(floats(x), (value) => {
    const place = places.get(value) ?? places.size;
    places.set(value, place);
    counts[place] = (counts[place] ?? 0) + 1;
    return place;
  });
  return [fromFloats(Float64Array.from(places.keys()), [places.size], x.dtype), fromIntegers(at), fromIntegers(counts)];
}

export const contribLayout: EvaluateTable = {
  "com.microsoft::ExpandDims": (call) => unsqueeze(call.tensor(0), call.integersAt(1)?.[0] ?? 0),
  "com.microsoft::Trilu": (call) => triangle(contiguous(call.tensor(0)), call.int("upper", 1) === 1, call.integersAt(1)?.[0] ?? 0),
  "com.microsoft::Unique": (call) => uniqueInOrder(call.tensor(0)),
};
