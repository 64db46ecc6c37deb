/** @file Records the ATen calls that code makes as nodes of a graph. */

import { mapArgs } from "../aten/arguments.ts";
import { type Arg, Node, type Origin, Value } from "../aten/graph.ts";
import { schemaOf } from "../aten/schema.ts";
import { type Args, callOn, graphInterpreter, knownOf, metaInterpreter, metaOn } from "../dispatch.ts";
import type { SymEnv } from "../symbolic.ts";
import { checkOut, type Mode, recordable, Tensor, writtenTo } from "../tensor.ts";
import { bufferSource } from "../weights/basic.ts";
import type { TensorSource } from "../weights/source.ts";
import { stateStrides } from "./view-strides.ts";

/** A mode in which calls become nodes. `origin` tells where a node of a name comes from, `toValue` what stands for a tensor. */
export class Recorder implements Mode {
  readonly nodes: Node[] = [];
  readonly #origin: (node: string) => Origin;
  readonly #toValue: (t: Tensor) => Value;
  readonly #names = new Set<string>();
  /** The name given last: that of the node being recorded. */
  #newest = "";
  readonly #interpreter: ReturnType<typeof graphInterpreter>;

  constructor(env: SymEnv, origin: (node: string) => Origin, toValue: (t: Tensor) => Value) {
    this.#origin = origin;
    this.#toValue = toValue;
    this.#interpreter = graphInterpreter(
      (node) => this.nodes.push(node),
      () => this.#origin(this.#newest),
      (hint) => this.name(hint),
      metaOn(env),
    );
  }

  call(op: string, args: Args): unknown {
    const recorded = recordable(args, this.#toValue) as Args;
    const written = writtenTo(op, args);
    if (written !== null) return this.#recordInPlace(op, recorded, written);
    const toTensor = (x: unknown): unknown => {
      if (Array.isArray(x)) return x.map(toTensor);
      return x instanceof Value ? new Tensor(x.dtype, x.shape, null, x) : x;
    };
    const result = callOn(this.#interpreter, op, recorded);
    stateStrides(op, recorded as Record<string, Arg>, result);
    return toTensor(result);
  }

  /** An in-place op or out overload stays one: its targets keep their values, and `normalize` makes the graph functional. */
  #recordInPlace(op: string, recorded: Args, written: unknown): unknown {
    checkOut(op, written, callOn(metaInterpreter, op, mapArgs(recorded, knownOf)));
    const targets = [written].flat() as Tensor[];
    const name = op.slice(op.indexOf("::") + 2).split(".")[0] as string;
    const outs = schemaOf(op)?.returns.length === 0 ? [] : targets.map((t) => new Value(this.name(name), this.#toValue(t).type));
    this.nodes.push(new Node(op, recorded as Node["args"], outs, this.#origin(this.#newest)));
    return written;
  }

  /** `hint`, with a number where it is taken. */
  name(hint: string): string {
    let name = hint;
    for (let i = 1; this.#names.has(name); i++) name = `${hint}_${i}`;
    this.#names.add(name);
    this.#newest = name;
    return name;
  }
}

/** The values that `t` has now: row-major, whatever its strides. */
export const memoryOf = (t: Tensor, name: string): TensorSource => bufferSource(t.dtype, t.shape, t.bytes(), name);

/** Innermost frame of the call stack outside of this package: `file:line:column` with the function's name. */
export function userFrame(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = limit;
  const own = new URL("../", import.meta.url).href;
  const frame = lines.find(
    (l) => !l.includes(own) && !l.includes(own.replace("file://", "")) && !l.includes("node:") && !l.includes("<anonymous>"),
  );
  return frame?.trim().replace(/^at /, "").replaceAll("file://", "") ?? "";
}
