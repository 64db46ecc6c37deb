#!/usr/bin/env node
// Rewrites the command in dist/cli as a few files instead of some 250: node tools/bundle-cli.mjs
// Node resolves, reads and compiles each module by itself, which took a third of a short export. The library stays as tsc wrote it; modules
// that find files relative to themselves, and what these import, stay modules of their own.
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const alone = ["version", "platform/node", "core/door", "errors", "dtype"];

const bundle = await rolldown({
  cwd: dist,
  input: { main: "cli/main.js" },
  platform: "node",
  external: (id) => !/^([./]|[A-Z]:)/.test(id) || alone.some((name) => id.endsWith(`/${name}.js`)),
});
// White space, comments and the names of variables are left out (the package must stay below 5 MB); functions and classes keep theirs, for stack traces.
const minify = { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } };
await bundle.write({ dir: `${dist}/cli`, format: "esm", entryFileNames: "[name].js", chunkFileNames: "[name].js", minify });
