"""One run of bench/initializers.mjs with numpy or onnx: initializers.py KIND FILE.safetensors OUT. Reports as initializer-job.mjs does."""

import json
import resource
import struct
import sys
import time

import numpy

kind, path, out = sys.argv[1:]
onnx = __import__("onnx") if kind == "onnx.save" else None
start, cpu = time.perf_counter(), time.process_time()
with open(path, "rb") as f:
    length = struct.unpack("<Q", f.read(8))[0]
    header = json.loads(f.read(length))
tensors = {
    name: numpy.memmap(path, numpy.float32, "r", 8 + length + t["data_offsets"][0], tuple(t["shape"]))
    for name, t in header.items()
}
if onnx is None:
    with open(out, "wb") as f:
        for x in tensors.values():
            y = x.T.copy() if kind == "numpy transpose" else x.astype(numpy.float16)
            y.tofile(f)
else:
    weights = [onnx.numpy_helper.from_array(numpy.asarray(x), name) for name, x in tensors.items()]
    model = onnx.helper.make_model(onnx.helper.make_graph([], "g", [], [], weights))
    onnx.save(model, out, save_as_external_data=True, location=f"{out.rsplit('/', 1)[1]}.data")
print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
