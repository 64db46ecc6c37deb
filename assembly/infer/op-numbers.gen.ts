// Written by tools/generate-onnx.mjs from ONNX's schemas; do not edit.

export const enum Op {
  Abs = 1,
  Acos = 2,
  Acosh = 3,
  Add = 4,
  AffineGrid = 5,
  And = 6,
  ArgMax = 7,
  ArgMin = 8,
  Asin = 9,
  Asinh = 10,
  Atan = 11,
  Atanh = 12,
  Attention = 13,
  AveragePool = 14,
  BatchNormalization = 15,
  Bernoulli = 16,
  BitCast = 17,
  BitShift = 18,
  BitwiseAnd = 19,
  BitwiseNot = 20,
  BitwiseOr = 21,
  BitwiseXor = 22,
  BlackmanWindow = 23,
  Cast = 24,
  CastLike = 25,
  CausalConvWithState = 26,
  Ceil = 27,
  Celu = 28,
  CenterCropPad = 29,
  Clip = 30,
  Col2Im = 31,
  Compress = 32,
  Concat = 33,
  ConcatFromSequence = 34,
  Constant = 35,
  ConstantOfShape = 36,
  Conv = 37,
  ConvInteger = 38,
  ConvTranspose = 39,
  Cos = 40,
  Cosh = 41,
  CumProd = 42,
  CumSum = 43,
  DFT = 44,
  DeformConv = 45,
  DepthToSpace = 46,
  DequantizeLinear = 47,
  Det = 48,
  Div = 49,
  Dropout = 50,
  DynamicQuantizeLinear = 51,
  Einsum = 52,
  Elu = 53,
  Equal = 54,
  Erf = 55,
  Exp = 56,
  Expand = 57,
  EyeLike = 58,
  Flatten = 59,
  Floor = 60,
  GRU = 61,
  Gather = 62,
  GatherElements = 63,
  GatherND = 64,
  Gelu = 65,
  Gemm = 66,
  GlobalAveragePool = 67,
  GlobalLpPool = 68,
  GlobalMaxPool = 69,
  Greater = 70,
  GreaterOrEqual = 71,
  GridSample = 72,
  GroupNormalization = 73,
  HammingWindow = 74,
  HannWindow = 75,
  HardSigmoid = 76,
  HardSwish = 77,
  Hardmax = 78,
  Identity = 79,
  If = 80,
  ImageDecoder = 81,
  InstanceNormalization = 82,
  IsInf = 83,
  IsNaN = 84,
  LRN = 85,
  LSTM = 86,
  LayerNormalization = 87,
  LeakyRelu = 88,
  Less = 89,
  LessOrEqual = 90,
  LinearAttention = 91,
  Log = 92,
  LogSoftmax = 93,
  Loop = 94,
  LpNormalization = 95,
  LpPool = 96,
  MatMul = 97,
  MatMulInteger = 98,
  Max = 99,
  MaxPool = 100,
  MaxRoiPool = 101,
  MaxUnpool = 102,
  Mean = 103,
  MeanVarianceNormalization = 104,
  MelWeightMatrix = 105,
  Min = 106,
  Mish = 107,
  Mod = 108,
  Mul = 109,
  Multinomial = 110,
  Neg = 111,
  NegativeLogLikelihoodLoss = 112,
  NonMaxSuppression = 113,
  NonZero = 114,
  Not = 115,
  OneHot = 116,
  Optional = 117,
  OptionalGetElement = 118,
  OptionalHasElement = 119,
  Or = 120,
  PRelu = 121,
  Pad = 122,
  Pow = 123,
  QLinearConv = 124,
  QLinearMatMul = 125,
  QuantizeLinear = 126,
  RMSNormalization = 127,
  RNN = 128,
  RandomNormal = 129,
  RandomNormalLike = 130,
  RandomUniform = 131,
  RandomUniformLike = 132,
  Range = 133,
  Reciprocal = 134,
  ReduceL1 = 135,
  ReduceL2 = 136,
  ReduceLogSum = 137,
  ReduceLogSumExp = 138,
  ReduceMax = 139,
  ReduceMean = 140,
  ReduceMin = 141,
  ReduceProd = 142,
  ReduceSum = 143,
  ReduceSumSquare = 144,
  RegexFullMatch = 145,
  Relu = 146,
  Reshape = 147,
  Resize = 148,
  ReverseSequence = 149,
  RoiAlign = 150,
  RotaryEmbedding = 151,
  Round = 152,
  STFT = 153,
  Scan = 154,
  Scatter = 155,
  ScatterElements = 156,
  ScatterND = 157,
  Selu = 158,
  SequenceAt = 159,
  SequenceConstruct = 160,
  SequenceEmpty = 161,
  SequenceErase = 162,
  SequenceInsert = 163,
  SequenceLength = 164,
  SequenceMap = 165,
  Shape = 166,
  Shrink = 167,
  Sigmoid = 168,
  Sign = 169,
  Sin = 170,
  Sinh = 171,
  Size = 172,
  Slice = 173,
  Softmax = 174,
  SoftmaxCrossEntropyLoss = 175,
  Softplus = 176,
  Softsign = 177,
  SpaceToDepth = 178,
  Split = 179,
  SplitToSequence = 180,
  Sqrt = 181,
  Squeeze = 182,
  StringConcat = 183,
  StringNormalizer = 184,
  StringSplit = 185,
  Sub = 186,
  Sum = 187,
  SwiGLU = 188,
  Swish = 189,
  Tan = 190,
  Tanh = 191,
  TensorScatter = 192,
  TfIdfVectorizer = 193,
  ThresholdedRelu = 194,
  Tile = 195,
  TopK = 196,
  Transpose = 197,
  Trilu = 198,
  Unique = 199,
  Unsqueeze = 200,
  Upsample = 201,
  Where = 202,
  Xor = 203,
}

