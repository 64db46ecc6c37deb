//! LSTM, GRU, RNN.

import { Wrong, fail } from "./table";
import { Attr, Op } from "./op-numbers.gen";
import { freshDim, literal, over } from "./dims";
import {
  stringLength, dimOf, dtypeOf, hasAttribute, intAttribute, needRank, op, outputs, ranked, setDType, setDim, shaped, smallAttribute,
} from "./node";

/** Y [seq, directions, batch, hidden], Y_h and Y_c [directions, batch, hidden]; layout 1 puts the batch first. */
export function recurrent(): i32 {
  const wrong = needRank(0, 3) || needRank(1, 3) || needRank(2, 3);
  if (wrong != 0) return wrong;
  const batchFirst = smallAttribute(Attr.layout, 0) != 0;
  const directions = stringLength(Attr.direction) == 13 ? 2 : 1; // "bidirectional"
  const seq = ranked(0) ? dimOf(0, batchFirst ? 1 : 0) : freshDim(), batch = ranked(0) ? dimOf(0, batchFirst ? 0 : 1) : freshDim();
  const gates = op == Op.LSTM ? 4 : op == Op.GRU ? 3 : 1;
  const hidden = hasAttribute(Attr.hidden_size) ? literal(intAttribute(Attr.hidden_size, 0)) : ranked(2) ? dimOf(2, 2) : ranked(1) ? over(dimOf(1, 1), gates) : freshDim();
  if (ranked(1) && dimOf(1, 0) >= 0 && dimOf(1, 0) != directions) return fail(Wrong.Dims, 1, 0, dimOf(1, 0), directions);
  for (let o = 0; o < outputs; o++) {
    setDType(o, dtypeOf(0));
    const r = shaped(o, o == 0 ? 4 : 3);
    let k = 0;
    if (batchFirst) setDim(r, k++, batch);
    if (o == 0) setDim(r, k++, seq);
    setDim(r, k++, directions);
    if (!batchFirst) setDim(r, k++, batch);
    setDim(r, k, hidden);
  }
  return 0;
}
