/** @file Older forms of ops that compute: casts, quantization, pooling, recurrence, DFT, attention. */

import type { Node, Value } from "../ir/graph.ts";
import { dtypeAttribute, plainAttributes } from "./attributes.ts";
import type { OpBuilder } from "./builder.ts";
import type { DownRow, DownTable } from "./down.ts";
import { knownInput, onlyDefault, refuseOlder, withInputs, without } from "./down-node.ts";
import { roiAlign } from "./expand-vision.ts";

/** Attributes of which the older form knows only the default. */
const plain = (below: number, defaults: { readonly [attribute: string]: number | string }): DownRow => ({
  below,
  spell(node, op) {
    for (const [name, value] of Object.entries(defaults)) onlyDefault(node, op, name, value, below);
    return node;
  },
});

/** float8 is what saturates; opsets without the attribute do not have it. */
const cast: readonly DownRow[] = [
  { below: 24, spell: (node) => without(node, "round_mode") },
  { below: 19, spell: (node) => without(node, "saturate") },
];

const dilations: DownRow = {
  below: 19,
  spell: (node, op) => (node.ints("dilations")?.some((d) => d !== 1) ? refuseOlder(node, op, "dilations", 19) : without(node, "dilations")),
};

/** The dtype of the result is that of the zero point: made where there is none. */
function zeroPoint(node: Node, op: OpBuilder): Node {
  onlyDefault(node, op, "block_size", 0, 21);
  const [x, scale, zero = null] = node.inputs as [Value, Value, Value | null];
  const dtype = dtypeAttribute(node, "output_dtype", "uint8");
  without(node, "output_dtype");
  if (zero || dtype === "uint8") return node;
  const zeros = op.Expand(op.scalar(0, dtype), op.dims(scale.shape));
  return withInputs(node, [x, scale, zeros]);
}

function axisAttribute(node: Node, op: OpBuilder): Node {
  const [x, length = null] = node.inputs as [Value, Value | null];
  const axis = knownInput(node, op, 2, "an axis", 20)?.[0] ?? -2;
  return withInputs(node, [x, length], { axis: { kind: "int", value: axis < 0 ? axis + x.rank : axis } });
}

const layout = plain(14, { layout: 0 });

export const numeric: DownTable = {
  Cast: cast,
  CastLike: cast,
  QuantizeLinear: [plain(23, { precision: 0 }), { below: 21, spell: zeroPoint }, { below: 19, spell: (node) => without(node, "saturate") }],
  DequantizeLinear: [
    {
      below: 23,
      spell(node, op) {
        const scale = node.inputs[1] as Value;
        const dtype = dtypeAttribute(node, "output_dtype", scale.dtype);
        without(node, "output_dtype");
        if (dtype === scale.dtype) return node;
        const [y] = op.node("DequantizeLinear", node.inputs, plainAttributes(node), 1) as [Value];
        return [op.cast(y, dtype)];
      },
    },
    plain(21, { block_size: 0 }),
  ],
  AveragePool: [dilations],
  LpPool: [{ ...plain(18, { ceil_mode: 0 }) }, { below: 18, spell: dilations.spell }],
  BatchNormalization: [plain(14, { training_mode: 0 })],
  GRU: [layout],
  LSTM: [layout],
  RNN: [layout],
  DFT: [{ below: 20, spell: axisAttribute }],
  RoiAlign: [
    {
      below: 16,
      spell: (node, op) =>
        node.string("coordinate_transformation_mode", "half_pixel") === "output_half_pixel"
          ? without(node, "coordinate_transformation_mode")
          : [roiAlign(op, node.inputs, plainAttributes(node))],
    },
  ],
  Attention: [
    plain(25, { left_window_size: -1, right_window_size: -1 }),
    { below: 24, spell: (node, op) => (node.inputs[6] ? refuseOlder(node, op, "nonpad_kv_seqlen", 24) : node) },
  ],
};
