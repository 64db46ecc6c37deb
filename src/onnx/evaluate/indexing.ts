/** @file Ops that read and write by index. Negative indices count from the end. */

import { gather, indexSelect } from "../../core/ops/index.ts";
import { fromIntegers, integers } from "../../core/ops/values.ts";
import type { Strided } from "../../core/strided.ts";
import type { EvaluateTable } from "./table.ts";

/** `index` with places counted from the end of a dim of `size` made plain. */
function plain(index: Strided, size: number): Strided {
  const values = integers(index);
  if (values.every((i) => i >= 0)) return index;
  return fromIntegers(
    values.map((i) => (i < 0 ? i + size : i)),
    index.shape,
  );
}

export const indexing: EvaluateTable = {
  Gather: (call) => {
    const [x, axis] = [call.tensor(0), call.int("axis", 0)];
    return indexSelect(x, axis, plain(call.tensor(1), x.shape.at(axis) ?? 1));
  },
  GatherElements: (call) => {
    const [x, axis] = [call.tensor(0), call.int("axis", 0)];
    return gather(x, axis, plain(call.tensor(1), x.shape.at(axis) ?? 1));
  },
};
