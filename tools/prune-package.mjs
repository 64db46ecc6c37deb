#!/usr/bin/env node
// Makes dist as small as users need it: node tools/prune-package.mjs
// Declarations that no public entry reaches go, and white space and comments of the JavaScript, which the sources have. The package must stay below 5 MB.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { minifySync } from "rolldown/utils";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(dist, "../package.json"), "utf8"));

const reached = new Set();
function reach(path) {
  if (reached.has(path)) return;
  reached.add(path);
  for (const [, to] of readFileSync(path, "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
    reach(join(dirname(path), to.replace(/(\.d)?\.[jt]s$/, ".d.ts")));
  }
}
for (const { types } of Object.values(exports)) if (types !== undefined) reach(join(dist, "..", types));

const plain = { module: true, compress: false, mangle: false, codegen: { removeWhitespace: true } };
for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  const path = join(dist, name);
  if (name.endsWith(".d.ts")) {
    if (!reached.has(path)) rmSync(path);
  } else if (name.endsWith(".js") && !/^cli\b/.test(name)) {
    writeFileSync(path, minifySync(path, readFileSync(path, "utf8"), plain).code);
  }
}
