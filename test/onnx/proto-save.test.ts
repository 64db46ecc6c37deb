/** Saving: what lands in which file, that nothing is lost when it fails, and what external data may name. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { OnnxExporterError } from "../../src/errors.ts";
import { type Graph, type Model, Node, Value } from "../../src/onnx/ir/graph.ts";
import { modelProtoType } from "../../src/onnx/proto/descriptor.ts";
import { saveError } from "../../src/onnx/proto/output.ts";
import { readModel } from "../../src/onnx/proto/read.ts";
import { encodeModel, saveModel } from "../../src/onnx/proto/save.ts";
import { bufferSource, fakeSource } from "../../src/weights/basic.ts";
import { expandSource, transposeSource } from "../../src/weights/derive.ts";
import { fileSource } from "../../src/weights/file.ts";
import { closeFile } from "../../src/weights/files.ts";
import { readAll, source, type TensorSource } from "../../src/weights/source.ts";
import { emptyModel, floats, fullModel, initializer } from "./proto-models.ts";

let dir = "";
const made: string[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "save-"));
  made.push(dir);
});
afterAll(() => {
  closeFile();
  for (const d of made) rmSync(d, { recursive: true });
});

const at = (name: string): string => join(dir, name);
const bytesOf = (s: TensorSource): number[] => [...readAll(s, 1 << 26)];
const weights = (graph: Graph): Map<string, TensorSource> => new Map([...graph.initializers].map((v) => [v.name!, v.source!]));

/** A model of initializers alone. */
function modelOf(sources: Record<string, TensorSource>): Model {
  const model = emptyModel();
  for (const [name, s] of Object.entries(sources)) initializer(model.graph, name, s);
  return model;
}

/** A tensor of ones that cannot be read to its end; `before` runs first. */
const broken = (before: () => void = () => undefined): TensorSource =>
  source({
    name: "broken",
    dtype: "uint8",
    shape: [5 << 20],
    key: null,
    *pieces() {
      yield new Uint8Array(1 << 20);
      before();
      throw new OnnxExporterError("weights/file", "cannot read broken");
    },
  });

