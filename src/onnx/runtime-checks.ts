/**
 * @file What a program says of its inputs' sizes, as conditions that the model checks when it runs: ranges, sizes that are one, and guards. They
 * are computed in doubles from the shapes that the inputs have, of which inference knows nothing: what the program takes for granted decides none.
 */

import type { Value as AtenValue } from "../aten/graph.ts";
import { OnnxExporterError } from "../errors.ts";
import type { ExportedProgram } from "../export/exported-program.ts";
import { inputsByPath, sourceOf } from "../export/pt2/guards.ts";
import { callee, type Python, parsePython } from "../export/pt2/python.ts";
import { type Dim, isStatic, type SymInt, show } from "../symbolic.ts";
import { symbolsOf } from "../symbolic-values.ts";
import { Value } from "./ir/graph.ts";
import type { OpBuilder } from "./opset/builder.ts";

/** What stands for a user input in the model. */
type InputOf = (value: AtenValue) => Value | null;

/** Adds the checks of `program` to what `op` builds. Throws `export/guards` listing the guards that the model cannot check. */
export function checkInputs(program: ExportedProgram, op: OpBuilder, inputOf: InputOf): void {
  const sites = sitesOf(program, inputOf);
  for (const site of sites.values()) checkRange(program, op, site);
  checkEqualSizes(program, op, inputOf, sites);
  const guards = new Guards(program, op, inputOf);
  const left = program.guards.filter((text) => !guards.check(text));
  if (left.length === 0) return;
  throw new OnnxExporterError(
    "export/guards",
    `the model cannot check ${left.length === 1 ? "this guard" : "these guards"} of the program\n  ${left.join("\n  ")}`,
    "export without runtime_checks: the file states them as metadata",
  );
}

/** Where a symbol is the size of an input, or an input itself. */
interface Site {
  readonly symbol: SymInt;
  readonly input: Value;
  /** null: the input is the number. */
  readonly axis: number | null;
}

function* sizesOf(program: ExportedProgram, inputOf: InputOf): Generator<{ dim: Dim; input: Value; axis: number | null }> {
  for (const { kind, value } of program.signature.inputs) {
    const input = kind === "user_input" && value ? inputOf(value) : null;
    if (!value || input === null) continue;
    if (value.type.kind === "tensor") for (const [axis, dim] of value.type.shape.entries()) yield { dim, input, axis };
    else if (value.type.kind === "int" && value.type.expr !== null) yield { dim: value.type.expr, input, axis: null };
  }
}

function sitesOf(program: ExportedProgram, inputOf: InputOf): Map<string, Site> {
  const sites = new Map<string, Site>();
  for (const { dim, input, axis } of sizesOf(program, inputOf)) {
    if (isStatic(dim) || symbolsOf(dim)[0] !== show(dim) || sites.has(show(dim))) continue;
    sites.set(show(dim), { symbol: dim, input, axis });
  }
  return sites;
}

/** A size as a double. */
const measured = (op: OpBuilder, input: Value, axis: number | null): Value =>
  op.cast(axis === null ? input : op.reshape(op.Shape(input, { start: axis, end: axis + 1 }), []), "float64");

const called = (input: Value, axis: number | null): string => (axis === null ? `${input.name}` : `${input.name}.size(${axis})`);

/** As torch.export checks inputs: a least size of 2 is where it looks for sizes that are special, not a limit. */
function checkRange(program: ExportedProgram, op: OpBuilder, { symbol, input, axis }: Site): void {
  const range = program.range_constraints.get(show(symbol));
  const least =
    range?.min == null || (axis !== null && range.min <= 2 && program.file !== null) || range.min <= 0 ? null : Number(range.min);
  const most = range?.max == null || Number(range.max) >= 2 ** 53 ? null : Number(range.max);
  if (least !== null) op.check(op.GreaterOrEqual(measured(op, input, axis), least), `${called(input, axis)} >= ${least}`);
  if (most !== null) op.check(op.LessOrEqual(measured(op, input, axis), most), `${called(input, axis)} <= ${most}`);
}

/** Each size of an input is what the program says it is, in terms of the first sizes that have its symbols. */
function checkEqualSizes(program: ExportedProgram, op: OpBuilder, inputOf: InputOf, sites: ReadonlyMap<string, Site>): void {
  for (const { dim, input, axis } of sizesOf(program, inputOf)) {
    if (isStatic(dim)) continue;
    const text = show(dim);
    const first = sites.get(text);
    if (first?.input === input && first.axis === axis) continue;
    const parsed = parsePython(text.replaceAll("Max(", "max(").replaceAll("Min(", "min("));
    const symbol = (name: string): Value | null => {
      const site = sites.get(name);
      return site ? measured(op, site.input, site.axis) : null;
    };
    const value = typeof parsed === "string" ? null : new Arithmetic(op, (x) => (x.kind === "name" ? symbol(x.id) : null)).number(parsed);
    if (value === null) continue; // a size of its own, which only this input has
    const other = first ? called(first.input, first.axis) : text;
    op.check(op.Equal(measured(op, input, axis), value), `${called(input, axis)} == ${other}`);
  }
}

