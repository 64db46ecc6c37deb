//! A loop nest over up to four operands, written by src/core/ops/nest.ts:
//!   | rank: i32 | operands: i32 | address of each of 4 operands | per dim, innermost first: size, counter (0), 4 strides in bytes |
//! A kernel runs its row over dim 0 at the current addresses, then calls `advance`, until that says false.

export const DIMS: usize = 24;
export const DIM: usize = 24;

/** Row length and the strides of the innermost dim. */
// @ts-ignore: decorator
@inline export function rowSize(nest: usize): i32 { return load<i32>(nest, DIMS); }
// @ts-ignore: decorator
@inline export function rowStride(nest: usize, k: usize): usize { return load<i32>(nest + (k << 2), DIMS + 8); }
// @ts-ignore: decorator
@inline export function operand(nest: usize, k: usize): usize { return load<u32>(nest + (k << 2), 8); }

/** Moves all addresses to the next row; false, and the nest as it was at first, when there is none. `from` dims are done by the row. */
export function advance(nest: usize, from: i32 = 1): bool {
  const rank = load<i32>(nest);
  const operands = load<i32>(nest, 4);
  let d = nest + DIMS + <usize>from * DIM;
  for (let k = from; k < rank; k++, d += DIM) {
    const count = load<i32>(d, 4) + 1;
    const wraps = count == load<i32>(d);
    const steps = wraps ? 1 - count : 1;
    store<i32>(d, wraps ? 0 : count, 4);
    for (let o: usize = 0; o < <usize>operands; o++) {
      const p = nest + 8 + (o << 2);
      store<i32>(p, load<i32>(p) + steps * load<i32>(d + (o << 2), 8));
    }
    if (!wraps) return true;
  }
  return false;
}

/** Whether types `A` and `B` are the same: a constant, so branches not taken are not compiled. */
// @ts-ignore: decorator
@inline export function is<A, B>(): bool { return idof<A>() == idof<B>(); }
