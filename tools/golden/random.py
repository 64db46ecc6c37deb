# PyTorch's CPU generator, bit for bit in eval; ONNX draws its own numbers of the same dtype and shape.
same = dict(compare="eval")
low, both = [f16, bf16], [f32, f64, f16, bf16]
for op in ["rand", "randn"]:
    for shape in [[5], [4, 8], [2, 3], [0], []]:
        row(f"aten::{op}", shape, **same)
    for dtype in [torch.float64, torch.float16, torch.bfloat16, torch.complex64, torch.complex128]:
        row(f"aten::{op}", [20], dtype=dtype, **same)
    row(f"aten::{op}", [7], dtype=torch.complex64, **same)
    row(f"aten::{op}", [dim(6), 3], dynamic={}, **same)
    row(f"aten::{op}_like", f32(3, 7), dynamic={"self": [0]}, **same)
    row(f"aten::{op}_like", f16(3, 7), dtype=torch.float32, **same)
    row(f"aten::{op}_like", c64(3, 7), **same)
    row(f"aten::{op}_like", c64(3, 7), dtype=torch.float64, **same)
    # Memory that is not row-major is filled in its own order, normal numbers one by one.
    row(f"aten::{op}_like", permuted(f32(2, 4, 5, 3), (0, 3, 1, 2)), **same)
    row(f"aten::{op}_like", permuted(f32(2, 4, 5, 3), (0, 3, 1, 2)), memory_format=torch.contiguous_format, **same)
row("aten::randint", 10, [4, 5], **same)
for dtype in [torch.int32, torch.uint8, torch.int8, torch.int16, torch.float16, torch.bfloat16, torch.float64]:
    row("aten::randint", 100, [20], dtype=dtype, **same)
row("aten::randint", 2, [20], dtype=torch.bool, **same)
row("aten::randint", 2**31, [20], **same)
row("aten::randint", 2**62, [20], **same)
# The bounds move inwards to numbers of the dtype.
row("aten::randint", 65504, [20], dtype=torch.float16, **same)
row("aten::randint.low", -(2**24) - 3, 2**24 + 5, [20], dtype=torch.float32, **same)
row("aten::randint.low", -3, 9, [7], **same)
row("aten::randint.low", 0, 2, [7], dtype=torch.float32, **same)
row("aten::randint_like", f32(3, 4), 5, **same)
row("aten::randint_like", permuted(f32(3, 4, 2), (2, 0, 1)), 50, dtype=torch.int64, dynamic={"self": [1]}, **same)
row("aten::randint_like.generator", f32(3, 4), 5, generator=None, **same)
row("aten::randint_like.Tensor_generator", i32(3, 4), of("int64", 7), generator=None, **same)
row("aten::randint_like.low_generator_dtype", i32(3, 4), 2, 5, generator=None, **same)
row("aten::randint_like.low_dtype", i32(3, 4), 2, 5, **same)
row("aten::randint_like.Tensor", i32(3, 4), of("int64", 7), **same)
row("aten::randperm", 9, **same)
row("aten::randperm", dim(9), dtype=torch.int32, dynamic={}, **same)
for f in [f32, f64, f16, bf16, i32, i64, u8, i8, i16, bool_]:
    row("aten::random", f(20), **same)
    row("aten::random_", f(20), **same)
row("aten::random.to", i64(20), 100, **same)
row("aten::random_.to", f16(4, 5), 3000, **same)
row("aten::random_.from", i64(20), -4, 9, **same)
row("aten::random.from", i32(20), 5, None, **same)
row("aten::random.from", f32(20), -7, None, **same)
row("aten::random_.from", i64(5), -(2**63), None, **same)
row("aten::random_.from", permuted(i64(3, 4), (1, 0)), 0, 100, **same)
for f in both:
    row("aten::bernoulli", f(4, 5, lo=0, hi=1), dynamic={"self": [0]}, **same)
    row("aten::bernoulli.Tensor", f(4, 5), f32(5, lo=0, hi=1), **same)
row("aten::bernoulli", permuted(f32(4, 5, lo=0, hi=1), (1, 0)), **same)
for f in [f32, f16, i64, i32, u8, bool_]:
    row("aten::bernoulli.p", f(4, 5), 0.3, **same)
    row("aten::bernoulli_.float", f(4, 5), 0.3, **same)
    row("aten::bernoulli_.Tensor", f(4, 5), f64(4, 5, lo=0, hi=1), **same)
