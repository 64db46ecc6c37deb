//! Sliding windows: Conv, pooling, and their inverses. All sizes are exact: a stride is a floor division.

import { MAX_RANK, UNKNOWN, Wrong, fail } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { atMost, freshDim, isLiteral, literal, literalOf, mayEqual, minus, over, overUp, plus, times } from "./dims";
import {
  stringLength, dimOf, dtypeOf, elementAt, elementCount, freshShape, intsAt, intsCount, listAt, namedElements, needRank, op, outputs, present, rankOf,
  ranked, readList, sameShape, setDType, setDim, shapeFrom, shaped, smallAttribute,
} from "./node";

/** auto_pad is SAME_UPPER or SAME_LOWER (10 letters); VALID has 5, NOTSET 6. */
function padsSame(): bool { return stringLength(Attr.auto_pad) == 10; }
function padsNothing(): bool { return stringLength(Attr.auto_pad) == 5; }

/** Entry `k` of an INTS attribute as a dim. */
function entry(name: i32, k: i32, otherwise: i32): i32 {
  const n = intsCount(name);
  return k < n ? literal(intsAt(name, k)) : otherwise;
}
function begin(k: i32): i32 { return padsNothing() ? 0 : entry(Attr.pads, k, 0); }
function end(k: i32, spatial: i32): i32 { return padsNothing() ? 0 : entry(Attr.pads, k + spatial, 0); }
/** dilation * (kernel - 1) + 1. */
function extent(kernel: i32, dilation: i32): i32 { return plus(times(dilation, minus(kernel, 1)), 1); }

/** Lists must have one entry (pads: two) per spatial dim. */
function checkLists(spatial: i32): i32 {
  if (intsCount(Attr.strides) >= 0 && intsCount(Attr.strides) != spatial) return fail(Wrong.Attribute, Attr.strides, intsCount(Attr.strides), spatial, 0);
  if (intsCount(Attr.dilations) >= 0 && intsCount(Attr.dilations) != spatial) return fail(Wrong.Attribute, Attr.dilations, intsCount(Attr.dilations), spatial, 0);
  if (intsCount(Attr.pads) >= 0 && intsCount(Attr.pads) != 2 * spatial) return fail(Wrong.Attribute, Attr.pads, intsCount(Attr.pads), 2 * spatial, 0);
  for (let k = 0; k < spatial; k++) if (entry(Attr.strides, k, 1) == 0) return fail(Wrong.Attribute, Attr.strides, 0, 1, 0);
  return 0;
}

/** Windows of `kernel` that fit into dim `d` of input 0. */
function windows(d: i32, kernel: i32, k: i32, spatial: i32, ceil: bool): i32 {
  const stride = entry(Attr.strides, k, 1), dilation = entry(Attr.dilations, k, 1);
  if (padsSame()) return overUp(d, stride);
  const before = begin(k);
  const free = minus(plus(d, plus(before, end(k, spatial))), extent(kernel, dilation));
  if (!ceil) return plus(over(free, stride), 1);
  // A window must begin inside the input or the padding before it: in ONNX's words from opset 22 on, in runtimes at all versions.
  return atMost(plus(overUp(free, stride), 1), overUp(plus(d, before), stride));
}

/** Conv and its quantized forms: `w` is the input that holds the weights [M, C / group, kernel…]. */
function convolution(w: i32): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0), spatial = rank - 2;
  if (rank < 3) return fail(Wrong.Rank, 0, 3, MAX_RANK, 0);
  if (ranked(w) && rankOf(w) != rank) return fail(Wrong.Rank, w, rank, rank, 0);
  const wrong = checkLists(spatial);
  if (wrong != 0) return wrong;
  const kernels = intsCount(Attr.kernel_shape);
  if (kernels < 0 && !ranked(w)) { freshShape(0, rank); return 0; }
  if (ranked(w)) {
    const channels = times(dimOf(w, 1), smallAttribute(Attr.group, 1));
    if (!mayEqual(channels, dimOf(0, 1))) return fail(Wrong.Dims, 0, 1, dimOf(0, 1), channels);
  }
  const r = shaped(0, rank);
  setDim(r, 0, dimOf(0, 0));
  setDim(r, 1, ranked(w) ? dimOf(w, 0) : freshDim());
  for (let k = 0; k < spatial; k++) {
    const d = windows(dimOf(0, k + 2), kernels >= 0 ? entry(Attr.kernel_shape, k, 1) : dimOf(w, k + 2), k, spatial, false);
    if (isLiteral(d) && literalOf(d) < 0) return fail(Wrong.Dims, 0, k + 2, dimOf(0, k + 2), kernels >= 0 ? entry(Attr.kernel_shape, k, 1) : dimOf(w, k + 2));
    setDim(r, k + 2, d);
  }
  return 0;
}
export function conv(): i32 { return convolution(1); }
export function convInteger(): i32 { setDType(0, 6); return convolution(1); }
/** x, scale, zero point, w, scale, zero point, y's scale and zero point. */
export function qLinearConv(): i32 { setDType(0, dtypeOf(7)); return convolution(3); }

