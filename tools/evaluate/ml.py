"""ai.onnx.ml, as ONNX Runtime computes it. Where it leaves memory unwritten (PROBIT of one score), ignores the labels (two classes that both have
votes) or the base values of a target without votes, as ONNX's reference implementation; where neither has an answer, as ONNX's text says."""
import itertools
import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper
from record_evaluate import Case

ML = "ai.onnx.ml"
rng = np.random.default_rng(1)
x = rng.normal(size=(4, 3)).astype(np.float32)
TRANSFORMS = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")
tensor = helper.make_tensor_type_proto
LINEAR = dict(kernel_type="LINEAR", kernel_params=[0.0, 0.0, 0.0])


def node(op, inputs=1, outputs=1, **attributes):
    attributes = {name: value for name, value in attributes.items() if value != []}
    names = [f"x{i}" for i in range(inputs)]
    return helper.make_node(op, names, [f"y{i}" for i in range(outputs)], domain=ML, **attributes)


def runtime(name, node, inputs, version, types, **more):
    return Case(name, node, inputs, version, ML, "onnxruntime", output_types=types, **more)


def f32(rank=2):
    return tensor(T.FLOAT, [None] * rank)


def i64(rank=1):
    return tensor(T.INT64, [None] * rank)


def text(rank=1):
    return tensor(T.STRING, [None] * rank)


def strings(*values):
    return np.array(values, dtype=object)


def features():
    for data in (x, x.astype(np.float64), np.arange(12).reshape(4, 3), np.arange(12, dtype=np.int32).reshape(4, 3)):
        out = tensor(helper.np_dtype_to_tensor_dtype(data.dtype), [None, None])
        yield runtime(f"ArrayFeatureExtractor {data.dtype}", node("ArrayFeatureExtractor", 2), [data, np.array([2, 0])], 1, [out])
        if data.dtype != np.int32:
            yield Case(f"Binarizer {data.dtype}", node("Binarizer", threshold=0.5), [data], 1, ML, "given", [(data > 0.5).astype(data.dtype)])
        yield runtime(f"Scaler {data.dtype}", node("Scaler", offset=[1.0, 2.0, 3.0], scale=[0.5, 2.0, -1.0]), [data], 1, [f32()])
        for norm in ("MAX", "L1", "L2"):
            yield runtime(f"Normalizer {norm} {data.dtype}", node("Normalizer", norm=norm), [np.abs(data)], 1, [f32()])
    yield runtime("ArrayFeatureExtractor vector", node("ArrayFeatureExtractor", 2), [x[0], np.array([[1]])], 1, [f32()])
    yield runtime("ArrayFeatureExtractor strings", node("ArrayFeatureExtractor", 2), [strings("a", "b", "c"), np.array([2, 2])], 1, [text(2)])
    yield runtime("Normalizer zeros", node("Normalizer", norm="L1"), [np.zeros((2, 2), np.float32)], 1, [f32()])
    yield runtime("Scaler one for all", node("Scaler", offset=[1.0], scale=[2.0]), [x], 1, [f32()])
    yield runtime("FeatureVectorizer", node("FeatureVectorizer", 2, inputdimensions=[2, 4]), [x, x], 1, [f32()])
    missing = np.array([[np.nan, 1], [2, np.nan]], np.float32)
    yield runtime("Imputer NaN", node("Imputer", imputed_value_floats=[5.0, 6.0], replaced_value_float=float("nan")), [missing], 1, [f32()])
    yield runtime("Imputer integers", node("Imputer", imputed_value_int64s=[7], replaced_value_int64=3), [np.array([[3, 1], [2, 3]])], 1, [i64(2)])
    yield runtime("OneHotEncoder integers", node("OneHotEncoder", cats_int64s=[1, 2, 5]), [np.array([[5, 1], [9, 2]])], 1, [f32(3)])
    yield runtime("OneHotEncoder floats", node("OneHotEncoder", cats_int64s=[1, 2, 5]), [np.array([5.7, 1], np.float32)], 1, [f32(2)])
    yield runtime("OneHotEncoder strings", node("OneHotEncoder", cats_strings=["a", "b"]), [strings("b", "c")], 1, [f32(2)])


