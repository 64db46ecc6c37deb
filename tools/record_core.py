"""Records PyTorch's answers for src/core/ops into test/core/golden/: python tools/record_core.py

One row per case: the function's name, its tensors, its other arguments as JSON, and what torch returned.
"""
import hashlib
import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(0)
rows = []


def enc(t):
    values = t.detach().flatten().tolist()
    special = {float("inf"): "inf", float("-inf"): "-inf"}
    return {
        "dtype": str(t.dtype)[6:],
        "shape": list(t.shape),
        "values": ["nan" if v != v else special.get(v, v) if isinstance(v, float) else int(v) for v in values],
    }


def row(name, tensors, args, out, tolerance=0):
    out = [out] if isinstance(out, torch.Tensor) else list(out)
    rows.append({
        "name": name,
        "tensors": [None if t is None else enc(t) for t in tensors],
        "args": args,
        "out": [enc(t) for t in out],
        "tolerance": tolerance,
    })


def r(*shape, dtype=torch.float32):
    return torch.round(torch.randn(*shape) * 64).to(dtype) / 32


# softmax and norms
for dtype, tol in ((torch.float32, 1e-6), (torch.float64, 1e-14), (torch.float16, 1e-3)):
    x = r(2, 3, 5, dtype=dtype)
    for dim in (-1, 0, 1):
        row("softmax", [x], [dim], F.softmax(x, dim), tol)
        row("logSoftmax", [x], [dim], F.log_softmax(x, dim), tol)
    w, b = r(3, 5, dtype=dtype), r(3, 5, dtype=dtype)
    row("layerNorm", [x, w, b], [2, 1e-5], F.layer_norm(x, (3, 5), w, b), tol * 5)
    row("layerNorm", [x, None, None], [1, 1e-3], F.layer_norm(x, (5,), None, None, 1e-3), tol * 5)
x = torch.tensor([[float("-inf")] * 3, [0.0, float("-inf"), 1.0], [float("nan"), 0, 1]])
row("softmax", [x], [1], F.softmax(x, 1), 1e-6)
x = r(2, 4, 3, 3)
m, v, w, b = r(4), r(4).abs() + 0.5, r(4), r(4)
row("batchNorm", [x, m, v, w, b], [1e-5], F.batch_norm(x, m, v, w, b), 1e-5)
row("batchNorm", [x, m, v, None, None], [1e-3], F.batch_norm(x, m, v, eps=1e-3), 1e-5)
row("groupNorm", [x, w, b], [2, 1e-5], F.group_norm(x, 2, w, b), 1e-5)

# index
x = r(3, 4, 5)
i = torch.randint(0, 4, (2, 6, 5))
row("gather", [x, i], [1], torch.gather(x, 1, i))
j = torch.randint(0, 5, (2, 4, 3))
row("gather", [x.transpose(0, 2), j], [0], torch.gather(x.transpose(0, 2), 0, j))
j = torch.tensor([2, 0, 3, 3])
row("indexSelect", [x, j], [1], x.index_select(1, j))
e = r(7, 3, dtype=torch.float16)
j = torch.tensor([[1, 6], [0, 1]])
row("indexSelect", [e, j], [0], F.embedding(j, e))
i, s = torch.randint(0, 4, (2, 3, 5)), r(3, 3, 5)
row("scatter", [x, i, s], [1, "none"], x.scatter(1, i, s))
for ours, theirs in (("add", "sum"), ("mul", "prod"), ("max", "amax"), ("min", "amin"), ("mean", "mean")):
    for dtype in (torch.float32, torch.int64, torch.float16):
        a, c = x.to(dtype), s.to(dtype)
        row("scatter", [a, i, c], [1, ours], a.scatter_reduce(1, i, c, theirs), 1e-6 if dtype == torch.float32 else 2e-3)
mask = r(3, 4) > 0
row("nonzero", [mask], [], mask.nonzero())
row("nonzero", [torch.tensor(True)], [], torch.tensor(True).nonzero())
a, b = torch.tensor([[0, -1], [2, 1]]), torch.tensor([1, -2])
row("indexTensors", [x, a, b], [[0, 1]], x[a, b])
row("indexTensors", [x, a, b], [[0, None, 1]], x[a, :, b])
row("indexTensors", [x, a], [[None, 0]], x[:, a])
row("indexTensors", [x, a, b], [[None, 0, 1]], x[:, a, b])
row("indexTensors", [x, mask], [[0]], x[mask])
row("indexTensors", [x, torch.tensor([True, False, True]), b], [[0, None, 1]], x[torch.tensor([True, False, True]), :, b])
for acc in (False, True):
    y = x.clone().index_put((a, b), torch.tensor(7.0), accumulate=acc)
    row("indexPut", [x, torch.tensor(7.0), a, b], [[0, 1], acc], y)
    val = r(3, 2, 2, 5)
    put = x.transpose(0, 1).index_put((a,), val.permute(1, 2, 0, 3), accumulate=acc)
    row("indexPut", [x, val, a], [[None, 0], acc], put.transpose(0, 1).contiguous())
