#!/usr/bin/env node
// Writes every *.gen.ts from the specification files: node tools/generate.mjs [SPEC_DIR]
// The generated files are committed; a build never runs this.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generateAten } from "./generate-aten.mjs";
import { generateFunctions } from "./generate-functions.mjs";
import { generateOnnx } from "./generate-onnx.mjs";

const spec = process.argv[2] ?? "../shared/spec";
const json = (name) => JSON.parse(readFileSync(join(spec, name), "utf8"));
const preview = JSON.parse(readFileSync(new URL("onnx-preview-schemas.json", import.meta.url), "utf8"));
generateFunctions(generateAten(json("aten-schemas.json"), json("type-promotion.json")));
generateOnnx(json("onnx-schemas.json"), json("ort-contrib-schemas.json"), preview);
await import("./generate-builder.mjs");
await import("./generate-kernels.mjs");
