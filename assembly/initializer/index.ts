/** @file What the host sees of the work on weights: it is done in bounded pieces, on bytes that the host has brought. */

export { copy_rows, scale_shift_f32, scale_shift_f64 } from "./scale-shift";
export { strided_1, strided_2, strided_4, strided_8, strided_16 } from "./strided";
export { xxh64_finish, xxh64_size, xxh64_start, xxh64_update } from "./hash";
export { pack_f4e2m1, pack_i2, pack_i4, pack_u2, pack_u4, unpack_f4e2m1, unpack_i2, unpack_i4, unpack_u2, unpack_u4 } from "./packed";
export { cast_f32_f4e2m1, cast_f32_f8e8m0, cast_f4e2m1_f32, cast_f8e8m0_f32 } from "./small-floats";
