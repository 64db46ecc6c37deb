//! Regions that only set a mode, before and after they are inlined.
import { expect, test } from "vitest";
import { type Arg, Graph, Node, Value } from "../../src/aten/graph.ts";
import { inlineRegions } from "../../src/aten/regions.ts";
import type { DType } from "../../src/dtype.ts";

const origin = { node: "", moduleStack: "", stackTrace: "" };
const value = (name: string, dtype: DType): Value => new Value(name, { kind: "tensor", dtype, shape: [2, 2] });

/** A graph of one linear in `weight`'s dtype and `result`'s, whose operands are float32. */
function linearIn(result: DType, inner?: (body: Node[], y: Value) => Value): Graph {
  const [x, w, y] = [value("x", "float32"), value("w", "float32"), value("y", result)];
  const nodes = [new Node("aten::linear", { input: x, weight: w }, [y], origin)];
  return new Graph("submod_1", [x, w], nodes, [inner?.(nodes, y) ?? y]);
}

/** A call of `op` with `head` before the sub-graph `body`, on two float32 weights. */
function calling(op: string, head: readonly Arg[], body: Graph): Graph {
  const [a, b] = [value("a", "float32"), value("b", "float32")];
  const got = value("got", (body.outputs[0] as Value).dtype);
  const args = Object.fromEntries([...head, body, a, b].map((arg, i) => [String(i), arg]));
  return new Graph("main", [a, b], [new Node(op, args, [got], origin)], [got]);
}
const autocast = (enabled: boolean): Arg[] => ["cpu", "bfloat16", enabled, false];

/** `exp` between two tokens; the later one is returned, and is the earlier one then. */
function effect(): Graph {
  const [x, y] = [value("x", "float32"), value("y", "float32")];
  const [before, after] = [new Value("token", { kind: "token" }), new Value("later", { kind: "token" })];
  const node = new Node("higher_order::with_effects", { 0: before, 1: "aten::exp", 2: x }, [after, y], origin);
  return new Graph("main", [before, x], [node], [after, y]);
}

const shown = (arg: Arg): string => {
  if (!(arg instanceof Value)) return String(arg);
  return arg.type.kind === "tensor" ? `${arg.name}:${arg.dtype}` : arg.name;
};
const text = (graph: Graph): string[] => [
  ...graph.nodes.map((n) => `${shown(n.outputs[0] as Value)} = ${n.op}(${Object.values(n.args).map(shown).join(", ")})`),
  `return ${graph.outputs.map(shown).join(", ")}`,
];

test.each<[string, Graph, string[]]>([
  [
    "autocast that is on casts operands to the result's dtype",
    calling("higher_order::wrap_with_autocast", autocast(true), linearIn("bfloat16")),
    [
      "a_bfloat16_0:bfloat16 = aten::to.dtype(a:float32, bfloat16)",
      "b_bfloat16_1:bfloat16 = aten::to.dtype(b:float32, bfloat16)",
      "y:bfloat16 = aten::linear(a_bfloat16_0:bfloat16, b_bfloat16_1:bfloat16)",
      "return y:bfloat16",
    ],
  ],
  [
    "autocast that is off leaves them",
    calling("higher_order::wrap_with_autocast", autocast(false), linearIn("float32")),
    ["y:float32 = aten::linear(a:float32, b:float32)", "return y:float32"],
  ],
  [
    "a gradient region inside keeps the mode around it",
    calling(
      "higher_order::wrap_with_autocast",
      autocast(true),
      linearIn("bfloat16", (nodes, y) => {
        const [inner, out, z] = [value("inner", "bfloat16"), value("out", "float32"), value("z", "float32")];
        const body = new Graph("submod_2", [inner], [new Node("aten::exp", { self: inner }, [out], origin)], [out]);
        nodes.push(new Node("higher_order::wrap_with_set_grad_enabled", { 0: false, 1: body, 2: y }, [z], origin));
        return z;
      }),
    ),
    [
      "a_bfloat16_0:bfloat16 = aten::to.dtype(a:float32, bfloat16)",
      "b_bfloat16_1:bfloat16 = aten::to.dtype(b:float32, bfloat16)",
      "y:bfloat16 = aten::linear(a_bfloat16_0:bfloat16, b_bfloat16_1:bfloat16)",
      "y_float32_3:float32 = aten::to.dtype(y:bfloat16, float32)",
      "out:float32 = aten::exp(y_float32_3:float32)",
      "return out:float32",
    ],
  ],
  ["an op in the order of its effects is the op", effect(), ["y:float32 = aten::exp(x:float32)", "return token, y:float32"]],
])("%s", (_, graph, after) => {
  expect(text(inlineRegions(graph))).toEqual(after);
});
