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
  ml_ArrayFeatureExtractor = 204,
  ml_Binarizer = 205,
  ml_CastMap = 206,
  ml_CategoryMapper = 207,
  ml_DictVectorizer = 208,
  ml_FeatureVectorizer = 209,
  ml_Imputer = 210,
  ml_LabelEncoder = 211,
  ml_LinearClassifier = 212,
  ml_LinearRegressor = 213,
  ml_Normalizer = 214,
  ml_OneHotEncoder = 215,
  ml_SVMClassifier = 216,
  ml_SVMRegressor = 217,
  ml_Scaler = 218,
  ml_TreeEnsemble = 219,
  ml_TreeEnsembleClassifier = 220,
  ml_TreeEnsembleRegressor = 221,
  ml_ZipMap = 222,
  ms_Attention = 223,
  ms_AttnLSTM = 224,
  ms_BeamSearch = 225,
  ms_BiasAdd = 226,
  ms_BiasDropout = 227,
  ms_BiasGelu = 228,
  ms_BiasSoftmax = 229,
  ms_BiasSplitGelu = 230,
  ms_BifurcationDetector = 231,
  ms_BitmaskBiasDropout = 232,
  ms_BitmaskDropout = 233,
  ms_BranchwiseRMSNorm = 234,
  ms_CDist = 235,
  ms_CausalConvWithState = 236,
  ms_ComplexMul = 237,
  ms_ComplexMulConj = 238,
  ms_ConvStateReplay = 239,
  ms_ConvTransposeWithDynamicPads = 240,
  ms_CropAndResize = 241,
  ms_DecoderAttention = 242,
  ms_DecoderMaskedMultiHeadAttention = 243,
  ms_DecoderMaskedSelfAttention = 244,
  ms_DequantizeBFP = 245,
  ms_DequantizeLinear = 246,
  ms_DequantizeWithOrder = 247,
  ms_DynamicQuantizeLSTM = 248,
  ms_DynamicQuantizeMatMul = 249,
  ms_DynamicSparseAttention = 250,
  ms_DynamicTimeWarping = 251,
  ms_EPContext = 252,
  ms_EmbedLayerNormalization = 253,
  ms_EngramGate = 254,
  ms_ExpandDims = 255,
  ms_FastGelu = 256,
  ms_FusedConv = 257,
  ms_FusedGemm = 258,
  ms_FusedMatMul = 259,
  ms_FusedMatMulActivation = 260,
  ms_GatedAdd = 261,
  ms_GatedDeltaNet = 262,
  ms_GatedDeltaNetStateReplay = 263,
  ms_GatedRMSNorm = 264,
  ms_GatedRelativePositionBias = 265,
  ms_GatherBlockQuantized = 266,
  ms_GatherND = 267,
  ms_GatherPacked = 268,
  ms_Gelu = 269,
  ms_GemmFastGelu = 270,
  ms_GemmFloat8 = 271,
  ms_GemmaRotaryEmbedding = 272,
  ms_GreedySearch = 273,
  ms_GridSample = 274,
  ms_GroupNorm = 275,
  ms_GroupQueryAttention = 276,
  ms_HyperConnectionLowRankMix = 277,
  ms_HyperConnectionPostMix = 278,
  ms_HyperConnectionPreMix = 279,
  ms_Inverse = 280,
  ms_Irfft = 281,
  ms_IsAllFinite = 282,
  ms_LinearAttention = 283,
  ms_LinearAttentionGate = 284,
  ms_LongformerAttention = 285,
  ms_MRotaryEmbedding = 286,
  ms_Mamba2Verify = 287,
  ms_MatMulBlockQuantizedFp4Weight = 288,
  ms_MatMulBlockQuantizedFp8Weight = 289,
  ms_MatMulBnb4 = 290,
  ms_MatMulFpQ4 = 291,
  ms_MatMulInteger16 = 292,
  ms_MatMulIntegerToFloat = 293,
  ms_MatMulNBits = 294,
  ms_MatMulNBitsMlp = 295,
  ms_MatMulNBitsQLoRA = 296,
  ms_MatMulNBitsQkv = 297,
  ms_MatMulPacked = 298,
  ms_MaxpoolWithMask = 299,
  ms_MoE = 300,
  ms_MoEGroupRouter = 301,
  ms_MoEPacked = 302,
  ms_MulInteger = 303,
  ms_MultiHeadAttention = 304,
  ms_MurmurHash3 = 305,
  ms_NGramHashMapping = 306,
  ms_NGramRepeatBlock = 307,
  ms_NhwcConv = 308,
  ms_NhwcFusedConv = 309,
  ms_NhwcMaxPool = 310,
  ms_PackedAttention = 311,
  ms_PackedMultiHeadAttention = 312,
  ms_PackedSparseAttentionIndexer = 313,
  ms_PackedSparseAttentionIndexerMerge = 314,
  ms_Pad = 315,
  ms_PagedAttention = 316,
  ms_QAttention = 317,
  ms_QEmbedLayerNormalization = 318,
  ms_QGemm = 319,
  ms_QLinearAdd = 320,
  ms_QLinearAveragePool = 321,
  ms_QLinearConcat = 322,
  ms_QLinearConv = 323,
  ms_QLinearGlobalAveragePool = 324,
  ms_QLinearLeakyRelu = 325,
  ms_QLinearMul = 326,
  ms_QLinearReduceMean = 327,
  ms_QLinearSigmoid = 328,
  ms_QLinearSoftmax = 329,
  ms_QLinearWhere = 330,
  ms_QMoE = 331,
  ms_QOrderedAttention = 332,
  ms_QOrderedGelu = 333,
  ms_QOrderedLayerNormalization = 334,
  ms_QOrderedLongformerAttention = 335,
  ms_QOrderedMatMul = 336,
  ms_QuantizeBFP = 337,
  ms_QuantizeLinear = 338,
  ms_QuantizeWithOrder = 339,
  ms_QuickGelu = 340,
  ms_RMSNormRotary = 341,
  ms_Range = 342,
  ms_ReduceSumInteger = 343,
  ms_RelativePositionBias = 344,
  ms_RemovePadding = 345,
  ms_RestorePadding = 346,
  ms_Rfft = 347,
  ms_RotaryEmbedding = 348,
  ms_RouterGateUpProj = 349,
  ms_SampleOp = 350,
  ms_Sampling = 351,
  ms_ScaledSiLU = 352,
  ms_SkipGroupNorm = 353,
  ms_SkipLayerNormalization = 354,
  ms_SkipSimplifiedLayerNormalization = 355,
  ms_Snpe = 356,
  ms_SparseAttention = 357,
  ms_SparseAttentionIndexer = 358,
  ms_SparsePagedAttention = 359,
  ms_SparseToDenseMatMul = 360,
  ms_SpeculativePrefixCommit = 361,
  ms_SwiGLU = 362,
  ms_Tokenizer = 363,
  ms_TorchEmbedding = 364,
  ms_TransposeMatMul = 365,
  ms_Trilu = 366,
  ms_UnfoldTensor = 367,
  ms_Unique = 368,
  ms_VarlenCausalConvWithState = 369,
  ms_VarlenNGramHashMapping = 370,
  ms_WhisperBeamSearch = 371,
  ms_WordConvEmbedding = 372,
  preview_FlexAttention = 373,
  training_Adagrad = 374,
  training_Adam = 375,
  training_Gradient = 376,
  training_Momentum = 377,
  nchwc_AveragePool = 378,
  nchwc_Conv = 379,
  nchwc_GlobalAveragePool = 380,
  nchwc_GlobalMaxPool = 381,
  nchwc_MaxPool = 382,
  nchwc_ReorderInput = 383,
  nchwc_ReorderOutput = 384,
  nchwc_Upsample = 385,
  nhwc_AveragePool = 386,
  nhwc_BatchNormalization = 387,
  nhwc_Conv = 388,
  nhwc_ConvTranspose = 389,
  nhwc_DepthToSpace = 390,
  nhwc_GlobalAveragePool = 391,
  nhwc_GlobalLpPool = 392,
  nhwc_GlobalMaxPool = 393,
  nhwc_GridSample = 394,
  nhwc_InstanceNormalization = 395,
  nhwc_LRN = 396,
  nhwc_LpPool = 397,
  nhwc_MaxPool = 398,
  nhwc_MaxUnpool = 399,
  nhwc_QLinearAveragePool = 400,
  nhwc_QLinearConv = 401,
  nhwc_QLinearConvTranspose = 402,
  nhwc_Resize = 403,
  nhwc_SpaceToDepth = 404,
}

