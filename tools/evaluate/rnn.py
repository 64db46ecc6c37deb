"""RNN, GRU, LSTM: directions, lengths, layouts, activations with alpha and beta, clipping, peepholes, coupled gates, both ways to reset."""
import numpy as np
from onnx import helper
from record_evaluate import Case

rng = np.random.default_rng(6)
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).astype(dtype)


def row(name, op, opset=22, oracle="onnxruntime", directions=1, optional=(), layout=0, dtype=np.float32, outputs=None, **attributes):
    """T = 3, B = 2, I = 2, H = 3. `optional`: which of bias, lengths, h, c, peepholes are given."""
    gates = GATES[op]
    state = (2, directions, 3) if layout else (directions, 2, 3)
    given = {"bias": floats(directions, 2 * gates * 3, dtype=dtype), "lengths": np.array([1, 3], np.int32), "h": floats(*state, dtype=dtype)}
    if op == "LSTM":
        given |= {"c": floats(*state, dtype=dtype), "peepholes": floats(directions, 9, dtype=dtype)}
    x = floats(*((2, 3, 2) if layout else (3, 2, 2)), dtype=dtype)
    inputs = [x, floats(directions, gates * 3, 2, dtype=dtype), floats(directions, gates * 3, 3, dtype=dtype)] + [v if k in optional else None for k, v in given.items()]
    while inputs[-1] is None:
        inputs.pop()
    names = [f"x{i}" if v is not None else "" for i, v in enumerate(inputs)]
    more = {"layout": 1} if layout else {}
    node = helper.make_node(op, names, ["y", "y_h", "y_c"][: 3 if op == "LSTM" else 2], hidden_size=3, **more, **attributes)
    return Case(name, node, inputs, opset, oracle=oracle, outputs=outputs(inputs) if outputs else None, tolerance=2e-5 if dtype == np.float32 else 0)


def cases():
    both = {"directions": 2, "direction": "bidirectional"}
    for op in GATES:
        everything = ("bias", "lengths", "h", "c", "peepholes")
        yield row(f"{op} forward", op, 7)
        yield row(f"{op} reverse", op, 14, optional=("bias",), direction="reverse")
        yield row(f"{op} bidirectional, all inputs", op, optional=everything, **both)
        yield row(f"{op} reverse lengths", op, optional=("lengths", "h"), direction="reverse")
        yield row(f"{op} layout=1", op, oracle="reference", optional=("bias", "h", "c"), layout=1, **both)
        yield row(f"{op} float64", op, oracle="reference", optional=("bias", "h", "c"), dtype=np.float64)
        yield row(f"{op} clip", op, optional=("bias", "h"), clip=0.3)
    for name, more in (
        ("Relu", {}), ("LeakyRelu", {"activation_alpha": [0.3]}), ("ThresholdedRelu", {"activation_alpha": [0.2]}), ("ScaledTanh", {"activation_alpha": [0.7], "activation_beta": [0.4]}),
        ("HardSigmoid", {"activation_alpha": [0.3], "activation_beta": [0.4]}), ("Elu", {"activation_alpha": [0.6]}), ("Softsign", {}), ("Softplus", {}),
        ("Affine", {"activation_alpha": [0.5], "activation_beta": [0.1]}), ("Sigmoid", {}),
    ):
        yield row(f"RNN {name}", "RNN", activations=[name], **more)
    yield row("RNN alphas go to those that take them", "RNN", activations=["Tanh", "LeakyRelu"], activation_alpha=[0.4], **both)
    yield row("GRU linear_before_reset", "GRU", optional=("bias", "h"), linear_before_reset=1, **both)
    yield row("GRU activations", "GRU", 3, oracle="given", optional=("bias",), activations=["HardSigmoid", "Softsign"], outputs=hard_gru)
    yield row("LSTM input_forget", "LSTM", optional=("bias", "h", "c"), input_forget=1)
    yield row("LSTM peepholes", "LSTM", oracle="reference", optional=("bias", "h", "c", "peepholes"), **both)
    yield row("LSTM activations", "LSTM", optional=("bias", "h", "c"), activations=["HardSigmoid", "Elu", "Softsign"], activation_alpha=[0.25, 0.9], activation_beta=[0.45])
    yield row("LSTM-1", "LSTM", 1, oracle="given", optional=("bias",), outputs=plain_lstm)


def hard_gru(inputs):
    x, w, r, b = inputs[0], inputs[1][0], inputs[2][0], inputs[3][0]
    f, g = lambda v: np.clip(0.2 * v + 0.5, 0, 1), lambda v: v / (1 + np.abs(v))
    h, ys = np.zeros((2, 3), np.float32), []
    for t in x:
        xw = t @ w.T + b[:9]
        gates = f(xw[:, :6] + h @ r[:6].T + b[9:15])
        z, reset = gates[:, :3], gates[:, 3:]
        h = (1 - z) * g(xw[:, 6:] + (reset * h) @ r[6:].T + b[15:]) + z * h
        ys.append(h[None])
    return [np.stack(ys), h[None]]


def plain_lstm(inputs):
    x, w, r, b = inputs[0], inputs[1][0], inputs[2][0], inputs[3][0]
    s = lambda v: 1 / (1 + np.exp(-v))
    h, c, ys = np.zeros((2, 3), np.float32), np.zeros((2, 3), np.float32), []
    for t in x:
        i, o, f, g = np.split(t @ w.T + h @ r.T + b[:12] + b[12:], 4, 1)
        c = s(f) * c + s(i) * np.tanh(g)
        h = s(o) * np.tanh(c)
        ys.append(h[None])
    return [np.stack(ys), h[None], c[None]]
