/**
 * @file TensorProtos as rows of inference's table: dtype, dims, and the elements of small tensors, whose bytes the host has read. Payloads
 * are wanted first, all at once in the order of the file, and then found at the addresses where they are.
 */

import { Env, constant } from "../symbolic/store";
import { FLOATS, INTEGERS, MAX_ELEMENTS, MAX_RANK, TENSOR } from "../infer/table";
import { isIndexType } from "../infer/node";
import { array_data, array_push, array_size } from "../memory";
import { Key } from "./keys.gen";
import { eventCount, field, first, integer, keyAt, messageOf, next, second, setFirst } from "./events";
import { DATA, SHAPE, wrong } from "./problem";

export const STRING: i32 = 8;
const FLOAT: i32 = 1, FLOAT16: i32 = 10, DOUBLE: i32 = 11, BFLOAT16: i32 = 16;
const MAX_BYTES: i64 = 0x1f_ffff_ffff_ffff;

/** Bits of an element by TensorProto.DataType; 0: no numbers. */
const BITS: usize = memory.data<u8>([0, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4, 8, 2, 2]);
const LAST_DTYPE: i32 = 26;

export function push(array: usize, word: i32): void {
  const p = array_push(array, 4);
  if (p == 0) unreachable();
  store<i32>(p, word);
}
export function pushWide(array: usize, value: i64): void {
  const p = array_push(array, 8);
  if (p == 0) unreachable();
  store<i64>(p, value);
}
// @ts-ignore: decorator
@inline export function wordsIn(array: usize): i32 { return <i32>(array_size(array) >> 2); }
// @ts-ignore: decorator
@inline export function setWord(array: usize, at: i32, word: i32): void { store<i32>(array_data(array) + (<usize>at << 2), word); }

export function dtypeOf(tensor: i32): i32 {
  const at = field(tensor, Key.TensorProto_data_type);
  return at < 0 ? 0 : first(at);
}

/** Number of elements, -1 where the dims are no sizes or their product is too large. */
function elementsOf(tensor: i32): i64 {
  let n: i64 = 1;
  let empty = false;
  for (let i = tensor + 1, end = first(tensor); i < end; i = next(i)) {
    if (keyAt(i) != Key.TensorProto_dims) continue;
    const d = integer(i);
    if (d < 0 || d > MAX_BYTES) return -1;
    if (d == 0) empty = true;
    else {
      if (n > MAX_BYTES / d) return -1;
      n *= d;
    }
  }
  return empty ? 0 : n;
}

// @ts-ignore: decorator
@inline function isFloatType(dtype: i32): bool { return dtype == FLOAT || dtype == DOUBLE || dtype == FLOAT16 || dtype == BFLOAT16; }
// @ts-ignore: decorator
@inline function isPayload(key: i32): bool {
  return key == Key.TensorProto_raw_data || key == Key.TensorProto_int64_data || key == Key.TensorProto_int32_data
    || key == Key.TensorProto_float_data || key == Key.TensorProto_double_data || key == Key.TensorProto_uint64_data;
}
function isExternal(tensor: i32): bool {
  const at = field(tensor, Key.TensorProto_data_location);
  return at >= 0 && first(at) == 1;
}

/** Whether the elements of a tensor are of use to inference, and in this file. */
function isTracked(tensor: i32, dtype: i32, n: i64): bool {
  return n >= 0 && n <= MAX_ELEMENTS && (isIndexType(dtype) || isFloatType(dtype)) && !isExternal(tensor);
}

/** Checks the tensor's data against its dims, and appends [position, length, offset] of payloads that are wanted. Returns the next offset. */
function want(tensor: i32, wanted: usize, offset: i32): i32 {
  const dtype = dtypeOf(tensor);
  const n = elementsOf(tensor);
  if (dtype <= 0 || dtype > LAST_DTYPE) { wrong(DATA, tensor, -1); return offset; }
  if (n < 0 || n > MAX_BYTES / 16) { wrong(SHAPE, tensor, -1); return offset; }
  let raw: i64 = 0;
  let typed = false;
  const tracked = isTracked(tensor, dtype, n);
  for (let i = tensor + 1, end = first(tensor); i < end; i = next(i)) {
    const key = keyAt(i);
    if (!isPayload(key)) continue;
    if (key == Key.TensorProto_raw_data) raw = second(i);
    else if (second(i) > 0) typed = true;
    if (!tracked) continue;
    if (second(i) > MAX_ELEMENTS * 10) { wrong(DATA, tensor, -1); return offset; }
    push(wanted, first(i));
    push(wanted, second(i));
    push(wanted, offset);
    setFirst(i, offset);
    offset += (second(i) + 7) & ~7;
  }
  if (dtype == STRING || isExternal(tensor)) return offset;
  const bytes = (n * load<u8>(BITS + <usize>dtype) + 7) >> 3;
  if (typed ? raw > 0 : raw != bytes) wrong(DATA, tensor, -1);
  return offset;
}

/** All payloads that inference reads, in the order of the file; returns their bytes. */
export function wantPayloads(wanted: usize): i32 {
  let offset = 0;
  for (let i = 0; i < eventCount; i++) if (messageOf(i) == Key.TensorProto) offset = want(i, wanted, offset);
  return offset;
}

function halfToFloat(h: u32): f32 {
  const sign = (h & 0x8000) << 16, exponent = (h >> 10) & 31, mantissa = h & 0x3ff;
  if (exponent == 0) return reinterpret<f32>(reinterpret<u32>(<f32>mantissa * <f32>5.9604644775390625e-8) | sign);
  return reinterpret<f32>(sign | ((exponent == 31 ? 255 : exponent + 112) << 23) | (mantissa << 13));
}

