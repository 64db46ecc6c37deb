/** @file torch.library. */

export {
  type CustomOpDef,
  type CustomOpOptions,
  custom_op,
  define,
  type FakeContext,
  get_ctx,
  impl,
  Library,
  type OpFunction,
  register_fake,
} from "./library.ts";