row("aten::bernoulli_.float", permuted(f32(4, 5), (1, 0)), 0.5, **same)
row("aten::bernoulli.p", f32(0, 5), 0.3, **same)
for p in [0.0, 1.0]:
    row("aten::bernoulli.p", f32(3), p)
for f in both + [c64]:
    for shape in [(4, 5), (7,), ()]:
        row("aten::uniform", f(*shape), -2.0, 3.0, **same)
        row("aten::normal_functional", f(*shape), 1.0, 2.0, **same)
row("aten::uniform_", permuted(f32(4, 5), (1, 0)), 0.0, 1.0, **same)
row("aten::normal_", permuted(f32(4, 5), (1, 0)), 0.0, 1.0, **same)
row("aten::normal_", f32(4, 5), -1.0, 0.5, dynamic={"self": [0, 1]}, **same)
row("aten::normal_", c128(4, 5), 1.0, 2.0, **same)
for f in both:
    row("aten::exponential", f(4, 5), 1.5, **same)
    row("aten::cauchy", f(4, 5), 1.0, 2.0, **same)
    row("aten::log_normal", f(4, 5), 0.5, 0.25, **same)
for op, args in [("exponential", [0.5]), ("cauchy", [0.0, 1.0]), ("log_normal", [1.0, 2.0]), ("geometric", [0.1])]:
    row(f"aten::{op}_", f32(3, 7), *args, dynamic={"self": [0]}, **same)
    row(f"aten::{op}_", permuted(f32(3, 7), (1, 0)), *args, **same)
    row(f"aten::{op}_", f32(0), *args, **same)
    row(f"aten::{op}_", f32(), *args, **same)
for f in both + [i64, i32, u8]:
    row("aten::geometric", f(4, 5), 0.3, **same)
row("aten::normal.float_float", 1.0, 2.0, [4, 5], **same)
row("aten::normal.float_float", 1.0, 2.0, [5], dtype=torch.float16, **same)
for shape in [(4, 5), (7,)]:
    for f in [f32, f64, f16]:
        row("aten::normal.Tensor_float", f(*shape), 2.0, **same)
        row("aten::normal.float_Tensor", 1.0, f(*shape, lo=1, hi=2), **same)
row("aten::normal.Tensor_Tensor", f32(4, 5), f32(5, lo=1, hi=2), dynamic={"mean": [0]}, **same)
for f in both:
    row("aten::poisson", f(4, 5, lo=0, hi=5), **same)
    row("aten::poisson", f(4, 5, lo=9, hi=60), dynamic={"self": [0]}, **same)
row("aten::poisson", of("float32", [0.0, 1e-3, 800.0, 3000.0]), **same)
row("aten::poisson", f32(0), **same)
for f in [f32, f64]:
    row("aten::binomial", f(30, lo=1, hi=15).round(), f(30, lo=0, hi=1), **same)
    row("aten::binomial", f(30, lo=60, hi=400).round(), f(30, lo=0, hi=1), dynamic={"count": [0], "prob": [0]}, **same)
    row("aten::_standard_gamma", f(4, 5, lo=0.01, hi=1), **same)
    row("aten::_standard_gamma", f(4, 5, lo=1, hi=30), dynamic={"self": [0]}, **same)
    row("aten::_sample_dirichlet", f(4, 5, lo=0.1, hi=4), dynamic={"self": [0]}, **same)
row("aten::binomial", of("float32", [0.0, 5.0, 5.0, 7.0]), of("float32", [0.5, 0.0, 1.0, 0.5]), **same)
row("aten::_standard_gamma", f32(1, lo=2, hi=3), **same)
for count, replacement in [(1, False), (1, True), (3, False), (9, True)]:
    for f in both:
        row("aten::multinomial", f(2, 5, lo=0, hi=1), count, replacement, **same)
    row("aten::multinomial", f32(12, lo=0, hi=1), count, replacement, dynamic={"self": [0]}, **same)
row("aten::multinomial", of("float32", [0.0, 1.0, 0.0, 2.0]), 2, False, **same)
