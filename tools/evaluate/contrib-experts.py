"""com.microsoft's mixture of experts: activations, shares of all or of the chosen experts, fused gates."""
import numpy as np
from onnx import helper
from record_evaluate import Case

rng = np.random.default_rng(13)


def floats(*shape):
    return rng.normal(size=shape).round(1).astype(np.float32)


def cases():
    for name, fused, more in (
        ("relu", 1, {}), ("gelu", 1, {"normalize_routing_weights": 1}), ("silu", 1, {}), ("identity", 1, {"normalize_routing_weights": 1}),
        ("swiglu", 2, {"swiglu_fusion": 1, "activation_alpha": 1.7, "activation_beta": 1.0, "swiglu_limit": 2.0}),
    ):
        inputs = [floats(1, 3, 4), floats(3, 3), floats(3, fused * 4, 4), floats(3, fused * 4), floats(3, 4, 4), floats(3, 4)]
        node = helper.make_node("MoE", [f"x{i}" for i in range(6)], ["y"], domain="com.microsoft", k=2, activation_type=name, **more)
        yield Case(f"MoE {name}", node, inputs, 1, domain="com.microsoft", oracle="onnxruntime", tolerance=1e-3 if name == "gelu" else 2e-5)
