/**
 * @file ONNX's protobuf messages as rows (onnx/onnx.proto3 of ONNX 1.23): the one place of field numbers. The core's codec, the
 * protobufjs objects and the text forms are all driven by it.
 *
 * A row is [number, type]: `[]` repeated, `[packed]` repeated and packed, a capital letter begins a message or an enum.
 */

type Scalar = "string" | "bytes" | "int32" | "int64" | "uint64" | "float" | "double";
export type FieldRow = readonly [number: number, type: string];

/** Message → field → row. */
export const messages = {
  ModelProto: {
    ir_version: [1, "int64"],
    producer_name: [2, "string"],
    producer_version: [3, "string"],
    domain: [4, "string"],
    model_version: [5, "int64"],
    doc_string: [6, "string"],
    graph: [7, "GraphProto"],
    opset_import: [8, "OperatorSetIdProto[]"],
    metadata_props: [14, "StringStringEntryProto[]"],
    training_info: [20, "TrainingInfoProto[]"],
    functions: [25, "FunctionProto[]"],
    configuration: [26, "DeviceConfigurationProto[]"],
  },
  GraphProto: {
    node: [1, "NodeProto[]"],
    name: [2, "string"],
    initializer: [5, "TensorProto[]"],
    doc_string: [10, "string"],
    input: [11, "ValueInfoProto[]"],
    output: [12, "ValueInfoProto[]"],
    value_info: [13, "ValueInfoProto[]"],
    quantization_annotation: [14, "TensorAnnotation[]"],
    sparse_initializer: [15, "SparseTensorProto[]"],
    metadata_props: [16, "StringStringEntryProto[]"],
  },
  NodeProto: {
    input: [1, "string[]"],
    output: [2, "string[]"],
    name: [3, "string"],
    op_type: [4, "string"],
    attribute: [5, "AttributeProto[]"],
    doc_string: [6, "string"],
    domain: [7, "string"],
    overload: [8, "string"],
    metadata_props: [9, "StringStringEntryProto[]"],
    device_configurations: [10, "NodeDeviceConfigurationProto[]"],
  },
  AttributeProto: {
    name: [1, "string"],
    f: [2, "float"],
    i: [3, "int64"],
    s: [4, "bytes"],
    t: [5, "TensorProto"],
    g: [6, "GraphProto"],
    floats: [7, "float[]"],
    ints: [8, "int64[]"],
    strings: [9, "bytes[]"],
    tensors: [10, "TensorProto[]"],
    graphs: [11, "GraphProto[]"],
    doc_string: [13, "string"],
    tp: [14, "TypeProto"],
    type_protos: [15, "TypeProto[]"],
    type: [20, "AttributeType"],
    ref_attr_name: [21, "string"],
    sparse_tensor: [22, "SparseTensorProto"],
    sparse_tensors: [23, "SparseTensorProto[]"],
  },
  TensorProto: {
    dims: [1, "int64[]"],
    data_type: [2, "int32"],
    segment: [3, "Segment"],
    float_data: [4, "float[packed]"],
    int32_data: [5, "int32[packed]"],
    string_data: [6, "bytes[]"],
    int64_data: [7, "int64[packed]"],
    name: [8, "string"],
    raw_data: [9, "bytes"],
    double_data: [10, "double[packed]"],
    uint64_data: [11, "uint64[packed]"],
    doc_string: [12, "string"],
    external_data: [13, "StringStringEntryProto[]"],
    data_location: [14, "DataLocation"],
    metadata_props: [16, "StringStringEntryProto[]"],
  },
  ValueInfoProto: {
    name: [1, "string"],
    type: [2, "TypeProto"],
    doc_string: [3, "string"],
    metadata_props: [4, "StringStringEntryProto[]"],
  },
  TypeProto: {
    tensor_type: [1, "TensorType"],
    sequence_type: [4, "SequenceType"],
    map_type: [5, "MapType"],
    denotation: [6, "string"],
    opaque_type: [7, "OpaqueType"],
    sparse_tensor_type: [8, "SparseTensorType"],
    optional_type: [9, "OptionalType"],
  },
  TensorType: { elem_type: [1, "int32"], shape: [2, "TensorShapeProto"] },
  SequenceType: { elem_type: [1, "TypeProto"] },
  MapType: { key_type: [1, "int32"], value_type: [2, "TypeProto"] },
  OptionalType: { elem_type: [1, "TypeProto"] },
  SparseTensorType: { elem_type: [1, "int32"], shape: [2, "TensorShapeProto"] },
  OpaqueType: { domain: [1, "string"], name: [2, "string"] },
  TensorShapeProto: { dim: [1, "Dimension[]"] },
  Dimension: { dim_value: [1, "int64"], dim_param: [2, "string"], denotation: [3, "string"] },
  Segment: { begin: [1, "int64"], end: [2, "int64"] },
  OperatorSetIdProto: { domain: [1, "string"], version: [2, "int64"] },
  StringStringEntryProto: { key: [1, "string"], value: [2, "string"] },
  FunctionProto: {
    name: [1, "string"],
    input: [4, "string[]"],
    output: [5, "string[]"],
    attribute: [6, "string[]"],
    node: [7, "NodeProto[]"],
    doc_string: [8, "string"],
    opset_import: [9, "OperatorSetIdProto[]"],
    domain: [10, "string"],
    attribute_proto: [11, "AttributeProto[]"],
    value_info: [12, "ValueInfoProto[]"],
    overload: [13, "string"],
    metadata_props: [14, "StringStringEntryProto[]"],
  },
  SparseTensorProto: { values: [1, "TensorProto"], indices: [2, "TensorProto"], dims: [3, "int64[]"] },
  TensorAnnotation: { tensor_name: [1, "string"], quant_parameter_tensor_names: [2, "StringStringEntryProto[]"] },
  TrainingInfoProto: {
    initialization: [1, "GraphProto"],
    algorithm: [2, "GraphProto"],
    initialization_binding: [3, "StringStringEntryProto[]"],
    update_binding: [4, "StringStringEntryProto[]"],
  },
  DeviceConfigurationProto: { name: [1, "string"], num_devices: [2, "int32"], device: [3, "string[]"] },
  NodeDeviceConfigurationProto: {
    configuration_id: [1, "string"],
    sharding_spec: [2, "ShardingSpecProto[]"],
    pipeline_stage: [3, "int32"],
  },
  ShardingSpecProto: {
    tensor_name: [1, "string"],
    device: [2, "int64[]"],
    index_to_device_group_map: [3, "IntIntListEntryProto[]"],
    sharded_dim: [4, "ShardedDimProto[]"],
  },
  IntIntListEntryProto: { key: [1, "int64"], value: [2, "int64[]"] },
  ShardedDimProto: { axis: [1, "int64"], simple_sharding: [2, "SimpleShardedDimProto[]"] },
  SimpleShardedDimProto: { dim_value: [1, "int64"], dim_param: [2, "string"], num_shards: [3, "int64"] },
} as const satisfies Record<string, Record<string, FieldRow>>;