describe("what lands where", () => {
  test("small tensors stay, large ones are aligned, order is that of declaration", () => {
    const model = modelOf({ small: floats([64]), a: floats([65]), b: floats([66]), large: floats([1 << 18]), c: floats([67]) });
    const saved = saveModel(model, at("m.onnx"), { external_data: true });
    expect(saved.files).toEqual([at("m.onnx"), at("m.onnx.data")]);
    const proto = modelProtoType().toObject(modelProtoType().decode(readFileSync(at("m.onnx"))));
    const entries = proto.graph.initializer.map((t: { external_data?: { value: string }[] }) => t.external_data?.map((e) => e.value));
    expect(entries).toEqual([
      undefined,
      ["m.onnx.data", "0", "260"],
      ["m.onnx.data", "320", "264"],
      ["m.onnx.data", "4096", "1048576"],
      ["m.onnx.data", "1052672", "268"],
    ]);
    expect(statSync(at("m.onnx.data")).size).toBe(1052672 + 268);
    const back = weights(readModel(at("m.onnx")).graph);
    for (const [name, s] of weights(model.graph)) expect(bytesOf(back.get(name)!)).toEqual(bytesOf(s));
  });

  test("everything inside, and inside by default", () => {
    const model = modelOf({ a: floats([100_000]), b: floats([10]) });
    expect(saveModel(model, at("m.onnx")).files).toEqual([at("m.onnx")]);
    expect(readdirSync(dir)).toEqual(["m.onnx"]);
    expect(Buffer.compare(readFileSync(at("m.onnx")), encodeModel(model))).toBe(0);
  });

  test("equal payloads are written once: by key, and by content", () => {
    const a = floats([1000]);
    const huge = bufferSource("uint8", [5 << 20], new Uint8Array(5 << 20).fill(3));
    const model = modelOf({ a, tied: a, copy: floats([1000]), other: floats([1000], 1), huge, tiedHuge: huge });
    saveModel(model, at("m.onnx"), { external_data: true });
    const back = weights(readModel(at("m.onnx")).graph);
    const offset = (name: string): number => back.get(name)?.range?.offset ?? -1;
    expect(offset("tied")).toBe(offset("a"));
    expect(offset("copy")).toBe(offset("a"));
    expect(offset("other")).not.toBe(offset("a"));
    expect(offset("tiedHuge")).toBe(offset("huge"));
    expect(statSync(at("m.onnx.data")).size).toBe(8192 + (5 << 20));
  });

  describe("equal payloads", () => {
    const [size, head] = [300_000, 64 << 10];
    /** Bytes that differ from those of others from byte `from` on. */
    const like = (from: number, value = 1, bytes = size): TensorSource => {
      const data = new Uint8Array(bytes).fill(7);
      if (from < bytes) data[from] = value;
      return bufferSource("uint8", [bytes], data);
    };
    const offsets = (): Map<string, number> =>
      new Map([...weights(readModel(at("m.onnx")).graph)].map(([name, s]) => [name, s.range?.offset ?? -1]));

    test("are stored once, whatever their size, type and shape; what differs anywhere is not", () => {
      const model = modelOf({
        a: like(size),
        differsInHead: like(10),
        b: like(size),
        differsBehindHead: like(head),
        differsAtEnd: like(size - 1),
        differsAtEndToo: like(size - 1, 2),
        longer: like(size, 1, size + 1),
        c: transposeSource(transposeSource(bufferSource("uint8", [300, 1000], new Uint8Array(size).fill(7)), [1, 0]), [1, 0]),
        d: like(size - 1, 2),
        last: like(head, 9),
      });
      saveModel(model, at("m.onnx"), { external_data: true });
      const found = offsets();
      for (const same of ["b", "c"]) expect(found.get(same), same).toBe(found.get("a"));
      expect(found.get("d")).toBe(found.get("differsAtEndToo"));
      expect(new Set(found.values()).size).toBe(7);
      const back = weights(readModel(at("m.onnx")).graph);
      for (const [name, s] of weights(model.graph))
        expect(Buffer.compare(readAll(back.get(name)!, size + 1), readAll(s, size + 1)), name).toBe(0);
      const ends = [...back.values()].map((s) => (s.range?.offset ?? 0) + s.nbytes);
      expect(statSync(at("m.onnx.data")).size, "nothing of a payload that was found again is left").toBe(Math.max(...ends));
    });

    test("one that is last leaves no bytes behind", () => {
      saveModel(modelOf({ a: like(size), b: like(size) }), at("m.onnx"), { external_data: true });
      expect(statSync(at("m.onnx.data")).size).toBe(size);
    });

    test("every tensor keeps its bytes, whichever are equal", () => {
      const payload = fc.record({
        bytes: fc.constantFrom(300, 5000, head - 1, head, head + 1, 200_000),
        from: fc.nat(3),
        value: fc.nat(2),
      });
      fc.assert(
        fc.property(fc.array(payload, { minLength: 1, maxLength: 8 }), (payloads) => {
          const sources = payloads.map(({ bytes, from, value }) => like(Math.floor((bytes - 1) * (from / 3)), value, bytes));
          const model = modelOf(Object.fromEntries(sources.map((s, i) => [`w${i}`, s])));
          saveModel(model, at("m.onnx"), { external_data: true, budget: 8192 });
          const back = weights(readModel(at("m.onnx")).graph);
          const contents = sources.map((s) => Buffer.from(readAll(s, 1 << 20)));
          contents.forEach((wanted, i) => {
            expect(Buffer.compare(readAll(back.get(`w${i}`)!, 1 << 20), wanted)).toBe(0);
          });
          expect(new Set(offsets().values()).size).toBe(new Set(contents.map((c) => c.toString("latin1"))).size);
        }),
        { numRuns: 30 },
      );
    });
  });

  test("derived sources are computed on the way, with little memory", () => {
    writeFileSync(at("w"), new Uint8Array(Float32Array.from({ length: 600 * 700 }, (_, i) => i).buffer));
    const w = fileSource({ file: at("w"), offset: 0, dtype: "float32", shape: [600, 700], name: "w" });
    saveModel(modelOf({ w: transposeSource(w, [1, 0]) }), at("m.onnx"), { external_data: true, budget: 64 << 10 });
    const [back] = weights(readModel(at("m.onnx")).graph).values();
    expect(back?.shape).toEqual([700, 600]);
    expect([...new Float32Array(readAll(back!, 1 << 22).buffer).subarray(0, 4)]).toEqual([0, 700, 1400, 2100]);
  });

  test("the same model gives the same bytes, wherever it is saved", () => {
    mkdirSync(at("sub"));
    for (const path of [at("m.onnx"), at("sub/m.onnx")]) saveModel(fullModel(), path, { external_data: true });
    for (const name of ["m.onnx", "m.onnx.data"]) expect(Buffer.compare(readFileSync(at(name)), readFileSync(at(`sub/${name}`)))).toBe(0);
  });

  test.each([false, true])("a model can be saved over itself, durable: %s", (durable) => {
    saveModel(modelOf({ a: floats([1000]), b: floats([2000]) }), at("m.onnx"), { external_data: true });
    const model = readModel(at("m.onnx"));
    saveModel(model, at("m.onnx"), { external_data: true, durable });
    expect(bytesOf(weights(readModel(at("m.onnx")).graph).get("b")!)).toEqual(bytesOf(floats([2000])));
    expect(readdirSync(dir).sort()).toEqual(["m.onnx", "m.onnx.data"]);
  });
});