export const enum Attr {
  activation = 1,
  activation_alpha = 2,
  activation_beta = 3,
  activations = 4,
  align_corners = 5,
  allowzero = 6,
  alpha = 7,
  antialias = 8,
  approximate = 9,
  auto_pad = 10,
  axes = 11,
  axis = 12,
  batch_axis = 13,
  batch_dims = 14,
  beta = 15,
  bias = 16,
  block_size = 17,
  blocksize = 18,
  body = 19,
  broadcast = 20,
  case_change_action = 21,
  ceil_mode = 22,
  center_point_box = 23,
  chunk_size = 24,
  clip = 25,
  consumed_inputs = 26,
  coordinate_transformation_mode = 27,
  count_include_pad = 28,
  cubic_coeff_a = 29,
  delimiter = 30,
  detect_negative = 31,
  detect_positive = 32,
  dilations = 33,
  direction = 34,
  directions = 35,
  dtype = 36,
  else_branch_ = 37,
  end = 38,
  ends = 39,
  epsilon = 40,
  equation = 41,
  exclude_outside = 42,
  exclusive = 43,
  extrapolation_value = 44,
  fmod = 45,
  gamma = 46,
  group = 47,
  height_scale = 48,
  hidden_size = 49,
  high = 50,
  ignore_index = 51,
  input_forget = 52,
  interleaved = 53,
  inverse = 54,
  is_case_sensitive = 55,
  is_causal = 56,
  is_test = 57,
  k = 58,
  keep_aspect_ratio_policy = 59,
  keepdims = 60,
  kernel_shape = 61,
  kv_num_heads = 62,
  lambd = 63,
  largest = 64,
  layout = 65,
  left_window_size = 66,
  linear_before_reset = 67,
  locale = 68,
  low = 69,
  max = 70,
  max_gram_length = 71,
  max_skip_count = 72,
  maxsplit = 73,
  mean = 74,
  min = 75,
  min_gram_length = 76,
  mode = 77,
  momentum = 78,
  nearest_mode = 79,
  new_axis = 80,
  ngram_counts = 81,
  ngram_indexes = 82,
  noop_with_empty_axes = 83,
  num_groups = 84,
  num_heads = 85,
  num_outputs = 86,
  num_scan_inputs = 87,
  offset_group = 88,
  onesided = 89,
  output_datatype = 90,
  output_dtype = 91,
  output_height = 92,
  output_padding = 93,
  output_sequence = 94,
  output_shape = 95,
  output_width = 96,
  p = 97,
  padding_mode = 98,
  paddings = 99,
  pads = 100,
  pattern = 101,
  periodic = 102,
  perm = 103,
  pixel_format = 104,
  pool_int64s = 105,
  pool_strings = 106,
  pooled_shape = 107,
  precision = 108,
  q_num_heads = 109,
  qk_matmul_output_mode = 110,
  ratio = 111,
  reduction = 112,
  reverse = 113,
  right_window_size = 114,
  rotary_embedding_dim = 115,
  round_mode = 116,
  sample_size = 117,
  sampling_ratio = 118,
  saturate = 119,
  scale = 120,
  scales = 121,
  scan_input_axes = 122,
  scan_input_directions = 123,
  scan_output_axes = 124,
  scan_output_directions = 125,
  seed = 126,
  select_last_index = 127,
  shape = 128,
  size = 129,
  softcap = 130,
  softmax_precision = 131,
  sorted = 132,
  sparse_value = 133,
  spatial = 134,
  spatial_scale = 135,
  split = 136,
  start = 137,
  starts = 138,
  stash_type = 139,
  stopwords = 140,
  storage_order = 141,
  strides = 142,
  then_branch = 143,
  time_axis = 144,
  to = 145,
  training_mode = 146,
  transA = 147,
  transB = 148,
  type_ = 149,
  update_rule = 150,
  upper = 151,
  value = 152,
  value_float = 153,
  value_floats = 154,
  value_int = 155,
  value_ints = 156,
  value_string = 157,
  value_strings = 158,
  weights = 159,
  width_scale = 160,
}

