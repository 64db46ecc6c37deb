"""export_with_torch.py FILE.pt2 FILE.onnx: PyTorch's exporter; says { cpu, rss, work } on file descriptor 3 when there is one."""

import json
import os
import resource
import sys
import time
import warnings

warnings.simplefilter("ignore")
import torch

try:
    import transformers.modeling_outputs  # registers the outputs of its models, which their programs name
except ImportError:
    pass

start = time.time()
program = torch.onnx.export(torch.export.load(sys.argv[1]), dynamo=True, verbose=False)
program.save(sys.argv[2], external_data=True)
work = time.time() - start

usage = resource.getrusage(resource.RUSAGE_SELF)
try:
    os.write(3, json.dumps({"cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss / 1024, "work": work}).encode())
except OSError:
    print(f"{work:.2f} s")
