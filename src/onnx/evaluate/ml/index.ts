/** @file The evaluators of ai.onnx.ml. */

import type { EvaluateTable } from "../table.ts";
import { features } from "./features.ts";
import { linearModels } from "./linear.ts";
import { maps } from "./maps.ts";
import { supportVectors } from "./svm.ts";
import { trees } from "./trees.ts";

export const ml: EvaluateTable = { ...features, ...linearModels, ...maps, ...supportVectors, ...trees };
