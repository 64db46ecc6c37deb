#!/usr/bin/env node
// Brings a clone to where a command can run: node tools/setup.mjs build|test
// Needs only Node and npm. Installs when package-lock.json changed since the last install; builds core and library when sources changed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesUnder } from "./files.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
const [goal = "build"] = process.argv.slice(2);

function run(title, command, ...args) {
  const start = performance.now();
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" });
  if (error || status !== 0) {
    console.error(`${title}: ${error?.message ?? `exit code ${status}`}`);
    process.exit(status ?? 1);
  }
  console.error(`${title}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
const bin = (name) => join("node_modules", ".bin", name);

/** Runs `work` unless it ran for the same contents of `files` before. */
function once(stamp, files, outputs, work) {
  const hash = createHash("sha256");
  for (const f of files) hash.update(f).update("\0").update(readFileSync(f)).update("\0");
  const digest = hash.digest("hex");
  const path = join("node_modules", ".torch-onnx", stamp);
  if (outputs.every((o) => existsSync(o)) && existsSync(path) && readFileSync(path, "utf8") === digest) return;
  work();
  mkdirSync(join("node_modules", ".torch-onnx"), { recursive: true });
  writeFileSync(path, digest);
}

once("install", ["package.json", "package-lock.json", ".npmrc"], ["node_modules/typescript", "node_modules/assemblyscript"], () =>
  // `install`, not `ci`: a registry that lacks another platform's optional binary must not stop this one.
  run("npm install", "npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"),
);
once("core", [...filesUnder("assembly"), "asconfig.json"], ["build/core.wasm"], () => run("core", "npm", "run", "--silent", "build:core"));
once(
  "library",
  [...filesUnder("src"), "tsconfig.json", "tsconfig.build.json", "tools/bundle-cli.mjs", "tools/prune-package.mjs"],
  ["dist/index.js"],
  () => {
    rmSync("dist", { recursive: true, force: true });
    run("library", bin("tsc"), "-p", "tsconfig.build.json");
    run("command", process.execPath, "tools/bundle-cli.mjs");
    run("package", process.execPath, "tools/prune-package.mjs");
  },
);
once("examples", [...filesUnder("examples"), ...filesUnder("src"), "tsconfig.examples.json"], ["build/examples"], () =>
  run("examples", bin("tsc"), "-p", "tsconfig.examples.json"),
);
if (goal === "test") {
  run("types", bin("tsc"), "-p", "tsconfig.json");
  run("lint", bin("biome"), "ci", ".");
}
