//! Resampling of images: Resize, GridSample, AffineGrid.

import { UNKNOWN, Wrong, fail } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { freshDim, isLiteral, literal, literalOf, over, times } from "./dims";
import {
  stringLength, dimOf, elementAt, elementCount, floatAt, floatCount, floatsAt, floatsCount, freshShape, hasAttribute, input, intsAt, intsCount, listAt,
  namedElements, needRankFrom, normalAxis, op, present, rankOf, ranked, readList, setDim, shapeFrom, shaped, badAxis,
} from "./node";

/** floor(d * scale): exact for a symbolic d where the scale is p / q with a small power of two, or an integer, as q. */
function scaled(d: i32, scale: f64): i32 {
  if (!(scale > 0 && scale < 1048576)) return freshDim();
  if (isLiteral(d) && <f64>literalOf(d) * scale < 9007199254740992) return literal(<i64>Math.floor(<f64>literalOf(d) * scale));
  for (let q: i64 = 1; q <= 1024; q <<= 1) {
    const p = scale * <f64>q;
    if (p == Math.floor(p) && p < 1048576) return over(times(d, literal(<i64>p)), literal(q));
  }
  // 1 / n is not exact in binary: floor(d * scale) may differ from d / n.
  return freshDim();
}

/** Input `i` is there and not an empty tensor, which older versions write for "omitted". */
function given(i: i32): bool { return present(i) && !(input(i).rank == 1 && dimOf(i, 0) == 0); }

/** One axis per entry of `axes` (all without it): from sizes, scales, or one of the two that is not known. */
export function resize(): i32 {
  if (!ranked(0)) return 0;
  const rank = rankOf(0);
  const old = op == Op.Resize && !present(2) && !present(3); // opset 10: X, scales
  const scales = old ? 1 : 2;
  const listed = intsCount(Attr.axes), n = listed >= 0 ? listed : rank;
  const r = shapeFrom(0, 0);
  const bySizes = !old && given(3);
  if (!bySizes && !given(scales)) return fail(Wrong.Input, scales, 0, 0, 0);
  let sizes = -1;
  if (bySizes) {
    sizes = elementCount(3) >= 0 ? elementCount(3) : namedElements(3);
    if (sizes >= 0 && sizes != n) return fail(Wrong.Length, 3, sizes, n, 0);
  } else if (floatCount(scales) >= 0 && floatCount(scales) != n) return fail(Wrong.Length, scales, floatCount(scales), n, 0);
  // keep_aspect_ratio_policy other than "stretch" (7 letters) changes the sizes by the least or greatest ratio.
  const stretch = stringLength(Attr.keep_aspect_ratio_policy) == 0 || stringLength(Attr.keep_aspect_ratio_policy) == 7;
  // coordinate_transformation_mode "tf_crop_and_resize" (18 letters) scales the region of interest.
  const crops = stringLength(Attr.coordinate_transformation_mode) == 18;
  for (let k = 0; k < n; k++) {
    const axis = listed >= 0 ? normalAxis(intsAt(Attr.axes, k), rank) : k;
    if (axis < 0) return badAxis(intsAt(Attr.axes, k), rank);
    setDim(r, axis, resized(k, axis, sizes, scales, stretch, crops, bySizes));
  }
  return 0;
}
function resized(k: i32, axis: i32, sizes: i32, scales: i32, stretch: bool, crops: bool, bySizes: bool): i32 {
  if (bySizes) return stretch && sizes >= 0 && elementAt(3, k) != UNKNOWN ? elementAt(3, k) : freshDim();
  if (crops) return freshDim();
  if (floatCount(scales) > k) return scaled(dimOf(0, axis), floatAt(scales, k));
  // Integral scales that came through integer arithmetic.
  if (elementCount(scales) > k && elementAt(scales, k) != UNKNOWN) return times(dimOf(0, axis), elementAt(scales, k));
  return freshDim();
}

/** Upsample: scales as attribute (opset 7), height_scale and width_scale (opset 1), or input (opset 9). */
export function upsample(): i32 {
  if (!ranked(0)) return 0;
  if (hasAttribute(Attr.height_scale) && (floatsCount(Attr.height_scale) != 1 || floatsCount(Attr.width_scale) != 1)) return fail(Wrong.Attribute, Attr.height_scale, 0, 0, 0);
  const rank = rankOf(0), n = floatsCount(Attr.scales);
  const r = shapeFrom(0, 0);
  for (let k = 0; k < rank; k++) {
    if (n == rank) setDim(r, k, scaled(dimOf(0, k), floatsAt(Attr.scales, k)));
    else if (intsCount(Attr.scales) == rank) setDim(r, k, times(dimOf(0, k), literal(intsAt(Attr.scales, k)))); // nchwc
    else if (hasAttribute(Attr.height_scale) && rank == 4) setDim(r, k, k < 2 ? dimOf(0, k) : scaled(dimOf(0, k), floatsAt(k == 2 ? Attr.height_scale : Attr.width_scale, 0)));
    else if (floatCount(1) == rank) setDim(r, k, scaled(dimOf(0, k), floatAt(1, k)));
    else setDim(r, k, freshDim());
  }
  return 0;
}

/** [N, C] + grid[1:-1]. */
export function gridSample(): i32 {
  const wrong = needRankFrom(0, 3) || needRankFrom(1, 3);
  if (wrong != 0) return wrong;
  if (!ranked(0) || !ranked(1)) return 0;
  const rank = rankOf(0);
  if (rankOf(1) != rank) return fail(Wrong.Rank, 1, rank, rank, 0);
  if (dimOf(1, rank - 1) >= 0 && dimOf(1, rank - 1) != rank - 2) return fail(Wrong.Dims, 1, rank - 1, dimOf(1, rank - 1), rank - 2);
  const r = shaped(0, rank);
  setDim(r, 0, dimOf(0, 0));
  setDim(r, 1, dimOf(0, 1));
  for (let k = 2; k < rank; k++) setDim(r, k, dimOf(1, k - 1));
  return 0;
}

/** size [N, C, spatial…] gives [N, spatial…, number of spatial dims]. */
export function affineGrid(): i32 {
  let n = readList(0, 1);
  if (n < 0 && namedElements(1) >= 0) n = readList(0, 1);
  if (n < 0) {
    if (ranked(0) && rankOf(0) == 3 && dimOf(0, 1) >= 2) freshShape(0, dimOf(0, 1) + 2);
    return 0;
  }
  if (n != 4 && n != 5) return fail(Wrong.Length, 1, n, 4, 0);
  const r = shaped(0, n);
  setDim(r, 0, listAt(0));
  for (let k = 2; k < n; k++) setDim(r, k - 1, listAt(k));
  setDim(r, n - 1, n - 2);
  return 0;
}
