/** @file The labels that classifiers give: strings or integers. */

import { fromIntegers } from "../../../core/ops/values.ts";
import type { Call } from "../table.ts";
import type { Computed } from "../value.ts";
import { stringsOf } from "./rows.ts";

export interface Labels {
  /** How many; 0 where the node names none. */
  readonly count: number;
  /** A tensor of labels, by their places; null stands for none: 0, or an empty string. */
  of(places: readonly (number | null)[]): Computed;
  /** `of`, where places 0 and 1 mean no and yes, whatever the labels are: for one score and other than two labels. */
  truths(yes: readonly boolean[]): Computed;
}

/** The labels of `classlabels_strings`, or of the integers under `integers`; without any the places themselves are. */
export function labelsOf(call: Call, integers: "classlabels_ints" | "classlabels_int64s"): Labels {
  const strings = call.strings("classlabels_strings") ?? [];
  if (strings.length > 0) {
    return {
      count: strings.length,
      of: (places) =>
        stringsOf(
          [places.length],
          places.map((p) => (p === null ? "" : (strings[p] ?? ""))),
        ),
      truths: (yes) =>
        stringsOf(
          [yes.length],
          yes.map((y) => (y ? "1" : "0")),
        ),
    };
  }
  const numbers = call.ints(integers) ?? [];
  const labelOf = (p: number | null): number => (p === null ? 0 : numbers.length === 0 ? p : (numbers[p] ?? 0));
  return {
    count: numbers.length,
    of: (places) => fromIntegers(places.map(labelOf)),
    truths: (yes) => fromIntegers(yes.map(Number)),
  };
}
