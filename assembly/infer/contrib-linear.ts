//! com.microsoft: matrix products with packed or quantized weights.

import { NONE } from "../symbolic/store";
import { MAX_RANK, UNKNOWN, Wrong, fail } from "./table";
import { Attr } from "./op-numbers.gen";
import { broadcast, freshDim, literal, mayEqual, minus, over, times } from "./dims";
import { joined } from "./layout";
import { affine } from "./linear";
import {
  dimOf, dimOr, dtypeOf, elementAt, elementCount, intAttribute, lastOf, like, outputs, present, rankOf, ranked, setDType, setDim, shaped,
  smallAttribute, withLast,
} from "./node";

/** The last dim of input 0 must be attribute K where the node has one. */
function needK(): i32 {
  const k = intAttribute(Attr.K, 0);
  if (k <= 0 || !ranked(0)) return 0;
  if (rankOf(0) < 1) return fail(Wrong.Rank, 0, 1, MAX_RANK, 0);
  return mayEqual(lastOf(0), literal(k)) ? 0 : fail(Wrong.Dims, 0, rankOf(0) - 1, lastOf(0), literal(k));
}

/** A [.., K] times a packed matrix of N columns; MatMulNBitsMlp also gives the sum that it normalized. */
export function packedColumns(): i32 {
  const wrong = needK();
  if (wrong != 0) return wrong;
  if (intAttribute(Attr.N, 0) <= 0) return fail(Wrong.Attribute, Attr.N, 0, 0, 0);
  like(1, 0);
  return withLast(0, 0, literal(intAttribute(Attr.N, 0)));
}
/** Three products of one operand, and the sum that it was. */
export function packedQkv(): i32 {
  const wrong = needK();
  if (wrong != 0) return wrong;
  like(3, 0);
  for (let o = 0; o < min(outputs, 3); o++) {
    const bad = withLast(o, 0, literal(intAttribute(o == 0 ? Attr.Nq : Attr.Nkv, 0)));
    if (bad != 0) return bad;
  }
  return 0;
}
/** B [N, K…]: as many columns as B has rows. */
export function rowsOfB(): i32 { return withLast(0, 0, ranked(1) && rankOf(1) > 0 ? dimOf(1, 0) : freshDim()); }
/** B's shape [K, N] is data. */
export function shapeOfB(): i32 { return withLast(0, 0, elementCount(2) == 2 && elementAt(2, 1) != UNKNOWN ? elementAt(2, 1) : freshDim()); }
/** A, scale, B [K, N]. */
export function orderedMatMul(): i32 { return withLast(0, 0, dimOr(2, 2, 1)); }

/** Axis of operand `i` (`back`: 1 its columns, 2 its rows) once it is transposed: first its batch as a whole (the first axis goes before the last), then rows and columns. */
function axisOf(i: i32, back: i32): i32 {
  const rank = rankOf(i);
  const swapped = smallAttribute(i == 0 ? Attr.transA : Attr.transB, 0) != 0;
  const rows = (back == 2) != swapped;
  if (!rows) return rank - 1;
  return smallAttribute(i == 0 ? Attr.transBatchA : Attr.transBatchB, 0) != 0 ? 0 : rank - 2;
}
/** Dim `j` (3: the last) of the batch of operand `i`, 1 past its first. */
function batchOf(i: i32, j: i32): i32 {
  const rank = rankOf(i);
  if (j > rank) return 1;
  return dimOf(i, rank - j + (smallAttribute(i == 0 ? Attr.transBatchA : Attr.transBatchB, 0) != 0 ? 1 : 0));
}

/** MatMul of operands whose axes may be transposed. */
export function fusedMatMul(): i32 {
  if (!ranked(0) || !ranked(1)) return 0;
  const p = rankOf(0), q = rankOf(1), rank = max(p, q);
  if (p < 2 || q < 2) return 0;
  const k = dimOf(0, axisOf(0, 1)), l = dimOf(1, axisOf(1, 2));
  if (!mayEqual(k, l)) return fail(Wrong.Dims, 1, axisOf(1, 2), l, k);
  const r = shaped(0, rank);
  for (let j = 3; j <= rank; j++) {
    const d = broadcast(batchOf(0, j), batchOf(1, j));
    if (d == NONE) return fail(Wrong.Broadcast, 0, 1, -j, 0);
    setDim(r, rank - j, d);
  }
  setDim(r, rank - 2, dimOf(0, axisOf(0, 2)));
  setDim(r, rank - 1, dimOf(1, axisOf(1, 1)));
  return 0;
}

/** a, scale, zero point, b, scale, zero point, c, y's scale and zero point: quantized where that zero point is given, else float32. */
export function quantizedGemm(): i32 {
  setDType(0, present(8) ? dtypeOf(8) : 1);
  return affine(0, 3, 6);
}
export function float8Gemm(): i32 {
  setDType(0, smallAttribute(Attr.dtype, 1));
  return affine(0, 1, 2);
}
/** int16 products add up to int32, uint16 ones to uint32. */
export function accumulated(): void { setDType(0, dtypeOf(0) == 4 && dtypeOf(1) == 4 ? 12 : 6); }

/** One product split into the router's logits and the halves of a gated activation. */
export function routerGate(): i32 {
  const router = literal(intAttribute(Attr.router_size, 0));
  const wrong = withLast(0, 0, router);
  return wrong != 0 || outputs < 2 ? wrong : withLast(1, 0, over(minus(dimOr(1, 2, 1), router), 2));
}

/** Rows of a packed table: [indices…, K]. */
export function gatherPacked(): i32 {
  if (smallAttribute(Attr.output_dtype, 0) != 0) setDType(0, smallAttribute(Attr.output_dtype, 0));
  return rowsAt(1, literal(intAttribute(Attr.K, 0)));
}
/** Rows of `width` elements at the indices in input `i`. */
export function rowsAt(i: i32, width: i32): i32 {
  if (!ranked(i)) return 0;
  const rank = rankOf(i);
  const r = shaped(0, rank + 1);
  for (let k = 0; k < rank; k++) setDim(r, k, dimOf(i, k));
  setDim(r, rank, width);
  return 0;
}
/** weight [rows, width], indices. */
export function embedding(): i32 { return rowsAt(1, dimOr(0, 2, 1)); }

/** Scale and zero point, then triples of a tensor with its own: the tensors joined. */
export function quantizedConcat(): i32 {
  setDType(0, dtypeOf(1));
  return joined(2, 3);
}

/**
 * Rows of a table quantized in blocks along quantize_axis. Elements of 4 or 2 bits lie packed in the bytes of data's last axis.
 */
export function gatherBlocks(): i32 {
  if (!ranked(0) || !ranked(1)) return 0;
  const rank = rankOf(0), picks = rankOf(1);
  let axis = smallAttribute(Attr.gather_axis, 0);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return fail(Wrong.Axis, axis, rank, 0, 0);
  if (rank - 1 + picks > MAX_RANK) return fail(Wrong.Rank, 1, 0, MAX_RANK, 0);
  const r = shaped(0, rank - 1 + picks);
  for (let k = 0; k < axis; k++) setDim(r, k, unpacked(k));
  for (let k = 0; k < picks; k++) setDim(r, axis + k, dimOf(1, k));
  for (let k = axis + 1; k < rank; k++) setDim(r, k - 1 + picks, unpacked(k));
  return 0;
}
function unpacked(axis: i32): i32 {
  const bits = smallAttribute(Attr.bits, 4), d = dimOf(0, axis);
  return axis == rankOf(0) - 1 && dtypeOf(0) == 2 && bits > 0 && bits < 8 ? times(d, 8 / bits) : d;
}
