/** @file Inference rows, see infer-rows.ts. */

import type { Row } from "./infer-rows.ts";

export const shapeRows: readonly Row[] = [
  ["x: f32[N, 3], y: f32[3]", "z = Add(x, y)", "f32[N, 3]"],
  ["x: f32[N, 1, C], y: f32[H, 1]", "z = Mul(x, y)", "f32[N, H, C]"],
  ["x: i64[2], y: i64[]", "z = Equal(x, y)", "bool[2]"],
  ["c: bool[N, 1], x: f32[3], y: f32[]", "z = Where(c, x, y)", "f32[N, 3]"],
  ["x: f32[N, C, H]", "y = Shape(x)", "i64[3]{N, C, H}"],
  ["x: f32[N, C, H]", "y = Shape<start=-2>(x)", "i64[2]{C, H}"],
  ["x: f32[N, C]", "y = Size(x)", "i64[]{C*N}"],
  ["x: f32[N, C, H]", "s = i64[2]{0, -1}\ny = Reshape(x, s)", "f32[N, C*H]"],
  ["x: f32[N, C, 4]", "s = i64[2]{-1, 8}\ny = Reshape(x, s)", "f32[(C*N)//2, 8]"],
  ["x: f32[N, 12]", "s = i64[3]{0, 4, -1}\ny = Reshape(x, s)", "f32[N, 4, 3]"],
  ["x: f32[0, 3]", "s = i64[2]{0, 7}\ny = Reshape<allowzero=1>(x, s)", "f32[0, 7]"],
  ["x: f32[N, C], s: i64[3]", "y = Reshape(x, s)", "f32[?, ?, ?]"],
  [
    "x: f32[N, S, 64]",
    `s = Shape(x)
     zero = i64[1]{0}
     n = Gather<axis=0>(s, zero)
     rest = i64[3]{-1, 8, 8}
     to = Concat<axis=0>(n, rest)
     y = Reshape(x, to)`,
    "f32[N, S, 8, 8]",
  ],
  [
    "x: f32[N, S]",
    `one = i64[]{1}
     s = Shape(x)
     last = Gather<axis=0>(s, one)
     two = i64[]{2}
     h = Div(last, two)
     plus = Add(h, one)
     axes = i64[1]{0}
     v = Unsqueeze(plus, axes)
     y = Expand(x, v)
     z = ConstantOfShape(v)`,
    "f32[S//2 + 1]",
  ],
  ["x: f32[N, C, H]", "y = Transpose<perm=[2, 0, 1]>(x)", "f32[H, N, C]"],
  ["x: f32[N, C, H]", "y = Transpose(x)", "f32[H, C, N]"],
  ["x: f32[N, 1, H, 1]", "a = i64[2]{1, -1}\ny = Squeeze(x, a)", "f32[N, H]"],
  ["x: f32[B, 1, H, 1]", "y = Squeeze(x)", "f32[B, H]"],
  ["x: f32[N, 1, H]", "y = Squeeze<axes=[1]>(x)", "f32[N, H]"],
  ["x: f32[N, H]", "a = i64[2]{0, -1}\ny = Unsqueeze(x, a)", "f32[1, N, H, 1]"],
  ["x: f32[N, C, H, W]", "y = Flatten<axis=2>(x)", "f32[C*N, H*W]"],
  ["x: f32[N, 1]", "s = i64[3]{2, 1, 5}\ny = Expand(x, s)", "f32[2, N, 5]"],
  ["x: f32[N, C]", "r = i64[2]{2, 3}\ny = Tile(x, r)", "f32[2*N, 3*C]"],
  ["x: f32[N, C], y: f32[H, C]", "z = Concat<axis=0>(x, y)", "f32[H + N, C]"],
  ["x: f32[N, 7]", "a, b, c = Split<axis=1, num_outputs=3>(x)", "f32[N, 3]; f32[N, 3]; f32[N, 1]"],
  ["x: f32[N, C]", "s = i64[2]{1, 3}\na, b = Split<axis=0>(x, s)", "f32[1, C]; f32[3, C]"],
  ["x: f32[N, S]", "s = i64[1]{1}\ne = i64[1]{9223372036854775807}\na = i64[1]{1}\ny = Slice(x, s, e, a)", "f32[N, S - 1]"],
  ["x: f32[N, S]", "s = i64[1]{-1}\ne = i64[1]{9223372036854775807}\na = i64[1]{1}\ny = Slice(x, s, e, a)", "f32[N, 1]"],
  ["x: f32[N, S]", "s = i64[1]{0}\ne = i64[1]{-1}\na = i64[1]{1}\ny = Slice(x, s, e, a)", "f32[N, S - 1]"],
  [
    "x: f32[N, H]",
    "s = i64[1]{0}\ne = i64[1]{9223372036854775807}\na = i64[1]{1}\nt = i64[1]{2}\ny = Slice(x, s, e, a, t)",
    "f32[N, (H + 1)//2]",
  ],
  [
    "x: f32[N, H]",
    "s = i64[1]{-1}\ne = i64[1]{-9223372036854775807}\na = i64[1]{1}\nt = i64[1]{-1}\ny = Slice(x, s, e, a, t)",
    "f32[N, H]",
  ],
  ["x: f32[10]", "y = Slice<starts=[2], ends=[100], axes=[0]>(x)", "f32[8]"],
  ["x: f32[N, C]", "s = Shape(x)\na = i64[1]{1}\nb = i64[1]{2}\ny = Slice(s, a, b)", "i64[1]{C}"],
  ["x: f32[N, C, H]", "p = i64[6]{0, 0, 1, 0, 0, 2}\ny = Pad(x, p)", "f32[N, C, H + 3]"],
  ["x: f32[N, C, H]", "p = i64[2]{1, 1}\na = i64[1]{-1}\ny = Pad(x, p, _, a)", "f32[N, C, H + 2]"],
  ["x: f32[N, C, H]", "y = Pad<pads=[0, 0, 1, 0, 0, 2]>(x)", "f32[N, C, H + 3]"],
  ["x: f32[N, 8, H, W]", "y = DepthToSpace<blocksize=2>(x)", "f32[N, 2, 2*H, 2*W]"],
  ["x: f32[N, 2, 6, 4]", "y = SpaceToDepth<blocksize=2>(x)", "f32[N, 8, 3, 2]"],
  ["x: f32[N, C]", "s = i64[1]{5}\ny = CenterCropPad<axes=[1]>(x, s)", "f32[N, 5]"],
  ["x: f32[N, C], i: i64[2, K]", "y = Gather<axis=1>(x, i)", "f32[N, 2, K]"],
  ["x: f32[N, C], i: i64[N, 2]", "y = GatherElements<axis=1>(x, i)", "f32[N, 2]"],
  ["x: f32[N, C, H], i: i64[5, 2]", "y = GatherND(x, i)", "f32[5, H]"],
  ["x: f32[N, C, H], i: i64[N, 5, 1]", "y = GatherND<batch_dims=1>(x, i)", "f32[N, 5, H]"],
  ["x: f32[N, C], i: i64[2, 1], u: f32[2, C]", "y = ScatterND(x, i, u)", "f32[N, C]"],
  ["i: i64[N]", "d = i64[]{10}\nv = f32[2]{0, 1}\ny = OneHot(i, d, v)", "f32[N, 10]"],
  ["x: f32[N, C]", "y = NonZero(x)", "i64[2, ?]"],
  ["x: f32[N, C]", "k = i64[1]{5}\nv, i = TopK(x, k)", "f32[N, 5]; i64[N, 5]"],
  ["x: f32[N, C]", "y, i, j, c = Unique(x)", "f32[?]; i64[?]; i64[C*N]; i64[?]"],
  ["x: f32[N, C]", "z = i64[]{0}\none = i64[]{1}\nn = Size(x)\ny = Range(z, n, one)", "i64[C*N]"],
  ["", "a = i64[]{1}\nb = i64[]{8}\nc = i64[]{3}\ny = Range(a, b, c)", "i64[3]{1, 4, 7}"],
  ["", "a = f32[]{0}\nb = f32[]{1}\nc = f32[]{0.25}\ny = Range(a, b, c)", "f32[4]"],
  ["x: f32[N, C, H]", "y = ReduceSum<keepdims=0>(x)", "f32[]"],
  ["x: f32[N, C, H]", "a = i64[2]{1, -1}\ny = ReduceMean(x, a)", "f32[N, 1, 1]"],
  ["x: f32[N, C, H]", "a = i64[1]{1}\ny = ReduceMax<keepdims=0>(x, a)", "f32[N, H]"],
  ["x: f32[N, C]", "y = ReduceSum<noop_with_empty_axes=1>(x)", "f32[N, C]"],
  ["x: f32[N, C]", "s = Shape(x)\ny = ReduceProd<keepdims=0>(s)", "i64[]{C*N}"],
  ["x: f32[N, C]", "y = ArgMax<axis=1, keepdims=0>(x)", "i64[N]"],
  ["x: f32[N, C]", "y = Softmax<axis=-1>(x)", "f32[N, C]"],
  ["x: f32[N, C]", "y = Cast<to=7>(x)", "i64[N, C]"],
  ["x: f32[N, C], t: bf16[]", "y = CastLike(x, t)", "bf16[N, C]"],
  ["x: f32[N, C]", "y, m = Dropout(x)", "f32[N, C]; bool[N, C]"],
  ["x: i64[N, C]", "a = i64[]{0}\ny = CumSum(x, a)", "i64[N, C]"],
  ["x: f32[N, N]", "y = Trilu(x)", "f32[N, N]"],
  ["x: f32[2, 3]", "y = EyeLike<dtype=7>(x)", "i64[2, 3]"],
  ["s: i64[3]", "y = ConstantOfShape(s)", "f32[?, ?, ?]"],
  ["", "y = Constant<value_ints=[1, 2]>()", "i64[2]{1, 2}"],
  ["", "y = Constant<value=f32[2]{1, 2}>()", "f32[2]"],
  ["", "y = RandomNormal<shape=[2, 3]>()", "f32[2, 3]"],
  ["", "n = i64[]{16}\ny = HannWindow(n)", "f32[16]"],
  ["x: f32[N, C], y: f32[N, C]", "z = Less(x, y)", "bool[N, C]"],
];
