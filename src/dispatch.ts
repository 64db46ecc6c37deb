/**
 * @file Calling ATen ops: defaults, promotion, then whatever interprets the call. Interpreters differ in what stands for a tensor:
 * values of the core (eager), types (meta), graph values (trace), ONNX values (lowering).
 */

import { mapArgs, mapLeaves } from "./aten/arguments.ts";
import { type Arg, Graph, Node, type Origin, type Output, type Type, Value } from "./aten/graph.ts";
import { aten } from "./aten/index.ts";
import { applyPromotion, isTyped, type Typed } from "./aten/promotion.ts";
import { isUserOp, outArguments, type Schema, schemaOf, withDefaults } from "./aten/schema.ts";
import type { Call, Entry, Fresh, Step } from "./aten/table.ts";
import { checkUserArguments, userEntry } from "./aten/user-ops.ts";
import { cast, fill } from "./core/ops/elementwise.ts";
import { copyInto } from "./core/ops/layout.ts";
import { integers } from "./core/ops/values.ts";
import type { Strided } from "./core/strided.ts";
import type { DType } from "./dtype.ts";
import { OnnxExporterError } from "./errors.ts";
import { type Dim, SymEnv, SymInt, sameShape } from "./symbolic.ts";

export type Args = Record<string, unknown>;

/** One way to carry out calls. */
export interface Interpreter<T extends Typed> {
  readonly name: string;
  cast(x: T, dtype: DType): T;
  /** Carries `op` out on prepared arguments; undefined where only a decomposition can. `captured` as for `callOn`. */
  run(op: string, args: Args, schema: Schema, captured?: DType): unknown;
  /** Arguments as a decomposition takes them, where they differ from `run`'s (sizes as expressions). */
  decomposed?(args: Args, schema: Schema): Args;
  /** Carries a loop of a decomposition out (`Call.loop`). */
  loop(count: Dim, carried: readonly T[], step: Step<T>): T[];
  /** Writes `value` into `target` (the mutated argument of an in-place op) and returns what the call returns. */
  write(target: T, value: T): T;
}

/** The entry of `op`, undefined where there is none. */
export const entryOf = (op: string): Entry | undefined => aten.get(op) ?? userEntry(op);

/** Twins whose overloads are named differently. */
const irregularTwins: Readonly<Record<string, string>> = {
  "aten::pow_.Scalar": "aten::pow.Tensor_Scalar",
  "aten::pow_.Tensor": "aten::pow.Tensor_Tensor",
  "aten::float_power_.Scalar": "aten::float_power.Tensor_Scalar",
  "aten::float_power_.Tensor": "aten::float_power.Tensor_Tensor",
  "aten::floor_divide_.Tensor": "aten::floor_divide",
  "aten::ldexp_": "aten::ldexp.Tensor",
  "aten::transpose_": "aten::transpose.int",
  "aten::normal_": "aten::normal_functional",
  "aten::bernoulli_.float": "aten::bernoulli.p",
  "aten::bernoulli.float_out": "aten::bernoulli.p",
  "aten::normal.out": "aten::normal_functional",
};

/**
 * The op that computes what an in-place op or an out overload writes: `aten::add_.Tensor`, `aten::add.out` → `aten::add.Tensor`, `aten::__iand__` →
 * `aten::__and__`; null where `op` mutates nothing, and for ops of users.
 */
export function functionalTwin(schema: Schema): string | null {
  if (!schema.mutates || isUserOp(schema.op)) return null;
  const twin = irregularTwins[schema.op] ?? schema.outOf ?? schema.op.replace(/::__i(\w+__)/, "::__$1").replace(/([^_])_(\.|$)/, "$1$2");
  return twin === schema.op || schemaOf(twin) === null ? null : twin;
}

/** Whether `twin` makes a view: its in-place form (`unsqueeze_`, `detach_`) changes how a tensor looks at its memory, not what is there. */
export const isViewTwin = (twin: string): boolean => {
  const schema = schemaOf(twin);
  return schema?.returns[0]?.alias != null && !schema.mutates;
};

/**
 * Arguments of an in-place op under its twin's names: they agree by position or name (`dropout_(self)`, `dropout(input)`; `polygamma(n, self)`). Those
 * of an out overload less what it writes to, whose dtype is that of the result where none is asked for.
 */
export function twinArgs<T>(schema: Schema, twin: string, given: Readonly<Record<string, T>>): Record<string, T | DType> {
  const names = (schemaOf(twin)?.args ?? []).map((a) => a.name);
  const left = names.filter((n) => !schema.args.some((a) => a.name === n));
  const outs = outArguments(schema);
  const read = Object.entries(given).filter(([name]) => !outs.includes(name));
  const args = read.map(([name, x]): [string, T] => [names.includes(name) ? name : (left.shift() ?? name), x]);
  const [out] = outs.map((name) => given[name]);
  if (outs.length !== 1 || !isTyped(out) || !names.includes("dtype")) return Object.fromEntries(args);
  return Object.fromEntries([...args, ["dtype", given.dtype ?? out.dtype]]);
}

