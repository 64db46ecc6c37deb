/** @file Attention without softmax, as a recurrence over a state [batch, heads, key size, value size]. */

import type { Strided } from "../strided.ts";
import { shareHeads } from "./attention.ts";
import { binary, scalarTensor, unary } from "./elementwise.ts";
import { concat, select, unsqueeze } from "./layout.ts";
import { matmul } from "./matmul.ts";

export interface LinearAttention {
  /** [batch, query heads, length, key size]. */
  readonly q: Strided;
  /** [batch, heads, length, key size]. */
  readonly k: Strided;
  /** [batch, heads, length, value size]. */
  readonly v: Strided;
  /** Logarithm of what the state decays by at each step, [batch, heads, length, 1 or key size]; null for not. */
  readonly decay: Strided | null;
  /** [batch, heads or 1, length, 1]: how much of what the state lacks of v is added; null adds v itself. */
  readonly beta: Strided | null;
  readonly state: Strided;
  readonly scale: number;
}

/**
 * S = exp(decay) S + k (beta (v - S k)), y = scale q S step by step: y [batch, query heads, length, value size] and the last state.
 * One dtype, float32 or float64. There must be a step.
 */
export function linearAttention({ q, k, v, decay, beta, state, scale }: LinearAttention): [y: Strided, state: Strided] {
  const at = (x: Strided, t: number) => select(x, 2, t);
  const row = (x: Strided) => unsqueeze(x, -2);
  const column = (x: Strided) => unsqueeze(x, -1);
  let s = state;
  const steps = Array.from({ length: q.shape[2] as number }, (_, t) => {
    if (decay !== null) s = binary("mul", s, column(unary("exp", at(decay, t))));
    let added = row(at(v, t));
    if (beta !== null) added = binary("mul", row(at(beta, t)), binary("sub", added, matmul(row(at(k, t)), s)));
    s = binary("add", s, binary("mul", column(at(k, t)), added));
    return matmul(row(at(q, t)), shareHeads(s, q.shape[1] as number));
  });
  return [binary("mul", concat(steps, 2), scalarTensor(q.dtype, scale)), s];
}
