/** @file How ONNX says dtype conversions. Devices are not said. */

import { each } from "../../aten/broadcast.ts";
import type { DType } from "../../dtype.ts";
import type { Value } from "../ir/graph.ts";
import type { OpBuilder } from "../opset/builder.ts";
import type { LoweringTable } from "./table.ts";

const to = ({ self, dtype }: { self: Value; dtype: DType | null }, op: OpBuilder): Value =>
  dtype === null || dtype === self.dtype ? op.Identity(self) : op.cast(self, dtype);

export const convert = {
  ...each(["aten::to.dtype", "aten::to.dtype_layout", "aten::to.device", "aten::_to_copy"], () => to),
  "prims::convert_element_type": ({ a, dtype }, op) => to({ self: a, dtype }, op),
} satisfies LoweringTable;
