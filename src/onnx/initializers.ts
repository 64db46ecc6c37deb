/** @file Weights, buffers and lifted constants of a program as initializers. */

import type { Value as AtenValue } from "../aten/graph.ts";
import { isComplex } from "../dtype.ts";
import type { InputSpec } from "../export/signature.ts";
import type { Normalized } from "../normalize/normalize.ts";
import { pairsSource } from "../weights/derive.ts";
import type { TensorSource } from "../weights/source.ts";
import type { Value } from "./ir/graph.ts";
import { describeAliases, describeComplex, describeInput } from "./metadata.ts";
import type { OpBuilder } from "./opset/builder.ts";

/**
 * What the graph reads of `normalized`'s state, in declaration order, under state-dict names; tied weights are one value, under the first name that is
 * read. null stands for objects and tokens, which have no tensor.
 */
export function* initializersOf(
  { program, stored }: Normalized,
  op: OpBuilder,
  isRead: (v: AtenValue) => boolean,
): Generator<[AtenValue, Value | null]> {
  const { aliases } = program;
  const tied = new Map<readonly string[], Value>();
  for (const spec of program.signature.inputs) {
    if (spec.value === null || spec.target === null || spec.kind === "user_input") continue;
    const value = stored.get(spec.value) ?? spec.value;
    if (!isRead(value)) continue;
    if (spec.kind === "custom_obj" || spec.kind === "token") yield [value, null];
    else {
      const names = aliases.get(spec.target) ?? [spec.target];
      const made = tied.get(names) ?? initializerOf(spec, spec.target, names, program.tensorOf(spec), op);
      tied.set(names, made);
      yield [value, made];
    }
  }
}

function initializerOf(spec: InputSpec, target: string, names: readonly string[], source: TensorSource, op: OpBuilder): Value {
  const value = op.initializer(target, isComplex(source.dtype) ? pairsSource(source) : source);
  describeInput(value, spec.kind, spec.persistent);
  const others = names.filter((name) => name !== target);
  if (others.length > 0) describeAliases(value, others);
  if (isComplex(source.dtype)) describeComplex(value, source);
  return value;
}
