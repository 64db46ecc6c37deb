"""Records PyTorch's answers as rows for test/aten/rows.test.ts.

    python tools/record_golden.py [family …]        # all families when none is named

Each tools/golden/<family>.py is a plain script that says its rows with the names below (no import needed):

    row("aten::gelu", f32(4, 6), approximate="tanh", atol=1e-6)
    row("aten::add.Tensor", f32(2, 3), f32(3), alpha=2, dynamic={"self": [0]})
    row("aten::cat", [f32(2, 3), f32(1, 3)], 0)
    row("aten::index.Tensor", f32(4, 5), [None, i64(3, lo=0, hi=5)])
    row("aten::nonzero", of("bool", [True, False, True]))
    row("_operator::mul", 3, 4)

Arguments are positional or by schema name; an argument whose name is an option's is given in `args={"atol": …}`.
Options: atol, rtol (default by dtype, in rows.test.ts; both 0: to the last bit); dynamic={"self": [0, 1]}: dims that are symbols in one more run of meta and of the
lowering (equal sizes are one symbol; dim(5) as an int argument is that symbol); compare="shape" where values are not defined
(empty, random in ONNX: compare="eval" compares in eval only; compare="first": the first result only); xfail_meta / xfail_eval / xfail_onnx = "reason" (strict: must fail);
note="what the row is there for".

Writes test/aten/golden/<family>.json and .safetensors: equal tensors are stored once, the whole family must stay under 300 KB.
"""

import hashlib
import json
import math
import operator
import pathlib
import sys

import torch
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parent
OUT = ROOT.parent / "test" / "aten" / "golden"
LIMIT = 300_000
OPTIONS = ("atol", "rtol", "dynamic", "compare", "xfail_meta", "xfail_eval", "xfail_onnx", "note")


class Dim(int):
    """An integer argument that is a symbol in the dynamic run."""


class Permuted:
    """A tensor whose memory lies in another order: stored contiguous, permuted by the runner."""

    def __init__(self, base, dims):
        self.base, self.dims = base, list(dims)
        self.tensor = base.permute(self.dims)


class Family:
    def __init__(self, name):
        self.name, self.rows, self.tensors, self.count = name, [], {}, 0

    def store(self, t):
        t = t.detach().resolve_conj().resolve_neg().clone(memory_format=torch.contiguous_format)
        if t.is_complex():
            t = torch.view_as_real(t).contiguous()
        if t.numel() == 0:
            t = torch.empty(t.shape, dtype=t.dtype)  # an expanded tensor of no elements has stride 0, whose bytes cannot be viewed
        raw = t.view(torch.uint8) if t.dim() and t.numel() else t.reshape(-1).view(torch.uint8)
        key = hashlib.sha256(f"{t.dtype}{tuple(t.shape)}".encode() + bytes(raw.flatten().tolist())).hexdigest()[:8]
        self.tensors[key] = t
        return key

    def encode(self, a):
        if isinstance(a, torch.Tensor):
            return {"tensor": self.store(a), "dtype": name_of(a.dtype), "shape": list(a.shape)}
        if isinstance(a, Permuted):
            return {"tensor": self.store(a.base), "dtype": name_of(a.base.dtype), "shape": list(a.base.shape), "permute": a.dims}
        if isinstance(a, Dim):
            return {"dim": int(a)}
        if isinstance(a, (list, tuple)):
            return [self.encode(x) for x in a]
        if isinstance(a, complex):
            return {"re": a.real, "im": a.imag}
        if isinstance(a, float) and not math.isfinite(a):
            return {"float": "NaN" if math.isnan(a) else "Infinity" if a > 0 else "-Infinity"}
        if isinstance(a, (torch.dtype, torch.memory_format, torch.layout)):
            return name_of(a)
        if isinstance(a, torch.device):
            return {"type": a.type, "index": a.index}
        if a is None or isinstance(a, (bool, int, float, str)):
            return a
        raise TypeError(f"cannot record {a!r}")

    def result(self, r):
        if isinstance(r, torch.Tensor):
            out = self.encode(r)
            if not r.is_contiguous():
                out["strides"] = list(r.stride())
            return out
        return self.encode(r)

    def row(self, op, *positional, args=None, **keywords):
        options = {k: keywords.pop(k) for k in OPTIONS if k in keywords}
        function, names = lookup(op)
        given = dict(zip(names, positional), **keywords, **(args or {}))
        if len(positional) > len(names):
            raise TypeError(f"{op} takes {names}")
        record = {"op": op, "args": {k: self.encode(v) for k, v in given.items()}}
        torch.manual_seed(0)
        values = {k: real(v) for k, v in given.items()}
        answer = function(*values.values()) if op.split("::")[0] in PYTHON else call(function, values)
        answers = list(answer) if isinstance(answer, (tuple, list)) else [answer]
        record["results"] = [[self.result(x) for x in r] if isinstance(r, (list, tuple)) else self.result(r) for r in answers]
        if isinstance(answer, list):
            record["results"] = [record["results"]]
        record.update(options)
        self.rows.append(record)
        self.count = 0

    def draw(self, dtype, shape, lo, hi):
        """A tensor that depends on dtype, shape, range and its place in the row only, so that rows share storage."""
        g = torch.Generator().manual_seed(1 + self.count)
        self.count += 1
        shape = tuple(shape)
        if dtype == torch.bool:
            return torch.randint(0, 2, shape, generator=g).bool()
        if dtype.is_floating_point:
            x = torch.randn(shape, generator=g) if lo is None else torch.rand(shape, generator=g) * (hi - lo) + lo
            return x.to(dtype)
        if dtype.is_complex:
            return torch.randn(shape, generator=g, dtype=dtype)
        low = (0 if dtype == torch.uint8 else -9) if lo is None else lo
        return torch.randint(low, 10 if hi is None else hi, shape, generator=g).to(dtype)


