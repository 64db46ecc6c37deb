/** @file Seeds of random nodes: explicit in the file, so that a model draws the same numbers in each new session, and different ones in each node. */

import { isRandom } from "./evaluate/random.ts";
import type { Attribute, Model } from "./ir/graph.ts";
import { graphsIn } from "./passes/pass.ts";

/** What the seeds of a model are derived from where nothing else is said. */
const defaultSeed = 0;

/** Finalizer of MurmurHash3: every bit of the result depends on every bit of x. */
function mixed(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The seed of the `index`-th random node of a model: a whole number from 1 to 2^24 - 1, which a float attribute holds exactly. Neighbours are
 * far apart: ONNX Runtime's generator gives like numbers for like seeds.
 */
const seedOf = (seed: number, index: number): number => (mixed(mixed(seed) + Math.imul(index + 1, 0x9e3779b9)) % 0xffffff) + 1;

/** Dropout's is an integer, the others' a float. */
const attribute = (op: string, value: number): Attribute => ({ kind: op === "Dropout" ? "int" : "float", value });

/** Gives every random node of `model` that has no seed its own, derived from `seed` and its place among them. */
export function seedRandomNodes(model: Model, seed: number = defaultSeed): void {
  let index = 0;
  for (const root of [model.graph, ...model.functions.map((f) => f.graph)]) {
    for (const graph of graphsIn(root)) {
      for (const node of graph.nodes()) {
        if (node.domain !== "" || !isRandom(node.op) || node.attributes.has("seed")) continue;
        node.attributes.set("seed", attribute(node.op, seedOf(seed, index++)));
      }
    }
  }
}
