#!/usr/bin/env node
// Compiles assembly/ to build/core.wasm and writes src/core/exports.gen.ts from it: node tools/build-core.mjs
// Both files appear whole or not at all, so tests that run meanwhile see the old ones.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { exportsModule } from "./generate-exports.mjs";

const root = new URL("..", import.meta.url).pathname;
const asc = join(dirname(createRequire(import.meta.url).resolve("assemblyscript/package.json")), "bin/asc.js");
const fresh = join(root, `build/core.${process.pid}.wasm`);
const generated = join(root, "src/core/exports.gen.ts");

mkdirSync(join(root, "build"), { recursive: true });
const args = [asc, "--config", "asconfig.json", "--target", "release", "-o", fresh, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
if (status !== 0) {
  rmSync(fresh, { force: true });
  process.exit(status ?? 1);
}
const text = exportsModule(readFileSync(fresh));
renameSync(fresh, join(root, "build/core.wasm"));
if (!existsSync(generated) || readFileSync(generated, "utf8") !== text) {
  writeFileSync(`${generated}.${process.pid}`, text);
  renameSync(`${generated}.${process.pid}`, generated);
}
