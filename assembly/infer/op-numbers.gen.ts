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
  channels_last = 50,
  char_embedding_size = 51,
  chunk_size = 52,
  class_ids = 53,
  class_nodeids = 54,
  class_treeids = 55,
  class_weights = 56,
  class_weights_as_tensor = 57,
  classes_strings = 58,
  classlabels_int64s = 59,
  classlabels_ints = 60,
  classlabels_strings = 61,
  clip = 62,
  coefficients = 63,
  compress_ratio = 64,
  consumed_inputs = 65,
  conv_window_size = 66,
  coordinate_transformation_mode = 67,
  count_include_pad = 68,
  cubic_coeff_a = 69,
  custom = 70,
  d_state = 71,
  decoder = 72,
  decoder_output_cross_qk = 73,
  decoder_start_token_id = 74,
  default_float = 75,
  default_int64 = 76,
  default_string = 77,
  default_tensor = 78,
  delimiter = 79,
  delta_offset = 80,
  detect_negative = 81,
  detect_positive = 82,
  dilation = 83,
  dilations = 84,
  dim = 85,
  direction = 86,
  directions = 87,
  do_rotary = 88,
  down_type = 89,
  dtype = 90,
  early_stopping = 91,
  else_branch_ = 92,
  embed_mode = 93,
  embedding_size = 94,
  encoder = 95,
  end = 96,
  ends = 97,
  eos_token_id = 98,
  ep_cache_context = 99,
  ep_sdk_version = 100,
  epsilon = 101,
  equation = 102,
  exclude_outside = 103,
  exclusive = 104,
  expert_weight_bits = 105,
  extrapolation_value = 106,
  fc1_expert_weight_bits = 107,
  fc2_expert_weight_bits = 108,
  fc3_expert_weight_bits = 109,
  filter_value = 110,
  flatten_batch = 111,
  fmod = 112,
  gamma = 113,
  gate_activation = 114,
  gate_div = 115,
  gate_lower_bound = 116,
  gate_mul = 117,
  gate_type = 118,
  gather_axis = 119,
  group = 120,
  group_size = 121,
  group_topk = 122,
  groups = 123,
  hardware_architecture = 124,
  head_dim = 125,
  head_rows = 126,
  head_weight_scale = 127,
  heads = 128,
  height_scale = 129,
  hidden_size = 130,
  high = 131,
  ignore_index = 132,
  imputed_value_floats = 133,
  imputed_value_int64s = 134,
  index_topk = 135,
  indexshare_state_policy = 136,
  init_decoder = 137,
  input_channel_offset = 138,
  input_channels = 139,
  input_forget = 140,
  input_start = 141,
  input_width = 142,
  inputdimensions = 143,
  int64_vocabulary = 144,
  intercepts = 145,
  interleaved = 146,
  inverse = 147,
  is_bidirectional = 148,
  is_case_sensitive = 149,
  is_causal = 150,
  is_inner_broadcast = 151,
  is_packed_batching = 152,
  is_test = 153,
  isinf_only = 154,
  isnan_only = 155,
  k = 156,
  k_cache_dtype = 157,
  k_norm_epsilon = 158,
  k_quant_type = 159,
  keep_aspect_ratio_policy = 160,
  keepdims = 161,
  kernel_params = 162,
  kernel_shape = 163,
  kernel_type = 164,
  keys_floats = 165,
  keys_int64s = 166,
  keys_strings = 167,
  keys_tensor = 168,
  kv_cache_bit_width = 169,
  kv_cache_layout = 170,
  kv_num_heads = 171,
  lambd = 172,
  largest = 173,
  layout = 174,
  leaf_targetids = 175,
  leaf_weights = 176,
  left_window_size = 177,
  limit = 178,
  linear_before_reset = 179,
  local_window_size = 180,
  locale = 181,
  lora_bits = 182,
  lora_block_size = 183,
  low = 184,
  main_context = 185,
  map_form = 186,
  mark = 187,
  mask_filter_value = 188,
  mask_index_type = 189,
  max = 190,
  max_distance = 191,
  max_gram_length = 192,
  max_map = 193,
  max_ngram_size = 194,
  max_output_entries = 195,
  max_size = 196,
  max_skip_count = 197,
  maxsplit = 198,
  mean = 199,
  membership_values = 200,
  metric = 201,
  min = 202,
  min_gram_length = 203,
  min_ngram_size = 204,
  min_tokens_to_keep = 205,
  mincharnum = 206,
  mode = 207,
  model_type = 208,
  momentum = 209,
  mrope_layout = 210,
  mrope_section = 211,
  multi_class = 212,
  n_group = 213,
  n_groups = 214,
  n_head_per_ngram = 215,
  n_supports = 216,
  n_targets = 217,
  ndim = 218,
  nearest_mode = 219,
  new_axis = 220,
  ngram_counts = 221,
  ngram_indexes = 222,
  ngram_size = 223,
  no_repeat_ngram_size = 224,
  no_speech_token_id = 225,
  no_timestamps_token_id = 226,
  nodes_falseleafs = 227,
  nodes_falsenodeids = 228,
  nodes_featureids = 229,
  nodes_hitrates = 230,
  nodes_hitrates_as_tensor = 231,
  nodes_missing_value_tracks_true = 232,
  nodes_modes = 233,
  nodes_nodeids = 234,
  nodes_splits = 235,
  nodes_treeids = 236,
  nodes_trueleafs = 237,
  nodes_truenodeids = 238,
  nodes_values = 239,
  nodes_values_as_tensor = 240,
  noop_with_empty_axes = 241,
  norm = 242,
  normalize_routing_weights = 243,
  normalized = 244,
  notes = 245,
  num_branches = 246,
  num_groups = 247,
  num_heads = 248,
  num_outputs = 249,
  num_scan_inputs = 250,
  offset = 251,
  offset_group = 252,
  one_class = 253,
  onesided = 254,
  onnx_model_filename = 255,
  opset = 256,
  order_A = 257,
  order_B = 258,
  order_X = 259,
  order_Y = 260,
  order_global_weight = 261,
  order_input = 262,
  order_output = 263,
  order_weight = 264,
  output_bf16 = 265,
  output_datatype = 266,
  output_dtype = 267,
  output_fp16 = 268,
  output_height = 269,
  output_padding = 270,
  output_qk = 271,
  output_sequence = 272,
  output_shape = 273,
  output_width = 274,
  p = 275,
  packed_type = 276,
  pad_id = 277,
  pad_token_id = 278,
  pad_value = 279,
  padding_mode = 280,
  paddings = 281,
  pads = 282,
  partition_name = 283,
  past_present_share_buffer = 284,
  pattern = 285,
  periodic = 286,
  perm = 287,
  pixel_format = 288,
  policy_mode = 289,
  pool_int64s = 290,
  pool_strings = 291,
  pooled_shape = 292,
  positive = 293,
  post_transform = 294,
  precision = 295,
  presence_penalty = 296,
  prob_a = 297,
  prob_b = 298,
  q_norm_epsilon = 299,
  q_num_heads = 300,
  qk_l2_norm = 301,
  qk_matmul_output_mode = 302,
  qk_norm_epsilon = 303,
  qk_output = 304,
  qkv_hidden_sizes = 305,
  quant_type = 306,
  quantize_axis = 307,
  ratio = 308,
  reduction = 309,
  reduction_scale = 310,
  replaced_value_float = 311,
  replaced_value_int64 = 312,
  reset_on_eos = 313,
  reverse = 314,
  rho = 315,
  right_window_size = 316,
  rotary_embedding_dim = 317,
  rotary_interleaved = 318,
  rotary_offset = 319,
  round_activation = 320,
  round_mode = 321,
  routed_scaling_factor = 322,
  router_sentinel = 323,
  router_size = 324,
  routing_epsilon = 325,
  sample_size = 326,
  sampling_ratio = 327,
  saturate = 328,
  scale = 329,
  scales = 330,
  scan_input_axes = 331,
  scan_input_directions = 332,
  scan_output_axes = 333,
  scan_output_directions = 334,
  seed = 335,
  select_last_index = 336,
  selected_kv_source = 337,
  separators = 338,
  shape = 339,
  signal_ndim = 340,
  silu_alpha = 341,
  size = 342,
  sliding_window_cache = 343,
  smooth_softmax = 344,
  snpe_version = 345,
  softcap = 346,
  softmax_precision = 347,
  sorted = 348,
  source = 349,
  sparse_block_size = 350,
  sparse_value = 351,
  spatial = 352,
  spatial_scale = 353,
  split = 354,
  start = 355,
  start_of_lm_token_id = 356,
  starts = 357,
  stash_type = 358,
  state_capacity = 359,
  state_channels_last = 360,
  state_length = 361,
  state_update_capacity = 362,
  state_window = 363,
  step = 364,
  stopwords = 365,
  storage_order = 366,
  strides = 367,
  string_vocabulary = 368,
  support_vectors = 369,
  swiglu_fusion = 370,
  swiglu_limit = 371,
  swiglu_limit_after_activation = 372,
  target_device = 373,
  target_ids = 374,
  target_nodeids = 375,
  target_treeids = 376,
  target_weights = 377,
  target_weights_as_tensor = 378,
  targets = 379,
  temperature = 380,
  then_branch = 381,
  threshold = 382,
  time_axis = 383,
  time_step_min = 384,
  to = 385,
  token_budget = 386,
  tokenexp = 387,
  top_k = 388,
  top_p = 389,
  topk_group = 390,
  training_mode = 391,
  transA = 392,
  transB = 393,
  transBatchA = 394,
  transBatchB = 395,
  transcribe_token_id = 396,
  translate_token_id = 397,
  tree_roots = 398,
  type_ = 399,
  unidirectional = 400,
  up_type = 401,
  update_rule = 402,
  upper = 403,
  use_fp32_arithmetic = 404,
  use_sparse_mixer = 405,
  v_cache_dtype = 406,
  v_head_size = 407,
  v_quant_type = 408,
  value = 409,
  value_float = 410,
  value_floats = 411,
  value_int = 412,
  value_ints = 413,
  value_string = 414,
  value_strings = 415,
  values_floats = 416,
  values_int64s = 417,
  values_strings = 418,
  values_tensor = 419,
  vectors_per_class = 420,
  vocab_size = 421,
  weight_prepacked = 422,
  weights = 423,
  weights_prepacked = 424,
  width_scale = 425,
  window = 426,
  zeros = 427,
}

