/** @file Orthogonal factorizations: computed by the core where they are met, and not exported, since ONNX has nothing that says them. */

import { eig, eigh, pinv, svd } from "../core/ops/decompositions.ts";
import { contiguous } from "../core/ops/layout.ts";
import { conjugate, swapped } from "../core/ops/linalg.ts";
import { type DType, isComplex, realOf } from "../dtype.ts";
import { type Dim, min } from "../symbolic.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Meta } from "./table.ts";

const typed = (dtype: DType, batch: readonly Dim[], ...tail: Dim[]): Meta => ({ dtype, shape: [...batch, ...tail] });
const sizes = (A: TensorType): { batch: readonly Dim[]; m: Dim; n: Dim; k: Dim } => {
  const [m, n] = [A.shape.at(-2) as Dim, A.shape.at(-1) as Dim];
  return { batch: A.shape.slice(0, -2), m, n, k: min(m, n) };
};

function svdType(A: TensorType, full: boolean): [Meta, Meta, Meta] {
  const { batch, m, n, k } = sizes(A);
  return [typed(A.dtype, batch, m, full ? m : k), typed(realOf(A.dtype), batch, k), typed(A.dtype, batch, full ? n : k, n)];
}

const eigenDtype = (d: DType): DType => (isComplex(d) ? d : d === "float64" ? "complex128" : "complex64");
const pinvType = (A: TensorType): Meta => {
  const { batch, m, n } = sizes(A);
  return typed(A.dtype, batch, n, m);
};
const plain = (x: number | Dim | null): number => Number(x ?? 0);

export const decompositions = {
  "aten::linalg_pinv": {
    meta: ({ self }) => pinvType(self),
    eval: ({ self, rcond }) => pinv(self, { rtol: plain(rcond) }),
  },
  "aten::linalg_pinv.atol_rtol_float": {
    meta: ({ self }) => pinvType(self),
    eval: ({ self, atol, rtol }) => pinv(self, { atol: plain(atol), ...(rtol !== null && { rtol: plain(rtol) }) }),
  },
  "aten::pinverse": { meta: ({ self }) => pinvType(self), eval: ({ self, rcond }) => pinv(self, { rtol: plain(rcond) }) },
} satisfies AtenTable;
