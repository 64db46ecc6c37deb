//! The command as a process: what it writes, prints and returns.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readModel } from "../../src/onnx/proto/read.ts";
import { readZip, writeZip } from "../export/zip-writer.ts";

const root = join(import.meta.dirname, "../..");
const main = join(root, "dist/cli/main.js");
const fixtures = join(root, "test/fixtures/models");
const tmp = mkdtempSync(join(tmpdir(), "torch-onnx-cli-"));
afterAll(() => {
  if (disk !== null) spawnSync("umount", [disk]);
  rmSync(tmp, { recursive: true, force: true });
});

/** A disk of 64 KiB; null where this user may not mount one. */
function smallDisk(): string | null {
  const folder = join(tmp, "small");
  mkdirSync(folder);
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status === 0 ? folder : null;
}
const disk = smallDisk();

beforeAll(() => {
  if (!existsSync(main)) throw new Error("dist/ is missing: npm test builds it, or run node tools/setup.mjs build");
});

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
function run(...args: string[]): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: tmp, encoding: "utf8" });
  return { status, stdout, stderr };
}
const mlp = join(fixtures, "d_mlp_acts.pt2");
const digest = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

describe("export", () => {
  test("writes the model and its weights beside it, quietly", () => {
    expect(run("export", mlp, "out.onnx")).toEqual({ status: 0, stdout: "out.onnx\n", stderr: "" });
    expect(readModel(join(tmp, "out.onnx")).opset_import.get("")).toBe(20);
    expect(statSync(join(tmp, "out.onnx.data")).size).toBeGreaterThan(256);
  });

  test("without a name it is written beside the input", () => {
    copyFileSync(mlp, join(tmp, "copy.pt2"));
    expect(run("export", "copy.pt2")).toMatchObject({ status: 0, stdout: "copy.onnx\n" });
    expect(existsSync(join(tmp, "copy.onnx"))).toBe(true);
  });

  test("--seed that is no whole number is refused", () => {
    const { status, stderr } = run("export", mlp, "seed.onnx", "--seed", "x");
    expect([status, stderr]).toEqual([1, expect.stringContaining("export/seed")]);
  });

  test("--verify says which outputs were compared by moments", () => {
    const { status, stdout } = run("export", join(fixtures, "../export/random_step.pt2"), "random.onnx", "--verify", "--seed", "3");
    expect(stdout.match(/mean of random values: abs /g)).toHaveLength(4);
    expect(stdout).toMatch(/\nverified \(witness: captured program, inputs: samples, 4 of 5 outputs by moments\)\n$/);
    expect(status).toBe(0);
  });

  test("--verify prints each output and the verdict", () => {
    const { status, stdout } = run("export", mlp, "v.onnx", "--verify");
    expect(stdout).toMatch(
      /v\.onnx\n {2}\w+ {2}float32\[.*\] {2}abs \S+ {2}rel \S+\n[\s\S]*verified \(witness: captured program, inputs: (samples|signature)\)\n$/,
    );
    expect(status).toBe(0);
  });

  test("--opset, --no-external-data, --input-names, --output-names, --verbose", () => {
    const args = ["--opset", "18", "--no-external-data", "--input-names", "pixels", "--output-names", "scores", "--verbose"];
    const { status, stderr } = run("export", mlp, "named.onnx", ...args);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^\[torch\.onnx\] Obtain model graph\.\.\.\n\[torch\.onnx\] Obtain model graph\.\.\. ✅\n\[torch\.onnx\] Translate the graph into ONNX\.\.\.[\s\S]*Optimize the ONNX graph\.\.\. ✅/,
    );
    const model = readModel(join(tmp, "named.onnx"));
    expect(model.opset_import.get("")).toBe(18);
    expect(model.graph.inputs[0]?.name).toBe("pixels");
    expect(model.graph.outputs[0]?.name).toBe("scores");
    expect(existsSync(join(tmp, "named.onnx.data"))).toBe(false);
  });

  test("--mutations, --runtime-checks, --custom-ops, --report", () => {
    const program = (name: string): string => join(root, `test/fixtures/programs/${name}.pt2`);
    const checks = ["--runtime-checks", "--report", "reports"];
    expect(run("export", program("stateful"), "state.onnx", "--mutations", "outputs", ...checks)).toMatchObject({ status: 0 });
    expect(
      readModel(join(tmp, "state.onnx"))
        .graph.outputs.map((v) => v.name)
        .slice(1),
    ).toEqual(["steps_out", "inner.k_cache_out", "state_out"]);
    expect(readdirSync(join(tmp, "reports")).join()).toMatch(/^onnx_export_.*_success\.md$/);
    expect(run("export", program("scaled"), "scaled.onnx")).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/mylib::scale {2}1 node/),
    });
    expect(run("export", program("scaled"), "scaled.onnx", "--custom-ops", "node")).toMatchObject({ status: 0 });
    expect(run("export", program("scaled"), "s.onnx", "--mutations", "keep")).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/none of drop/),
    });
  });
  test("the same input gives the same bytes", () => {
    run("export", mlp, "same1.onnx");
    run("export", mlp, "same2.onnx", "--no-external-data");
    run("export", mlp, "same3.onnx", "--no-external-data");
    expect(digest(join(tmp, "same2.onnx"))).toBe(digest(join(tmp, "same3.onnx")));
    expect(digest(join(tmp, "same1.onnx.data"))).toBe(digest(join(tmp, "out.onnx.data")));
  });
});