describe("without weights", () => {
  const fake = (): Model => {
    const model = emptyModel();
    const w = initializer(model.graph, "layer.weight", fakeSource("float32", [3, 4], "layer.weight"));
    const y = new Value("y", { dtype: "float32", shape: [3, 4] });
    model.graph.append(new Node("Relu", [w], new Map(), [y], -1));
    model.graph.outputs.push(y);
    return model;
  };
  test("fake weights are refused by name before anything is written", () => {
    expect(() => saveModel(fake(), at("m.onnx"))).toThrow(/save\/fake.*1 of 1 weights are fake.*layer.weight\n.*apply_weights/);
    expect(() => encodeModel(fake())).toThrow("save/fake");
    expect(readdirSync(dir)).toEqual([]);
  });
  test("left out, they come back as fake ones", () => {
    saveModel(fake(), at("m.onnx"), { include_initializers: false });
    const back = readModel(at("m.onnx"));
    expect([...back.graph.initializers].map((v) => [v.name, v.source?.materialized, v.shape])).toEqual([["layer.weight", false, [3, 4]]]);
    expect(back.graph.inputs).toEqual([]);
  });
  test("or as inputs", () => {
    saveModel(fake(), at("m.onnx"), { include_initializers: false, keep_initializers_as_inputs: true });
    expect(readModel(at("m.onnx")).graph.inputs.map((v) => v.name)).toEqual(["layer.weight"]);
    const both = modelOf({ w: floats([3]) });
    saveModel(both, at("m.onnx"), { keep_initializers_as_inputs: true });
    const { graph } = readModel(at("m.onnx"));
    expect(graph.inputs[0]?.isInitializer).toBe(true);
    expect(Buffer.compare(encodeModel(readModel(at("m.onnx"))), readFileSync(at("m.onnx")))).toBe(0);
  });
});

describe("links", () => {
  const weightsIn = (path: string): TensorSource => {
    writeFileSync(path, new Uint8Array(Float32Array.from({ length: 1000 }, (_, i) => i).buffer));
    return fileSource({ file: path, offset: 40, dtype: "float32", shape: [30, 30], name: "w" });
  };
  test("unchanged weights stay where they are, changed ones are written", () => {
    mkdirSync(at("sub"));
    const w = weightsIn(at("sub/w.bin"));
    saveModel(modelOf({ w, wT: transposeSource(w, [1, 0]) }), at("m.onnx"), { external_data: "link" });
    const back = weights(readModel(at("m.onnx")).graph);
    expect(back.get("w")?.range).toMatchObject({ offset: 40, path: at("sub/w.bin") });
    expect(back.get("wT")?.range).toMatchObject({ offset: 0, path: at("m.onnx.data") });
    expect(bytesOf(back.get("w")!)).toEqual(bytesOf(w));
    saveModel(modelOf({ w }), at("only.onnx"), { external_data: "link" });
    expect(existsSync(at("only.onnx.data"))).toBe(false);
  });
  test("outside of the folder is refused", () => {
    mkdirSync(at("sub"));
    expect(() => saveModel(modelOf({ w: weightsIn(at("w.bin")) }), at("sub/m.onnx"), { external_data: "link" })).toThrow(
      /save\/link.*w lies in .*w.bin/,
    );
    expect(readdirSync(at("sub"))).toEqual([]);
  });
  test("a data file that is replaced is not linked to", () => {
    saveModel(modelOf({ w: floats([1000]) }), at("m.onnx"), { external_data: true });
    const model = readModel(at("m.onnx"));
    initializer(model.graph, "more", floats([1000], 3));
    saveModel(model, at("m.onnx"), { external_data: "link" });
    const back = weights(readModel(at("m.onnx")).graph);
    expect(bytesOf(back.get("w")!)).toEqual(bytesOf(floats([1000])));
    expect(bytesOf(back.get("more")!)).toEqual(bytesOf(floats([1000], 3)));
  });
});

