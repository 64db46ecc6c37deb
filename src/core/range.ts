/** @file Whole numbers in a row. */

/** `from`, `from` + 1, …: `n` of them. */
export const range = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);
