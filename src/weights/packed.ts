/** @file Sub-byte elements: packed in files (ONNX: the first element in the low bits), one to a byte in the core's memory. */

import { type DType, dtypes } from "../dtype.ts";

/** Bits of an element; 8 and more for types that are not packed. */
const bitsOf = (dtype: DType): number => dtypes[dtype].size * 8;

export const isPacked = (dtype: DType): boolean => dtypes[dtype].size < 1;

/** `count` elements of `packed`, one to a byte: signed integers extended by their sign, others by zeros. */
export function unpack(dtype: DType, packed: Uint8Array, count: number): Uint8Array {
  const bits = bitsOf(dtype);
  const perByte = 8 / bits;
  const free = dtypes[dtype].kind === "int" ? 32 - bits : 0;
  const mask = (1 << bits) - 1;
  const elements = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const code = ((packed[Math.floor(i / perByte)] as number) >> ((i % perByte) * bits)) & mask;
    elements[i] = (code << free) >> free;
  }
  return elements;
}

/** Elements of one byte each, packed; the last byte is filled up with zeros. */
export function pack(dtype: DType, elements: Uint8Array): Uint8Array {
  const bits = bitsOf(dtype);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const packed = new Uint8Array(Math.ceil(elements.length / perByte));
  for (let i = 0; i < elements.length; i++) {
    const at = Math.floor(i / perByte);
    packed[at] = (packed[at] as number) | (((elements[i] as number) & mask) << ((i % perByte) * bits));
  }
  return packed;
}
