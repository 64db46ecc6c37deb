/** @file Promotion of ops that PyTorch's exporter leaves to their own decompositions (torch/_refs, ATen/native): same form as promotion.gen.ts. */

export const extraRows: Readonly<Record<string, readonly [rule: string, kind: string, ...positions: number[]]>> = {
  "aten::pow": ["Elementwise", "DEFAULT", 0, 1],
  "aten::rsub": ["Elementwise", "DEFAULT", 0, 1],
  "aten::isclose": ["Elementwise", "ALWAYS_BOOL", 0, 1],
  "aten::polygamma": ["Elementwise", "INT_TO_FLOAT", 1],
  "aten::mvlgamma": ["Elementwise", "INT_TO_FLOAT", 0],
};
