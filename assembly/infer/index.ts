//! ONNX type and shape inference as the host sees it: it writes a table (table.ts), calls once, reads the rows.

import { Env } from "../symbolic/store";
import { bufferOf, newRow, open, poolAddress, problem, readValue, row, rowsAddress, word } from "./table";
import { useSpareRows } from "./node";
import { failed, runGraph, start } from "./run";

/** Where the host writes a table of `n` words. */
export function infer_buffer(n: i32): usize { return bufferOf(n); }

/** Infers all values of the table in the buffer; 0, or what is wrong with the node that `infer_failed` names. */
export function infer_run(env: Env): i32 {
  open(env);
  start();
  const n = word(0);
  for (let i = 0; i < n; i++) newRow();
  let at = 1;
  for (let i = 0; i < n; i++) at = readValue(row(i), at);
  useSpareRows();
  return runGraph(at);
}

/** Rows of the values, 8 words each: kind, dtype, rank, first dim, content, count, first element, unused. */
export function infer_rows(): usize { return rowsAddress(); }
/** Dims and elements. */
export function infer_pool(): usize { return poolAddress(); }
/** Serial of the node that failed. */
export function infer_failed(): i32 { return failed; }
/** Operand `i` (0 to 3) of what is wrong. */
export function infer_problem(i: i32): i32 { return load<i32>(problem + (<usize>i << 2)); }
