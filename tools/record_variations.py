"""Records variations of the rows of tools/golden: what an op's rows lack of dtypes, empty tensors, scalars, negative dims, broadcasting and symbolic dims.

    python tools/record_variations.py

Each op's first row of floats is tried with its tensors in each other dtype, empty, 0-d, broadcast, with negative dims and with symbolic ones, where no
row of the op has that yet. What PyTorch refuses is left out. Writes test/aten/golden/varied-<n>.json and .safetensors.
"""

import re

import torch
from record_golden import OPTIONS, PYTHON, ROOT, Dim, Family, Permuted, call, lookup, play, real, save

DTYPES = [torch.float16, torch.bfloat16, torch.int64, torch.bool, torch.complex64]
# Sums of low precision in another order; the values are of size 1.
LOW = {"torch.float16": dict(atol=8e-3, rtol=2e-2), "torch.bfloat16": dict(atol=6e-2, rtol=6e-2)}
# These are other ops by other names or in other forms; their own rows say which.
FAMILIES = [p.stem for p in sorted((ROOT / "golden").glob("*.py")) if p.stem not in ("prims", "spellings", "kernel-forms", "out")]

# Variations that are not rows: ops, what is varied, why.
LEFT_OUT = [
    ("_weight_norm(_interface)?", "empty", "ends PyTorch's process"),
    ("smooth_l1_loss_backward", "torch.int64", "ends PyTorch's process"),
    (r"(unsafe_split|split_copy|unbind_copy)\..*", "dynamic", "the size decides how many results there are"),
    (r"(linalg_)?matrix_exp", "torch.b?float16", "PyTorch gives NaN"),
    (r"signbit", "torch.bfloat16", "the sign of NaN"),
    (r"multilabel_margin_loss_forward", "empty", "PyTorch returns memory that was not written"),
    (r"(quantize_per_channel|quantize_per_token|choose_qparams_per_token_asymmetric)", "torch.bfloat16", "halves are rounded before or after the division"),
    (r"fake_quant_per_channel", "negative", "PyTorch gives a result of one element"),
    (r"native_dropout", "empty|torch.complex64", "PyTorch's mask has the dtype of its input, but only here"),
    (r"_fused_rms_norm", "scalar", "PyTorch does not check the shape"),
    (r"(bucketize|searchsorted).Scalar", "torch.bool", "PyTorch compares 2 with bool"),
    (r"roi_align", "torch.(b?float16|int64|bool)", "the Python form that is recorded here answers in float32"),
    (r"grouped_mm_fallback", "empty|torch.complex64", "groups end within the rows, and are of real numbers"),
    (r"item|_local_scalar_dense", "torch.(b?float16|complex64)", "the runtime's binding reads no half and no pair as a number"),
    (r"linalg_svdvals|linalg_matrix_rank\..*|pdist", "dynamic", "written out for the size that the matrix has"),
    (r"conv_tbc|multinomial", "empty", "ONNX Runtime's Conv and Multinomial take no empty batch"),
    (r"_sample_dirichlet", "scalar", "there is no dim to sum along"),
    (r"_unsafe_masked_index(_put_accumulate)?", "empty", "indices of nothing"),
    (r"view.dtype", "torch.int64", "numbers of another size"),
    (r"affine_grid_generator|rnn_relu.input", "torch.int64", "not computed in integers"),
    (r"(lin|log)space.Tensor_.*|_fused_rms_norm|(lstm|gru|rnn_tanh).input|index_reduce|equal", "torch.complex64", "not known of complex numbers"),
    (r"pixel_unshuffle", "empty", "PyTorch gives its argument back"),
    (r"std_mean.correction", "torch.complex64", "PyTorch has NaN where std has Infinity"),
    (r"_scaled_dot_product_flash_attention_for_cpu", "empty", "the second result has no rank to be empty in"),
]


class Collector(Family):
    """The calls that a family's script makes, not their answers."""

    def __init__(self, name):
        super().__init__(name)
        self.calls = []

    def row(self, op, *positional, args=None, **keywords):
        self.count = 0
        options = {k: keywords.pop(k) for k in OPTIONS if k in keywords}
        _, names = lookup(op)
        self.calls.append((op, dict(zip(names, positional), **keywords, **(args or {})), options))


def tensors(x):
    if isinstance(x, torch.Tensor):
        yield x
    elif isinstance(x, Permuted):
        yield x.tensor
    elif isinstance(x, (list, tuple)):
        for y in x:
            yield from tensors(y)


def mapped(x, f):
    if isinstance(x, (list, tuple)):
        return [mapped(y, f) for y in x]
    return f(x) if isinstance(x, torch.Tensor) else x


