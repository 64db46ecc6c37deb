/** @file Parts of real tensors in ONNX: complex values are real pairs before lowering, where parts are slices of the last dim. */

import { each } from "../../aten/broadcast.ts";
import type { Value } from "../ir/graph.ts";
import type { LoweringTable } from "./table.ts";

const itself = ({ self }: { readonly self: Value }): Value => self;

export const complexView = {
  ...each(["aten::real", "aten::conj", "aten::_conj", "aten::_conj_copy", "aten::conj_physical", "aten::_conj_physical"], () => itself),
} satisfies LoweringTable;
