/** @file Sizes as values: a symbolic dim is found in a value that holds it, read off a shape that has it, or computed from these. */

import { type Atom, bounds, type Dim, isStatic, mul, type Shape, SymInt, show, sub, type Term, terms } from "../../symbolic.ts";
import { symbolsOf } from "../../symbolic-values.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "./builder.ts";

/** Axis `axis` of `value` has the size asked for. */
interface Place {
  readonly value: Value;
  readonly axis: number;
}

const keyOf = (shape: Shape): string => shape.map((d) => (typeof d === "number" ? `${d}` : `~${d.handle}`)).join();

/** Vectors longer than this are not looked up by their contents. */
const LONGEST = 16;

export class DimBuilder {
  readonly #op: OpBuilder;
  readonly #outer: DimBuilder | null;
  readonly #places = new Map<SymInt, Place>();
  readonly #scalars = new Map<SymInt, Value>();
  readonly #vectors = new Map<string, Value>();

  /** `outer`: of the graph around a body, whose values the body may read. */
  constructor(op: OpBuilder, outer: DimBuilder | null) {
    this.#op = op;
    this.#outer = outer;
    for (const input of op.graph.inputs) this.note(input);
  }

  /** Remembers the sizes that `value` holds or has; the first value that has a size is asked for it. */
  note(value: Value): void {
    const { type, data } = value;
    if (type?.dtype === "int64" && data !== null && data.length <= LONGEST && type.shape !== null) {
      const [first] = data;
      if (type.shape.length === 0 && first instanceof SymInt && !this.#scalars.has(first)) this.#scalars.set(first, value);
      if (type.shape.length === 1 && data.some((d) => d instanceof SymInt)) {
        const key = keyOf(data);
        if (!this.#vectors.has(key)) this.#vectors.set(key, value);
      }
    }
    type?.shape?.forEach((d, axis) => {
      if (d instanceof SymInt && !this.#places.has(d)) this.#places.set(d, { value, axis });
    });
  }

  /** `d` as an int64 scalar. */
  scalar(d: SymInt): Value {
    const known = this.#scalarOf(d);
    if (known) return known;
    const made = this.#op.Squeeze(this.vector([d]), [0]);
    return this.#holds(made, [d], () => this.#scalars.set(d, made));
  }

  /** `shape` as an int64 vector; at least one dim is symbolic. */
  vector(shape: Shape): Value {
    const key = keyOf(shape);
    const known = this.#vectorOf(key);
    if (known) return known;
    const parts = this.#parts(shape);
    const made = parts.length === 1 ? (parts[0] as Value) : this.#op.Concat(parts, { axis: 0 });
    return this.#holds(made, shape, () => this.#vectors.set(key, made));
  }

  #holds(made: Value, data: Shape, remember: () => void): Value {
    made.data ??= data;
    if (this.#op.before === null) remember();
    return made;
  }

  #scalarOf(d: SymInt): Value | undefined {
    return this.#scalars.get(d) ?? (this.#outer === null ? undefined : this.#outer.#scalarOf(d));
  }
  #vectorOf(key: string): Value | undefined {
    return this.#vectors.get(key) ?? (this.#outer === null ? undefined : this.#outer.#vectorOf(key));
  }
  #placeOf(d: SymInt): Place | undefined {
    return (this.#outer === null ? undefined : this.#outer.#placeOf(d)) ?? this.#places.get(d);
  }
  *#allPlaces(): Generator<readonly [SymInt, Place]> {
    if (this.#outer) yield* this.#outer.#allPlaces();
    yield* this.#places;
  }

  /** Pieces of the vector: runs of constants, runs that one Shape gives, and single sizes. */
  #parts(shape: Shape): Value[] {
    const parts: Value[] = [];
    for (let i = 0; i < shape.length; ) {
      const d = shape[i] as Dim;
      let end = i + 1;
      if (isStatic(d)) {
        while (end < shape.length && isStatic(shape[end] as Dim)) end++;
        const run = shape.slice(i, end) as readonly number[];
        parts.push(this.#op.constant("int64", [run.length], run));
      } else {
        const place = this.#placeOf(d);
        while (place && end < shape.length && place.value.shape[place.axis + end - i] === shape[end]) end++;
        parts.push(this.#single(d, place, end - i));
      }
      i = end;
    }
    return parts;
  }

  /** `count` sizes from `d` on as a vector. */
  #single(d: SymInt, place: Place | undefined, count: number): Value {
    const scalar = count === 1 ? this.#scalarOf(d) : undefined;
    if (scalar) return this.#op.Unsqueeze(scalar, [0]);
    const vector = count === 1 ? this.#vectorOf(keyOf([d])) : undefined;
    if (vector) return vector;
    if (place) {
      const { value, axis } = place;
      const end = axis + count;
      return this.#op.Shape(value, end === value.rank ? { start: axis } : { start: axis, end });
    }
    const made = this.#compute(d);
    return this.#holds(made, [d], () => this.#vectors.set(keyOf([d]), made));
  }

  #one(d: Dim): Value {
    return isStatic(d) ? this.#op.constant("int64", [1], [d]) : this.vector([d]);
  }

