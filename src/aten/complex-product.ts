/** @file Products of complex operands as products of their real parts: what the complex pass finds where ONNX has real products only. */

import { isComplex } from "../dtype.ts";
import { internal } from "../errors.ts";
import type { Call, Symbolic } from "./table.ts";

const re = (self: Symbolic, call: Call): Symbolic => (isComplex(self.dtype) ? call("aten::real", { self }) : self);
const im = (self: Symbolic, call: Call): Symbolic | null => (isComplex(self.dtype) ? call("aten::imag", { self }) : null);

/** (a + bi)(c + di) = (ac - bd) + (ad + bc)i for any product `f` that is linear in both operands. A real operand has no second part. */
export function complexProduct(x: Symbolic, y: Symbolic, call: Call, f: (x: Symbolic, y: Symbolic) => Symbolic): Symbolic {
  const [a, b, c, d] = [re(x, call), im(x, call), re(y, call), im(y, call)];
  if (b === null && d === null) internal("a real product was to be taken apart");
  const ac = f(a, c);
  const cross = [...(d === null ? [] : [f(a, d)]), ...(b === null ? [] : [f(b, c)])];
  const imag = cross.reduce((self, other) => call("aten::add.Tensor", { self, other }));
  const real = b === null || d === null ? ac : call("aten::sub.Tensor", { self: ac, other: f(b, d) });
  return call("aten::complex", { real, imag });
}

/** `y` with a complex or real `bias` added. */
export const plusBias = (y: Symbolic, bias: Symbolic | null, call: Call): Symbolic =>
  bias === null ? y : call("aten::add.Tensor", { self: y, other: bias });
