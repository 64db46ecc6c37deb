# One op on each tensor of a list.
xs = [f32(2, 3, lo=0.2, hi=0.9), f32(4, lo=0.2, hi=0.9), f32(lo=0.2, hi=0.9)]
ys = [f32(2, 3, lo=0.2, hi=0.9), f32(4, lo=0.2, hi=0.9), f32(lo=0.2, hi=0.9)]
zs = [f32(2, 3, lo=0.5, hi=2), f32(4, lo=0.5, hi=2), f32(lo=0.5, hi=2)]
near = dict(rtol=1e-4, atol=1e-5)
for name in ["abs", "acos", "asin", "atan", "ceil", "cos", "cosh", "erf", "erfc", "exp", "expm1", "floor", "frac", "lgamma", "log", "log10", "log1p",
             "log2", "neg", "reciprocal", "round", "rsqrt", "sigmoid", "sign", "sin", "sinh", "sqrt", "tan", "tanh", "trunc", "max"]:
    row(f"aten::_foreach_{name}", xs, **near)
for name in ["add", "sub", "mul", "div", "maximum", "minimum", "clamp_min", "clamp_max"]:
    row(f"aten::_foreach_{name}.List", xs, ys)
    row(f"aten::_foreach_{name}.Scalar", xs, 0.5)
    row(f"aten::_foreach_{name}.ScalarList", xs, [0.5, 0.25, 2.0])
for name in ["add", "mul", "div"]:
    row(f"aten::_foreach_{name}.Tensor", xs, of("float32", 0.5))
row("aten::_foreach_add.List", xs, ys, alpha=2)
row("aten::_foreach_add.Scalar", [i64(3), i64(2, 2)], 3)
row("aten::_foreach_add.Scalar", [f32(0), f16(3)], 1.5)
for name in ["addcmul", "addcdiv"]:
    row(f"aten::_foreach_{name}.Scalar", xs, ys, zs, 0.5, **near)
    row(f"aten::_foreach_{name}.ScalarList", xs, ys, zs, [0.5, 1.5, 2.0], **near)
row("aten::_foreach_lerp.List", xs, ys, zs, **near)
row("aten::_foreach_lerp.Scalar", xs, ys, 0.3, **near)
row("aten::_foreach_pow.List", xs, ys, **near)
row("aten::_foreach_pow.Scalar", xs, 2.5, **near)
row("aten::_foreach_pow.ScalarAndTensor", 2.0, xs, **near)
row("aten::_foreach_norm.Scalar", xs, 2)
row("aten::_foreach_norm.Scalar", xs, 1)
