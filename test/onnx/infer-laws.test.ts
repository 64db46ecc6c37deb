/** @file Laws of inference: symbolic shapes evaluate to the shapes that the sizes give; functions are inferred where they are called. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { inferModel } from "../../src/onnx/infer.ts";
import { Graph, Model, Node, Value } from "../../src/onnx/ir/graph.ts";
import { SymEnv, show } from "../../src/symbolic.ts";
import { evaluate, isAnonymous } from "../../src/symbolic-values.ts";
import { contribRows } from "./infer-contrib-rows.ts";
import { controlRows } from "./infer-control-rows.ts";
import { layerRows } from "./infer-nn-rows.ts";
import { opRows } from "./infer-op-rows.ts";
import { pointwiseRows } from "./infer-pointwise-rows.ts";
import { providerRows } from "./infer-provider-rows.ts";
import { quantizedRows } from "./infer-quantized-rows.ts";
import { modelOf, type Row, titleOf, typeText } from "./infer-rows.ts";
import { shapeRows } from "./infer-shape-rows.ts";
import { versionRows } from "./infer-version-rows.ts";

const least: { readonly [name: string]: number } = { N: 0, B: 2, S: 2, C: 2, H: 8, W: 8, K: 1 };

/** Graph outputs of a row; sizes are symbols, or the numbers of `values`. */
function outputsOf([inputs, body, outputs, opset]: Row, values: { readonly [name: string]: number } | null): readonly Value[] {
  const given = values === null ? inputs : inputs.replaceAll(/\b([A-Z])\b(?=[^:]*?\])/g, (name) => String(values[name] ?? name));
  const model = modelOf([given, body, outputs, opset]);
  inferModel(model);
  return model.graph.outputs;
}

/** The types that sizes give, or null where they make the row invalid. */
function concrete(row: Row, values: { readonly [name: string]: number }): readonly Value[] | null {
  try {
    return outputsOf(row, values);
  } catch (error) {
    if (String(error).includes("[infer/")) return null;
    throw error;
  }
}

const sizes = fc.record(
  Object.fromEntries(Object.entries(least).map(([name, min]) => [name, fc.integer({ min: name === "N" ? 1 : min, max: min + 17 })])),
);

const rows: readonly Row[] = [
  ...shapeRows,
  ...layerRows,
  ...pointwiseRows,
  ...opRows,
  ...controlRows,
  ...versionRows,
  ...contribRows,
  ...quantizedRows,
  ...providerRows,
];

test.each(rows.map((row) => ({ title: titleOf(row), row })))("for all sizes: $title", ({ row }) => {
  const symbolic = outputsOf(row, null);
  fc.assert(
    fc.property(sizes, (values) => {
      const found = concrete(row, values);
      if (found === null) return;
      found.forEach((v, i) => {
        const dims = symbolic[i]?.type?.shape ?? [];
        expect(v.type?.dtype).toBe(symbolic[i]?.type?.dtype);
        dims.forEach((d, k) => {
          const exact = v.type?.shape?.[k];
          if (!isAnonymous(d) && typeof exact === "number")
            expect(`${show(d)} = ${evaluate(d, (n) => values[n] ?? 0)}`).toBe(`${show(d)} = ${exact}`);
        });
      });
    }),
    { numRuns: 12 },
  );
});

test("a function is inferred where it is called, once per call", () => {
  const env = new SymEnv();
  const body = new Graph("twice");
  const [x, y] = [new Value("x", null), new Value("y", null)];
  body.inputs.push(x);
  body.outputs.push(y);
  body.append(new Node("Concat", [x, x], new Map([["axis", { kind: "ref", value: "along", type: 2 }]]), [y], -1));
  const graph = new Graph("main");
  const model = new Model(graph, env);
  model.functions.push({ domain: "mine", name: "Twice", graph: body, attributes: ["along"] });
  const input = new Value("a", { dtype: "float32", shape: [env.symbol("N", 1), 3] });
  graph.inputs.push(input);
  const [p, q] = [new Value("p", null), new Value("q", null)];
  graph.append(new Node("Twice", [input], new Map([["along", { kind: "int", value: 0 }]]), [p], -1, "mine"));
  graph.append(new Node("Twice", [p], new Map([["along", { kind: "int", value: 1 }]]), [q], -1, "mine"));
  inferModel(model);
  expect([p, q].map(typeText)).toEqual(["f32[2*N, 3]", "f32[2*N, 6]"]);
  expect([x, y].map((v) => v.type)).toEqual([null, null]);
});

test("inferring again changes nothing", () => {
  for (const row of rows) {
    const model = modelOf(row);
    inferModel(model);
    inferModel(model);
    expect(model.graph.outputs.map(typeText).join("; ")).toBe(row[2]);
  }
});
