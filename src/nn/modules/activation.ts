/** @file PyTorch: torch/nn/modules/activation.py and dropout.py. Each acts element by element unless it says otherwise. */

import type { Args } from "../../dispatch.ts";
import { full } from "../../functions.gen.ts";
import { call, Parameter, type Tensor } from "../../tensor.ts";
import { UnaryModule } from "../module.ts";

/** A module that calls one ATen op with fixed arguments. */
abstract class Activation extends UnaryModule {
  readonly #op: string;
  readonly #args: Args;
  constructor(op: string, args: Args = {}) {
    super();
    this.#op = op;
    this.#args = args;
  }
  forward(input: Tensor): Tensor {
    return call(this.#op, { self: input, ...this.#args }) as Tensor;
  }
}
export class ReLU extends Activation {
  constructor() {
    super("aten::relu");
  }
}
export class ReLU6 extends Activation {
  constructor() {
    super("aten::relu6");
  }
}
export class GELU extends Activation {
  constructor(options: { approximate?: "none" | "tanh" } = {}) {
    super("aten::gelu", { approximate: options.approximate ?? "none" });
  }
}
export class SiLU extends Activation {
  constructor() {
    super("aten::silu");
  }
}
export class Mish extends Activation {
  constructor() {
    super("aten::mish");
  }
}
export class Sigmoid extends Activation {
  constructor() {
    super("aten::sigmoid");
  }
}
export class Tanh extends Activation {
  constructor() {
    super("aten::tanh");
  }
}
export class ELU extends Activation {
  constructor(alpha = 1) {
    super("aten::elu", { alpha });
  }
}
export class LeakyReLU extends Activation {
  constructor(negative_slope = 0.01) {
    super("aten::leaky_relu", { negative_slope });
  }
}
export class Softplus extends Activation {
  constructor(beta = 1, threshold = 20) {
    super("aten::softplus", { beta, threshold });
  }
}
export class Hardtanh extends Activation {
  constructor(min_val = -1, max_val = 1) {
    super("aten::hardtanh", { min_val, max_val });
  }
}
export class Hardswish extends Activation {
  constructor() {
    super("aten::hardswish");
  }
}
export class Hardsigmoid extends Activation {
  constructor() {
    super("aten::hardsigmoid");
  }
}
/** Sums to 1 along `dim`. */
export class Softmax extends Activation {
  constructor(dim: number) {
    super("aten::softmax.int", { dim });
  }
}
/** Logarithm of softmax along `dim`. */
export class LogSoftmax extends Activation {
  constructor(dim: number) {
    super("aten::log_softmax.int", { dim });
  }
}
export class PReLU extends UnaryModule {
  weight: Parameter;
  constructor(num_parameters = 1, init = 0.25) {
    super();
    this.weight = new Parameter(full([num_parameters], init, { dtype: "float32" }));
  }
  forward(input: Tensor): Tensor {
    return call("aten::prelu", { self: input, weight: this.weight }) as Tensor;
  }
}
/** Zeroes elements at random while training; its input otherwise. */
export class Dropout extends UnaryModule {
  readonly p: number;
  constructor(p = 0.5) {
    super();
    this.p = p;
  }
  forward(input: Tensor): Tensor {
    return call("aten::dropout", { input, p: this.p, train: this.training }) as Tensor;
  }
}
