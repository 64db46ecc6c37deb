/** @file Enums of the schema: the serialized numbers of `torch/_export/serde/schema.py`, which are not c10's. */

import { type DType, dtypes } from "../../dtype.ts";
import type { Place } from "./place.ts";

const byNumber = new Map<number, DType>(
  Object.entries(dtypes).flatMap(([name, row]) => (row.pt2 < 0 ? [] : [[row.pt2, name as DType] as const])),
);

/** Throws `pt2/unknown-dtype`. */
export function scalarType(n: number, what: string, place: Place): DType {
  const dtype = byNumber.get(n);
  if (dtype !== undefined) return dtype;
  const hint = `known: ${[...byNumber].map(([k, name]) => `${k} ${name}`).join(", ")}`;
  return place.fail("unknown-dtype", `${what} has ScalarType ${n}, which is no dtype of the schema`, hint);
}

const memoryFormats = [null, "contiguous_format", "channels_last", "channels_last_3d", "preserve_format"] as const;
const layouts = [null, "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "_mkldnn", "strided"] as const;

const named = (names: readonly (string | null)[], kind: string, n: number, place: Place): string =>
  names[n] ?? place.fail("schema", `${kind} ${n} is not known`);

/** torch's name without `torch.`: `channels_last`. */
export const memoryFormat = (n: number, place: Place): string => named(memoryFormats, "memory format", n, place);
export const layout = (n: number, place: Place): string => named(layouts, "layout", n, place);
