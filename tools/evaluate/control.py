"""If, Loop, Scan, SequenceMap: ends by count and by condition, no iteration at all, axes, directions, sequences and strings as values."""
import numpy as np
from onnx.parser import parse_model
from record_evaluate import Case

f32, i64 = np.float32, np.int64


def case(name, text, inputs, *outputs, opset=21):
    return Case(name, parse_model(f'<ir_version: 8, opset_import: ["" : {opset}]> g {text}'), inputs, opset, oracle="given", outputs=list(outputs))


def branches():
    text = """(bool[] c, float[2] x) => (float[2] y) {
        y = If (c) <then_branch = t () => (float[2] a) { a = Neg (x) }, else_branch = e () => (float[2] b) { b = Identity (x) }> }"""
    x = f32([1, -2])
    yield case("If true", text, [np.array(True), x], -x)
    yield case("If false", text, [np.array(False), x], x)
    text = """(bool[1] c, seq(float[2]) s) => (seq(float[2]) y) {
        y = If (c) <then_branch = t () => (seq(float[2]) a) { a = Identity (s) }, else_branch = e () => (seq(float[2]) b) { b = SequenceErase (s) }> }"""
    yield case("If of sequences", text, [np.array([False]), [x, x + 1]], [x])


LOOP = """({trip}{cond}float[2] x) => (float[2] y, float[k, 2] ys) {{
    y, ys = Loop ({args}, x) <body = b (int64[] i, bool[] go, float[2] v) => (bool[] more, float[2] w, float[2] row) {{
        limit = Constant <value = float {{20.0}}> ()
        w = Add (v, v)
        total = ReduceSum <keepdims = 0> (w)
        more = Less (total, limit)
        step = Cast <to = 1> (i)
        row = Add (v, step)
    }}> }}"""


def doubled(x, trips, conditional):
    rows, i = [], 0
    while i < trips and (not conditional or conditional is True or x.sum() < 20):
        rows.append(x + i)
        x, i, conditional = x + x, i + 1, conditional and "after"
    return x, np.array(rows, f32).reshape(-1, 2)


def loops():
    x = f32([1, 2])
    trip, cond = "int64[] n, ", "bool[] c, "
    full, count, whiles = LOOP.format(trip=trip, cond=cond, args="n, c"), LOOP.format(trip=trip, cond="", args="n, "), LOOP.format(trip="", cond=cond, args=", c")
    for n in (0, 2, 9):
        yield case(f"Loop count {n} and condition", full, [i64(n), np.array(True), x], *doubled(x, n, True))
        yield case(f"Loop count {n}, the body's condition is ignored", count, [i64(n), x], *doubled(x, n, False))
    yield case("Loop condition alone", whiles, [np.array(True), x], *doubled(x, 99, True))
    yield case("Loop false at first", full, [i64(5), np.array(False), x], x, np.zeros((0, 2), f32))
    text = """(int64[] n, seq(float[1]) s) => (seq(float[1]) y) {
        y = Loop (n, , s) <body = b (int64[] i, bool[] go, seq(float[1]) v) => (bool[] more, seq(float[1]) w) {
            more = Identity (go)
            axis = Constant <value = int64[1] {0}> ()
            row = Unsqueeze (i, axis)
            f = Cast <to = 1> (row)
            w = SequenceInsert (v, f)
        }> }"""
    yield case("Loop carries a sequence", text, [i64(2), [f32([7])]], [f32([7]), f32([0]), f32([1])])
    text = """(int64[] n, string[1] s) => (string[1] y, string[k, 1] ys) {
        y, ys = Loop (n, , s) <body = b (int64[] i, bool[] go, string[1] v) => (bool[] more, string[1] w, string[1] row) {
            more = Identity (go)
            w = Identity (v)
            row = Identity (v)
        }> }"""
    texts = np.array(["hi"], dtype=object)
    yield case("Loop stacks strings", text, [i64(2), texts], texts, np.array([["hi"], ["hi"]], dtype=object))
    yield case("Loop stacks no strings", text, [i64(0), texts], texts, np.zeros((0, 1), object))
    text = """(int64[] n, float[] x) => (float[] y, float[k] ys) {
        y, ys = Loop (n, , x) <body = b (int64[] i, bool[] go, float[] v) => (bool[] more, float[] w, float[] row) {
            more = Identity (go)
            inner, unused = Loop (n, , v) <body = c (int64[] j, bool[] gone, float[] u) => (bool[] on, float[] z, float[] r) {
                on = Identity (gone)
                z = Add (u, x)
                r = Identity (u)
            }>
            w = Identity (inner)
            row = Identity (v)
        }> }"""
    yield case("Loop in a loop reads the outer value", text, [i64(2), f32(1)], f32(5), f32([1, 3]))


