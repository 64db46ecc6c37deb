//! Which rule an op has. A rule sees the node through node.ts, sets its outputs and returns what is wrong (0: nothing).

import { Op } from "./op-numbers.gen";
import * as e from "./elementwise";
import * as c from "./create";
import * as l from "./layout";
import * as h from "./reshape";
import { slice } from "./slice";
import * as g from "./gather";
import * as r from "./reduce";
import * as m from "./linear";
import * as w from "./window";
import * as i from "./image";
import * as s from "./signal";
import * as n from "./normalization";
import * as q from "./sequence";
import * as t from "./text";
import * as ml from "./ml";
import { recurrent } from "./recurrent";
import { contribRule } from "./rules-contrib";
import { ifNode, loopNode, sequenceMap } from "./control";
import { scanNode } from "./scan";

/** `at` is the node's word in the buffer: ops with bodies come back to it. */
export function applyRule(op: i32, at: i32): i32 {
  switch (op) {
    case Op.Abs: case Op.Acos: case Op.Acosh: case Op.Asin: case Op.Asinh: case Op.Atan: case Op.Atanh: case Op.BitwiseNot: case Op.Ceil: case Op.Celu:
    case Op.Cos: case Op.Cosh: case Op.Elu: case Op.Erf: case Op.Exp: case Op.Floor: case Op.Gelu: case Op.HardSigmoid: case Op.HardSwish: case Op.IsInf:
    case Op.IsNaN: case Op.LRN: case Op.LeakyRelu: case Op.Log: case Op.MeanVarianceNormalization: case Op.Mish: case Op.Neg: case Op.Not:
    case Op.Reciprocal: case Op.Relu: case Op.Round: case Op.Selu: case Op.Shrink: case Op.Sigmoid: case Op.Sign: case Op.Sin: case Op.Sinh:
    case Op.Softplus: case Op.Softsign: case Op.Sqrt: case Op.Swish: case Op.Tan: case Op.Tanh: case Op.ThresholdedRelu: return e.unary();
    case Op.Add: case Op.And: case Op.BitShift: case Op.BitwiseAnd: case Op.BitwiseOr: case Op.BitwiseXor: case Op.Div: case Op.Equal: case Op.Greater:
    case Op.GreaterOrEqual: case Op.Less: case Op.LessOrEqual: case Op.Max: case Op.Mean: case Op.Min: case Op.Mod: case Op.Mul: case Op.Or: case Op.Pow:
    case Op.Sub: case Op.Sum: case Op.SwiGLU: case Op.Xor: return e.broadcasting();
    case Op.Where: return e.where();
    case Op.PRelu: return e.prelu();
    case Op.Clip: return e.clip();
    case Op.Cast: return e.cast();
    case Op.CastLike: return e.castLike();
    case Op.BitCast: return e.bitCast();
    case Op.Identity: return e.identity();
    case Op.Dropout: return e.dropout();
    case Op.Bernoulli: case Op.RandomNormalLike: case Op.RandomUniformLike: return e.likeWithDType();
    case Op.QuantizeLinear: case Op.DequantizeLinear: return e.quantize();
    case Op.DynamicQuantizeLinear: return e.dynamicQuantize();
    case Op.LayerNormalization: case Op.RMSNormalization: return e.layerNormalization();

    case Op.Constant: return c.constantNode();
    case Op.ConstantOfShape: return c.constantOfShape();
    case Op.Shape: return c.shapeOf();
    case Op.Size: return c.sizeOf();
    case Op.Range: return c.range();
    case Op.EyeLike: return c.eyeLike();
    case Op.RandomNormal: case Op.RandomUniform: return c.random();
    case Op.Multinomial: return c.multinomial();
    case Op.BlackmanWindow: case Op.HammingWindow: case Op.HannWindow: return c.window();
    case Op.MelWeightMatrix: return c.melWeights();

    case Op.Reshape: return h.reshape();
    case Op.Transpose: return l.transpose();
    case Op.Squeeze: return h.squeeze();
    case Op.Unsqueeze: return h.unsqueeze();
    case Op.Flatten: return h.flatten();
    case Op.Expand: return h.expand();
    case Op.Tile: return l.tile();
    case Op.Concat: return l.concat();
    case Op.Split: return l.split();
    case Op.Slice: return slice();
    case Op.Pad: return l.pad();
    case Op.DepthToSpace: return l.depthToSpace();
    case Op.SpaceToDepth: return l.spaceToDepth();
    case Op.CenterCropPad: return l.centerCropPad();
    case Op.Trilu: return l.trilu();

    case Op.Gather: return g.gather();
    case Op.GatherElements: return g.gatherElements();
    case Op.GatherND: return g.gatherND();
    case Op.Scatter: case Op.ScatterElements: return g.scatterElements();
    case Op.ScatterND: case Op.TensorScatter: case Op.ReverseSequence: case Op.RotaryEmbedding: return g.likeData();
    case Op.OneHot: return g.oneHot();
    case Op.NonZero: return g.nonZero();
    case Op.Compress: return g.compress();
    case Op.Unique: return g.unique();
    case Op.TopK: return g.topK();
    case Op.NonMaxSuppression: return g.nonMaxSuppression();

    case Op.ReduceL1: case Op.ReduceL2: case Op.ReduceLogSum: case Op.ReduceLogSumExp: case Op.ReduceMax: case Op.ReduceMean: case Op.ReduceMin:
    case Op.ReduceProd: case Op.ReduceSum: case Op.ReduceSumSquare: return r.reduce();
    case Op.ArgMax: case Op.ArgMin: return r.argReduce();
    case Op.Softmax: case Op.LogSoftmax: case Op.Hardmax: case Op.LpNormalization: return r.alongAxis();
    case Op.CumSum: case Op.CumProd: return r.cumulative();

    case Op.MatMul: return m.matMul();
    case Op.MatMulInteger: return m.matMulInteger();
    case Op.QLinearMatMul: return m.qLinearMatMul();
    case Op.Gemm: return m.gemm();
    case Op.Det: return m.det();
    case Op.Einsum: return m.einsum();

    case Op.Conv: case Op.DeformConv: return w.conv();
    case Op.ConvInteger: return w.convInteger();
    case Op.QLinearConv: return w.qLinearConv();
    case Op.ConvTranspose: return w.convTranspose();
    case Op.CausalConvWithState: return w.causalConv();
    case Op.MaxPool: case Op.AveragePool: case Op.LpPool: return w.pool();
    case Op.GlobalAveragePool: case Op.GlobalMaxPool: case Op.GlobalLpPool: return w.globalPool();
    case Op.MaxUnpool: return w.maxUnpool();
    case Op.Col2Im: return w.col2Im();
    case Op.MaxRoiPool: case Op.RoiAlign: return w.roiPool();

    case Op.Resize: return i.resize();
    case Op.Upsample: return i.upsample();
    case Op.GridSample: return i.gridSample();
    case Op.AffineGrid: return i.affineGrid();
    case Op.DFT: return s.dft();
    case Op.STFT: return s.stft();

    case Op.BatchNormalization: return n.batchNormalization();
    case Op.InstanceNormalization: case Op.GroupNormalization: return n.channelNormalization();
    case Op.NegativeLogLikelihoodLoss: case Op.SoftmaxCrossEntropyLoss: return n.loss();
    case Op.Attention: return n.attention();
    case Op.LinearAttention: return n.linearAttention();
    case Op.LSTM: case Op.GRU: case Op.RNN: return recurrent();

    case Op.If: return ifNode(at);
    case Op.Loop: return loopNode(at);
    case Op.Scan: return scanNode(at);
    case Op.SequenceMap: return sequenceMap(at);
    case Op.SequenceAt: return q.sequenceAt();
    case Op.SequenceConstruct: return q.sequenceConstruct();
    case Op.SequenceEmpty: return q.sequenceEmpty();
    case Op.SequenceErase: return q.sequenceErase();
    case Op.SequenceInsert: return q.sequenceInsert();
    case Op.SequenceLength: return q.sequenceLength();
    case Op.SplitToSequence: return q.splitToSequence();
    case Op.ConcatFromSequence: return q.concatFromSequence();
    case Op.Optional: return q.optional();
    case Op.OptionalGetElement: return q.optionalGetElement();
    case Op.OptionalHasElement: return q.optionalHasElement();

    case Op.ImageDecoder: return t.imageDecoder();
    case Op.RegexFullMatch: return e.unary();
    case Op.StringConcat: return e.broadcasting();
    case Op.StringNormalizer: return t.stringNormalizer();
    case Op.StringSplit: return t.stringSplit();
    case Op.TfIdfVectorizer: return t.tfIdf();

    case Op.ml_Binarizer: case Op.ml_CategoryMapper: case Op.ml_Imputer: case Op.ml_LabelEncoder: case Op.ml_Normalizer: case Op.ml_Scaler: return ml.likeInput();
    case Op.ml_LinearRegressor: case Op.ml_SVMRegressor: case Op.ml_TreeEnsemble: case Op.ml_TreeEnsembleRegressor: return ml.regressor();
    case Op.ml_LinearClassifier: case Op.ml_SVMClassifier: case Op.ml_TreeEnsembleClassifier: return ml.classifier();
    case Op.ml_ArrayFeatureExtractor: return ml.featureExtractor();
    case Op.ml_OneHotEncoder: return ml.oneHotEncoder();
    case Op.ml_FeatureVectorizer: return ml.featureVectorizer();
    case Op.ml_ZipMap: return ml.zipMap();
    case Op.ml_CastMap: return ml.castMap();
    case Op.ml_DictVectorizer: return ml.dictVectorizer();
    default: return contribRule(op, at);
  }
}
