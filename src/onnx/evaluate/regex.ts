/**
 * @file Regular expressions of RE2 (https://github.com/google/re2/wiki/Syntax) as JavaScript's, for matches of a whole text. What means something
 * else in JavaScript is spelt differently there; what JavaScript cannot say, and what RE2 does not allow, is refused.
 */

import { OnnxExporterError } from "../../errors.ts";
import { wholeMatcher } from "./regex-automaton.ts";

/** Flags that change how what follows is read; groups end what they begin. */
interface Flags {
  /** (?s): a dot matches a line's end too. */
  readonly dotAll: boolean;
  /** (?m): ^ and $ match at lines. */
  readonly multiline: boolean;
}

/** RE2's classes know ASCII only; its whitespace leaves out what JavaScript's has besides. */
const space = "\\t\\n\\f\\r ";
const posix: { readonly [name: string]: string } = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7f",
  blank: "\\t ",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: `${space}\\v`,
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};
const controls: { readonly [letter: string]: string } = { a: "\\x07", f: "\\f", n: "\\n", r: "\\r", t: "\\t", v: "\\v" };
const mostRepeats = 1000;

/** A literal character, outside and inside of classes. */
const literal = (char: string): string => (/[\^$\\.*+?()[\]{}|/-]/.test(char) ? `\\u{${char.codePointAt(0)?.toString(16)}}` : char);

/**
 * Whether the text as a whole matches `pattern`, in time linear in the text as with RE2. Throws `eval/regex` for what cannot be said or is too
 * large, a SyntaxError for what is no expression.
 */
export function fullMatcher(pattern: string): (text: string) => boolean {
  const translation = new Translation(pattern);
  const source = translation.run();
  const flags = translation.ignoresCase ? "iu" : "u";
  new RegExp(source, flags); // throws where the syntax is wrong
  return wholeMatcher(source, flags);
}

