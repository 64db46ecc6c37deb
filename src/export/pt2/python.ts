/**
 * @file Python expressions, as far as archives hold them: sizes as `sympy.srepr` (2.6+) or `str` (2.5), keys of range constraints,
 * guards. All three are Python syntax, so one parser reads them.
 */

export type Python =
  | { readonly kind: "number"; readonly value: number | bigint; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "name"; readonly id: string }
  | { readonly kind: "call"; readonly fn: Python; readonly args: readonly Python[] }
  | { readonly kind: "attribute"; readonly of: Python; readonly name: string }
  | { readonly kind: "subscript"; readonly of: Python; readonly index: Python }
  | { readonly kind: "unary"; readonly op: string; readonly x: Python }
  | { readonly kind: "binary"; readonly op: string; readonly a: Python; readonly b: Python }
  | { readonly kind: "compare"; readonly op: string; readonly a: Python; readonly b: Python }
  | { readonly kind: "tuple"; readonly items: readonly Python[] };

/** Nesting beyond this is refused: no size or guard comes near. */
const depthLimit = 200;

const token =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(\*\*|\/\/|<<|>>|<=|>=|==|!=|[-+*/%~&|^<>()[\],.=]))/y;

/** Binary operators by binding power, as Python has them; comparisons and `not` stand between `and` and `|`. */
const power: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "==": 4,
  "!=": 4,
  "|": 5,
  "^": 6,
  "&": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "//": 10,
  "%": 10,
  "**": 12,
};

interface Token {
  readonly kind: "number" | "name" | "string" | "op" | "end";
  readonly text: string;
}

class PythonSyntax extends Error {}

function tokens(text: string): Token[] {
  const list: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const at = token.lastIndex;
    const m = token.exec(text);
    if (m === null) throw new PythonSyntax(`unexpected "${text.slice(at, at + 12)}" at ${at}`);
    const kind = m[1] !== undefined ? "number" : m[2] !== undefined ? "name" : m[3] !== undefined ? "string" : "op";
    list.push({ kind, text: m[1] ?? m[2] ?? m[3] ?? (m[4] as string) });
  }
  list.push({ kind: "end", text: "the end" });
  return list;
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #accept(text: string): boolean {
    const hit = this.#next.kind !== "string" && this.#next.text === text;
    if (hit) this.#at++;
    return hit;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw new PythonSyntax(`"${text}" wanted, "${this.#next.text}" found`);
  }

  whole(): Python {
    const x = this.#expression(0);
    if (this.#next.kind !== "end") throw new PythonSyntax(`"${this.#next.text}" after the expression`);
    return x;
  }

  #expression(least: number): Python {
    if (++this.#depth > depthLimit) throw new PythonSyntax(`nested deeper than ${depthLimit}`);
    let a = this.#prefix();
    for (;;) {
      const op = this.#next.kind === "op" || this.#next.kind === "name" ? this.#next.text : "";
      const strength = Object.hasOwn(power, op) ? (power[op] as number) : -1;
      if (strength <= least) break;
      this.#at++;
      const b = this.#expression(op === "**" ? strength - 1 : strength);
      a = { kind: strength === 4 ? "compare" : "binary", op, a, b };
    }
    this.#depth--;
    return a;
  }

  #prefix(): Python {
    if (this.#accept("not")) return { kind: "unary", op: "not", x: this.#expression(3) };
    for (const op of ["-", "+", "~"]) if (this.#accept(op)) return { kind: "unary", op, x: this.#expression(11) };
    return this.#suffixes(this.#atom());
  }

  #atom(): Python {
    const { kind, text } = this.#next;
    this.#at++;
    if (kind === "number") return numeral(text);
    if (kind === "name") return { kind: "name", id: text };
    if (kind === "string") return { kind: "string", value: text.slice(1, -1).replace(/\\(.)/g, "$1") };
    if (text !== "(" && text !== "[") throw new PythonSyntax(`unexpected "${text}"`);
    const close = text === "(" ? ")" : "]";
    const { items, commas } = this.#items(close);
    return text === "(" && items.length === 1 && commas === 0 ? (items[0] as Python) : { kind: "tuple", items };
  }

  #suffixes(of: Python): Python {
    for (;;) {
      if (this.#accept("(")) of = { kind: "call", fn: of, args: this.#items(")").items };
      else if (this.#accept("[")) {
        of = { kind: "subscript", of, index: this.#expression(0) };
        this.#expect("]");
      } else if (this.#accept(".")) {
        of = { kind: "attribute", of, name: this.#next.text };
        this.#at++;
      } else return of;
    }
  }

  /** Up to `close`; keyword arguments (`positive=True`) are assumptions that symbols carry, and are dropped. */
  #items(close: string): { items: Python[]; commas: number } {
    const items: Python[] = [];
    let commas = 0;
    while (!this.#accept(close)) {
      const keyword = this.#next.kind === "name" && this.#tokens[this.#at + 1]?.text === "=";
      if (keyword) this.#at += 2;
      const item = this.#expression(0);
      if (!keyword) items.push(item);
      if (this.#accept(",")) commas++;
      else {
        this.#expect(close);
        break;
      }
    }
    return { items, commas };
  }
}

function numeral(text: string): Python {
  const value = Number(text);
  const exact = /^\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value;
  return { kind: "number", value: exact, text };
}

/** Parses `text`; a string says why it is not an expression. */
export function parsePython(text: string): Python | string {
  try {
    return new Parser(text).whole();
  } catch (error) {
    if (error instanceof PythonSyntax) return error.message;
    throw error;
  }
}

/** `f(…)` → `f`; null for other expressions. */
export const callee = (x: Python): string | null => (x.kind === "call" && x.fn.kind === "name" ? x.fn.id : null);
