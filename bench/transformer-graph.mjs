// A transformer of any depth as ONNX exporters write it: symbolic batch and sequence, heads split and joined by Shape, Gather, Concat and
// Reshape, no value_info, weights in an external file that nothing reads.
import { closeSync, openSync, writeSync } from "node:fs";

const hidden = 64;
const heads = 4;
const FLOAT = 1;
const INT64 = 7;

const varint = (n) => {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  bytes.push(n);
  return bytes;
};
const int = (field, n) => Buffer.from([...varint(field * 8), ...varint(n)]);
const bytes = (field, body) => Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(body.length)]), body]);
const text = (field, s) => bytes(field, Buffer.from(s));
const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

const attribute = {
  i: (name, n) => message(5, text(1, name), int(3, n), int(20, 2)),
  ints: (name, list) => message(5, text(1, name), ...list.map((n) => int(8, n)), int(20, 7)),
  int64: (name, dims, list) =>
    message(
      5,
      text(1, name),
      message(5, ...dims.map((d) => int(1, d)), int(2, INT64), bytes(9, Buffer.from(BigInt64Array.from(list, BigInt).buffer))),
      int(20, 4),
    ),
};
const typed = (field, name, elem, dims) =>
  message(
    field,
    text(1, name),
    message(2, message(1, int(1, elem), message(2, ...dims.map((d) => message(1, typeof d === "string" ? text(2, d) : int(1, d)))))),
  );

/** Nodes of one layer and of what is around all of them. */
export const layerNodes = 74;

class Writer {
  nodes = 0;
  #offset = 0;
  #initializers = [];
  #pieces = [];
  #length = 0;
  #fd;

