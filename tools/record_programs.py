"""Programs with custom ops, written state, guards and assertions, saved by PyTorch with what it computes: test/fixtures/programs.

    python tools/record_programs.py        (PyTorch 2.13)
"""
import copy
import json
import os

import torch
from torch.export import Dim

out = os.path.join(os.path.dirname(__file__), "../test/fixtures/programs")


@torch.library.custom_op("mylib::scale", mutates_args=())
def scale(x: torch.Tensor, factor: float, times: int = 1, mode: str = "plain", axes: list[int] | None = None) -> torch.Tensor:
    return x * factor * times


@scale.register_fake
def _(x, factor, times=1, mode="plain", axes=None):
    return torch.empty_like(x)


@torch.library.custom_op("mylib::split_sign", mutates_args=())
def split_sign(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return x.clamp(min=0), x.clamp(max=0)


@split_sign.register_fake
def _(x):
    return torch.empty_like(x), torch.empty_like(x)


@torch.library.custom_op("mylib::bump", mutates_args=("x",))
def bump(x: torch.Tensor, by: float) -> None:
    x.add_(by)


class Scaled(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = torch.nn.Linear(4, 3)

    def forward(self, x):
        a, b = torch.ops.mylib.split_sign(torch.ops.mylib.scale(self.lin(x), 2.0, mode="fast", axes=[0, 1]))
        return a - b


class Bumped(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("cache", torch.zeros(4))

    def forward(self, x):
        bump(self.cache, 1.0)
        y = x.clone()
        bump(y[:, 1:], 2.0)
        return y + self.cache


class Stateful(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.inner = torch.nn.Module()
        self.inner.register_buffer("k_cache", torch.zeros(2, 4))

    def forward(self, x, state):
        self.steps.add_(1)
        self.inner.k_cache[:, 1:3] = x[:, :2]
        state.mul_(2)
        return x + self.steps + self.inner.k_cache.sum() + state


class Guarded(torch.nn.Module):
    def forward(self, x, y):
        n = (x.sum() > 0).long().item() + 2
        z = x * 2 if x.shape[0] > 3 else x
        return z + y[: x.shape[0]], torch.zeros(n)


class Asserting(torch.nn.Module):
    def forward(self, x):
        torch.ops.aten._assert_async.msg(x.max() < 100, "x is too large")
        n = x[0, 0].long().item()
        torch._check(n > 0)
        torch._check(n < 10)
        return x.new_ones(n), x * 2


torch.manual_seed(0)
dynamic = {"x": {0: Dim.DYNAMIC}}
programs = {
    "scaled": (Scaled(), (torch.randn(2, 4),), {"x": {0: Dim("batch", min=2, max=64)}}),
    "bumped": (Bumped(), (torch.randn(2, 4),), None),
    "stateful": (Stateful(), (torch.randn(2, 4), torch.randn(2, 4)), None),
    "guarded": (Guarded(), (torch.rand(5, 4) + 0.1, torch.randn(7, 4)), {**dynamic, "y": {0: Dim.DYNAMIC}}),
    "asserting": (Asserting(), (torch.full((2, 4), 3.0),), dynamic),
}

expected = {}
for name, (module, args, dynamic_shapes) in programs.items():
    program = torch.export.export(module, args, dynamic_shapes=dynamic_shapes, strict=False)
    torch.export.save(program, f"{out}/{name}.pt2")
    if name in ("bumped", "stateful"):
        torch.export.save(program.run_decompositions(), f"{out}/{name}_decomposed.pt2")
    fresh, given = copy.deepcopy(module), copy.deepcopy(args)
    results = fresh(*given)
    results = results if isinstance(results, tuple) else (results,)
    written = {key: b.flatten().tolist() for key, b in fresh.named_buffers()}
    written |= {"state": given[1].flatten().tolist()} if name == "stateful" else {}
    expected[name] = {"outputs": [r.flatten().tolist() for r in results], "written": written}
json.dump(expected, open(f"{out}/expected.json", "w"), separators=(",", ":"))
