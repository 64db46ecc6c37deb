// Whole processes: our command, PyTorch's exporter, and `cp` of the same bytes, by turns.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const script = join(root, "bench/export_with_torch.py");
const mostPythonRuns = 3;

export const median = (xs) => xs.toSorted((a, b) => a - b)[xs.length >> 1];

/** The interpreter to compare with: `given`, or python3; null when it cannot import `modules`. */
export function pythonWith(modules, given) {
  const python = given ?? "python3";
  const { status } = spawnSync(python, ["-c", `import ${modules}`], { stdio: "ignore" });
  return status === 0 ? python : null;
}

/** Seconds of one run, and what the process said of itself on file descriptor 3. */
function once(command, args) {
  const start = performance.now();
  const { status, error, stderr, output } = spawnSync(command, args, { stdio: ["ignore", "ignore", "pipe", "pipe"], encoding: "utf8" });
  const wall = (performance.now() - start) / 1000;
  if (error || status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `exit code ${status}\n${stderr}`}`);
  return { wall, ...(output[3] ? JSON.parse(output[3]) : {}) };
}

/** Rows of the table. Outputs are fresh in each run: replacing large files costs time of its own. */
export function wholeProcess({ pt2, python, runs }) {
  const folder = mkdtempSync(join(tmpdir(), "torch-onnx-bench-"));
  const contestants = [
    {
      name: "torch-onnx",
      command: process.execPath,
      args: ["--import", join(root, "bench/report-usage.mjs"), join(root, "dist/cli/main.js"), "export", pt2, join(folder, "ours.onnx")],
    },
    { name: "node -e 0", command: process.execPath, args: ["-e", "0"] }, // how fast the machine is at the moment
    { name: "cp", command: "cp", args: [pt2, join(folder, "copy.pt2")] },
    ...(python === null
      ? []
      : [{ name: "torch.onnx", command: python, args: [script, pt2, join(folder, "theirs.onnx")], most: mostPythonRuns }]),
  ];
  const results = new Map(contestants.map(({ name }) => [name, []]));
  try {
    once("cp", [pt2, join(folder, "copy.pt2")]); // the page cache is as warm for the first as for the last
    rmSync(join(folder, "copy.pt2"));
    for (let i = 0; i < runs; i++) {
      for (const { name, command, args, most = runs } of contestants) {
        if (i >= most) continue;
        results.get(name).push(once(command, args));
        for (const f of ["ours.onnx", "ours.onnx.data", "copy.pt2", "theirs.onnx", "theirs.onnx.data"])
          rmSync(join(folder, f), { force: true });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows(results, statSync(pt2).size);
}

function rows(results, bytes) {
  const of = (name, what) => median(results.get(name).map((r) => r[what]));
  const [ours, copy] = [of("torch-onnx", "wall"), of("cp", "wall")];
  const table = [...results.keys()].map((name) => ({
    what: name,
    "wall s": of(name, "wall").toFixed(2),
    "fastest s": Math.min(...results.get(name).map((r) => r.wall)).toFixed(2),
    "user + sys s": of(name, "cpu")?.toFixed(2) ?? "",
    "peak RSS MB": of(name, "rss")?.toFixed(0) ?? "",
    "times torch-onnx": (of(name, "wall") / ours).toFixed(2),
  }));
  console.log(
    `${(bytes / 2 ** 20).toFixed(0)} MiB; goal of 1.5 x cp + 0.6 s = ${(1.5 * copy + 0.6).toFixed(2)} s: ${ours <= 1.5 * copy + 0.6 ? "met" : "missed"}`,
  );
  if (results.has("torch.onnx")) {
    const ratio = of("torch.onnx", "wall") / ours;
    const work = of("torch.onnx", "work");
    console.log(
      `goal of 10 x torch.onnx: ${ratio.toFixed(1)} x, ${ratio >= 10 ? "met" : "missed"}; without Python's imports (${work.toFixed(2)} s of work): ${(work / ours).toFixed(1)} x`,
    );
  }
  return table;
}
