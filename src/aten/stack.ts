/** @file Tensors brought to one rank and joined: hstack, vstack, dstack, block_diag, atleast_nd, meshgrid. */

import { add, type Dim, type Shape, sub } from "../symbolic.ts";
import { broadcastShapes, each } from "./broadcast.ts";
import type { Typed } from "./promotion.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";
import { startOf } from "./view-shape.ts";

interface Tensors {
  readonly tensors: readonly Symbolic[];
}

const rankOf = (x: Typed): number => x.shape.length;
const reshapeTo = (call: Call, self: Symbolic, shape: Shape): Symbolic => call("aten::reshape", { self, shape });

/** The tensor with at least `rank` dims, as `atleast_1d` … `atleast_3d` place the new ones. */
function atLeast(rank: number) {
  const place = (shape: Shape): Shape => {
    if (shape.length >= rank) return shape;
    if (rank === 3) return shape.length === 0 ? [1, 1, 1] : shape.length === 1 ? [1, ...shape, 1] : [...shape, 1];
    return [...new Array<Dim>(rank - shape.length).fill(1), ...shape];
  };
  return (self: Symbolic, call: Call): Symbolic => (rankOf(self) >= rank ? self : reshapeTo(call, self, place(self.shape)));
}
const [atLeast1, atLeast2, atLeast3] = [atLeast(1), atLeast(2), atLeast(3)];
const one = (f: typeof atLeast1) => ({ decompose: ({ self }: { readonly self: Symbolic }, call: Call) => f(self, call) });
const all = (f: typeof atLeast1) => ({ decompose: ({ tensors }: Tensors, call: Call) => tensors.map((t) => f(t, call)) });

const vstack = {
  decompose: ({ tensors }: Tensors, call: Call) => call("aten::cat", { tensors: tensors.map((t) => atLeast2(t, call)), dim: 0 }),
};

const broadcastAll = ({ tensors }: Tensors, call: Call): Symbolic[] => {
  const size = broadcastShapes(...tensors.map((t) => t.shape));
  return tensors.map((self) => call("aten::expand", { self, size }));
};

/** `meshgrid`: tensor i varies along dim i, with dims 0 and 1 swapped for `xy`. */
function meshgrid({ tensors, indexing }: Tensors & { readonly indexing: string }, call: Call): Symbolic[] {
  const swap = indexing === "xy" && tensors.length >= 2;
  const order = tensors.map((_, i) => (swap && i < 2 ? 1 - i : i));
  const lengths = tensors.map((t) => (rankOf(t) === 0 ? 1 : (t.shape[0] as Dim)));
  const size = order.map((i) => lengths[i] as Dim);
  return tensors.map((t, i) => {
    const own = order.map((k) => (k === i ? (lengths[i] as Dim) : 1));
    return call("aten::expand", { self: reshapeTo(call, t, own), size });
  });
}

/** Each matrix on the diagonal of a larger one: every row of blocks padded to the full width, then stacked. */
function blockDiag({ tensors }: Tensors, call: Call): Symbolic {
  const blocks = tensors.map((t) => atLeast2(t, call));
  const widths = blocks.map((b) => b.shape[1] as Dim);
  const width = widths.reduce<Dim>((a, b) => add(a, b), 0);
  const rows = blocks.map((self, i) => {
    const left = startOf(widths, i);
    const right = sub(width, add(left, widths[i] as Dim));
    return left === 0 && right === 0 ? self : call("aten::constant_pad_nd", { self, pad: [left, right], value: 0 });
  });
  return rows.length === 1 ? (rows[0] as Symbolic) : call("aten::cat", { tensors: rows, dim: 0 });
}

export const stack = {
  "aten::hstack": {
    decompose: ({ tensors }, call) => {
      const parts = tensors.map((t) => atLeast1(t, call));
      return call("aten::cat", { tensors: parts, dim: rankOf(parts[0] as Typed) === 1 ? 0 : 1 });
    },
  },
  ...each(["aten::vstack", "aten::row_stack"], () => vstack),
  "aten::dstack": { decompose: ({ tensors }, call) => call("aten::cat", { tensors: tensors.map((t) => atLeast3(t, call)), dim: 2 }) },
  "aten::column_stack": {
    decompose: ({ tensors }, call) => {
      const columns = tensors.map((t) => (rankOf(t) <= 1 ? reshapeTo(call, t, [...(rankOf(t) === 0 ? [1] : t.shape), 1]) : t));
      return call("aten::cat", { tensors: columns, dim: 1 });
    },
  },
  "aten::block_diag": { decompose: blockDiag },

  "aten::broadcast_tensors": { decompose: broadcastAll },
  "aten::meshgrid": { decompose: ({ tensors }, call) => meshgrid({ tensors, indexing: "ij" }, call) },
  "aten::meshgrid.indexing": { decompose: meshgrid },
  "aten::atleast_1d": one(atLeast1),
  "aten::atleast_2d": one(atLeast2),
  "aten::atleast_3d": one(atLeast3),
  "aten::atleast_1d.Sequence": all(atLeast1),
  "aten::atleast_2d.Sequence": all(atLeast2),
  "aten::atleast_3d.Sequence": all(atLeast3),
} satisfies AtenTable;