/** Element `k` of raw data of an integer dtype. */
function rawInteger(p: usize, dtype: i32, k: usize): i64 {
  if (dtype == 7 || dtype == 13) return load<i64>(p + (k << 3));
  if (dtype == 6) return <i64>load<i32>(p + (k << 2));
  if (dtype == 12) return <i64>load<u32>(p + (k << 2));
  if (dtype == 5) return <i64>load<i16>(p + (k << 1));
  if (dtype == 4) return <i64>load<u16>(p + (k << 1));
  return dtype == 3 ? <i64>load<i8>(p + k) : <i64>load<u8>(p + k);
}
function rawFloat(p: usize, dtype: i32, k: usize): f64 {
  if (dtype == FLOAT) return <f64>load<f32>(p + (k << 2));
  if (dtype == DOUBLE) return load<f64>(p + (k << 3));
  const h = <u32>load<u16>(p + (k << 1));
  return <f64>(dtype == FLOAT16 ? halfToFloat(h) : reinterpret<f32>(h << 16));
}

let env: Env = changetype<Env>(0);
let left: i64 = 0;
let target: usize = 0;
let integers: bool = false;
let type: i32 = 0;

function putInteger(value: i64): void {
  if (left-- > 0) push(target, integers ? constant(env, value) : 0);
}
function putFloat(value: f64): void {
  if (left-- > 0) pushWide(target, reinterpret<i64>(value));
}
function putVarints(p: usize, end: usize): void {
  while (p < end) {
    let v: u64 = 0;
    for (let shift: u64 = 0; p < end && shift < 70; shift += 7) {
      const byte = <u64>load<u8>(p++);
      v |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (integers) putInteger(<i64>v);
    else putFloat(<f64>(type == FLOAT16 ? halfToFloat(<u32>v) : reinterpret<f32>(<u32>v << 16)));
  }
}
function putPayload(key: i32, p: usize, n: usize): void {
  if (key == Key.TensorProto_raw_data) {
    const size = <usize>load<u8>(BITS + <usize>type) >> 3;
    for (let k: usize = 0; k < n / size; k++) {
      if (integers) putInteger(rawInteger(p, type, k));
      else putFloat(rawFloat(p, type, k));
    }
  } else if (key == Key.TensorProto_float_data) for (let k: usize = 0; k < n >> 2; k++) putFloat(<f64>load<f32>(p + (k << 2)));
  else if (key == Key.TensorProto_double_data) for (let k: usize = 0; k < n >> 3; k++) putFloat(load<f64>(p + (k << 3)));
  else putVarints(p, p + n);
}

/** Whether elements of a dtype may lie in a field. */
function fits(key: i32, dtype: i32): bool {
  if (key == Key.TensorProto_raw_data) return true;
  if (key == Key.TensorProto_float_data) return dtype == FLOAT;
  if (key == Key.TensorProto_double_data) return dtype == DOUBLE;
  if (key == Key.TensorProto_int64_data) return dtype == 7;
  if (key == Key.TensorProto_uint64_data) return dtype == 12 || dtype == 13;
  return dtype != FLOAT && dtype != DOUBLE && dtype != 7 && dtype != 13 && dtype != 12;
}

/** Appends content, count and elements of a tensor; `payloads` is where the host has put what was wanted. */
function pushElements(array: usize, e: Env, tensor: i32, dtype: i32, payloads: usize): void {
  const n = elementsOf(tensor);
  if (!isTracked(tensor, dtype, n)) {
    pushWide(array, 0);
    return;
  }
  env = e;
  target = array;
  type = dtype;
  integers = isIndexType(dtype);
  left = n;
  push(array, integers ? INTEGERS : FLOATS);
  push(array, <i32>n);
  for (let i = tensor + 1, end = first(tensor); i < end; i = next(i)) {
    const key = keyAt(i);
    if (!isPayload(key) || second(i) == 0) continue;
    if (!fits(key, dtype)) wrong(DATA, tensor, -1);
    else putPayload(key, payloads + <usize>first(i), <usize>second(i));
  }
  if (left != 0) wrong(DATA, tensor, -1);
}

/** Appends the dims of a message that has them as integers. */
export function pushDims(array: usize, e: Env, message: i32, key: i32): void {
  const at = wordsIn(array);
  push(array, -1);
  let rank = 0;
  for (let i = message + 1, end = first(message); i < end; i = next(i)) if (keyAt(i) == key) rank++;
  if (rank > MAX_RANK) return;
  setWord(array, at, rank);
  for (let i = message + 1, end = first(message); i < end; i = next(i)) if (keyAt(i) == key) push(array, constant(e, integer(i)));
}

/** Appends the row of the TensorProto that event `tensor` is. */
export function pushTensor(array: usize, e: Env, tensor: i32, payloads: usize): void {
  const dtype = dtypeOf(tensor);
  push(array, TENSOR);
  push(array, dtype);
  pushDims(array, e, tensor, Key.TensorProto_dims);
  pushElements(array, e, tensor, dtype, payloads);
}

/** Appends the row of a SparseTensorProto, whose elements are not looked at. */
export function pushSparse(array: usize, e: Env, sparse: i32): void {
  const values = field(sparse, Key.SparseTensorProto_values);
  push(array, TENSOR);
  push(array, values < 0 ? 0 : dtypeOf(values));
  pushDims(array, e, sparse, Key.SparseTensorProto_dims);
  pushWide(array, 0);
}

