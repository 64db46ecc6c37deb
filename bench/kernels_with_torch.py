"""The rows of kernel-rows.mjs in PyTorch, on one thread: reads a line `name<TAB>calls`, answers with the seconds they took."""
import sys
import time

import torch

torch.set_num_threads(1)
BIG, SMALL = 1 << 24, 1 << 16


def elementwise(name, f, source=torch.float32, result=None):
    def make(n):
        x = (torch.rand(n) * 8 - 4).to(source)
        y = torch.empty(n, dtype=result or source)
        return lambda: f(x, y)

    return {f"{name}, big": lambda: make(BIG), f"{name}, small": lambda: make(SMALL)}


def add(n):
    a, b, y = torch.rand(n), torch.rand(n), torch.empty(n)
    return lambda: torch.add(a, b, out=y)


def transpose(n):
    x, y = torch.rand(n, n), torch.empty(n, n)
    return lambda: y.copy_(x.t())


def gather(n, width):
    x, y, index = torch.rand(n, width), torch.empty(n, width), (torch.arange(n) * 7919) % n
    return lambda: torch.index_select(x, 0, index, out=y)


def softmax(rows):
    x, y = torch.rand(rows, 4096) * 8 - 4, torch.empty(rows, 4096)
    return lambda: torch.softmax(x, -1, out=y)


def gemm(n):
    a, b, y = torch.rand(n, n), torch.rand(n, n), torch.empty(n, n)
    return lambda: torch.mm(a, b, out=y)


def conv(channels, size):
    x, w = torch.rand(1, channels, size, size), torch.rand(channels, channels, 3, 3)
    return lambda: torch.conv2d(x, w, padding=1)


def quantize(n):
    x = torch.rand(n // 4096, 4096) * 8 - 4
    scales, zeros = torch.full((n // 4096,), 1 / 32), torch.zeros(n // 4096, dtype=torch.int64)
    return lambda: torch.quantize_per_channel(x, scales, zeros, 0, torch.qint8)


ROWS = {
    **elementwise("memcpy", lambda x, y: y.copy_(x)),
    "add, big": lambda: add(BIG),
    "add, small": lambda: add(SMALL),
    **elementwise("f32 to bf16", lambda x, y: y.copy_(x), torch.float32, torch.bfloat16),
    **elementwise("bf16 to f32", lambda x, y: y.copy_(x), torch.bfloat16, torch.float32),
    **elementwise("f32 to f16", lambda x, y: y.copy_(x), torch.float32, torch.float16),
    **elementwise("f16 to f32", lambda x, y: y.copy_(x), torch.float16, torch.float32),
    "transpose 4096x4096": lambda: transpose(4096),
    "transpose 512x512": lambda: transpose(512),
    "gather 200000 rows of 256 bytes": lambda: gather(200000, 64),
    "quantize to i8 per channel, big": lambda: quantize(BIG),
    "quantize to i8 per channel, small": lambda: quantize(SMALL),
    **elementwise("exp", lambda x, y: torch.exp(x, out=y)),
    **elementwise("gelu", lambda x, y: torch._C._nn.gelu(x, out=y)),
    "softmax 16 x 4096": lambda: softmax(16),
    "softmax 4096 x 4096": lambda: softmax(4096),
    "gemm 256": lambda: gemm(256),
    "gemm 512": lambda: gemm(512),
    "gemm 1024": lambda: gemm(1024),
    "conv 3x3 64->64 56x56": lambda: conv(64, 56),
    "conv 3x3 256->256 14x14": lambda: conv(256, 14),
}

name, call = None, None
for line in sys.stdin:
    wanted, calls = line.rstrip("\n").split("\t")
    if wanted != name:
        name, call = wanted, ROWS[wanted]()
        call()
    start = time.thread_time()
    for _ in range(int(calls)):
        call()
    print((time.thread_time() - start) / int(calls), flush=True)
