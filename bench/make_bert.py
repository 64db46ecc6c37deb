"""make_bert.py FILE.pt2 [LAYERS] [HIDDEN]: BERT with random weights, both dims dynamic; BERT-base unless said otherwise."""

import sys

import torch
from transformers import BertConfig, BertModel

path = sys.argv[1]
layers = int(sys.argv[2]) if len(sys.argv) > 2 else 12
hidden = int(sys.argv[3]) if len(sys.argv) > 3 else 768
torch.manual_seed(0)
config = BertConfig(attn_implementation="sdpa", num_hidden_layers=layers, hidden_size=hidden, num_attention_heads=max(hidden // 64, 1), intermediate_size=4 * hidden)
model = BertModel(config).eval()
inputs = {"input_ids": torch.randint(0, 30000, (2, 16)), "attention_mask": torch.ones(2, 16, dtype=torch.int64)}
dims = {0: torch.export.Dim("batch", min=1, max=64), 1: torch.export.Dim("seq", min=2, max=512)}
torch.export.save(torch.export.export(model, (), inputs, dynamic_shapes={name: dims for name in inputs}), path)
