//! Every kernel family.

export * from "./binary";
export * from "./cast";
export * from "./compare";
export * from "./complex";
export * from "./conv";
export * from "./copy";
export * from "./fft";
export * from "./gemm";
export * from "./half-precision";
export * from "./index-ops";
export * from "./linalg/factor";
export * from "./linalg/hermitian";
export * from "./linalg/schur";
export * from "./linalg/singular";
export { qr_c128, qr_columns_c128, qr_columns_f64, qr_f64 } from "./linalg/reflect";
export * from "./integer-gemm";
export * from "./low-precision";
export * from "./norm";
export * from "./pool";
export * from "./quantize";
export * from "./random";
export * from "./reduce";
export * from "./sort";
export * from "./special";
export * from "./unary";
export * from "./winograd";
