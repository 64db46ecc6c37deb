/**
 * @file Symbolic dimensions: polynomials with integer coefficients over interned atoms, kept in the core
 * (assembly/symbolic). Equal expressions have equal handles, so `===` on handles of one environment decides equality.
 */

import { core } from "./core/door.ts";

/** A size: a number, or a symbolic integer. */
export type Dim = number | SymInt;
export type Shape = readonly Dim[];

/** One program's store of expressions: symbols, their ranges, and what guards say of them. Freed whole. */
export class SymEnv { /* see H-symbolic */ }

/** An integer expression: a handle into the store of its environment. */
export class SymInt {
  readonly env: SymEnv;
  readonly handle: number;
  constructor(env: SymEnv, handle: number) {
    this.env = env;
    this.handle = handle;
  }
}
