/** @file Memory under another shape: `resize_` keeps the elements in order and adds or leaves out some at the end. */

import { fill } from "../core/ops/elementwise.ts";
import { asStrided, clone, copyInto, reshape } from "../core/ops/layout.ts";
import { numel, type Strided } from "../core/strided.ts";
import { width } from "../dtype.ts";
import { type Shape, sameShape } from "../symbolic.ts";
import type { Typed } from "./promotion.ts";
import type { AtenTable, Meta } from "./table.ts";
import { shaped, sizes } from "./view-shape.ts";

/** What lies in the storage from the tensor's first element on, row-major in the new shape; elements beyond the storage are 0 (PyTorch leaves them undefined). */
function resized(self: Strided, size: readonly number[]): Strided {
  if (sameShape(self.shape, size)) return clone(self);
  const held = Math.floor(self.storage.nbytes / width(self.dtype)) - self.offset;
  const kept = Math.min(held, numel(size));
  const flat = fill(self.dtype, [numel(size)], 0);
  copyInto(asStrided(flat, [kept], [1]), asStrided(self, [kept], [1]));
  return reshape(flat, size);
}

const meta = (self: Typed, size: Shape): Meta => shaped(self, size);

export const resizeStorage = {
  "aten::resize": {
    meta: ({ self, size }) => meta(self, size),
    eval: ({ self, size }) => resized(self, sizes(size)),
  },
  "aten::resize_as": {
    meta: ({ self, the_template }) => meta(self, the_template.shape),
    eval: ({ self, the_template }) => resized(self, the_template.shape),
  },
} satisfies AtenTable;
