"""DFT before and after opset 20, inverse, one-sided, other lengths; STFT with and without window."""
import numpy as np
from onnx import helper
from record_evaluate import Case

rng = np.random.default_rng(7)


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).astype(dtype)


def row(name, op, inputs, opset, outputs, **attributes):
    names = [f"x{i}" if x is not None else "" for i, x in enumerate(inputs)]
    return Case(name, helper.make_node(op, names, ["y"], **attributes), inputs, opset, oracle="given", outputs=outputs)


def parts(z, dtype=np.float32):
    return [np.stack([z.real, z.imag], -1).astype(dtype)]


def dft():
    real, pairs = floats(1, 5, 3, 1), floats(2, 4, 2)
    z = pairs[..., 0] + 1j * pairs[..., 1]
    at = lambda v: np.array(v, np.int64)
    yield row("DFT-17", "DFT", [real], 17, parts(np.fft.fft(real[..., 0], axis=1)))
    yield row("DFT-17 axis=2", "DFT", [real], 17, parts(np.fft.fft(real[..., 0], axis=2)), axis=2)
    yield row("DFT-17 negative axis", "DFT", [real], 17, parts(np.fft.fft(real[..., 0], axis=1)), axis=-3)
    yield row("DFT-20", "DFT", [real], 20, parts(np.fft.fft(real[..., 0], axis=2)))
    yield row("DFT-20 axis=1", "DFT", [real, None, at(1)], 20, parts(np.fft.fft(real[..., 0], axis=1)))
    yield row("DFT complex", "DFT", [pairs], 20, parts(np.fft.fft(z)))
    yield row("DFT inverse", "DFT", [pairs], 20, parts(np.fft.ifft(z)), inverse=1)
    yield row("DFT onesided", "DFT", [real, None, at(1)], 20, parts(np.fft.rfft(real[..., 0], axis=1)), onesided=1)
    for n in (2, 7):
        yield row(f"DFT length={n}", "DFT", [real, at(n), at(1)], 20, parts(np.fft.fft(real[..., 0], n, axis=1)))
        yield row(f"DFT-17 inverse length={n}", "DFT", [pairs, at(n)], 17, parts(np.fft.ifft(z, n, axis=1)), inverse=1)
    yield row("DFT float64", "DFT", [pairs.astype(np.float64)], 20, parts(np.fft.fft(z.astype(np.complex128)), np.float64))


def stft():
    signal, window = floats(2, 10, 1), np.hanning(4).astype(np.float32)
    frames = np.stack([signal[:, i : i + 4, 0] for i in range(0, 7, 3)], 1)
    step = np.array(3, np.int64)
    yield row("STFT", "STFT", [signal, step, None, np.array(4, np.int64)], 17, parts(np.fft.rfft(frames)))
    yield row("STFT window", "STFT", [signal, step, window], 17, parts(np.fft.rfft(frames * window)))
    yield row("STFT two-sided", "STFT", [signal, step, window, np.array(4, np.int64)], 17, parts(np.fft.fft(frames * window)), onesided=0)


def cases():
    yield from dft()
    yield from stft()