/** stride * (d - 1) + output_padding + extent - pads, or what output_shape says. `w`: input of the weights [C, M / group, kernel…]; `pads`: input of the pads, -1: an attribute. */
export function transposed(w: i32, pads: i32): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0), spatial = rank - 2;
  if (rank < 3) return fail(Wrong.Rank, 0, 3, MAX_RANK, 0);
  if (ranked(w) && rankOf(w) != rank) return fail(Wrong.Rank, w, rank, rank, 0);
  const wrong = checkLists(spatial);
  if (wrong != 0) return wrong;
  const kernels = intsCount(Attr.kernel_shape);
  if (kernels < 0 && !ranked(w)) { freshShape(0, rank); return 0; }
  if (ranked(w) && !mayEqual(dimOf(w, 0), dimOf(0, 1))) return fail(Wrong.Dims, w, 0, dimOf(w, 0), dimOf(0, 1));
  const r = shaped(0, rank);
  setDim(r, 0, dimOf(0, 0));
  setDim(r, 1, ranked(w) ? times(dimOf(w, 1), smallAttribute(Attr.group, 1)) : freshDim());
  const stated = intsCount(Attr.output_shape);
  if (stated >= 0 && stated < spatial) return fail(Wrong.Attribute, Attr.output_shape, stated, spatial, 0);
  for (let k = 0; k < spatial; k++) {
    const kernel = kernels >= 0 ? entry(Attr.kernel_shape, k, 1) : dimOf(w, k + 2);
    const d = stated >= 0 ? literal(intsAt(Attr.output_shape, stated - spatial + k)) : stretched(k, spatial, kernel, pads);
    if (isLiteral(d) && literalOf(d) < 0) return fail(Wrong.Dims, 0, k + 2, dimOf(0, k + 2), kernel);
    setDim(r, k + 2, d);
  }
  return 0;
}
function stretched(k: i32, spatial: i32, kernel: i32, pads: i32): i32 {
  const stride = entry(Attr.strides, k, 1), d = dimOf(0, k + 2);
  if (padsSame()) return times(d, stride);
  const full = plus(plus(times(stride, minus(d, 1)), entry(Attr.output_padding, k, 0)), extent(kernel, entry(Attr.dilations, k, 1)));
  if (pads < 0 || !present(pads)) return minus(full, plus(begin(k), end(k, spatial)));
  if (elementCount(pads) != 2 * spatial || elementAt(pads, k) == UNKNOWN || elementAt(pads, k + spatial) == UNKNOWN) return freshDim();
  return minus(full, plus(elementAt(pads, k), elementAt(pads, k + spatial)));
}
export function convTranspose(): i32 { return transposed(1, -1); }
/** x, scale, zero point, w, scale, zero point, y's scale and zero point. */
export function qLinearConvTranspose(): i32 { setDType(0, dtypeOf(7)); return transposed(3, -1); }

/** MaxPool (indices as a second output), AveragePool, LpPool. */
export function pool(): i32 {
  if (outputs > 1) setDType(1, 7);
  if (!ranked(0)) return 0;
  const rank = rankOf(0), spatial = rank - 2;
  if (rank < 3) return fail(Wrong.Rank, 0, 3, MAX_RANK, 0);
  if (intsCount(Attr.kernel_shape) != spatial) return fail(Wrong.Attribute, Attr.kernel_shape, intsCount(Attr.kernel_shape), spatial, 0);
  const wrong = checkLists(spatial);
  if (wrong != 0) return wrong;
  const ceil = smallAttribute(Attr.ceil_mode, 0) != 0;
  for (let o = 0; o < min(outputs, 2); o++) {
    const r = shapeFrom(o, 0);
    for (let k = 0; k < spatial; k++) {
      const kernel = entry(Attr.kernel_shape, k, 1), d = windows(dimOf(0, k + 2), kernel, k, spatial, ceil);
      if (isLiteral(d) && literalOf(d) < 0) return fail(Wrong.Dims, 0, k + 2, dimOf(0, k + 2), kernel);
      setDim(r, k + 2, d);
    }
  }
  return 0;
}

