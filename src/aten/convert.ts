/** @file dtype and device conversions. Devices are not part of a program's meaning here: moving to one changes nothing. */

import { cast } from "../core/ops/elementwise.ts";
import type { Strided } from "../core/strided.ts";
import type { DType } from "../dtype.ts";
import { each } from "./broadcast.ts";
import { copyOf } from "./creation.ts";
import type { TensorType } from "./graph.ts";
import type { AtenTable, Call, Meta, Symbolic } from "./table.ts";

const typed = ({ self, dtype }: { readonly self: TensorType; readonly dtype: DType | null }): Meta => ({
  dtype: dtype ?? self.dtype,
  shape: self.shape,
});

interface Conversion {
  readonly self: Strided;
  readonly dtype: DType | null;
  readonly copy: boolean;
  readonly memory_format: string | null;
}
/** The tensor itself where nothing changes and no copy is asked for (`Tensor.to`). */
const to = {
  meta: typed,
  eval: ({ self, dtype, copy, memory_format }: Conversion): Strided => {
    const wanted = dtype ?? self.dtype;
    const asked = memory_format !== null && memory_format !== "preserve_format";
    return wanted === self.dtype && !copy && !asked ? self : copyOf(self, wanted, memory_format);
  },
};

export const convert = {
  ...each(["aten::to.dtype", "aten::to.dtype_layout", "aten::to.device"], () => to),
  "aten::to.other": {
    decompose: ({ self, other, copy, memory_format }, call) => call("aten::to.dtype", { self, dtype: other.dtype, copy, memory_format }),
  },
  "aten::_to_copy": { meta: typed, eval: ({ self, dtype, memory_format }) => copyOf(self, dtype ?? self.dtype, memory_format) },
  "aten::type_as": { decompose: ({ self, other }, call) => call("aten::to.dtype", { self, dtype: other.dtype }) },
  "aten::chalf": { decompose: ({ self }, call) => call("aten::to.dtype", { self, dtype: "complex32" }) },
  "prims::convert_element_type": {
    meta: ({ a, dtype }) => ({ dtype, shape: a.shape }),
    eval: ({ a, dtype }) => cast(a, dtype),
  },
  "quantized_decomposed::convert_element_type.no_fuse": {
    decompose: ({ input, dtype }, call) => call("aten::to.dtype", { self: input, dtype }),
  },
  "prims::device_put": { decompose: ({ a }, call) => call("aten::clone", { self: a }) },
  ...each(
    [
      "aten::_cast_Byte",
      "aten::_cast_Char",
      "aten::_cast_Double",
      "aten::_cast_Float",
      "aten::_cast_Half",
      "aten::_cast_Int",
      "aten::_cast_Long",
      "aten::_cast_Short",
    ],
    (name) => ({
      decompose: ({ self }: { self: Symbolic }, call: Call): Symbolic =>
        call("aten::to.dtype", { self, dtype: cTypes[name.slice(12) as keyof typeof cTypes] }),
    }),
  ),
} satisfies AtenTable;

/** C++ type names of the `_cast_*` ops. */
const cTypes = {
  Byte: "uint8",
  Char: "int8",
  Double: "float64",
  Float: "float32",
  Half: "float16",
  Int: "int32",
  Long: "int64",
  Short: "int16",
} as const satisfies Record<string, DType>;
