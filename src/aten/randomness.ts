/** @file Which calls draw random numbers. PyTorch's tag nondeterministic_seeded, and what of it depends on arguments. */

import type { Arg, Node } from "./graph.ts";
import { schemaOf } from "./schema.ts";

/** Ops that draw, though the overload takes no generator. */
const always = /^aten::rand(n|int|perm)?(_like)?(\.|$)/;
const dropouts = /^aten::(native_)?(feature_)?(alpha_)?dropout_?$/;
const rrelus = /^aten::rrelu/;
const recurrent = /^aten::(lstm|gru|rnn_tanh|rnn_relu)\./;

/** A probability that decides by chance; one known at run time only may. */
const byChance = (p: Arg | undefined): boolean => p !== undefined && p !== null && p !== 0 && p !== 1;

/** Whether the results of a call depend on random numbers that it draws itself. */
export function drawsNumbers({ op, args }: Pick<Node, "op" | "args">): boolean {
  if (dropouts.test(op)) return args.train !== false && byChance(args.p);
  if (rrelus.test(op)) return args.training === true;
  if (recurrent.test(op)) return args.train === true && args.dropout !== 0 && args.num_layers !== 1;
  if (args.dropout_p !== undefined) return byChance(args.dropout_p);
  return always.test(op) || (schemaOf(op)?.args.some((a) => a.type === "Generator") ?? false);
}
