/** @file The three stages that every row goes through: types, values, and the lowered graph in ONNX Runtime. */

import * as ort from "onnxruntime-node";
import { type Arg, Graph, Node, type Output, type TensorType, Value } from "../../src/aten/graph.ts";
import { isTyped } from "../../src/aten/promotion.ts";
import { defaultGenerator } from "../../src/core/ops/generator.ts";
import { numel, type Strided } from "../../src/core/strided.ts";
import { callOn, evalInterpreter, metaInterpreter } from "../../src/dispatch.ts";
import { type DType, dtypes, isComplex, realOf } from "../../src/dtype.ts";
import { ExportedProgram } from "../../src/export/exported-program.ts";
import { leaf } from "../../src/export/pytree.ts";
import { GraphSignature } from "../../src/export/signature.ts";
import { normalize } from "../../src/normalize/normalize.ts";
import { check } from "../../src/onnx/check.ts";
import type { Model } from "../../src/onnx/ir/graph.ts";
import { legalize } from "../../src/onnx/legalize/legalize.ts";
import { lower } from "../../src/onnx/lower.ts";
import { encodeModel } from "../../src/onnx/proto/save.ts";
import { spell } from "../../src/onnx/spell.ts";
import { resolveTarget, type Target } from "../../src/onnx/target.ts";
import { runtimeArrays } from "../../src/onnx/verify/runtime.ts";
import { type Dim, SymEnv, SymInt } from "../../src/symbolic.ts";
import { evaluate, isAnonymous } from "../../src/symbolic-values.ts";
import { difference, load, toleranceOf } from "./compare.ts";
import { decodeArgs, type Family, isTensorRef, type Json, type Row, sizesOf, type TensorRef } from "./rows.ts";

/** `OPSET=23 npx vitest run test/aten/rows.test.ts` runs the rows at another opset than the default. */
const opset = process.env.OPSET;
const usual = resolveTarget(opset === undefined ? {} : { opset_version: Number(opset) });
const plain = (n: number): number => n;

/** Symbols of a dynamic run: one per distinct size. */
class Symbols {
  readonly env = new SymEnv();
  of(n: number): SymInt {
    return this.env.symbol(`s${n}`, Math.min(n, 2));
  }
  value(d: Dim): number | null {
    if (typeof d === "number") return d;
    return isAnonymous(d) ? null : evaluate(d, (name) => Number(name.slice(1)));
  }
}

const tensorType = (ref: TensorRef, dims: readonly number[], symbols: Symbols | null): TensorType => ({
  kind: "tensor",
  dtype: ref.dtype,
  shape: sizesOf(ref).map((n, i) => (symbols && dims.includes(i) ? symbols.of(n) : n)),
});

/** Types of the results, as `meta` gives them for the row's argument types. */
function metaOf(row: Row, symbols: Symbols | null): unknown[] {
  const dynamic = symbols ? (row.dynamic ?? {}) : {};
  const args = decodeArgs(
    row,
    (ref, name) => tensorType(ref, dynamic[name] ?? [], symbols),
    (n) => (symbols ? symbols.of(n) : n),
  );
  const result = callOn(metaInterpreter, row.op, args);
  return row.results.length === 1 ? [result] : ((result as unknown[] | undefined) ?? []);
}

