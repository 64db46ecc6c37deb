/** @file PyTorch: torch/nn/modules/activation.py and dropout.py. Each acts element by element unless it says otherwise. */

import { full } from "../../functions.gen.ts";
import { call, Parameter, type Tensor } from "../../tensor.ts";
import { OpModule, UnaryModule } from "../module.ts";

/** max(x, 0). */
export class ReLU extends OpModule {
  constructor() {
    super("aten::relu");
  }
}
/** min(max(x, 0), 6). */
export class ReLU6 extends OpModule {
  constructor() {
    super("aten::relu6");
  }
}
/** x Φ(x), Φ the normal distribution function; `"tanh"` approximates it. */
export class GELU extends OpModule {
  constructor(options: { approximate?: "none" | "tanh" } = {}) {
    super("aten::gelu", { approximate: options.approximate ?? "none" });
  }
}
/** x sigmoid(x). */
export class SiLU extends OpModule {
  constructor() {
    super("aten::silu");
  }
}
/** x tanh(softplus(x)). */
export class Mish extends OpModule {
  constructor() {
    super("aten::mish");
  }
}
/** 1 / (1 + exp(-x)). */
export class Sigmoid extends OpModule {
  constructor() {
    super("aten::sigmoid");
  }
}
/** The hyperbolic tangent. */
export class Tanh extends OpModule {
  constructor() {
    super("aten::tanh");
  }
}
/** x where positive, else alpha (exp(x) - 1). */
export class ELU extends OpModule {
  constructor(alpha = 1) {
    super("aten::elu", { alpha });
  }
}
/** x where positive, else negative_slope x. */
export class LeakyReLU extends OpModule {
  constructor(negative_slope = 0.01) {
    super("aten::leaky_relu", { negative_slope });
  }
}
/** log(1 + exp(beta x)) / beta; x itself where beta x is above `threshold`. */
export class Softplus extends OpModule {
  constructor(beta = 1, threshold = 20) {
    super("aten::softplus", { beta, threshold });
  }
}
/** x clamped to [min_val, max_val]. */
export class Hardtanh extends OpModule {
  constructor(min_val = -1, max_val = 1) {
    super("aten::hardtanh", { min_val, max_val });
  }
}
/** x relu6(x + 3) / 6. */
export class Hardswish extends OpModule {
  constructor() {
    super("aten::hardswish");
  }
}
/** relu6(x + 3) / 6. */
export class Hardsigmoid extends OpModule {
  constructor() {
    super("aten::hardsigmoid");
  }
}
/** Sums to 1 along `dim`. */
export class Softmax extends OpModule {
  constructor(dim: number) {
    super("aten::softmax.int", { dim });
  }
}
/** Logarithm of softmax along `dim`. */
export class LogSoftmax extends OpModule {
  constructor(dim: number) {
    super("aten::log_softmax.int", { dim });
  }
}
/** x where positive, else `weight` x: one weight, or one for each entry of dim 1. */
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
