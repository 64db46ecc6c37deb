//! The package as npm packs it, installed in an empty folder: small, whole, typed, and its command works.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "torch-onnx-package-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;

function run(command: string, args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 110_000 });
  expect(`${status} ${status === 0 ? "" : stdout + stderr}`).toBe("0 ");
  return stdout;
}

beforeAll(() => {
  [packed] = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder], root)) as [
    Packed,
  ];
  writeFileSync(join(folder, "package.json"), '{ "name": "user", "private": true, "type": "module" }');
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", "--omit=peer", `./${packed.filename}`]);
}, 120_000);

test("holds what is needed and no more, in 5 MB", () => {
  const paths = packed.files.map((f) => f.path);
  expect(packed.unpackedSize).toBeLessThanOrEqual(5e6);
  expect(paths.filter((p) => !/^(dist\/.*\.(js|d\.ts)|build\/core\.wasm|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(p))).toEqual(
    [],
  );
  for (const wanted of ["build/core.wasm", "dist/index.js", "dist/index.d.ts", "dist/cli/main.js", "LICENSE", "README.md"])
    expect(paths).toContain(wanted);
});

test("npx torch-onnx export", () => {
  copyFileSync(join(root, "test/fixtures/models/d_mlp_acts.pt2"), join(folder, "model.pt2"));
  expect(run("npx", ["--no-install", "torch-onnx", "export", "model.pt2"])).toBe("model.onnx\n");
  expect(existsSync(join(folder, "model.onnx.data"))).toBe(true);
  expect(run("npx", ["--no-install", "torch-onnx", "inspect", "model.onnx"])).toMatch(/^ONNX model/);
});

const program = `import * as torch from "torch-onnx";
const { nn } = torch;
class MyModel extends nn.Module {
  conv1 = new nn.Conv2d(1, 8, 5);
  forward(x: torch.Tensor): torch.Tensor {
    const [b, t, c] = x.shape as [number, number, number];
    const half: number = c / 2;
    return torch.relu(this.conv1.forward(x)).view(torch.sym(b).mul(1), -1).mul(half / half + 0 * t);
  }
}
const model = new MyModel();
const x = torch.rand(1, 1, 16, 16, { dtype: torch.float32 });
const program: torch.onnx.ONNXProgram = await torch.onnx.export(model, [x], "my_model.onnx", { input_names: ["input"], dynamo: true });
console.log(program.model.graph.outputs[0]?.type?.shape?.join());
`;

test("a program written in TypeScript type-checks against the shipped types, and runs", () => {
  writeFileSync(join(folder, "main.ts"), program);
  const options = {
    target: "es2023",
    lib: ["es2023", "esnext.disposable"],
    module: "nodenext",
    strict: true,
    skipLibCheck: true,
    types: ["node"],
    outDir: "out",
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["main.ts"] }));
  if (!existsSync(join(folder, "node_modules/@types"))) symlinkSync(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
  run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"]);
  expect(run(process.execPath, ["out/main.js"])).toBe("1,1152\n");
  writeFileSync(join(folder, "main.ts"), program.replace("new MyModel();", 'new MyModel();\ntorch.relu("text");'));
  expect(
    spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"], { cwd: folder, encoding: "utf8" })
      .stdout,
  ).toMatch(/error TS2\d+.*/);
});

test("to verify without onnxruntime-node is refused with what to install", () => {
  const { status, stderr } = spawnSync("npx", ["--no-install", "torch-onnx", "export", "model.pt2", "v.onnx", "--verify"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/\[runtime\/missing\] onnxruntime-node is not installed\n {2}hint: npm install onnxruntime-node/);
});

test("the version is the package's", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  expect(run("npx", ["--no-install", "torch-onnx", "--version"])).toBe(`${version}\n`);
});