describe("text forms", () => {
  test.each(["m.json", "m.onnxjson", "m.textproto", "m.pbtxt"])("%s is read again", (name) => {
    saveModel(fullModel(), at(name));
    expect(Buffer.compare(encodeModel(readModel(at(name))), encodeModel(fullModel()))).toBe(0);
    saveModel(fullModel(), at(name), { external_data: true });
    expect(Buffer.compare(encodeModel(readModel(at(name))), encodeModel(fullModel()))).toBe(0);
  });
  test("both look as onnx.save writes them, and damage is told", () => {
    saveModel(fullModel(), at("m.textproto"));
    expect(readFileSync(at("m.textproto"), "utf8")).toContain('op_type: "Transpose"\n    attribute {\n      name: "perm"\n      ints: 1');
    saveModel(fullModel(), at("m.json"));
    expect(readFileSync(at("m.json"), "utf8")).toContain('"op_type": "Transpose"');
    writeFileSync(at("bad.pbtxt"), "graph { node { op_type: ");
    expect(() => readModel(at("bad.pbtxt"))).toThrow("proto/text");
    writeFileSync(at("bad.json"), "{");
    expect(() => readModel(at("bad.json"))).toThrow("proto/json");
  });
});

describe("failures", () => {
  const existing = (): void => {
    writeFileSync(at("m.onnx"), "old model");
    writeFileSync(at("m.onnx.data"), "old data");
  };
  const intact = (): void => {
    expect(readFileSync(at("m.onnx"), "utf8")).toBe("old model");
    expect(readFileSync(at("m.onnx.data"), "utf8")).toBe("old data");
    expect(readdirSync(dir).sort()).toEqual(["m.onnx", "m.onnx.data"]);
  };

  test.each([true, false])("a weight that cannot be read (external: %s)", (external_data) => {
    existing();
    expect(() => saveModel(modelOf({ a: floats([1000]), broken: broken() }), at("m.onnx"), { external_data })).toThrow(
      "cannot read broken",
    );
    intact();
  });

  test("a model that cannot be encoded", () => {
    existing();
    const model = modelOf({ a: floats([1000]) });
    model.graph.inputs.push(new Value("c", { dtype: "complex32", shape: [] }));
    expect(() => saveModel(model, at("m.onnx"), { external_data: true })).toThrow("ONNX has no complex32");
    intact();
  });

  test("the model's file cannot be put in place: the data file is what it was", () => {
    writeFileSync(at("m.onnx.data"), "old data");
    const trap = source({
      name: "trap",
      dtype: "uint8",
      shape: [1000],
      key: null,
      *pieces() {
        mkdirSync(at("m.onnx"), { recursive: true });
        yield new Uint8Array(1000);
      },
    });
    expect(() => saveModel(modelOf({ trap }), at("m.onnx"), { external_data: true })).toThrow("save/directory");
    expect(readFileSync(at("m.onnx.data"), "utf8")).toBe("old data");
    expect(readdirSync(dir).sort()).toEqual(["m.onnx", "m.onnx.data"]);
  });

  test.each<[string, () => string, string]>([
    ["a folder at the path", () => dir, "save/directory"],
    ["a folder that is not there", () => at("none/m.onnx"), "save/folder"],
    ["a file as folder", () => at("file/m.onnx"), "save/folder"],
    ["a name that is too long", () => at(`${"x".repeat(300)}.onnx`), "save/name"],
  ])("%s", (_, path, code) => {
    const target = path();
    writeFileSync(at("file"), "");
    expect(() => saveModel(modelOf({ a: floats([1000]) }), target, { external_data: true })).toThrow(code);
    expect(() => saveModel(modelOf({ a: floats([1000]) }), target)).toThrow(target.slice(0, 50));
  });

  test("2 GiB of weights do not fit into one file", () => {
    const half = expandSource(bufferSource("uint8", [1, 1], Uint8Array.of(1)), [1 << 15, 1 << 15]);
    const two = modelOf({ a: half, b: half });
    expect(() => saveModel(two, at("m.onnx"), { external_data: false })).toThrow(/save\/size.*\n.*external_data: true/);
    expect(() => saveModel(modelOf({ a: expandSource(half, [4, 1 << 15, 1 << 15]) }), at("m.onnx"), { external_data: false })).toThrow(
      "save/size",
    );
    expect(readdirSync(dir)).toEqual([]);
  });

  test.each([
    ["ENOSPC", "save/no-space", "free space"],
    ["EACCES", "save/permission", "may be written"],
    ["EROFS", "save/permission", "read-only"],
    ["EIO", "save/file", "check"],
  ])("%s is told with path and remedy", (code, name, hint) => {
    const error = saveError("/x/m.onnx", Object.assign(new Error(`${code}: no`), { code }));
    expect(error.code).toBe(name);
    expect(error.message).toContain("/x/m.onnx");
    expect(error.hint).toContain(hint);
  });
});

