/** @file What is wrong with a model: the first thing that is stays, with the event and the string that it is about. */

export const ORDER: i32 = 1;
export const UNKNOWN: i32 = 2;
export const DUPLICATE: i32 = 3;
export const UNNAMED: i32 = 4;
export const DATA: i32 = 5;
export const SHAPE: i32 = 6;
export const DIM: i32 = 7;
export const RECURSION: i32 = 8;
export const SIZE: i32 = 9;
export const OUTPUT: i32 = 10;
export const GRAPH: i32 = 11;

export let code: i32 = 0;
export let at: i32 = -1;
export let name: i32 = -1;

export function clearProblem(): void {
  code = 0;
  at = -1;
  name = -1;
}

/** Notes what is wrong with event `event`; `string` is the number of a name, or -1. */
export function wrong(problem: i32, event: i32, string: i32): void {
  if (code != 0) return;
  code = problem;
  at = event;
  name = string;
}