class Translation {
  readonly #pattern: string;
  #at = 0;
  #flags: Flags = { dotAll: false, multiline: false };
  readonly #outer: Flags[] = [];
  /** Where the items of the class begin that is being read. */
  #classStart = 0;
  ignoresCase = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  run(): string {
    let out = "";
    while (this.#at < this.#pattern.length) out += this.#next();
    return out;
  }

  /** Takes what `form` matches here; null where it does not. `form` is sticky. */
  #take(form: RegExp): RegExpExecArray | null {
    form.lastIndex = this.#at;
    const found = form.exec(this.#pattern);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #next(): string {
    const quoted = this.#take(/\\Q([\s\S]*?)(?:\\E|$)/y);
    if (quoted !== null) return [...(quoted[1] as string)].map(literal).join("");
    const repeats = this.#take(/\{(\d+)(,(\d*))?\}\??/y);
    if (repeats !== null) return this.#repeats(repeats);
    const char = (this.#take(/[\s\S]/uy) as RegExpExecArray)[0];
    if (char === "\\") return this.#escape(false);
    if (char === "[") return this.#class();
    if (char === "(") return this.#group();
    if (char === ")") this.#flags = this.#outer.pop() ?? this.#flags;
    if (char === ".") return this.#flags.dotAll ? "[^]" : "[^\\n]";
    if (char === "^" && this.#flags.multiline) return "(?<![^\\n])";
    if (char === "$" && this.#flags.multiline) return "(?![^\\n])";
    return /[\^$*+?|)]/.test(char) ? char : literal(char);
  }

  #repeats([text, low, , high]: RegExpExecArray): string {
    if (Math.max(Number(low), Number(high ?? 0)) > mostRepeats) throw this.#refuse(`${text}: RE2 repeats at most ${mostRepeats} times`);
    return text;
  }

  /** What begins with "(": flags, a group with or without name. */
  #group(): string {
    if (this.#take(/\?(?:<?[=!])/y) !== null) throw this.#refuse("RE2 does not look around");
    const flags = this.#take(/\?([imsU]*)(?:-([imsU]+))?([:)])/y);
    const outer = this.#flags;
    if (flags !== null) {
      const [, on = "", off = "", end] = flags;
      this.#setFlags(on, off);
      if (end === ")") return "";
      this.#outer.push(outer);
      return "(?:";
    }
    this.#outer.push(outer);
    const name = this.#take(/\?P?<([A-Za-z_]\w*)>/y);
    if (name === null && this.#pattern[this.#at] === "?") throw this.#refuse("RE2 has no such group");
    return name === null ? "(" : `(?<${name[1]}>`;
  }

  /** U, which is greedy when, makes no difference to whether a whole text matches. */
  #setFlags(on: string, off: string): void {
    if (on.includes("i")) {
      if (!/^(\(\?[imsU]+\))*$/.test(this.#pattern.slice(0, this.#at)))
        throw this.#refuse("(?i) is possible only where the pattern begins");
      this.ignoresCase = true;
    }
    if (off.includes("i") && this.ignoresCase) throw this.#refuse("(?-i) is not possible");
    const flag = (letter: string, now: boolean): boolean => (on.includes(letter) ? true : off.includes(letter) ? false : now);
    this.#flags = { dotAll: flag("s", this.#flags.dotAll), multiline: flag("m", this.#flags.multiline) };
  }

  /** What follows a backslash. */
  #escape(inClass: boolean): string {
    const property = this.#take(/([pP])(?:\{(\^?)(\w+)\}|(\w))/y);
    if (property !== null) return this.#property(property);
    const hex = this.#take(/x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/y);
    if (hex !== null) return `\\u{${hex[1] ?? hex[2]}}`;
    const octal = this.#take(/0[0-7]{0,2}|[1-7][0-7]{1,2}/y);
    if (octal !== null) return `\\u{${Number.parseInt(octal[0], 8).toString(16)}}`;
    const char = this.#take(/[\s\S]/uy)?.[0] ?? "";
    if (char in controls) return controls[char] as string;
    if (char === "s") return inClass ? space : `[${space}]`;
    if (char === "S" && !inClass) return `[^${space}]`;
    if (/[dDwW]/.test(char)) return `\\${char}`;
    if (/[bB]/.test(char) && !inClass) return `\\${char}`;
    if (char === "A" && !inClass) return "(?<![^])";
    if (char === "z" && !inClass) return "(?![^])";
    if (char !== "" && !/\w/.test(char)) return literal(char);
    throw this.#refuse(`\\${char} is not possible${inClass ? " in a class" : ""}`);
  }

  /** \pN, \p{Greek}, negated by P or ^. */
  #property([, letter, caret, name, single]: RegExpExecArray): string {
    const negated = (letter === "P") !== (caret === "^");
    const named = name ?? (single as string);
    const value = named.length <= 2 ? named : `Script=${named}`;
    return `\\${negated ? "P" : "p"}{${value}}`;
  }

  /** A class, whose "[" is taken. */
  #class(): string {
    let out = this.#take(/\^/y) === null ? "[" : "[^";
    this.#classStart = this.#at;
    for (let first = true; first || this.#pattern[this.#at] !== "]"; first = false) {
      if (this.#at >= this.#pattern.length) throw this.#refuse("a class is not closed");
      out += this.#classItem();
    }
    this.#at++;
    return `${out}]`;
  }

  #classItem(): string {
    const named = this.#take(/\[:(\^?)(\w+):\]/y);
    if (named !== null) {
      const set = posix[named[2] as string];
      if (set === undefined || named[1] === "^") throw this.#refuse(`${named[0]} is not possible`);
      return set;
    }
    const char = (this.#take(/[\s\S]/uy) as RegExpExecArray)[0];
    if (char === "\\") return this.#escape(true);
    // A dash is a range where there is something on both sides.
    const isRange = char === "-" && this.#at - 1 > this.#classStart && this.#pattern[this.#at] !== "]";
    return isRange ? "-" : literal(char);
  }

  #refuse(why: string): OnnxExporterError {
    const message = `the pattern "${this.#pattern}", before character ${this.#at}: ${why}`;
    return new OnnxExporterError("eval/regex", message, "use what RE2 and JavaScript have in common");
  }
}