def encoders():
    yield runtime("LabelEncoder-1 strings", node("LabelEncoder", classes_strings=["a", "b"], default_int64=9), [strings("b", "z")], 1, [i64()])
    yield runtime("LabelEncoder-1 integers", node("LabelEncoder", classes_strings=["a", "b"], default_string="?"), [np.array([1, 5])], 1, [text()])
    both = dict(strings=["a", "b"], int64s=[3, 4], floats=[0.5, 1.5])
    data = dict(strings=strings("b", "z"), int64s=np.array([4, 9]), floats=np.array([1.5, 9], np.float32))
    types = dict(strings=text(), int64s=i64(), floats=f32(1))
    for a, b in itertools.permutations(both, 2):
        yield runtime(f"LabelEncoder-2 {a} to {b}", node("LabelEncoder", **{f"keys_{a}": both[a], f"values_{b}": both[b]}), [data[a]], 2, [types[b]])
    keys = helper.make_tensor("k", T.DOUBLE, [3], [1.0, 2.0, float("nan")])
    values = helper.make_tensor("v", T.INT64, [3], [10, 20, 30])
    default = helper.make_tensor("d", T.INT64, [1], [-7])
    made = node("LabelEncoder", keys_tensor=keys, values_tensor=values, default_tensor=default)
    yield runtime("LabelEncoder-4 tensors", made, [np.array([2.0, np.nan, 5.0])], 4, [i64()])
    short = node("LabelEncoder", keys_tensor=helper.make_tensor("k", T.INT16, [2], [1, 2]), values_tensor=helper.make_tensor("v", T.INT16, [2], [8, 9]),
                 default_tensor=helper.make_tensor("d", T.INT16, [1], [-1]))
    yield Case("LabelEncoder-4 int16", short, [np.array([2, 7], np.int16)], 4, ML, "given", [np.array([9, -1], np.int16)])
    mapper = node("CategoryMapper", cats_strings=["a", "b"], cats_int64s=[7, 8], default_int64=-1, default_string="?")
    yield runtime("CategoryMapper strings", mapper, [strings("b", "z")], 1, [i64()])
    yield runtime("CategoryMapper integers", mapper, [np.array([8, 1])], 1, [text()])


def maps():
    def kind(key, value):
        return helper.make_map_type_proto(key, tensor(value, None))

    words = {"a": 4.0, "c": 8.0}
    yield Case("DictVectorizer strings", node("DictVectorizer", string_vocabulary=["a", "c", "b"]), [words], 1, ML, "onnxruntime",
               types=[kind(T.STRING, T.FLOAT)], output_types=[f32()])
    yield Case("DictVectorizer integers", node("DictVectorizer", int64_vocabulary=[3, 1]), [{1: 0.5}], 1, ML, "onnxruntime",
               types=[kind(T.INT64, T.FLOAT)], output_types=[f32()])
    yield Case("CastMap dense", node("CastMap"), [{5: 0.5, 1: 2.5}], 1, ML, "onnxruntime", types=[kind(T.INT64, T.FLOAT)], output_types=[f32()])
    yield Case("CastMap sparse", node("CastMap", map_form="SPARSE", max_map=4, cast_to="TO_INT64"), [{3: 7.5, 1: 2.0}], 1, ML, "onnxruntime",
               types=[kind(T.INT64, T.FLOAT)], output_types=[i64(2)])
    yield runtime("ZipMap integers", node("ZipMap", classlabels_int64s=[5, 6, 7]), [x[:2]], 1, [helper.make_sequence_type_proto(kind(T.INT64, T.FLOAT))])
    yield runtime("ZipMap strings", node("ZipMap", classlabels_strings=["a", "b", "c"]), [x[:2]], 1,
                  [helper.make_sequence_type_proto(kind(T.STRING, T.FLOAT))])