export const OPS: i32 = 203;

/** Where the row of each op begins in SIGNATURES. */
export const SIGNATURE_AT: usize = memory.data<u16>([0, 0, 4, 8, 12, 17, 22, 27, 31, 35, 39, 43, 47, 51, 64, 68, 78, 82, 86, 91, 96, 100, 105, 110, 114, 118, 123, 131, 135, 139, 144, 150, 156, 161, 165, 169, 172, 176, 182, 189, 195, 199, 203, 208, 213, 219, 227, 231, 237, 241, 246, 253, 259, 263, 267, 272, 276, 280, 285, 289, 293, 297, 307, 312, 317, 322, 326, 332, 336, 340, 344, 349, 354, 359, 365, 369, 373, 377, 381, 385, 389, 393, 397, 403, 407, 411, 415, 428, 436, 440, 445, 450, 460, 464, 468, 474, 478, 482, 487, 494, 498, 503, 508, 514, 518, 522, 530, 534, 538, 543, 548, 552, 556, 562, 570, 574, 578, 584, 588, 592, 596, 601, 606, 613, 618, 630, 641, 647, 652, 662, 665, 669, 672, 676, 682, 686, 691, 696, 701, 706, 711, 716, 721, 726, 731, 736, 740, 744, 749, 756, 761, 767, 774, 778, 785, 789, 795, 801, 807, 811, 816, 820, 823, 828, 834, 838, 843, 847, 851, 855, 859, 863, 867, 871, 879, 883, 890, 894, 898, 902, 907, 912, 916, 921, 926, 930, 935, 940, 944, 949, 953, 957, 961, 967, 971, 975, 980, 986, 990, 995, 1002, 1007, 1012, 1018]);
/** 2 * inputs + variadic, the type variable of each, outputs, of each: variable, 128 + dtype, or 0 (tools/generate-onnx.mjs). */
export const SIGNATURES: usize = memory.data<u8>([
  2, 1, 1, 1, // Abs
  2, 1, 1, 1, // Acos
  2, 1, 1, 1, // Acosh
  4, 1, 1, 1, 1, // Add
  4, 1, 2, 1, 1, // AffineGrid
  4, 1, 1, 1, 137, // And
  2, 1, 1, 135, // ArgMax
  2, 1, 1, 135, // ArgMin
  2, 1, 1, 1, // Asin
  2, 1, 1, 1, // Asinh
  2, 1, 1, 1, // Atan
  2, 1, 1, 1, // Atanh
  14, 1, 1, 2, 3, 1, 2, 0, 4, 1, 1, 2, 1, // Attention
  2, 1, 1, 1, // AveragePool
  10, 1, 2, 2, 3, 3, 3, 1, 3, 3, // BatchNormalization
  2, 1, 1, 0, // Bernoulli
  2, 1, 1, 0, // BitCast
  4, 1, 1, 1, 1, // BitShift
  4, 1, 1, 1, 1, // BitwiseAnd
  2, 1, 1, 1, // BitwiseNot
  4, 1, 1, 1, 1, // BitwiseOr
  4, 1, 1, 1, 1, // BitwiseXor
  2, 1, 1, 0, // BlackmanWindow
  2, 1, 1, 0, // Cast
  4, 1, 2, 1, 2, // CastLike
  8, 1, 1, 1, 1, 2, 1, 1, // CausalConvWithState
  2, 1, 1, 1, // Ceil
  2, 1, 1, 1, // Celu
  4, 1, 2, 1, 1, // CenterCropPad
  6, 1, 1, 1, 1, 1, // Clip
  6, 1, 0, 0, 1, 1, // Col2Im
  4, 1, 2, 1, 1, // Compress
  3, 1, 1, 1, // Concat
  2, 1, 1, 0, // ConcatFromSequence
  0, 1, 0, // Constant
  2, 1, 1, 0, // ConstantOfShape
  6, 1, 1, 1, 1, 1, // Conv
  8, 1, 2, 1, 2, 1, 134, // ConvInteger
  6, 1, 1, 1, 1, 1, // ConvTranspose
  2, 1, 1, 1, // Cos
  2, 1, 1, 1, // Cosh
  4, 1, 2, 1, 1, // CumProd
  4, 1, 2, 1, 1, // CumSum
  6, 1, 2, 0, 1, 1, // DFT
  10, 1, 1, 1, 1, 1, 1, 1, // DeformConv
  2, 1, 1, 1, // DepthToSpace
  6, 1, 2, 1, 1, 0, // DequantizeLinear
  2, 1, 1, 1, // Det
  4, 1, 1, 1, 1, // Div
  6, 1, 2, 3, 2, 1, 137, // Dropout
  2, 1, 3, 130, 129, 130, // DynamicQuantizeLinear
  3, 1, 1, 1, // Einsum
  2, 1, 1, 1, // Elu
  4, 1, 1, 1, 137, // Equal
  2, 1, 1, 1, // Erf
  2, 1, 1, 1, // Exp
  4, 1, 0, 1, 1, // Expand
  2, 1, 1, 0, // EyeLike
  2, 1, 1, 1, // Flatten
  2, 1, 1, 1, // Floor
  12, 1, 1, 1, 1, 2, 1, 2, 1, 1, // GRU
  4, 1, 2, 1, 1, // Gather
  4, 1, 2, 1, 1, // GatherElements
  4, 1, 0, 1, 1, // GatherND
  2, 1, 1, 1, // Gelu
  6, 1, 1, 1, 1, 1, // Gemm
  2, 1, 1, 1, // GlobalAveragePool
  2, 1, 1, 1, // GlobalLpPool
  2, 1, 1, 1, // GlobalMaxPool
  4, 1, 1, 1, 137, // Greater
  4, 1, 1, 1, 137, // GreaterOrEqual
  4, 1, 2, 1, 1, // GridSample
  6, 1, 1, 1, 1, 1, // GroupNormalization
  2, 1, 1, 0, // HammingWindow
  2, 1, 1, 0, // HannWindow
  2, 1, 1, 1, // HardSigmoid
  2, 1, 1, 1, // HardSwish
  2, 1, 1, 1, // Hardmax
  2, 1, 1, 1, // Identity
  2, 0, 1, 0, // If
  2, 1, 1, 130, // ImageDecoder
  6, 1, 1, 1, 1, 1, // InstanceNormalization
  2, 1, 1, 137, // IsInf
  2, 1, 1, 137, // IsNaN
  2, 1, 1, 1, // LRN
  16, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, // LSTM
  6, 1, 1, 1, 3, 1, 0, 0, // LayerNormalization
  2, 1, 1, 1, // LeakyRelu
  4, 1, 1, 1, 137, // Less
  4, 1, 1, 1, 137, // LessOrEqual
  12, 1, 1, 1, 2, 1, 1, 2, 1, 2, // LinearAttention
  2, 1, 1, 1, // Log
  2, 1, 1, 1, // LogSoftmax
  7, 0, 0, 0, 1, 0, // Loop
  2, 1, 1, 1, // LpNormalization
  2, 1, 1, 1, // LpPool
  4, 1, 1, 1, 1, // MatMul
  8, 1, 2, 1, 2, 1, 134, // MatMulInteger
  3, 1, 1, 1, // Max
  2, 1, 2, 1, 135, // MaxPool
  4, 1, 1, 1, 1, // MaxRoiPool
  6, 1, 2, 2, 1, 1, // MaxUnpool
  3, 1, 1, 1, // Mean
  2, 1, 1, 1, // MeanVarianceNormalization
  10, 1, 1, 1, 2, 2, 1, 0, // MelWeightMatrix
  3, 1, 1, 1, // Min
  2, 1, 1, 1, // Mish
  4, 1, 1, 1, 1, // Mod
  4, 1, 1, 1, 1, // Mul
  2, 1, 1, 0, // Multinomial
  2, 1, 1, 1, // Neg
  6, 1, 2, 1, 1, 1, // NegativeLogLikelihoodLoss
  10, 0, 0, 0, 0, 0, 1, 135, // NonMaxSuppression
  2, 1, 1, 135, // NonZero
  2, 1, 1, 137, // Not
  6, 1, 2, 3, 1, 3, // OneHot
  2, 1, 1, 0, // Optional
  2, 1, 1, 0, // OptionalGetElement
  2, 1, 1, 137, // OptionalHasElement
  4, 1, 1, 1, 137, // Or
  4, 1, 1, 1, 1, // PRelu
  8, 1, 0, 1, 2, 1, 1, // Pad
  4, 1, 2, 1, 1, // Pow
  18, 1, 0, 1, 2, 0, 2, 0, 3, 4, 1, 3, // QLinearConv
  16, 1, 2, 1, 3, 2, 3, 2, 4, 1, 4, // QLinearMatMul
  6, 1, 2, 3, 1, 3, // QuantizeLinear
  4, 1, 2, 1, 2, // RMSNormalization
  12, 1, 1, 1, 1, 2, 1, 2, 1, 1, // RNN
  0, 1, 0, // RandomNormal
  2, 1, 1, 0, // RandomNormalLike
  0, 1, 0, // RandomUniform
  2, 1, 1, 0, // RandomUniformLike
  6, 1, 1, 1, 1, 1, // Range
  2, 1, 1, 1, // Reciprocal
  4, 1, 0, 1, 1, // ReduceL1
  4, 1, 0, 1, 1, // ReduceL2
  4, 1, 0, 1, 1, // ReduceLogSum
  4, 1, 0, 1, 1, // ReduceLogSumExp
  4, 1, 0, 1, 1, // ReduceMax
  4, 1, 0, 1, 1, // ReduceMean
  4, 1, 0, 1, 1, // ReduceMin
  4, 1, 0, 1, 1, // ReduceProd
  4, 1, 0, 1, 1, // ReduceSum
  4, 1, 0, 1, 1, // ReduceSumSquare
  2, 1, 1, 137, // RegexFullMatch
  2, 1, 1, 1, // Relu
  4, 1, 0, 1, 1, // Reshape
  8, 1, 2, 0, 0, 1, 1, // Resize
  4, 1, 0, 1, 1, // ReverseSequence
  6, 1, 1, 2, 1, 1, // RoiAlign
  8, 1, 1, 1, 2, 1, 1, // RotaryEmbedding
  2, 1, 1, 1, // Round
  8, 1, 2, 1, 2, 1, 1, // STFT
  3, 0, 1, 0, // Scan
  6, 1, 2, 1, 1, 1, // Scatter
  6, 1, 2, 1, 1, 1, // ScatterElements
  6, 1, 0, 1, 1, 1, // ScatterND
  2, 1, 1, 1, // Selu
  4, 1, 2, 1, 0, // SequenceAt
  3, 1, 1, 0, // SequenceConstruct
  0, 1, 0, // SequenceEmpty
  4, 1, 2, 1, 1, // SequenceErase
  6, 1, 2, 3, 1, 1, // SequenceInsert
  2, 1, 1, 135, // SequenceLength
  5, 0, 0, 1, 0, // SequenceMap
  2, 1, 1, 135, // Shape
  2, 1, 1, 1, // Shrink
  2, 1, 1, 1, // Sigmoid
  2, 1, 1, 1, // Sign
  2, 1, 1, 1, // Sin
  2, 1, 1, 1, // Sinh
  2, 1, 1, 135, // Size
  10, 1, 2, 2, 2, 2, 1, 1, // Slice
  2, 1, 1, 1, // Softmax
  6, 1, 2, 1, 2, 1, 1, // SoftmaxCrossEntropyLoss
  2, 1, 1, 1, // Softplus
  2, 1, 1, 1, // Softsign
  2, 1, 1, 1, // SpaceToDepth
  4, 1, 0, 1, 1, // Split
  4, 1, 2, 1, 0, // SplitToSequence
  2, 1, 1, 1, // Sqrt
  4, 1, 0, 1, 1, // Squeeze
  4, 1, 1, 1, 136, // StringConcat
  2, 0, 1, 136, // StringNormalizer
  2, 1, 2, 136, 135, // StringSplit
  4, 1, 1, 1, 1, // Sub
  3, 1, 1, 1, // Sum
  4, 1, 1, 1, 1, // SwiGLU
  2, 1, 1, 1, // Swish
  2, 1, 1, 1, // Tan
  2, 1, 1, 1, // Tanh
  6, 1, 1, 0, 1, 1, // TensorScatter
  2, 1, 1, 129, // TfIdfVectorizer
  2, 1, 1, 1, // ThresholdedRelu
  4, 1, 2, 1, 1, // Tile
  4, 1, 0, 2, 1, 135, // TopK
  2, 1, 1, 1, // Transpose
  4, 1, 0, 1, 1, // Trilu
  2, 1, 4, 1, 135, 135, 135, // Unique
  4, 1, 0, 1, 1, // Unsqueeze
  4, 1, 0, 1, 1, // Upsample
  6, 1, 2, 2, 1, 2, // Where
  4, 1, 1, 1, 137, // Xor
]);
