//! Runs nodes in order: dtypes from the schema's type variables, then the op's rule, then what was declared of the outputs.

import { NONE } from "../symbolic/store";
import { EMPTY, INTEGERS, LAST_DTYPE, MAX_RANK, NOTHING, TENSOR, Wrong, fail, pooled, rewind, room, setPooled, word, words } from "./table";
import { SIGNATURES, SIGNATURE_AT } from "./op-numbers.gen";
import { unify } from "./dims";
import { dtypeOf, inputs, op, openNode, output, outputId, outputs, present, serial, version } from "./node";
import { applyRule } from "./rules";

/** Serial of the node that failed. */
export let failed: i32 = -1;
/** Visits of nodes that are left before loops stop to look for what stays the same in them: what a body costs is bounded by the table's size. */
let patience: i32 = 0;
export function impatient(): bool { return patience <= 0; }
export function start(): void {
  failed = -1;
  patience = 4096 + words();
}

/** What the node's version of its op says of dtypes (tools/generate-onnx.mjs): the newest version that is not newer than what is imported. */
function signature(): usize {
  let at = SIGNATURES + load<u16>(SIGNATURE_AT + (<usize>op << 1));
  while (<i32>load<u8>(at) > version && load<u8>(at, 1) != 0) at += load<u8>(at, 1);
  return at + 2;
}

/** Inputs of one type variable have one dtype; outputs of it too. */
function applySignature(): i32 {
  const at = signature();
  const formals = <i32>(load<u8>(at) >> 1), outs = <i32>load<u8>(at + 1 + formals);
  for (let i = 0; i < inputs; i++) {
    const v = load<u8>(at + 1 + min(i, formals - 1));
    if (v == 0 || !present(i) || dtypeOf(i) == 0) continue;
    const first = boundBy(at, formals, v);
    if (first >= 0 && dtypeOf(first) != dtypeOf(i)) return fail(Wrong.DType, first, i, dtypeOf(first), dtypeOf(i));
  }
  for (let o = 0; o < outputs && outs > 0; o++) {
    const v = load<u8>(at + 2 + formals + min(o, outs - 1));
    if (v >= 128) output(o).dtype = v - 128;
    else if (v > 0) {
      const first = boundBy(at, formals, v);
      if (first >= 0) output(o).dtype = dtypeOf(first);
    }
  }
  return 0;
}
/** The first input that gives type variable `v` a dtype, -1 where none does. */
function boundBy(at: usize, formals: i32, v: u8): i32 {
  for (let i = 0; i < inputs; i++) if (load<u8>(at + 1 + min(i, formals - 1)) == v && dtypeOf(i) != 0) return i;
  return -1;
}

/** Adds to row `r` what was declared of it; a code where the two cannot both be true. */
function mergeDeclared(o: i32, declaredAt: i32): i32 {
  const r = output(o);
  const kind = pooled(declaredAt), dtype = pooled(declaredAt + 1), rank = pooled(declaredAt + 2), dims = pooled(declaredAt + 3), content = pooled(declaredAt + 4);
  if (r.dtype == 0) r.dtype = dtype;
  else if (dtype != 0 && dtype != r.dtype) return fail(Wrong.DeclaredDType, o, r.dtype, dtype, 0);
  if (r.rank < 0 && (r.kind == TENSOR || r.kind == kind) && r.content != EMPTY) {
    r.kind = kind;
    r.rank = rank;
    r.dims = dims;
  } else if (rank >= 0 && r.rank >= 0 && r.kind == TENSOR && kind == TENSOR) {
    if (rank != r.rank) return fail(Wrong.DeclaredRank, o, r.rank, rank, 0);
    const own = room(rank);
    for (let k = 0; k < rank; k++) {
      const d = unify(pooled(r.dims + k), pooled(dims + k));
      if (d == NONE) return fail(Wrong.Declared, o, k, pooled(r.dims + k), pooled(dims + k));
      setPooled(own + k, d);
    }
    r.dims = own;
  }
  if (r.content == NOTHING && content == INTEGERS) {
    r.content = content;
    r.count = pooled(declaredAt + 5);
    r.elements = pooled(declaredAt + 6);
  }
  return 0;
}

/** The node at word `at`; an op without a number keeps what is declared. */
function runNode(at: i32): i32 {
  if (op == 0) return 0;
  for (let o = 0; o < outputs; o++) rewind(output(o));
  let wrong = applySignature();
  if (wrong == 0) wrong = applyRule(op, at);
  for (let o = 0; o < outputs && wrong == 0; o++) {
    const r = output(o);
    if (r.rank > MAX_RANK) wrong = fail(Wrong.ResultRank, o, r.rank, MAX_RANK, 0);
    else if (r.dtype < 0 || r.dtype > LAST_DTYPE) wrong = fail(Wrong.NoDType, o, r.dtype, 0, 0);
  }
  for (let o = 0; o < outputs && wrong == 0; o++) if (outputId(o) >= 0 && output(o).declared > 0) wrong = mergeDeclared(o, output(o).declared - 1);
  return wrong;
}

/** Runs the nodes of the graph at word `g`. */
export function runGraph(g: i32): i32 {
  let at = g + 1 + word(g);
  at += 1 + word(at);
  const n = word(at++);
  patience -= n + 1;
  for (let i = 0; i < n; i++) {
    const next = openNode(at);
    const mine = serial;
    const wrong = runNode(at);
    if (wrong != 0) {
      if (failed < 0) failed = mine;
      return wrong;
    }
    at = next;
  }
  return 0;
}