type Leaf = (x: Python) => Value | number | null;

/** Python arithmetic and truth in ONNX, in doubles; null for what it has no form for. */
class Arithmetic {
  readonly #op: OpBuilder;
  readonly #leaf: Leaf;

  constructor(op: OpBuilder, leaf: Leaf) {
    this.#op = op;
    this.#leaf = leaf;
  }

  number(x: Python): Value | null {
    const op = this.#op;
    const leaf = this.#leaf(x);
    if (leaf !== null) return leaf instanceof Value ? leaf : op.scalar(leaf, "float64");
    if (x.kind === "number") return op.scalar(Number(x.value), "float64");
    if (x.kind === "unary") {
      const inner = this.number(x.x);
      return inner && (x.op === "-" ? op.Neg(inner) : x.op === "+" ? inner : null);
    }
    if (x.kind === "call") return this.#call(x);
    if (x.kind !== "binary") return null;
    const [a, b] = [this.number(x.a), this.number(x.b)];
    return a && b && (binary[x.op]?.(op, a, b) ?? null);
  }

  #call(x: Python & { readonly kind: "call" }): Value | null {
    const combine = functions[callee(x) ?? ""];
    const args = x.args.map((a) => this.number(a));
    if (!combine || args.length === 0 || args.some((a) => a === null)) return null;
    return (args as Value[]).reduce((a, b) => combine(this.#op, a, b));
  }

  truth(x: Python): Value | null {
    const op = this.#op;
    if (x.kind === "unary" && x.op === "not") {
      const inner = this.truth(x.x);
      return inner && op.Not(inner);
    }
    if (x.kind === "binary" && (x.op === "and" || x.op === "or")) {
      const [a, b] = [this.truth(x.a), this.truth(x.b)];
      return a && b && (x.op === "and" ? op.And(a, b) : op.Or(a, b));
    }
    if (x.kind !== "compare") return null;
    const [a, b] = [this.number(x.a), this.number(x.b)];
    return a && b && (comparisons[x.op]?.(op, a, b) ?? null);
  }
}

type Combine = (op: OpBuilder, a: Value, b: Value) => Value;
const floorDiv: Combine = (op, a, b) => op.Floor(op.Div(a, b));

const binary: Readonly<Record<string, Combine>> = {
  "+": (op, a, b) => op.Add(a, b),
  "-": (op, a, b) => op.Sub(a, b),
  "*": (op, a, b) => op.Mul(a, b),
  "/": (op, a, b) => op.Div(a, b),
  "//": floorDiv,
  "%": (op, a, b) => op.Sub(a, op.Mul(floorDiv(op, a, b), b)),
  "**": (op, a, b) => op.Pow(a, b),
};

const functions: Readonly<Record<string, Combine>> = {
  max: (op, a, b) => op.Max(a, b),
  min: (op, a, b) => op.Min(a, b),
  Max: (op, a, b) => op.Max(a, b),
  Min: (op, a, b) => op.Min(a, b),
  floordiv: floorDiv,
  FloorDiv: floorDiv,
};

const comparisons: Readonly<Record<string, Combine>> = {
  "==": (op, a, b) => op.Equal(a, b),
  "!=": (op, a, b) => op.Not(op.Equal(a, b)),
  "<": (op, a, b) => op.Less(a, b),
  "<=": (op, a, b) => op.LessOrEqual(a, b),
  ">": (op, a, b) => op.Greater(a, b),
  ">=": (op, a, b) => op.GreaterOrEqual(a, b),
};

/** The guards of a program: `L['x'].size()[0] <= 10`. */
class Guards {
  readonly #op: OpBuilder;
  readonly #arithmetic: Arithmetic;

  constructor(program: ExportedProgram, op: OpBuilder, inputOf: InputOf) {
    const names = program.module_call_graph.find((m) => m.fqn === "")?.signature?.forward_arg_names ?? null;
    const paths = inputsByPath(program.signature, program.in_spec, names);
    const inputAt = (x: Python): Value | null => {
      const value = paths.get(sourceOf(x) ?? "");
      return value ? inputOf(value) : null;
    };
    this.#op = op;
    this.#arithmetic = new Arithmetic(op, (x) => {
      const number = inputAt(x);
      if (number !== null) return number.rank === 0 ? op.cast(number, "float64") : null;
      if (x.kind !== "subscript" || x.index.kind !== "number" || x.of.kind !== "call" || x.of.fn.kind !== "attribute") return null;
      const tensor = x.of.fn.name === "size" ? inputAt(x.of.fn.of) : null;
      return tensor && measured(op, tensor, Number(x.index.value));
    });
  }

  /** Whether the model can check `text`, and does. */
  check(text: string): boolean {
    const parsed = parsePython(text);
    const condition = typeof parsed === "string" ? null : this.#arithmetic.truth(parsed);
    if (condition === null) return false;
    this.#op.check(condition, text.replaceAll(/L\['(\w+)'\]/g, "$1"));
    return true;
  }
}
