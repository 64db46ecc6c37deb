/** @file Reads the text of a dim (`2*s1 + 3`, `s0//4`, `Max(1, s0)`), as `show` prints it. */

import { OnnxExporterError } from "../../errors.ts";
import { add, broadcast, type Dim, floordiv, max, min, mod, mul, neg, type SymEnv, sub } from "../../symbolic.ts";

const functions: { readonly [name: string]: (a: Dim, b: Dim) => Dim } = { Max: max, Min: min, Broadcast: broadcast, Mod: mod };

/** Files may say what they like: no size is a higher power of anything, or nests deeper. */
const maxExponent = 64;
const maxDepth = 100;

/** What `pattern` matches of `text` from `at` on, white space before it skipped, and where it ends; null where it does not match. */
export function tokenAt(text: string, at: number, pattern: RegExp): { readonly token: string; readonly end: number } | null {
  const sticky = new RegExp(`\\s*(${pattern.source})`, "y");
  sticky.lastIndex = at;
  const match = sticky.exec(text);
  return match && { token: match[1] as string, end: sticky.lastIndex };
}

class DimReader {
  readonly #text: string;
  readonly #env: SymEnv;
  #at = 0;
  #depth = 0;
  constructor(text: string, env: SymEnv) {
    this.#text = text;
    this.#env = env;
  }
  read(): Dim {
    const d = this.#sum();
    return this.#at === this.#text.trimEnd().length ? d : this.#fail();
  }
  #fail(): never {
    throw new OnnxExporterError("text/dim", `cannot read the dim ${JSON.stringify(this.#text)} at character ${this.#at + 1}`);
  }
  #take(pattern: RegExp): string | null {
    const found = tokenAt(this.#text, this.#at, pattern);
    if (found) this.#at = found.end;
    return found?.token ?? null;
  }
  #sum(): Dim {
    if (++this.#depth > maxDepth) this.#fail();
    let d = this.#take(/-/) ? neg(this.#product()) : this.#product();
    for (;;) {
      const sign = this.#take(/[+-]/);
      if (sign === null) break;
      d = sign === "+" ? add(d, this.#product()) : sub(d, this.#product());
    }
    this.#depth--;
    return d;
  }
  #product(): Dim {
    let d = this.#power();
    for (;;) {
      const operator = this.#take(/\/\/|%|\*(?!\*)/);
      if (operator === null) return d;
      d = operator === "*" ? mul(d, this.#power()) : operator === "%" ? mod(d, this.#power()) : floordiv(d, this.#power());
    }
  }
  #power(): Dim {
    const base = this.#factor();
    if (!this.#take(/\*\*/)) return base;
    const exponent = Number(this.#take(/\d+/) ?? this.#fail());
    if (exponent > maxExponent) this.#fail();
    return Array.from({ length: exponent }, () => base).reduce<Dim>(mul, 1);
  }
  #factor(): Dim {
    if (this.#take(/\(/)) return this.#closed(this.#sum());
    const digits = this.#take(/\d+/);
    if (digits !== null) return this.#env.integer(BigInt(digits));
    const name = this.#take(/[^\s\d()*/%+,-][^\s()*/%+,-]*/) ?? this.#fail();
    const f = functions[name];
    if (!f || !this.#take(/\(/)) return this.#env.symbol(name, 0);
    let d = this.#sum();
    while (this.#take(/,/)) d = f(d, this.#sum());
    return this.#closed(d);
  }
  #closed(d: Dim): Dim {
    return this.#take(/\)/) ? d : this.#fail();
  }
}

/** The dim that `text` says; symbols are those of `env`, at least 0. Throws `text/dim`. */
export const parseDim = (text: string, env: SymEnv): Dim => new DimReader(text, env).read();
