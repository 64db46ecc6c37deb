/** @file Ops that `torch.export` leaves in no program that is converted: groups of PyTorch's schemas, each by a rule over their names. */

import type { Schema } from "../aten/schema.ts";

interface Group {
  readonly reason: string;
  /** Held against the name without namespace and overload. */
  readonly names: RegExp;
}

/** First match counts. */
const groups: readonly Group[] = [
  { reason: "gradients: a program for inference has none", names: /backward|_jvp$|_grad$|_fw_primal|_(make|unpack)_dual/ },
  { reason: "lists of tensors at once, as optimizers use them", names: /^_foreach_|^_fused_(ada|sgd)|^_amp_/ },
  {
    reason: "kernels of one device or library (cuDNN, MIOpen, MKL-DNN, MPS, FBGEMM, CUTLASS, Triton, …)",
    names:
      /cudnn|cufft|miopen|mkldnn|mps|nnpack|triton|cslt|vulkan|xla|(flash|efficient)_attention|mem_eff|cutlass|fbgemm|_cpu$|_thnn_fused/,
  },
  {
    reason: "sparse tensors",
    names:
      /sparse|coo|cs[rc]_|coalesce|c(row|col)_ind|^(col|row)_indices|^_?(indices|values)(_copy)?$|_nnz|dense_dim|to_dense|spmm|sspaddmm|^smm|^hspmm|_dim[IV]$|_sp(diags|solve)/,
  },
  { reason: "nested tensors", names: /nested|jagged|padded_tensor/ },
  {
    reason: "tensors of PyTorch's own quantized dtypes",
    names:
      /^(_?quantize|dequantize|quantized|q_|qscheme|qnms|int_repr|empty_quantized|_empty_\w*quantized|_make_per_|_wrapped_|_saturate|_choose_qparams_per_tensor|choose_qparams_optimized|_dyn_quant)/,
  },
  {
    reason: "what Python asks of a tensor, or does to it, outside of its values",
    names:
      /^(_?is_|_has_|_debug|_print|_version|_?retains?_grad|retains_grad|requires_grad|output_nr|data$|set(_data)?_?$|can_cast|result_type|record_stream|_?pin_memory|get_device|from_file|_lazy_clone)/,
  },
  {
    reason: "PyTorch's own tests and internals of vmap, autocast and the dispatcher",
    names: /^_test_|_foobar|_batch_dim$|^_autocast|_copy_from|_tokens?$|feature_meta/,
  },
];

const nameOf = (schema: Schema): string => schema.op.slice(schema.op.indexOf("::") + 2).split(".")[0] as string;

/** Why no program that is converted has `schema`; null where one may. */
export const reasonOutOfScope = (schema: Schema): string | null => groups.find((g) => g.names.test(nameOf(schema)))?.reason ?? null;
