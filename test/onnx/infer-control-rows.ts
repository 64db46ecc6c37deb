/** @file Inference rows of sequences, optionals, loops and ai.onnx.ml; see infer-rows.ts. */

import type { Row } from "./infer-rows.ts";

export const controlRows: readonly Row[] = [
  [
    "x: f32[N, C]",
    `s = SequenceEmpty<dtype=1>()
     y = SequenceInsert(s, x)`,
    "seq(f32[N, C])",
  ],
  ["x: f32[N, C]", "y = SequenceConstruct(x, x)", "seq(f32[N, C])"],
  [
    "x: f32[N, C], z: f32[N, 3], i: i64[]",
    `s = SequenceConstruct(x, z)
     y = SequenceErase(s, i)`,
    "seq(f32[N, ?])",
  ],
  [
    "x: f32[N, C]",
    `s = SequenceConstruct(x, x)
     y = SequenceLength(s)`,
    "i64[]",
  ],
  ["x: f32[N, C]", "y = Optional(x)", "optional(f32[N, C])"],
  [
    "x: f32[N, C]",
    `s = SequenceConstruct(x)
     o = Optional(s)
     y = OptionalGetElement(o)`,
    "seq(f32[N, C])",
  ],
  [
    "x: f32[N, C]",
    `o = Optional(x)
     y = OptionalHasElement(o)`,
    "bool[]",
  ],
  [
    "x: f32[N, C]",
    `s = SequenceConstruct(x, x)
     y = SequenceMap<body={(a) -> (b)
     b = Transpose(a)
     }>(s)`,
    "seq(f32[C, N])",
  ],
  [
    "n: i64[], x: f32[C]",
    `e = SequenceEmpty<dtype=1>()
     y, s = Loop<body={(i, c, h, q) -> (d, k, r)
     d = Identity(c)
     k = Relu(h)
     r = SequenceInsert(q, k)
     }>(n, _, x, e)`,
    "f32[C]; seq(f32[C])",
  ],
  [
    "x: f32[N, C]",
    `n = i64[]{5}
     y, z = Loop<body={(i, c, h) -> (d, k, o)
     d = Identity(c)
     k = Relu(h)
     o = Identity(h)
     }>(n, _, x)`,
    "f32[N, C]; f32[5, N, C]",
  ],
  [
    "x: f32[H, C]",
    `n = i64[]{3}
     a = i64[1]{0}
     z = i64[1]{0}
     y = Loop<body={(i, c) -> (d, o)
     d = Identity(c)
     e = Unsqueeze(i, a)
     o = Slice(x, z, e, a)
     }>(n, _)`,
    "f32[3, ?, C]",
  ],
  [
    "x: f32[N, C]",
    `n = i64[]{5}
     s = Shape(x)
     y = Loop<body={(i, c, h) -> (d, k)
     d = Identity(c)
     k = Identity(h)
     }>(n, _, s)`,
    "i64[2]{N, C}",
  ],
  [
    "x: f32[N, C]",
    `n = i64[]{5}
     s = Shape(x)
     t = i64[2]{0, 1}
     y = Loop<body={(i, c, h) -> (d, k)
     d = Identity(c)
     k = Add(h, t)
     }>(n, _, s)`,
    "i64[2]{N, ?}",
  ],
  [
    "x: f32[2, 3]",
    `y = NonZero(x)
     n = i64[]{2}
     z = Loop<body={(i, c, h) -> (d, k)
     d = Identity(c)
     k = Concat<axis=1>(h, h)
     }>(n, _, y)`,
    "i64[2, ?]",
  ],
  [
    "x: f32[2, 3]",
    `t = bool[]{1}
     y = If<then_branch={() -> (a)
     a = Relu(x)
     }, else_branch={() -> (b)
     b = MatMul(x, x)
     }>(t)`,
    "f32[2, 3]",
  ],
  [
    "x: f32[N, 5]",
    `i = i64[1, 2]{0, 3}
     y = ai.onnx.ml::ArrayFeatureExtractor(x, i)`,
    "f32[N, 2]",
  ],
  ["x: i64[N]", 'y = ai.onnx.ml::CategoryMapper<cats_int64s=[1, 2], cats_strings=["a", "b"]>(x)', "string[N]"],
  ["x: f32[N, 2], y: f32[N, 3]", "z = ai.onnx.ml::FeatureVectorizer<inputdimensions=[2, 3]>(x, y)", "f32[N, 5]"],
  ["x: f32[N, 5]", "y = ai.onnx.ml::Imputer(x)", "f32[N, 5]"],
  ["x: i64[N, 5]", "y = ai.onnx.ml::LabelEncoder<keys_int64s=[1], values_floats=[0.5]>(x)", "f32[N, 5]"],
  ["x: i64[N, 5]", "y = ai.onnx.ml::LabelEncoder<keys_int64s=[1], values_tensor=f64[1]{0.5}>(x)", "f64[N, 5]"],
  [
    "x: f32[N, 5]",
    'l, s = ai.onnx.ml::LinearClassifier<classlabels_strings=["a", "b", "c"], coefficients=[1.0]>(x)',
    "string[N]; f32[N, 3]",
  ],
  ["x: f32[N, 5]", "y = ai.onnx.ml::Normalizer(x)", "f32[N, 5]"],
  ["x: i64[N]", "y = ai.onnx.ml::OneHotEncoder<cats_int64s=[1, 2, 3]>(x)", "f32[N, 3]"],
  ["x: f32[N, 5]", "l, s = ai.onnx.ml::SVMClassifier<classlabels_ints=[1, 2]>(x)", "i64[N]; f32[N, 2]"],
  ["x: f32[N, 5]", "y = ai.onnx.ml::SVMRegressor(x)", "f32[N, 1]"],
  ["x: f32[N, 5]", "y = ai.onnx.ml::Scaler(x)", "f32[N, 5]"],
  ["x: f64[N, 5]", "y = ai.onnx.ml::TreeEnsemble<n_targets=2>(x)", "f64[N, 2]"],
  ["x: f32[N, 5]", "l, s = ai.onnx.ml::TreeEnsembleClassifier<classlabels_int64s=[1, 2]>(x)", "i64[N]; f32[N, 2]"],
  ["x: f32[N, 5]", "y = ai.onnx.ml::TreeEnsembleRegressor<n_targets=2>(x)", "f32[N, 2]"],
  ["x: f32[N, 2]", "y = ai.onnx.ml::ZipMap<classlabels_int64s=[1, 2]>(x)", "seq(map(i64, f32[]))"],
  [
    "x: f32[N, 2]",
    `m = ai.onnx.ml::ZipMap<classlabels_strings=["a", "b"]>(x)
     i = i64[]{0}
     e = SequenceAt(m, i)
     y = ai.onnx.ml::CastMap<cast_to="TO_FLOAT", map_form="SPARSE", max_map=7>(e)`,
    "f32[1, 7]",
  ],
  [
    "x: f32[N, 2]",
    `m = ai.onnx.ml::ZipMap<classlabels_strings=["a", "b"]>(x)
     i = i64[]{0}
     e = SequenceAt(m, i)
     y = ai.onnx.ml::DictVectorizer<string_vocabulary=["a", "b"]>(e)`,
    "f32[1, 2]",
  ],
];
