/** @file torch.onnx.enable_fake_mode: modules are built and captured without storage. */

import { fake, popMode, pushMode, withMode } from "../tensor.ts";

/** Ends fake mode when disposed of. */
export interface FakeContext {
  [Symbol.dispose](): void;
}

/**
 * Until the result is disposed of (`using _ = torch.onnx.enable_fake_mode()`), or while `body` runs, tensors have types and no values, whatever
 * their size. Export what was built, then give weights with `program.apply_weights(state_dict)`, or save without them.
 */
export function enable_fake_mode(): FakeContext;
export function enable_fake_mode<T>(body: () => T): T;
export function enable_fake_mode<T>(body?: () => T): T | FakeContext {
  if (body !== undefined) return withMode(fake, body);
  pushMode(fake);
  return { [Symbol.dispose]: () => popMode(fake) };
}
