/** @file Complex tensors and their parts. */

import { imagPart, makeComplex, realPart, viewAsComplex, viewAsReal } from "../core/ops/complex.ts";
import { binary, unary } from "../core/ops/elementwise.ts";
import { clone } from "../core/ops/layout.ts";
import type { Strided } from "../core/strided.ts";
import { type DType, isComplex, realOf } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { broadcastShapes, each } from "./broadcast.ts";
import type { Typed } from "./promotion.ts";
import type { AtenTable, Meta } from "./table.ts";
import { shaped, showShape } from "./view-shape.ts";

interface Self<T> {
  readonly self: T;
}

const complexOf = (real: DType): DType => (real === "float64" ? "complex128" : real === "float16" ? "complex32" : "complex64");
const same = ({ self }: Self<Typed>): Meta => shaped(self, self.shape);

/** Real tensors are their own conjugates; complex ones are computed (a conjugate bit is not kept). */
const conjugated = {
  meta: same,
  eval: ({ self }: Self<Strided>): Strided => (isComplex(self.dtype) ? makeComplex(realPart(self), unary("neg", imagPart(self))) : self),
};

const pairs = {
  meta: ({ self }: Self<Typed>): Meta => ({ dtype: realOf(self.dtype), shape: [...self.shape, 2] }),
  eval: ({ self }: Self<Strided>): Strided => viewAsReal(self),
};

const ofPairs = {
  meta: ({ self }: Self<Typed>): Meta => {
    if (self.shape.at(-1) === 2) return { dtype: complexOf(self.dtype), shape: self.shape.slice(0, -1) };
    throw new OnnxExporterError(
      "shape/complex",
      `view_as_complex of ${showShape(self.shape)}`,
      "the last dim must be 2: real and imaginary part",
    );
  },
  eval: ({ self }: Self<Strided>): Strided => viewAsComplex(self),
};

export const complexView = {
  "aten::view_as_real": pairs,
  "aten::view_as_complex": ofPairs,
  "aten::view_as_real_copy": { meta: pairs.meta, eval: (args) => clone(pairs.eval(args)) },
  "aten::view_as_complex_copy": { meta: ofPairs.meta, eval: (args) => clone(ofPairs.eval(args)) },
  "aten::real": { meta: ({ self }) => ({ dtype: realOf(self.dtype), shape: self.shape }), eval: ({ self }) => realPart(self) },
  "aten::imag": {
    meta: ({ self }) => {
      if (isComplex(self.dtype)) return { dtype: realOf(self.dtype), shape: self.shape };
      throw new OnnxExporterError("aten/complex", `imag of a ${self.dtype} tensor`, "only complex tensors have an imaginary part");
    },
    eval: ({ self }) => imagPart(self),
  },
  ...each(["aten::conj", "aten::_conj", "aten::_conj_copy", "aten::conj_physical", "aten::_conj_physical"], () => conjugated),
  "aten::complex": {
    meta: ({ real, imag }) => ({ dtype: complexOf(real.dtype), shape: broadcastShapes(real.shape, imag.shape) }),
    eval: ({ real, imag }) => makeComplex(real, imag),
  },
  "aten::polar": {
    meta: ({ abs, angle }) => ({ dtype: complexOf(abs.dtype), shape: broadcastShapes(abs.shape, angle.shape) }),
    eval: ({ abs, angle }) => makeComplex(binary("mul", abs, unary("cos", angle)), binary("mul", abs, unary("sin", angle))),
  },
} satisfies AtenTable;
