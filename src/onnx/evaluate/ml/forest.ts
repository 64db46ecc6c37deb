/** @file Decision trees: read from the forms that ONNX has for them, walked, and their leaves' votes added up. */

import { floats, integers } from "../../../core/ops/values.ts";
import type { Call } from "../table.ts";
import { floatsOf } from "./rows.ts";

/** What a leaf adds to one target. */
interface Vote {
  readonly target: number;
  readonly weight: number;
}

/** A leaf is its votes. */
type Tree = Branch | readonly Vote[];

interface Branch {
  readonly feature: number;
  readonly test: (value: number) => boolean;
  /** Where NaN goes. */
  readonly missingIsTrue: boolean;
  yes: Tree;
  no: Tree;
}

export interface Forest {
  readonly roots: readonly Tree[];
  /** Number of branches: no walk takes more steps. */
  readonly size: number;
}

const isLeaf = (tree: Tree): tree is readonly Vote[] => Array.isArray(tree);

/** In the order of TreeEnsemble's numbers; the seventh, BRANCH_MEMBER, asks a set. */
const modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"] as const;
const member = 6;

/** The question of a branch. */
function testOf(call: Call, mode: string, threshold: number): Branch["test"] {
  switch (mode) {
    case "BRANCH_LEQ":
      return (v) => v <= threshold;
    case "BRANCH_LT":
      return (v) => v < threshold;
    case "BRANCH_GTE":
      return (v) => v >= threshold;
    case "BRANCH_GT":
      return (v) => v > threshold;
    case "BRANCH_EQ":
      return (v) => v === threshold;
    case "BRANCH_NEQ":
      return (v) => v !== threshold;
    default:
      throw call.refuse("attribute", `${mode} is no mode of a node`, `one of ${modes.join(", ")}, LEAF`);
  }
}

const noVotes: readonly Vote[] = [];

/**
 * The trees of TreeEnsembleClassifier and TreeEnsembleRegressor, whose votes are under `votes`_*. A tree's root is its first node.
 * Throws `eval/attribute` for an unknown mode and for a branch to nowhere.
 */
export function namedForest(call: Call, votes: "class" | "target"): Forest {
  const ints = (name: string): number[] => call.ints(name) ?? [];
  const [treeIds, nodeIds, kinds] = [ints("nodes_treeids"), ints("nodes_nodeids"), call.strings("nodes_modes") ?? []];
  const [values, missing, featureIds] = [
    floatsOf(call, "nodes_values") ?? [],
    ints("nodes_missing_value_tracks_true"),
    ints("nodes_featureids"),
  ];
  const leaves = votesByLeaf(call, votes);
  const key = (tree: number | undefined, node: number | undefined): string => `${tree},${node}`;
  const nodes = new Map<string, Tree>();
  const roots = new Map<number, Tree>();
  treeIds.forEach((tree, i) => {
    const at = key(tree, nodeIds[i]);
    const node: Tree =
      kinds[i] === "LEAF"
        ? (leaves.get(at) ?? noVotes)
        : {
            feature: featureIds[i] ?? 0,
            test: testOf(call, kinds[i] ?? "", values[i] ?? 0),
            missingIsTrue: missing[i] === 1,
            yes: noVotes,
            no: noVotes,
          };
    nodes.set(at, node);
    if (!roots.has(tree)) roots.set(tree, node);
  });
  const child = (tree: number, id: number | undefined): Tree => {
    const found = nodes.get(key(tree, id));
    if (found === undefined) throw call.refuse("attribute", `tree ${tree} has no node ${id}`, "a branch leads to a node of its tree");
    return found;
  };
  const [yes, no] = [ints("nodes_truenodeids"), ints("nodes_falsenodeids")];
  treeIds.forEach((tree, i) => {
    const node = nodes.get(key(tree, nodeIds[i])) as Tree;
    if (!isLeaf(node)) [node.yes, node.no] = [child(tree, yes[i]), child(tree, no[i])];
  });
  return { roots: [...roots.values()], size: treeIds.length };
}

function votesByLeaf(call: Call, votes: "class" | "target"): ReadonlyMap<string, Vote[]> {
  const ints = (name: string): number[] => call.ints(`${votes}_${name}`) ?? [];
  const [trees, nodes, ids, weights] = [ints("treeids"), ints("nodeids"), ints("ids"), floatsOf(call, `${votes}_weights`) ?? []];
  const leaves = new Map<string, Vote[]>();
  trees.forEach((tree, i) => {
    const at = `${tree},${nodes[i]}`;
    const vote = { target: ids[i] ?? 0, weight: weights[i] ?? 0 };
    const known = leaves.get(at);
    if (known) known.push(vote);
    else leaves.set(at, [vote]);
  });
  return leaves;
}

