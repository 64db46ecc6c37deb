/** @file What the host sees of the work on weights: it is done in bounded pieces, on bytes that the host has brought. */

export { copy_rows, scale_shift_f32, scale_shift_f64 } from "./scale-shift";
export { strided_1, strided_2, strided_4, strided_8, strided_16 } from "./strided";
export { xxh64 } from "./hash";
