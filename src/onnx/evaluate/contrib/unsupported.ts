/** @file What ONNX Runtime's ops have that is not computed here: refused by name, whatever its value. */

import type { Call } from "../table.ts";

/** Throws `eval/unsupported` where one of these inputs is given. */
export function refuseInputs(call: Call, inputs: { readonly [name: string]: number }): void {
  for (const [name, i] of Object.entries(inputs)) {
    if (call.has(i)) throw call.refuse("unsupported", `${call.node.op} with ${name} is not computed`, `leave ${name} out`);
  }
}

/** Throws `eval/unsupported` where an attribute is not what it is by default. */
export function refuseAttributes(call: Call, names: { readonly [name: string]: number }): void {
  for (const [name, otherwise] of Object.entries(names)) {
    if (call.int(name, otherwise) !== otherwise)
      throw call.refuse("unsupported", `${call.node.op} with ${name} is not computed`, `leave ${name} out`);
  }
}
