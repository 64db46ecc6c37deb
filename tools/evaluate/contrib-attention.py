"""com.microsoft's attention: packings, masks, biases, caches, rotary places, shared heads, windows and sinks."""
import numpy as np
from record_evaluate import row as case

rng = np.random.default_rng(12)


def floats(*shape, dtype=np.float32):
    return rng.normal(size=shape).round(2).astype(dtype)


def row(name, op, inputs, oracle="onnxruntime", outputs=None, count=1, tolerance=2e-5, **attributes):
    return case(name, op, inputs, 1, oracle, outputs, count, "com.microsoft", tolerance=tolerance, **attributes)


def i32(*v):
    return np.array(v, np.int32)


def multi_head():
    q, k, v, bias = floats(2, 3, 8), floats(2, 4, 8), floats(2, 4, 8), floats(24)
    mask = np.array([[1, 1, 0, 1], [1, 0, 0, 0]], np.int32)
    past = [floats(2, 2, 2, 4), floats(2, 2, 2, 4)]
    yield row("MultiHeadAttention", "MultiHeadAttention", [q, k, v], num_heads=2)
    yield row("MultiHeadAttention bias and scale", "MultiHeadAttention", [q, k, v, bias], num_heads=2, scale=0.3)
    yield row("MultiHeadAttention mask", "MultiHeadAttention", [q, k, v, None, mask], num_heads=2)
    yield row("MultiHeadAttention lengths", "MultiHeadAttention", [q, k, v, None, i32(2, 4)], num_heads=2)
    yield row("MultiHeadAttention attention_bias", "MultiHeadAttention", [q, k, v, None, None, floats(1, 2, 3, 4)], num_heads=2)
    yield row("MultiHeadAttention causal", "MultiHeadAttention", [q, k[:, :3].copy(), v[:, :3].copy()], num_heads=2, unidirectional=1)
    yield row("MultiHeadAttention cache", "MultiHeadAttention", [q, k[:, :3].copy(), v[:, :3].copy(), bias, None, None, *past], count=3, num_heads=2, unidirectional=1)
    qkv, kv, heads = floats(2, 3, 2, 3, 4), floats(2, 4, 2, 2, 4), q.reshape(2, 3, 2, 4)
    yield row("MultiHeadAttention packed q k v", "MultiHeadAttention", [qkv], "given", [attended(qkv[:, :, :, 0], qkv[:, :, :, 1], qkv[:, :, :, 2])], num_heads=2)
    yield row("MultiHeadAttention packed k v", "MultiHeadAttention", [q, kv], "given", [attended(heads, kv[:, :, :, 0], kv[:, :, :, 1])], num_heads=2)
    yield row("MultiHeadAttention keys with heads apart", "MultiHeadAttention", [q, floats(2, 2, 4, 4), floats(2, 2, 4, 4)], num_heads=2)


def attended(q, k, v):
    """q, k, v [batch, length, heads, size]."""
    scores = np.einsum("bqhd,bkhd->bhqk", q, k) / np.sqrt(q.shape[3])
    weights = np.exp(scores) / np.exp(scores).sum(3, keepdims=True)
    return np.einsum("bhqk,bkhd->bqhd", weights, v).reshape(*q.shape[:2], -1).astype(np.float32)


def projected():
    x, w, bias = floats(2, 3, 4), floats(4, 12), floats(12)
    mask = np.array([[1, 1, 0], [1, 0, 0]], np.int32)
    yield row("Attention", "Attention", [x, w, bias], num_heads=2)
    yield row("Attention causal", "Attention", [x, w, bias], num_heads=2, unidirectional=1)
    yield row("Attention mask", "Attention", [x, w, bias, mask], num_heads=2)
    yield row("Attention mask of queries", "Attention", [x, w, bias, rng.integers(0, 2, (2, 3, 3)).astype(np.int32)], num_heads=2)
    yield row("Attention ends", "Attention", [x, w, bias, i32(2, 3)], num_heads=2)
    yield row("Attention ends and starts", "Attention", [x, w, bias, i32(3, 2, 1, 0)], num_heads=2)
    yield row("Attention cache", "Attention", [x, w, bias, None, floats(2, 2, 2, 2, 2)], count=2, num_heads=2, unidirectional=1)
    yield row("Attention attention_bias", "Attention", [x, w, bias, None, None, floats(2, 2, 3, 3)], num_heads=2)
    yield row("Attention sizes", "Attention", [x, floats(4, 14), floats(14)], num_heads=2, qkv_hidden_sizes=[4, 4, 6], scale=0.4)
    u8, s8 = rng.integers(0, 256, (2, 3, 4)).astype(np.uint8), rng.integers(-128, 128, (4, 12)).astype(np.int8)
    quantized = [u8, s8, bias, np.array(0.01, np.float32), np.array(0.02, np.float32), mask, np.array(120, np.uint8), np.array(3, np.int8)]
    yield row("QAttention", "QAttention", quantized, num_heads=2, tolerance=1e-4)