/** meta = PyTorch's dtypes and shapes, with symbols in the place of sizes where `dynamic`. */
export function checkMeta(row: Row, dynamic: boolean): string | null {
  const symbols = dynamic ? new Symbols() : null;
  const against = (got: unknown, want: Json): string | null => {
    if (Array.isArray(want)) {
      const list = got as readonly unknown[];
      if (!Array.isArray(got) || list.length !== want.length) return `${String(got)} where PyTorch has ${want.length} results`;
      return (want as readonly Json[]).map((w, i) => against(list[i], w)).find((d) => d !== null) ?? null;
    }
    if (isTensorRef(want)) {
      if (!isTyped(got)) return `${String(got)} where PyTorch has a tensor`;
      const shape = got.shape.map((d) => (symbols ?? new Symbols()).value(d));
      const same = shape.length === want.shape.length && shape.every((d, i) => d === null || d === want.shape[i]);
      return got.dtype === want.dtype && same ? null : `${got.dtype}[${shape}], PyTorch has ${want.dtype}[${want.shape}]`;
    }
    // What only a run can tell is null, or a new symbol.
    if (got === null || want === null || typeof want === "object") return null;
    const value = got instanceof SymInt ? (symbols ?? new Symbols()).value(got) : (got as number | boolean);
    return value === null || Number(value) === Number(want) ? null : `${String(value)}, PyTorch has ${String(want)}`;
  };
  const results = metaOf(row, symbols);
  return row.results.map((want, i) => against(results[i] ?? null, want)).find((d) => d !== null) ?? null;
}

/** eval ≈ PyTorch's values. */
export function checkEval(family: Family, row: Row): string | null {
  const args = decodeArgs(row, (ref) => load(family, ref), plain);
  defaultGenerator.manual_seed(0);
  const result = callOn(evalInterpreter, row.op, args);
  const results = row.results.length === 1 ? [result] : ((result as unknown[] | undefined) ?? []);
  const against = (got: unknown, want: Json): string | null => {
    if (Array.isArray(want)) {
      const list = got as readonly unknown[];
      if (!Array.isArray(got) || list.length !== want.length) return `${String(got)} where PyTorch has ${want.length} results`;
      return (want as readonly Json[]).map((w, i) => against(list[i], w)).find((d) => d !== null) ?? null;
    }
    if (isTensorRef(want)) return isTyped(got) ? compareTensor(got as Strided, want) : `${String(got)} where PyTorch has a tensor`;
    if (want === null || typeof want === "object") return null;
    return Math.abs(Number(got) - Number(want)) <= 1e-6 * Math.abs(Number(want)) ? null : `${String(got)}, PyTorch has ${String(want)}`;
  };
  const compareTensor = (got: Strided, want: TensorRef): string | null => {
    const expected = load(family, want);
    const defined = row.compare === "first" ? want === row.results[0] : row.compare !== "shape";
    if (defined) return difference(got, expected, toleranceOf(row, want.dtype, "eval"));
    return got.dtype === want.dtype && String(got.shape) === String(want.shape)
      ? null
      : `${got.dtype}[${got.shape}], PyTorch has ${want.dtype}[${want.shape}]`;
  };
  return row.results.map((want, i) => against(results[i], want)).find((d) => d !== null) ?? null;
}

/** dtypes that ONNX Runtime's JavaScript binding takes. */
const bindable: ReadonlySet<DType> = new Set<DType>([
  "bool",
  "uint8",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint16",
  "uint32",
  "uint64",
  "float16",
  "float32",
  "float64",
]);
const origin = (node: string) => ({ node, moduleStack: "", stackTrace: "" });

/** A program of one op: graph inputs for every tensor and every `dim(n)`, converted at the edge where the binding lacks the dtype. */
class OneOp {
  readonly nodes: Node[] = [];
  readonly inputs: Value[] = [];
  readonly feeds: ((family: Family) => ort.Tensor)[] = [];
  readonly outputs: { readonly value: Value; readonly want: Json }[] = [];
  readonly symbols: Symbols | null;
  readonly env: SymEnv;
  /** Sizes that only the data decide, as this program's own symbols. */
  readonly #fresh = new Map<SymInt, SymInt>();