SCAN = """(float[2] s, float[{shape}] x) => (float[2] last, float[{rows}] rows) {{
    last, rows = Scan <num_scan_inputs = 1{attributes}, body = b (float[2] v, float[2] e) => (float[2] w, float[2] row) {{
        w = Add (v, e)
        row = Sub (v, e)
    }}> (s, x) }}"""


def scanned(s, rows):
    out = []
    for e in rows:
        out.append(s - e)
        s = s + e
    return s, np.array(out, f32)


def scans():
    s, x = f32([1, -1]), np.arange(6, dtype=f32).reshape(3, 2)
    forward, backward = scanned(s, x), scanned(s, x[::-1])
    plain = {"shape": "3, 2", "rows": "3, 2", "attributes": ""}
    yield case("Scan-9", SCAN.format(**plain), [s, x], *forward, opset=9)
    yield case("Scan backward", SCAN.format(**{**plain, "attributes": ", scan_input_directions = [1]"}), [s, x], *backward)
    yield case("Scan prepends", SCAN.format(**{**plain, "attributes": ", scan_output_directions = [1]"}), [s, x], forward[0], forward[1][::-1])
    axes = {"shape": "2, 3", "rows": "2, 3", "attributes": ", scan_input_axes = [-1], scan_output_axes = [1]"}
    yield case("Scan axes", SCAN.format(**axes), [s, x.T.copy()], forward[0], forward[1].T)
    yield case("Scan nothing", SCAN.format(**{**plain, "shape": "0, 2", "rows": "0, 2"}), [s, x[:0]], s, x[:0])
    text = """(int64[2] n, float[2, 2] s, float[2, 3, 2] x) => (float[2, 2] last, float[2, 3, 2] rows) {
        last, rows = Scan <num_scan_inputs = 1, directions = [DIRECTION], body = b (float[2] v, float[2] e) => (float[2] w, float[2] row) {
            w = Add (v, e)
            row = Sub (v, e)
        }> (n, s, x) }"""
    states, batch = np.stack([s, s + 1]), np.stack([x, x * 2])
    for direction in (0, 1):
        turned = [x[::-1] if direction else x, batch[1][:2][::-1] if direction else batch[1][:2]]
        done = [scanned(states[k], turned[k]) for k in (0, 1)]
        rows = np.stack([done[0][1], np.concatenate([done[1][1], np.zeros((1, 2), f32)])])
        yield case(f"Scan-8 direction={direction}", text.replace("DIRECTION", str(direction)), [i64([3, 2]), states, batch], np.stack([d[0] for d in done]), rows, opset=8)


def maps():
    text = """(seq(float[2]) s, float[2] t, seq(float[2]) u) => (seq(float[2]) y, seq(float[2]) z) {
        y, z = SequenceMap (s, t, u) <body = b (float[2] a, float[2] c, float[2] d) => (float[2] p, float[2] q) {
            p = Add (a, c)
            q = Mul (a, d)
        }> }"""
    a, b = f32([1, 2]), f32([3, 4])
    yield case("SequenceMap", text, [[a, b], a, [b, b]], [a + a, b + a], [a * b, b * b])


def cases():
    for part in (branches, loops, scans, maps):
        yield from part()
