/** @file The complex pass where complex values begin and end: parts, casts, and tensors made of nothing. */

import { each } from "../../aten/broadcast.ts";
import { type TensorType, Value } from "../../aten/graph.ts";
import type { Op, ScalarOf } from "../../aten/table.ts";
import { isComplex, realOf } from "../../dtype.ts";
import type { Dim } from "../../symbolic.ts";
import * as algebra from "./algebra.ts";
import { truth } from "./elementwise.ts";
import { Cartesian, type Operand, Pair, type Part, Stored } from "./pair.ts";
import { type AnyRule, cartesian, onShapes, type Result, type Rewriting, type RuleTable } from "./rule.ts";

interface Self {
  readonly self: Operand;
}

const real = ({ self }: Self): Value => (self instanceof Pair ? self.re : self);
const conjugate = ({ self }: Self, at: Rewriting): Result => (self instanceof Pair ? algebra.conj(self.cartesian, at.real) : self);
const pairs = ({ self }: Self): Value => (self as Pair).stored;
const ofPairs = ({ self }: Self): Stored => new Stored(self as Value);

/** To the result's dtype: complex numbers become real ones by their real part, truth values by both. */
const converted = ({ self }: Self, at: Rewriting): Result => {
  const dtype = at.types[0]?.dtype ?? self.dtype;
  if (isComplex(dtype)) {
    const { re, im } = cartesian(self, at);
    const part = (x: Part): Part =>
      x instanceof Value && x.dtype !== realOf(dtype) ? at.real.call("aten::to.dtype", { self: x, dtype: realOf(dtype) }) : x;
    return new Cartesian(part(re), part(im));
  }
  if (dtype === "bool") return truth(self, at);
  const { re } = self as Pair;
  return re.dtype === dtype ? re : at.real.call("aten::to.dtype", { self: re, dtype });
};

/** Ops of real numbers alone, of complex ones by way of a real `dtype`. */
const inDType = <N extends "aten::softmax.int" | "aten::log_softmax.int">(names: readonly N[]) =>
  each(names, (op) => (args: Self & { readonly dim: number }, at: Rewriting): Result => {
    const self = converted(args, at);
    return at.call(op as "aten::softmax.int", { ...args, self: self as Operand });
  });

/** A tensor that `make` fills; where it is a real one after a complex one (`zeros_like` in another dtype), the op as it is. */
const made = <N extends Op>(names: readonly N[], make: (args: Filled, at: Rewriting) => Cartesian): { readonly [K in N]: AnyRule } =>
  each(
    names,
    (op): AnyRule =>
      (args: never, at) =>
        at.types.some((t) => isComplex(t.dtype)) ? make(args, at) : onShapes(op, args, at),
  );
interface Filled {
  readonly fill_value: ScalarOf<Dim>;
}
const constant = (re: number) => (): Cartesian => new Cartesian(re, 0);
const filled = ({ fill_value }: Filled, at: Rewriting): Cartesian => cartesian(fill_value, at);

export const conversion = {
  ...each(["aten::view_as_real", "aten::view_as_real_copy"], () => pairs),
  ...each(["aten::view_as_complex", "aten::view_as_complex_copy"], () => ofPairs),
  "aten::real": real,
  "aten::imag": ({ self }) => (self as Pair).im,
  ...each(["aten::conj", "aten::_conj", "aten::_conj_copy", "aten::conj_physical", "aten::_conj_physical"], () => conjugate),
  "aten::complex": ({ real, imag }) => new Cartesian(real as Value, imag as Value),
  "aten::polar": ({ abs, angle }, at) => algebra.polar(abs as Value, angle as Value, at.real),
  ...each(["aten::to.dtype", "aten::to.dtype_layout", "aten::to.device", "aten::_to_copy"], () => converted),
  "prims::convert_element_type": ({ a }, at) => converted({ self: a }, at),
  "aten::view.dtype": ({ self, dtype }, at) => viewed(self, isComplex(dtype), at),
  ...inDType(["aten::softmax.int", "aten::log_softmax.int"]),
  // What a program asserts of a complex tensor is true of no real one.
  "aten::_assert_tensor_metadata": () => [],

  "aten::scalar_tensor": ({ s }, at) => cartesian(s, at),
  "aten::copy": ({ src }, at) => cartesian(src, at),
  "aten::eye": (args, at) => new Cartesian(at.real.call("aten::eye", { n: args.n }), 0),
  "aten::eye.m": (args, at) => new Cartesian(at.real.call("aten::eye.m", { n: args.n, m: args.m }), 0),
} satisfies RuleTable;

/** Tensors that no operand's values decide. */
export const creation = {
  ...made(["aten::zeros", "aten::zeros_like", "aten::new_zeros", "aten::_efficientzerotensor"], constant(0)),
  ...made(["aten::empty.memory_format", "aten::empty_like", "aten::new_empty"], constant(0)),
  ...made(["aten::ones", "aten::ones_like", "aten::new_ones"], constant(1)),
  ...made(["aten::full", "aten::full_like", "aten::new_full"], filled),
};

/** The same bytes under another dtype: [..., n] complex numbers are [..., 2 n] real ones. */
function viewed(self: Operand, toComplex: boolean, at: Rewriting): Result {
  if (self instanceof Pair)
    return toComplex ? self : at.real.call("aten::flatten.using_ints", { self: self.stored, start_dim: -2, end_dim: -1 });
  const dtype = realOf((at.types[0] as TensorType).dtype);
  const numbers = at.real.call("aten::view.dtype", { self: self as Value, dtype });
  return new Stored(at.real.call("aten::unflatten.int", { self: numbers, dim: -1, sizes: [-1, 2] }));
}
