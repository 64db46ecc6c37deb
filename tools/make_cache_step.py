"""Makes test/fixtures/export/cache_step.pt2: one step of a decoder whose cache is transformers' DynamicCache, in and out.

Run with PyTorch 2.13 and transformers 5: python tools/make_cache_step.py.
"""

import pathlib

import torch
from transformers.integrations.executorch import register_dynamic_cache_export_support
from transformers.cache_utils import DynamicCache

LAYERS = 2
register_dynamic_cache_export_support()


class Step(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = torch.nn.Embedding(7, 4)

    def forward(self, input_ids, past_key_values, use_cache=True):
        h = self.emb(input_ids)[:, None]
        for layer in range(LAYERS):
            k, v = past_key_values.update(h * (layer + 1), h - layer, layer)
        return dict(logits=(k.sum(-2) + v.mean(-2)) * 2.0, past_key_values=past_key_values)


def cache(length):
    made = DynamicCache()
    for layer in range(LAYERS):
        made.update(torch.randn(1, 1, length, 4), torch.randn(1, 1, length, 4), layer)
    return made


def main():
    torch.manual_seed(0)
    past = {2: torch.export.Dim("past", min=1, max=64)}
    shapes = {"input_ids": {1: torch.export.Dim("seq", min=1, max=32)}, "past_key_values": [[past] * LAYERS] * 2, "use_cache": None}
    kwargs = {"past_key_values": cache(5), "use_cache": True}
    program = torch.export.export(Step(), (torch.tensor([[1, 2, 3]]),), kwargs, dynamic_shapes=shapes, strict=False)
    torch.export.save(program, pathlib.Path(__file__).parent.parent / "test/fixtures/export/cache_step.pt2")


main()
