//! What CONTRIBUTING.md asks of the sources, where a reader of text can tell.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const under = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith(".ts") && !f.endsWith(".gen.ts"))
    .map((f) => `${folder}/${f.replaceAll("\\", "/")}`);
const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

const host = under("src");
const core = under("assembly");

/** Areas of error codes: the part of the program that refuses. */
const areas = new Set([
  ...[
    "aten",
    "check",
    "core",
    "dtype",
    "eval",
    "export",
    "infer",
    "inspect",
    "legalize",
    "lower",
    "nn",
    "normalize",
    "program",
    "proto",
    "pt2",
  ],
  ...["pytree", "runtime", "save", "shape", "spell", "symbolic", "target", "tensor", "text", "torch", "trace", "weights"],
]);

describe("errors", () => {
  test("codes are area/reason", () => {
    const codes = host.flatMap((f) =>
      [...textOf(f).matchAll(/OnnxExporterError\(\s*(["`])([^"`]*)\1/g)].map((m) => [f, (m[2] as string).replaceAll(/\$\{[^}]*\}/g, "x")]),
    );
    expect(codes.length, "the pattern finds them").toBeGreaterThan(100);
    const wrong = codes.filter(
      ([, code]) => !/^[a-z0-9]+\/[a-z0-9-]+$/.test(code as string) || !areas.has((code as string).split("/")[0] as string),
    );
    expect(wrong).toEqual([]);
  });
  test("users meet one class of errors", () => {
    expect(host.filter((f) => f !== "src/errors.ts" && /throw new \w*(?<!Exporter)Error\(/.test(textOf(f)))).toEqual([]);
  });
});

describe("sources", () => {
  test("types are not forced", () => {
    expect(host.filter((f) => /\bas unknown as\b|@ts-(ignore|expect-error|nocheck)/.test(textOf(f)))).toEqual([]);
  });
  test("nothing is put off", () => {
    expect([...host, ...core].filter((f) => /\b(TODO|FIXME|XXX|HACK)\b/.test(textOf(f)))).toEqual([]);
  });
  test("files are named after what they hold", () => {
    const vague = /^(utils?|helpers?|common|shared|misc)\b/;
    expect([...host, ...core].filter((f) => !/^[a-z0-9-]+\.ts$/.test(basename(f)) || vague.test(basename(f)))).toEqual([]);
  });
  test("files stay below 400 lines, tables of ops aside", () => {
    const long = [...host, ...core].filter((f) => textOf(f).split("\n").length - 1 > 400);
    expect(long.filter((f) => !/satisfies (Aten|Lowering)Table/.test(textOf(f)))).toEqual([]);
  });
});
