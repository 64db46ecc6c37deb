/** @file Control flow: bodies that run as often as values say. */

import { core } from "../../core/door.ts";
import { fill } from "../../core/ops/elementwise.ts";
import { zeros } from "../../core/ops/index.ts";
import { dimOf, reshape, select, stack } from "../../core/ops/layout.ts";
import { pad } from "../../core/ops/pad.ts";
import { fromIntegers } from "../../core/ops/values.ts";
import { address, isStrided, type Strided } from "../../core/strided.ts";
import { isStatic, type Shape } from "../../symbolic.ts";
import type { Graph, Value } from "../ir/graph.ts";
import { type AnyTensor, arrange, merge } from "./arrange.ts";
import { sequenceOf } from "./sequence.ts";
import type { Call, EvaluateTable } from "./table.ts";
import { type Computed, describe, isSequence, isStrings } from "./value.ts";

/** Whether a condition holds: a bool of one element. */
function holds(call: Call, condition: Computed | undefined): boolean {
  if (condition !== undefined && isStrided(condition) && condition.dtype === "bool") return core.u8()[address(condition)] !== 0;
  throw call.refuse("input", `a condition is ${describe(condition ?? null)}`, "it must be a bool of one element");
}

/** `x` in the rank that `value` is declared with: counters and conditions are scalars, or vectors of one. */
const declared = (x: Strided, value: Value | undefined): Strided => (value?.type?.shape?.length === 1 ? reshape(x, [1]) : x);

/** No rows of what `value` is declared to be: dims that are not known count as 0. */
function noRows(call: Call, value: Value, axis: number): AnyTensor {
  const known = (shape: Shape | null): number[] => {
    const dims = (shape ?? []).map((d) => (isStatic(d) ? d : 0));
    return dims.toSpliced(dimOf(axis, dims.length + 1), 0, 0);
  };
  if (value.type) return zeros(value.type.dtype, known(value.type.shape));
  if (value.container?.kind === "strings") return { shape: known(value.container.shape), strings: [] };
  throw call.refuse("input", `nothing says what ${value.name} is`, "declare the type of the body's output, or run it at least once");
}

/** `rows` on a new axis. */
function stacked(call: Call, rows: readonly Computed[], value: Value, axis = 0): AnyTensor {
  const [first] = rows;
  if (first === undefined) return noRows(call, value, axis);
  return merge(call, rows, (xs) => stack(xs, axis));
}

/** `body`, which has `count` outputs or more. Throws `eval/body`. */
function withOutputs(call: Call, body: Graph, count: number): Graph {
  if (count >= 0 && body.outputs.length >= count) return body;
  throw call.refuse("body", `the body ${body.name} has ${body.outputs.length} outputs`, `${call.node.op} wants ${count} at least`);
}

/** Runs `body` and keeps what is to be stacked. Its outputs: those before `count`, then one more row for each of `rows`. */
function step(call: Call, body: Graph, inputs: readonly Computed[], count: number, rows: readonly Computed[][]): Computed[] {
  const outputs = call.run(body, inputs);
  rows.forEach((list, k) => {
    list.push(call.keep(outputs[count + k] as Computed));
  });
  return outputs.slice(0, count);
}

/** Iterations end at the trip count, or when the condition fails; a body's condition counts only where the node has one. */
function loop(call: Call): Computed[] {
  const body = call.graph("body");
  const trips = call.integersAt(0)?.[0] ?? Number.POSITIVE_INFINITY;
  if (!call.has(0) && !call.has(1)) throw call.refuse("input", "neither a count nor a condition ends the loop", "give one of them");
  const carries = Math.max(call.inputs.length - 2, 0);
  withOutputs(call, body, 1 + carries);
  const scans = body.outputs.slice(1 + carries);
  const rows = scans.map((): Computed[] => []);
  let condition: Computed = call.optional(1) ?? declared(fill("bool", [], true), body.inputs[1]);
  let carried = call.inputs.slice(2).map((_, i) => call.value(i + 2));
  for (let i = 0; i < trips && (!call.has(1) || holds(call, condition)); i++) {
    call.iterate();
    const count = declared(fromIntegers([i], []), body.inputs[0]);
    [condition, ...carried] = step(call, body, [count, condition, ...carried], 1 + carries, rows) as [Computed, ...Computed[]];
  }
  return [...carried, ...rows.map((list, k) => stacked(call, list, scans[k] as Value))];
}

/** What a scan reads at one step. */
interface ScanInput {
  readonly x: Computed;
  readonly axis: number;
  readonly backward: boolean;
}

/** Number of elements of a scan input along its axis. */
function lengthOf(call: Call, { x, axis }: ScanInput): number {
  if (isStrided(x) || isStrings(x)) return x.shape[axis] ?? 0;
  throw call.refuse("input", `a scan input is ${describe(x)}`, "scan inputs are tensors");
}