  constructor(row: Row, dynamic: boolean) {
    this.symbols = dynamic ? new Symbols() : null;
    this.env = this.symbols?.env ?? new SymEnv();
    const dims = dynamic ? (row.dynamic ?? {}) : {};
    const args = decodeArgs(
      row,
      (ref, name) => this.#tensor(ref, dims[name] ?? []),
      (n) => (this.symbols ? this.#size(this.symbols.of(n), n) : n),
    ) as Record<string, Arg>;
    const types = metaOf(row, this.symbols);
    const outputs = row.results.map((want, i) => this.#output(want, types[i] ?? null));
    this.nodes.push(new Node(row.op, args, outputs, origin("op")));
    for (const { value, want } of [...this.outputs]) this.#atEdge(value, want);
  }

  #tensor(ref: TensorRef, dims: readonly number[]): Value {
    const type = tensorType(ref, dims, this.symbols);
    const complex = isComplex(ref.dtype);
    const dtype = complex ? realOf(ref.dtype) : bindable.has(ref.dtype) ? ref.dtype : "float32";
    const input = new Value(`in${this.inputs.length}`, { kind: "tensor", dtype, shape: complex ? [...type.shape, 2] : type.shape });
    this.inputs.push(input);
    this.feeds.push((family) => feed(family, ref, dtype));
    if (dtype === ref.dtype) return input;
    const inner = new Value(`${input.name}_inner`, type);
    const args: Record<string, Arg> = complex ? { self: input } : { self: input, dtype: ref.dtype };
    this.nodes.push(new Node(complex ? "aten::view_as_complex" : "aten::to.dtype", args, [inner], origin("edge")));
    return inner;
  }

  #size(symbol: SymInt, n: number): Value {
    const input = new Value(`in${this.inputs.length}`, { kind: "int", expr: symbol });
    this.inputs.push(input);
    this.feeds.push(() => new ort.Tensor("int64", BigInt64Array.of(BigInt(n)), []));
    return input;
  }

  #output(want: Json, type: unknown): Output {
    if (want === null) return null;
    if (Array.isArray(want)) return (want as readonly Json[]).map((w, i) => this.#output(w, (type as readonly unknown[])[i]) as Value);
    const name = `out${this.outputs.length}`;
    const expr = typeof type === "number" || type instanceof SymInt ? this.#own(type) : null;
    const kind = typeof want === "boolean" ? "bool" : Number.isInteger(want) ? "int" : "float";
    const value = new Value(
      name,
      isTyped(type)
        ? { kind: "tensor", dtype: type.dtype, shape: type.shape.map((d) => this.#own(d)) }
        : { kind, expr: kind === "int" ? expr : null },
    );
    this.outputs.push({ value, want });
    return value;
  }

  #own(d: Dim): Dim {
    if (typeof d === "number" || d.env === this.env) return d;
    const known = this.#fresh.get(d) ?? this.env.fresh("u");
    this.#fresh.set(d, known);
    return known;
  }

  #atEdge(value: Value, want: Json): void {
    if (value.type.kind !== "tensor" || bindable.has(value.type.dtype)) return;
    const complex = isComplex(value.type.dtype);
    const dtype = complex ? realOf(value.type.dtype) : "float32";
    const shape = complex ? [...value.type.shape, 2] : value.type.shape;
    const outer = new Value(`${value.name}_outer`, { kind: "tensor", dtype, shape });
    const args: Record<string, Arg> = complex ? { self: value } : { self: value, dtype };
    this.nodes.push(new Node(complex ? "aten::view_as_real" : "aten::to.dtype", args, [outer], origin("edge")));
    this.outputs[this.outputs.findIndex((o) => o.value === value)] = { value: outer, want };
  }

  program(): ExportedProgram {
    const graph = new Graph(
      "main",
      this.inputs,
      this.nodes,
      this.outputs.map((o) => o.value),
    );
    const inputs = this.inputs.map((value) => ({ kind: "user_input" as const, name: value.name, value, target: null }));
    const outputs = this.outputs.map(({ value }) => ({ kind: "user_output" as const, arg: value, target: null }));
    return new ExportedProgram({ graph, signature: new GraphSignature(inputs, outputs), env: this.env, in_spec: leaf, out_spec: leaf });
  }
}

