export * from "./binary";
export * from "./cast";
export * from "./compare";
export * from "./copy";
export * from "./gemm";
export * from "./reduce";
export * from "./sort";
export * from "./unary";