describe("refusals: exit code 1, one message, nothing written", () => {
  /** d_mlp_acts with an op that nothing lowers. */
  const unsupported = (): string => {
    const entries = readZip(mlp);
    const name = "d_mlp_acts/models/model.json";
    entries.set(
      name,
      Buffer.from((entries.get(name) as Buffer).toString("latin1").replaceAll("torch.ops.aten.gelu.", "torch.ops.mylib.swirl."), "latin1"),
    );
    writeFileSync(join(tmp, "unsupported.pt2"), writeZip(entries));
    return "unsupported.pt2";
  };
  const written = (name: string, bytes: string | Buffer): string => {
    writeFileSync(join(tmp, name), bytes);
    return name;
  };
  const rows: [string, () => string[], RegExp][] = [
    ["a missing file", () => ["nowhere.pt2"], /\[pt2\/file\] .*nowhere\.pt2/],
    ["not a zip", () => [written("text.pt2", "this is no archive, whatever its name says")], /\[pt2\/not-a-zip\] .*text\.pt2/],
    ["a zip cut short", () => [written("short.pt2", readFileSync(mlp).subarray(0, 9000))], /\[pt2\/.*short\.pt2/],
    [
      "an op without lowering",
      () => [unsupported()],
      /\[lower\/unsupported\] 1 ATen op has no ONNX lowering\n {2}mylib::swirl {2}2 nodes.*nn_dev\.py:18/,
    ],
    ["an opset that is none", () => [mlp, "--opset", "99"], /\[target\/opset\] .*99/],
    ["an opset that is no number", () => [mlp, "--opset", "new"], /\[target\/opset\] .*new/],
    ["names that are too many", () => [mlp, "--input-names", "a,b,c,d"], /\[export\/names\] 4 input_names/],
    ["a program that the archive does not hold", () => [mlp, "--model", "decoder"], /\[pt2\/model\] .*decoder/],
  ];
  test.each(rows)("%s", (_, args, message) => {
    const given = args();
    const [input, ...options] = given as [string, ...string[]];
    for (const old of ["refused.onnx", "refused.onnx.data"]) writeFileSync(join(tmp, old), `old ${old}`);
    const before = readdirSync(tmp).sort();
    const { status, stdout, stderr } = run("export", input, "refused.onnx", ...options);
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
    expect(stderr.match(/OnnxExporterError/g)).toHaveLength(1);
    expect(stderr).not.toMatch(/\n {4}at /);
    for (const old of ["refused.onnx", "refused.onnx.data"]) expect(readFileSync(join(tmp, old), "utf8")).toBe(`old ${old}`);
    expect(readdirSync(tmp).sort()).toEqual(before);
  });

  test.each<[string, string]>([
    ["a folder that is a file", "file.txt/model.onnx"],
    ["a folder that is not there", "no/such/folder/model.onnx"],
  ])("%s", (_, output) => {
    writeFileSync(join(tmp, "file.txt"), "x");
    const { status, stderr } = run("export", mlp, output);
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[save\/[a-z-]+\] .*model\.onnx/);
    expect(stderr).toMatch(/hint: /);
    expect(readFileSync(join(tmp, "file.txt"), "utf8")).toBe("x");
  });

  test("the output is a folder", () => {
    const { status, stderr } = run("export", mlp, ".");
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[save\//);
  });

  // Needs the right to mount; without it the writer's own test (test/onnx/proto-save.test.ts) simulates the full disk.
  test.runIf(disk !== null)("a full disk: nothing half-written remains, what was there stays", () => {
    writeFileSync(join(disk as string, "model.onnx"), "old");
    for (const weights of ["--no-external-data", "--verbose"]) {
      const { status, stderr } = run("export", join(fixtures, "d_hf_bert.pt2"), join(disk as string, "model.onnx"), weights);
      expect(status).toBe(1);
      expect(stderr).toMatch(/\[save\/no-space\] .*small[\s\S]*free space/);
      expect(readdirSync(disk as string)).toEqual(["model.onnx"]);
      expect(readFileSync(join(disk as string, "model.onnx"), "utf8")).toBe("old");
    }
  });
});

describe("inspect", () => {
  test(".pt2: signature, dims, ops and weights", () => {
    const { status, stdout, stderr } = run("inspect", join(fixtures, "d_hf_bert.pt2"));
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ExportedProgram of PyTorch 2\.\d+/);
    expect(stdout).toMatch(/\ninputs\n {2}input_ids: i64\[\w+, \w+\]/);
    expect(stdout).toMatch(/\ndims\n {2}\w+: \d+ to /);
    expect(stdout).toMatch(/\nops\n +14 {2}aten::linear\n/);
    expect(stdout).toMatch(/\nweights: \d+ tensors, [\d,]+ bytes\n$/);
  });
  test("--weights lists each, --graph prints the program", () => {
    expect(run("inspect", "--weights", mlp).stdout).toMatch(/\n {2}a\.weight: f32\[\d+, \d+\]\n/);
    expect(run("inspect", "--graph", mlp).stdout).toMatch(/ExportedProgram:[\s\S]*torch\.ops\.aten\.gelu\.default/);
  });
  test(".onnx", () => {
    run("export", mlp, "look.onnx");
    const { status, stdout } = run("inspect", "look.onnx");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ONNX model, IR version \d+, opset ai\.onnx 20, by torch-onnx/);
    expect(stdout).toMatch(/\nops\n +\d+ {2}Add\n/);
    expect(run("inspect", "look.onnx", "--graph").stdout).toMatch(/Gelu|Erf/);
  });
  test(".safetensors", () => {
    const { status, stdout } = run("inspect", join(fixtures, "d_mlp_acts.io.safetensors"), "--weights");
    expect(status).toBe(0);
    expect(stdout).toMatch(/weights: \d+ tensors, [\d,]+ bytes\n {2}\S+: f32\[/);
  });
  test.each<[string, string, RegExp]>([
    ["a missing file", "nowhere.onnx", /\[inspect\/open\] nowhere\.onnx/],
    ["a folder", ".", /\[inspect\/open\]/],
    ["no format that is known", "noise.bin", /OnnxExporterError \[/],
  ])("%s: exit code 1", (_, file, message) => {
    writeFileSync(join(tmp, "noise.bin"), Buffer.from("ffffffffffffffffffff", "hex"));
    const { status, stderr } = run("inspect", file);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });
});

describe("usage", () => {
  test.each<[string[], RegExp]>([
    [["--help"], /torch-onnx export MODEL\.pt2/],
    [[], /torch-onnx export MODEL\.pt2/],
    [["export", "--help"], /--no-external-data/],
    [["inspect", "--help"], /--weights/],
    [["infer", "--help"], /--all/],
    [["check", "--help"], /--full/],
    [["fold", "--help"], /--growth-limit/],
    [["run", "--help"], /--random/],
    [["--version"], /^\d+\.\d+\.\d+\n$/],
  ])("%j: exit code 0", (args, text) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(text);
  });
  test("--version is the package's", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(run("--version").stdout).toBe(`${version}\n`);
  });
  test.each<[string[], RegExp]>([
    [["convert", mlp], /unknown command convert/],
    [["export"], /a file is missing/],
    [["export", mlp, "a.onnx", "b"], /unexpected b/],
    [["export", mlp, "--fast"], /--fast/],
    [["export", mlp, "--opset"], /--opset/],
    [["inspect"], /a file is missing/],
    [["fold", "a.onnx"], /a file is missing/],
    [["check", "a.onnx", "b.onnx"], /unexpected b\.onnx/],
    [["run", "a.onnx", "--fast"], /--fast/],
    [["inspect", mlp, "--all"], /--all/],
  ])("%j: exit code 2 and the help", (args, text) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(text);
    expect(stderr).toMatch(/torch-onnx (export|inspect|infer|check|fold|run) /);
  });
});