function feed(family: Family, ref: TensorRef, dtype: DType): ort.Tensor {
  const x = load(family, ref);
  const asked = isComplex(ref.dtype) ? x : (callOn(evalInterpreter, "aten::to.dtype", { self: x, dtype }) as Strided);
  const dense = callOn(evalInterpreter, "aten::clone", { self: asked, memory_format: "contiguous_format" }) as Strided;
  const shape = isComplex(ref.dtype) ? [...sizesOf(ref), 2] : sizesOf(ref);
  const bytes = dense.storage.bytes().slice(0, numel(shape) * dtypes[dtype].size);
  return new ort.Tensor(dtype as "float32", typed(dtype, bytes) as Float32Array, shape);
}

function typed(dtype: DType, bytes: Uint8Array): ArrayBufferView {
  const Array_ = runtimeArrays[dtype as keyof typeof runtimeArrays];
  if (Array_ === undefined) throw new Error(`no typed array for ${dtype}`);
  return new Array_(new Uint8Array(bytes).buffer);
}

/** The row's op as a model for an opset: lowered, mended for the runtime, and spelled. Both calls throw what these refuse. */
export function conversion(row: Row): (opset: number) => Model {
  const normalized = normalize(new OneOp(row, false).program());
  return (opset) => {
    const at = resolveTarget({ opset_version: opset });
    const model = lower(normalized, at);
    legalize(model, at);
    return spell(model, at);
  };
}

/** The lowered one-op graph is a valid model whose answers in ONNX Runtime ≈ PyTorch's. */
export async function checkOnnx(family: Family, row: Row, dynamic: boolean, target: Target = usual): Promise<string | null> {
  const one = new OneOp(row, dynamic);
  if (one.outputs.length === 0) return null;
  const model = lower(normalize(one.program()), target);
  const gaps = legalize(model, target);
  check(model);
  // ONNX Runtime has no kernel for these (float64, mostly): the model is valid, and nothing here can run it.
  if (gaps.length > 0) return null;
  const session = await ort.InferenceSession.create(encodeModel(spell(model, target)), {
    logSeverityLevel: 4,
    graphOptimizationLevel: "disabled",
  });
  try {
    const feeds = Object.fromEntries(
      model.graph.inputs.map((v, i) => [v.name as string, (one.feeds[i] as (f: Family) => ort.Tensor)(family)]),
    );
    const results = await session.run(Object.fromEntries(session.inputNames.map((n) => [n, feeds[n] as ort.Tensor])));
    const problems = one.outputs.map(({ want }, i) =>
      againstOrt(family, row, results[session.outputNames[i] as string] as ort.Tensor, want),
    );
    return problems.find((p) => p !== null) ?? null;
  } finally {
    await session.release();
  }
}

function againstOrt(family: Family, row: Row, got: ort.Tensor, want: Json): string | null {
  if (!isTensorRef(want)) {
    const value = Number((got.data as Float32Array)[0]);
    return typeof want === "object" || Math.abs(value - Number(want)) <= 1e-5 * Math.abs(Number(want))
      ? null
      : `ONNX gives ${value}, PyTorch has ${String(want)}`;
  }
  const complex = isComplex(want.dtype);
  const dtype = complex ? realOf(want.dtype) : bindable.has(want.dtype) ? want.dtype : "float32";
  const shape = complex ? [...want.shape, 2] : want.shape;
  if (got.type !== dtype || String(got.dims) !== String(shape))
    return `ONNX gives ${got.type}[${got.dims}], PyTorch has ${dtype}[${shape}]`;
  if (row.compare === "first" ? want !== row.results[0] : row.compare !== undefined) return null;
  const expected = load(family, want);
  const wide = callOn(
    evalInterpreter,
    complex ? "aten::view_as_real" : "aten::to.dtype",
    complex ? { self: expected } : { self: expected, dtype },
  ) as Strided;
  const data = got.data as Uint8Array;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const actual = load({ ...family, bytes: () => bytes }, { tensor: "", dtype, shape });
  return difference(actual, wide, toleranceOf(row, want.dtype, "onnx"));
}