/** The states after `steps` steps, and the rows that were made. */
function scanned(
  call: Call,
  body: Graph,
  initial: readonly Computed[],
  inputs: readonly ScanInput[],
  steps: number,
): { states: readonly Computed[]; rows: Computed[][] } {
  const rows = body.outputs.slice(initial.length).map((): Computed[] => []);
  let states = initial;
  for (let i = 0; i < steps; i++) {
    const elements = inputs.map(({ x, axis, backward }) => arrange(call, x, (t) => select(t, axis, backward ? steps - 1 - i : i)));
    states = step(call, body, [...states, ...elements], initial.length, rows);
  }
  return { states, rows };
}

/** How many of `count` operands are states, not scan inputs. Throws `eval/attribute` where there are fewer than scan inputs, or none of these. */
function statesOf(call: Call, count: number): number {
  const scans = call.int("num_scan_inputs", 0);
  if (scans >= 1 && scans <= count) return count - scans;
  throw call.refuse("attribute", `num_scan_inputs is ${scans}, of ${count} operands`, "it is at least 1 and counts operands of the node");
}

/** Scan since opset 9: scan inputs along any axis and direction, outputs too. */
function scan(call: Call): Computed[] {
  const count = statesOf(call, call.inputs.length);
  const body = withOutputs(call, call.graph("body"), count);
  const values = call.inputs.map((_, i) => call.value(i));
  const [axes, directions] = [call.ints("scan_input_axes"), call.ints("scan_input_directions")];
  const inputs = values.slice(count).map((x, k) => {
    const rank = isStrided(x) || isStrings(x) ? x.shape.length : 0;
    return { x, axis: dimOf(axes?.[k] ?? 0, rank), backward: directions?.[k] === 1 };
  });
  const steps = inputs[0] ? lengthOf(call, inputs[0]) : 0;
  const { states, rows } = scanned(call, body, values.slice(0, count), inputs, steps);
  const [outAxes, outDirections] = [call.ints("scan_output_axes"), call.ints("scan_output_directions")];
  const outputs = rows.map((list, k) =>
    stacked(call, outDirections?.[k] === 1 ? list.reverse() : list, body.outputs[count + k] as Value, outAxes?.[k] ?? 0),
  );
  return [...states, ...outputs];
}

/** Scan-8: the first dim of all inputs is the batch, the second of scan inputs the sequence; each sample has its length, the rest is 0. */
function batchScan(call: Call): Computed[] {
  const count = statesOf(call, call.inputs.length - 1);
  const body = withOutputs(call, call.graph("body"), count);
  const values = call.inputs.slice(1).map((_, i) => call.value(i + 1));
  const directions = call.ints("directions");
  const lengths = call.integersAt(0);
  const batch = lengthOf(call, { x: values[count] as Computed, axis: 0, backward: false });
  const longest = lengthOf(call, { x: values[count] as Computed, axis: 1, backward: false });
  const sample = (x: Computed, b: number) => arrange(call, x, (t) => select(t, 0, b));
  const results = Array.from({ length: batch }, (_, b) => {
    const inputs = values.slice(count).map((x, k) => ({ x: sample(x, b), axis: 0, backward: directions?.[k] === 1 }));
    const steps = lengths?.[b] ?? longest;
    const { states, rows } = scanned(
      call,
      body,
      values.slice(0, count).map((x) => sample(x, b)),
      inputs,
      steps,
    );
    const outputs = rows.map((list, k) => filled(call, stacked(call, list, body.outputs[count + k] as Value), longest - steps));
    return [...states.map((s) => call.keep(s)), ...outputs];
  });
  return body.outputs.map((v, k) =>
    stacked(
      call,
      results.map((r) => r[k] as Computed),
      v,
    ),
  );
}

/** `x` with `more` rows of zeros at the end. */
const filled = (call: Call, x: AnyTensor, more: number): AnyTensor =>
  more === 0
    ? x
    : arrange(call, x, (t) =>
        pad(
          t,
          t.shape.map((_, d) => [0, d === 0 ? more : 0] as const),
        ),
      );

/** Runs the body for each element of the first sequence, with those of other sequences, and tensors as they are. */
function sequenceMap(call: Call): Computed[] {
  const body = call.graph("body");
  const { elements } = call.sequence(0);
  const rows = body.outputs.map((): Computed[] => []);
  const values = call.inputs.map((_, i) => call.value(i));
  const other = values.find((x) => isSequence(x) && x.elements.length !== elements.length);
  if (other !== undefined) {
    throw call.refuse("input", `${describe(other)} stands beside one of ${elements.length}`, "sequences must be equally long");
  }
  elements.forEach((_, i) => {
    const operands = values.map((x) => (isSequence(x) ? (x.elements[i] as Computed) : x));
    step(call, body, operands, 0, rows);
  });
  return rows.map((list, k) => sequenceOf(list, body.outputs[k]?.type?.dtype ?? "string"));
}

export const control: EvaluateTable = {
  If: (call) => call.run(call.graph(holds(call, call.value(0)) ? "then_branch" : "else_branch"), []),
  Loop: loop,
  Scan: (call) => (call.opset < 9 ? batchScan(call) : scan(call)),
  SequenceMap: sequenceMap,
};
