"""Makes test/fixtures/export/random_step.pt2: drop path, dropout in training, gumbel softmax and a Gamma sample, beside a plain output; and
random_step.safetensors: its input, and PyTorch's outputs after torch.manual_seed(7).

Run with PyTorch 2.13 and safetensors: python tools/make_random_step.py.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch.nn import functional as F


class Step(torch.nn.Module):
    def forward(self, x):
        path = x * x.new_empty((x.shape[0], 1)).bernoulli_(0.7).div_(0.7)
        sample = torch.distributions.Gamma(x.abs() + 1, 2.0, validate_args=False).rsample()
        return path, F.dropout(x, 0.4), F.gumbel_softmax(x, 0.5, hard=True), sample, x * 2


torch.manual_seed(0)
x = torch.randn(32, 10)
program = torch.export.export(Step(), (x,), strict=False)
folder = pathlib.Path(__file__).parent.parent / "test/fixtures/export"
torch.export.save(program, folder / "random_step.pt2")
torch.manual_seed(7)
save_file({"x": x} | {f"y{i}": y.contiguous() for i, y in enumerate(Step()(x))}, folder / "random_step.safetensors")
