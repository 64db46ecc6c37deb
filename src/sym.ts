/** @file Arithmetic on sizes that may be dynamic. */

import { add, type Dim, floordiv, max, min, mod, mul, neg, SymInt, show, sub } from "./symbolic.ts";
import { evaluate } from "./symbolic-values.ts";

/** What a size can do besides standing where a number is wanted. */
export interface SizeArithmetic {
  add(other: number): Size;
  sub(other: number): Size;
  mul(other: number): Size;
  floordiv(other: number): Size;
  mod(other: number): Size;
  max(other: number): Size;
  min(other: number): Size;
  neg(): Size;
}
/** A size, dynamic or not: takes the place of a number in shapes and arguments of torch functions. */
export type Size = number & SizeArithmetic;

/** A size in disguise: what `sym` gives. */
export class SymbolicSize {
  readonly dim: Dim;
  constructor(dim: Dim) {
    this.dim = dim;
  }
  add(other: number): Size {
    return sized(add(this.dim, unwrapSize(other)));
  }
  sub(other: number): Size {
    return sized(sub(this.dim, unwrapSize(other)));
  }
  mul(other: number): Size {
    return sized(mul(this.dim, unwrapSize(other)));
  }
  floordiv(other: number): Size {
    return sized(floordiv(this.dim, unwrapSize(other)));
  }
  mod(other: number): Size {
    return sized(mod(this.dim, unwrapSize(other)));
  }
  max(other: number): Size {
    return sized(max(this.dim, unwrapSize(other)));
  }
  min(other: number): Size {
    return sized(min(this.dim, unwrapSize(other)));
  }
  neg(): Size {
    return sized(neg(this.dim));
  }
  valueOf(): number {
    return this.dim instanceof SymInt ? this.dim.valueOf() : evaluate(this.dim, () => 0);
  }
  toString(): string {
    return show(this.dim);
  }
}

/** The class does all that the type promises but being a primitive, which no torch function needs. */
const sized = (dim: Dim): Size => new SymbolicSize(dim) as never;

/** The expression behind a size, whatever its disguise. */
export const unwrapSize = (x: unknown): Dim => (x instanceof SymbolicSize ? x.dim : (x as Dim));

/** `torch.sym(b).mul(2)`: arithmetic on `size` that holds for every size it may have. */
export const sym = (size: number): Size => sized(unwrapSize(size));
