/** @file The ATen dialect: an FX-like graph of ATen calls. Front ends make it, `normalize` rewrites it, `onnx/lowering` reads it. */

import type { DType } from "../dtype.ts";
import { internal } from "../errors.ts";
import type { Dim, Shape, SymInt } from "../symbolic.ts";

/** dtype, sizes and (where known) strides in elements of a tensor value. */
export interface TensorType {
  readonly kind: "tensor";
  readonly dtype: DType;
  readonly shape: Shape;
  readonly strides?: Shape | undefined;
}
/** A symbolic number or bool of the graph: `expr` is what is known of an int. */
export interface SymType {
  readonly kind: "int" | "float" | "bool";
  readonly expr: Dim | null;
}
/** A TorchBind or opaque object, or an effect token: carried, never computed with. */
export interface ObjectType {
  readonly kind: "object" | "token";
}
export type Type = TensorType | SymType | ObjectType;

/** Where an ATen node comes from: strings of the archive or of the trace, parsed when asked for. */
export interface Origin {
  /** Name of the node in the captured program (`linear_3`). */
  readonly node: string;
  /** `key,path,type` entries joined by `;`, as FX writes `nn_module_stack`; "" where unknown. */
  readonly moduleStack: string;
  /** Source lines, Python's traceback text or ours; "" where unknown. */
  readonly stackTrace: string;
}

/** A value of the graph: an input, or a result of a node. */
export class Value {
  name: string;
  type: Type;
  /** null for graph inputs. */
  producer: Node | null = null;
  constructor(name: string, type: Type) {
    this.name = name;
    this.type = type;
  }
  /** Of tensors only. */
  get dtype(): DType {
    return this.type.kind === "tensor" ? this.type.dtype : internal(`${this.name} is no tensor`);
  }
  /** Of tensors only. */
  get shape(): Shape {
    return this.type.kind === "tensor" ? this.type.shape : internal(`${this.name} is no tensor`);
  }
}

/** Complex literal. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}
export interface Device {
  readonly type: string;
  readonly index: number | null;
}

/**
 * An argument: a value of the graph, a size known as an expression, a literal, or a list of them. Integers are numbers where a double holds them exactly, else bigints.
 * dtypes, memory formats and layouts are torch's names (`"float32"`, `"channels_last"`, `"strided"`): the schema tells which.
 */
export type Arg =
  | Value
  | SymInt
  | number
  | bigint
  | boolean
  | string
  | null
  | Complex
  | Device
  | Graph
  | readonly Arg[]
  | { readonly [key: string]: Arg };

/** One result of a node: a value, the values of a `Tensor[]`, or null where PyTorch returned None. */
export type Output = Value | readonly Value[] | null;

/** One call of an ATen op (or of a Python, higher-order or user op). */
export class Node {
  /** `aten::add.Tensor`; the overload `default` is not written: `aten::relu`, `_operator::add`, `higher_order::cond`, `torch::sym_max`. */
  op: string;
  /** By schema argument name; arguments equal to the schema's default may be missing. Higher-order ops: `0`, `1`, … */
  args: Readonly<Record<string, Arg>>;
  outputs: Output[];
  origin: Origin;
  constructor(op: string, args: Readonly<Record<string, Arg>>, outputs: Output[], origin: Origin) {
    this.op = op;
    this.args = args;
    this.outputs = outputs;
    this.origin = origin;
    for (const v of outputs.flat()) if (v) v.producer = this;
  }
}

/** Calls in order; `null` inputs are those that PyTorch passes as None. */
export class Graph {
  name: string;
  inputs: (Value | null)[];
  nodes: Node[];
  outputs: Arg[];
  constructor(name: string, inputs: (Value | null)[], nodes: Node[], outputs: Arg[]) {
    this.name = name;
    this.inputs = inputs;
    this.nodes = nodes;
    this.outputs = outputs;
  }
}

/** Every value that `node` reads, in order. */
export const operandsOf = (node: Node): Value[] => [...valuesOf(Object.values(node.args))];

/** Every value that an argument mentions, in order. */
export function* valuesOf(arg: Arg | undefined): Generator<Value, void, void> {
  if (arg instanceof Value) yield arg;
  else if (Array.isArray(arg)) for (const a of arg as readonly Arg[]) yield* valuesOf(a);
}