export const enum Attr {
  DLC = 1,
  K = 2,
  N = 3,
  Nkv = 4,
  Nq = 5,
  accuracy_level = 6,
  activation = 7,
  activation_alpha = 8,
  activation_axis = 9,
  activation_beta = 10,
  activation_gamma = 11,
  activation_params = 12,
  activation_type = 13,
  activations = 14,
  aggregate_function = 15,
  align_corners = 16,
  allowzero = 17,
  alpha = 18,
  antialias = 19,
  approximate = 20,
  attention_mode = 21,
  auto_pad = 22,
  auxiliary_cache_layout = 23,
  auxiliary_kv_shared = 24,
  axes = 25,
  axis = 26,
  base_values = 27,
  base_values_as_tensor = 28,
  batch_axis = 29,
  batch_dims = 30,
  beginning_timestamp_token_id = 31,
  beta = 32,
  beta_activation = 33,
  bfp_type = 34,
  bias = 35,
  bits = 36,
  blk_quant_type = 37,
  block_dim = 38,
  block_size = 39,
  blocksize = 40,
  body = 41,
  broadcast = 42,
  case_change_action = 43,
  cast_to = 44,
  cats_int64s = 45,
  cats_strings = 46,
  causal = 47,
  ceil_mode = 48,
  center_point_box = 49,
  channels = 50,
  channels_last = 51,
  char_embedding_size = 52,
  chunk_size = 53,
  class_ids = 54,
  class_nodeids = 55,
  class_treeids = 56,
  class_weights = 57,
  class_weights_as_tensor = 58,
  classes_strings = 59,
  classlabels_int64s = 60,
  classlabels_ints = 61,
  classlabels_strings = 62,
  clip = 63,
  coefficients = 64,
  compress_ratio = 65,
  consumed_inputs = 66,
  conv_window_size = 67,
  coordinate_transformation_mode = 68,
  count_include_pad = 69,
  cubic_coeff_a = 70,
  custom = 71,
  d_state = 72,
  decay_factor = 73,
  decoder = 74,
  decoder_output_cross_qk = 75,
  decoder_start_token_id = 76,
  default_float = 77,
  default_int64 = 78,
  default_string = 79,
  default_tensor = 80,
  delimiter = 81,
  delta_offset = 82,
  detect_negative = 83,
  detect_positive = 84,
  dilation = 85,
  dilations = 86,
  dim = 87,
  direction = 88,
  directions = 89,
  do_rotary = 90,
  down_type = 91,
  dtype = 92,
  early_stopping = 93,
  else_branch_ = 94,
  embed_mode = 95,
  embedding_size = 96,
  encoder = 97,
  end = 98,
  ends = 99,
  eos_token_id = 100,
  ep_cache_context = 101,
  ep_sdk_version = 102,
  epsilon = 103,
  equation = 104,
  exclude_outside = 105,
  exclusive = 106,
  expert_weight_bits = 107,
  extrapolation_value = 108,
  fc1_expert_weight_bits = 109,
  fc2_expert_weight_bits = 110,
  fc3_expert_weight_bits = 111,
  filter_value = 112,
  flatten_batch = 113,
  fmod = 114,
  gamma = 115,
  gate_activation = 116,
  gate_div = 117,
  gate_lower_bound = 118,
  gate_mul = 119,
  gate_type = 120,
  gather_axis = 121,
  group = 122,
  group_size = 123,
  group_topk = 124,
  groups = 125,
  hardware_architecture = 126,
  head_dim = 127,
  head_rows = 128,
  head_weight_scale = 129,
  heads = 130,
  height_scale = 131,
  hidden_size = 132,
  high = 133,
  ignore_index = 134,
  imputed_value_floats = 135,
  imputed_value_int64s = 136,
  index_topk = 137,
  indexshare_state_policy = 138,
  init_decoder = 139,
  input_channel_offset = 140,
  input_channels = 141,
  input_forget = 142,
  input_start = 143,
  input_width = 144,
  inputdimensions = 145,
  int64_vocabulary = 146,
  intercepts = 147,
  interleaved = 148,
  inverse = 149,
  is_bidirectional = 150,
  is_case_sensitive = 151,
  is_causal = 152,
  is_inner_broadcast = 153,
  is_packed_batching = 154,
  is_test = 155,
  isinf_only = 156,
  isnan_only = 157,
  k = 158,
  k_cache_dtype = 159,
  k_norm_epsilon = 160,
  k_quant_type = 161,
  keep_aspect_ratio_policy = 162,
  keepdims = 163,
  kernel_params = 164,
  kernel_shape = 165,
  kernel_type = 166,
  keys_floats = 167,
  keys_int64s = 168,
  keys_strings = 169,
  keys_tensor = 170,
  kv_cache_bit_width = 171,
  kv_cache_layout = 172,
  kv_num_heads = 173,
  lambd = 174,
  largest = 175,
  layout = 176,
  leaf_targetids = 177,
  leaf_weights = 178,
  left_window_size = 179,
  limit = 180,
  linear_before_reset = 181,
  local_window_size = 182,
  locale = 183,
  lora_bits = 184,
  lora_block_size = 185,
  low = 186,
  main_context = 187,
  map_form = 188,
  mark = 189,
  mask_filter_value = 190,
  mask_index_type = 191,
  max = 192,
  max_distance = 193,
  max_gram_length = 194,
  max_map = 195,
  max_ngram_size = 196,
  max_output_entries = 197,
  max_size = 198,
  max_skip_count = 199,
  maxsplit = 200,
  mean = 201,
  membership_values = 202,
  metric = 203,
  min = 204,
  min_gram_length = 205,
  min_ngram_size = 206,
  min_tokens_to_keep = 207,
  mincharnum = 208,
  mode = 209,
  model_type = 210,
  momentum = 211,
  mrope_layout = 212,
  mrope_section = 213,
  multi_class = 214,
  n_group = 215,
  n_groups = 216,
  n_head_per_ngram = 217,
  n_supports = 218,
  n_targets = 219,
  ndim = 220,
  nearest_mode = 221,
  new_axis = 222,
  ngram_counts = 223,
  ngram_indexes = 224,
  ngram_size = 225,
  no_repeat_ngram_size = 226,
  no_speech_token_id = 227,
  no_timestamps_token_id = 228,
  nodes_falseleafs = 229,
  nodes_falsenodeids = 230,
  nodes_featureids = 231,
  nodes_hitrates = 232,
  nodes_hitrates_as_tensor = 233,
  nodes_missing_value_tracks_true = 234,
  nodes_modes = 235,
  nodes_nodeids = 236,
  nodes_splits = 237,
  nodes_treeids = 238,
  nodes_trueleafs = 239,
  nodes_truenodeids = 240,
  nodes_values = 241,
  nodes_values_as_tensor = 242,
  noop_with_empty_axes = 243,
  norm = 244,
  norm_coefficient = 245,
  norm_coefficient_post = 246,
  normalize_routing_weights = 247,
  normalized = 248,
  notes = 249,
  num_branches = 250,
  num_groups = 251,
  num_heads = 252,
  num_outputs = 253,
  num_scan_inputs = 254,
  offset = 255,
  offset_group = 256,
  one_class = 257,
  onesided = 258,
  onnx_model_filename = 259,
  opset = 260,
  order_A = 261,
  order_B = 262,
  order_X = 263,
  order_Y = 264,
  order_global_weight = 265,
  order_input = 266,
  order_output = 267,
  order_weight = 268,
  output_bf16 = 269,
  output_datatype = 270,
  output_dtype = 271,
  output_fp16 = 272,
  output_height = 273,
  output_padding = 274,
  output_qk = 275,
  output_sequence = 276,
  output_shape = 277,
  output_width = 278,
  p = 279,
  packed_type = 280,
  pad_id = 281,
  pad_token_id = 282,
  pad_value = 283,
  padding_mode = 284,
  paddings = 285,
  pads = 286,
  partition_name = 287,
  past_present_share_buffer = 288,
  pattern = 289,
  periodic = 290,
  perm = 291,
  pixel_format = 292,
  policy_mode = 293,
  pool_int64s = 294,
  pool_strings = 295,
  pooled_shape = 296,
  positive = 297,
  post_transform = 298,
  precision = 299,
  presence_penalty = 300,
  prob_a = 301,
  prob_b = 302,
  prob_mod = 303,
  q_norm_epsilon = 304,
  q_num_heads = 305,
  qk_l2_norm = 306,
  qk_matmul_output_mode = 307,
  qk_norm_epsilon = 308,
  qk_output = 309,
  qkv_hidden_sizes = 310,
  quant_type = 311,
  quantize_axis = 312,
  ratio = 313,
  reduction = 314,
  reduction_scale = 315,
  replaced_value_float = 316,
  replaced_value_int64 = 317,
  reset_on_eos = 318,
  reverse = 319,
  rho = 320,
  right_window_size = 321,
  rotary_embedding_dim = 322,
  rotary_interleaved = 323,
  rotary_offset = 324,
  round_activation = 325,
  round_mode = 326,
  routed_scaling_factor = 327,
  router_sentinel = 328,
  router_size = 329,
  routing_epsilon = 330,
  sample_size = 331,
  sampling_ratio = 332,
  saturate = 333,
  scale = 334,
  scales = 335,
  scan_input_axes = 336,
  scan_input_directions = 337,
  scan_output_axes = 338,
  scan_output_directions = 339,
  score_mod = 340,
  seed = 341,
  select_last_index = 342,
  selected_kv_source = 343,
  separators = 344,
  shape = 345,
  signal_ndim = 346,
  silu_alpha = 347,
  size = 348,
  sliding_window_cache = 349,
  smooth_softmax = 350,
  snpe_version = 351,
  softcap = 352,
  softmax_precision = 353,
  sorted = 354,
  source = 355,
  sparse_block_size = 356,
  sparse_value = 357,
  spatial = 358,
  spatial_scale = 359,
  split = 360,
  start = 361,
  start_of_lm_token_id = 362,
  starts = 363,
  stash_type = 364,
  state_capacity = 365,
  state_channels_last = 366,
  state_length = 367,
  state_update_capacity = 368,
  state_window = 369,
  step = 370,
  stopwords = 371,
  storage_order = 372,
  strides = 373,
  string_vocabulary = 374,
  support_vectors = 375,
  swiglu_fusion = 376,
  swiglu_limit = 377,
  swiglu_limit_after_activation = 378,
  target_device = 379,
  target_ids = 380,
  target_nodeids = 381,
  target_treeids = 382,
  target_weights = 383,
  target_weights_as_tensor = 384,
  targets = 385,
  temperature = 386,
  then_branch = 387,
  threshold = 388,
  time_axis = 389,
  time_step_min = 390,
  to = 391,
  token_budget = 392,
  tokenexp = 393,
  top_k = 394,
  top_p = 395,
  topk_group = 396,
  training_mode = 397,
  transA = 398,
  transB = 399,
  transBatchA = 400,
  transBatchB = 401,
  transcribe_token_id = 402,
  translate_token_id = 403,
  tree_roots = 404,
  type_ = 405,
  unidirectional = 406,
  up_type = 407,
  update_rule = 408,
  upper = 409,
  use_fp32_arithmetic = 410,
  use_sparse_mixer = 411,
  v_cache_dtype = 412,
  v_head_size = 413,
  v_quant_type = 414,
  value = 415,
  value_float = 416,
  value_floats = 417,
  value_int = 418,
  value_ints = 419,
  value_string = 420,
  value_strings = 421,
  values_floats = 422,
  values_int64s = 423,
  values_strings = 424,
  values_tensor = 425,
  vectors_per_class = 426,
  vocab_size = 427,
  weight_prepacked = 428,
  weights = 429,
  weights_prepacked = 430,
  width_scale = 431,
  window = 432,
  xs = 433,
  y = 434,
  zeros = 435,
  zs = 436,
}