export type MessageName = keyof typeof messages;

/** Values of the enums in use. */
export const enums = {
  AttributeType: {
    UNDEFINED: 0,
    FLOAT: 1,
    INT: 2,
    STRING: 3,
    TENSOR: 4,
    GRAPH: 5,
    FLOATS: 6,
    INTS: 7,
    STRINGS: 8,
    TENSORS: 9,
    GRAPHS: 10,
    SPARSE_TENSOR: 11,
    SPARSE_TENSORS: 12,
    TYPE_PROTO: 13,
    TYPE_PROTOS: 14,
  },
  DataLocation: { DEFAULT: 0, EXTERNAL: 1 },
} as const;

/** Messages and enums that ONNX nests in others: our name → theirs. */
export const nested: { readonly [name: string]: string } = {
  TensorType: "TypeProto.Tensor",
  SequenceType: "TypeProto.Sequence",
  MapType: "TypeProto.Map",
  OptionalType: "TypeProto.Optional",
  SparseTensorType: "TypeProto.SparseTensor",
  OpaqueType: "TypeProto.Opaque",
  Dimension: "TensorShapeProto.Dimension",
  Segment: "TensorProto.Segment",
  DataLocation: "TensorProto.DataLocation",
  AttributeType: "AttributeProto.AttributeType",
};

/** Fields of which only one is set. */
export const oneofs: { readonly [message: string]: { readonly [name: string]: readonly string[] } } = {
  TypeProto: { value: ["tensor_type", "sequence_type", "map_type", "opaque_type", "sparse_tensor_type", "optional_type"] },
  Dimension: { value: ["dim_value", "dim_param"] },
  SimpleShardedDimProto: { dim: ["dim_value", "dim_param"] },
};

