//! com.microsoft: recurrences with explicit states, and their replay.

import { Wrong, fail, pooled } from "./table";
import { Attr } from "./op-numbers.gen";
import { atLeast, freshDim, literal, minus, times } from "./dims";
import { linearAttention } from "./normalization";
import {
  dimOf, dimOr, intAttribute, lastOf, like, needRankFrom, output, outputs, present, rankOf, ranked, sameShape, setDim, shapeFrom, shaped,
  smallAttribute, withLast,
} from "./node";

/** As ONNX's; state_window puts the states of the last tokens side by side, in a first axis. */
export function windowedLinearAttention(): i32 {
  const wrong = linearAttention(), window = smallAttribute(Attr.state_window, 0);
  if (wrong != 0 || window <= 0 || present(3) || output(1).rank != 4) return wrong;
  const dims = output(1).dims;
  const r = shaped(1, 5);
  setDim(r, 0, window);
  for (let k = 0; k < 4; k++) setDim(r, k + 1, pooled(dims + k));
  return 0;
}

/** query [T, heads, k] (or [B, S, heads, k]), value [T, heads, v]; the state is [B, heads, v, k]. Packed operands tell no heads. */
export function gatedDeltaNet(): i32 {
  const wrong = needRankFrom(0, 2);
  if (wrong != 0) return wrong;
  like(1, 6);
  if (outputs > 2) {
    const r = shaped(2, 2);
    for (let k = 0; k < 2; k++) setDim(r, k, freshDim());
  }
  if (!ranked(0) || !ranked(2) || rankOf(0) != rankOf(2) || rankOf(0) < 3) return 0;
  const rank = rankOf(0);
  const r = shapeFrom(0, 2);
  for (let k = 0; k < rank - 2; k++) setDim(r, k, dimOf(0, k));
  setDim(r, rank - 2, atLeast(dimOf(0, rank - 2), dimOf(2, rank - 2)));
  if (present(6) || outputs < 2) return 0;
  const state = shaped(1, 4);
  setDim(state, 0, rank == 4 ? dimOf(0, 0) : present(3) ? minus(dimOr(3, 1, 0), 1) : freshDim());
  setDim(state, 1, dimOf(2, rank - 2));
  setDim(state, 2, lastOf(2));
  setDim(state, 3, lastOf(0));
  return 0;
}

/** y like x. The state holds (kernel - 1) * dilation positions along the causal axis, [B, C, positions] for one spatial axis. */
export function causalConvolution(): i32 {
  const selected = intAttribute(Attr.input_channels, 0);
  const wrong = selected > 0 ? withLast(0, 0, literal(selected)) : sameShape(0, 0);
  if (wrong != 0) return wrong;
  const capacity = smallAttribute(Attr.state_update_capacity, 0);
  if (outputs > 2 && capacity > 0 && rankOf(0) == 3) {
    const update = shaped(2, 3);
    setDim(update, 0, dimOf(0, 0));
    setDim(update, 1, capacity);
    setDim(update, 2, selected > 0 ? literal(selected) : dimOf(0, 2));
  }
  if (present(3)) { like(1, 3); return 0; }
  if (smallAttribute(Attr.state_window, 0) > 0 || smallAttribute(Attr.channels_last, 0) != 0 || smallAttribute(Attr.state_channels_last, 0) != 0) return 0;
  if (rankOf(0) != 3 || outputs < 2) return 0;
  const state = shapeFrom(1, 0);
  setDim(state, 2, ranked(1) && rankOf(1) > 0 ? times(minus(lastOf(1), 1), literal(intAttribute(Attr.dilation, 1))) : freshDim());
  return 0;
}
/** Packed tokens [T, C]; the state in input 4 [B, C, positions]; updates [B, capacity, C]. */
export function packedCausalConvolution(): i32 {
  like(1, 4);
  if (outputs > 2) {
    const r = shaped(2, 3);
    setDim(r, 0, dimOr(4, 3, 0));
    setDim(r, 1, literal(intAttribute(Attr.state_update_capacity, 0)));
    setDim(r, 2, dimOr(0, 2, 1));
  }
  return sameShape(0, 0);
}

/** [R, heads * head_dim], snapshots like the states, the convolution's [R, channels], the readout like y. */
export function mamba(): i32 {
  const width = literal(intAttribute(Attr.heads, 0) * intAttribute(Attr.head_dim, 0));
  like(1, 1);
  like(2, 2);
  for (let o = 0; o < outputs; o++) {
    if (o == 1 || o == 2) continue;
    const r = shaped(o, 2);
    setDim(r, 0, dimOr(0, 2, 0));
    setDim(r, 1, o == 3 ? dimOr(1, 3, 1) : width > 0 ? width : freshDim());
  }
  return 0;
}

/** Hashes of n-grams, a head of each order: [.., (max_ngram_size - 1) * heads]; the ids that the next call needs. `past`: input of such ids. */
export function ngramHashes(past: i32): i32 {
  const orders = literal(intAttribute(Attr.max_ngram_size, 0) - 1);
  if (orders < 0) return fail(Wrong.Attribute, Attr.max_ngram_size, 0, 0, 0);
  if (ranked(0)) {
    const rank = rankOf(0);
    const r = shaped(0, rank + 1);
    for (let k = 0; k < rank; k++) setDim(r, k, dimOf(0, k));
    setDim(r, rank, times(orders, literal(intAttribute(Attr.n_head_per_ngram, 0))));
  }
  if (outputs < 2) return 0;
  const ids = shaped(1, 2);
  setDim(ids, 0, past == 4 ? minus(dimOr(3, 1, 0), 1) : dimOr(0, 2, 0));
  setDim(ids, 1, orders);
  like(2, 8);
  return 0;
}
