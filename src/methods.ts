/** @file Puts PyTorch's tensor methods on Tensor: `x.relu()` is `torch.relu(x)`. */

import { methodNames } from "./functions.gen.ts";
import { callByName } from "./functions.ts";
import { Tensor } from "./tensor.ts";

for (const name of methodNames) {
  if (name in Tensor.prototype) continue;
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value: function (this: Tensor, ...args: unknown[]): unknown {
      return callByName(name, [this, ...args]);
    },
  });
}