def real(v):
    if isinstance(v, Permuted):
        return v.tensor
    if isinstance(v, (list, tuple)):
        return [real(x) for x in v]
    if isinstance(v, Dim):
        return int(v)
    return v.clone() if isinstance(v, torch.Tensor) else v


def call(function, given):
    schema = function._schema
    positional = []
    keywords = {}
    stopped = False
    for a in schema.arguments:
        if a.name not in given:
            stopped = True
        elif a.kwarg_only or stopped:
            keywords[a.name] = given[a.name]
        else:
            positional.append(given[a.name])
    unknown = set(given) - {a.name for a in schema.arguments}
    if unknown:
        raise TypeError(f"{schema}: no argument {unknown}")
    return function(*positional, **keywords)


def name_of(x):
    return str(x).removeprefix("torch.")


PYTHON = {"_operator": operator, "math": math, "torch": torch}


def lookup(op):
    space, rest = op.split("::")
    if space in PYTHON:
        for line in (ROOT / "python-ops.txt").read_text().splitlines():
            if line.startswith(op + "("):
                inside = line[line.index("(") + 1 : line.index(")")]
                return getattr(PYTHON[space], rest), [a.split()[-1] for a in inside.split(",")]
        raise KeyError(op)
    packet, _, overload = rest.partition(".")
    function = getattr(getattr(getattr(torch.ops, space), packet), overload or "default")
    return function, [a.name for a in function._schema.arguments if not a.kwarg_only]


def play(name, family):
    """Runs tools/golden/<name>.py; its rows go to `family`."""
    scope = {"row": family.row, "torch": torch, "math": math, "dim": Dim, "permuted": Permuted, "inf": math.inf, "nan": math.nan}
    scope["of"] = lambda dtype, values: torch.tensor(values, dtype=getattr(torch, dtype))
    short = dict(f16="float16", bf16="bfloat16", f32="float32", f64="float64", i8="int8", i16="int16", i32="int32", i64="int64",
                 u8="uint8", bool_="bool", c64="complex64", c128="complex128")
    for alias, dtype in short.items():
        scope[alias] = lambda *shape, lo=None, hi=None, d=getattr(torch, dtype): family.draw(d, shape, lo, hi)
    scope["draw"] = lambda dtype, *shape, lo=None, hi=None: family.draw(getattr(torch, dtype), shape, lo, hi)
    path = ROOT / "golden" / f"{name}.py"
    exec(compile(path.read_text(), str(path), "exec"), scope)


def record(name):
    family = Family(name)
    play(name, family)
    save(name, family)


def save(name, family):
    size = sum(t.numel() * t.element_size() for t in family.tensors.values())
    if size > LIMIT:
        sys.exit(f"{name}: {size} bytes of tensors, the limit is {LIMIT}: use smaller ones")
    OUT.mkdir(parents=True, exist_ok=True)
    save_file(family.tensors, OUT / f"{name}.safetensors")
    lines = ",\n".join(json.dumps(r, allow_nan=False) for r in family.rows)
    (OUT / f"{name}.json").write_text(f'{{"torch": "{torch.__version__}", "rows": [\n{lines}\n]}}\n')
    print(f"{name}: {len(family.rows)} rows, {len(family.tensors)} tensors, {size} bytes")


if __name__ == "__main__":
    for family_name in sys.argv[1:] or sorted(p.stem for p in (ROOT / "golden").glob("*.py")):
        record(family_name)
