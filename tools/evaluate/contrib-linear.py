"""com.microsoft's matrix products and convolutions: fused activations, batches that move, weights of 2, 4 and 8 bits, quantized products."""
import numpy as np
from record_evaluate import row as case

rng = np.random.default_rng(8)


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).round(2).astype(dtype)


def bytes_of(*shape, dtype=np.uint8):
    low = np.iinfo(dtype).min
    return rng.integers(low, low + 256, size=shape).astype(dtype)


def row(name, op, inputs, oracle="onnxruntime", outputs=None, count=1, **attributes):
    return case(name, op, inputs, 1, oracle, outputs, count, "com.microsoft", **attributes)


def scalar(value, dtype=np.float32):
    return np.array(value, dtype)


def fused():
    a, b = floats(2, 3), floats(3, 4)
    for ta in (0, 1):
        for tb in (0, 1):
            yield row(f"FusedMatMul transA={ta} transB={tb}", "FusedMatMul", [a.T.copy() if ta else a, b.T.copy() if tb else b], transA=ta, transB=tb, alpha=0.5)
    yield row("FusedMatMul batches", "FusedMatMul", [floats(2, 3, 4), floats(2, 5, 4)], transB=1)
    yield row("FusedMatMul transBatchA", "FusedMatMul", [floats(3, 2, 4), floats(2, 4, 5)], transBatchA=1)
    yield row("FusedMatMul transBatch and trans", "FusedMatMul", [floats(4, 2, 3), floats(5, 2, 4)], transBatchA=1, transA=1, transBatchB=1, transB=1)
    yield row("TransposeMatMul", "TransposeMatMul", [floats(3, 2), b], transA=1)
    for activation, more in (("Relu", {}), ("LeakyRelu", {"activation_alpha": 0.3}), ("Tanh", {}), ("HardSigmoid", {"activation_alpha": 0.3, "activation_beta": 0.4})):
        yield row(f"FusedGemm {activation}", "FusedGemm", [a, b, floats(4)], activation=activation, beta=2.0, **more)
    x, w = floats(1, 2, 4, 4), floats(3, 2, 2, 2)
    for activation, parameters in (("Relu", None), ("LeakyRelu", [0.2]), ("Clip", [-0.5, 0.7]), ("HardSigmoid", [0.3, 0.4]), ("Sigmoid", None), ("Tanh", None)):
        more = {} if parameters is None else {"activation_params": parameters}
        yield row(f"FusedConv {activation}", "FusedConv", [x, w, floats(3)], activation=activation, strides=[2, 1], pads=[1, 0, 0, 1], **more)
    yield row("FusedConv adds Z", "FusedConv", [x, w, floats(3), floats(1, 3, 3, 3)], activation="Relu")
    nhwc = floats(1, 3, 3, 2)
    windows = np.lib.stride_tricks.sliding_window_view(nhwc, (2, 2), (1, 2))
    yield row("NhwcConv", "NhwcConv", [nhwc, w], "given", [np.einsum("nyxchw,ochw->nyxo", windows, w)])
    y = a @ b + 1
    gelu = y / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (y + 0.044715 * y**3)))
    yield row("GemmFastGelu", "GemmFastGelu", [a, b, np.ones(4, np.float32)], "given", [gelu.astype(np.float32)])
    m = floats(2, 3, 3)
    yield row("Inverse", "Inverse", [m], tolerance=1e-4)


def bits():
    a = floats(2, 40)
    for count in (2, 4, 8):
        for size in (16, 32):
            blocks = -(-40 // size)
            weights, scales = bytes_of(3, blocks, size * count // 8), floats(3 * blocks)
            attributes = {"N": 3, "K": 40, "bits": count, "block_size": size}
            yield row(f"MatMulNBits {count} bits, blocks of {size}", "MatMulNBits", [a, weights, scales], tolerance=1e-4, **attributes)
            zeros = bytes_of(3 * -(-blocks * count // 8))
            yield row(f"MatMulNBits {count} bits, blocks of {size}, zero points", "MatMulNBits", [a, weights, scales, zeros], tolerance=1e-4, **attributes)
    weights, scales, groups = bytes_of(3, 3, 8), floats(9), rng.permutation(np.repeat(np.arange(3, dtype=np.int32), 16))[:40]
    attributes = {"N": 3, "K": 40, "bits": 4, "block_size": 16}
    yield row("MatMulNBits groups", "MatMulNBits", [a, weights, scales, None, groups], tolerance=1e-4, **attributes)
    yield row("MatMulNBits bias", "MatMulNBits", [a, weights, scales, None, None, floats(3)], tolerance=1e-4, **attributes)
    yield row("MatMulNBits zero points are floats", "MatMulNBits", [a, weights, scales, floats(9)], tolerance=1e-4, **attributes)
    yield row("MatMulNBits float16", "MatMulNBits", [a.astype(np.float16), weights, scales.astype(np.float16)], tolerance=5e-3, **attributes)


    for kind in (0, 1):
        packed, largest = bytes_of(40 * 3 // 2), np.abs(floats(8))
        yield row(f"MatMulBnb4 {kind}", "MatMulBnb4", [a, packed, largest], tolerance=1e-4, N=3, K=40, block_size=16, quant_type=kind)


def quantized():
    a, b, columns = bytes_of(2, 3), bytes_of(3, 4), np.array([0, 7, 128, 255], np.uint8)
    yield row("MatMulIntegerToFloat", "MatMulIntegerToFloat", [a, b, scalar(0.1), scalar(0.2), scalar(7, np.uint8), scalar(100, np.uint8), floats(4)])
    yield row("MatMulIntegerToFloat per column", "MatMulIntegerToFloat", [a, b, scalar(0.1), np.abs(floats(4)), None, columns])
    yield row("DynamicQuantizeMatMul", "DynamicQuantizeMatMul", [floats(2, 3), b, scalar(0.2), scalar(100, np.uint8), floats(4)])
    yield row("DynamicQuantizeMatMul int8 per column", "DynamicQuantizeMatMul", [np.abs(floats(2, 3)), bytes_of(3, 4, dtype=np.int8), np.abs(floats(4)), np.zeros(4, np.int8)])
    c = rng.integers(-99, 99, 4).astype(np.int32)
    yield row("QGemm to float", "QGemm", [a, scalar(0.1), scalar(7, np.uint8), b, scalar(0.2), scalar(100, np.uint8), c], alpha=0.5)
    yield row("QGemm to uint8", "QGemm", [a.T.copy(), scalar(0.01), scalar(7, np.uint8), b, scalar(0.2), scalar(100, np.uint8), c, scalar(0.3), scalar(120, np.uint8)], transA=1)
    yield row("MatMulInteger16", "MatMulInteger16", [rng.integers(-999, 999, (2, 3)).astype(np.int16), rng.integers(-999, 999, (3, 2)).astype(np.int16)])


def cases():
    for family in (fused, bits, quantized):
        yield from family()
