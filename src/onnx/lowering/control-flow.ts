/**
 * @file Control flow: torch's higher-order ops as ONNX If, Loop and Scan. Bodies read outer values directly; their formals
 * are the loop-carried values and the scanned slices.
 */

import { Graph as AtenGraph } from "../../aten/graph.ts";
import type { Args } from "../../dispatch.ts";
import { internal } from "../../errors.ts";
import { Value, type ValueType } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";

/** Lowers a body with the builder of its graph; operands stand for the body's formals. */
export type LowerBody = (body: AtenGraph, op: OpBuilder, operands: readonly unknown[]) => Value[];
/** Arguments are positional (`0`, `1`, …), as in the `.pt2` schema; results flat. */
export type Region = (args: Args, op: OpBuilder, lowerBody: LowerBody) => Value[] | Value;

const bodyAt = (args: Args, i: number): AtenGraph => {
  const body = args[String(i)];
  return body instanceof AtenGraph ? body : internal(`argument ${i} is no graph`);
};
const listAt = (args: Args, i: number): readonly unknown[] => (args[String(i)] as readonly unknown[] | undefined) ?? [];

/** Carried numbers are scalars at run time. */
const asValue = (op: OpBuilder, x: unknown): Value => {
  if (x instanceof Value) return x;
  if (typeof x === "boolean") return op.scalar(x, "bool");
  if (typeof x === "bigint") return op.scalar(x, "int64");
  return typeof x === "number" ? op.scalar(x, Number.isInteger(x) ? "int64" : "float32") : internal("operand of a loop is no tensor");
};
const typeOf = (v: Value): ValueType => ({ dtype: v.dtype, shape: v.shape });
const stepType = (v: Value): ValueType => ({ dtype: v.dtype, shape: v.shape.slice(1) });
/** A node with one result has one output that is no list. */
const results = (values: Value[]): Value[] | Value => (values.length === 1 ? (values[0] as Value) : values);

function scan(
  op: OpBuilder,
  body: AtenGraph,
  init: readonly unknown[],
  xs: readonly unknown[],
  extra: readonly unknown[],
  lowerBody: LowerBody,
): Value[] {
  const carried = init.map((x) => asValue(op, x));
  const scanned = xs.map((x) => asValue(op, x));
  const graph = op.subgraph("scan_body", [...carried.map(typeOf), ...scanned.map(stepType)], (inner, formals) =>
    lowerBody(body, inner, [...formals, ...extra]),
  );
  return op.outputs(graph.outputs.length, "Scan", [...carried, ...scanned], { body: graph, num_scan_inputs: scanned.length });
}

export const regions: Readonly<Record<string, Region>> = {
  "higher_order::cond": (args, op, lowerBody) => {
    const operands = listAt(args, 3);
    const predicate = args["0"];
    if (typeof predicate === "boolean") return results(lowerBody(bodyAt(args, predicate ? 1 : 2), op, operands));
    const then_branch = op.subgraph("then_branch", [], (inner) => lowerBody(bodyAt(args, 1), inner, operands));
    const else_branch = op.subgraph("else_branch", [], (inner) => lowerBody(bodyAt(args, 2), inner, operands));
    const condition = asValue(op, predicate);
    return results(op.outputs(then_branch.outputs.length, "If", [op.reshape(condition, [])], { then_branch, else_branch }));
  },

  "higher_order::while_loop": (args, op, lowerBody) => {
    const [condition, step, extra] = [bodyAt(args, 0), bodyAt(args, 1), listAt(args, 3)];
    const carried = listAt(args, 2).map((x) => asValue(op, x));
    const goesOn = (at: OpBuilder, values: readonly Value[]): Value =>
      at.reshape(lowerBody(condition, at, [...values, ...extra])[0] as Value, []);
    const formals: ValueType[] = [{ dtype: "int64", shape: [] }, { dtype: "bool", shape: [] }, ...carried.map(typeOf)];
    const body = op.subgraph("loop_body", formals, (inner, [, , ...values]) => {
      const next = lowerBody(step, inner, [...values, ...extra]);
      return [goesOn(inner, next), ...next];
    });
    return results(op.outputs(carried.length, "Loop", [null, goesOn(op, carried), ...carried], { body }));
  },

  "higher_order::scan": (args, op, lowerBody) =>
    results(scan(op, bodyAt(args, 0), listAt(args, 1), listAt(args, 2), listAt(args, 3), lowerBody)),

  "higher_order::map_impl": (args, op, lowerBody) => results(scan(op, bodyAt(args, 0), [], listAt(args, 1), listAt(args, 2), lowerBody)),
};