export const OPS: i32 = 404;

/** Where the row of each op begins in SIGNATURES. */
export const SIGNATURE_AT: usize = memory.data<u16>([0, 0, 6, 12, 18, 25, 32, 39, 45, 51, 57, 63, 69, 75, 104, 110, 148, 154, 160, 167, 174, 180, 187, 194, 200, 206, 213, 223, 229, 241, 248, 262, 270, 277, 283, 289, 294, 300, 308, 317, 325, 331, 337, 344, 351, 366, 376, 382, 406, 412, 419, 442, 450, 456, 462, 469, 475, 481, 488, 494, 500, 506, 518, 525, 532, 539, 545, 553, 559, 565, 571, 578, 585, 592, 600, 606, 612, 618, 624, 630, 636, 642, 648, 656, 662, 668, 674, 689, 699, 705, 712, 719, 731, 737, 743, 751, 757, 763, 770, 779, 785, 798, 805, 813, 819, 825, 835, 841, 847, 854, 861, 867, 873, 881, 891, 897, 903, 911, 917, 923, 929, 936, 943, 966, 980, 994, 1020, 1044, 1051, 1063, 1068, 1074, 1079, 1085, 1093, 1099, 1112, 1125, 1138, 1151, 1164, 1177, 1190, 1203, 1216, 1229, 1235, 1241, 1254, 1270, 1277, 1285, 1294, 1300, 1309, 1322, 1330, 1338, 1346, 1352, 1359, 1365, 1370, 1377, 1385, 1391, 1398, 1404, 1410, 1416, 1422, 1428, 1434, 1440, 1456, 1462, 1471, 1477, 1483, 1489, 1509, 1516, 1522, 1535, 1542, 1548, 1555, 1562, 1568, 1575, 1581, 1587, 1593, 1601, 1607, 1613, 1628, 1643, 1649, 1656, 1665, 1678, 1691, 1699, 1706, 1713, 1719, 1725, 1731, 1737, 1743, 1749, 1755, 1762, 1768, 1774, 1780, 1787, 1793, 1799, 1805, 1812, 1818, 1824, 1837, 1858, 1877, 1885, 1896, 1903, 1910, 1917, 1927, 1938, 1947, 1954, 1961, 1972, 1979, 1986, 1995, 2004, 2013, 2032, 2051, 2066, 2074, 2082, 2089, 2108, 2118, 2146, 2152, 2158, 2174, 2186, 2193, 2200, 2209, 2217, 2224, 2231, 2240, 2258, 2267, 2275, 2287, 2296, 2303, 2310, 2316, 2324, 2335, 2346, 2358, 2365, 2373, 2398, 2412, 2421, 2428, 2434, 2440, 2446, 2458, 2468, 2480, 2489, 2508, 2519, 2529, 2537, 2545, 2552, 2564, 2575, 2590, 2602, 2622, 2630, 2637, 2650, 2660, 2671, 2680, 2698, 2704, 2717, 2724, 2732, 2741, 2747, 2758, 2770, 2805, 2819, 2827, 2851, 2866, 2890, 2904, 2917, 2927, 2935, 2949, 2959, 2969, 2982, 2992, 3002, 3012, 3026, 3052, 3077, 3085, 3095, 3114, 3127, 3135, 3143, 3150, 3156, 3168, 3176, 3182, 3190, 3200, 3207, 3213, 3222, 3230, 3236, 3251, 3258, 3269, 3282, 3294, 3300, 3318, 3339, 3368, 3375, 3389, 3396, 3402, 3411, 3418, 3425, 3431, 3439, 3454, 3472, 3496, 3505, 3513, 3521, 3529, 3535, 3543, 3549, 3558, 3564, 3570, 3576, 3582, 3588, 3594, 3600, 3638, 3646, 3654, 3660, 3666, 3672, 3678, 3685, 3693, 3699, 3705, 3718, 3726, 3736, 3750, 3764, 3773]);
/** First version, bytes to an older one's row, 2 * inputs + variadic, the type variable of each, outputs, of each: variable, 128 + dtype, or 0. */
export const SIGNATURES: usize = memory.data<u8>([
  1, 0, 2, 1, 1, 1, // Abs
  7, 0, 2, 1, 1, 1, // Acos
  9, 0, 2, 1, 1, 1, // Acosh
  1, 0, 4, 1, 1, 1, 1, // Add
  20, 0, 4, 1, 2, 1, 1, // AffineGrid
  1, 0, 4, 1, 1, 1, 137, // And
  1, 0, 2, 1, 1, 135, // ArgMax
  1, 0, 2, 1, 1, 135, // ArgMin
  7, 0, 2, 1, 1, 1, // Asin
  9, 0, 2, 1, 1, 1, // Asinh
  7, 0, 2, 1, 1, 1, // Atan
  9, 0, 2, 1, 1, 1, // Atanh
  24, 15, 14, 1, 1, 2, 3, 1, 2, 0, 4, 1, 1, 2, 1, 23, 0, 12, 1, 1, 2, 3, 1, 2, 4, 1, 1, 2, 1, // Attention
  1, 0, 2, 1, 1, 1, // AveragePool
  15, 12, 10, 1, 2, 2, 3, 3, 3, 1, 3, 3, 14, 12, 10, 1, 1, 1, 2, 2, 3, 1, 2, 2, 1, 0, 10, 1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, // BatchNormalization
  15, 0, 2, 1, 1, 0, // Bernoulli
  26, 0, 2, 1, 1, 0, // BitCast
  11, 0, 4, 1, 1, 1, 1, // BitShift
  18, 0, 4, 1, 1, 1, 1, // BitwiseAnd
  18, 0, 2, 1, 1, 1, // BitwiseNot
  18, 0, 4, 1, 1, 1, 1, // BitwiseOr
  18, 0, 4, 1, 1, 1, 1, // BitwiseXor
  17, 0, 2, 1, 1, 0, // BlackmanWindow
  1, 0, 2, 1, 1, 0, // Cast
  15, 0, 4, 1, 2, 1, 2, // CastLike
  27, 0, 8, 1, 1, 1, 1, 2, 1, 1, // CausalConvWithState
  1, 0, 2, 1, 1, 1, // Ceil
  28, 6, 2, 1, 1, 1, 12, 0, 2, 1, 1, 129, // Celu
  18, 0, 4, 1, 2, 1, 1, // CenterCropPad
  11, 8, 6, 1, 1, 1, 1, 1, 1, 0, 2, 1, 1, 1, // Clip
  18, 0, 6, 1, 0, 0, 1, 1, // Col2Im
  9, 0, 4, 1, 2, 1, 1, // Compress
  1, 0, 3, 1, 1, 1, // Concat
  11, 0, 2, 1, 1, 0, // ConcatFromSequence
  1, 0, 0, 1, 0, // Constant
  9, 0, 2, 1, 1, 0, // ConstantOfShape
  1, 0, 6, 1, 1, 1, 1, 1, // Conv
  10, 0, 8, 1, 2, 1, 2, 1, 134, // ConvInteger
  1, 0, 6, 1, 1, 1, 1, 1, // ConvTranspose
  7, 0, 2, 1, 1, 1, // Cos
  9, 0, 2, 1, 1, 1, // Cosh
  26, 0, 4, 1, 2, 1, 1, // CumProd
  11, 0, 4, 1, 2, 1, 1, // CumSum
  20, 8, 6, 1, 2, 0, 1, 1, 17, 0, 4, 1, 2, 1, 1, // DFT
  19, 0, 10, 1, 1, 1, 1, 1, 1, 1, // DeformConv
  1, 0, 2, 1, 1, 1, // DepthToSpace
  23, 8, 6, 1, 2, 1, 1, 0, 19, 8, 6, 1, 2, 1, 1, 2, 10, 0, 6, 1, 0, 1, 1, 129, // DequantizeLinear
  11, 0, 2, 1, 1, 1, // Det
  1, 0, 4, 1, 1, 1, 1, // Div
  12, 9, 6, 1, 2, 3, 2, 1, 137, 10, 7, 2, 1, 2, 1, 137, 1, 0, 2, 1, 2, 1, 1, // Dropout
  11, 0, 2, 1, 3, 130, 129, 130, // DynamicQuantizeLinear
  12, 0, 3, 1, 1, 1, // Einsum
  1, 0, 2, 1, 1, 1, // Elu
  1, 0, 4, 1, 1, 1, 137, // Equal
  9, 0, 2, 1, 1, 1, // Erf
  1, 0, 2, 1, 1, 1, // Exp
  8, 0, 4, 1, 0, 1, 1, // Expand
  9, 0, 2, 1, 1, 0, // EyeLike
  1, 0, 2, 1, 1, 1, // Flatten
  1, 0, 2, 1, 1, 1, // Floor
  1, 0, 12, 1, 1, 1, 1, 2, 1, 2, 1, 1, // GRU
  1, 0, 4, 1, 2, 1, 1, // Gather
  11, 0, 4, 1, 2, 1, 1, // GatherElements
  11, 0, 4, 1, 0, 1, 1, // GatherND
  20, 0, 2, 1, 1, 1, // Gelu
  1, 0, 6, 1, 1, 1, 1, 1, // Gemm
  1, 0, 2, 1, 1, 1, // GlobalAveragePool
  1, 0, 2, 1, 1, 1, // GlobalLpPool
  1, 0, 2, 1, 1, 1, // GlobalMaxPool
  1, 0, 4, 1, 1, 1, 137, // Greater
  12, 0, 4, 1, 1, 1, 137, // GreaterOrEqual
  16, 0, 4, 1, 2, 1, 1, // GridSample
  18, 0, 6, 1, 1, 1, 1, 1, // GroupNormalization
  17, 0, 2, 1, 1, 0, // HammingWindow
  17, 0, 2, 1, 1, 0, // HannWindow
  1, 0, 2, 1, 1, 1, // HardSigmoid
  14, 0, 2, 1, 1, 1, // HardSwish
  1, 0, 2, 1, 1, 1, // Hardmax
  1, 0, 2, 1, 1, 1, // Identity
  1, 0, 2, 0, 1, 0, // If
  20, 0, 2, 1, 1, 130, // ImageDecoder
  1, 0, 6, 1, 1, 1, 1, 1, // InstanceNormalization
  10, 0, 2, 1, 1, 137, // IsInf
  9, 0, 2, 1, 1, 137, // IsNaN
  1, 0, 2, 1, 1, 1, // LRN
  1, 0, 16, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, // LSTM
  17, 0, 6, 1, 1, 1, 3, 1, 0, 0, // LayerNormalization
  1, 0, 2, 1, 1, 1, // LeakyRelu
  1, 0, 4, 1, 1, 1, 137, // Less
  12, 0, 4, 1, 1, 1, 137, // LessOrEqual
  27, 0, 12, 1, 1, 1, 2, 1, 1, 2, 1, 2, // LinearAttention
  1, 0, 2, 1, 1, 1, // Log
  1, 0, 2, 1, 1, 1, // LogSoftmax
  1, 0, 7, 0, 0, 0, 1, 0, // Loop
  1, 0, 2, 1, 1, 1, // LpNormalization
  1, 0, 2, 1, 1, 1, // LpPool
  1, 0, 4, 1, 1, 1, 1, // MatMul
  10, 0, 8, 1, 2, 1, 2, 1, 134, // MatMulInteger
  1, 0, 3, 1, 1, 1, // Max
  8, 7, 2, 1, 2, 1, 135, 1, 0, 2, 1, 1, 1, // MaxPool
  1, 0, 4, 1, 1, 1, 1, // MaxRoiPool
  9, 0, 6, 1, 2, 2, 1, 1, // MaxUnpool
  1, 0, 3, 1, 1, 1, // Mean
  9, 0, 2, 1, 1, 1, // MeanVarianceNormalization
  17, 0, 10, 1, 1, 1, 2, 2, 1, 0, // MelWeightMatrix
  1, 0, 3, 1, 1, 1, // Min
  18, 0, 2, 1, 1, 1, // Mish
  10, 0, 4, 1, 1, 1, 1, // Mod
  1, 0, 4, 1, 1, 1, 1, // Mul
  7, 0, 2, 1, 1, 0, // Multinomial
  1, 0, 2, 1, 1, 1, // Neg
  12, 0, 6, 1, 2, 1, 1, 1, // NegativeLogLikelihoodLoss
  10, 0, 10, 0, 0, 0, 0, 0, 1, 135, // NonMaxSuppression
  9, 0, 2, 1, 1, 135, // NonZero
  1, 0, 2, 1, 1, 137, // Not
  9, 0, 6, 1, 2, 3, 1, 3, // OneHot
  15, 0, 2, 1, 1, 0, // Optional
  15, 0, 2, 1, 1, 0, // OptionalGetElement
  15, 0, 2, 1, 1, 137, // OptionalHasElement
  1, 0, 4, 1, 1, 1, 137, // Or
  1, 0, 4, 1, 1, 1, 1, // PRelu
  18, 9, 8, 1, 0, 1, 2, 1, 1, 11, 8, 6, 1, 0, 1, 1, 1, 1, 0, 2, 1, 1, 1, // Pad
  12, 7, 4, 1, 2, 1, 1, 1, 0, 4, 1, 1, 1, 1, // Pow
  10, 0, 18, 1, 0, 1, 2, 0, 2, 0, 3, 4, 1, 3, // QLinearConv
  21, 13, 16, 1, 2, 1, 3, 2, 3, 2, 4, 1, 4, 10, 0, 16, 1, 0, 1, 2, 0, 2, 0, 3, 1, 3, // QLinearMatMul
  23, 8, 6, 1, 2, 3, 1, 3, 19, 8, 6, 1, 1, 2, 1, 2, 10, 0, 6, 1, 0, 2, 1, 2, // QuantizeLinear
  23, 0, 4, 1, 2, 1, 2, // RMSNormalization
  1, 0, 12, 1, 1, 1, 1, 2, 1, 2, 1, 1, // RNN
  1, 0, 0, 1, 0, // RandomNormal
  1, 0, 2, 1, 1, 0, // RandomNormalLike
  1, 0, 0, 1, 0, // RandomUniform
  1, 0, 2, 1, 1, 0, // RandomUniformLike
  11, 0, 6, 1, 1, 1, 1, 1, // Range
  1, 0, 2, 1, 1, 1, // Reciprocal
  18, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // ReduceL1
  18, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // ReduceL2
  18, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // ReduceLogSum
  18, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // ReduceLogSumExp
  18, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // ReduceMax
  18, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // ReduceMean
  18, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // ReduceMin
  18, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // ReduceProd
  13, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // ReduceSum
  18, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // ReduceSumSquare
  20, 0, 2, 1, 1, 137, // RegexFullMatch
  1, 0, 2, 1, 1, 1, // Relu
  5, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // Reshape
  11, 9, 8, 1, 2, 0, 0, 1, 1, 10, 0, 4, 1, 0, 1, 1, // Resize
  10, 0, 4, 1, 0, 1, 1, // ReverseSequence
  10, 0, 6, 1, 1, 2, 1, 1, // RoiAlign
  23, 0, 8, 1, 1, 1, 2, 1, 1, // RotaryEmbedding
  11, 0, 2, 1, 1, 1, // Round
  17, 0, 8, 1, 2, 1, 2, 1, 1, // STFT
  9, 6, 3, 0, 1, 0, 8, 0, 5, 0, 0, 1, 0, // Scan
  9, 0, 6, 1, 2, 1, 1, 1, // Scatter
  11, 0, 6, 1, 2, 1, 1, 1, // ScatterElements
  11, 0, 6, 1, 0, 1, 1, 1, // ScatterND
  1, 0, 2, 1, 1, 1, // Selu
  11, 0, 4, 1, 2, 1, 0, // SequenceAt
  11, 0, 3, 1, 1, 0, // SequenceConstruct
  11, 0, 0, 1, 0, // SequenceEmpty
  11, 0, 4, 1, 2, 1, 1, // SequenceErase
  11, 0, 6, 1, 2, 3, 1, 1, // SequenceInsert
  11, 0, 2, 1, 1, 135, // SequenceLength
  17, 0, 5, 0, 0, 1, 0, // SequenceMap
  1, 0, 2, 1, 1, 135, // Shape
  9, 0, 2, 1, 1, 1, // Shrink
  1, 0, 2, 1, 1, 1, // Sigmoid
  9, 0, 2, 1, 1, 1, // Sign
  7, 0, 2, 1, 1, 1, // Sin
  9, 0, 2, 1, 1, 1, // Sinh
  1, 0, 2, 1, 1, 135, // Size
  10, 10, 10, 1, 2, 2, 2, 2, 1, 1, 1, 0, 2, 1, 1, 1, // Slice
  1, 0, 2, 1, 1, 1, // Softmax
  12, 0, 6, 1, 2, 1, 2, 1, 1, // SoftmaxCrossEntropyLoss
  1, 0, 2, 1, 1, 1, // Softplus
  1, 0, 2, 1, 1, 1, // Softsign
  1, 0, 2, 1, 1, 1, // SpaceToDepth
  13, 7, 4, 1, 0, 1, 1, 2, 6, 2, 1, 1, 1, 1, 0, 4, 1, 1, 1, 1, // Split
  11, 0, 4, 1, 2, 1, 0, // SplitToSequence
  1, 0, 2, 1, 1, 1, // Sqrt
  13, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // Squeeze
  20, 0, 4, 1, 1, 1, 136, // StringConcat
  10, 0, 2, 0, 1, 136, // StringNormalizer
  20, 0, 2, 1, 2, 136, 135, // StringSplit
  1, 0, 4, 1, 1, 1, 1, // Sub
  1, 0, 3, 1, 1, 1, // Sum
  28, 0, 4, 1, 1, 1, 1, // SwiGLU
  24, 0, 2, 1, 1, 1, // Swish
  7, 0, 2, 1, 1, 1, // Tan
  1, 0, 2, 1, 1, 1, // Tanh
  24, 0, 6, 1, 1, 0, 1, 1, // TensorScatter
  9, 0, 2, 1, 1, 129, // TfIdfVectorizer
  10, 0, 2, 1, 1, 1, // ThresholdedRelu
  6, 7, 4, 1, 2, 1, 1, 1, 0, 6, 1, 1, 1, 1, 1, // Tile
  10, 8, 4, 1, 0, 2, 1, 135, 1, 0, 2, 1, 2, 1, 135, // TopK
  1, 0, 2, 1, 1, 1, // Transpose
  14, 0, 4, 1, 0, 1, 1, // Trilu
  11, 0, 2, 1, 4, 1, 135, 135, 135, // Unique
  13, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // Unsqueeze
  9, 7, 4, 1, 0, 1, 1, 1, 0, 2, 1, 1, 1, // Upsample
  9, 0, 6, 1, 2, 2, 1, 2, // Where
  1, 0, 4, 1, 1, 1, 137, // Xor
  1, 0, 4, 1, 0, 1, 1, // ai.onnx.ml::ArrayFeatureExtractor
  1, 0, 2, 1, 1, 1, // ai.onnx.ml::Binarizer
  1, 0, 2, 1, 1, 0, // ai.onnx.ml::CastMap
  1, 0, 2, 1, 1, 0, // ai.onnx.ml::CategoryMapper
  1, 0, 2, 1, 1, 0, // ai.onnx.ml::DictVectorizer
  1, 0, 3, 1, 1, 129, // ai.onnx.ml::FeatureVectorizer
  1, 0, 2, 1, 1, 1, // ai.onnx.ml::Imputer
  1, 0, 2, 1, 1, 0, // ai.onnx.ml::LabelEncoder
  1, 0, 2, 1, 2, 0, 129, // ai.onnx.ml::LinearClassifier
  1, 0, 2, 1, 1, 129, // ai.onnx.ml::LinearRegressor
  1, 0, 2, 1, 1, 129, // ai.onnx.ml::Normalizer
  1, 0, 2, 1, 1, 129, // ai.onnx.ml::OneHotEncoder
  1, 0, 2, 1, 2, 0, 129, // ai.onnx.ml::SVMClassifier
  1, 0, 2, 1, 1, 129, // ai.onnx.ml::SVMRegressor
  1, 0, 2, 1, 1, 129, // ai.onnx.ml::Scaler
  5, 0, 2, 1, 1, 1, // ai.onnx.ml::TreeEnsemble
  1, 0, 2, 1, 2, 0, 129, // ai.onnx.ml::TreeEnsembleClassifier
  1, 0, 2, 1, 1, 129, // ai.onnx.ml::TreeEnsembleRegressor
  1, 0, 2, 0, 1, 0, // ai.onnx.ml::ZipMap
  1, 0, 14, 1, 1, 1, 2, 1, 1, 2, 2, 1, 1, // com.microsoft::Attention
  1, 0, 28, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 3, 1, 1, 1, // com.microsoft::AttnLSTM
  1, 0, 24, 1, 2, 2, 2, 2, 3, 3, 4, 4, 2, 2, 2, 3, 134, 3, 3, // com.microsoft::BeamSearch
  1, 0, 6, 1, 1, 1, 1, 1, // com.microsoft::BiasAdd
  1, 0, 10, 1, 1, 1, 2, 3, 2, 1, 137, // com.microsoft::BiasDropout
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::BiasGelu
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::BiasSoftmax
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::BiasSplitGelu
  1, 0, 8, 1, 1, 1, 1, 2, 135, 135, // com.microsoft::BifurcationDetector
  1, 0, 10, 1, 1, 1, 2, 3, 2, 1, 140, // com.microsoft::BitmaskBiasDropout
  1, 0, 6, 1, 2, 3, 2, 1, 140, // com.microsoft::BitmaskDropout
  1, 0, 4, 1, 2, 1, 1, // com.microsoft::BranchwiseRMSNorm
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::CDist
  1, 0, 8, 1, 1, 1, 1, 3, 1, 1, 1, // com.microsoft::CausalConvWithState
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::ComplexMul
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::ComplexMulConj
  1, 0, 8, 1, 1, 1, 2, 1, 1, // com.microsoft::ConvStateReplay
  1, 0, 8, 1, 1, 0, 1, 1, 1, // com.microsoft::ConvTransposeWithDynamicPads
  1, 0, 8, 1, 1, 2, 2, 1, 1, // com.microsoft::CropAndResize
  1, 0, 24, 1, 1, 1, 1, 1, 2, 1, 1, 2, 2, 2, 2, 3, 1, 1, 1, // com.microsoft::DecoderAttention
  1, 0, 22, 1, 1, 1, 2, 1, 1, 1, 2, 2, 2, 1, 4, 1, 1, 1, 0, // com.microsoft::DecoderMaskedMultiHeadAttention
  1, 0, 18, 1, 1, 1, 2, 1, 1, 2, 2, 2, 2, 1, 1, // com.microsoft::DecoderMaskedSelfAttention
  1, 0, 6, 1, 2, 2, 1, 0, // com.microsoft::DequantizeBFP
  1, 0, 6, 1, 2, 1, 1, 2, // com.microsoft::DequantizeLinear
  1, 0, 4, 1, 2, 1, 0, // com.microsoft::DequantizeWithOrder
  1, 0, 24, 1, 2, 2, 1, 3, 1, 1, 1, 1, 2, 1, 2, 3, 129, 129, 129, // com.microsoft::DynamicQuantizeLSTM
  1, 0, 10, 1, 2, 1, 2, 1, 1, 129, // com.microsoft::DynamicQuantizeMatMul
  1, 0, 40, 1, 1, 2, 3, 3, 4, 4, 5, 5, 5, 5, 4, 4, 0, 4, 4, 4, 5, 6, 6, 4, 4, 3, 3, 134, // com.microsoft::DynamicSparseAttention
  1, 0, 2, 1, 1, 134, // com.microsoft::DynamicTimeWarping
  1, 0, 3, 1, 1, 1, // com.microsoft::EPContext
  1, 0, 18, 1, 1, 2, 2, 2, 2, 2, 1, 1, 3, 2, 134, 2, // com.microsoft::EmbedLayerNormalization
  1, 0, 12, 1, 1, 1, 1, 1, 1, 2, 1, 1, // com.microsoft::EngramGate
  1, 0, 4, 1, 0, 1, 1, // com.microsoft::ExpandDims
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::FastGelu
  1, 0, 8, 1, 1, 1, 1, 1, 1, // com.microsoft::FusedConv
  1, 0, 6, 1, 1, 1, 1, 1, // com.microsoft::FusedGemm
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::FusedMatMul
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::FusedMatMulActivation
  1, 0, 8, 1, 1, 1, 1, 1, 1, // com.microsoft::GatedAdd
  1, 0, 22, 1, 1, 1, 2, 3, 3, 4, 4, 4, 2, 2, 3, 1, 129, 129, // com.microsoft::GatedDeltaNet
  1, 0, 8, 1, 1, 1, 2, 1, 129, // com.microsoft::GatedDeltaNetStateReplay
  1, 0, 6, 1, 1, 1, 1, 1, // com.microsoft::GatedRMSNorm
  1, 0, 14, 1, 1, 1, 1, 1, 1, 2, 1, 1, // com.microsoft::GatedRelativePositionBias
  1, 0, 8, 1, 2, 3, 1, 1, 3, // com.microsoft::GatherBlockQuantized
  1, 0, 4, 1, 2, 1, 1, // com.microsoft::GatherND
  1, 0, 4, 1, 2, 1, 0, // com.microsoft::GatherPacked
  1, 0, 2, 1, 1, 1, // com.microsoft::Gelu
  1, 0, 6, 1, 1, 1, 1, 1, // com.microsoft::GemmFastGelu
  1, 0, 12, 1, 2, 3, 4, 4, 4, 1, 0, // com.microsoft::GemmFloat8
  1, 0, 10, 1, 2, 2, 2, 2, 2, 138, 138, // com.microsoft::GemmaRotaryEmbedding
  1, 0, 14, 1, 1, 1, 2, 1, 1, 1, 1, 134, // com.microsoft::GreedySearch
  1, 0, 4, 1, 1, 1, 0, // com.microsoft::GridSample
  1, 0, 6, 1, 2, 2, 1, 1, // com.microsoft::GroupNorm
  1, 0, 34, 1, 1, 1, 2, 2, 3, 3, 1, 1, 0, 1, 1, 4, 4, 1, 1, 3, 4, 1, 2, 2, 1, // com.microsoft::GroupQueryAttention
  1, 0, 14, 1, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1, // com.microsoft::HyperConnectionLowRankMix
  1, 0, 8, 1, 1, 2, 2, 1, 1, // com.microsoft::HyperConnectionPostMix
  1, 0, 4, 1, 2, 1, 1, // com.microsoft::HyperConnectionPreMix
  1, 0, 2, 1, 1, 1, // com.microsoft::Inverse
  1, 0, 2, 1, 1, 1, // com.microsoft::Irfft
  1, 0, 3, 1, 1, 137, // com.microsoft::IsAllFinite
  1, 0, 12, 1, 1, 1, 2, 1, 1, 2, 1, 2, // com.microsoft::LinearAttention
  1, 0, 8, 1, 2, 2, 1, 2, 1, 1, // com.microsoft::LinearAttentionGate
  1, 0, 14, 1, 1, 1, 1, 1, 1, 2, 1, 1, // com.microsoft::LongformerAttention
  1, 0, 8, 1, 2, 1, 1, 1, 1, // com.microsoft::MRotaryEmbedding
  1, 0, 20, 1, 1, 2, 1, 1, 2, 2, 2, 2, 3, 5, 144, 144, 129, 144, 129, // com.microsoft::Mamba2Verify
  1, 0, 12, 1, 2, 3, 4, 4, 1, 1, 1, // com.microsoft::MatMulBlockQuantizedFp4Weight
  1, 0, 10, 1, 2, 3, 3, 1, 1, 1, // com.microsoft::MatMulBlockQuantizedFp8Weight
  1, 0, 6, 1, 2, 1, 1, 1, // com.microsoft::MatMulBnb4
  1, 0, 6, 1, 2, 3, 1, 129, // com.microsoft::MatMulFpQ4
  1, 0, 4, 1, 2, 1, 0, // com.microsoft::MatMulInteger16
  1, 0, 14, 1, 2, 3, 3, 1, 2, 3, 1, 3, // com.microsoft::MatMulIntegerToFloat
  1, 0, 12, 1, 2, 1, 3, 4, 1, 1, 1, // com.microsoft::MatMulNBits
  1, 0, 18, 1, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, // com.microsoft::MatMulNBitsMlp
  1, 0, 14, 1, 2, 1, 2, 1, 2, 1, 1, 1, // com.microsoft::MatMulNBitsQLoRA
  1, 0, 24, 1, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 4, 1, 1, 1, 1, // com.microsoft::MatMulNBitsQkv
  1, 0, 6, 1, 2, 3, 1, 1, // com.microsoft::MatMulPacked
  1, 0, 4, 1, 0, 1, 129, // com.microsoft::MaxpoolWithMask
  1, 0, 16, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, // com.microsoft::MoE
  1, 0, 6, 1, 2, 1, 3, 1, 129, 129, // com.microsoft::MoEGroupRouter
  1, 0, 12, 1, 2, 3, 3, 3, 2, 1, 1, // com.microsoft::MoEPacked
  1, 0, 8, 1, 1, 1, 1, 1, 134, // com.microsoft::MulInteger
  1, 0, 20, 1, 1, 1, 1, 2, 1, 1, 1, 2, 2, 4, 1, 1, 1, 0, // com.microsoft::MultiHeadAttention
  1, 0, 2, 1, 1, 0, // com.microsoft::MurmurHash3
  1, 0, 14, 1, 1, 1, 1, 1, 1, 0, 2, 1, 1, // com.microsoft::NGramHashMapping
  1, 0, 4, 1, 2, 1, 129, // com.microsoft::NGramRepeatBlock
  1, 0, 6, 1, 1, 1, 1, 1, // com.microsoft::NhwcConv
  1, 0, 8, 1, 1, 1, 1, 1, 1, // com.microsoft::NhwcFusedConv
  1, 0, 2, 1, 1, 1, // com.microsoft::NhwcMaxPool
  1, 0, 12, 1, 1, 1, 2, 2, 1, 1, 1, // com.microsoft::PackedAttention
  1, 0, 14, 1, 1, 1, 1, 2, 2, 1, 1, 1, // com.microsoft::PackedMultiHeadAttention
  1, 0, 44, 1, 1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 3, 4, 1, 1, 2, 2, 2, 2, 2, 2, 2, 9, 134, 134, 4, 1, 1, 134, 1, 134, 134, // com.microsoft::PackedSparseAttentionIndexer
  1, 0, 14, 1, 1, 1, 1, 1, 1, 1, 3, 134, 134, 134, // com.microsoft::PackedSparseAttentionIndexerMerge
  1, 0, 6, 1, 0, 1, 1, 1, // com.microsoft::Pad
  1, 0, 34, 1, 1, 1, 2, 2, 3, 3, 3, 1, 1, 3, 1, 1, 1, 4, 4, 3, 3, 1, 2, 2, // com.microsoft::PagedAttention
  1, 0, 18, 1, 2, 3, 3, 3, 4, 1, 2, 3, 2, 3, 3, // com.microsoft::QAttention
  1, 0, 36, 1, 1, 2, 2, 2, 2, 2, 1, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 129, 134, // com.microsoft::QEmbedLayerNormalization
  1, 0, 18, 1, 2, 1, 3, 2, 3, 4, 2, 5, 1, 0, // com.microsoft::QGemm
  1, 0, 16, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearAdd
  1, 0, 10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearAveragePool
  1, 0, 7, 0, 0, 0, 1, 0, // com.microsoft::QLinearConcat
  1, 0, 18, 1, 0, 1, 2, 0, 2, 0, 3, 4, 1, 3, // com.microsoft::QLinearConv
  1, 0, 10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearGlobalAveragePool
  1, 0, 10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearLeakyRelu
  1, 0, 16, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearMul
  1, 0, 10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearReduceMean
  1, 0, 10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearSigmoid
  1, 0, 10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearSoftmax
  1, 0, 18, 1, 2, 3, 2, 2, 3, 2, 3, 2, 1, 2, // com.microsoft::QLinearWhere
  1, 0, 42, 1, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 2, 2, 1, 4, 4, 4, 4, 3, 3, 1, 1, // com.microsoft::QMoE
  1, 0, 40, 1, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1, 2, 1, 131, // com.microsoft::QOrderedAttention
  1, 0, 6, 1, 2, 2, 1, 131, // com.microsoft::QOrderedGelu
  1, 0, 10, 1, 2, 3, 3, 2, 1, 131, // com.microsoft::QOrderedLayerNormalization
  1, 0, 28, 1, 2, 1, 2, 2, 2, 2, 3, 1, 2, 2, 2, 4, 2, 1, 131, // com.microsoft::QOrderedLongformerAttention
  1, 0, 16, 1, 2, 1, 2, 2, 2, 1, 2, 1, 131, // com.microsoft::QOrderedMatMul
  1, 0, 2, 1, 3, 130, 135, 135, // com.microsoft::QuantizeBFP
  1, 0, 6, 1, 1, 2, 1, 2, // com.microsoft::QuantizeLinear
  1, 0, 4, 1, 2, 1, 131, // com.microsoft::QuantizeWithOrder
  1, 0, 2, 1, 1, 1, // com.microsoft::QuickGelu
  1, 0, 12, 1, 2, 3, 4, 4, 5, 2, 0, 129, // com.microsoft::RMSNormRotary
  1, 0, 6, 1, 1, 1, 1, 1, // com.microsoft::Range
  1, 0, 2, 1, 1, 0, // com.microsoft::ReduceSumInteger
  1, 0, 6, 1, 2, 2, 1, 1, // com.microsoft::RelativePositionBias
  1, 0, 4, 1, 2, 4, 1, 134, 134, 134, // com.microsoft::RemovePadding
  1, 0, 4, 1, 2, 1, 1, // com.microsoft::RestorePadding
  1, 0, 2, 1, 1, 1, // com.microsoft::Rfft
  1, 0, 8, 1, 2, 1, 1, 1, 1, // com.microsoft::RotaryEmbedding
  1, 0, 4, 1, 1, 2, 1, 1, // com.microsoft::RouterGateUpProj
  1, 0, 2, 1, 1, 1, // com.microsoft::SampleOp
  1, 0, 18, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2, 134, 129, // com.microsoft::Sampling
  1, 0, 4, 1, 2, 1, 1, // com.microsoft::ScaledSiLU
  1, 0, 10, 1, 2, 2, 1, 1, 2, 1, 1, // com.microsoft::SkipGroupNorm
  1, 0, 10, 1, 1, 1, 1, 1, 4, 1, 129, 129, 1, // com.microsoft::SkipLayerNormalization
  1, 0, 8, 1, 1, 1, 1, 4, 1, 129, 129, 1, // com.microsoft::SkipSimplifiedLayerNormalization
  1, 0, 3, 1, 1, 1, // com.microsoft::Snpe
  1, 0, 22, 1, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 3, 1, 1, 1, // com.microsoft::SparseAttention
  1, 0, 28, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 3, 4, 1, 3, 134, 1, 1, // com.microsoft::SparseAttentionIndexer
  1, 0, 44, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 1, 1, 3, 1, 1, 1, 1, 1, 4, 4, 3, 3, 1, 2, 2, // com.microsoft::SparsePagedAttention
  1, 0, 4, 1, 2, 1, 2, // com.microsoft::SparseToDenseMatMul
  1, 0, 14, 1, 1, 2, 1, 1, 1, 1, 3, 134, 135, 135, // com.microsoft::SpeculativePrefixCommit
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::SwiGLU
  1, 0, 2, 1, 1, 136, // com.microsoft::Tokenizer
  1, 0, 8, 1, 0, 0, 0, 1, 1, // com.microsoft::TorchEmbedding
  1, 0, 4, 1, 1, 1, 1, // com.microsoft::TransposeMatMul
  1, 0, 4, 1, 0, 1, 1, // com.microsoft::Trilu
  1, 0, 2, 1, 1, 1, // com.microsoft::UnfoldTensor
  1, 0, 2, 1, 3, 1, 135, 135, // com.microsoft::Unique
  1, 0, 16, 1, 1, 2, 1, 1, 2, 1, 1, 3, 1, 1, 1, // com.microsoft::VarlenCausalConvWithState
  1, 0, 20, 1, 1, 1, 2, 1, 1, 1, 0, 2, 2, 4, 1, 1, 134, 1, // com.microsoft::VarlenNGramHashMapping
  1, 0, 30, 1, 2, 2, 2, 2, 3, 3, 4, 4, 2, 2, 2, 2, 2, 3, 5, 134, 3, 3, 129, 3, // com.microsoft::WhisperBeamSearch
  1, 0, 8, 1, 2, 2, 2, 1, 129, // com.microsoft::WordConvEmbedding
  1, 0, 6, 1, 1, 1, 1, 1, // ai.onnx.preview::FlexAttention
  1, 0, 7, 1, 2, 3, 1, 3, // ai.onnx.preview.training::Adagrad
  1, 0, 7, 1, 2, 3, 1, 3, // ai.onnx.preview.training::Adam
  1, 0, 3, 1, 1, 0, // ai.onnx.preview.training::Gradient
  1, 0, 7, 1, 2, 3, 1, 3, // ai.onnx.preview.training::Momentum
  1, 0, 2, 1, 1, 129, // com.microsoft.nchwc::AveragePool
  1, 0, 8, 1, 1, 1, 1, 1, 129, // com.microsoft.nchwc::Conv
  1, 0, 2, 1, 1, 129, // com.microsoft.nchwc::GlobalAveragePool
  1, 0, 2, 1, 1, 129, // com.microsoft.nchwc::GlobalMaxPool
  1, 0, 2, 1, 1, 129, // com.microsoft.nchwc::MaxPool
  1, 0, 2, 1, 1, 129, // com.microsoft.nchwc::ReorderInput
  1, 0, 2, 1, 1, 129, // com.microsoft.nchwc::ReorderOutput
  1, 0, 2, 1, 1, 129, // com.microsoft.nchwc::Upsample
  7, 0, 2, 1, 1, 1, // com.ms.internal.nhwc::AveragePool
  15, 12, 10, 1, 2, 2, 3, 3, 3, 1, 3, 3, 14, 12, 10, 1, 1, 1, 2, 2, 3, 1, 2, 2, 7, 0, 10, 1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, // com.ms.internal.nhwc::BatchNormalization
  1, 0, 6, 1, 1, 1, 1, 1, // com.ms.internal.nhwc::Conv
  1, 0, 6, 1, 1, 1, 1, 1, // com.ms.internal.nhwc::ConvTranspose
  1, 0, 2, 1, 1, 1, // com.ms.internal.nhwc::DepthToSpace
  1, 0, 2, 1, 1, 1, // com.ms.internal.nhwc::GlobalAveragePool
  2, 0, 2, 1, 1, 1, // com.ms.internal.nhwc::GlobalLpPool
  1, 0, 2, 1, 1, 1, // com.ms.internal.nhwc::GlobalMaxPool
  16, 0, 4, 1, 2, 1, 1, // com.ms.internal.nhwc::GridSample
  6, 0, 6, 1, 1, 1, 1, 1, // com.ms.internal.nhwc::InstanceNormalization
  1, 0, 2, 1, 1, 1, // com.ms.internal.nhwc::LRN
  11, 0, 2, 1, 1, 1, // com.ms.internal.nhwc::LpPool
  8, 7, 2, 1, 2, 1, 135, 1, 0, 2, 1, 1, 1, // com.ms.internal.nhwc::MaxPool
  9, 0, 6, 1, 2, 2, 1, 1, // com.ms.internal.nhwc::MaxUnpool
  1, 0, 10, 1, 0, 1, 0, 1, 1, 1, // com.ms.internal.nhwc::QLinearAveragePool
  10, 0, 18, 1, 0, 1, 2, 0, 2, 0, 3, 4, 1, 3, // com.ms.internal.nhwc::QLinearConv
  1, 0, 18, 1, 0, 1, 2, 0, 2, 0, 3, 4, 1, 3, // com.ms.internal.nhwc::QLinearConvTranspose
  11, 0, 8, 1, 2, 0, 0, 1, 1, // com.ms.internal.nhwc::Resize
  1, 0, 2, 1, 1, 1, // com.ms.internal.nhwc::SpaceToDepth
]);
