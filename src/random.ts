/** @file torch's default random generator. */

import { defaultGenerator } from "./core/ops/generator.ts";

/** Starts the default generator from `seed` (PyTorch: `torch.manual_seed`): the same numbers as PyTorch's on CPU follow. */
export function manual_seed(seed: number | bigint): void {
  defaultGenerator.manual_seed(seed);
}

/** What the default generator was started from. */
export const initial_seed = (): bigint => defaultGenerator.initial_seed();
