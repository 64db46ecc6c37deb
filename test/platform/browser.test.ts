/** The browser's platform as far as Node can tell; test/browser runs it in one. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as node from "../../src/platform/node.ts";

const serve = (respond: (url: URL) => Response): void => {
  vi.stubGlobal("fetch", async (url: URL) => respond(url));
  vi.resetModules();
};
const load = (): Promise<typeof import("../../src/platform/browser.ts")> => import("../../src/platform/browser.ts");

beforeEach(() => serve((url) => new Response(readFileSync(url))));
afterEach(() => vi.unstubAllGlobals());

test("the core is the same", async () => {
  const browser = await load();
  expect(Object.keys(browser.instantiateCore())).toEqual(Object.keys(node.instantiateCore()));
});

test.each<[string, () => Response, RegExp]>([
  [
    "is not served",
    () => new Response("", { status: 404, statusText: "Not Found" }),
    /\[runtime\/core\] cannot fetch .*core\.wasm: 404 Not Found/,
  ],
  [
    "cannot be reached",
    () => {
      throw new TypeError("Failed to fetch");
    },
    /\[runtime\/core\] cannot fetch .*core\.wasm: Failed to fetch\n {2}hint: serve build\/core\.wasm/,
  ],
])("a core that %s is told", async (_, respond, message) => {
  serve(respond);
  await expect(load()).rejects.toThrow(message);
});

test("texts and comparisons are Node's", async () => {
  const browser = await load();
  fc.assert(
    fc.property(fc.uint8Array(), (noise) => {
      const bytes = Uint8Array.from([...noise, ...new TextEncoder().encode("\ufeffonnx::Größe_𝄞")]);
      for (const begin of [0, noise.length]) {
        expect(browser.textsIn(bytes).utf8(begin, bytes.length)).toBe(node.textsIn(bytes).utf8(begin, bytes.length));
      }
      const ascii = noise.map((b) => b & 127);
      expect(browser.textsIn(ascii).ascii(0, noise.length)).toBe(node.textsIn(ascii).ascii(0, noise.length));
      for (const other of [bytes.slice(), bytes.map((b, i) => (i === 0 ? b ^ 1 : b)), bytes.subarray(1)])
        expect(browser.sameBytes(bytes, other)).toBe(node.sameBytes(bytes, other));
    }),
  );
});

test("files, packages and SHA-256 are refused with what to do instead", async () => {
  const browser = await load();
  for (const refused of [browser.openSync, browser.dirname, browser.loadPackage])
    expect(refused).toThrow(/\[runtime\/no-files\] there are no files in a browser\n {2}hint: give bytes/);
  expect(() => browser.sha256([])).toThrow(/\[runtime\/sha256\].*\n {2}hint: .*crypto\.subtle/);
  expect(browser.collector()).toBeNull();
});