/**
 * Calls `op` with `given` (by schema name) on `interpreter`. `captured` is the result's dtype where a captured program states it.
 * Throws `aten/unknown-op` for an op without schema, `aten/no-entry` for one without meaning.
 */
export function callOn<T extends Typed>(interpreter: Interpreter<T>, op: string, given: Readonly<Args>, captured?: DType): unknown {
  const schema = schemaOf(op);
  if (schema === null) {
    throw new OnnxExporterError("aten/unknown-op", `${op} is not an operator of PyTorch`, "register it with torch.library.custom_op");
  }
  if (isUserOp(op)) checkUserArguments(schema, given);
  const twin = functionalTwin(schema);
  if (twin !== null) return callInPlace(interpreter, schema, twin, given);
  const args = prepare(interpreter, schema, given, captured);
  const result = interpreter.run(op, args, schema, captured);
  if (result !== undefined) return result;
  const entry = entryOf(op);
  if (entry?.decompose === undefined) {
    const remedy = isUserOp(op) ? userRemedies[interpreter.name] : undefined;
    throw new OnnxExporterError("aten/no-entry", `${op} has no ${interpreter.name} here`, remedy ?? `schema: ${schema.text}`);
  }
  return entry.decompose((interpreter.decomposed?.(args, schema) ?? args) as never, callsOn(interpreter) as never);
}

/** What a decomposition calls, carried out by `interpreter`. */
export function callsOn<T extends Typed>(interpreter: Interpreter<T>): Call<T> {
  const call = (op: string, args: Args): unknown => callOn(interpreter, op, args);
  const loop: Call<T>["loop"] = (count, carried, step) => (count === 0 ? [...carried] : interpreter.loop(count, carried, step));
  return Object.assign(call, { loop }) as Call<T>;
}

/** What a user's op lacks where an interpreter cannot carry it out. */
const userRemedies: Readonly<Record<string, string>> = {
  meta: "give the results' dtypes and shapes: torch.library.register_fake(name, fn)",
  eval: "give a function that computes it: torch.library.custom_op(name, options, fn)",
};

/** `given` with defaults, the captured dtype and promotion applied. */
function prepare<T extends Typed>(interpreter: Interpreter<T>, schema: Schema, given: Readonly<Args>, captured: DType | undefined): Args {
  const args: Args = withDefaults(schema, given as Readonly<Record<string, Arg>>);
  // A captured program states the dtype that a missing `dtype` argument stood for.
  if (captured !== undefined && args.dtype === null) args.dtype = captured;
  return applyPromotion<T>(schema, args, captured, (x, dtype) => interpreter.cast(x, dtype));
}

function callInPlace<T extends Typed>(interpreter: Interpreter<T>, schema: Schema, twin: string, given: Readonly<Args>): unknown {
  const result = callOn(interpreter, twin, twinArgs(schema, twin, given));
  // After resize_ the program reads the result, as after a view in place: the memory under its new shape.
  if (isViewTwin(twin) || twin.startsWith("aten::resize")) return result;
  const resizes = outArguments(schema).length > 0;
  const put = (target: T, value: T): T => {
    const cast = value.dtype === target.dtype ? value : interpreter.cast(value, target.dtype);
    // A wrongly sized `out` takes the shape of what is written to it.
    return resizes && !sameShape(value.shape, target.shape) ? cast : interpreter.write(target, cast);
  };
  const targets = writtenArguments(schema).map((name) => given[name] as T | readonly T[]);
  const results = targets.length === 1 ? [result] : (result as unknown[]);
  const written = targets.map((target, i) => {
    const value = results[i] as T | readonly T[];
    return isList(target) ? target.map((t, k) => put(t, (value as readonly T[])[k] as T)) : put(target, value as T);
  });
  return schema.returns.length === 1 ? written[0] : written;
}

const isList = <T>(x: T | readonly T[]): x is readonly T[] => Array.isArray(x);

/** The arguments that a call of an in-place op or an out overload writes to, in the order of the results. */
export function writtenArguments(schema: Schema): string[] {
  const outs = outArguments(schema);
  return outs.length > 0 ? outs : [schema.args.find((a) => a.writes)?.name ?? "self"];
}

/** Values of the core: views alias, in-place ops write. */
export const evalInterpreter: Interpreter<Strided> = {
  name: "eval",
  cast,
  run: (op, args, _, captured) => entryOf(op)?.eval?.(args as never, captured),
  loop(count, carried, step) {
    let values = [...carried];
    for (let i = 0, on = true; on && i < Number(count); i++) {
      const turn = step(fill("int64", [], i), values);
      values = [...turn.next];
      on = turn.goesOn === undefined || integers(turn.goesOn)[0] !== 0;
    }
    return values;
  },
  write(target, value) {
    copyInto(target, value);
    return target;
  },
};

/** Types alone: what every op's `meta` gives. A type is its own value. New symbols are of `env`, where one is given. */
export const metaOn = (env: SymEnv | null): Interpreter<Typed> => ({
  name: "meta",
  cast: (x, dtype) => ({ kind: "tensor", dtype, shape: x.shape }) as Typed,
  run(op, args, _, captured) {
    const meta = entryOf(op)?.meta;
    if (meta === undefined) return undefined;
    return asTypes(meta(args as never, env === null ? freshAmong(args) : (hint) => env.fresh(hint), captured));
  },
  loop: (_count, carried) => [...carried],
  write: (target) => target,
});
export const metaInterpreter: Interpreter<Typed> = metaOn(null);

