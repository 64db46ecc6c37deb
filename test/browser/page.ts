//! What runs in the page, and in a worker: the package's entry for any ONNX file, and ONNX's operator tests.
import * as ir from "torch-onnx/ir";
import { outcome, type Row, unmet, wrongTypes } from "../onnx/evaluate/rows.ts";

/** Titles of what passed, and what is wrong with the others. */
export interface Report {
  readonly passed: number;
  readonly failures: readonly string[];
}

declare global {
  var runTests: () => Promise<Report>;
  /** A worker's. */
  var postMessage: (report: Report) => void;
}

const fetched = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

function equal(got: unknown, want: unknown): void {
  const [a, b] = [got, want].map((x) => (typeof x === "string" ? x : JSON.stringify(x)));
  if (a !== b) throw new Error(`got ${a}, want ${b}`);
}

function refuses(body: () => unknown, message: RegExp): void {
  let said = "nothing";
  try {
    body();
  } catch (error) {
    said = error instanceof ir.OnnxExporterError ? error.message : `no OnnxExporterError, but ${error}`;
  }
  if (!message.test(said)) throw new Error(`got ${said}, want ${message}`);
}

const text = `(x: f32[N, 2]) -> (y)
  w = f32[2, 2]{1, 2, 3, 4}
  wT = Transpose<perm=[1, 0]>(w)
  m = MatMul(x, wT)
  y = Relu(m)`;
const made = (): ir.Model => Object.assign(ir.parse(text, { opset: 20 }), { ir_version: 10 });
const x = ir.Tensor.from([1, 1, -1, 0], "float32", [2, 2]);
const computed = (model: ir.Model): unknown => ir.evaluate(model, { x }).map((y) => (y instanceof ir.Tensor ? y.tolist() : y));
const y = [[3, 7, 0, 0]];

const tests: { readonly [title: string]: () => void | Promise<void> } = {
  "a model's bytes are loaded, checked, inferred, computed and written": () => {
    const bytes = ir.to_bytes(made());
    const model = ir.load(bytes);
    refuses(() => ir.check_model(model), /check\/type.*\n.*output y has no type/);
    ir.infer_shapes(model);
    ir.check_model(model);
    equal(model.graph.outputs[0]?.type?.shape?.map(String), ["N", "2"]);
    equal(computed(model), y);
    equal(computed(ir.load(ir.to_bytes(model))), y);
  },
  "constants are folded": () => {
    const model = ir.load(ir.to_bytes(made()));
    ir.fold_constants(model);
    equal(
      [...model.graph.nodes()].map((n) => n.op),
      ["MatMul", "Relu"],
    );
    equal(computed(ir.load(ir.to_bytes(model))), y);
  },
  "shapes are inferred from bytes to bytes": () => {
    const model = ir.load(ir.infer_shapes_bytes(ir.to_bytes(made())));
    equal(
      [...model.graph.nodes()].map((n) => n.outputs[0]?.type?.shape?.map(String).join()),
      ["2,2", "N,2", "N,2"],
    );
  },
  "external data are given in memory, and what Node writes is written": async () => {
    const [bytes, data, inline] = await Promise.all(["/models/m.onnx", "/models/m.onnx.data", "/models/inline.onnx"].map(fetched));
    if (!bytes || !data || !inline) throw new Error("a model is missing");
    const written = ir.to_bytes(ir.load(bytes, { files: { "m.onnx.data": data } }));
    equal(written.length, inline.length);
    equal(
      written.findIndex((b, i) => b !== inline[i]),
      -1,
    );
    refuses(() => ir.load(bytes), /proto\/external.*tensor w has its data at "m\.onnx\.data".*\n.*"m\.onnx\.data": bytes/);
    refuses(() => ir.load(bytes, { files: { "m.onnx.data": data.subarray(4) } }), /weights\/range.*m\.onnx\.data/);
  },
  "files are refused with what to do instead": () => {
    const model = made();
    for (const body of [() => ir.load("m.onnx"), () => ir.save(model, "m.onnx"), () => ir.infer_shapes_path("m.onnx")])
      refuses(body, /runtime\/no-files.*\n {2}hint: give bytes/);
  },
  "damaged bytes are refused": () => {
    const bytes = ir.to_bytes(made());
    refuses(() => ir.load(bytes.subarray(0, bytes.length - 1)), /proto\/truncated/);
    equal(computed(ir.load(bytes)), y);
  },
};

async function attempt(title: string, body: () => unknown): Promise<string | null> {
  try {
    await body();
    return null;
  } catch (error) {
    return `${title}: ${error instanceof Error ? (error.stack ?? error.message) : error}`;
  }
}

function nodeCase(row: Row): void {
  const [wrong, why] = [outcome(row), unmet[row.name]];
  if (why === undefined) equal(wrong, null);
  else if (wrong === null) throw new Error(`${why}, but it passes`);
  equal(wrongTypes(row), []);
}

globalThis.runTests = async () => {
  const rows = new TextDecoder()
    .decode(await fetched("/node-cases.json"))
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
  const cases = rows.map((row) => [row.name, () => nodeCase(row)] as const);
  const failures: string[] = [];
  const all = [...Object.entries(tests), ...cases];
  for (const [title, body] of all) {
    const failure = await attempt(title, body);
    if (failure !== null) failures.push(failure);
  }
  return { passed: all.length - failures.length, failures };
};

if (!("document" in globalThis)) postMessage(await runTests());
