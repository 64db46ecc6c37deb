/**
 * @file Regular expressions without back references, matched to whole texts in time that grows with the text as it does with the expression:
 * all ways to match are followed at once, where JavaScript tries one after the other (Thompson, CACM 11(6), 1968).
 */

import { OnnxExporterError } from "../../errors.ts";

/** A place of the program: a character to take, a condition on where the text is, or other places to go on at; none where all is matched. */
type Step = { readonly kind: "take" | "where"; readonly test: RegExp } | { readonly kind: "fork"; to: readonly number[] };

/** Parts of an expression: what one step tests, or what is made of other parts. */
type Part =
  | { readonly kind: "take"; readonly test: RegExp }
  | { readonly kind: "where"; readonly test: RegExp }
  | { readonly kind: "sequence"; readonly parts: readonly Part[] }
  | { readonly kind: "choice"; readonly parts: readonly Part[] }
  | { readonly kind: "repeat"; readonly part: Part; readonly least: number; readonly most: number };

/** Places of a program; counted repetitions take one for each time. */
const mostSteps = 100_000;

const groupStart = /\((?:\?:|\?<[A-Za-z_]\w*>)?/y;
const condition = /\(\?<?!\[\^(?:\\n)?\]\)|[\^$]|\\[bB]/y;
const character = /\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|x[0-9A-Fa-f]{2}|[\s\S])|[^|()*+?{]/uy;
const quantifier = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;
const simple: { readonly [mark: string]: readonly [least: number, most: number] } = {
  "*": [0, Number.POSITIVE_INFINITY],
  "+": [1, Number.POSITIVE_INFINITY],
  "?": [0, 1],
};

/** Reads an expression of JavaScript, as regex.ts writes them: its syntax is right. */
class Reader {
  readonly #source: string;
  readonly #flags: string;
  #at = 0;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  choice(): Part {
    const parts = [this.#sequence()];
    while (this.#source[this.#at] === "|") {
      this.#at++;
      parts.push(this.#sequence());
    }
    return { kind: "choice", parts };
  }

  #take(form: RegExp): RegExpExecArray | null {
    form.lastIndex = this.#at;
    const found = form.exec(this.#source);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #sequence(): Part {
    const parts: Part[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at] as string)) parts.push(this.#repeated(this.#part()));
    return { kind: "sequence", parts };
  }

  #part(): Part {
    const where = this.#take(condition);
    if (where !== null) return { kind: "where", test: new RegExp(where[0], `${this.#flags}y`) };
    if (this.#take(groupStart) !== null) {
      const inner = this.choice();
      this.#at++; // the closing parenthesis
      return inner;
    }
    const [found] = this.#take(character) as RegExpExecArray;
    return { kind: "take", test: new RegExp(`^${found}$`, this.#flags) };
  }

  #repeated(part: Part): Part {
    const found = this.#take(quantifier);
    if (found === null) return part;
    const [, mark, low, comma, high] = found;
    const least = Number(low);
    const [from, to] =
      mark === undefined
        ? [least, comma === undefined ? least : high ? Number(high) : Number.POSITIVE_INFINITY]
        : (simple[mark] as [number, number]);
    return { kind: "repeat", part, least: from, most: to };
  }
}

/** Appends the steps of `part`. Throws `eval/regex` where they are too many. */
function compile(part: Part, steps: Step[]): void {
  if (steps.length > mostSteps)
    throw new OnnxExporterError("eval/regex", `the pattern is too large: it has more than ${mostSteps} steps`, "repeat less");
  if (part.kind === "take" || part.kind === "where") steps.push(part);
  else if (part.kind === "repeat") repeat(part, steps);
  else if (part.kind === "choice") choose(part.parts, steps);
  else for (const p of part.parts) compile(p, steps);
}

function fork(steps: Step[]): { to: readonly number[] } {
  const made: Step = { kind: "fork", to: [] };
  steps.push(made);
  return made as { to: readonly number[] };
}

function choose(parts: readonly Part[], steps: Step[]): void {
  const start = fork(steps);
  const begins: number[] = [];
  const ends = parts.map((p) => {
    begins.push(steps.length);
    compile(p, steps);
    return fork(steps);
  });
  start.to = begins;
  for (const end of ends) end.to = [steps.length];
}

function repeat({ part, least, most }: Extract<Part, { kind: "repeat" }>, steps: Step[]): void {
  for (let i = 0; i < least; i++) compile(part, steps);
  if (most === Number.POSITIVE_INFINITY) {
    const at = steps.length;
    const loop = fork(steps);
    compile(part, steps);
    fork(steps).to = [at];
    loop.to = [at + 1, steps.length];
    return;
  }
  const exits: { to: readonly number[] }[] = [];
  for (let i = least; i < most; i++) {
    exits.push(fork(steps));
    const at = steps.length;
    compile(part, steps);
    (exits.at(-1) as { to: readonly number[] }).to = [at];
  }
  for (const exit of exits) exit.to = [...exit.to, steps.length];
}

/** Whether texts as a whole match `source`, with the flags "u" or "iu". Throws `eval/regex` for expressions that are too large. */
export function wholeMatcher(source: string, flags: string): (text: string) => boolean {
  const steps: Step[] = [];
  compile(new Reader(source, flags).choice(), steps);
  return (text) => {
    let at = 0;
    let places = reached(steps, [0], text, at);
    for (const char of text) {
      const next = [...places].filter((i) => {
        const step = steps[i];
        return step?.kind === "take" && step.test.test(char);
      });
      at += char.length;
      places = reached(
        steps,
        next.map((i) => i + 1),
        text,
        at,
      );
      if (places.size === 0) return false;
    }
    return places.has(steps.length);
  };
}

/** The places that are reached from `from` without taking a character. */
function reached(steps: readonly Step[], from: readonly number[], text: string, at: number): Set<number> {
  const found = new Set<number>();
  const open = [...from];
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    if (found.has(i)) continue;
    found.add(i);
    const step = steps[i];
    if (step?.kind === "fork") open.push(...step.to);
    else if (step?.kind === "where") {
      step.test.lastIndex = at;
      if (step.test.test(text)) open.push(i + 1);
    }
  }
  return found;
}
