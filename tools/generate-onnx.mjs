// ONNX ops and attribute names as numbers, one table for both sides of the core's boundary, and what schemas say of output dtypes.
import { writeFileSync } from "node:fs";

/** ONNX's TensorProto.DataType by the names in schema types. */
const dtypes = Object.fromEntries(
  (
    "undefined float uint8 int8 uint16 int16 int32 int64 string bool float16 double uint32 uint64 complex64 complex128 bfloat16 float8e4m3fn " +
    "float8e4m3fnuz float8e5m2 float8e5m2fnuz uint4 int4 float4e2m1 float8e8m0 uint2 int2"
  )
    .split(" ")
    .map((name, i) => [`tensor(${name})`, i]),
);
/** Ops whose variadic operands share a type variable's name without sharing a type. */
const heterogeneous = new Set(["com.microsoft::QLinearConcat", "If", "Loop", "Scan", "SequenceMap"]);

/**
 * What one version of an op says: number of inputs, the type variable of each (0: none; the last one repeats where it is variadic), number of outputs, and of each:
 * a variable (its dtype), 128 + a dtype, or 0 where a rule of the op decides.
 */
function signature(op, schema) {
  const variables = new Map();
  const of = (type) => {
    if (heterogeneous.has(op) || !(type in schema.types)) return 0;
    if (!variables.has(type)) variables.set(type, variables.size + 1);
    return variables.get(type);
  };
  const inputs = schema.inputs.map((i) => of(i.type));
  const outputs = schema.outputs.map((o) => {
    const only = o.type in schema.types ? schema.types[o.type] : [o.type];
    if (only.length === 1 && only[0] in dtypes) return 128 + dtypes[only[0]];
    return variables.get(o.type) ?? 0;
  });
  const variadic = schema.inputs.at(-1)?.option === "Variadic" ? 1 : 0;
  return [inputs.length * 2 + variadic, ...inputs, outputs.length, ...outputs];
}

/** The versions of an op that differ, newest first, each behind its first version and the bytes to the next older one (0: none is older). */
function signatures(op, schemas) {
  const rows = [];
  for (const schema of schemas) {
    const row = signature(op, schema);
    if (rows.length > 0 && String(rows[0].row) === String(row)) continue;
    rows.unshift({ since: schema.since, row });
  }
  return rows.flatMap(({ since, row }, i) => [since, i + 1 < rows.length ? row.length + 2 : 0, ...row]);
}

/** Domains with numbers, and how their ops are spelt in the core's enum: new ones go behind, so that rules are only added. */
const domains = {
  "": "",
  "ai.onnx.ml": "ml_",
  "com.microsoft": "ms_",
  "ai.onnx.preview": "preview_",
  "ai.onnx.preview.training": "training_",
  "com.microsoft.nchwc": "nchwc_",
  "com.ms.internal.nhwc": "nhwc_",
};
const spelling = (op) => (op.includes("::") ? domains[op.split("::")[0]] + op.split("::")[1] : op);

export function generateOnnx(onnx, contrib, preview) {
  const ops = { ...onnx.ops, ...contrib.ops, ...preview.ops };
  const order = Object.keys(domains);
  const domainOf = (op) => (op.includes("::") ? op.split("::")[0] : "");
  const names = Object.keys(ops)
    .filter((op) => order.includes(domainOf(op)))
    .sort((a, b) => order.indexOf(domainOf(a)) - order.indexOf(domainOf(b)) || (a < b ? -1 : 1));
  const attributes = [...new Set(names.flatMap((op) => ops[op].flatMap((s) => s.attributes.map((a) => a.name))))].sort();
  const rows = names.map((op) => signatures(op, ops[op]));
  const starts = [];
  let length = 0;
  for (const row of rows) {
    starts.push(length);
    length += row.length;
  }
  const head = "// Written by tools/generate-onnx.mjs from ONNX's schemas; do not edit.\n";
  const table = (list) => `{\n${list.map((name, i) => `  ${name.includes("::") ? JSON.stringify(name) : name}: ${i + 1},`).join("\n")}\n}`;
  const constEnum = (list) =>
    `{\n${list.map((name, i) => `  ${name === "else_branch" || name === "type" ? `${name}_` : spelling(name)} = ${i + 1},`).join("\n")}\n}`;
  writeFileSync(
    new URL("../src/onnx/opset/op-numbers.gen.ts", import.meta.url),
    `${head}\n/** Numbers of ops: by name in the default domain, domain::name in others. */\nexport const opNumbers: Readonly<Record<string, number>> = ${table(names)};\n\n` +
      `/** Numbers of attribute names. */\nexport const attributeNumbers: Readonly<Record<string, number>> = ${table(attributes)};\n`,
  );
  writeFileSync(
    new URL("../assembly/infer/op-numbers.gen.ts", import.meta.url),
    `${head}\nexport const enum Op ${constEnum(names)}\n\nexport const enum Attr ${constEnum(attributes)}\n\nexport const OPS: i32 = ${names.length};\n\n` +
      `/** Where the row of each op begins in SIGNATURES. */\nexport const SIGNATURE_AT: usize = memory.data<u16>([0, ${starts.join(", ")}]);\n` +
      `/** First version, bytes to an older one's row, 2 * inputs + variadic, the type variable of each, outputs, of each: variable, 128 + dtype, or 0. */\n` +
      `export const SIGNATURES: usize = memory.data<u8>([\n${rows.map((r, i) => `  ${r.join(", ")}, // ${names[i]}`).join("\n")}\n]);\n`,
  );
}
