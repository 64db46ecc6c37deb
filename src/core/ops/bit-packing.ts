/** @file Numbers of a few bits that are packed in bytes, low bits first. */

import { OnnxExporterError } from "../../errors.ts";
import type { Strided } from "../strided.ts";
import { binary, cast, scalarTensor } from "./elementwise.ts";
import { reshape, unsqueeze } from "./layout.ts";
import { fromIntegers } from "./values.ts";

/** uint8 bytes […, n] as uint8 numbers […, n * 8 / bits]. `bits` is 2, 4 or 8. Throws `core/bits`. */
export function unpackBits(x: Strided, bits: number): Strided {
  if (bits === 8) return x;
  if (bits !== 2 && bits !== 4) throw new OnnxExporterError("core/bits", `cannot unpack ${bits} bits`, "2, 4 or 8");
  const count = 8 / bits;
  const shifts = cast(fromIntegers(Array.from({ length: count }, (_, i) => i * bits)), "int32");
  const parts = binary("shift_right", unsqueeze(cast(x, "int32"), -1), shifts);
  const numbers = binary("bitwise_and", parts, scalarTensor("int32", 2 ** bits - 1));
  return cast(reshape(numbers, [...x.shape.slice(0, -1), (x.shape.at(-1) as number) * count]), "uint8");
}
