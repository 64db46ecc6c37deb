/** @file A complex value in a real graph: its two parts, or both in one tensor with a trailing dim of 2. Each form is made from the other when first read. */

import { type TensorType, Value } from "../../aten/graph.ts";
import type { Typed } from "../../aten/promotion.ts";
import type { ArgsOf, Op, ReturnOf } from "../../aten/table.ts";
import { type DType, realOf } from "../../dtype.ts";
import { type Dim, equal, isStatic, type Shape } from "../../symbolic.ts";

/** A real or an imaginary part: a tensor that broadcasts to the complex value's shape, or one number for all elements. */
export type Part = Value | number;

/** What stands for a tensor in the complex pass. */
export type Operand = Value | Pair;

/** Appends a call on real values to the graph. */
export type RealCall = <K extends Op>(op: K, args: Partial<ArgsOf<K, Value, Dim>>) => ReturnOf<K, Value, Dim>;

/** re + im i, of whatever shape its parts broadcast to. */
export class Cartesian {
  readonly re: Part;
  readonly im: Part;
  constructor(re: Part, im: Part) {
    this.re = re;
    this.im = im;
  }
}

/** A complex value as one real tensor with a trailing dim of 2. */
export class Stored {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** The type that a complex value is stored with: complex64[…] is float32[…, 2]. */
export const storedType = ({ dtype, shape }: Typed): TensorType => ({ kind: "tensor", dtype: realOf(dtype), shape: [...shape, 2] });

/** A complex value of known type. */
export class Pair {
  readonly kind = "tensor";
  readonly dtype: DType;
  readonly shape: Shape;
  readonly #call: RealCall;
  #cartesian: Cartesian | null;
  #stored: Value | null;

  constructor(type: Typed, given: Cartesian | Stored, call: RealCall) {
    this.dtype = type.dtype;
    this.shape = type.shape;
    this.#call = call;
    this.#cartesian = given instanceof Cartesian ? given : null;
    this.#stored = given instanceof Stored ? this.#typed(given.value) : null;
  }

  /** The parts as they are known: a number where all elements have it. */
  get cartesian(): Cartesian {
    this.#cartesian ??= new Cartesian(this.#select(0), this.#select(1));
    return this.#cartesian;
  }

  /** The real part, a tensor of the value's shape. */
  get re(): Value {
    const whole = this.#whole(this.cartesian.re);
    this.#cartesian = new Cartesian(whole, this.cartesian.im);
    return whole;
  }

  /** The imaginary part, a tensor of the value's shape. */
  get im(): Value {
    const whole = this.#whole(this.cartesian.im);
    this.#cartesian = new Cartesian(this.cartesian.re, whole);
    return whole;
  }

  /** Both parts along a trailing dim of 2. */
  get stored(): Value {
    this.#stored ??= this.#call("aten::stack", { tensors: [this.re, this.im], dim: this.shape.length });
    return this.#stored;
  }

  #select(index: number): Value {
    return this.#call("aten::select.int", { self: this.stored, dim: this.shape.length, index });
  }

  /** Symbols of one rank and place stand for one size: a part that only the data size has symbols of its own. */
  #whole(part: Part): Value {
    const dtype = realOf(this.dtype);
    if (!(part instanceof Value)) return this.#call("aten::full", { size: this.shape, fill_value: part, dtype });
    const typed = this.#typed(part);
    if (isOne(typed.shape, this.shape)) return typed;
    if (!mayBeOne(typed.shape, this.shape) || typed.producer === null) return this.#call("aten::expand", { self: typed, size: this.shape });
    typed.type = { kind: "tensor", dtype, shape: this.shape };
    return typed;
  }

  #typed(x: Value): Value {
    const dtype = realOf(this.dtype);
    return x.dtype === dtype ? x : this.#call("aten::to.dtype", { self: x, dtype });
  }
}

const isOne = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => equal(d, b[i] as Dim));
const mayBeOne = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((d, i) => equal(d, b[i] as Dim) || !(isStatic(d) || isStatic(b[i] as Dim)));