  /** A sum of products; a single symbol is solved for. */
  #compute(d: SymInt): Value {
    const summands = terms(d);
    const [only] = summands;
    if (summands.length === 1 && only?.atoms.length === 1 && only.coefficient === 1) return this.#atom(only.atoms[0] as Atom);
    // Negative terms are subtracted: (a + b) - 2*c.
    const plus = summands.filter((t) => t.coefficient > 0);
    const minus = summands.filter((t) => t.coefficient < 0);
    let sum: Value | null = null;
    for (const t of plus) sum = sum === null ? this.#term(t, 1n) : this.#op.Add(sum, this.#term(t, 1n));
    for (const t of minus) sum = sum === null ? this.#term(t, 1n) : this.#op.Sub(sum, this.#term(t, -1n));
    return sum ?? this.#op.constant("int64", [1], [0]);
  }

  #term(t: Term, sign: bigint): Value {
    const coefficient = BigInt(t.coefficient) * sign;
    const factors = t.atoms.map((a) => this.#one(a.dim));
    if (coefficient !== 1n || factors.length === 0) factors.push(this.#op.constant("int64", [1], [coefficient]));
    return factors.reduce((product, f) => this.#op.Mul(product, f));
  }

  #atom(a: Atom): Value {
    switch (a.kind) {
      case "symbol":
        return this.#solve(a.dim) ?? this.#unknown(a.dim);
      case "opaque":
        return this.#unknown(a.dim);
      case "floordiv":
        return this.#floordiv(...a.args);
      case "max":
        return this.#op.Max(this.#one(a.args[0]), this.#one(a.args[1]));
      case "min":
        return this.#op.Min(this.#one(a.args[0]), this.#one(a.args[1]));
      case "add":
        return this.#op.Add(this.#one(a.args[0]), this.#one(a.args[1]));
      case "mul":
        return this.#op.Mul(this.#one(a.args[0]), this.#one(a.args[1]));
      case "broadcast": {
        const [x, y] = [this.#one(a.args[0]), this.#one(a.args[1])];
        return this.#op.Where(this.#op.Equal(x, 1), y, x);
      }
    }
  }

  /** ONNX divides towards zero: only where nothing is negative is that the floor. */
  #floordiv(a: Dim, b: Dim): Value {
    const [x, y] = [this.#one(a), this.#one(b)];
    if (bounds(a)[0] >= 0 && bounds(b)[0] > 0) return this.#op.Div(x, y);
    return this.#op.Div(this.#op.Sub(x, this.#op.Mod(x, y)), y); // Mod has the divisor's sign: the difference divides exactly
  }

  /** The symbol `s` from a shape that has `k*s + rest`, all of rest being in shapes. */
  #solve(s: SymInt): Value | null {
    for (const [size] of this.#allPlaces()) {
      const term = terms(size).find((t) => t.atoms.length === 1 && t.atoms[0]?.dim === s);
      if (!term || typeof term.coefficient === "bigint") continue;
      const rest = sub(size, mul(term.coefficient, s));
      const others = symbolsOf(rest);
      if (others.some((name) => s.env.symbol(name) === s || !this.#placeOf(s.env.symbol(name)))) continue;
      const multiple = isStatic(rest) && rest === 0 ? this.#one(size) : this.#op.Sub(this.#one(size), this.#one(rest));
      return term.coefficient === 1 ? multiple : this.#op.Div(multiple, term.coefficient);
    }
    return null;
  }

  /** In a function: `s` as an input that its callers give. */
  #fromCaller(s: SymInt): Value | null {
    if (this.#outer !== null) return this.#outer.#fromCaller(s);
    const input = this.#op.sizeInput?.(s) ?? null;
    if (input) this.note(input);
    return input;
  }

  #unknown(s: SymInt): Value {
    const given = this.#fromCaller(s);
    if (given) return this.#op.Unsqueeze(given, [0]);
    return this.#op.refuse(
      `the size ${show(s)} is needed as a value, but no input and no value computed so far has it in its shape`,
      "pass the size as an input, or take it from a tensor's shape",
    );
  }
}
