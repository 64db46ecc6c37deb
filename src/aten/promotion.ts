/**
 * @file torch's implicit type promotion, made explicit: which operands of an op are cast to what before it runs.
 * Rows come from PyTorch (`torch/onnx/_internal/fx/passes/type_promotion.py` by way of promotion.gen.ts); the lattice is
 * `torch.result_type`'s (https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion).
 */

import { type DType, dtypes, isComplex, realOf } from "../dtype.ts";
import type { Shape } from "../symbolic.ts";
import { Value } from "./graph.ts";
import { promotionRows } from "./promotion.gen.ts";
import { extraRows } from "./promotion-extra.ts";
import type { Schema } from "./schema.ts";

export interface Typed {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Whether `x` stands for a tensor (and not for a symbolic number of a graph). */
export const isTyped = (x: unknown): x is Typed =>
  typeof x === "object" && x !== null && (x instanceof Value ? x.type.kind === "tensor" : "dtype" in x && "shape" in x);

const category = (d: DType): number => ({ bool: 0, uint: 1, int: 1, float: 2, complex: 3 })[dtypes[d].kind];

/** `torch.promote_types`. */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  const [ca, cb] = [category(a), category(b)];
  if (ca === 3 || cb === 3) return promoteComplex(a, b);
  if (ca !== cb) return ca > cb ? a : b;
  if (ca === 2) return promoteFloats(a, b);
  return promoteIntegers(a, b);
}

function promoteComplex(a: DType, b: DType): DType {
  const real = (d: DType): DType => (isComplex(d) ? realOf(d) : category(d) === 2 ? d : "float16");
  const wide = promoteTypes(real(a), real(b));
  return wide === "float64" ? "complex128" : wide === "float16" ? "complex32" : "complex64";
}

function promoteFloats(a: DType, b: DType): DType {
  const size = (d: DType) => dtypes[d].size;
  if (size(a) !== size(b)) return size(a) > size(b) ? a : b;
  return "float32"; // float16 with bfloat16
}

function promoteIntegers(a: DType, b: DType): DType {
  const [x, y] = dtypes[a].size >= dtypes[b].size ? [a, b] : [b, a];
  if (dtypes[x].kind === "int" || dtypes[y].kind === "uint") return x;
  const signed = { 1: "int16", 2: "int32", 4: "int64" } as const; // unsigned with a signed one of the same or a smaller size
  return signed[dtypes[x].size as 1 | 2 | 4] ?? "float32";
}

/** A JS number is an integer literal when it is one; `2.0` written in Python is told apart by the captured result dtype. */
const scalarDType = (x: unknown): DType | null => {
  if (typeof x === "boolean") return "bool";
  if (typeof x === "bigint") return "int64";
  if (typeof x === "number") return Number.isInteger(x) && !Object.is(x, -0) ? "int64" : "float32";
  if (typeof x === "object" && x !== null && "re" in x) return "complex64";
  if (typeof x === "object" && x !== null && !Array.isArray(x)) return "int64"; // a symbolic integer
  return null;
};

/** `torch.result_type` over tensors and Python scalars: tensors with dims first, then 0-d tensors, then scalars, each only if of a higher category. */
function resultType(operands: readonly unknown[]): DType | null {
  let dims: DType | null = null;
  let zero: DType | null = null;
  let wrapped: DType | null = null;
  const join = (a: DType | null, b: DType): DType => (a === null ? b : promoteTypes(a, b));
  for (const x of operands) {
    if (isTyped(x)) {
      if (x.shape.length > 0) dims = join(dims, x.dtype);
      else zero = join(zero, x.dtype);
    } else {
      const d = scalarDType(x);
      if (d !== null) wrapped = join(wrapped, d);
    }
  }
  let result = dims;
  for (const next of [zero, wrapped]) {
    if (next === null) continue;
    if (result === null) result = next;
    else if (category(next) > category(result)) result = next === "complex64" && next === wrapped ? complexOf(result) : next;
  }
  return result;
}

const complexOf = (d: DType): DType => (d === "float64" ? "complex128" : d === "float16" ? "complex32" : "complex64");

/** What the operands are cast to (null: left alone) and the dtype of the result. */
export interface Promotion {
  readonly compute: DType | null;
  readonly positions: readonly number[];
}

const packetOf = (op: string): string => {
  const dot = op.indexOf(".");
  return dot < 0 ? op : op.slice(0, dot);
};

/** Kinds whose result has the dtype that operands are cast to. */
const resultIsCommon = new Set(["DEFAULT", "NO_OPMATH", "INT_TO_FLOAT", "BOOL_TO_LONG"]);

/**
 * How `op` promotes these arguments. `captured` is the dtype that the captured program gives to the result: it settles what JS numbers
 * leave open (an integral float literal).
 */
function promotionOf(schema: Schema, args: Readonly<Record<string, unknown>>, captured?: DType): Promotion {
  const row = promotionRows[packetOf(schema.op)] ?? extraRows[packetOf(schema.op)];
  if (row === undefined) return { compute: null, positions: [] };
  const [rule, kind, ...rest] = row;
  if (rule === "SumLikeReduction") return sumLike(args, captured);
  if (rule === "Reduction" || rule === "AllOrAnyReduction") return { compute: null, positions: [] };
  const positions = rest.filter((p) => p < schema.args.length);
  const operands = positions.flatMap((p) => {
    const x = args[schema.args[p]?.name ?? ""];
    return Array.isArray(x) ? (x as unknown[]) : [x];
  });
  const effective = rule === "DivElementwise" && (args.rounding_mode ?? null) === null ? "INT_TO_FLOAT" : kind;
  if (captured !== undefined && resultIsCommon.has(effective)) return { compute: captured, positions };
  let compute = resultType(operands);
  if (compute === null) return { compute: null, positions: [] };
  if (effective === "INT_TO_FLOAT" && category(compute) < 2) compute = "float32";
  if (effective === "BOOL_TO_LONG" && compute === "bool") compute = "int64";
  return { compute, positions };
}

/** sum, prod, cumsum, cumprod: computed in `dtype` when given, integers and bools in int64. */
function sumLike(args: Readonly<Record<string, unknown>>, captured: DType | undefined): Promotion {
  const self = args.self;
  if (!isTyped(self)) return { compute: null, positions: [] };
  const asked = (args.dtype as DType | null | undefined) ?? captured;
  return { compute: asked ?? (category(self.dtype) < 2 ? "int64" : self.dtype), positions: [0] };
}

/** `args` with the promoted operands cast. */
export function applyPromotion<T extends Typed>(
  schema: Schema,
  args: Record<string, unknown>,
  captured: DType | undefined,
  cast: (x: T, dtype: DType) => T,
): Record<string, unknown> {
  const { compute, positions } = promotionOf(schema, args, captured);
  if (compute === null) return args;
  const one = (x: unknown): unknown => (isTyped(x) && x.dtype !== compute ? cast(x as T, compute) : x);
  const out = { ...args };
  for (const p of positions) {
    const name = schema.args[p]?.name;
    if (name !== undefined) out[name] = Array.isArray(args[name]) ? (args[name] as unknown[]).map(one) : one(args[name]);
  }
  return out;
}
