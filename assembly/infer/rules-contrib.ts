//! Which rule an op has that ONNX Runtime or ONNX's previews define.
//!
//! No rule, since the sizes are whatever the program inside makes them: EPContext, Snpe. Since they follow from policies that are data:
//! PackedSparseAttentionIndexer and its Merge, SpeculativePrefixCommit's head_c, DynamicSparseAttention's status.

import { Op } from "./op-numbers.gen";
import * as x from "./contrib";
import * as a from "./contrib-attention";
import * as p from "./contrib-linear";
import * as s from "./contrib-search";
import * as u from "./contrib-state";
import * as n from "./channels-last";
import * as e from "./elementwise";
import * as g from "./gather";
import * as w from "./window";
import { range } from "./create";
import { gridSample, resize, upsample } from "./image";
import { pad } from "./layout";
import { gemm, matMul, product } from "./linear";
import { like } from "./node";
import { recurrent } from "./recurrent";
import { reduceBy } from "./reduce";
import { flexAttention, gradient, optimizer } from "./training";

export function contribRule(op: i32, at: i32): i32 {
  switch (op) {
    case Op.ms_BiasAdd: case Op.ms_BiasDropout: case Op.ms_BiasGelu: case Op.ms_BiasSoftmax: case Op.ms_BranchwiseRMSNorm: case Op.ms_DequantizeWithOrder:
    case Op.ms_EngramGate: case Op.ms_FastGelu: case Op.ms_GatedAdd: case Op.ms_GatedRMSNorm: case Op.ms_Gelu: case Op.ms_GemmaRotaryEmbedding:
    case Op.ms_GroupNorm: case Op.ms_HyperConnectionPostMix: case Op.ms_Inverse: case Op.ms_LinearAttentionGate: case Op.ms_LongformerAttention:
    case Op.ms_MRotaryEmbedding: case Op.ms_MoE: case Op.ms_MoEPacked: case Op.ms_QLinearLeakyRelu: case Op.ms_QLinearSigmoid: case Op.ms_QLinearSoftmax:
    case Op.ms_QMoE: case Op.ms_QOrderedGelu: case Op.ms_QOrderedLayerNormalization: case Op.ms_QOrderedLongformerAttention: case Op.ms_QuantizeWithOrder:
    case Op.ms_QuickGelu: case Op.ms_RotaryEmbedding: case Op.ms_SampleOp: case Op.ms_ScaledSiLU: case Op.ms_SkipGroupNorm: case Op.ms_Trilu:
    case Op.nhwc_BatchNormalization: case Op.nhwc_InstanceNormalization: case Op.nhwc_LRN: return x.allLike();
    case Op.ms_NGramRepeatBlock: like(0, 1); return 0;
    case Op.ms_ConvStateReplay: case Op.ms_GatedDeltaNetStateReplay: like(0, 2); return 0;
    case Op.ms_SpeculativePrefixCommit: like(1, 3); like(2, 4); return 0;
    case Op.ms_ComplexMul: case Op.ms_ComplexMulConj: return x.broadcastPair(0, 1);
    case Op.ms_MulInteger: return x.broadcastPair(0, 2);
    case Op.ms_QLinearAdd: case Op.ms_QLinearMul: return x.broadcastPair(0, 3);
    case Op.ms_QLinearWhere: return x.broadcastThree(0, 1, 4);
    case Op.ms_BitmaskBiasDropout: case Op.ms_BitmaskDropout: return x.bitmaskDropout();
    case Op.ms_SkipLayerNormalization: case Op.ms_SkipSimplifiedLayerNormalization: return x.skipNormalization();
    case Op.ms_EmbedLayerNormalization: return x.embedLayerNormalization();
    case Op.ms_QEmbedLayerNormalization: return x.quantizedEmbedding();
    case Op.ms_BiasSplitGelu: case Op.ms_SwiGLU: return x.gatedHalf();
    case Op.ms_HyperConnectionLowRankMix: case Op.ms_HyperConnectionPreMix: return x.branchesReduced();
    case Op.ms_RMSNormRotary: return x.rmsNormRotary();
    case Op.ms_ExpandDims: return x.expandDims();
    case Op.ms_CropAndResize: return x.cropAndResize();
    case Op.ms_UnfoldTensor: return x.unfold();
    case Op.ms_Rfft: return x.rfft();
    case Op.ms_Irfft: return x.irfft();
    case Op.ms_CDist: return x.pairwise();
    case Op.ms_Unique: return x.uniqueVector();
    case Op.ms_MurmurHash3: return x.murmurHash();
    case Op.ms_QuantizeBFP: return x.quantizeBlocks();
    case Op.ms_DequantizeBFP: return x.dequantizeBlocks();
    case Op.ms_RelativePositionBias: return x.relativePositionBias();
    case Op.ms_WordConvEmbedding: return x.wordEmbedding();
    case Op.ms_DynamicTimeWarping: return x.timeWarping();
    case Op.ms_IsAllFinite: return x.allFinite();
    case Op.ms_Tokenizer: return x.tokenizer();
    case Op.ms_MoEGroupRouter: return x.groupRouter();
    case Op.ms_GridSample: return gridSample();
    case Op.ms_Pad: return pad();
    case Op.ms_Range: return range();
    case Op.ms_GatherND: return g.gatherND();
    case Op.ms_QuantizeLinear: case Op.ms_DequantizeLinear: return e.quantize();

    case Op.ms_MatMulNBits: case Op.ms_MatMulBnb4: case Op.ms_MatMulNBitsMlp: case Op.ms_MatMulNBitsQLoRA: case Op.ms_MatMulPacked: return p.packedColumns();
    case Op.ms_MatMulNBitsQkv: return p.packedQkv();
    case Op.ms_MatMulBlockQuantizedFp4Weight: case Op.ms_MatMulBlockQuantizedFp8Weight: return p.rowsOfB();
    case Op.ms_MatMulFpQ4: return p.shapeOfB();
    case Op.ms_QOrderedMatMul: return p.orderedMatMul();
    case Op.ms_FusedMatMul: case Op.ms_FusedMatMulActivation: case Op.ms_TransposeMatMul: case Op.ms_SparseToDenseMatMul: return p.fusedMatMul();
    case Op.ms_DynamicQuantizeMatMul: case Op.ms_MatMulIntegerToFloat: case Op.ms_GemmFastGelu: return matMul();
    case Op.ms_MatMulInteger16: p.accumulated(); return product(0, 1);
    case Op.ms_FusedGemm: return gemm();
    case Op.ms_QGemm: return p.quantizedGemm();
    case Op.ms_GemmFloat8: return p.float8Gemm();
    case Op.ms_RouterGateUpProj: return p.routerGate();
    case Op.ms_GatherPacked: return p.gatherPacked();
    case Op.ms_GatherBlockQuantized: return p.gatherBlocks();
    case Op.ms_TorchEmbedding: return p.embedding();
    case Op.ms_QLinearConcat: return p.quantizedConcat();
    case Op.ms_QLinearReduceMean: return reduceBy(-1);
    case Op.ms_ReduceSumInteger: p.accumulated(); return reduceBy(-1);

    case Op.ms_Attention: case Op.ms_DecoderMaskedSelfAttention: return a.packedAttention(4);
    case Op.ms_QAttention: return a.packedAttention(8);
    case Op.ms_PackedAttention: return a.packedAttention(-1);
    case Op.ms_QOrderedAttention: return a.orderedAttention();
    case Op.ms_MultiHeadAttention: return a.multiHeadAttention(6);
    case Op.ms_DecoderMaskedMultiHeadAttention: return a.multiHeadAttention(5);
    case Op.ms_PackedMultiHeadAttention: return a.packedMultiHeadAttention();
    case Op.ms_GroupQueryAttention: return a.groupQueryAttention();
    case Op.ms_SparseAttention: case Op.ms_DynamicSparseAttention: case Op.ms_PagedAttention: case Op.ms_SparsePagedAttention: return a.cachedAttention();
    case Op.ms_SparseAttentionIndexer: return a.attentionIndexer();
    case Op.ms_DecoderAttention: return a.decoderAttention();
    case Op.ms_GatedRelativePositionBias: return a.gatedRelativePositionBias();
    case Op.ms_RemovePadding: return a.removePadding();
    case Op.ms_RestorePadding: return a.restorePadding();

    case Op.ms_LinearAttention: return u.windowedLinearAttention();
    case Op.ms_GatedDeltaNet: return u.gatedDeltaNet();
    case Op.ms_CausalConvWithState: return u.causalConvolution();
    case Op.ms_VarlenCausalConvWithState: return u.packedCausalConvolution();
    case Op.ms_Mamba2Verify: return u.mamba();
    case Op.ms_NGramHashMapping: return u.ngramHashes(3);
    case Op.ms_VarlenNGramHashMapping: return u.ngramHashes(4);
    case Op.ms_AttnLSTM: case Op.ms_DynamicQuantizeLSTM: return recurrent();
    case Op.ms_GreedySearch: case Op.ms_Sampling: return s.sampling();
    case Op.ms_BeamSearch: case Op.ms_WhisperBeamSearch: return s.beamSearch();
    case Op.ms_BifurcationDetector: return s.bifurcation();

    case Op.ms_FusedConv: case Op.nchwc_Conv: return w.conv();
    case Op.ms_QLinearConv: return w.qLinearConv();
    case Op.ms_ConvTransposeWithDynamicPads: return w.transposed(1, 2);
    case Op.ms_MaxpoolWithMask: case Op.nchwc_AveragePool: case Op.nchwc_MaxPool: return w.pool();
    case Op.nchwc_GlobalAveragePool: case Op.nchwc_GlobalMaxPool: return w.globalPool();
    case Op.nchwc_Upsample: return upsample();
    case Op.nchwc_ReorderInput: return n.reorderInput();
    case Op.nchwc_ReorderOutput: return n.reorderOutput();
    case Op.ms_QLinearAveragePool: return n.maybeChannelsLast(Op.AveragePool, at);
    case Op.ms_QLinearGlobalAveragePool: return n.maybeChannelsLast(Op.GlobalAveragePool, at);
    case Op.ms_NhwcConv: case Op.ms_NhwcFusedConv: case Op.nhwc_Conv: return n.channelsLast(Op.Conv, at);
    case Op.nhwc_QLinearConv: return n.channelsLast(Op.QLinearConv, at);
    case Op.nhwc_ConvTranspose: return n.channelsLast(Op.ConvTranspose, at);
    case Op.nhwc_QLinearConvTranspose: return n.channelsLast(op, at);
    case Op.ms_NhwcMaxPool: case Op.nhwc_MaxPool: return n.channelsLast(Op.MaxPool, at);
    case Op.nhwc_AveragePool: case Op.nhwc_QLinearAveragePool: return n.channelsLast(Op.AveragePool, at);
    case Op.nhwc_LpPool: return n.channelsLast(Op.LpPool, at);
    case Op.nhwc_GlobalAveragePool: case Op.nhwc_GlobalLpPool: case Op.nhwc_GlobalMaxPool: return n.channelsLast(Op.GlobalAveragePool, at);
    case Op.nhwc_MaxUnpool: return n.channelsLast(Op.MaxUnpool, at);
    case Op.nhwc_GridSample: return n.channelsLast(Op.GridSample, at);
    case Op.nhwc_DepthToSpace: return n.channelsLast(Op.DepthToSpace, at);
    case Op.nhwc_SpaceToDepth: return n.channelsLast(Op.SpaceToDepth, at);
    case Op.nhwc_Resize: return resize();

    case Op.training_Adagrad: case Op.training_Adam: case Op.training_Momentum: return optimizer();
    case Op.training_Gradient: return gradient();
    case Op.preview_FlexAttention: return flexAttention();
    default: return 0;
  }
}