row("indexPut", [x, torch.tensor(-1.0), mask], [[0], False], x.clone().index_put((mask,), torch.tensor(-1.0)))
row("maskedSelect", [x, mask.unsqueeze(-1)], [], x.masked_select(mask.unsqueeze(-1)))

# pad
x = r(2, 3, 4)
row("pad", [x], [[[0, 0], [1, 2], [-1, 3]], "constant", 1.5], F.pad(x, (-1, 3, 1, 2), value=1.5))
for mode, theirs in (("reflect", "reflect"), ("replicate", "replicate"), ("circular", "circular")):
    row("pad", [x], [[[0, 0], [0, 0], [2, 3]], mode, 0], F.pad(x, (2, 3), mode=theirs))

# conv
def conv_row(x, w, b, stride, padding, dilation, groups):
    n = x.dim() - 2
    f = (F.conv1d, F.conv2d, F.conv3d)[n - 1]
    args = {"stride": stride, "padding": [[p, p] for p in padding], "dilation": dilation, "groups": groups, "transposed": False, "outputPadding": [0] * n}
    row("conv", [x, w, b], [args], f(x, w, b, tuple(stride), tuple(padding), tuple(dilation), groups), 2e-3 if x.dtype == torch.float16 else 1e-5)


def transposed_row(x, w, b, stride, padding, out_padding, dilation, groups):
    n = x.dim() - 2
    f = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[n - 1]
    args = {"stride": stride, "padding": [[p, p] for p in padding], "dilation": dilation, "groups": groups, "transposed": True, "outputPadding": out_padding}
    row("conv", [x, w, b], [args], f(x, w, b, tuple(stride), tuple(padding), tuple(out_padding), groups, tuple(dilation)), 1e-5)


conv_row(r(2, 3, 9), r(4, 3, 3), r(4), [2], [1], [1], 1)
conv_row(r(2, 4, 7, 6), r(6, 2, 3, 2), r(6), [2, 1], [1, 0], [1, 2], 2)
conv_row(r(1, 4, 5, 5), r(4, 1, 3, 3), None, [1, 1], [1, 1], [1, 1], 4)
conv_row(r(1, 3, 4, 4), r(5, 3, 1, 1), r(5), [1, 1], [0, 0], [1, 1], 1)
conv_row(r(1, 2, 4, 5, 4), r(3, 2, 2, 3, 2), r(3), [1, 2, 1], [1, 1, 0], [1, 1, 2], 1)
conv_row(r(1, 2, 5, 5, dtype=torch.float16), r(2, 2, 3, 3, dtype=torch.float16), None, [1, 1], [1, 1], [1, 1], 1)
conv_row(r(1, 2, 5, 5, dtype=torch.int64), r(2, 2, 3, 3, dtype=torch.int64), None, [1, 1], [1, 1], [1, 1], 1)
transposed_row(r(2, 3, 5), r(3, 4, 3), r(4), [2], [1], [1], [1], 1)
transposed_row(r(1, 4, 3, 4), r(4, 2, 3, 2), r(4), [2, 3], [1, 0], [1, 2], [2, 1], 2)
transposed_row(r(1, 2, 2, 3, 2), r(2, 3, 2, 2, 3), None, [1, 2, 1], [0, 1, 1], [0, 0, 0], [1, 1, 1], 1)

# pool
x = r(2, 2, 7, 6)
x[0, 0, 2, 3] = float("nan")
for k, s, p, d, ceil in (([3, 2], [2, 2], [1, 1], [1, 1], False), ([3, 3], [2, 3], [1, 0], [2, 1], True), ([2, 2], [2, 2], [0, 0], [1, 1], True)):
    y, i = F.max_pool2d(x, k, s, p, d, ceil, return_indices=True)
    row("maxPool", [x], [{"kernel": k, "stride": s, "padding": [[q, q] for q in p], "dilation": d, "ceilMode": ceil}], (y, i))
