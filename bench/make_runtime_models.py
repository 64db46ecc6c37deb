"""Real sizes with random weights, each as a program (NAME.pt2) and as PyTorch's own ONNX file of that program (NAME.torch.onnx).

python bench/make_runtime_models.py FOLDER [NAME ...]   needs torch, onnxscript and transformers; Llama takes 12 GB of disk and memory.
"""

import pathlib
import sys

import torch
import transformers as hf
from torch.export import Dim

BATCH, LENGTH = Dim("batch", min=1, max=64), Dim("length", min=2, max=512)
TOKENS = {0: BATCH, 1: LENGTH}
IMAGES = {0: BATCH}


class Images(torch.nn.Module):
    """A classifier of images that returns one tensor."""

    def __init__(self, model: torch.nn.Module):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model(pixel_values=pixel_values).logits


class Logits(torch.nn.Module):
    """A language model that returns one tensor and keeps no cache."""

    def __init__(self, model: torch.nn.Module, output: str):
        super().__init__()
        self.model = model
        self.output = output

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False)[self.output]


class Encoded(Logits):
    """The same of an encoder, which has no cache to turn off."""

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask)[self.output]


def llama() -> torch.nn.Module:
    config = hf.LlamaConfig(
        vocab_size=32000,
        hidden_size=2048,
        intermediate_size=5632,
        num_hidden_layers=22,
        num_attention_heads=32,
        num_key_value_heads=4,
        max_position_embeddings=2048,
    )
    return Logits(hf.LlamaForCausalLM(config), "logits")


def tokens(length: int):
    ids = torch.arange(2 * length).reshape(2, length) % 1000
    return (ids, torch.ones_like(ids)), (TOKENS, TOKENS)


def image():
    return (torch.linspace(-1, 1, 2 * 3 * 224 * 224).reshape(2, 3, 224, 224),), (IMAGES,)


MODELS = {
    "resnet50": (lambda: Images(hf.ResNetForImageClassification(hf.ResNetConfig(num_labels=1000))), image),
    "bert-base": (lambda: Encoded(hf.BertModel(hf.BertConfig()), "last_hidden_state"), lambda: tokens(128)),
    "vit-base": (lambda: Images(hf.ViTForImageClassification(hf.ViTConfig(num_labels=1000))), image),
    "gpt2": (lambda: Logits(hf.GPT2LMHeadModel(hf.GPT2Config()), "logits"), lambda: tokens(128)),
    "llama-1b": (llama, lambda: tokens(64)),
}


def trained(model: torch.nn.Module) -> torch.nn.Module:
    """Biases and scales as training leaves them: zeros and ones would be folded away."""
    for parameter in model.parameters():
        if parameter.dim() == 1:
            parameter.add_(torch.randn_like(parameter), alpha=0.02)
    return model.eval()


def make(folder: pathlib.Path, name: str) -> None:
    torch.manual_seed(0)
    build, example = MODELS[name]
    args, shapes = example()
    with torch.no_grad():
        program = torch.export.export(trained(build()), args, dynamic_shapes=shapes, strict=False)
        torch.export.save(program, folder / f"{name}.pt2")
        torch.onnx.export(program, f=str(folder / f"{name}.torch.onnx"), external_data=True)


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name in sys.argv[2:] or MODELS:
    make(folder, name)
    print(name)
