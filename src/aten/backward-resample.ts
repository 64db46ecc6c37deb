/**
 * @file Gradients of resizing and padding. Both are linear along each dim, so each is a product with a matrix: what the op makes of the
 * identity. Its transpose takes a gradient back.
 */

import type { Dim } from "../symbolic.ts";
import { algebra } from "./algebra.ts";
import { each } from "./broadcast.ts";
import type { AtenTable, Call, Symbolic } from "./table.ts";

/** `g` with dim `dim` taken back through `matrix` [in, out]. */
function back(call: Call, g: Symbolic, dim: number, matrix: Symbolic): Symbolic {
  const turn = (self: Symbolic): Symbolic => (dim === -1 ? self : call("aten::transpose.int", { self, dim0: dim, dim1: -1 }));
  const transposed = call("aten::transpose.int", { self: matrix, dim0: 0, dim1: 1 });
  return turn(call("aten::matmul", { self: turn(g), other: transposed }));
}

/** Resizes the rows of [1, 1, n, in] to `out` along one dim: what a mode does along each dim. */
type Resize = (call: Call, self: Symbolic, out: Dim, scale: number | null) => Symbolic;

const asPlane = (call: Call, self: Symbolic, shape: readonly Dim[]): Symbolic => call("aten::reshape", { self, shape });
/** A mode that PyTorch has along one dim: [1, n, in] to [1, n, out]. */
const alongOne =
  (resize: (call: Call, self: Symbolic, out: Dim, scale: number | null) => Symbolic): Resize =>
  (call, eye, out, scale) => {
    const n = eye.shape[0] as Dim;
    return asPlane(call, resize(call, asPlane(call, eye, [1, n, n]), out, scale), [n, out]);
  };
/** A mode of planes only: planes of height 1. */
const alongTwo =
  (resize: (call: Call, self: Symbolic, size: readonly Dim[], scale: number | null) => Symbolic): Resize =>
  (call, eye, out, scale) => {
    const n = eye.shape[0] as Dim;
    return asPlane(call, resize(call, asPlane(call, eye, [1, n, 1, n]), [1, out], scale), [n, out]);
  };

const nearest = alongOne((call, self, out, scales) => call("aten::upsample_nearest1d", { self, output_size: [out], scales }));
const nearestExact = alongOne((call, self, out, scales) => call("aten::_upsample_nearest_exact1d", { self, output_size: [out], scales }));
const linear = (align_corners: boolean): Resize =>
  alongOne((call, self, out, scales) => call("aten::upsample_linear1d", { self, output_size: [out], align_corners, scales }));
const cubic = (align_corners: boolean): Resize =>
  alongTwo((call, self, output_size, scales_w) =>
    call("aten::upsample_bicubic2d", { self, output_size, align_corners, scales_h: null, scales_w }),
  );
const smoothLinear = (align_corners: boolean): Resize =>
  alongTwo((call, self, output_size, scales_w) =>
    call("aten::_upsample_bilinear2d_aa", { self, output_size, align_corners, scales_h: null, scales_w }),
  );
const smoothCubic = (align_corners: boolean): Resize =>
  alongTwo((call, self, output_size, scales_w) =>
    call("aten::_upsample_bicubic2d_aa", { self, output_size, align_corners, scales_h: null, scales_w }),
  );

interface Resized {
  readonly grad_output: Symbolic;
  readonly output_size: readonly Dim[];
  readonly input_size: readonly Dim[];
  readonly scales?: number | Dim | null;
  readonly scales_d?: number | Dim | null;
  readonly scales_h?: number | Dim | null;
  readonly scales_w?: number | Dim | null;
}

function unresized(args: Resized, resize: Resize, call: Call): Symbolic {
  const f = algebra(call);
  const n = args.output_size.length;
  const scales = [args.scales_d, args.scales_h, args.scales_w ?? args.scales].slice(3 - n);
  let g = f.wide(args.grad_output);
  for (let i = 0; i < n; i++) {
    const [size, out] = [args.input_size[i + 2] as Dim, args.output_size[i] as Dim];
    const eye = call("aten::eye", { n: size, dtype: g.dtype });
    g = back(call, g, i - n, resize(call, eye, out, (scales[i] ?? null) as number | null));
  }
  return f.to(g, args.grad_output.dtype);
}

interface Padded {
  readonly grad_output: Symbolic;
  readonly self: Symbolic;
  readonly padding: readonly Dim[];
}

/** PyTorch's list has pairs from the last dim backwards. */
function unpadded({ grad_output, self, padding }: Padded, mode: "reflect" | "replicate", call: Call): Symbolic {
  const f = algebra(call);
  let g = f.wide(grad_output);
  for (let i = 0; 2 * i < padding.length; i++) {
    const eye = call("aten::eye", { n: self.shape.at(-1 - i) as Dim, dtype: g.dtype });
    const pair = { self: eye, padding: padding.slice(2 * i, 2 * i + 2) };
    g = back(call, g, -1 - i, mode === "reflect" ? call("aten::reflection_pad1d", pair) : call("aten::replication_pad1d", pair));
  }
  return f.to(g, grad_output.dtype);
}

export const backwardResample = {
  ...each(["aten::upsample_nearest1d_backward", "aten::upsample_nearest2d_backward", "aten::upsample_nearest3d_backward"], () => ({
    decompose: (args: Resized, call: Call): Symbolic => unresized(args, nearest, call),
  })),
  ...each(
    ["aten::_upsample_nearest_exact1d_backward", "aten::_upsample_nearest_exact2d_backward", "aten::_upsample_nearest_exact3d_backward"],
    () => ({ decompose: (args: Resized, call: Call): Symbolic => unresized(args, nearestExact, call) }),
  ),
  ...each(["aten::upsample_linear1d_backward", "aten::upsample_bilinear2d_backward", "aten::upsample_trilinear3d_backward"], () => ({
    decompose: (args: Resized & { readonly align_corners: boolean }, call: Call): Symbolic =>
      unresized(args, linear(args.align_corners), call),
  })),
  "aten::upsample_bicubic2d_backward": { decompose: (args, call) => unresized(args, cubic(args.align_corners), call) },
  "aten::_upsample_bilinear2d_aa_backward": { decompose: (args, call) => unresized(args, smoothLinear(args.align_corners), call) },
  "aten::_upsample_bicubic2d_aa_backward": { decompose: (args, call) => unresized(args, smoothCubic(args.align_corners), call) },
  ...each(["aten::reflection_pad1d_backward", "aten::reflection_pad2d_backward", "aten::reflection_pad3d_backward"], () => ({
    decompose: (args: Padded, call: Call): Symbolic => unpadded(args, "reflect", call),
  })),
  ...each(["aten::replication_pad1d_backward", "aten::replication_pad2d_backward", "aten::replication_pad3d_backward"], () => ({
    decompose: (args: Padded, call: Call): Symbolic => unpadded(args, "replicate", call),
  })),
} satisfies AtenTable;