x = r(2, 2, 7, 6)
for k, s, p, ceil, inc, div in (([3, 2], [2, 2], [1, 1], False, True, None), ([3, 3], [2, 2], [1, 1], True, True, None), ([3, 3], [2, 2], [1, 1], True, False, None), ([2, 2], [2, 2], [0, 0], True, True, 3)):
    args = {"kernel": k, "stride": s, "padding": [[q, q] for q in p], "ceilMode": ceil, "countIncludePad": inc, "divisor": div}
    row("avgPool", [x], [args], F.avg_pool2d(x, k, s, p, ceil, inc, div), 1e-6)
x = r(2, 3, 5, 4, 6)
row("maxPool", [x], [{"kernel": [2, 2, 3], "stride": [2, 1, 2], "padding": [[1, 1], [0, 0], [1, 1]]}], F.max_pool3d(x, (2, 2, 3), (2, 1, 2), (1, 0, 1), return_indices=True))
x = r(2, 3, 7, 5)
row("adaptiveAvgPool", [x], [[3, 4]], F.adaptive_avg_pool2d(x, (3, 4)), 1e-6)
row("adaptiveMaxPool", [x], [[3, 4]], F.adaptive_max_pool2d(x, (3, 4), return_indices=True))


def random_rows():
    """Name, arguments (seed first), the first 16 hex digits of the bytes' sha256, and the first three numbers."""
    out = []

    def record(name, args, seed, draw):
        torch.manual_seed(seed)
        t = draw()
        digest = hashlib.sha256(t.contiguous().view(torch.uint8).numpy().tobytes()).hexdigest()[:16]
        out.append([name, seed, args, digest, t.flatten()[:3].double().tolist()])

    for d in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        n = str(d)[6:]
        for k in (5, 15, 16, 37, 100003):
            record("rand", [n, [k]], k, lambda: torch.rand(k, dtype=d))
            record("randn", [n, [k]], k, lambda: torch.randn(k, dtype=d))
        record("uniform", [n, [1000], -0.3, 0.7], 1, lambda: torch.empty(1000, dtype=d).uniform_(-0.3, 0.7))
        record("normal", [n, [1003], 0.5, 0.02], 1, lambda: torch.empty(1003, dtype=d).normal_(0.5, 0.02))
        record("bernoulli", [n, [1000], 0.3], 1, lambda: torch.bernoulli(torch.full((1000,), 0.3, dtype=d)))
        record("bernoulliScalar", [n, [1000], 0.3], 1, lambda: torch.empty(1000, dtype=d).bernoulli_(0.3))
        record("exponential", [n, [1000], 2.0], 1, lambda: torch.empty(1000, dtype=d).exponential_(2.0))
    for d in (torch.float32, torch.float64):
        weights = torch.tensor([[0.1, 2.0, 0.0, 0.7, 3.0], [1.0, 0.0, 0.0, 5.0, 0.25]], dtype=d)
        for count, replacement in ((1, True), (3, False), (50, True)):
            record("multinomial", [str(d)[6:], weights.tolist(), count, replacement], 3, lambda: torch.multinomial(weights, count, replacement))
    for d in (torch.int8, torch.uint8, torch.int16, torch.int64, torch.float32, torch.float16):
        record("randint", [str(d)[6:], [33], 0, 100], 9, lambda: torch.randint(0, 100, (33,), dtype=d))
    for seed in (0, -1, 2**32 + 7):
        record("randn", ["float32", [64]], seed, lambda: torch.randn(64))
    for low, high in ((0, 10), (-5, 2**27), (0, 2**28), (-(2**40), 2**53)):
        record("randint", ["int64", [1000], low, high], 1, lambda: torch.randint(low, high, (1000,)))
    record("randint", ["int32", [1000], -7, 9], 1, lambda: torch.randint(-7, 9, (1000,), dtype=torch.int32))
    for n in (1, 10, 1000):
        record("randperm", [n], 2**33 + 5, lambda: torch.randperm(n))
    return out


def write(name, all_rows):
    path = pathlib.Path(__file__).parent.parent / "test/core/golden" / name
    path.parent.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in all_rows)
    path.write_text('{"torch":"%s","rows":[\n%s\n]}\n' % (torch.__version__, lines))
    print(name, len(all_rows), "rows,", path.stat().st_size, "bytes")


write("ops.json", rows)
write("random.json", random_rows())
