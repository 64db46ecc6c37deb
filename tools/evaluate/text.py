"""Strings: ONNX's reference implementation, or ONNX Runtime where the two read ONNX's text differently."""
import numpy as np
from onnx import TensorProto as T
from onnx import helper
from record_evaluate import Case

tensor = helper.make_tensor_type_proto


def strings(*values):
    return np.array(values, dtype=object)


def split():
    for name, attributes in (("whitespace", {}), ("comma", dict(delimiter=",")), ("comma once", dict(delimiter=",", maxsplit=1)), ("once", dict(maxsplit=1)),
                             ("long", dict(delimiter=", "))):
        node = helper.make_node("StringSplit", ["x"], ["y", "n"], **attributes)
        yield Case(f"StringSplit {name}", node, [strings("a,b, c", "", "  x   y z  ", ",", "q")], 20)
    node = helper.make_node("StringSplit", ["x"], ["y", "n"])
    yield Case("StringSplit matrix", node, [np.array([["a b", "c"], ["", "d e f"]], object)], 20)
    yield Case("StringSplit empty", node, [np.zeros((0, 2), object)], 20, oracle="given", outputs=[np.zeros((0, 2, 0), object), np.zeros((0, 2), np.int64)],
               types=[tensor(T.STRING, [0, 2])])


def normalize():
    x = strings("monday", "Tuesday", "WEDNESDAY", "monday")
    for action in ("NONE", "LOWER", "UPPER"):
        for sensitive in (0, 1):
            node = helper.make_node("StringNormalizer", ["x"], ["y"], locale="C", case_change_action=action, is_case_sensitive=sensitive, stopwords=["Monday", "WEDNESDAY"])
            yield Case(f"StringNormalizer {action} {sensitive}", node, [x], 10, oracle="onnxruntime", output_types=[tensor(T.STRING, [None])])
    for data in (x[[0]], x[None, [0]]):
        node = helper.make_node("StringNormalizer", ["x"], ["y"], locale="C", is_case_sensitive=1, stopwords=["monday"])
        yield Case(f"StringNormalizer none left {data.ndim}", node, [data], 10, oracle="onnxruntime", output_types=[tensor(T.STRING, [None] * data.ndim)])
    plain = helper.make_node("StringNormalizer", ["x"], ["y"], locale="C", case_change_action="UPPER")
    yield Case("StringNormalizer row", plain, [x[None]], 10, oracle="onnxruntime", output_types=[tensor(T.STRING, [None, None])])


def regex():
    rows = {r"(\W|^)[\w.\-]{0,25}@(yahoo|gmail)\.com(\W|$)": ["account@gmail.com", "account@hotmail.com", "not email", "a@yahoo.com "],
            r"www\.[\w.-]+\.\bcom\b": ["www.google.com", "www.facebook.org"], r"(?i)abc": ["ABC", "abd"], r"a.c": ["abc", "a\nc", "a\rc"],
            r"(?s)a.c": ["a\nc"], r"\d+|[a-f]*?": ["12", "abc", "xyz", ""], r"(?P<year>\d{4})-(?:\d\d)": ["2024-05", "24-05"], r"[^\s]+": ["ab", "a b"],
            r"\x41\t\.": ["A\t.", "A."], r"a{2,3}": ["a", "aa", "aaaa"], r"": ["", "a"]}
    for pattern, texts in rows.items():
        yield Case(f"RegexFullMatch {pattern}", helper.make_node("RegexFullMatch", ["x"], ["y"], pattern=pattern), [strings(*texts)], 20)
    posix = {r"[[:alpha:]]+": (["abc", "a1"], [1, 0]), r"\pL+\z": (["é", "1"], [1, 0]), r"\Qa.b\E+": (["a.bb", "axb"], [1, 0]), r"[[:^digit:]]": (None, None)}
    for pattern, (texts, want) in posix.items():
        if texts:
            node = helper.make_node("RegexFullMatch", ["x"], ["y"], pattern=pattern)
            yield Case(f"RegexFullMatch {pattern}", node, [strings(*texts)], 20, oracle="given", outputs=[np.array(want, bool)])


def concat():
    node = helper.make_node("StringConcat", ["a", "b"], ["y"])
    yield Case("StringConcat", node, [strings("a", "b"), strings("c", "")], 20)
    yield Case("StringConcat broadcasts", node, [np.array([["a"], ["b"]], object), strings("x", "y")], 20)


def vectorize():
    pool = [2, 3, 5, 4, 5, 6, 7, 8, 6, 7]
    rows = np.array([[1, 1, 3, 3, 3, 7], [8, 6, 7, 5, 6, 8]])
    for mode in ("TF", "IDF", "TFIDF"):
        for low, high, skip in ((1, 1, 0), (1, 2, 0), (2, 2, 5), (1, 2, 3)):
            attributes = dict(mode=mode, min_gram_length=low, max_gram_length=high, max_skip_count=skip, ngram_counts=[0, 4], ngram_indexes=[0, 1, 2, 3, 4, 5, 6],
                              pool_int64s=pool)
            if mode != "TF":
                attributes["weights"] = [0.5, 2.0, 3.0, 1.5, 0.25, 4.0, 1.0]
            node = helper.make_node("TfIdfVectorizer", ["x"], ["y"], **attributes)
            yield Case(f"TfIdfVectorizer {mode} {low} {high} {skip}", node, [rows], 9, oracle="onnxruntime", output_types=[tensor(T.FLOAT, [None, None])])
    words = helper.make_node("TfIdfVectorizer", ["x"], ["y"], mode="TF", min_gram_length=1, max_gram_length=2, max_skip_count=0, ngram_counts=[0, 2],
                             ngram_indexes=[2, 0, 1], pool_strings=["a", "b", "a", "b"])
    yield Case("TfIdfVectorizer strings", words, [strings("a", "b", "a", "b", "c")], 9, oracle="onnxruntime", output_types=[tensor(T.FLOAT, [None])])


def cases():
    for family in (split, normalize, regex, concat, vectorize):
        yield from family()
