/** Element types as ONNX's schemas name them → torch's names; those that are missing are the same. */
export const onnxDTypes = {
  float: "float32",
  double: "float64",
  float8e4m3fn: "float8_e4m3fn",
  float8e4m3fnuz: "float8_e4m3fnuz",
  float8e5m2: "float8_e5m2",
  float8e5m2fnuz: "float8_e5m2fnuz",
  float8e8m0: "float8_e8m0fnu",
  float4e2m1: "float4_e2m1",
};
