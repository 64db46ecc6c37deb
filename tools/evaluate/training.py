"""Optimizers (ai.onnx.preview.training): ONNX's reference implementation, one tensor and two, first steps and later ones."""
import numpy as np
from onnx import helper
from record_evaluate import Case

DOMAIN = "ai.onnx.preview.training"
rng = np.random.default_rng(3)
ATTRIBUTES = dict(Adagrad=dict(norm_coefficient=0.01, epsilon=1e-5, decay_factor=0.1),
                  Adam=dict(norm_coefficient=0.01, norm_coefficient_post=0.02, alpha=0.8, beta=0.9, epsilon=1e-4),
                  Momentum=dict(norm_coefficient=0.01, alpha=0.9, beta=0.5, mode="standard"))


def cases():
    rows = list(ATTRIBUTES.items()) + [("Momentum", ATTRIBUTES["Momentum"] | dict(mode="nesterov"))]
    for op, attributes in rows:
        states = 2 if op == "Adam" else 1
        for count in (0, 3):
            for shapes in (((2,),), ((2,), (1, 3))):
                if op == "Adam" and len(shapes) == 1 and count > 0:
                    continue  # the reference implementation gives float64 here
                tensors = [np.abs(rng.normal(size=s)).astype(np.float32) for _ in range(states + 2) for s in shapes]
                inputs = [np.array(0.1, np.float32), np.array(count)] + tensors
                node = helper.make_node(op, [f"x{i}" for i in range(len(inputs))], [f"y{i}" for i in range(len(shapes) * (states + 1))], domain=DOMAIN,
                                        **attributes)
                yield Case(f"{op} {attributes.get('mode', '')} step {count} of {len(shapes)}", node, inputs, 1, DOMAIN)
