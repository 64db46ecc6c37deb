//! com.microsoft: generation of text. Lengths and numbers of beams are scalars in inputs.

import { Attr, Op } from "./op-numbers.gen";
import { freshDim, literal, minus } from "./dims";
import { scalarElement } from "./create";
import { dimOr, freshShape, intAttribute, op, outputs, setDim, shaped, vectorShape } from "./node";

/** Tokens that there are words for. */
function vocabulary(): i32 {
  const n = intAttribute(Attr.vocab_size, -1);
  return n > 0 ? literal(n) : freshDim();
}

/** sequences [B, max_length], filtered logits [B, words]. */
export function sampling(): i32 {
  for (let o = 0; o < min(outputs, 2); o++) {
    const r = shaped(o, 2);
    setDim(r, 0, dimOr(0, 2, 0));
    setDim(r, 1, o == 0 ? scalarElement(1) : vocabulary());
  }
  return 0;
}

/** sequences [B, returned, max_length], their scores [B, returned], scores of all words [steps, B, beams, words]; what Whisper adds. */
export function beamSearch(): i32 {
  const batch = dimOr(0, op == Op.ms_WhisperBeamSearch ? 3 : 2, 0), limit = scalarElement(1);
  const sequences = shaped(0, 3);
  setDim(sequences, 0, batch);
  setDim(sequences, 1, scalarElement(4));
  setDim(sequences, 2, limit);
  if (outputs > 1) {
    const r = shaped(1, 2);
    setDim(r, 0, batch);
    setDim(r, 1, scalarElement(4));
  }
  if (outputs > 2) {
    const r = shaped(2, 4);
    setDim(r, 0, op == Op.ms_WhisperBeamSearch ? freshDim() : minus(limit, dimOr(0, 2, 1)));
    setDim(r, 1, batch);
    setDim(r, 2, scalarElement(3));
    setDim(r, 3, vocabulary());
  }
  if (outputs > 3) freshShape(3, 5);
  if (outputs > 4) vectorShape(4, batch);
  return 0;
}

/** Tokens so far and a match's place among the source tokens. */
export function bifurcation(): i32 {
  vectorShape(0, freshDim());
  if (outputs > 1) vectorShape(1, 1);
  return 0;
}