/** New unbacked symbols in the environment that the sizes among `args` live in, a new one where all are numbers. */
function freshAmong(args: Args): Fresh {
  return (hint) => {
    const dims = Object.values(args)
      .flat()
      .flatMap((a): readonly unknown[] => (isTyped(a) ? a.shape : [a]));
    const known = dims.find((d): d is SymInt => d instanceof SymInt);
    return (known?.env ?? new SymEnv()).fresh(hint);
  };
}

const asTypes = (result: unknown): unknown => mapLeaves(result, (x) => (isTyped(x) ? { kind: "tensor", ...x } : x));

/** What `meta` takes in the place of a value of the graph: its type, or the expression of a number. */
export const knownOf = (x: unknown): unknown => {
  if (!(x instanceof Value)) return x;
  return x.type.kind === "int" || x.type.kind === "float" || x.type.kind === "bool" ? x.type.expr : x.type;
};

const isType = (x: unknown): x is Type => typeof x === "object" && x !== null && "kind" in x;

export interface GraphInterpreter extends Interpreter<Value> {
  /** Appends a node whose results have `types`, one or lists of them; gives its values alike. */
  record(op: string, args: Args, types: unknown): unknown;
  /** The body of a loop that nodes go to now; null outside of all. */
  readonly body: Node[] | null;
  /** Runs `write` with its nodes going to `body`. */
  within<R>(body: Node[] | null, write: () => R): R;
}

/** Values of a graph under construction: each call becomes a node, of the type that `meta` gives. Front ends trace with it, rewrites build with it. */
export function graphInterpreter(
  append: (node: Node) => void,
  origin: () => Origin,
  nameFor: (hint: string) => string,
  meta: Interpreter<Typed> = metaInterpreter,
): GraphInterpreter {
  const record = (op: string, args: Args, types: unknown): unknown => {
    const hint = op.slice(op.indexOf("::") + 2).split(".")[0] as string;
    const name = nameFor(hint);
    let many = 0;
    const toValue = (type: unknown): unknown => (isType(type) ? new Value(many++ === 0 ? name : `${name}_${many - 1}`, type) : type);
    const schema = schemaOf(op);
    const result = mapLeaves(types, toValue);
    const outputs = (schema !== null && schema.returns.length !== 1 ? result : [result]) as Output[];
    const node = new Node(op, args as Readonly<Record<string, Arg>>, outputs, origin());
    if (interpreter.body === null) append(node);
    else interpreter.body.push(node);
    return result;
  };
  const interpreter = {
    name: "meta",
    body: null as Node[] | null,
    within<R>(body: Node[] | null, write: () => R): R {
      const outer = this.body;
      this.body = body;
      try {
        return write();
      } finally {
        this.body = outer;
      }
    },
    loop: (count: Dim, carried: readonly Value[], step: Step<Value>) => whileLoop(interpreter, nameFor, count, carried, step),
    cast: (x: Value, dtype: DType) => record("aten::to.dtype", { self: x, dtype }, { kind: "tensor", dtype, shape: x.shape }) as Value,
    run(op: string, args: Args) {
      return record(op, args, callOn(meta, op, mapArgs(args, knownOf)));
    },
    write: (_target: Value, value: Value) => value,
    record,
  };
  return interpreter;
}

/** A loop of a decomposition as torch's while_loop, which carries the number of the turn and whether to go on before the values. */
function whileLoop(
  graph: GraphInterpreter,
  nameFor: (hint: string) => string,
  count: Dim,
  carried: readonly Value[],
  step: Step<Value>,
): Value[] {
  const call = callsOn<Value>(graph);
  const start = [
    call("aten::full", { size: [], fill_value: 0, dtype: "int64" }),
    call("aten::full", { size: [], fill_value: true, dtype: "bool" }),
  ];
  const initial = [...start, ...carried];
  const written = (name: string, write: (formals: Value[]) => readonly Value[]): Graph => {
    const formals = initial.map((v) => new Value(nameFor("carried"), { kind: "tensor", dtype: v.dtype, shape: v.shape }));
    const nodes: Node[] = [];
    return new Graph(name, formals, nodes, [...graph.within(nodes, () => write(formals))]);
  };
  const condition = written("condition", (formals) => {
    const [i, on] = formals as [Value, Value];
    return [call("aten::logical_and", { self: call("aten::lt.Scalar", { self: i, other: count }), other: on })];
  });
  const body = written("body", (formals) => {
    const [i, on, ...values] = formals as [Value, Value, ...Value[]];
    const { next, goesOn } = step(i, values);
    return [call("aten::add.Scalar", { self: i, other: 1 }), goesOn ?? on, ...next];
  });
  const types = initial.map((v) => v.type);
  const args = { "0": condition, "1": body, "2": initial, "3": [] };
  return (graph.record("higher_order::while_loop", args, types) as Value[]).slice(2);
}
