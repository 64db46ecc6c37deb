//! The listing is the architecture: imports point one way, and the public surface grows only by a reviewed diff.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, test } from "vitest";
import * as torch from "../src/index.ts";

/** Lower layers first; a file may import its own layer and those before it. */
const layers: readonly (readonly RegExp[])[] = [
  [/^(brackets|module-stack|errors|dtype|version|literal)\.ts$/],
  [/^platform\//],
  [/^core\//],
  [/^(symbolic|symbolic-print|symbolic-values)\.ts$/],
  [/^weights\//],
  [/^aten\//],
  [/^dispatch\.ts$/],
  [
    /^library\//,
    /^(tensor|functions|methods|creation|dtypes|sym|random|safetensors|ops|functions\.gen|special\.gen|linalg\.gen|fft\.gen)\.ts$/,
  ],
  [/^nn\//, /^export\//],
  [/^normalize\//],
  [/^onnx\//],
  [/^cli\//, /^index\.ts$/],
];
const layerOf = (file: string): number => layers.findIndex((patterns) => patterns.some((p) => p.test(file)));

const root = join(import.meta.dirname, "../src");
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((f) => f.endsWith(".ts"))
  .map((f) => f.replaceAll("\\", "/"));

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"/gms);
  return [...found].map((m) => relative(root, normalize(join(root, dirname(file), (m[1] ?? m[2]) as string))).replaceAll("\\", "/"));
}

/** What torch-onnx/ir consists of. */
const ofIr: readonly string[] = (() => {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    importsOf(file).forEach(visit);
  };
  visit("onnx/ir/namespace.ts");
  return [...reached];
})();

describe("imports point one way", () => {
  test("every file belongs to a layer", () => {
    expect(files.filter((f) => layerOf(f) < 0)).toEqual([]);
  });
  test("no file imports from a layer above its own", () => {
    const wrong = files.flatMap((f) => importsOf(f).flatMap((i) => (layerOf(i) > layerOf(f) ? [`${f} imports ${i}`] : [])));
    expect(wrong).toEqual([]);
  });
  test("torch-onnx/ir stands without aten, nn, export and tensors", () => {
    expect(ofIr.length).toBeGreaterThan(50);
    expect(
      ofIr.filter((f) => !/^(core|platform|weights|onnx)\/|^(brackets|module-stack|errors|dtype|literal|symbolic(-\w+)?)\.ts$/.test(f)),
    ).toEqual([]);
  });
  test("of torch-onnx/ir only src/platform knows that it runs in Node", () => {
    const nodes = /\bfrom "(?!\.)|^import "(?!\.)|\bimport\("(?!\.)|\b(Buffer|process|setImmediate)\b[.(]|\bcreateRequire\b/;
    const withoutTypes = (f: string): string => readFileSync(join(root, f), "utf8").replaceAll(/^import type .*$/gm, "");
    expect(ofIr.filter((f) => nodes.test(withoutTypes(f)))).toEqual(["platform/node.ts"]);
  });
  test("bundles for browsers have the browser's platform", () => {
    const { browser } = JSON.parse(readFileSync(join(root, "../package.json"), "utf8")) as { browser: unknown };
    expect(browser).toEqual({ "./dist/platform/node.js": "./dist/platform/browser.js" });
  });
  test("only index.ts re-exports whole files", () => {
    const namespaces = new Set(["index.ts", "nn/nn.ts"]);
    const barrels = files.filter((f) => !namespaces.has(f) && /^export \* from/m.test(readFileSync(join(root, f), "utf8")));
    expect(barrels).toEqual([]);
  });
});

test("the public surface", () => {
  const generated = new Set(readFileSync(join(root, "functions.gen.ts"), "utf8").match(/(?<=^export const )\w+/gm));
  const names = Object.keys(torch)
    .filter((n) => !generated.has(n))
    .sort();
  expect(names).toMatchSnapshot();
  expect({
    onnx: Object.keys(torch.onnx).sort(),
    export: Object.keys(torch.export).sort(),
    nn: Object.keys(torch.nn).sort(),
  }).toMatchSnapshot();
});
