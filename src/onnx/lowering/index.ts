/** @file Every op's lowering: the families merged into one table. */

import { merge } from "../../aten/index.ts";
import type { AnyLowering } from "./table.ts";

/** The families of lowerings by file name. */
const families: Readonly<Record<string, Readonly<Record<string, AnyLowering>>>> = {};

/** Op → how ONNX says it. */
export const lowerings: ReadonlyMap<string, AnyLowering> = merge(families);
