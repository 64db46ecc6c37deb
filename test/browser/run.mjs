#!/usr/bin/env node
// Runs torch-onnx/ir in Chromium: node test/browser/run.mjs, after a build. Ends with 0 also where there is no Chromium, and says so.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";
import * as ir from "../../dist/onnx/ir/namespace.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "torch-onnx-browser-"));
const flags = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync";
const types = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };

/** The browser: $CHROMIUM, or where systems put it; undefined where there is none. */
const places = process.env.CHROMIUM
  ? [process.env.CHROMIUM]
  : ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`);
const executable = places.find((path) => existsSync(path));

/** The page with all that it imports, as bundlers make it: what the tests take of src is that of the package, and its `browser` map counts. */
async function bundle() {
  const built = (id, importer) => {
    const path = fileURLToPath(new URL(id, `file://${importer}`));
    return path.startsWith(`${root}src/`) ? `${root}dist/${path.slice(root.length + 4).replace(/\.ts$/, ".js")}` : null;
  };
  const build = await rolldown({
    input: join(root, "test/browser/page.ts"),
    platform: "browser",
    plugins: [{ name: "built", resolveId: (id, importer) => (importer && /^\.{1,2}\//.test(id) ? built(id, importer) : null) }],
  });
  const { output } = await build.generate({ format: "esm", entryFileNames: "page.js" });
  if (output.length !== 1) throw new Error(`the page is ${output.map((o) => o.fileName).join(", ")}`);
  const imported = output[0].code.match(/\bfrom\s*"node:\w+"/);
  if (imported !== null) throw new Error(`the page has an import ${imported[0]}`);
  return output[0].code;
}

/** A model with its weights beside it, and with its weights inside, as Node writes them. */
function makeModels() {
  const weights = Array.from({ length: 400 }, (_, i) => i).join(", ");
  const model = ir.parse(`(x: f32[2]) -> (y)\n  w = f32[2, 200]{${weights}}\n  y = MatMul(x, w)`, { opset: 20 });
  model.ir_version = 10;
  ir.save(model, join(folder, "m.onnx"), { external_data: true });
  ir.save(ir.load(join(folder, "m.onnx")), join(folder, "inline.onnx"), { external_data: false });
}

/** Serves on localhost; the bundle lies as deep as the module whose place it takes, so that it finds the core. */
async function serve(page) {
  const served = {
    "/": () => '<!doctype html><meta charset="utf-8"><title>torch-onnx/ir</title>',
    "/dist/page/page.js": () => page,
    "/build/core.wasm": () => readFileSync(join(root, "build/core.wasm")),
    "/node-cases.json": () => brotliDecompressSync(readFileSync(join(root, "test/onnx/evaluate/node-cases.json.br"))),
    ...Object.fromEntries(["m.onnx", "m.onnx.data", "inline.onnx"].map((f) => [`/models/${f}`, () => readFileSync(join(folder, f))])),
  };
  const server = createServer(({ url }, response) => {
    const body = served[url];
    if (body === undefined) response.writeHead(404).end();
    else
      response
        .writeHead(200, { "content-type": url === "/" ? types[".html"] : (types[extname(url)] ?? "application/octet-stream") })
        .end(body());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** The report of the page at `url`. */
async function inPage(page, url) {
  const start = performance.now();
  await page.evaluate((module) => import(module), url);
  console.log(`ready in ${(performance.now() - start).toFixed(0)} ms`);
  return page.evaluate(() => globalThis.runTests());
}

/** The report of a worker that runs the same module. */
const inWorker = (page, url) =>
  page.evaluate(
    (module) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(module, { type: "module" });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      }),
    url,
  );

/** Whether all tests pass. */
async function run() {
  makeModels();
  const server = await serve(await bundle());
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: executable,
    args: flags.split(" ").map((flag) => `--${flag}`),
  });
  try {
    const page = await context.newPage();
    const origin = `http://127.0.0.1:${server.address().port}`;
    await page.goto(`${origin}/`);
    let isRight = true;
    for (const [where, report] of [
      ["page", inPage],
      ["worker", inWorker],
    ]) {
      const start = performance.now();
      const { passed, failures } = await report(page, `${origin}/dist/page/page.js`);
      for (const failure of failures) console.error(`FAILED ${failure}`);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${where}: ${passed} passed, ${failures.length} failed, ${seconds} s`);
      isRight &&= failures.length === 0 && passed > 0;
    }
    return isRight;
  } finally {
    await context.close();
    server.close();
  }
}

if (executable === undefined) {
  console.log("no browser, so nothing was tested: apt-get install chromium, or say in CHROMIUM where one is");
} else {
  try {
    if (!(await run())) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