/** Global pooling: spatial dims become 1. */
export function globalPool(): i32 {
  if (!ranked(0)) return 0;
  if (rankOf(0) < 2) return fail(Wrong.Rank, 0, 2, MAX_RANK, 0);
  const r = shapeFrom(0, 0);
  for (let k = 2; k < rankOf(0); k++) setDim(r, k, 1);
  return 0;
}

/** stride * (d - 1) + kernel - pads, or the sizes in input 2. */
export function maxUnpool(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0), spatial = rank - 2;
  if (rank < 3) return fail(Wrong.Rank, 0, 3, MAX_RANK, 0);
  if (intsCount(Attr.kernel_shape) != spatial) return fail(Wrong.Attribute, Attr.kernel_shape, intsCount(Attr.kernel_shape), spatial, 0);
  const wrong = checkLists(spatial);
  if (wrong != 0) return wrong;
  if (present(2)) {
    const n = elementCount(2) >= 0 ? elementCount(2) : namedElements(2);
    if (n >= 0 && n != rank) return fail(Wrong.Length, 2, n, rank, 0);
    const r = shapeFrom(0, 0);
    for (let k = 2; k < rank; k++) setDim(r, k, n == rank && elementAt(2, k) != UNKNOWN ? elementAt(2, k) : freshDim());
    return 0;
  }
  const r = shapeFrom(0, 0);
  for (let k = 0; k < spatial; k++) {
    const full = plus(times(entry(Attr.strides, k, 1), minus(dimOf(0, k + 2), 1)), entry(Attr.kernel_shape, k, 1));
    setDim(r, k + 2, minus(full, plus(begin(k), end(k, spatial))));
  }
  return 0;
}

/** [N, C / block size, image…]: the inverse of taking blocks out of an image. */
export function col2Im(): i32 {
  let n = readList(0, 1);
  if (n < 0 && namedElements(1) >= 0) n = readList(0, 1);
  if (n < 0) return 0;
  const r = shaped(0, n + 2);
  for (let k = 0; k < n; k++) setDim(r, k + 2, listAt(k) == UNKNOWN ? freshDim() : listAt(k));
  if (!ranked(0)) { setDim(r, 0, freshDim()); setDim(r, 1, freshDim()); return 0; }
  if (rankOf(0) != 3) return fail(Wrong.Rank, 0, 3, 3, 0);
  setDim(r, 0, dimOf(0, 0));
  let block = 1;
  const m = readList(0, 2);
  for (let k = 0; k < m; k++) {
    if (listAt(k) == UNKNOWN) { setDim(r, 1, freshDim()); return 0; }
    block = times(block, listAt(k));
  }
  setDim(r, 1, m == n && block != 0 ? over(dimOf(0, 1), block) : freshDim());
  return 0;
}

/** X [N, C, …], W [M, C / group, kernel…], offset, …: as Conv. */
export function deformConv(): i32 { return convolution(1); }

/** [rois, C, pooled…]. */
export function roiPool(): i32 {
  const r = shaped(0, 4);
  setDim(r, 0, ranked(1) && rankOf(1) > 0 ? dimOf(1, 0) : ranked(2) && rankOf(2) > 0 ? dimOf(2, 0) : freshDim());
  setDim(r, 1, ranked(0) && rankOf(0) >= 2 ? dimOf(0, 1) : freshDim());
  if (op == Op.MaxRoiPool) {
    if (intsCount(Attr.pooled_shape) != 2) return fail(Wrong.Attribute, Attr.pooled_shape, intsCount(Attr.pooled_shape), 2, 0);
    for (let k = 0; k < 2; k++) setDim(r, k + 2, entry(Attr.pooled_shape, k, 1));
    return 0;
  }
  setDim(r, 2, smallAttribute(Attr.output_height, 1));
  setDim(r, 3, smallAttribute(Attr.output_width, 1));
  return 0;
}

/** CausalConvWithState: y like x; the state is what the next call needs, [N, C, kernel - 1]. */
export function causalConv(): i32 {
  const wrong = needRank(0, 3) || sameShape(0, 0);
  if (wrong != 0) return wrong;
  if (ranked(3)) return sameShape(1, 3);
  if (ranked(0)) setDim(shapeFrom(1, 0), 2, ranked(1) && rankOf(1) > 0 ? minus(dimOf(1, rankOf(1) - 1), 1) : freshDim());
  return 0;
}