def rotary():
    tables = [np.cos(floats(6, 2)), np.sin(floats(6, 2))]
    yield row("RotaryEmbedding first place", "RotaryEmbedding", [floats(2, 3, 8), np.array([2], np.int64), *tables])
    places = np.array([[0, 3, 5], [1, 1, 2]], np.int64)
    yield row("RotaryEmbedding places", "RotaryEmbedding", [floats(2, 2, 3, 4), places, *tables], interleaved=1)
    yield row("RotaryEmbedding part", "RotaryEmbedding", [floats(2, 3, 12), places, *tables], num_heads=2, rotary_embedding_dim=4)


def grouped():
    q, k, v = floats(1, 3, 64), floats(1, 3, 32), floats(1, 3, 32)
    tables = [np.cos(floats(8, 8)), np.sin(floats(8, 8))]
    heads = {"num_heads": 4, "kv_num_heads": 2}
    prompt, total = i32(2), np.array(3, np.int32)
    yield row("GroupQueryAttention prompt", "GroupQueryAttention", [q, k, v, None, None, prompt, total], count=3, **heads)
    yield row("GroupQueryAttention rotary", "GroupQueryAttention", [q, k, v, None, None, prompt, total, *tables], count=3, do_rotary=1, rotary_interleaved=1, **heads)
    yield row("GroupQueryAttention packed", "GroupQueryAttention", [floats(1, 3, 128), None, None, None, None, prompt, total], count=3, scale=0.3, **heads)
    yield row("GroupQueryAttention window and softcap", "GroupQueryAttention", [q, k, v, None, None, prompt, total], count=3, local_window_size=2, softcap=0.5, **heads)
    yield row("GroupQueryAttention smooth", "GroupQueryAttention", [q, k, v, None, None, prompt, total], count=3, smooth_softmax=1, **heads)
    yield row("GroupQueryAttention sink", "GroupQueryAttention", [q, k, v, None, None, prompt, total, None, None, None, None, floats(4)], count=3, **heads)
    yield row("GroupQueryAttention bias", "GroupQueryAttention", [q, k, v, None, None, prompt, total, None, None, None, floats(1, 4, 3, 3)], count=3, **heads)
    past = [floats(2, 2, 5, 16), floats(2, 2, 5, 16)]
    one = [floats(2, 1, 64), floats(2, 1, 32), floats(2, 1, 32)]
    yield row("GroupQueryAttention one step, cache of two lengths", "GroupQueryAttention", [*one, *past, i32(5, 3), np.array(6, np.int32), *tables], count=3, do_rotary=1, **heads)
    yield row("GroupQueryAttention one step", "GroupQueryAttention", [*one, *past, i32(5, 5), np.array(6, np.int32), *tables], count=3, do_rotary=1, **heads)
    single = [t[:1].copy() for t in (q, k, v, *past)]
    yield row("GroupQueryAttention several steps", "GroupQueryAttention", [*single, i32(7), np.array(8, np.int32), *tables], count=3, do_rotary=1, **heads)
    yield row("GroupQueryAttention several steps in a window", "GroupQueryAttention", [*single, i32(7), np.array(8, np.int32)], count=3, local_window_size=3, **heads)


def cases():
    for family in (multi_head, projected, rotary, grouped):
        yield from family()
