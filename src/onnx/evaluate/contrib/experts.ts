/** @file com.microsoft's mixture of experts: each token goes through the experts that a router picks for it. */

import { clamped } from "../../../core/ops/activations.ts";
import { binary, cast, scalarTensor, unary } from "../../../core/ops/elementwise.ts";
import { gather, indexPut, indexSelect, zeros } from "../../../core/ops/index.ts";
import { reshape, select, slice, transpose } from "../../../core/ops/layout.ts";
import { matmul } from "../../../core/ops/matmul.ts";
import { softmax } from "../../../core/ops/norm.ts";
import { reduce, topk } from "../../../core/ops/reduce.ts";
import { fromIntegers, integers } from "../../../core/ops/values.ts";
import type { Strided } from "../../../core/strided.ts";
import { wideOf } from "../../../dtype.ts";
import type { Call, EvaluateTable } from "../table.ts";
import { refuseAttributes } from "./unsupported.ts";

/** gate sigmoid(alpha gate) (linear + beta), where gate and linear are neighbours, or halves where `swiglu_fusion` is 2. */
function swiglu(call: Call, x: Strided, separate: Strided | null): Strided {
  const size = x.shape[1] as number;
  const halves = call.int("swiglu_fusion", 0) === 2;
  const part = (i: 0 | 1) => (halves ? slice(x, 1, (i * size) / 2, ((i + 1) * size) / 2) : slice(x, 1, i, size, 2));
  const limit = call.float("swiglu_limit", Number.POSITIVE_INFINITY);
  const gate = clamped(separate === null ? part(0) : x, Number.NEGATIVE_INFINITY, limit);
  const linear = clamped(separate ?? part(1), -limit, limit);
  const number = (value: number) => scalarTensor(x.dtype, value);
  const open = unary("sigmoid", binary("mul", gate, number(call.float("activation_alpha", 1))));
  return binary("mul", binary("mul", gate, open), binary("add", linear, number(call.float("activation_beta", 0))));
}

/** The activation between an expert's layers; `gated` is what the third layer made, null where there is none. */
function activated(call: Call, x: Strided, gated: Strided | null): Strided {
  const type = call.string("activation_type", "relu");
  if (type === "swiglu") return swiglu(call, x, gated);
  // ONNX Runtime takes gelu by tanh here.
  const functions: { readonly [name: string]: (x: Strided) => Strided } = {
    relu: (v) => unary("relu", v),
    gelu: (v) => unary("gelu_tanh", v),
    silu: (v) => unary("silu", v),
    identity: (v) => v,
  };
  const f = functions[type];
  if (f === undefined) throw call.refuse("attribute", `activation_type is ${type}`, `swiglu, ${Object.keys(functions).join(", ")}`);
  return gated === null ? f(x) : binary("mul", f(x), gated);
}

/** Expert `e` of `x` [tokens, hidden]. */
function expert(call: Call, x: Strided, e: number): Strided {
  const layer = (input: Strided, i: number): Strided => {
    const y = matmul(input, transpose(select(cast(call.tensor(i), x.dtype), 0, e), 0, 1));
    const bias = call.optional(i + 1);
    return bias === null ? y : binary("add", y, select(cast(bias, x.dtype), 0, e));
  };
  return layer(activated(call, layer(x, 2), call.has(6) ? layer(x, 6) : null), 4);
}

/** The sum of the `k` likeliest experts of each token, by their shares of the router's softmax (of the k where these are normalized). */
function mixture(call: Call): Strided {
  refuseAttributes(call, { use_sparse_mixer: 0, swiglu_limit_after_activation: 0 });
  const input = call.tensor(0);
  const wide = wideOf(input.dtype);
  const x = reshape(cast(input, wide), [-1, input.shape.at(-1) as number]);
  const router = reshape(cast(call.tensor(1), wide), [-1, call.tensor(1).shape.at(-1) as number]);
  const k = call.int("k", 1);
  const [, picks] = topk(router, k, 1, true);
  const shares = gather(softmax(router, 1), 1, picks);
  const weights = call.int("normalize_routing_weights", 0) === 1 ? binary("div", shares, reduce("sum", shares, [1], true)) : shares;
  const chosen = integers(picks);
  const flat = reshape(weights, [-1, 1]);
  let y = zeros(wide, x.shape);
  for (const e of new Set(chosen)) {
    const places = chosen.flatMap((pick, at) => (pick === e ? [at] : []));
    const tokens = fromIntegers(places.map((at) => Math.floor(at / k)));
    const part = binary("mul", expert(call, indexSelect(x, 0, tokens), e), indexSelect(flat, 0, fromIntegers(places)));
    y = indexPut(y, [tokens], part, true);
  }
  return cast(reshape(y, input.shape), input.dtype);
}

export const contribExperts: EvaluateTable = { "com.microsoft::MoE": mixture };
