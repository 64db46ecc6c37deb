//! vmap regions of captured programs, before and after they are written out.
import { expect, test } from "vitest";
import { type Arg, Graph, Node, type Output, Value } from "../../src/aten/graph.ts";
import { inlineVmaps } from "../../src/aten/vmap.ts";

const origin = { node: "vmap", moduleStack: "", stackTrace: "" };
const functorch = "torch._functorch.predispatch::";
const f32 = (name: string, ...shape: number[]): Value => new Value(name, { kind: "tensor", dtype: "float32", shape });
const call = (op: string, args: Readonly<Record<string, Arg>>, ...outputs: Output[]): Node => new Node(op, args, outputs, origin);
const enter = (size: number): Node => call(`${functorch}_vmap_increment_nesting`, { 0: size, 1: "error" }, null);
const leave = (): Node => call(`${functorch}_vmap_decrement_nesting`, {}, null);
const add = (batch: Value, dim: number, element: Value): Node => call(`${functorch}_add_batch_dim`, { 0: batch, 1: dim, 2: 1 }, element);
const remove = (element: Value, size: number, dim: number, batch: Value): Node =>
  call(`${functorch}_remove_batch_dim`, { 0: element, 1: 1, 2: size, 3: dim }, batch);

const shown = (arg: Arg): string => {
  if (arg instanceof Value) return `${arg.name}[${arg.shape.join(",")}]`;
  if (arg instanceof Graph) return `{(${arg.inputs.map((v) => shown(v)).join(", ")}) ${text(arg).join("; ")}}`;
  return Array.isArray(arg) ? `(${arg.map(shown).join(", ")})` : String(arg);
};
const text = (graph: Graph): string[] => [
  ...graph.nodes.map((n) =>
    `${shown(n.outputs as Arg)} = ${n.op.replace(/^\w+::/, "")}${shown(Object.values(n.args))}`.replace(/^\((.*?)\) =/, "$1 ="),
  ),
  `return ${shown(graph.outputs)}`,
];

const [x, y, a, b, c, out] = [f32("x", 3, 4), f32("y", 4, 3), f32("a", 4), f32("b", 4), f32("c", 4), f32("out", 3, 4)];
const graph = (inputs: Value[], nodes: Node[], output: Value): Graph => new Graph("main", inputs, nodes, [output]);

test.each<[string, Graph, string[]]>([
  [
    "elementwise calls take whole batches, moved to the front",
    graph(
      [x, y],
      [enter(3), add(x, 0, a), add(y, 1, b), call("aten::mul.Tensor", { self: a, other: b }, c), remove(c, 3, 0, out), leave()],
      out,
    ),
    ["y_batch[3,4] = movedim.int(y[4,3], 1, 0)", "c[3,4] = mul.Tensor(x[3,4], y_batch[3,4])", "return (c[3,4])"],
  ],
  [
    "elements of fewer dims broadcast from the right, and dims go where they belong",
    (() => {
      const [s, one, got] = [f32("s", 3), f32("one"), f32("got", 4, 3)];
      const nodes = [
        enter(3),
        add(s, 0, one),
        add(x, 0, a),
        call("aten::add.Tensor", { self: one, other: a }, c),
        remove(c, 3, 1, got),
        leave(),
      ];
      return graph([s, x], nodes, got);
    })(),
    ["s_1[3,1] = unsqueeze(s[3], 1)", "c[3,4] = add.Tensor(s_1[3,1], x[3,4])", "got[4,3] = movedim.int(c[3,4], 0, 1)", "return (got[4,3])"],
  ],
  [
    "any other call is mapped over the batch, with what it reads from outside",
    (() => {
      const [w, r, got] = [f32("w", 4, 2), f32("r", 2), f32("got", 3, 2)];
      const nodes = [enter(3), add(x, 0, a), call("aten::matmul", { self: a, other: w }, r), remove(r, 3, 0, got), leave()];
      return graph([x, w], nodes, got);
    })(),
    [
      "got_batch[3,2] = map_impl({(a[4], w[4,2]) r[2] = matmul(a[4], w[4,2]); return (r[2])}, (x[3,4]), (w[4,2]))",
      "return (got_batch[3,2])",
    ],
  ],
  [
    "a batch of nothing has no values",
    (() => {
      const [none, got] = [f32("none", 0, 4), f32("got", 0, 4)];
      const nodes = [enter(0), add(none, 0, a), call("aten::exp", { self: a }, b), remove(b, 0, 0, got), leave()];
      return graph([none], nodes, got);
    })(),
    ["got[0,4] = zeros((0, 4), float32)", "return (got[0,4])"],
  ],
  [
    "what does not depend on the batch is repeated",
    (() => {
      const [v, e] = [f32("v", 4), f32("e", 4)];
      const nodes = [enter(3), add(x, 0, a), call("aten::exp", { self: v }, e), remove(e, 3, 0, out), leave()];
      return graph([x, v], nodes, out);
    })(),
    ["e[4] = exp(v[4])", "e_1[1,4] = unsqueeze(e[4], 0)", "e_batch[3,4] = expand(e_1[1,4], (3, 4))", "return (e_batch[3,4])"],
  ],
  [
    "regions nest",
    (() => {
      const [t, inner, e, got] = [f32("t", 3), f32("inner"), f32("e"), f32("got", 3, 4)];
      const [whole, u, d] = [f32("whole", 4), f32("u", 4), f32("d")];
      const nodes = [
        ...[enter(3), add(t, 0, inner), enter(4), add(u, 0, e)],
        ...[call("aten::mul.Tensor", { self: inner, other: e }, d), remove(d, 4, 0, whole), leave(), remove(whole, 3, 0, got), leave()],
      ];
      return graph([t, u], nodes, got);
    })(),
    ["t_1[3,1] = unsqueeze(t[3], 1)", "d[3,4] = mul.Tensor(t_1[3,1], u[4])", "return (d[3,4])"],
  ],
])("%s", (_, before, after) => {
  expect(text(inlineVmaps(before))).toEqual(after);
});

test("a region that does not end is refused", () => {
  expect(() => inlineVmaps(graph([x], [enter(3), add(x, 0, a)], x))).toThrow(/vmap: this vmap region does not end/);
});
