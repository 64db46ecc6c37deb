/** @file Saving: model.onnx and, where weights lie outside, one model.onnx.data beside it; both appear whole or not at all. */

import { OnnxExporterError } from "../../errors.ts";
import { basename, dirname, existsSync, isAbsolute, realpathSync, relative, resolve, sep } from "../../platform/node.ts";
import { defaultBudget, minBudget, type TensorSource } from "../../weights/source.ts";
import type { Graph, Model } from "../ir/graph.ts";
import { sparseOf } from "../ir/sparse.ts";
import { OutputFile, publish } from "./output.ts";
import { PayloadWriter } from "./payload.ts";
import { formatOf, toText } from "./text-format.ts";
import { liesIn, wholeFileOf } from "./whole-file.ts";
import { type EncodedModel, type EncodeOptions, encode } from "./write.ts";
import type { Placement } from "./write-tensor.ts";

/** Tensors of more bytes than this go to the data file (torch/onnx/_internal/exporter/_onnx_program.py). */
const maxInline = 256;
/** From here on weights go to the data file unless asked otherwise: torch.onnx's `_LARGE_MODEL_THRESHOLD`. */
const largeModel = 1536 << 20;

export interface SaveOptions {
  /**
   * Weights beside the model (true), in it (false), or, when null or absent, beside it from 1.5 GiB on. `"link"`: unchanged weights stay
   * in the files where they are, which must lie in the model's folder or below it; only changed ones are written.
   */
  readonly external_data?: boolean | "link" | null | undefined;
  /** False leaves the weights out; their types stay. */
  readonly include_initializers?: boolean | undefined;
  readonly keep_initializers_as_inputs?: boolean | undefined;
  /** Node metadata about modules and source lines; true unless said otherwise. */
  readonly origin_metadata?: boolean | undefined;
  /** Bytes of weights in flight; 64 MiB unless said otherwise. */
  readonly budget?: number | undefined;
  /** Also waits until the bytes are on the disk. */
  readonly durable?: boolean | undefined;
}

