/** @file In which dtype to compute what a runtime cannot compute in the dtype asked for. */

import type { DType } from "../../dtype.ts";

/**
 * Carriers of each dtype, best first. They hold all of its values, and wrapped integer results are the same after the cast back. float64 and
 * int64 have none here: nothing holds them.
 */
const carriers: { readonly [K in DType]?: readonly DType[] } = {
  bool: ["int32", "uint8", "int64", "float32"],
  uint8: ["int32", "int64", "float32"],
  int8: ["int32", "int64", "float32"],
  uint16: ["int32", "int64", "uint32", "float32"],
  int16: ["int32", "int64", "float32"],
  uint32: ["int64", "float64"],
  int32: ["int64", "float64"],
  float16: ["float32"],
  bfloat16: ["float32"],
};

/** Ops that only move or select elements: any carrier that gives the elements back will do, also one that wraps. */
const movers = new Set(["Where", "Pad", "Tile", "Trilu", "Expand", "DepthToSpace", "SpaceToDepth", "Col2Im", "SplitToSequence"]);

/** Ops that ask nothing of an element but whether it is zero. */
const truthOnly = new Set(["NonZero"]);

/**
 * Ops that order or interpolate int64 elements: float64 is exact below 2^53, beyond that neighbours may compare equal. Sizes and indices never reach that.
 */
const ordered = new Set(["ArgMax", "ArgMin", "Resize", "GridSample", "OneHot", "MaxPool"]);

/** Carriers to try for `dtype` in `op`, best first. */
export function carriersOf(op: string, dtype: DType): readonly DType[] {
  if (truthOnly.has(op) && dtype !== "bool") return ["bool"];
  if (movers.has(op)) {
    if (dtype === "bool") return ["uint8", "int32", "float32"];
    if (dtype === "uint64") return ["int64"];
  }
  if (ordered.has(op) && dtype === "int64") return ["float64"];
  return carriers[dtype] ?? [];
}
