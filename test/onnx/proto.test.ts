/** The codec: what is written is read again, protobufjs agrees byte by byte, and nothing that is no model does more than throw. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import protobuf from "protobufjs";
import { afterAll, describe, expect, test } from "vitest";
import { OnnxExporterError } from "../../src/errors.ts";
import { modelProtoType } from "../../src/onnx/proto/descriptor.ts";
import { fromModelProto, modelProto } from "../../src/onnx/proto/model-proto.ts";
import { readModel } from "../../src/onnx/proto/read.ts";
import { encodeModel } from "../../src/onnx/proto/save.ts";
import { show } from "../../src/symbolic.ts";
import { closeFile } from "../../src/weights/files.ts";
import { readAll } from "../../src/weights/source.ts";
import { anyModel, emptyModel, floats, fullModel, initializer } from "./proto-models.ts";

const dir = mkdtempSync(join(tmpdir(), "proto-"));
afterAll(() => {
  closeFile();
  rmSync(dir, { recursive: true });
});
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe("round trips", () => {
  test("everything that a file has comes back", () => {
    const model = fullModel();
    const bytes = encodeModel(model);
    const back = readModel(bytes);
    expect(same(encodeModel(back), bytes)).toBe(true);
    const { graph } = back;
    expect(back).toMatchObject({ doc_string: "Größe: 模型 🙂", model_version: 2 ** 40, producer_name: "pytorch", domain: "example" });
    expect(graph.inputs[0]).toMatchObject({ name: "x", doc_string: "the input" });
    expect(graph.outputs.map((v) => [v.name, v.shape.map(show)])).toEqual([
      ["scaled", ["batch", "3"]],
      ["output_1", ["batch + 1", "2*batch"]],
    ]);
    expect([...graph.initializers].map((v) => [v.name, v.dtype, v.shape])).toEqual([
      ["layer.weight", "float32", [100, 3]],
      ["layer.bias", "float32", [3]],
      ["empty", "int64", [0, 2]],
    ]);
    const custom = [...graph.nodes()][1]!;
    expect(custom.inputs.map((v) => v?.name ?? null)).toEqual(["x", null, "t"]);
    expect(custom.attributes.get("big")).toEqual({ kind: "int", value: 2n ** 63n - 1n });
    expect(custom.attributes.get("wide")).toEqual({ kind: "int", value: -(2 ** 45) });
    expect(custom.attributes.get("fs")).toEqual({ kind: "floats", value: [Number.POSITIVE_INFINITY, -0, Math.fround(1e-40)] });
    const t = custom.attributes.get("t")!;
    expect(t.kind === "tensor" && [...readAll(t.value, 10)]).toEqual([0, 0x3c, 0, 0x7e]);
    expect(custom.outputs[0]?.name).toBe("");
    expect(back.functions[0]).toMatchObject({ domain: "my.ops", name: "Scale", attributes: ["n"] });
  });

  test("origins become the metadata that torch.onnx writes", () => {
    const node = [...readModel(encodeModel(fullModel())).graph.nodes()][0]!;
    expect(Object.fromEntries(node.metadata)).toEqual({
      namespace: ": __main__.M/layer: torch.nn.modules.linear.Linear/t: aten.t.default",
      "pkg.torch.onnx.class_hierarchy": "['__main__.M', 'torch.nn.modules.linear.Linear', 'aten.t.default']",
      "pkg.torch.onnx.name_scopes": "['', 'layer', 't']",
      "pkg.torch.onnx.stack_trace": 'File "m.py", line 3, in forward\n    return self.layer(x)',
    });
    const bare = readModel(encodeModel(fullModel(), { origin_metadata: false }));
    expect([...bare.graph.nodes()][0]!.metadata.size).toBe(0);
  });

  test("protobufjs reads the same and writes the same bytes", () => {
    const bytes = encodeModel(fullModel());
    const type = modelProtoType();
    expect(same(type.encode(type.decode(bytes)).finish(), bytes)).toBe(true);
    expect(same(encodeModel(fromModelProto(modelProto(fullModel()))), bytes)).toBe(true);
    const object = type.toObject(type.decode(bytes), { longs: String, enums: String });
    expect(object).toMatchObject({
      ir_version: "10",
      graph: { node: [{ op_type: "Transpose", attribute: [{ name: "perm", type: "INTS", ints: ["1", "0"] }] }, {}, {}, {}] },
    });
    expect(() => fromModelProto({ graph: 1 })).toThrow("proto/object");
  });

  test("random models, with names that collide and nested graphs", () => {
    const type = modelProtoType();
    fc.assert(
      fc.property(anyModel, (model) => {
        const bytes = encodeModel(model);
        expect(same(type.encode(type.decode(bytes)).finish(), bytes)).toBe(true);
        const back = readModel(bytes);
        expect(same(encodeModel(back), bytes)).toBe(true);
        expect(same(encodeModel(model), bytes)).toBe(true);
      }),
    );
  });

  const corpus = join(import.meta.dirname, "../../../shared/conformance/onnx/cases");
  test.skipIf(!existsSync(corpus))("the ONNX project's operator tests", () => {
    const type = modelProtoType();
    // Inputs omitted at the end are kept behind the other fields of their node: protobufjs puts both in its order.
    const ordered = (bytes: Uint8Array): Uint8Array => type.encode(type.decode(bytes)).finish();
    for (const file of readdirSync(corpus).filter((f) => f.endsWith(".onnx"))) {
      const path = join(corpus, file);
      expect(same(ordered(encodeModel(readModel(path))), ordered(readFileSync(path))), file).toBe(true);
    }
  });
});

describe("reading", () => {
  const proto = (graph: object, rest: object = {}): Uint8Array =>
    modelProtoType()
      .encode(
        modelProtoType().fromObject({
          ir_version: 10,
          opset_import: [{ domain: "", version: 20 }],
          graph: { name: "g", ...graph },
          ...rest,
        }),
      )
      .finish();
  const tensor = (fields: object): Uint8Array => proto({ initializer: [{ name: "w", ...fields }] });
  const valuesOf = (bytes: Uint8Array): number[] => [...readAll([...readModel(bytes).graph.initializers][0]!.source!, 1000)];

  test("every field that tensors hold their elements in", () => {
    expect(valuesOf(tensor({ dims: [2], data_type: 1, float_data: [1, -2] }))).toEqual([...new Uint8Array(Float32Array.of(1, -2).buffer)]);
    expect(valuesOf(tensor({ dims: [2], data_type: 11, double_data: [1, -2] }))).toEqual([
      ...new Uint8Array(Float64Array.of(1, -2).buffer),
    ]);
    expect(valuesOf(tensor({ dims: [2], data_type: 7, int64_data: [1, -2] }))).toEqual([
      ...new Uint8Array(BigInt64Array.of(1n, -2n).buffer),
    ]);
    expect(valuesOf(tensor({ dims: [2], data_type: 13, uint64_data: [1, 2] }))).toEqual([
      ...new Uint8Array(BigInt64Array.of(1n, 2n).buffer),
    ]);
    expect(valuesOf(tensor({ dims: [2], data_type: 12, uint64_data: [1, 4294967295] }))).toEqual([1, 0, 0, 0, 255, 255, 255, 255]);
    expect(valuesOf(tensor({ dims: [2], data_type: 6, int32_data: [1, -2] }))).toEqual([1, 0, 0, 0, 254, 255, 255, 255]);
    expect(valuesOf(tensor({ dims: [2], data_type: 3, int32_data: [1, -2] }))).toEqual([1, 254]);
    expect(valuesOf(tensor({ dims: [2], data_type: 9, int32_data: [1, 0] }))).toEqual([1, 0]);
    expect(valuesOf(tensor({ dims: [1], data_type: 10, int32_data: [0x3c01] }))).toEqual([1, 0x3c]);
    expect(valuesOf(tensor({ dims: [3], data_type: 22, int32_data: [0x21, 0x03] }))).toEqual([0x21, 3]);
    expect(valuesOf(tensor({ dims: [1], data_type: 14, float_data: [1, 2] }))).toEqual([...new Uint8Array(Float32Array.of(1, 2).buffer)]);
  });

  test("packed where ONNX does not pack, and unpacked where it does", () => {
    const w = protobuf.Writer.create();
    w.uint32(10).fork().int64(2).int64(3).ldelim(); // dims, packed
    w.uint32(16).int32(1);
    for (let i = 0; i < 6; i++) w.uint32(37).float(i); // float_data, unpacked
    w.uint32(66).string("w");
    const inner = w.finish();
    const graph = protobuf.Writer.create().uint32(42).bytes(inner).finish();
    const model = protobuf.Writer.create().uint32(8).int64(10).uint32(58).bytes(graph).uint32(66).bytes(Uint8Array.of(16, 20)).finish();
    const [value] = readModel(model).graph.initializers;
    expect(value?.shape).toEqual([2, 3]);
    expect([...new Float32Array(readAll(value!.source!, 100).buffer)]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test.each<[string, () => Uint8Array, RegExp]>([
    [
      "raw data of another size",
      () => tensor({ dims: [2], data_type: 1, raw_data: new Uint8Array(7) }),
      /tensor w, float32\[2\], 8 bytes, with 7 bytes/,
    ],
    ["elements of another number", () => tensor({ dims: [3], data_type: 1, float_data: [1] }), /4 bytes of elements instead of 12/],
    ["too many integers", () => tensor({ dims: [1], data_type: 7, int64_data: [1, 2] }), /more elements than its shape/],
    ["data in two fields", () => tensor({ dims: [1], data_type: 1, float_data: [1], raw_data: new Uint8Array(4) }), /several fields/],
    ["data in a field of another type", () => tensor({ dims: [1], data_type: 1, int64_data: [1] }), /field of another type/],
    ["an unknown type", () => tensor({ dims: [1], data_type: 99, raw_data: new Uint8Array(4) }), /dtype\/unknown/],
    [
      "strings of another number",
      () => tensor({ dims: [2], data_type: 8, string_data: [new Uint8Array(1)] }),
      /string\[2\], with 1 strings/,
    ],
    ["numbers as strings", () => tensor({ dims: [1], data_type: 8, float_data: [1] }), /data that are no strings/],
    ["strings as numbers", () => tensor({ dims: [1], data_type: 1, string_data: [new Uint8Array(1)] }), /with strings as its data/],
    ["a negative dim", () => tensor({ dims: [-1], data_type: 1 }), /weights\/shape/],
    ["dims that overflow", () => tensor({ dims: [2 ** 40, 2 ** 40], data_type: 1 }), /weights\/shape/],
    ["a sparse initializer of nothing", () => proto({ sparse_initializer: [{}] }), /proto\/sparse.*without values/],
    [
      "sparse indices of another number",
      () =>
        proto({
          sparse_initializer: [
            {
              dims: [4],
              values: { name: "s", dims: [1], data_type: 1, float_data: [1] },
              indices: { dims: [2], data_type: 7, int64_data: [0, 1] },
            },
          ],
        }),
      /proto\/sparse.*indices of shape \[2\] for 1 values/,
    ],
    [
      "a dim beyond any size",
      () => proto({ input: [{ name: "x", type: { tensor_type: { elem_type: 1, shape: { dim: [{ dim_value: "9007199254740993" }] } } } }] }),
      /proto\/dim/,
    ],
    ["two functions of one name", () => proto({}, { functions: [{ name: "F" }, { name: "F" }] }), /two functions ::F/],
    ["no graph", () => modelProtoType().encode({ ir_version: 10 }).finish(), /no graph/],
    ["no IR version", () => proto({}, { ir_version: 0 }), /no ir_version/],
    [
      "a domain that is imported twice",
      () =>
        proto(
          {},
          {
            opset_import: [
              { domain: "", version: 20 },
              { domain: "ai.onnx", version: 19 },
            ],
          },
        ),
      /twice, as 20 and 19/,
    ],
    [
      "an operand from nowhere",
      () => proto({ node: [{ op_type: "Relu", name: "n", input: ["a"], output: ["b"] }] }),
      /proto\/order.*Relu n reads "a"/,
    ],
    [
      "nodes in the wrong order",
      () =>
        proto({
          node: [
            { op_type: "Relu", input: ["a"], output: ["b"] },
            { op_type: "Abs", input: [""], output: ["a"] },
          ],
        }),
      /proto\/order/,
    ],
    [
      "a value that is made twice",
      () =>
        proto({
          node: [
            { op_type: "A", output: ["a"] },
            { op_type: "A", output: ["a"] },
          ],
        }),
      /two values named a/,
    ],
    ["an output that nothing makes", () => proto({ output: [{ name: "y" }] }), /names "y"/],
    ["an input without a name", () => proto({ input: [{}] }), /without a name/],
    [
      "an attribute that is there twice",
      () =>
        proto({
          node: [
            {
              op_type: "A",
              attribute: [
                { name: "a", type: 2 },
                { name: "a", type: 2 },
              ],
            },
          ],
        }),
      /attribute a twice/,
    ],
    ["an attribute without a value", () => proto({ node: [{ op_type: "A", attribute: [{ name: "a" }] }] }), /attribute a without a value/],
    [
      "a type attribute without a type",
      () => proto({ node: [{ op_type: "A", attribute: [{ name: "a", type: 13, tp: {} }] }] }),
      /attribute a without a type/,
    ],
  ])("%s is refused", (_, make, message) => {
    expect(() => readModel(make())).toThrow(OnnxExporterError);
    expect(() => readModel(make())).toThrow(message);
  });

  test("dims: names, expressions, nothing", () => {
    const dim = [{ dim_value: 3 }, { dim_param: "batch" }, { dim_param: "2*s1 + 3" }, { dim_param: "batch-size" }, {}, { dim_param: "" }];
    const model = readModel(proto({ input: [{ name: "x", type: { tensor_type: { elem_type: 1, shape: { dim } } } }] }));
    const { shape } = model.graph.inputs[0]!;
    expect(shape.slice(0, 4).map(show)).toEqual(["3", "batch", "2*s1 + 3", "batch-size"]);
    const again = modelProtoType().toObject(modelProto(model)) as {
      graph: { input: { type: { tensor_type: { shape: { dim: object[] } } } }[] };
    };
    const written = again.graph.input[0]?.type.tensor_type.shape.dim;
    expect(written?.slice(1)).toEqual([{ dim_param: "batch" }, { dim_param: "2*s1 + 3" }, { dim_param: "batch-size" }, {}, {}]);
  });

  test("a file larger than the scanner's window, payloads skipped", () => {
    const model = emptyModel();
    for (let i = 0; i < 3; i++) initializer(model.graph, `w${i}`, floats([300_000 + i], i));
    model.doc_string = "long ".repeat(500_000);
    const path = join(dir, "large.onnx");
    writeFileSync(path, encodeModel(model));
    const back = readModel(path);
    expect(back.doc_string).toBe(model.doc_string);
    expect(same(encodeModel(back), encodeModel(model))).toBe(true);
  });
});

describe("damage", () => {
  const bytes = encodeModel(fullModel());
  const attempt = (damaged: Uint8Array): void => {
    try {
      encodeModel(readModel(damaged));
    } catch (error) {
      expect(error).toBeInstanceOf(OnnxExporterError);
      expect((error as OnnxExporterError).code).not.toBe("core/trap");
    }
  };
  test("every prefix", () => {
    for (let n = 0; n < bytes.length; n++) attempt(bytes.subarray(0, n));
    expect(() => readModel(bytes.subarray(0, bytes.length - 1))).toThrow(
      /proto\/.* the model: the protobuf ends inside a field, in .* at byte \d+/,
    );
  });
  test("random bytes changed, cut out and put in", () => {
    const change = fc.record({ at: fc.nat(bytes.length - 1), cut: fc.nat(3), put: fc.uint8Array({ maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let damaged = Buffer.from(bytes);
        for (const { at, cut, put } of changes) damaged = Buffer.concat([damaged.subarray(0, at), put, damaged.subarray(at + cut)]);
        attempt(damaged);
      }),
      { numRuns: 2000 },
    );
  });
  test("random bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 2000 });
  });
  test("messages nested without end", () => {
    let inner = Buffer.alloc(0);
    for (let i = 0; i < 200; i++) {
      const graph = protobuf.Writer.create().uint32(50).bytes(inner).finish(); // AttributeProto.g
      const node = protobuf.Writer.create().uint32(42).bytes(graph).finish(); // NodeProto.attribute
      inner = Buffer.from(protobuf.Writer.create().uint32(10).bytes(node).finish()); // GraphProto.node
    }
    const model = protobuf.Writer.create().uint32(58).bytes(inner).finish();
    expect(() => readModel(model)).toThrow("proto/depth");
  });
  test("a string that is not UTF-8", () => {
    const model = protobuf.Writer.create().uint32(8).int64(10).uint32(18).bytes(Uint8Array.of(0xff, 0xfe)).finish();
    expect(() => readModel(model)).toThrow(/proto\/utf8.*fffe/);
  });
});
