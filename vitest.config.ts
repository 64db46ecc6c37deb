import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "torch-onnx": new URL("./src/index.ts", import.meta.url).pathname } },
  test: { include: ["test/**/*.test.ts"], pool: "forks", maxWorkers: 2, testTimeout: 60_000 },
});