export interface Saved {
  /** Model first; the data file behind it where there is one. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/**
 * Writes `model` to `path`, streaming its weights. Files that exist stay as they are when anything fails. Throws `save/…` naming path and
 * remedy, `weights/…` naming the tensor that cannot be read.
 */
export function saveModel(model: Model, path: string, options: SaveOptions = {}): Saved {
  const { include_initializers = true, budget = defaultBudget, durable = false } = options;
  if (!(budget >= minBudget)) throw new OnnxExporterError("save/budget", `a budget of ${budget} bytes`, `give at least ${minBudget}`);
  const weights = include_initializers ? initializers(model.graph) : [];
  refuseFake(weights);
  const total = weights.reduce((sum, { source }) => sum + source.nbytes, 0);
  const external = include_initializers && (options.external_data ?? total > largeModel);
  const files: OutputFile[] = [];
  try {
    const places = new Map<TensorSource, Placement>();
    if (external !== false) placeWeights(weights, path, external === "link", budget, files, places);
    for (const file of files) file.close(durable);
    const encoded = encode(model, { ...encodeOptions(options), place: (source) => places.get(source) ?? null });
    const main = new OutputFile(path);
    files.push(main);
    const format = formatOf(path);
    if (format === "protobuf") writeEncoded(encoded, budget, (bytes) => main.write(bytes));
    else main.write(new TextEncoder().encode(toText(assemble(encoded, budget), format)));
    main.close(durable);
    const bytes = files.reduce((sum, f) => sum + f.position, 0);
    publish(files);
    return { files: files.map((f) => f.path).reverse(), bytes };
  } catch (error) {
    for (const file of files) file.discard();
    throw error;
  }
}

/** Where each weight of more than `maxInline` bytes is: linked, or written now to the data file, which joins `files`. */
function placeWeights(
  weights: readonly Weight[],
  path: string,
  link: boolean,
  budget: number,
  files: OutputFile[],
  places: Map<TensorSource, Placement>,
): void {
  const dataPath = `${path}.data`;
  const folder = existsSync(dirname(path)) ? realpathSync(dirname(path)) : resolve(dirname(path));
  const linkTo = linker(folder, dataPath);
  const outside = weights.filter(({ source }) => source.nbytes > maxInline);
  const whole = link ? null : wholeFileOf(outside.map(({ source }) => source));
  let payloads: PayloadWriter | null = null;
  if (whole !== null) {
    const data = OutputFile.copyOf(whole, dataPath);
    files.push(data);
    payloads = new PayloadWriter(data, budget);
  }
  for (const { name, source } of outside) {
    if (places.has(source)) continue;
    if (whole !== null && source.range !== null && liesIn(source, whole)) {
      places.set(source, { location: basename(dataPath), offset: source.range.offset, length: source.nbytes });
      continue;
    }
    const linked = link ? linkTo(source, name) : null;
    if (linked !== null) {
      places.set(source, linked);
      continue;
    }
    if (payloads === null) {
      const data = new OutputFile(dataPath);
      files.push(data);
      payloads = new PayloadWriter(data, budget);
    }
    places.set(source, { location: basename(dataPath), ...payloads.add(source) });
  }
}

/** Gives the place of an unchanged weight in its own file; null for a computed one, and for one in the data file that is about to be replaced. */
function linker(folder: string, dataPath: string): (source: TensorSource, name: string) => Placement | null {
  const replaced = resolve(folder, basename(dataPath));
  const locations = new Map<string, string>();
  return ({ range, nbytes }, name) => {
    if (range === null || range.path === replaced) return null;
    let location = locations.get(range.path);
    if (location === undefined) {
      location = locationIn(folder, range.path, name);
      locations.set(range.path, location);
    }
    return { location, offset: range.offset, length: nbytes };
  };
}

/** How a model in `folder` names the file at `path`. Throws `save/link` where it must not. */
function locationIn(folder: string, path: string, name: string): string {
  const location = relative(folder, path);
  if (location === ".." || location.startsWith(`..${sep}`) || isAbsolute(location)) {
    const message = `${name} lies in ${path}, which is not in ${folder} or below it: runtimes refuse such a link`;
    throw new OnnxExporterError("save/link", message, "write the model beside its weights, or save with { external_data: true }");
  }
  return location.split(sep).join("/");
}

/**
 * The model's protobuf as one array, weights inside: what Python's `onnx_ir.to_proto(model).SerializeToString()` gives. Throws `save/size`
 * from 2 GiB on, `save/fake`, `weights/…`.
 */
export function encodeModel(model: Model, options: Omit<SaveOptions, "external_data" | "durable"> = {}): Uint8Array<ArrayBuffer> {
  const { include_initializers = true, budget = defaultBudget } = options;
  if (include_initializers) refuseFake(initializers(model.graph));
  return assemble(encode(model, encodeOptions(options)), budget);
}

function assemble(encoded: EncodedModel, budget: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(encoded.size);
  let at = 0;
  writeEncoded(encoded, budget, (piece) => {
    bytes.set(piece, at);
    at += piece.length;
  });
  return bytes;
}

function encodeOptions({
  include_initializers = true,
  keep_initializers_as_inputs = false,
  origin_metadata = true,
}: SaveOptions): EncodeOptions {
  return { include_initializers, keep_initializers_as_inputs, origin_metadata };
}

function writeEncoded({ pieces, payloads }: EncodedModel, budget: number, write: (bytes: Uint8Array) => void): void {
  for (const { bytes, holes } of pieces) {
    let at = 0;
    for (const hole of holes) {
      write(bytes.subarray(at, hole.at));
      at = hole.at;
      for (const payload of (payloads[hole.id] as TensorSource).chunks(budget)) write(payload);
    }
    write(bytes.subarray(at));
  }
}

interface Weight {
  readonly name: string;
  readonly source: TensorSource;
}

/** Initializers of numbers of a graph and its sub-graphs, in declaration order. */
function initializers(graph: Graph, into: Weight[] = []): Weight[] {
  for (const { name, source } of graph.initializers) {
    if (source !== null && sparseOf(source) === undefined) into.push({ name: name ?? "an initializer", source });
  }
  for (let node = graph.first; node !== null; node = node.next)
    if (node.hasAttributes) for (const body of node.graphs) initializers(body, into);
  return into;
}

function refuseFake(weights: readonly Weight[]): void {
  const fake = weights.filter(({ source }) => !source.materialized).map(({ name }) => name);
  if (fake.length === 0) return;
  const shown = fake.slice(0, 10).join(", ") + (fake.length > 10 ? ", …" : "");
  throw new OnnxExporterError(
    "save/fake",
    `${fake.length} of ${weights.length} weights are fake, they have no bytes: ${shown}`,
    "call program.apply_weights(state_dict) with real tensors first, or save with { include_initializers: false }",
  );
}
