#!/usr/bin/env node
// The size ledger: lines per folder, and what is over the budget of CONTRIBUTING.md: node tools/size.mjs
// Blank lines and comments count: both are read. Generated files and recorded data do not.
import { readFileSync } from "node:fs";
import { filesUnder } from "./files.mjs";

const budget = 400;
const longest = 15;
const roots = ["assembly", "src", "test", "tools", "bench", "examples"];

const files = roots
  .flatMap(filesUnder)
  .filter((f) => /\.(ts|mjs|py)$/.test(f) && !/\.gen\.ts$|^test\/fixtures\/|__pycache__/.test(f))
  .map((path) => ({ path, lines: readFileSync(path, "utf8").split("\n").length - 1 }));

/** `src/onnx/proto/read.ts` → `src/onnx`. */
const folderOf = (path) => path.split("/").slice(0, -1).slice(0, 2).join("/");

const folders = new Map();
for (const { path, lines } of files) {
  const row = folders.get(folderOf(path)) ?? { files: 0, lines: 0 };
  folders.set(folderOf(path), { files: row.files + 1, lines: row.lines + lines });
}
console.table(Object.fromEntries([...folders].sort(([a], [b]) => (a < b ? -1 : 1))));
for (const root of roots) {
  const own = files.filter((f) => f.path.startsWith(`${root}/`));
  console.log(`${root}: ${own.reduce((n, f) => n + f.lines, 0)} lines in ${own.length} files`);
}

const byLength = files.toSorted((a, b) => b.lines - a.lines);
console.log(`\nlongest files (budget ${budget}; tables may be longer):`);
for (const { path, lines } of byLength.slice(0, longest))
  console.log(`${String(lines).padStart(6)}  ${path}${lines > budget ? "  over" : ""}`);