/** The trees of TreeEnsemble, whose branches lead to places of other branches or of leaves. Throws `eval/attribute` as `namedForest`. */
export function placedForest(call: Call): Forest {
  const ints = (name: string): number[] => call.ints(name) ?? [];
  const tensor = (name: string): number[] => {
    const x = call.tensorAttribute(name);
    return x === null ? [] : Array.from(floats(x));
  };
  const kinds = call.tensorAttribute("nodes_modes");
  const [weights, targets] = [tensor("leaf_weights"), ints("leaf_targetids")];
  const leaves = weights.map((weight, i): Tree => [{ target: targets[i] ?? 0, weight }]);
  const [splits, members] = [tensor("nodes_splits"), sets(tensor("membership_values"))];
  const [featureIds, missing] = [ints("nodes_featureids"), ints("nodes_missing_value_tracks_true")];
  const branches = (kinds === null ? [] : integers(kinds)).map((mode, i): Branch => {
    const set = mode === member ? members.shift() : undefined;
    const test = set ? (v: number) => set.has(v) : testOf(call, modes[mode] ?? String(mode), splits[i] ?? 0);
    return { feature: featureIds[i] ?? 0, test, missingIsTrue: missing[i] === 1, yes: noVotes, no: noVotes };
  });
  const child = (isLeaf: number | undefined, place: number | undefined): Tree => {
    const found = (isLeaf === 1 ? leaves : branches)[place ?? -1];
    if (found === undefined)
      throw call.refuse("attribute", `there is no ${isLeaf === 1 ? "leaf" : "node"} ${place}`, "a branch leads to one");
    return found;
  };
  const [yes, no] = ["true", "false"].map((way) => ({ places: ints(`nodes_${way}nodeids`), leafs: ints(`nodes_${way}leafs`) }));
  branches.forEach((branch, i) => {
    branch.yes = child(yes?.leafs[i], yes?.places[i]);
    branch.no = child(no?.leafs[i], no?.places[i]);
  });
  return { roots: ints("tree_roots").map((place) => child(0, place)), size: branches.length };
}

/** The sets that NaN separates. */
function sets(values: readonly number[]): Set<number>[] {
  const found: Set<number>[] = [];
  let open = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) open.add(value);
    else {
      found.push(open);
      open = new Set();
    }
  }
  return open.size > 0 ? [...found, open] : found;
}

function leafOf(call: Call, tree: Tree, row: ArrayLike<number>, size: number): readonly Vote[] {
  let node = tree;
  for (let steps = 0; !isLeaf(node); steps++) {
    if (steps > size) throw call.refuse("attribute", "a tree leads back to itself", "its branches lead to leaves");
    const value = row[node.feature] ?? Number.NaN;
    node = (Number.isNaN(value) ? node.missingIsTrue : node.test(value)) ? node.yes : node.no;
  }
  return node;
}

export type Aggregate = "AVERAGE" | "SUM" | "MIN" | "MAX";
/** In the order of TreeEnsemble's numbers. */
export const aggregates: readonly Aggregate[] = ["AVERAGE", "SUM", "MIN", "MAX"];

/** Sums of float64 inputs are kept in double, those of all others in float32, as ONNX Runtime does: a class can hang on the last bit. */
export const precisionOf = (call: Call): ((x: number) => number) => (call.tensor(0).dtype === "float64" ? (x) => x : Math.fround);

/** The votes of all trees for each target; null where there is none. */
export function voted(
  call: Call,
  { roots, size }: Forest,
  row: ArrayLike<number>,
  targets: number,
  aggregate: Aggregate,
): (number | null)[] {
  const rounded = precisionOf(call);
  const scores = new Array<number | null>(targets).fill(null);
  for (const root of roots) {
    for (const { target, weight } of leafOf(call, root, row, size)) {
      const known = scores[target] ?? null;
      if (known === null) scores[target] = weight;
      else if (aggregate === "MIN") scores[target] = Math.min(known, weight);
      else scores[target] = aggregate === "MAX" ? Math.max(known, weight) : rounded(known + weight);
    }
  }
  return aggregate === "AVERAGE" ? scores.map((s) => (s === null ? null : s / roots.length)) : scores;
}
