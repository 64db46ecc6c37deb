export * from "./binary";
export * from "./compare";
export * from "./copy";
export * from "./unary";
export * from "./cast";
