/** What the IR has no place for survives: types of all kinds, typed elements, unknown fields; decode and encode are the identity. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cloneModel } from "../../src/onnx/ir/clone.ts";
import { typeText } from "../../src/onnx/ir/container.ts";
import { modelProtoType } from "../../src/onnx/proto/descriptor.ts";
import { readModel } from "../../src/onnx/proto/read.ts";
import { encodeModel } from "../../src/onnx/proto/save.ts";
import { enums, type FieldRow, type MessageName, messages, splitType } from "../../src/onnx/proto/schema.ts";
import { readAll } from "../../src/weights/source.ts";

const type = modelProtoType();
const head = { ir_version: 10, opset_import: [{ domain: "", version: 20 }] };
const encoded = (model: object): Uint8Array => type.encode(type.fromObject({ ...head, ...model })).finish();
const decoded = (bytes: Uint8Array): object => type.toObject(type.decode(bytes), { longs: String, bytes: String, enums: String });
const isKept = (bytes: Uint8Array): void => {
  expect(decoded(encodeModel(readModel(bytes)))).toEqual(decoded(bytes));
  expect(decoded(encodeModel(cloneModel(readModel(bytes))))).toEqual(decoded(bytes));
};
const graph = (fields: object): object => ({ graph: { name: "g", ...fields } });
const attribute = (fields: object): object => graph({ node: [{ op_type: "A", attribute: [{ name: "a", ...fields }] }] });
const f32 = { tensor_type: { elem_type: 1, shape: { dim: [{ dim_param: "N" }, { dim_value: 3 }] } } };
const notText = Uint8Array.of(0xff, 0x00, 0xfe);
const sparse = {
  dims: [2, 3],
  values: { dims: [1], data_type: 1, float_data: [7] },
  indices: { dims: [1], data_type: 7, int64_data: [4] },
};

test.each<[string, object]>([
  ["a sequence", graph({ input: [{ name: "s", type: { sequence_type: { elem_type: f32 } } }] })],
  [
    "an optional sequence",
    graph({ input: [{ name: "s", type: { optional_type: { elem_type: { sequence_type: { elem_type: f32 } } } } }] }),
  ],
  ["an optional of nothing known", graph({ input: [{ name: "s", type: { optional_type: { elem_type: {} } } }] })],
  ["a map", graph({ input: [{ name: "m", type: { map_type: { key_type: 8, value_type: f32 } } }] })],
  [
    "a sequence of maps",
    graph({ input: [{ name: "m", type: { sequence_type: { elem_type: { map_type: { key_type: 7, value_type: f32 } } } } }] }),
  ],
  ["a sparse tensor", graph({ input: [{ name: "m", type: { sparse_tensor_type: f32.tensor_type } }] })],
  ["an opaque type", graph({ input: [{ name: "m", type: { opaque_type: { domain: "d", name: "n" } } }] })],
  ["strings", graph({ input: [{ name: "s", type: { tensor_type: { elem_type: 8, shape: { dim: [{ dim_value: 2 }] } } } }] })],
  ["a tensor of no element type", graph({ input: [{ name: "s", type: { tensor_type: { shape: { dim: [{ dim_value: 2 }] } } } }] })],
  ["no type", graph({ input: [{ name: "s" }] })],
  [
    "denotations",
    graph({
      input: [
        {
          name: "x",
          type: { denotation: "IMAGE", tensor_type: { elem_type: 1, shape: { dim: [{ dim_value: 1 }, { denotation: "DATA_CHANNEL" }] } } },
        },
      ],
    }),
  ],
  ["strings as an initializer", graph({ initializer: [{ name: "s", dims: [2], data_type: 8, string_data: [Buffer.from("é"), notText] }] })],
  ["a sparse initializer", graph({ sparse_initializer: [{ ...sparse, values: { ...sparse.values, name: "s" } }] })],
  ["elements in typed fields", graph({ initializer: [{ name: "w", dims: [3], data_type: 22, int32_data: [0x21, 3] }] })],
  [
    "what an initializer says of itself",
    graph({
      initializer: [{ name: "w", data_type: 1, raw_data: Buffer.alloc(4), doc_string: "d", metadata_props: [{ key: "k", value: "v" }] }],
    }),
  ],
  ["a tensor with a name", attribute({ type: 4, t: { name: "value", data_type: 1, raw_data: Buffer.alloc(4), doc_string: "d" } })],
  ["a tensor of strings", attribute({ type: 4, t: { dims: [1], data_type: 8, string_data: [Buffer.from("x")] } })],
  ["a tensor of bytes that are no text", attribute({ type: 4, t: { name: "t", dims: [1], data_type: 8, string_data: [notText] } })],
  ["sparse", attribute({ type: 11, sparse_tensor: sparse })],
  [
    "tensors",
    attribute({
      type: 9,
      tensors: [
        { data_type: 1, raw_data: Buffer.alloc(4) },
        { dims: [1], data_type: 7, int64_data: [5] },
      ],
    }),
  ],
  ["tensors of strings", attribute({ type: 9, tensors: [{ dims: [1], data_type: 8, string_data: [notText] }] })],
  ["a type", attribute({ type: 13, tp: { sequence_type: { elem_type: f32 } } })],
  ["a type with a denotation", attribute({ type: 13, tp: { ...f32, denotation: "IMAGE" } })],
  ["types", attribute({ type: 14, type_protos: [f32, f32] })],
  ["sparse tensors", attribute({ type: 12, sparse_tensors: [sparse] })],
  ["graphs", attribute({ type: 10, graphs: [{ name: "a" }, { name: "b", node: [{ op_type: "B", output: ["x"] }] }] })],
  ["a string that is no text", attribute({ type: 3, s: notText })],
  ["strings that are no text", attribute({ type: 8, strings: [Buffer.from("a"), notText] })],
  ["an attribute's doc string", attribute({ type: 2, i: 1, doc_string: "why" })],
  [
    "node names that are left out, and the default domain said",
    graph({
      node: [
        { op_type: "A", domain: "" },
        { op_type: "A", input: ["", ""] },
      ],
    }),
  ],
  [
    "overloads",
    {
      functions: [
        { domain: "d", name: "F", overload: "a", opset_import: [{ domain: "", version: 20 }] },
        { domain: "d", name: "F", overload: "b", opset_import: [{ domain: "", version: 20 }] },
      ],
      ...graph({ node: [{ op_type: "F", domain: "d", overload: "b" }] }),
    },
  ],
  [
    "names that bodies side by side share",
    graph({
      input: [{ name: "c", type: { tensor_type: { elem_type: 9 } } }],
      node: [
        {
          op_type: "If",
          input: ["c"],
          output: ["y"],
          attribute: ["then_branch", "else_branch"].map((name) => ({
            name,
            type: 5,
            g: { name, node: [{ op_type: "A", output: ["o"] }], output: [{ name: "o" }] },
          })),
        },
      ],
    }),
  ],
  ["both names of the default domain", { opset_import: [{ domain: "", version: 20 }], graph: { name: "g" } }],
])("%s", (_, model) => isKept(encoded(model)));

describe("as the IR sees them", () => {
  test("types as text", () => {
    const types = [
      { sequence_type: { elem_type: f32 } },
      { optional_type: { elem_type: {} } },
      { map_type: { key_type: 8, value_type: f32 } },
      { opaque_type: { domain: "d", name: "n" } },
    ];
    const { graph: read } = readModel(encoded(graph({ input: types.map((t, i) => ({ name: `x${i}`, type: t })) })));
    expect(read.inputs.map((v) => typeText(v.container!))).toEqual([
      "seq(f32[N, 3])",
      "optional(?)",
      "map(string, f32[N, 3])",
      "opaque(d.n)",
    ]);
  });
  test("a sparse initializer is dense when it is read", () => {
    const elements = (of: object): number[] => {
      const bytes = encoded(graph({ sparse_initializer: [{ ...sparse, ...of, values: { ...sparse.values, name: "s" } }] }));
      const [value] = readModel(bytes).graph.initializers;
      return [...new Float32Array(readAll(value!.source!, 100).buffer)];
    };
    expect(elements({})).toEqual([0, 0, 0, 0, 7, 0]);
    expect(elements({ indices: { dims: [1, 2], data_type: 7, int64_data: [1, 0] } })).toEqual([0, 0, 0, 7, 0, 0]);
    expect(() => elements({ indices: { dims: [1], data_type: 7, int64_data: [6] } })).toThrow(/proto\/sparse.*index 6/);
  });
});

/** Values of any message of the schema, and fields of numbers that it lacks. */
const unknown = fc.tuple(fc.integer({ min: 1000, max: 9000 }), fc.uint8Array({ maxLength: 6 })).map(([field, bytes]) => {
  const tag = field * 8 + 2;
  return Uint8Array.of((tag & 127) | 128, ((tag >> 7) & 127) | 128, tag >> 14, bytes.length, ...bytes);
});
const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.string({ maxLength: 5 }),
  bytes: fc.uint8Array({ maxLength: 5 }).map((b) => Buffer.from(b)),
  int32: fc.integer(),
  int64: fc.integer(),
  uint64: fc.nat(),
  float: fc.integer(),
  double: fc.integer(),
};
function anyMessage(name: MessageName, depth: number): fc.Arbitrary<object> {
  const fields = Object.entries<FieldRow>(messages[name]).flatMap(([field, [, text]]): [string, fc.Arbitrary<unknown>][] => {
    const [base, mark] = splitType(text);
    if (base in messages && depth === 0) return [];
    const one = base in messages ? anyMessage(base as MessageName, depth - 1) : base in enums ? fc.constant(1) : scalars[base]!;
    return [[field, mark === "" ? one : fc.array(one, { maxLength: 2 })]];
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

test("whatever the messages say that the IR passes over", () => {
  const parts = fc.record({
    training_info: fc.array(anyMessage("TrainingInfoProto", 2), { maxLength: 2 }),
    configuration: fc.array(anyMessage("DeviceConfigurationProto", 1), { maxLength: 2 }),
    annotation: fc.array(anyMessage("TensorAnnotation", 1), { maxLength: 2 }),
    device: fc.array(anyMessage("NodeDeviceConfigurationProto", 3), { maxLength: 2 }),
    denotation: fc.string(),
    unknown,
  });
  fc.assert(
    fc.property(parts, ({ training_info, configuration, annotation, device, denotation, unknown: extra }) => {
      const bytes = encoded({
        training_info,
        configuration,
        graph: {
          name: "g",
          node: [
            {
              op_type: "A",
              output: ["y"],
              device_configurations: device,
              attribute: [{ name: "a", type: 2, i: 1, doc_string: denotation }],
            },
          ],
          output: [{ name: "y", type: { ...f32, denotation } }],
          quantization_annotation: annotation,
        },
      });
      isKept(bytes);
      const longer = Buffer.concat([bytes, extra]);
      const saved = Buffer.from(encodeModel(readModel(longer)));
      expect(saved.includes(Buffer.from(extra))).toBe(true);
      expect(Buffer.from(encodeModel(readModel(saved))).equals(saved)).toBe(true);
    }),
  );
});