def linear():
    weights = [round(float(w), 2) for w in rng.normal(size=9)]
    for transform in TRANSFORMS:
        squash = dict(coefficients=[0.1 * abs(w) for w in weights], intercepts=[0.2, 0.3, 0.4]) if transform == "PROBIT" else dict(
            coefficients=weights, intercepts=[0.1, -0.2, 0.3])
        data = np.abs(x) if transform == "PROBIT" else x
        made = node("LinearClassifier", outputs=2, classlabels_ints=[4, 5, 6], post_transform=transform, **squash)
        yield runtime(f"LinearClassifier 3 classes {transform}", made, [data], 1, [i64(), f32()])
        made = node("LinearClassifier", outputs=2, classlabels_ints=[7, 8], post_transform=transform, coefficients=squash["coefficients"][:3],
                    intercepts=squash["intercepts"][:1])
        if transform != "PROBIT":
            yield runtime(f"LinearClassifier 1 score {transform}", made, [data], 1, [i64(), f32()])
        made = node("LinearRegressor", targets=3, post_transform=transform, **squash)
        yield runtime(f"LinearRegressor 3 targets {transform}", made, [data], 1, [f32()])
    made = node("LinearClassifier", outputs=2, classlabels_strings=["no", "yes"], coefficients=weights[:6], intercepts=[0.1, 0.2])
    yield runtime("LinearClassifier strings", made, [x], 1, [text(), f32()])
    yield Case("LinearRegressor integers", node("LinearRegressor", coefficients=[1.0, 2.0, 3.0]), [np.arange(6).reshape(2, 3)], 1, ML, "given",
               [np.array([[8], [26]], np.float32)])


def svm():
    vectors = [round(float(v), 2) for v in rng.normal(size=15)]
    for kernel, params in (("LINEAR", None), ("POLY", [0.5, 1.0, 3.0]), ("RBF", [0.3, 0.0, 0.0]), ("SIGMOID", [0.2, 0.1, 0.0])):
        more = dict(kernel_type=kernel, kernel_params=params or [0.0, 0.0, 0.0])
        made = node("SVMRegressor", support_vectors=vectors, coefficients=[0.5, -0.3, 0.2, 0.7, -0.4], n_supports=5, rho=[0.1], **more)
        yield runtime(f"SVMRegressor {kernel}", made, [x], 1, [f32()])
        shared = dict(support_vectors=vectors, vectors_per_class=[2, 1, 2], coefficients=[0.5, -0.3, 0.2, 0.7, -0.4, 0.1, 0.2, 0.3, -0.2, 0.6],
                      rho=[0.1, -0.1, 0.2], classlabels_ints=[3, 1, 2], **more)
        yield runtime(f"SVMClassifier {kernel}", node("SVMClassifier", outputs=2, **shared), [x], 1, [i64(), f32()])
        made = node("SVMClassifier", outputs=2, prob_a=[-1.0, -0.8, -1.2], prob_b=[0.1, 0.0, -0.1], **shared)
        yield runtime(f"SVMClassifier probabilities {kernel}", made, [x], 1, [i64(), f32()], tolerance=1e-4)
    two = dict(support_vectors=vectors[:9], vectors_per_class=[1, 2], coefficients=[0.5, -0.3, -0.2], rho=[0.1], **LINEAR)
    for transform in TRANSFORMS[:4]:
        made = node("SVMClassifier", outputs=2, classlabels_ints=[3, 4], post_transform=transform, **two)
        yield runtime(f"SVMClassifier 2 classes {transform}", made, [x], 1, [i64(), f32()])
    made = node("SVMClassifier", outputs=2, classlabels_strings=["a", "b"], prob_a=[-1.0], prob_b=[0.1], **two)
    yield runtime("SVMClassifier 2 classes probabilities", made, [x], 1, [text(), f32()], tolerance=1e-4)
    made = node("SVMClassifier", outputs=2, classlabels_ints=[0, 1, 2], coefficients=vectors[:9], rho=[0.5], **LINEAR)
    yield runtime("SVMClassifier linear", made, [x], 1, [i64(), f32()])
    made = node("SVMRegressor", coefficients=[0.5, 0.25, -1.0], rho=[0.1], one_class=1, **LINEAR)
    yield runtime("SVMRegressor one class", made, [x], 1, [f32()])


