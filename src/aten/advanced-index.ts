/** @file Values behind advanced indexing: index tensors of the core turned into row numbers of a table. */

import { nonzero } from "../core/ops/index.ts";
import { contiguous, expand, permute, reshape, select } from "../core/ops/layout.ts";
import { fromIntegers, integers } from "../core/ops/values.ts";
import { numel, type Strided } from "../core/strided.ts";
import { OnnxExporterError } from "../errors.ts";
import { type IndexPlan, indexPlan, indexShape, isMask, withoutMasks } from "./index-shape.ts";
import { showShape, sizes } from "./view-shape.ts";

/** Coordinates of the true elements of a mask, a vector per dim; of a 0-d mask, a vector of zeros as long as it is true. */
function coordinates(mask: Strided): Strided[] {
  const at = nonzero(mask.shape.length === 0 ? reshape(mask, [1]) : mask);
  return Array.from({ length: at.shape[1] as number }, (_, i) => contiguous(select(at, 1, i)));
}

export interface Rows {
  /** What is indexed: `self`, with a dim of 1 in front where a 0-d mask indexes. */
  readonly base: Strided;
  readonly plan: IndexPlan;
  /** Row numbers in the table of indexed elements, flat. */
  readonly rows: Strided;
  /** The shape that the indices broadcast to. */
  readonly own: readonly number[];
  /** `self` with the indexed dims merged in front: [rows, …rest]. */
  readonly table: Strided;
}

/** `self[indices]` as rows of a table. Throws `aten/index` for an index out of range. */
export function rowsOf(self: Strided, given: readonly (Strided | null)[]): Rows {
  // a 0-d mask adds a dim of size 1 that it then indexes
  const base = given.some((x) => x !== null && isMask(x) && x.shape.length === 0) ? reshape(self, [1, ...self.shape]) : self;
  const indices = withoutMasks(given, coordinates);
  const plan = indexPlan(base, indices);
  const own = sizes(indexShape(indices));
  const rows = new Array<number>(numel(own)).fill(0);
  for (const d of plan.indexed) {
    const size = base.shape[d] as number;
    const at = integers(expand(indices[d] as Strided, own));
    at.forEach((i, k) => {
      if (i < -size || i >= size) {
        throw new OnnxExporterError(
          "aten/index",
          `index ${i} is out of range for dim ${d} of ${showShape(base.shape)}`,
          "indices run from -size to size - 1",
        );
      }
      rows[k] = (rows[k] as number) * size + (i < 0 ? i + size : i);
    });
  }
  const height = plan.indexed.reduce((n, d) => n * (base.shape[d] as number), 1);
  const table = reshape(permute(base, [...plan.indexed, ...plan.rest]), [height, ...plan.rest.map((d) => base.shape[d] as number)]);
  return { base, plan, rows: fromIntegers(rows), own, table };
}
