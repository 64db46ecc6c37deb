/** @file Written by tools/generate-exports.mjs from build/core.wasm; do not edit. Pointers come back signed: use `>>> 0`. */

export interface CoreExports {
  alloc(a: number): number;
  array_data(a: number): number;
  array_new(a: number, b: number): number;
  array_push(a: number, b: number): number;
  array_push_i32(a: number, b: number): number;
  array_size(a: number): number;
  array_truncate(a: number, b: number): void;
  free(a: number): void;
  mark(): number;
  memory_used(): number;
  reset(a: number): void;
  scratch(a: number): number;
  store_free(a: number): void;
  store_new(): number;
}
