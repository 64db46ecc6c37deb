//! Ops on images whose channels come last (com.ms.internal.nhwc, NHWC ops of com.microsoft): the rule of the op in ONNX's layout, between two permutations.

import { Row, Wrong, fail, pooled, room, setPooled } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { mayEqual, times } from "./dims";
import { applyRule } from "./rules";
import { qLinearConvTranspose } from "./window";
import { dimOf, lastOf, output, outputId, outputs, permuteInput, present, rankOf, ranked, restoreInput, setDim, smallAttribute } from "./node";

/** The order [0, last, 1, …] of `rank` axes, in the pool. */
function toFront(rank: i32): i32 {
  const perm = room(rank);
  for (let k = 0; k < rank; k++) setPooled(perm + k, k == 0 ? 0 : k == 1 ? rank - 1 : k - 1);
  return perm;
}
function toBack(r: Row): void {
  const dims = room(r.rank);
  for (let k = 0; k < r.rank; k++) setPooled(dims + k, pooled(r.dims + (k == 0 ? 0 : k == r.rank - 1 ? 1 : k + 1)));
  r.dims = dims;
}

/** Whether weights `i` [M, kernel…, C / group] have their channels last, as far as the channels of input 0, last too, tell. */
function weightsAreLast(i: i32): bool {
  if (!ranked(i) || rankOf(i) != rankOf(0)) return false;
  const group = smallAttribute(Attr.group, 1), channels = lastOf(0);
  return !mayEqual(times(dimOf(i, 1), group), channels) && mayEqual(times(lastOf(i), group), channels);
}

/** What `perm` did to input `i`, to be undone. */
let first: i32 = -1;
let second: i32 = -1;

/** Input 0 with its channels second; input 1 where it holds weights with channels last. False where nothing is known of input 0. */
function enter(): bool {
  first = -1;
  second = -1;
  if (!ranked(0) || rankOf(0) < 3) return false;
  if (weightsAreLast(1)) second = permuteInput(1, toFront(rankOf(1)));
  first = permuteInput(0, toFront(rankOf(0)));
  return true;
}
/** Outputs of the rank of input 0 with their channels last again. */
function leave(): void {
  const rank = rankOf(0);
  restoreInput(0, first);
  if (second >= 0) restoreInput(1, second);
  for (let o = 0; o < outputs; o++) if (outputId(o) >= 0 && output(o).rank == rank) toBack(output(o));
}

/** The rule of ONNX's op number `rule`, for images in ONNX's layout. */
export function channelsLast(rule: i32, at: i32): i32 {
  if (!ranked(0)) return 0;
  if (!enter()) return fail(Wrong.Rank, 0, 3, 32, 0);
  const wrong = rule == Op.nhwc_QLinearConvTranspose ? qLinearConvTranspose() : applyRule(rule, at);
  leave();
  return wrong;
}
/** The same where attribute channels_last says so. */
export function maybeChannelsLast(rule: i32, at: i32): i32 {
  return smallAttribute(Attr.channels_last, 0) != 0 ? channelsLast(rule, at) : applyRule(rule, at);
}

/** nchwc: an image into blocks of channels; channels_last says that it has them last. */
export function reorderInput(): i32 {
  if (!ranked(0) || !present(0)) return 0;
  const rank = rankOf(0), last = smallAttribute(Attr.channels_last, 0) != 0;
  const r = output(0);
  r.rank = rank;
  r.dims = room(rank);
  for (let k = 0; k < rank; k++) setDim(r, k, !last || k == 0 ? dimOf(0, k) : dimOf(0, k == 1 ? rank - 1 : k - 1));
  return 0;
}
/** nchwc: back, to `channels` channels. */
export function reorderOutput(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0), last = smallAttribute(Attr.channels_last, 0) != 0;
  if (rank < 2) return fail(Wrong.Rank, 0, 2, 32, 0);
  const r = output(0);
  r.rank = rank;
  r.dims = room(rank);
  for (let k = 0; k < rank; k++) setDim(r, k, dimOf(0, k));
  setDim(r, 1, smallAttribute(Attr.channels, 0));
  if (last) toBack(r);
  return 0;
}
