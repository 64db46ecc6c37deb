/** @file Module stacks of captured nodes: which submodules' calls a node lies in. */

import { splitOutside } from "./brackets.ts";

export interface ModuleFrame {
  /** Name of the module object in the trace (`L__self___encoder`), without the number of the call. */
  readonly key: string;
  /** 0 for the first call of the module, 1 for the second, …: FX writes them as `key@1`. */
  readonly call: number;
  /** Path in the model, `encoder.layers.0`; "" for the model itself. */
  readonly path: string;
  /** Class, `torch.nn.modules.linear.Linear`. */
  readonly type: string;
}

/** `key,path,type` entries joined by `;` (`Origin.moduleStack`), outermost first. Nodes that no module made have none. */
export function parseModuleStack(text: string): readonly ModuleFrame[] {
  if (text !== latest.text) latest = { text, frames: splitOutside(text, ";").flatMap(parseFrame) };
  return latest.frames;
}

/** Nodes that follow each other mostly lie in the same calls. */
let latest: { readonly text: string; readonly frames: readonly ModuleFrame[] } = { text: "", frames: [] };

function parseFrame(entry: string): ModuleFrame[] {
  const [name = "", path = "", ...type] = splitOutside(entry, ",");
  if (entry === "" || name.startsWith("_empty_nn_module_stack")) return [];
  const at = /^(.*)@(\d+)$/.exec(name);
  const inModel = path.replace(/^L\['self'\]\.?|^self(?:\.|$)/, "");
  return [{ key: at?.[1] ?? name, call: Number(at?.[2] ?? 0), path: inModel, type: type.join(",") }];
}
