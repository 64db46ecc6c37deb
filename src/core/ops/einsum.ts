/** @file Sums of products by index letters (Einstein's notation), as a chain of matrix products. */

import { OnnxExporterError } from "../../errors.ts";
import { numel, type Strided } from "../strided.ts";
import { cast } from "./elementwise.ts";
import { asStrided, broadcastShapes, expand, permute, reshape, show } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { widen } from "./precision.ts";
import { reduce } from "./reduce.ts";

/** A tensor whose dims have names: a letter, or for dims of the ellipsis their place counted from the right. */
interface Named {
  readonly x: Strided;
  readonly names: readonly string[];
}

const fail = (equation: string, problem: string, hint: string) =>
  new OnnxExporterError("core/einsum", `einsum "${equation}": ${problem}`, hint);

/** The names of a term for an operand of `rank` dims (for the result: `rank` is that of the ellipsis and the letters together). */
function namesOf(equation: string, term: string, rank: number): string[] {
  const [before, after] = term.split("...") as [string, string | undefined];
  if (!/^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(term)) throw fail(equation, `"${term}" is no term`, "letters, and at most one ellipsis");
  const letters = before.length + (after?.length ?? 0);
  if (after === undefined ? letters !== rank : letters > rank) {
    throw fail(equation, `"${term}" names ${letters} dims of ${rank}`, "one letter per dim; an ellipsis stands for the others");
  }
  const hidden = Array.from({ length: rank - letters }, (_, i) => `${rank - letters - 1 - i}`);
  return [...before, ...hidden, ...(after ?? "")];
}

/** The operands with names, and the names of the result. */
function parse(equation: string, operands: readonly Strided[]): { inputs: Named[]; result: string[] } {
  const [left = "", right] = equation.replaceAll(/\s/g, "").split("->");
  const terms = left.split(",");
  if (terms.length !== operands.length)
    throw fail(equation, `${terms.length} terms for ${operands.length} operands`, "one term per operand");
  const inputs = operands.map((x, i) => ({ x, names: namesOf(equation, terms[i] as string, x.shape.length) }));
  const all = inputs.flatMap(({ names }) => names);
  const hidden = [...new Set(all.filter((name) => /\d/.test(name)))].sort((a, b) => Number(b) - Number(a));
  if (right === undefined) {
    const letters = all.filter((name) => !/\d/.test(name) && all.indexOf(name) === all.lastIndexOf(name));
    return { inputs, result: [...hidden, ...letters.sort()] };
  }
  const ellipsis = right.includes("...");
  const result = namesOf(equation, right, right.replace("...", "").length + (ellipsis ? hidden.length : 0));
  const unknown = result.find((name) => !all.includes(name));
  if (unknown !== undefined) throw fail(equation, `no operand has the index ${unknown} of the result`, "use indices of the operands");
  if (new Set(result).size !== result.length) throw fail(equation, "the result has an index twice", "name each once");
  return { inputs, result };
}

/** A view in which no name occurs twice: the diagonal of dims that share one. `sizes` gives each name's. */
function diagonal({ x, names }: Named, sizes: ReadonlyMap<string, number>): Named {
  const unique = [...new Set(names)];
  const strides = unique.map((name) =>
    names.reduce((sum, n, d) => sum + (n === name && x.shape[d] !== 1 ? (x.strides[d] as number) : 0), 0),
  );
  return {
    x: asStrided(
      x,
      unique.map((name) => (names.some((n, d) => n === name && x.shape[d] !== 1) ? (sizes.get(name) as number) : 1)),
      strides,
    ),
    names: unique,
  };
}

/** Sums over the dims that are not in `kept`. */
function summed({ x, names }: Named, kept: ReadonlySet<string>): Named {
  const gone = names.flatMap((name, d) => (kept.has(name) ? [] : [d]));
  return gone.length === 0 ? { x, names } : { x: reduce("sum", x, gone, false), names: names.filter((name) => kept.has(name)) };
}

/** `x` as a view whose dims are `groups`, each the product of its names; names that it lacks have size 1. */
function grouped({ x, names }: Named, groups: readonly (readonly string[])[], sizes: ReadonlyMap<string, number>): Strided {
  const present = groups.flat().filter((name) => names.includes(name));
  const ordered = permute(
    x,
    present.map((name) => names.indexOf(name)),
  );
  const full = expand(
    ordered,
    present.map((name) => sizes.get(name) as number),
  );
  return reshape(
    full,
    groups.map((group) => numel(group.map((name) => sizes.get(name) as number))),
  );
}

/** The product of two operands, summed over the names that are not in `kept`: one batched matrix product. */
function product(a: Named, b: Named, kept: ReadonlySet<string>): Named {
  const both = (name: string) => a.names.includes(name) && b.names.includes(name);
  const left = summed(a, new Set([...kept, ...b.names]));
  const right = summed(b, new Set([...kept, ...a.names]));
  const sizes = sizesOf([left, right], "");
  const batch = left.names.filter((name) => both(name) && kept.has(name));
  const inner = left.names.filter((name) => both(name) && !kept.has(name));
  const rows = left.names.filter((name) => !both(name));
  const columns = right.names.filter((name) => !both(name));
  const y = matmul(grouped(left, [batch, rows, inner], sizes), grouped(right, [batch, inner, columns], sizes));
  const names = [...batch, ...rows, ...columns];
  return {
    x: reshape(
      y,
      names.map((name) => sizes.get(name) as number),
    ),
    names,
  };
}

/** The size of each name: sizes of 1 repeat. Throws `core/einsum` where two sizes of a name differ. */
function sizesOf(operands: readonly Named[], equation: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, names } of operands) {
    names.forEach((name, d) => {
      const [known, size] = [sizes.get(name) ?? 1, x.shape[d] as number];
      if (known !== size && known !== 1 && size !== 1) {
        const shapes = operands.map((o) => show(o.x.shape)).join(", ");
        throw fail(equation, `the index ${name} has sizes ${known} and ${size} in ${shapes}`, "sizes must be equal or 1");
      }
      sizes.set(name, broadcastShapes([known], [size])[0] as number);
    });
  }
  return sizes;
}

/**
 * What the equation says of the operands, as numpy.einsum and torch.einsum: `ij,jk->ik`, ellipses, repeated indices, without `->` too.
 * One dtype. Low precision sums in float32 and rounds once, integers wrap. Throws `core/einsum`, `core/dtype`.
 */
export function einsum(equation: string, operands: readonly Strided[]): Strided {
  const { inputs, result } = parse(equation, operands.map(widen));
  const sizes = sizesOf(inputs, equation);
  const [first, ...others] = inputs.map((each) => diagonal(each, sizes)) as [Named, ...Named[]];
  let y = first;
  others.forEach((next, i) => {
    y = product(y, next, new Set([...result, ...others.slice(i + 1).flatMap(({ names }) => names)]));
  });
  const { x, names } = summed(y, new Set(result));
  const ordered = permute(
    x,
    result.map((name) => names.indexOf(name)),
  );
  return cast(
    expand(
      ordered,
      result.map((name) => sizes.get(name) as number),
    ),
    operands[0]?.dtype ?? x.dtype,
  );
}
