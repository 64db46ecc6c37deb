//! Calls of modules before and after they are outlined, where their nodes lie apart from each other.
import { expect, test } from "vitest";
import { Graph, Node, operandsOf, Value } from "../../src/aten/graph.ts";
import { invokeSubgraph } from "../../src/aten/invoke-subgraph.ts";
import type { Normalized } from "../../src/normalize/normalize.ts";
import { outlineCalls } from "../../src/normalize/outline.ts";
import { inOrder } from "../../src/normalize/topological-order.ts";

/** `y = op(x) in module`, one a line; "" is the model itself. */
function graphOf(lines: readonly (readonly [result: string, operands: string, module: string])[], outputs: string): Graph {
  const values = new Map([["x", new Value("x", { kind: "tensor", dtype: "float32", shape: [2] })]]);
  const [x] = [...values.values()] as [Value];
  const at = (name: string): Value => values.get(name) as Value;
  const nodes = lines.map(([result, operands, module]) => {
    const value = new Value(result, x.type);
    values.set(result, value);
    const frames = ["L__self__,,Model", ...module.split("/").flatMap((m) => (m === "" ? [] : [`L__self___${m},${m},pkg.${m}`]))];
    const origin = { node: result, moduleStack: frames.join(";"), stackTrace: "" };
    return new Node("op", Object.fromEntries([...operands].map((o, i) => [i, at(o)])), [value], origin);
  });
  return new Graph("main", [x], nodes, [...outputs].map(at));
}

function textOf(graph: Graph, indent = ""): string[] {
  return graph.nodes.flatMap((node) => {
    const { 0: body, 1: type } = node.args;
    const called = body instanceof Graph ? body : null;
    const names = (values: readonly unknown[]): string => values.map((v) => (v as Value).name).join("");
    const line = `${indent}${names(node.outputs)} = ${called ? type : "op"}(${names(operandsOf(node))})`;
    return called ? [line, ...textOf(called, `${indent}  `)] : [line];
  });
}
const outlined = (graph: Graph): string[] => {
  const normalized: Normalized = { program: null as never, graph, mutated: new Map(), stored: new Map(), gaps: [] };
  const result = outlineCalls(normalized, () => true).graph;
  expect(result.nodes.every((n) => n.op === invokeSubgraph || n.op === "op")).toBe(true);
  return textOf(result);
};

test.each<[string, Graph, string[]]>([
  [
    "nodes of others between those of a call go before it, or behind it, as they need",
    graphOf(
      [
        ["a", "x", "M"],
        ["b", "x", ""],
        ["c", "a", ""],
        ["d", "ab", "M"],
      ],
      "cd",
    ),
    ["b = op(x)", "ad = pkg.M(xb)", "  a = op(x)", "  d = op(ab)", "c = op(a)"],
  ],
  [
    "a call that would need its own result stays; the calls in it do not",
    graphOf(
      [
        ["a", "x", "M"],
        ["b", "a", "M/N"],
        ["c", "b", ""],
        ["d", "c", "M"],
      ],
      "d",
    ),
    ["a = op(x)", "b = pkg.N(a)", "  b = op(a)", "c = op(b)", "d = op(c)"],
  ],
  [
    "two calls that need each other stay",
    graphOf(
      [
        ["a", "x", "M"],
        ["b", "a", "N"],
        ["c", "b", "M"],
        ["d", "c", "N"],
      ],
      "d",
    ),
    ["a = op(x)", "b = op(a)", "c = op(b)", "d = op(c)"],
  ],
  [
    "a call gives what is returned, each once, and stays where nothing is",
    graphOf(
      [
        ["a", "x", "M"],
        ["b", "a", "M"],
        ["c", "x", "N"],
      ],
      "aba",
    ),
    ["ab = pkg.M(x)", "  a = op(x)", "  b = op(a)", "c = op(x)"],
  ],
])("%s", (_, graph, lines) => {
  expect(outlined(graph)).toEqual(lines);
});

test("needs come first, cycles are groups, and the given order stands otherwise", () => {
  const needs: Readonly<Record<string, string>> = { a: "c", b: "", c: "", d: "e", e: "fd", f: "" };
  expect(inOrder([..."abcdef"], (n) => needs[n] ?? "").map((group) => group.join(""))).toEqual(["c", "a", "b", "f", "de"]);
  const chain = Array.from({ length: 50_000 }, (_, i) => i);
  expect(inOrder(chain, (i) => (i + 1 < chain.length ? [i + 1] : [])).length).toBe(chain.length);
});
