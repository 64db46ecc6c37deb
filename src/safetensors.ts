/** @file torch.safetensors: weights from safetensors files (the names are those of the Python package `safetensors`). */

import { type Tensor, wrap } from "./tensor.ts";
import { loadStrided } from "./weights/basic.ts";
import { readSafetensors } from "./weights/safetensors.ts";
import type { TensorSource } from "./weights/source.ts";

/** All tensors of a file, in memory (`safetensors.torch.load_file`). Throws `weights/…` for damaged files. */
export function load_file(path: string): Record<string, Tensor> {
  return Object.fromEntries([...readSafetensors(path).tensors].map(([name, source]) => [name, wrap(loadStrided(source))]));
}

/** The tensors of a file as they lie there: nothing is read until `apply_weights` and `save` need it. */
export function safe_open(path: string): Record<string, TensorSource> {
  return Object.fromEntries(readSafetensors(path).tensors);
}