export const OPS: i32 = 372;

/** Where the row of each op begins in SIGNATURES. */
export const SIGNATURE_AT: usize = memory.data<u16>([0, 0, 4, 8, 12, 17, 22, 27, 31, 35, 39, 43, 47, 51, 64, 68, 78, 82, 86, 91, 96, 100, 105, 110, 114, 118, 123, 131, 135, 139, 144, 150, 156, 161, 165, 169, 172, 176, 182, 189, 195, 199, 203, 208, 213, 219, 227, 231, 237, 241, 246, 253, 259, 263, 267, 272, 276, 280, 285, 289, 293, 297, 307, 312, 317, 322, 326, 332, 336, 340, 344, 349, 354, 359, 365, 369, 373, 377, 381, 385, 389, 393, 397, 403, 407, 411, 415, 428, 436, 440, 445, 450, 460, 464, 468, 474, 478, 482, 487, 494, 498, 503, 508, 514, 518, 522, 530, 534, 538, 543, 548, 552, 556, 562, 570, 574, 578, 584, 588, 592, 596, 601, 606, 613, 618, 630, 641, 647, 652, 662, 665, 669, 672, 676, 682, 686, 691, 696, 701, 706, 711, 716, 721, 726, 731, 736, 740, 744, 749, 756, 761, 767, 774, 778, 785, 789, 795, 801, 807, 811, 816, 820, 823, 828, 834, 838, 843, 847, 851, 855, 859, 863, 867, 871, 879, 883, 890, 894, 898, 902, 907, 912, 916, 921, 926, 930, 935, 940, 944, 949, 953, 957, 961, 967, 971, 975, 980, 986, 990, 995, 1002, 1007, 1012, 1018, 1023, 1028, 1032, 1036, 1040, 1044, 1048, 1052, 1056, 1061, 1065, 1069, 1073, 1078, 1082, 1086, 1090, 1095, 1099, 1103, 1114, 1133, 1150, 1156, 1165, 1170, 1175, 1180, 1188, 1197, 1204, 1209, 1214, 1223, 1228, 1233, 1240, 1247, 1254, 1271, 1288, 1301, 1307, 1313, 1318, 1335, 1343, 1369, 1373, 1377, 1391, 1401, 1406, 1411, 1418, 1424, 1429, 1434, 1441, 1457, 1464, 1470, 1480, 1487, 1492, 1497, 1501, 1507, 1516, 1525, 1535, 1540, 1546, 1569, 1581, 1588, 1593, 1597, 1601, 1605, 1615, 1623, 1633, 1640, 1657, 1666, 1674, 1680, 1686, 1691, 1701, 1710, 1723, 1733, 1751, 1757, 1762, 1773, 1781, 1790, 1797, 1813, 1817, 1828, 1833, 1839, 1846, 1850, 1859, 1869, 1902, 1914, 1920, 1942, 1955, 1977, 1989, 2000, 2008, 2014, 2026, 2034, 2042, 2053, 2061, 2069, 2077, 2089, 2113, 2136, 2142, 2150, 2167, 2178, 2184, 2190, 2195, 2199, 2209, 2215, 2219, 2225, 2233, 2238, 2242, 2249, 2255, 2259, 2272, 2277, 2286, 2297, 2307, 2311, 2327, 2346, 2373, 2378, 2390, 2395, 2399, 2406, 2411, 2416, 2420, 2426, 2439, 2455, 2477]);
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
  4, 1, 0, 1, 1, // ai.onnx.ml::ArrayFeatureExtractor
  2, 1, 1, 1, // ai.onnx.ml::Binarizer
  2, 1, 1, 0, // ai.onnx.ml::CastMap
  2, 1, 1, 0, // ai.onnx.ml::CategoryMapper
  2, 1, 1, 0, // ai.onnx.ml::DictVectorizer
  3, 1, 1, 129, // ai.onnx.ml::FeatureVectorizer
  2, 1, 1, 1, // ai.onnx.ml::Imputer
  2, 1, 1, 0, // ai.onnx.ml::LabelEncoder
  2, 1, 2, 0, 129, // ai.onnx.ml::LinearClassifier
  2, 1, 1, 129, // ai.onnx.ml::LinearRegressor
  2, 1, 1, 129, // ai.onnx.ml::Normalizer
  2, 1, 1, 129, // ai.onnx.ml::OneHotEncoder
  2, 1, 2, 0, 129, // ai.onnx.ml::SVMClassifier
  2, 1, 1, 129, // ai.onnx.ml::SVMRegressor
  2, 1, 1, 129, // ai.onnx.ml::Scaler
  2, 1, 1, 1, // ai.onnx.ml::TreeEnsemble
  2, 1, 2, 0, 129, // ai.onnx.ml::TreeEnsembleClassifier
  2, 1, 1, 129, // ai.onnx.ml::TreeEnsembleRegressor
  2, 0, 1, 0, // ai.onnx.ml::ZipMap
  14, 1, 1, 1, 2, 1, 1, 2, 2, 1, 1, // com.microsoft::Attention
  28, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 3, 1, 1, 1, // com.microsoft::AttnLSTM
  24, 1, 2, 2, 2, 2, 3, 3, 4, 4, 2, 2, 2, 3, 134, 3, 3, // com.microsoft::BeamSearch
  6, 1, 1, 1, 1, 1, // com.microsoft::BiasAdd
  10, 1, 1, 1, 2, 3, 2, 1, 137, // com.microsoft::BiasDropout
  4, 1, 1, 1, 1, // com.microsoft::BiasGelu
  4, 1, 1, 1, 1, // com.microsoft::BiasSoftmax
  4, 1, 1, 1, 1, // com.microsoft::BiasSplitGelu
  8, 1, 1, 1, 1, 2, 135, 135, // com.microsoft::BifurcationDetector
  10, 1, 1, 1, 2, 3, 2, 1, 140, // com.microsoft::BitmaskBiasDropout
  6, 1, 2, 3, 2, 1, 140, // com.microsoft::BitmaskDropout
  4, 1, 2, 1, 1, // com.microsoft::BranchwiseRMSNorm
  4, 1, 1, 1, 1, // com.microsoft::CDist
  8, 1, 1, 1, 1, 3, 1, 1, 1, // com.microsoft::CausalConvWithState
  4, 1, 1, 1, 1, // com.microsoft::ComplexMul
  4, 1, 1, 1, 1, // com.microsoft::ComplexMulConj
  8, 1, 1, 1, 2, 1, 1, // com.microsoft::ConvStateReplay
  8, 1, 1, 0, 1, 1, 1, // com.microsoft::ConvTransposeWithDynamicPads
  8, 1, 1, 2, 2, 1, 1, // com.microsoft::CropAndResize
  24, 1, 1, 1, 1, 1, 2, 1, 1, 2, 2, 2, 2, 3, 1, 1, 1, // com.microsoft::DecoderAttention
  22, 1, 1, 1, 2, 1, 1, 1, 2, 2, 2, 1, 4, 1, 1, 1, 0, // com.microsoft::DecoderMaskedMultiHeadAttention
  18, 1, 1, 1, 2, 1, 1, 2, 2, 2, 2, 1, 1, // com.microsoft::DecoderMaskedSelfAttention
  6, 1, 2, 2, 1, 0, // com.microsoft::DequantizeBFP
  6, 1, 2, 1, 1, 2, // com.microsoft::DequantizeLinear
  4, 1, 2, 1, 0, // com.microsoft::DequantizeWithOrder
  24, 1, 2, 2, 1, 3, 1, 1, 1, 1, 2, 1, 2, 3, 129, 129, 129, // com.microsoft::DynamicQuantizeLSTM
  10, 1, 2, 1, 2, 1, 1, 129, // com.microsoft::DynamicQuantizeMatMul
  40, 1, 1, 2, 3, 3, 4, 4, 5, 5, 5, 5, 4, 4, 0, 4, 4, 4, 5, 6, 6, 4, 4, 3, 3, 134, // com.microsoft::DynamicSparseAttention
  2, 1, 1, 134, // com.microsoft::DynamicTimeWarping
  3, 1, 1, 1, // com.microsoft::EPContext
  18, 1, 1, 2, 2, 2, 2, 2, 1, 1, 3, 2, 134, 2, // com.microsoft::EmbedLayerNormalization
  12, 1, 1, 1, 1, 1, 1, 2, 1, 1, // com.microsoft::EngramGate
  4, 1, 0, 1, 1, // com.microsoft::ExpandDims
  4, 1, 1, 1, 1, // com.microsoft::FastGelu
  8, 1, 1, 1, 1, 1, 1, // com.microsoft::FusedConv
  6, 1, 1, 1, 1, 1, // com.microsoft::FusedGemm
  4, 1, 1, 1, 1, // com.microsoft::FusedMatMul
  4, 1, 1, 1, 1, // com.microsoft::FusedMatMulActivation
  8, 1, 1, 1, 1, 1, 1, // com.microsoft::GatedAdd
  22, 1, 1, 1, 2, 3, 3, 4, 4, 4, 2, 2, 3, 1, 129, 129, // com.microsoft::GatedDeltaNet
  8, 1, 1, 1, 2, 1, 129, // com.microsoft::GatedDeltaNetStateReplay
  6, 1, 1, 1, 1, 1, // com.microsoft::GatedRMSNorm
  14, 1, 1, 1, 1, 1, 1, 2, 1, 1, // com.microsoft::GatedRelativePositionBias
  8, 1, 2, 3, 1, 1, 3, // com.microsoft::GatherBlockQuantized
  4, 1, 2, 1, 1, // com.microsoft::GatherND
  4, 1, 2, 1, 0, // com.microsoft::GatherPacked
  2, 1, 1, 1, // com.microsoft::Gelu
  6, 1, 1, 1, 1, 1, // com.microsoft::GemmFastGelu
  12, 1, 2, 3, 4, 4, 4, 1, 0, // com.microsoft::GemmFloat8
  10, 1, 2, 2, 2, 2, 2, 138, 138, // com.microsoft::GemmaRotaryEmbedding
  14, 1, 1, 1, 2, 1, 1, 1, 1, 134, // com.microsoft::GreedySearch
  4, 1, 1, 1, 0, // com.microsoft::GridSample
  6, 1, 2, 2, 1, 1, // com.microsoft::GroupNorm
  34, 1, 1, 1, 2, 2, 3, 3, 1, 1, 0, 1, 1, 4, 4, 1, 1, 3, 4, 1, 2, 2, 1, // com.microsoft::GroupQueryAttention
  14, 1, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1, // com.microsoft::HyperConnectionLowRankMix
  8, 1, 1, 2, 2, 1, 1, // com.microsoft::HyperConnectionPostMix
  4, 1, 2, 1, 1, // com.microsoft::HyperConnectionPreMix
  2, 1, 1, 1, // com.microsoft::Inverse
  2, 1, 1, 1, // com.microsoft::Irfft
  3, 1, 1, 137, // com.microsoft::IsAllFinite
  12, 1, 1, 1, 2, 1, 1, 2, 1, 2, // com.microsoft::LinearAttention
  8, 1, 2, 2, 1, 2, 1, 1, // com.microsoft::LinearAttentionGate
  14, 1, 1, 1, 1, 1, 1, 2, 1, 1, // com.microsoft::LongformerAttention
  8, 1, 2, 1, 1, 1, 1, // com.microsoft::MRotaryEmbedding
  20, 1, 1, 2, 1, 1, 2, 2, 2, 2, 3, 5, 144, 144, 129, 144, 129, // com.microsoft::Mamba2Verify
  12, 1, 2, 3, 4, 4, 1, 1, 1, // com.microsoft::MatMulBlockQuantizedFp4Weight
  10, 1, 2, 3, 3, 1, 1, 1, // com.microsoft::MatMulBlockQuantizedFp8Weight
  6, 1, 2, 1, 1, 1, // com.microsoft::MatMulBnb4
  6, 1, 2, 3, 1, 129, // com.microsoft::MatMulFpQ4
  4, 1, 2, 1, 0, // com.microsoft::MatMulInteger16
  14, 1, 2, 3, 3, 1, 2, 3, 1, 3, // com.microsoft::MatMulIntegerToFloat
  12, 1, 2, 1, 3, 4, 1, 1, 1, // com.microsoft::MatMulNBits
  18, 1, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, // com.microsoft::MatMulNBitsMlp
  14, 1, 2, 1, 2, 1, 2, 1, 1, 1, // com.microsoft::MatMulNBitsQLoRA
  24, 1, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 4, 1, 1, 1, 1, // com.microsoft::MatMulNBitsQkv
  6, 1, 2, 3, 1, 1, // com.microsoft::MatMulPacked
  4, 1, 0, 1, 129, // com.microsoft::MaxpoolWithMask
  16, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, // com.microsoft::MoE
  6, 1, 2, 1, 3, 1, 129, 129, // com.microsoft::MoEGroupRouter
  12, 1, 2, 3, 3, 3, 2, 1, 1, // com.microsoft::MoEPacked
  8, 1, 1, 1, 1, 1, 134, // com.microsoft::MulInteger
  20, 1, 1, 1, 1, 2, 1, 1, 1, 2, 2, 4, 1, 1, 1, 0, // com.microsoft::MultiHeadAttention
  2, 1, 1, 0, // com.microsoft::MurmurHash3
  14, 1, 1, 1, 1, 1, 1, 0, 2, 1, 1, // com.microsoft::NGramHashMapping
  4, 1, 2, 1, 129, // com.microsoft::NGramRepeatBlock
  6, 1, 1, 1, 1, 1, // com.microsoft::NhwcConv
  8, 1, 1, 1, 1, 1, 1, // com.microsoft::NhwcFusedConv
  2, 1, 1, 1, // com.microsoft::NhwcMaxPool
  12, 1, 1, 1, 2, 2, 1, 1, 1, // com.microsoft::PackedAttention
  14, 1, 1, 1, 1, 2, 2, 1, 1, 1, // com.microsoft::PackedMultiHeadAttention
  44, 1, 1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 3, 4, 1, 1, 2, 2, 2, 2, 2, 2, 2, 9, 134, 134, 4, 1, 1, 134, 1, 134, 134, // com.microsoft::PackedSparseAttentionIndexer
  14, 1, 1, 1, 1, 1, 1, 1, 3, 134, 134, 134, // com.microsoft::PackedSparseAttentionIndexerMerge
  6, 1, 0, 1, 1, 1, // com.microsoft::Pad
  34, 1, 1, 1, 2, 2, 3, 3, 3, 1, 1, 3, 1, 1, 1, 4, 4, 3, 3, 1, 2, 2, // com.microsoft::PagedAttention
  18, 1, 2, 3, 3, 3, 4, 1, 2, 3, 2, 3, 3, // com.microsoft::QAttention
  36, 1, 1, 2, 2, 2, 2, 2, 1, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 129, 134, // com.microsoft::QEmbedLayerNormalization
  18, 1, 2, 1, 3, 2, 3, 4, 2, 5, 1, 0, // com.microsoft::QGemm
  16, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearAdd
  10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearAveragePool
  7, 0, 0, 0, 1, 0, // com.microsoft::QLinearConcat
  18, 1, 0, 1, 2, 0, 2, 0, 3, 4, 1, 3, // com.microsoft::QLinearConv
  10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearGlobalAveragePool
  10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearLeakyRelu
  16, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearMul
  10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearReduceMean
  10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearSigmoid
  10, 1, 0, 1, 0, 1, 1, 1, // com.microsoft::QLinearSoftmax
  18, 1, 2, 3, 2, 2, 3, 2, 3, 2, 1, 2, // com.microsoft::QLinearWhere
  42, 1, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 2, 2, 1, 4, 4, 4, 4, 3, 3, 1, 1, // com.microsoft::QMoE
  40, 1, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1, 2, 1, 131, // com.microsoft::QOrderedAttention
  6, 1, 2, 2, 1, 131, // com.microsoft::QOrderedGelu
  10, 1, 2, 3, 3, 2, 1, 131, // com.microsoft::QOrderedLayerNormalization
  28, 1, 2, 1, 2, 2, 2, 2, 3, 1, 2, 2, 2, 4, 2, 1, 131, // com.microsoft::QOrderedLongformerAttention
  16, 1, 2, 1, 2, 2, 2, 1, 2, 1, 131, // com.microsoft::QOrderedMatMul
  2, 1, 3, 130, 135, 135, // com.microsoft::QuantizeBFP
  6, 1, 1, 2, 1, 2, // com.microsoft::QuantizeLinear
  4, 1, 2, 1, 131, // com.microsoft::QuantizeWithOrder
  2, 1, 1, 1, // com.microsoft::QuickGelu
  12, 1, 2, 3, 4, 4, 5, 2, 0, 129, // com.microsoft::RMSNormRotary
  6, 1, 1, 1, 1, 1, // com.microsoft::Range
  2, 1, 1, 0, // com.microsoft::ReduceSumInteger
  6, 1, 2, 2, 1, 1, // com.microsoft::RelativePositionBias
  4, 1, 2, 4, 1, 134, 134, 134, // com.microsoft::RemovePadding
  4, 1, 2, 1, 1, // com.microsoft::RestorePadding
  2, 1, 1, 1, // com.microsoft::Rfft
  8, 1, 2, 1, 1, 1, 1, // com.microsoft::RotaryEmbedding
  4, 1, 1, 2, 1, 1, // com.microsoft::RouterGateUpProj
  2, 1, 1, 1, // com.microsoft::SampleOp
  18, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2, 134, 129, // com.microsoft::Sampling
  4, 1, 2, 1, 1, // com.microsoft::ScaledSiLU
  10, 1, 2, 2, 1, 1, 2, 1, 1, // com.microsoft::SkipGroupNorm
  10, 1, 1, 1, 1, 1, 4, 1, 129, 129, 1, // com.microsoft::SkipLayerNormalization
  8, 1, 1, 1, 1, 4, 1, 129, 129, 1, // com.microsoft::SkipSimplifiedLayerNormalization
  3, 1, 1, 1, // com.microsoft::Snpe
  22, 1, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 3, 1, 1, 1, // com.microsoft::SparseAttention
  28, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 3, 4, 1, 3, 134, 1, 1, // com.microsoft::SparseAttentionIndexer
  44, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 1, 1, 3, 1, 1, 1, 1, 1, 4, 4, 3, 3, 1, 2, 2, // com.microsoft::SparsePagedAttention
  4, 1, 2, 1, 2, // com.microsoft::SparseToDenseMatMul
  14, 1, 1, 2, 1, 1, 1, 1, 3, 134, 135, 135, // com.microsoft::SpeculativePrefixCommit
  4, 1, 1, 1, 1, // com.microsoft::SwiGLU
  2, 1, 1, 136, // com.microsoft::Tokenizer
  8, 1, 0, 0, 0, 1, 1, // com.microsoft::TorchEmbedding
  4, 1, 1, 1, 1, // com.microsoft::TransposeMatMul
  4, 1, 0, 1, 1, // com.microsoft::Trilu
  2, 1, 1, 1, // com.microsoft::UnfoldTensor
  2, 1, 3, 1, 135, 135, // com.microsoft::Unique
  16, 1, 1, 2, 1, 1, 2, 1, 1, 3, 1, 1, 1, // com.microsoft::VarlenCausalConvWithState
  20, 1, 1, 1, 2, 1, 1, 1, 0, 2, 2, 4, 1, 1, 134, 1, // com.microsoft::VarlenNGramHashMapping
  30, 1, 2, 2, 2, 2, 3, 3, 4, 4, 2, 2, 2, 2, 2, 3, 5, 134, 3, 3, 129, 3, // com.microsoft::WhisperBeamSearch
  8, 1, 2, 2, 2, 1, 129, // com.microsoft::WordConvEmbedding
]);
