/** Damaged archives end in OnnxExporterErrors, and soon: never in a crash, a hang or wrong weights without a word. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { OnnxExporterError } from "../../src/errors.ts";
import { load } from "../../src/export/load.ts";
import { type Entries, fixture, fixtureBytes, random, readZip, writeZip } from "./zip-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "pt2-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** Loads, prints and reads everything; the error's code, "" when nothing was found to be wrong. */
async function outcome(bytes: Buffer): Promise<string> {
  const path = join(folder, `${files++}.pt2`);
  writeFileSync(path, bytes);
  const start = performance.now();
  try {
    const program = await load(path);
    String(program);
    program.example_inputs();
    for (const source of [...program.weights.values(), ...program.constants.values()]) {
      if (source.materialized) for (const _ of source.chunks(1 << 20));
    }
    program.free();
    return "";
  } catch (error) {
    if (!(error instanceof OnnxExporterError)) throw error;
    return error.code;
  } finally {
    rmSync(path);
    expect(performance.now() - start).toBeLessThan(5000);
  }
}

const archives = [
  "models/d_tied_strided.pt2",
  "models/d_nested_io.pt2",
  "legacy/d_tied_strided_zip27.pt2",
  "legacy/d_tied_strided_arc28.pt2",
];

test.each(archives)("%s cut anywhere is refused", async (name) => {
  const good = fixtureBytes(name);
  const next = random(7);
  for (let i = 0; i < 40; i++) expect(await outcome(good.subarray(0, Math.floor(next() * good.length)))).toMatch(/^pt2\//);
});

test.each(archives)("%s with flipped bits is read or refused", async (name) => {
  const good = fixtureBytes(name);
  const next = random(11);
  for (let i = 0; i < 120; i++) {
    const bad = Buffer.from(good);
    // Half of them in the directory at the end, where everything hangs on every byte.
    const span = i % 2 === 0 ? bad.length : 3000;
    for (let k = 0; k <= i % 4; k++) {
      const at = bad.length - 1 - Math.floor(next() * span);
      bad[at] = (bad[at] as number) ^ (1 << Math.floor(next() * 8));
    }
    expect(await outcome(bad)).toMatch(/^$|^(pt2|weights|symbolic|pytree)\//);
  }
});

/** A JSON text with one value replaced, removed or doubled. */
function mutate(text: string, next: () => number): string {
  const json = JSON.parse(text) as unknown;
  const holders: Record<string, unknown>[] = [];
  const visit = (x: unknown): void => {
    if (typeof x !== "object" || x === null) return;
    holders.push(x as Record<string, unknown>);
    Object.values(x).forEach(visit);
  };
  visit(json);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const holder = pick(holders.filter((h) => Object.keys(h).length > 0));
  const key = pick(Object.keys(holder));
  const values = [
    null,
    -1,
    2 ** 53,
    0.5,
    "",
    "x",
    "Infinity",
    [],
    {},
    true,
    [[]],
    { as_int: -7 },
    { as_tensor: { name: "nobody" } },
    "__proto__",
  ];
  if (next() < 0.2) delete holder[key];
  else holder[key] = next() < 0.2 ? pick(holders) : pick(values);
  try {
    return JSON.stringify(json);
  } catch {
    return text; // it holds itself now
  }
}

test.each(archives.slice(0, 3))("%s with a changed value in its JSON is read or refused", async (name) => {
  const good = readZip(fixture(name));
  const next = random(13);
  const documents = [...good.keys()].filter((n) => n.endsWith(".json"));
  for (let i = 0; i < 250; i++) {
    const changed: Entries = new Map(good);
    const document = documents[i % documents.length] as string;
    changed.set(document, Buffer.from(mutate((good.get(document) as Buffer).toString(), next)));
    const code = await outcome(writeZip(changed));
    expect(code).toMatch(/^$|^(pt2|weights|symbolic|pytree)\//);
  }
});