NODES = dict(nodes_treeids=[0, 0, 0, 1, 1, 1, 1, 1], nodes_nodeids=[0, 1, 2, 0, 1, 2, 3, 4], nodes_featureids=[0, 0, 0, 1, 0, 2, 0, 0],
             nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_GT", "LEAF", "BRANCH_LT", "LEAF", "LEAF"],
             nodes_values=[0.1, 0, 0, 0.2, 0, -0.1, 0, 0], nodes_truenodeids=[1, 0, 0, 1, 0, 3, 0, 0], nodes_falsenodeids=[2, 0, 0, 2, 0, 4, 0, 0],
             nodes_hitrates=[1.0] * 8, nodes_missing_value_tracks_true=[1, 0, 0, 0, 0, 1, 0, 0])
LEAVES = dict(treeids=[0, 0, 1, 1, 1], nodeids=[1, 2, 1, 3, 4])


def leaves(kind, ids, weights):
    return {f"{kind}_{k}": v for k, v in LEAVES.items()} | {f"{kind}_ids": ids, f"{kind}_weights": weights}


def trees():
    gaps = x.copy(); gaps[0, 0] = gaps[1, 1] = gaps[2, 2] = np.nan
    same = {k: v for k, v in NODES.items()}; same["nodes_modes"] = [m if m == "LEAF" else "BRANCH_LEQ" for m in NODES["nodes_modes"]]
    for aggregate in ("SUM", "AVERAGE", "MIN", "MAX"):
        for base, ids in (([], [0, 1, 0, 1, 0]), ([0.5, -0.5], [0, 0, 1, 1, 1])):
            made = node("TreeEnsembleRegressor", aggregate_function=aggregate, n_targets=2, base_values=base, **same,
                        **leaves("target", ids, [1.0, 2.0, 3.0, -4.0, 5.0]))
            yield runtime(f"TreeEnsembleRegressor {aggregate} {base}", made, [gaps], 1, [f32()])
    one = leaves("target", [0] * 5, [0.1, 0.2, 0.3, 0.1, 0.2])
    for transform in TRANSFORMS:
        made = node("TreeEnsembleRegressor", n_targets=1, post_transform=transform, **same, **one)
        yield runtime(f"TreeEnsembleRegressor one target {transform}", made, [x], 1, [f32()])
        made = node("TreeEnsembleRegressor", n_targets=2, post_transform=transform, **same, **leaves("target", [0, 1, 0, 1, 0], [0.1, 0.2, 0.3, 0.4, 0.3]))
        yield runtime(f"TreeEnsembleRegressor two targets {transform}", made, [x], 1, [f32()])
        made = node("TreeEnsembleClassifier", outputs=2, classlabels_int64s=[5, 6, 7], post_transform=transform, **same,
                    **leaves("class", [0, 1, 2, 1, 0], [0.3, 0.4, 0.2, 0.1, 0.5]))
        yield runtime(f"TreeEnsembleClassifier 3 classes {transform}", made, [x], 1, [i64(), f32()])
        for sign in (1, -1):
            for base in ([], [0.1]):
                made = node("TreeEnsembleClassifier", outputs=2, classlabels_int64s=[5, 6], post_transform=transform, base_values=base, **same,
                            **leaves("class", [0] * 5, [0.1, 0.4, sign * 0.2, 0.1, 0.3]))
                if transform != "PROBIT":
                    yield runtime(f"TreeEnsembleClassifier one score {sign} {base} {transform}", made, [x], 1, [i64(), f32()])
            made = node("TreeEnsembleClassifier", outputs=2, classlabels_int64s=[5, 6], post_transform=transform, **same,
                        **leaves("class", [0, 1, 1, 0, 1], [0.1, 0.4, sign * 0.2, 0.1, 0.3]))
            if transform != "PROBIT":
                yield Case(f"TreeEnsembleClassifier 2 classes {sign} {transform}", made, [x], 1, ML)
    made = node("TreeEnsembleClassifier", outputs=2, classlabels_strings=["a", "b", "c"], **same, **leaves("class", [0, 1, 2, 1, 0], [0.3, 0.4, 0.2, 0.1, 0.5]))
    yield runtime("TreeEnsembleClassifier strings", made, [x.astype(np.float64)], 3, [text(), f32()])
    made = node("TreeEnsembleRegressor", n_targets=2, base_values=[0.5, -0.5], **same, **leaves("target", [0, 1, 0, 1, 0], [1.0, 2.0, 3.0, -4.0, 5.0]))
    yield Case("TreeEnsembleRegressor base without votes", made, [x], 1, ML)
    made = node("TreeEnsembleClassifier", outputs=2, classlabels_int64s=[5, 6], post_transform="PROBIT", **same,
                **leaves("class", [0] * 5, [0.1, 0.4, 0.2, 0.1, 0.3]))
    yield Case("TreeEnsembleClassifier one score PROBIT", made, [x], 1, ML)
    made = node("TreeEnsembleRegressor", n_targets=1, **NODES, **one)
    yield runtime("TreeEnsembleRegressor modes", made, [x], 1, [f32()])


