/** @file The evaluators of ai.onnx.ml. */

import { features } from "./features.ts";
import { linearModels } from "./linear.ts";
import { maps } from "./maps.ts";
import { supportVectors } from "./svm.ts";
import { trees } from "./trees.ts";

/** The families by file name. */
export const ml = {
  "ml/features": features,
  "ml/linear": linearModels,
  "ml/maps": maps,
  "ml/svm": supportVectors,
  "ml/trees": trees,
};