describe("external data", () => {
  /** A model whose tensor `w` of 8 bytes, unless its dims are given, has these entries. */
  const model = (entries: Record<string, string>, dims: readonly (number | string)[] = [2]): string => {
    const external_data = Object.entries(entries).map(([key, value]) => ({ key, value }));
    const w = { name: "w", dims, data_type: 1, data_location: 1, external_data };
    const proto = { ir_version: 10, opset_import: [{ domain: "", version: 20 }], graph: { name: "g", initializer: [w] } };
    writeFileSync(at("m.onnx"), modelProtoType().encode(modelProtoType().fromObject(proto)).finish());
    return at("m.onnx");
  };

  test("in the folder, below it, by a link that stays inside, without offset and length", () => {
    mkdirSync(at("sub"));
    writeFileSync(at("sub/w.bin"), Buffer.from(Float32Array.of(1, 2, 3).buffer));
    symlinkSync(at("sub/w.bin"), at("link.bin"));
    for (const [entries, first] of [
      [{ location: "sub/w.bin", offset: "4", length: "8" }, 2],
      [{ location: "./sub/w.bin" }, 1],
      [{ location: "link.bin", offset: "4" }, 2],
    ] as const) {
      const [w] = weights(readModel(model(entries)).graph).values();
      expect([...new Float32Array(readAll(w!, 8).buffer)]).toEqual([first, first + 1]);
    }
  });

  describe("given in memory", () => {
    const files = { "w.bin": new Uint8Array(Float32Array.of(1, 2, 3).buffer) };
    const firstOf = (of: Model): number[] => {
      const [w] = weights(of.graph).values();
      return [...new Float32Array(readAll(w!, 8).buffer)];
    };

    test("for a model of bytes, and before the folder for a model of a file", () => {
      const path = model({ location: "w.bin", offset: "4" });
      expect(firstOf(readModel(readFileSync(path), { files }))).toEqual([2, 3]);
      writeFileSync(at("w.bin"), new Uint8Array(12));
      expect(firstOf(readModel(path, { files }))).toEqual([2, 3]);
      expect(firstOf(readModel(path, { files: {} }))).toEqual([0, 0]);
    });

    test.each<[string, Record<string, string>, typeof files | undefined, RegExp]>([
      [
        "what is not given",
        { location: "v.bin" },
        files,
        /tensor w has its data at "v\.bin", .*with "w\.bin" but without a folder\n.*"v\.bin": bytes/,
      ],
      ["anything without files", { location: "w.bin" }, undefined, /proto\/external.*"w\.bin".*without files or a folder/],
      ["a property of every object", { location: "constructor" }, files, /proto\/external.*"constructor"/],
      ["a range that is not inside", { location: "w.bin", offset: "8" }, files, /weights\/range.*w: bytes 8 to 16 .*w\.bin.*12 bytes/],
      ["a huge offset", { location: "w.bin", offset: "9007199254740990" }, files, /weights\/range/],
    ])("%s is refused", (_, entries, given, message) => {
      const bytes = readFileSync(model(entries));
      expect(() => readModel(bytes, given === undefined ? {} : { files: given })).toThrow(message);
    });
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ["..", { location: "../w.bin" }, /proto\/external.*tensor w.*\.\./],
    [".. inside", { location: "sub/../../w.bin" }, /leaves the folder/],
    ["backslashes", { location: "..\\w.bin" }, /leaves the folder/],
    ["an absolute path", { location: "/etc/hostname" }, /absolute/],
    ["a drive", { location: "C:\\w.bin" }, /absolute/],
    ["a link to the outside", { location: "outside" }, /link that leaves/],
    ["a link to a folder outside", { location: "folder/hostname" }, /link that leaves/],
    ["the folder itself", { location: "." }, /proto\/external/],
    ["a zero byte", { location: "w\0.bin" }, /no file name/],
    ["nothing", { location: "" }, /names no file/],
    ["no location", { offset: "0" }, /without a location/],
    ["a file that is not there", { location: "none.bin" }, /none\.bin/],
    ["an offset behind the end", { location: "w.bin", offset: "100" }, /weights\/range.*w/],
    ["a negative offset", { location: "w.bin", offset: "-4" }, /no decimal number/],
    ["an offset in hexadecimal", { location: "w.bin", offset: "0x4" }, /no decimal number/],
    ["an enormous offset", { location: "w.bin", offset: "99999999999999999999" }, /no decimal number/],
    ["a length that is not the tensor's", { location: "w.bin", length: "4" }, /8 bytes, but its external data has 4/],
    ["a folder", { location: "sub" }, /not a file/],
    ["an offset so large that the end is no exact number", { location: "w.bin", offset: "9007199254740990" }, /weights\/range.*w/],
    ["a negative length", { location: "w.bin", length: "-8" }, /no decimal number/],
  ])("%s is refused", (_, entries, message) => {
    mkdirSync(at("sub"));
    writeFileSync(at("w.bin"), new Uint8Array(16));
    symlinkSync("/etc/hostname", at("outside"));
    symlinkSync("/etc", at("folder"));
    expect(() => readModel(model(entries))).toThrow(OnnxExporterError);
    expect(() => readModel(model(entries))).toThrow(message);
  });

  test.each<[string, (number | string)[], RegExp]>([
    ["more elements than the file has", [5], /weights\/range.*w: bytes 0 to 20/],
    ["a negative dim", [-1], /weights\/shape.*w: \[-1\]/],
    ["negative dims whose product is positive", [-1, -2], /weights\/shape/],
    ["dims whose product is no exact number", ["4611686018427387904", 4], /w/],
    ["dims whose bytes are no exact number", ["4503599627370496"], /weights\/shape/],
  ])("%s: refused before anything is read", (_, dims, message) => {
    writeFileSync(at("w.bin"), new Uint8Array(16));
    const path = model({ location: "w.bin" }, dims);
    expect(() => readModel(path)).toThrow(OnnxExporterError);
    expect(() => readModel(path)).toThrow(message);
  });

  test("a model given as bytes has a folder only when it is told", () => {
    writeFileSync(at("w.bin"), new Uint8Array(16));
    const bytes = readFileSync(model({ location: "w.bin" }));
    expect(() => readModel(bytes)).toThrow("given as bytes");
    expect(readModel(bytes, { folder: dir }).graph.initializers.size).toBe(1);
  });
});