def ensembles():
    shape = dict(n_targets=2, tree_roots=[0], nodes_featureids=[0, 1, 2], nodes_truenodeids=[1, 0, 2], nodes_falsenodeids=[2, 1, 3],
                 nodes_trueleafs=[0, 1, 1], nodes_falseleafs=[0, 1, 1], leaf_targetids=[0, 1, 0, 1])
    for kind, dtype in ((T.FLOAT, np.float32), (T.DOUBLE, np.float64)):
        numbers = dict(nodes_splits=helper.make_tensor("s", kind, [3], [0.0, 0.5, 0.25]), leaf_weights=helper.make_tensor("w", kind, [4], [1.5, -2.0, 3.0, 4.5]))
        modes = helper.make_tensor("m", T.UINT8, [3], [0, 1, 3])
        data = np.array([[-1, 0.6, 0], [-1, 0.2, 0], [1, 0, 0.5], [1, 0, 0.1]], dtype)
        yield Case(f"TreeEnsemble {dtype.__name__}", node("TreeEnsemble", nodes_modes=modes, **numbers, **shape), [data], 5, ML)
    modes = helper.make_tensor("m", T.UINT8, [3], [0, 6, 6])
    members = helper.make_tensor("e", T.FLOAT, [5], [1.0, 2.0, float("nan"), 3.0, float("nan")])
    splits = helper.make_tensor("s", T.FLOAT, [3], [0.0, 0.0, 0.0])
    weights = helper.make_tensor("w", T.FLOAT, [4], [1.5, -2.0, 3.0, 4.5])
    made = node("TreeEnsemble", nodes_modes=modes, membership_values=members, nodes_splits=splits, leaf_weights=weights, **shape)
    yield Case("TreeEnsemble members", made, [np.array([[-1, 2, 0], [-1, 3, 0], [1, 0, 3], [1, 0, 1]], np.float32)], 5, ML)


def cases():
    for family in (features, encoders, maps, linear, svm, trees, ensembles):
        yield from family()