  constructor(fd) {
    this.#fd = fd;
  }
  put(piece) {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }
  get length() {
    return this.#length;
  }
  /** One node; gives the name of what it makes. */
  node(op, name, inputs, ...attributes) {
    this.nodes++;
    const output = `${name}_output_0`;
    this.put(message(1, ...inputs.map((i) => text(1, i)), text(2, output), text(3, name), text(4, op), ...attributes));
    return output;
  }
  weight(name, dims) {
    const length = 4 * dims.reduce((a, b) => a * b, 1);
    const entry = (key, value) => message(13, text(1, key), text(2, value));
    this.#initializers.push(
      message(
        5,
        ...dims.map((d) => int(1, d)),
        int(2, FLOAT),
        text(8, name),
        entry("location", "weights.bin"),
        entry("offset", String(this.#offset)),
        entry("length", String(length)),
        int(14, 1),
      ),
    );
    this.#offset += length;
    return name;
  }
  initializers() {
    for (const i of this.#initializers) this.put(i);
  }
  finish(head, tail) {
    const length = Buffer.from([...varint(7 * 8 + 2), ...varint(this.#length)]);
    for (const piece of [head, length]) writeSync(this.#fd, piece);
    for (let i = 0; i < this.#pieces.length; i += 4096) writeSync(this.#fd, Buffer.concat(this.#pieces.slice(i, i + 4096)));
    writeSync(this.#fd, tail);
  }
}

/** [batch, sequence, …] of `x`, as a list of sizes that ends with constants. */
function sizes(w, at, x, rest) {
  const constant = (name, list, dims = [list.length]) => w.node("Constant", `${at}/${name}`, [], attribute.int64("value", dims, list));
  const shape = (k) => w.node("Shape", `${at}/Shape_${k}`, [x]);
  const dim = (k) => {
    const index = constant(`Constant_${k}`, [k], []);
    const one = w.node("Gather", `${at}/Gather_${k}`, [shape(k), index], attribute.i("axis", 0));
    return w.node("Unsqueeze", `${at}/Unsqueeze_${k}`, [one, "axes_0"]);
  };
  return w.node("Concat", `${at}/Concat`, [dim(0), dim(1), constant("Constant_rest", rest)], attribute.i("axis", 0));
}

function projection(w, at, x, inner, outer) {
  const y = w.node("MatMul", `${at}/MatMul`, [x, w.weight(`${at}.weight`, [inner, outer])]);
  return w.node("Add", `${at}/Add`, [w.weight(`${at}.bias`, [outer]), y]);
}
const norm = (w, at, x) =>
  w.node("LayerNormalization", `${at}/LayerNormalization`, [x, w.weight(`${at}.weight`, [hidden]), w.weight(`${at}.bias`, [hidden])]);

function splitHeads(w, at, x, perm) {
  const y = projection(w, at, x, hidden, hidden);
  const split = w.node("Reshape", `${at}/Reshape`, [y, sizes(w, at, y, [heads, hidden / heads])]);
  return w.node("Transpose", `${at}/Transpose`, [split], attribute.ints("perm", perm));
}

function attention(w, at, x) {
  const q = splitHeads(w, `${at}/query`, x, [0, 2, 1, 3]);
  const k = splitHeads(w, `${at}/key`, x, [0, 2, 3, 1]);
  const v = splitHeads(w, `${at}/value`, x, [0, 2, 1, 3]);
  const scores = w.node("Div", `${at}/Div`, [w.node("MatMul", `${at}/MatMul`, [q, k]), "scale"]);
  const p = w.node("Softmax", `${at}/Softmax`, [w.node("Add", `${at}/Add`, [scores, "mask"])], attribute.i("axis", 3));
  const y = w.node("Transpose", `${at}/Transpose`, [w.node("MatMul", `${at}/MatMul_1`, [p, v])], attribute.ints("perm", [0, 2, 1, 3]));
  const joined = w.node("Reshape", `${at}/Reshape`, [y, sizes(w, `${at}/join`, x, [hidden])]);
  return projection(w, `${at}/dense`, joined, hidden, hidden);
}

function gelu(w, at, x) {
  const erf = w.node("Erf", `${at}/Erf`, [w.node("Div", `${at}/Div`, [x, "sqrt2"])]);
  const product = w.node("Mul", `${at}/Mul`, [x, w.node("Add", `${at}/Add`, [erf, "one"])]);
  return w.node("Mul", `${at}/Mul_1`, [product, "half"]);
}

function layer(w, i, x) {
  const at = `/encoder/layer.${i}`;
  const a = w.node("Add", `${at}/Add`, [x, attention(w, `${at}/attention/self`, norm(w, `${at}/attention/norm`, x))]);
  const inner = gelu(w, `${at}/intermediate/act`, projection(w, `${at}/intermediate`, norm(w, `${at}/norm`, a), hidden, 4 * hidden));
  return w.node("Add", `${at}/Add_1`, [a, projection(w, `${at}/output`, inner, 4 * hidden, hidden)]);
}

/** Writes a model of about `nodes` nodes to `path`; returns how many it has. */
export function writeTransformer(path, { nodes, layers = Math.max(1, Math.round(nodes / layerNodes)) }) {
  const fd = openSync(path, "w");
  const w = new Writer(fd);
  let x = w.node("Gather", "/embeddings/Gather", [w.weight("embeddings.weight", [1000, hidden]), "input_ids"]);
  for (let i = 0; i < layers; i++) x = layer(w, i, x);
  w.node("Identity", "logits", [x]);
  w.put(text(2, "main_graph"));
  w.initializers();
  const scalar = (name, value) => w.put(message(5, int(2, FLOAT), text(8, name), bytes(9, Buffer.from(Float32Array.of(value).buffer))));
  for (const [name, value] of Object.entries({ scale: 4, sqrt2: Math.SQRT2, one: 1, half: 0.5 })) scalar(name, value);
  w.put(message(5, int(1, 1), int(2, INT64), text(8, "axes_0"), bytes(9, Buffer.alloc(8))));
  w.put(typed(11, "input_ids", INT64, ["batch", "sequence"]));
  w.put(typed(11, "mask", FLOAT, ["batch", 1, 1, "sequence"]));
  w.put(typed(12, "logits_output_0", FLOAT, ["batch", "sequence", hidden]));
  w.finish(Buffer.concat([int(1, 8), text(2, "bench")]), message(8, text(1, ""), int(2, 17)));
  closeSync(fd);
  return w.nodes;
}
