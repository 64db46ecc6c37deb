/** @file The graph that the function of a user's op records, for arguments of the types that one call gives it. */

import { mapLeaves } from "../aten/arguments.ts";
import { type Arg, Graph, type Origin, Value } from "../aten/graph.ts";
import type { Schema } from "../aten/schema.ts";
import { OnnxExporterError } from "../errors.ts";
import { checked, type OpFunction } from "../library/library.ts";
import type { SymEnv } from "../symbolic.ts";
import { Tensor, withMode } from "../tensor.ts";
import type { TensorSource } from "../weights/source.ts";
import { ExportedProgram } from "./exported-program.ts";
import { TreeSpec } from "./pytree.ts";
import { memoryOf, Recorder, userFrame } from "./recorder.ts";
import { GraphSignature, type InputSpec, type OutputSpec } from "./signature.ts";

/**
 * The program that `fn` is for `args`, by schema name: values of a graph are its inputs, in order, and literals are part of it. Sizes are of `env`.
 * Throws `trace/…` where `fn` needs values.
 */
export function traceOp(schema: Schema, fn: OpFunction, args: Readonly<Record<string, Arg>>, env: SymEnv, origin: Origin): ExportedProgram {
  const inputs: InputSpec[] = [];
  const lifted: InputSpec[] = [];
  const constants = new Map<string, TensorSource>();
  const known = new Map<Tensor, Value>();
  const valueFor = (t: Tensor): Value => {
    const value = t.value ?? known.get(t);
    if (value) return value;
    const target = `lifted_tensor_${constants.size}`;
    const made = new Value(recorder.name(`c_${target}`), { kind: "tensor", dtype: t.dtype, shape: t.sizes });
    constants.set(target, memoryOf(t, target));
    lifted.push({ kind: "constant_tensor", name: made.name, value: made, target });
    known.set(t, made);
    return made;
  };
  const recorder = new Recorder(env, (node) => ({ ...origin, node, stackTrace: userFrame() || origin.stackTrace }), valueFor);
  const standIn = (name: string, x: unknown): unknown => {
    if (!(x instanceof Value)) return x;
    const value = new Value(recorder.name(name), x.type);
    inputs.push({ kind: "user_input", name: value.name, value, target: null });
    if (x.type.kind === "tensor") return new Tensor(x.type.dtype, x.type.shape, null, value);
    return x.type.kind === "int" && x.type.expr !== null ? x.type.expr : runTimeNumber(schema, name);
  };
  const given = schema.args.map(({ name }) => mapLeaves(args[name] ?? null, (x) => standIn(name, x)));
  const result = withMode(recorder, () => fn(...(given as never[])));
  const outputs = [checked(schema, result, valueFor)].flat(2) as Arg[];
  const all = [...lifted, ...inputs];
  const leaves = new TreeSpec("builtins.tuple", null, []);
  return new ExportedProgram({
    graph: new Graph(
      schema.op,
      all.map((s) => s.value),
      recorder.nodes,
      outputs,
    ),
    signature: new GraphSignature(
      all,
      outputs.map((arg): OutputSpec => ({ kind: "user_output", arg, target: null })),
    ),
    env,
    in_spec: leaves,
    out_spec: leaves,
    constants,
  });
}

function runTimeNumber(schema: Schema, name: string): never {
  const message = `${schema.op} cannot be traced: ${name} is a number that only the run knows`;
  throw new OnnxExporterError("trace/custom-op", message, 'pass it as a tensor, or export the op as a node: custom_ops: "node"');
}
