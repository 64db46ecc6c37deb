"""python infer_with_onnx.py MODEL OUTPUT REPEATS: wall and processor seconds of load + infer_shapes + serialize and write,
each time, as JSON."""

import json
import sys
import time

import onnx

path, output, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
seconds = []
for _ in range(repeats):
    start, cpu = time.perf_counter(), time.process_time()
    model = onnx.load(path, load_external_data=False)
    inferred = onnx.shape_inference.infer_shapes(model)
    with open(output, "wb") as file:
        file.write(inferred.SerializeToString())
    seconds.append({"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu})
print(json.dumps({"seconds": seconds}))