/** A Python with onnx, where the environment names one. */
const python = process.env.ONNX_PYTHON ?? "";
test.skipIf(python === "")("Python's onnx loads and checks what is saved", () => {
  for (const external_data of [true, false]) {
    const model = fullModel();
    const [g] = [model.graph];
    initializer(g, "more", floats([5000]));
    saveModel(model, at("m.onnx"), { external_data });
    const script = `
import onnx, sys, json
from onnx import numpy_helper
m = onnx.load(sys.argv[1])
print(json.dumps({"nodes": [n.op_type for n in m.graph.node], "doc": m.doc_string, "sum": float(numpy_helper.to_array(m.graph.initializer[3]).sum()), "big": m.graph.node[1].attribute[2].i}))`;
    const said = JSON.parse(execFileSync(python, ["-c", script, at("m.onnx")], { encoding: "utf8" }));
    for (const name of ["m.json", "m.textproto"]) {
      saveModel(model, at(name), { external_data: false });
      const text = "import onnx, sys; print(onnx.load(sys.argv[1]).SerializeToString() == onnx.load(sys.argv[2]).SerializeToString())";
      saveModel(model, at("inline.onnx"), { external_data: false });
      expect(execFileSync(python, ["-c", text, at(name), at("inline.onnx")], { encoding: "utf8" }).trim()).toBe("True");
    }
    expect(said).toMatchObject({ nodes: ["Transpose", "Custom", "If", "Scale"], doc: model.doc_string, sum: (5000 * 4999) / 4 });
  }
});
