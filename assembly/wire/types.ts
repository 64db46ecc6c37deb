/** @file TypeProtos as rows of inference's table. */

import { Env, constant } from "../symbolic/store";
import { MAX_RANK, OPTIONAL, SEQUENCE, TENSOR } from "../infer/table";
import { freshDim } from "../infer/dims";
import { array_truncate } from "../memory";
import { Key } from "./keys.gen";
import { field, first, integer, keyAt, next } from "./events";
import { push, pushWide, setWord, wordsIn } from "./elements";
import { DIM, wrong } from "./problem";

/** The largest size: what a double holds exactly. */
const MAX_DIM: i64 = 0x1f_ffff_ffff_ffff;

/** Kind and tensor type of the type read last. */
let kind: i32 = 0;
let tensor: i32 = -1;

/** Looks through sequences and optionals; false where inference knows nothing of such a type. */
function open(type: i32): bool {
  kind = TENSOR;
  tensor = -1;
  let optional = false, sequence = false;
  for (let depth = 0; depth < 3; depth++) {
    let inner = -1, bit = 0;
    for (let i = type + 1, end = first(type); i < end; i = next(i)) {
      const key = keyAt(i);
      if (key == Key.TypeProto_tensor_type) { tensor = i; inner = i; bit = 0; }
      else if (key == Key.TypeProto_sequence_type) { inner = i; bit = SEQUENCE; }
      else if (key == Key.TypeProto_optional_type) { inner = i; bit = OPTIONAL; }
      else if (key == Key.TypeProto_map_type || key == Key.TypeProto_sparse_tensor_type) return false;
    }
    if (inner < 0) return depth > 0;
    if (bit == 0) return true;
    if (sequence || (bit == OPTIONAL && optional)) return false;
    if (bit == SEQUENCE) sequence = true;
    else optional = true;
    kind |= bit;
    tensor = -1;
    type = field(inner, bit == SEQUENCE ? Key.SequenceType_elem_type : Key.OptionalType_elem_type);
    if (type < 0) return true;
  }
  return false;
}

/** The Tensor message of a TypeProto that is a tensor, -1 for others. */
export function tensorTypeOf(type: i32): i32 { return open(type) && kind == TENSOR ? tensor : -1; }

/** The size that a Dimension says: a literal, a symbol by its name (`handles`, by number of the string), or 0x80000000 for none. */
export function dimOf(dimension: i32, env: Env, handles: usize): i32 {
  let d = i32.MIN_VALUE;
  for (let i = dimension + 1, end = first(dimension); i < end; i++) {
    const key = keyAt(i);
    if (key == Key.Dimension_dim_value) {
      const size = integer(i);
      if (size > MAX_DIM) wrong(DIM, dimension, -1);
      d = size < 0 ? i32.MIN_VALUE : constant(env, size);
    } else if (key == Key.Dimension_dim_param) d = load<i32>(handles + (<usize>first(i) << 2));
  }
  return d;
}

function pushShape(array: usize, env: Env, shape: i32, handles: usize): void {
  const at = wordsIn(array);
  push(array, 0);
  let rank = 0;
  for (let i = shape + 1, end = first(shape); i < end; i = next(i)) {
    if (keyAt(i) != Key.TensorShapeProto_dim) continue;
    const d = dimOf(i, env, handles);
    if (rank++ < MAX_RANK) push(array, d == i32.MIN_VALUE ? freshDim() : d);
  }
  if (rank <= MAX_RANK) setWord(array, at, rank);
  else {
    setWord(array, at, -1);
    array_truncate(array, <u32>(at + 1) << 2);
  }
}

/** Appends the row of the TypeProto that event `type` is; of a value of which nothing is known for -1. */
export function pushType(array: usize, env: Env, type: i32, handles: usize): void {
  const known = type >= 0 && open(type);
  push(array, known ? kind : TENSOR);
  const elem = known && tensor >= 0 ? field(tensor, Key.TensorType_elem_type) : -1;
  push(array, elem < 0 ? 0 : first(elem));
  const shape = known && tensor >= 0 ? field(tensor, Key.TensorType_shape) : -1;
  if (shape < 0) push(array, -1);
  else pushShape(array, env, shape, handles);
  pushWide(array, 0);
}
