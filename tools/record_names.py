"""Which ATen packets PyTorch offers as torch.X, Tensor.X and nn.functional.X: written to tools/torch-names.json."""
import json, sys, torch, torch.nn.functional as F
packets = sorted({line.split("(")[0].split("::")[1].split(".")[0] for line in open(sys.argv[1]) if line.startswith("aten::")})
names = {
    "functions": [p for p in packets if not p.startswith("_") and hasattr(torch, p) and not p.endswith("_")],
    "methods": [p for p in packets if not p.startswith("_") and hasattr(torch.Tensor, p) and callable(getattr(torch.Tensor, p))],
    "special": [p for p in packets if p.startswith("special_")],
    "linalg": [p for p in packets if p.startswith("linalg_")],
    "fft": [p for p in packets if p.startswith("fft_")],
}
json.dump(names, open("tools/torch-names.json", "w"), indent=0)
print({k: len(v) for k, v in names.items()})
