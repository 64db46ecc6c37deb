/** @file Recurrent layers of ONNX: RNN, GRU and LSTM, in one direction or both. */

import { type Activation, activationOf, activations, clamped } from "../../core/ops/activations.ts";
import { cast } from "../../core/ops/elementwise.ts";
import { zeros } from "../../core/ops/index.ts";
import { concat, permute, select, slice, stack, unsqueeze } from "../../core/ops/layout.ts";
import { type CellKind, type Recurrence, recur } from "../../core/ops/onnx-rnn.ts";
import type { State } from "../../core/ops/recurrence.ts";
import type { Strided } from "../../core/strided.ts";
import { wideOf } from "../../dtype.ts";
import type { Call, Evaluate, EvaluateTable } from "./table.ts";

/** Activations of a direction by default. */
const kinds: { readonly [kind in CellKind]: readonly string[] } = {
  RNN: ["Tanh"],
  GRU: ["Sigmoid", "Tanh"],
  LSTM: ["Sigmoid", "Tanh", "Tanh"],
};

/** The directions that are run, whether backwards. Throws `eval/attribute`. */
function directionsOf(call: Call): boolean[] {
  const direction = call.string("direction", "forward");
  const known: { readonly [name: string]: boolean[] } = { forward: [false], reverse: [true], bidirectional: [false, true] };
  const found = known[direction];
  if (found !== undefined) return found;
  throw call.refuse("attribute", `direction is ${direction}`, Object.keys(known).join(", "));
}

/** The activations in order; alphas and betas go to those that have them. Throws `eval/attribute` for an unknown name. */
function activationsOf(call: Call, kind: CellKind, directions: number): Activation[] {
  const names = call.strings("activations") ?? Array.from({ length: directions }, () => kinds[kind]).flat();
  const [alphas, betas] = [[...(call.floats("activation_alpha") ?? [])], [...(call.floats("activation_beta") ?? [])]];
  const clip = call.attribute("clip") === undefined ? null : call.float("clip", 0);
  if (names.length !== directions * kinds[kind].length) {
    throw call.refuse(
      "attribute",
      `${names.length} activations for ${directions} directions`,
      `${kind} takes ${kinds[kind].length} a direction`,
    );
  }
  // ONNX Runtime clips what goes into the gates; the cell state, which the third activation sees, it does not.
  const clips = (i: number): boolean => i % kinds[kind].length < 2;
  return names.map((name, i) => {
    const row = activationOf(name);
    if (row === undefined) throw call.refuse("attribute", `unknown activation ${name}`, `known: ${Object.keys(activations).join(", ")}`);
    const alpha = row.alpha === null ? 0 : (alphas.shift() ?? row.alpha);
    const beta = row.beta === null ? 0 : (betas.shift() ?? row.beta);
    return (x) => row.f(clip !== null && clips(i) ? clamped(x, -clip, clip) : x, alpha, beta);
  });
}

/** Direction `d` of the layer; `wide` is what is computed in. */
function recurrenceOf(call: Call, kind: CellKind, d: number, wide: Strided["dtype"], functions: readonly Activation[]): Recurrence {
  const own = (i: number): Strided | null => {
    const x = call.optional(i);
    return x === null ? null : select(cast(x, wide), 0, d);
  };
  const bias = own(3);
  const half = bias === null ? 0 : (bias.shape[0] as number) / 2;
  const count = kinds[kind].length;
  return {
    input: select(cast(call.tensor(1), wide), 0, d),
    hidden: select(cast(call.tensor(2), wide), 0, d),
    inputBias: bias && slice(bias, 0, 0, half),
    hiddenBias: bias && slice(bias, 0, half, 2 * half),
    activations: functions.slice(d * count, (d + 1) * count),
    peepholes: kind === "LSTM" ? own(7) : null,
    coupled: call.int("input_forget", 0) === 1,
    linearBeforeReset: call.int("linear_before_reset", 0) === 1,
  };
}

/** The state that direction `d` starts with: an input [directions, B, H] (with `byBatch` [B, directions, H]), or zeros. */
function initial(x: Strided | null, d: number, shape: readonly number[], dtype: Strided["dtype"], byBatch: boolean): Strided {
  return x === null ? zeros(dtype, shape) : select(cast(x, dtype), byBatch ? 1 : 0, d);
}

const layer =
  (kind: CellKind): Evaluate =>
  (call) => {
    const given = call.tensor(0);
    const byBatch = call.int("layout", 0) === 1;
    const wide = wideOf(given.dtype);
    const x = cast(byBatch ? permute(given, [1, 0, 2]) : given, wide);
    const state = [x.shape[1] as number, call.tensor(2).shape[2] as number];
    const directions = directionsOf(call);
    const functions = activationsOf(call, kind, directions.length);
    const lengths = call.optional(4);
    const runs = directions.map((backwards, d) => {
      const h = initial(call.optional(5), d, state, wide, byBatch);
      const start: State = { h, c: kind === "LSTM" ? initial(call.optional(6), d, state, wide, byBatch) : null };
      return recur(kind, x, start, recurrenceOf(call, kind, d, wide, functions), lengths && cast(lengths, "int64"), backwards);
    });
    const y = concat(
      runs.map((run) => unsqueeze(run.y, 1)),
      1,
    );
    const stacked = (states: readonly Strided[]) => cast(stack(states, byBatch ? 1 : 0), given.dtype);
    const cells = runs.flatMap((run) => run.last.c ?? []);
    return [
      cast(byBatch ? permute(y, [2, 0, 1, 3]) : y, given.dtype),
      stacked(runs.map((run) => run.last.h)),
      ...(kind === "LSTM" ? [stacked(cells)] : []),
    ];
  };

export const rnn: EvaluateTable = { RNN: layer("RNN"), GRU: layer("GRU"), LSTM: layer("LSTM") };
