/** @file The bytes in front of a length-delimited field. */

/** Number and length of a field that holds `length` bytes. */
export function fieldHead(field: number, length: number): Uint8Array {
  const bytes: number[] = [];
  for (const n of [field * 8 + 2, length]) {
    let rest = n;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}
