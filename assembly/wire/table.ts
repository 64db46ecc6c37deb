/** @file A model's bytes to the table of inference, and what it finds back into the bytes: the calls that the host makes, in their order. */

import { Env, Expression } from "../symbolic/store";
import { inputId, serial } from "../infer/node";
import { failed } from "../infer/run";
import { bufferOf, open } from "../infer/table";
import { array_data, array_new, array_size, store_free, store_new } from "../memory";
import { Key } from "./keys.gen";
import { eventCount, first, keyAt, next, openEvents, stringCount } from "./events";
import { wantPayloads } from "./elements";
import { closeFunctions, openFunctions } from "./functions";
import { closeScopes, openScopes, valueCount } from "./scopes";
import { closeTable, flatten, tableAddress, tableWords } from "./flatten";
import { closeDescriptions, describeAll, needTexts } from "./describe";
import { GRAPH, at, clearProblem, code, name, wrong } from "./problem";
import { openVocabulary } from "./vocabulary";

let home: usize = 0;
let wanted: usize = 0;
let payloadBytes: i32 = 0;
let graph: i32 = -1;

/**
 * Takes the events of state `s`, whose first `n` strings are the vocabulary (vocabulary.ts). Finds the main graph, the payloads that
 * inference reads, and in `params`, a word a string, cleared, those that are dim_params (1). Returns what is wrong, or 0.
 */
export function wire_open(s: usize, n: i32, attributes: usize, domains: usize, ops: usize, params: usize): i32 {
  openEvents(s);
  clearProblem();
  openVocabulary(n, attributes, domains, ops);
  graph = -1;
  for (let i = 0; i < eventCount; i = next(i)) {
    if (keyAt(i) != Key.ModelProto_graph) continue;
    if (graph >= 0) wrong(GRAPH, i, -1);
    graph = i;
  }
  if (graph < 0) wrong(GRAPH, -1, -1);
  if (home != 0) store_free(home);
  home = store_new();
  if (home == 0) unreachable();
  wanted = array_new(home, 1024);
  if (wanted == 0) unreachable();
  payloadBytes = wantPayloads(wanted);
  for (let i = 0; i < eventCount; i++) if (keyAt(i) == Key.Dimension_dim_param) store<i32>(params + (<usize>first(i) << 2), 1);
  return code;
}
/** [position, length, offset] of each payload: where it is in the file, and where it goes. */
export function wire_wanted(): usize { return array_data(wanted); }
export function wire_wanted_count(): i32 { return <i32>(array_size(wanted) / 12); }
export function wire_payload_bytes(): i32 { return payloadBytes; }

/** Writes the table to inference's buffer; `params` has the handles of the dim_params now. Returns what is wrong, or 0. */
export function wire_flatten(env: Env, params: usize, payloads: usize): i32 {
  open(env);
  openScopes(stringCount);
  openFunctions();
  flatten(env, graph, params, payloads);
  closeFunctions();
  if (code == 0) {
    const n = tableWords();
    memory.copy(bufferOf(n), tableAddress(), <usize>n << 2);
  }
  closeTable();
  return code;
}
export function wire_value_count(): i32 { return valueCount(); }

/** After inference: collects the symbolic dims whose texts are needed; `marks` has a cleared byte an expression. */
export function wire_needed(env: Env, marks: usize): void { needTexts(env, marks); }
/** Finds what is to be inserted where. */
export function wire_describe(texts: usize, params: usize): void { describeAll(texts, params); }
/** Event and string that a problem is about. */
export function wire_problem_event(): i32 { return at; }
export function wire_problem_name(): i32 { return name; }

/** Value of input `i` of the node that inference failed at; -1 where it is omitted, or no longer known. */
export function wire_failed_input(i: i32): i32 { return serial == failed ? inputId(i) : -1; }
/** How many expressions `env` has. */
export function wire_expressions(env: Env): i32 { return <i32>(array_size(env.expressions) / offsetof<Expression>()); }

/** Frees all that is held of a model. */
export function wire_close(): void {
  closeFunctions();
  closeTable();
  closeScopes();
  closeDescriptions();
  if (home != 0) store_free(home);
  home = 0;
}
