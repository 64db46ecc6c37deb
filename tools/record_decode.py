"""Records the tokens that PyTorch chooses for examples/llama_decode.ts: greedy decoding with the program of test/fixtures/models.

Run with PyTorch 2.13 and transformers 5: python tools/record_decode.py. Prints the ids for test/examples.test.ts.
"""

import pathlib

import torch
from transformers.cache_utils import DynamicCache
from transformers.integrations.executorch import register_dynamic_cache_export_support

PROMPT, STEPS, LAYERS = [3, 14, 15, 9, 26], 12, 2


def main():
    register_dynamic_cache_export_support()
    path = pathlib.Path(__file__).parent.parent / "test/fixtures/models/d_hf_llama_kvcache.pt2"
    model = torch.export.load(path).module(check_guards=False)
    ids, past, made = torch.tensor([PROMPT]), DynamicCache(), []
    for layer in range(LAYERS):
        past.update(torch.zeros(1, 2, 0, 8), torch.zeros(1, 2, 0, 8), layer)
    seen = 0
    while len(made) < STEPS:
        seen += ids.shape[1]
        out = model(input_ids=ids, attention_mask=torch.ones(1, seen, dtype=torch.int64), past_key_values=past, use_cache=True)
        past = out.past_key_values
        ids = out.logits[:, -1:].argmax(-1)
        made.append(ids.item())
    print(made)


main()
