/** @file Peephole rules to a fixpoint: a node is looked at again only when something next to it changed. */

import type { Graph, Node } from "../ir/graph.ts";
import { byOp, fusions, rules } from "../rules/index.ts";
import { Match, type Rule } from "../rules/rule.ts";
import { type Pass, pass, Rewriter } from "./pass.ts";

/** Rules may fire this often per node of the graph, so that a pair of rules that undo each other ends. */
const BUDGET = 8;

/** Nodes to look at, each at most once at a time. */
class Worklist {
  readonly #queue: Node[] = [];
  readonly #waiting = new Set<Node>();
  #next = 0;
  add(node: Node | null): void {
    if (node === null || this.#waiting.has(node)) return;
    this.#waiting.add(node);
    this.#queue.push(node);
  }
  take(): Node | null {
    const node = this.#queue[this.#next++] ?? null;
    if (node) this.#waiting.delete(node);
    return node;
  }
}

type RuleTable = ReadonlyMap<string, readonly Rule[]>;

/** Applies the first rule that fires at `node`; adds what it touched to `work`. */
function applyAt(table: RuleTable, graph: Graph, rewrite: Rewriter, node: Node, work: Worklist): boolean {
  for (const rule of table.get(node.op) ?? []) {
    const match = new Match(rewrite, node);
    if (!match.tryNode(rule.pattern, node) || rule.when(match) !== null) continue;
    if (fire(graph, rewrite, node, rule, match, work)) return true;
  }
  return false;
}

function fire(graph: Graph, rewrite: Rewriter, node: Node, rule: Rule, match: Match, work: Worklist): boolean {
  const [from] = node.outputs;
  if (!from) return false;
  const previous = node.previous;
  const to = rule.to(rewrite.at(node), match);
  const made: Node[] = [];
  for (let n = node.previous; n !== null && n !== previous; n = n.previous) made.push(n);
  const readers = [...from.uses].map((u) => u.node);
  const feeders = node.inputs.map((v) => v?.producer ?? null);
  const fired = to !== null && Rewriter.agree(from, to) && rewrite.replace(from, to);
  if (!fired) {
    for (const n of made) rewrite.removeIfDead(n); // last made first
    return false;
  }
  for (const n of [...made, ...readers, ...feeders, to.producer]) if (n?.graph === graph) work.add(n);
  return true;
}

function passOf(name: string, table: RuleTable): Pass {
  return pass(name, (graph, rewrite) => {
    const work = new Worklist();
    for (const node of graph.nodes()) work.add(node);
    const budget = BUDGET * (graph.size + 1);
    let changes = 0;
    for (let node = work.take(); node !== null && changes < budget; node = work.take()) {
      if (node.graph === graph && node.domain === "" && applyAt(table, graph, rewrite, node, work)) changes++;
    }
    return changes;
  });
}

export const applyRules = passOf("apply-rules", byOp(rules));
/** For targets of opset 23 and later. */
export const applyFusions = passOf("apply-fusions", byOp(fusions));