/** `TensorProto[]` → `["TensorProto", "[]"]`. */
export function splitType(type: string): [name: string, mark: "" | "[]" | "[packed]"] {
  const at = type.indexOf("[");
  return at < 0 ? [type, ""] : [type.slice(0, at), type.slice(at) as "[]" | "[packed]"];
}

/** A message's number is its place in this list. */
export const messageNames = Object.keys(messages) as MessageName[];
const numbers = new Map(messageNames.map((name, i) => [name as string, i]));

/** Kinds of fields as the core's scanner knows them (assembly/wire/read.ts). */
const scanKind = { unknown: 0, string: 1, varint: 2, fixed32: 3, message: 4, bytes: 5, pack32: 6, pack64: 7, packvar: 8 } as const;
type ScanKind = keyof typeof scanKind;

const scanKinds: { readonly [type in Scalar]: readonly [single: ScanKind, packed: ScanKind] } = {
  string: ["string", "string"],
  int32: ["varint", "packvar"],
  int64: ["varint", "packvar"],
  uint64: ["varint", "packvar"],
  float: ["fixed32", "pack32"],
  double: ["unknown", "pack64"],
  bytes: ["bytes", "bytes"],
};

/** Fields that the IR has no place for: the scanner passes over them as over unknown ones, and they are kept as bytes (ir/unheld.ts). */
const unheld: { readonly [message: string]: readonly string[] } = {
  ModelProto: ["training_info", "configuration"],
  GraphProto: ["quantization_annotation"],
  NodeProto: ["device_configurations"],
  AttributeProto: ["doc_string", "sparse_tensors", "type_protos"],
  TensorProto: ["doc_string", "metadata_props"],
  TypeProto: ["denotation"],
  Dimension: ["denotation"],
};

/** Words of a message in the scanner's schema: field numbers are below. */
const maxFields = 32;

/** Texts that nobody looks up: a lean scan leaves them where they are. */
const unread: { readonly [message: string]: readonly string[] } = {
  ModelProto: ["producer_name", "producer_version", "domain", "doc_string"],
  GraphProto: ["name", "doc_string"],
  NodeProto: ["name", "doc_string"],
  ValueInfoProto: ["doc_string"],
  FunctionProto: ["doc_string"],
  StringStringEntryProto: ["key", "value"],
};

/** The scanner's schema: a word a field, `kind | message << 8`. Strings of attributes are bytes to protobuf, but text to us. */
export function scanTable(lean: boolean): Int32Array {
  const table = new Int32Array(messageNames.length * maxFields);
  for (const [m, name] of messageNames.entries()) {
    for (const [field, [number, type]] of Object.entries<FieldRow>(messages[name])) {
      if (unheld[name]?.includes(field)) continue;
      const [base, mark] = splitType(type);
      const message = numbers.get(base);
      const text = name === "AttributeProto" && (field === "s" || field === "strings");
      const left = lean && unread[name]?.includes(field) === true;
      const kind = left ? "bytes" : text ? "string" : (scanKinds[base as Scalar]?.[mark === "[packed]" ? 1 : 0] ?? "varint"); // an enum is a varint
      table[m * maxFields + number] = message === undefined ? scanKind[kind] : scanKind.message | (message << 8);
    }
  }
  return table;
}

/** Keys of events: `message << 5 | field`. */
type Keys<M extends MessageName> = { readonly [field in keyof (typeof messages)[M]]: number };
export function keysOf<M extends MessageName>(name: M): Keys<M> {
  const message = numbers.get(name) as number;
  return Object.fromEntries(Object.entries<FieldRow>(messages[name]).map(([field, [n]]) => [field, (message << 5) | n])) as Keys<M>;
}

/** Field numbers of a message, for the writer. */
export function fieldsOf<M extends MessageName>(name: M): Keys<M> {
  return Object.fromEntries(Object.entries<FieldRow>(messages[name]).map(([field, [n]]) => [field, n])) as Keys<M>;
}

/** `GraphProto.node` for an event key, in ONNX's own names; unknown fields have field 0. */
export function fieldName(key: number): string {
  const name = messageNames[key >> 5] ?? "ModelProto";
  const shown = nested[name] ?? name;
  const field = Object.entries<FieldRow>(messages[name]).find(([, [n]]) => n === (key & 31));
  return field ? `${shown}.${field[0]}` : shown;
}