def is_dim(name, x):
    return name in ("dim", "dim0", "dim1", "dims", "axis") and isinstance(x, (int, list, tuple)) and not isinstance(x, (bool, Dim)) and x != []


def traits(given, options):
    """What a row shows."""
    found = list(tensors(list(given.values())))
    if found:
        yield str(found[0].dtype)
    if any(t.numel() == 0 for t in found):
        yield "empty"
    if any(t.dim() == 0 for t in found):
        yield "scalar"
    if len({t.shape for t in found}) > 1:
        yield "broadcast"
    if options.get("dynamic"):
        yield "dynamic"
    for name, x in given.items():
        if is_dim(name, x) and min(x if isinstance(x, (list, tuple)) else [x]) < 0:
            yield "negative"


def converted(t, dtype):
    if dtype == torch.bool:
        return t > 0
    return t.round().to(dtype) if not (dtype.is_floating_point or dtype.is_complex) else t.to(dtype)


def negative(given, rank):
    for name, x in given.items():
        if is_dim(name, x):
            yield name, [d - rank if d >= 0 else d for d in x] if isinstance(x, (list, tuple)) else x - rank if x >= 0 else x


def variations(given):
    """(what it shows, arguments, dims that are symbols)."""
    found = list(tensors(list(given.values())))
    first = found[0]
    for dtype in DTYPES:
        yield str(dtype), mapped_args(given, lambda t: converted(t, dtype) if t.dtype == first.dtype else t), None
    rank = first.dim()
    if rank > 0:
        size = first.shape[0]
        yield "empty", mapped_args(given, lambda t: t[:0] if t.dim() and t.shape[0] == size else t), None
        yield "scalar", mapped_args(given, lambda t: t.flatten()[0].clone() if t.shape == first.shape else t), None
        yield "scalar", {**mapped_args(given, lambda t: t.flatten()[0].clone() if t.shape == first.shape else t), **{k: 0 for k in given if is_dim(k, given[k])}}, None
        yield "negative", {**given, **dict(negative(given, rank))}, None
    if len(found) > 1 and found[1].shape == first.shape and rank > 0:
        second = found[1]
        yield "broadcast", mapped_args(given, lambda t: t[:1] if t is second else t), None
    sizes = {x for v in given.values() for x in (v if isinstance(v, (list, tuple)) else [v]) if isinstance(x, int)}
    # A dim of size 1 is no symbol: it is what broadcasts.
    if rank > 0 and first.shape[0] != 1 and not sizes & set(first.shape):
        dims = {k: [i for i, n in enumerate(v.shape) if n == first.shape[0]] for k, v in given.items() if isinstance(v, torch.Tensor)}
        yield "dynamic", given, {k: d for k, d in dims.items() if d}


def mapped_args(given, f):
    return {k: mapped(v, f) for k, v in given.items()}


def usable(given, options):
    found = list(tensors(list(given.values())))
    plain = not any(isinstance(x, Permuted) for v in given.values() for x in (v if isinstance(v, (list, tuple)) else [v]))
    return plain and found and found[0].dtype == torch.float32 and found[0].numel() > 0 and not any(k.startswith("xfail") for k in options)


def left_out(op, trait):
    name = op.split("::")[1]
    return any(re.fullmatch(ops, name) and re.fullmatch(what, trait) for ops, what, _ in LEFT_OUT)


def answers(op, given):
    """Whether PyTorch computes it."""
    function, _ = lookup(op)
    values = {k: real(v) for k, v in given.items()}
    try:
        function(*values.values()) if op.split("::")[0] in PYTHON else call(function, values)
    except (AssertionError, IndexError, NotImplementedError, RuntimeError, TypeError, ValueError):
        return False
    return True


def main():
    calls = {}
    for name in FAMILIES:
        family = Collector(name)
        play(name, family)
        for op, given, options in family.calls:
            calls.setdefault(op, []).append((name, given, options))
    families = {}
    for op, rows in calls.items():
        shown = {t for _, given, options in rows for t in traits(given, options)}
        base = next((r for r in rows if usable(r[1], r[2])), None)
        if base is None:
            continue
        name, given, options = base
        kept = {k: v for k, v in options.items() if k in ("atol", "rtol", "compare")}
        family = families.setdefault(name, Family(name))
        for trait, varied, dynamic in variations(given):
            if trait in shown or left_out(op, trait) or (trait == "negative" and varied == given):
                continue
            if not answers(op, varied):
                continue
            family.row(op, args=varied, **{**kept, **LOW.get(trait, {}), **(dict(dynamic=dynamic) if dynamic else {})})
            shown.add(trait)
    for name, family in families.items():
        save(f"varied-{name}", family)


if __name__ == "__main__":
    main()
