/**
 * @file The cross entropy of a linear layer's scores, which PyTorch computes by chunks of the batch with its gradients beside it
 * (torch/nn/modules/linear_cross_entropy.py). Here in one piece: memory is the runtime's affair.
 */

import type { DType } from "../dtype.ts";
import type { Dim } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { classWeights, targetsOf } from "./loss.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

interface LinearCrossEntropy {
  readonly input: Symbolic;
  readonly linear_weight: Symbolic;
  readonly target: Symbolic;
  readonly linear_bias: Symbolic | null;
  readonly weight: Symbolic | null;
  readonly ignore_index: number;
  readonly acc_dtype: DType;
}

const scoresOf = ({ input, linear_weight, linear_bias, acc_dtype }: LinearCrossEntropy, call: Call): Symbolic => {
  const f = algebra(call);
  const wide = (x: Symbolic): Symbolic => f.to(x, acc_dtype);
  return call("aten::linear", { input: wide(input), weight: wide(linear_weight), bias: linear_bias && wide(linear_bias) });
};

function lossOf(args: LinearCrossEntropy, scores: Symbolic, reduction: number, label_smoothing: number, call: Call): Symbolic {
  const f = algebra(call);
  const weight = args.weight && f.to(args.weight, args.acc_dtype);
  const { target, ignore_index } = args;
  return f.to(
    call("aten::cross_entropy_loss", { self: scores, target, weight, reduction, ignore_index, label_smoothing }),
    args.input.dtype,
  );
}

/** The gradient in the scores: w[target] (softmax - 1 at the target), 0 in rows that are ignored; by the total weight for the mean. */
function scoreGradient(args: LinearCrossEntropy, scores: Symbolic, mean: boolean, call: Call): Symbolic {
  const f = algebra(call);
  const { dtype } = scores;
  const classes = scores.shape[1] as Dim;
  const t = targetsOf(scores, args.target, args.ignore_index, call);
  const counts = f.to(t.counts, dtype);
  const own = args.weight === null ? counts : f.mul(classWeights(f.to(args.weight, dtype), t, call), counts);
  const column = (x: Symbolic): Symbolic => call("aten::unsqueeze", { self: x, dim: 1 });
  const hit = f.to(f.eq(column(t.safe), f.iota(classes)), dtype);
  const gradient = f.mul(f.sub(call("aten::softmax.int", { self: scores, dim: 1 }), hit), column(own));
  return mean ? f.div(gradient, call("aten::sum", { self: own })) : gradient;
}

export const linearCrossEntropy = {
  "torch_nn::_linear_cross_entropy_batch_chunked": {
    decompose: (args, call) => {
      const f = algebra(call);
      const scores = scoresOf(args, call);
      const mean = args.reduction === "mean";
      const loss = lossOf(args, scores, mean ? 1 : 2, args.label_smoothing as number, call);
      const { compute_input_grad: ofInput, compute_linear_weight_grad: ofWeight, compute_linear_bias_grad: ofBias } = args;
      const { dtype } = args.input;
      const none = (rank: number): Symbolic => f.zeros(new Array<Dim>(rank).fill(0), dtype);
      if (!ofInput && !ofWeight && !ofBias) return [loss, none(2), none(2), none(1)];
      const g = scoreGradient(args, scores, mean, call);
      const wide = (x: Symbolic): Symbolic => f.to(x, g.dtype);
      const turned = call("aten::transpose.int", { self: g, dim0: 0, dim1: 1 });
      return [
        loss,
        ofInput ? f.to(call("aten::mm", { self: g, mat2: wide(args.linear_weight) }), dtype) : none(2),
        ofWeight ? f.to(call("aten::mm", { self: turned, mat2: wide(args.input) }), dtype) : none(2),
        ofBias ? f.to(f.sum(g, [0]), dtype) : none(1),
      ];
    },
  },
  "torch_nn::_linear_cross_entropy_batch_chunked_no_reduction": {
    decompose: (args, call) => lossOf(args, scoresOf(args, call), 0, 0, call),
  },
} satisfies AtenTable;
