/** @file Saving: model.onnx and, where weights lie outside, one model.onnx.data beside it; both appear whole or not at all. */

import { basename } from "node:path";
import { OnnxExporterError } from "../../errors.ts";
import { defaultBudget, minBudget, type TensorSource } from "../../weights/source.ts";
import type { Graph, Model } from "../ir/graph.ts";
import { OutputFile, publish } from "./output.ts";
import { PayloadWriter, type Place } from "./payload.ts";
import { type EncodedModel, type EncodeOptions, encode } from "./write.ts";

/** Tensors of more bytes than this go to the data file (torch/onnx/_internal/exporter/_onnx_program.py). */
const maxInline = 256;
/** From here on weights go to the data file unless asked otherwise: torch.onnx's `_LARGE_MODEL_THRESHOLD`. */
const largeModel = 1536 << 20;

export interface SaveOptions {
  /** Weights beside the model (true), in it (false), or, when null or absent, beside it from 1.5 GiB on. */
  readonly external_data?: boolean | null | undefined;
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
  const dataPath = `${path}.data`;
  const files: OutputFile[] = [];
  try {
    const places = new Map<TensorSource, Place>();
    if (external && weights.some(({ source }) => source.nbytes > maxInline)) {
      const data = new OutputFile(dataPath);
      files.push(data);
      const payloads = new PayloadWriter(data, budget);
      for (const { source } of weights) if (source.nbytes > maxInline) places.set(source, payloads.add(source));
      data.close(durable);
    }
    const location = basename(dataPath);
    const encoded = encode(model, {
      ...encodeOptions(options),
      place: (source) => {
        const place = places.get(source);
        return place === undefined ? null : { location, ...place };
      },
    });
    const main = new OutputFile(path);
    files.push(main);
    writeEncoded(encoded, budget, (bytes) => main.write(bytes));
    main.close(durable);
    const bytes = files.reduce((sum, f) => sum + f.position, 0);
    publish(files);
    return { files: files.map((f) => f.path).reverse(), bytes };
  } catch (error) {
    for (const file of files) file.discard();
    throw error;
  }
}

/** The model as one array, weights inside. Throws `save/size` from 2 GiB on. */
export function encodeModel(model: Model, options: Omit<SaveOptions, "external_data" | "durable"> = {}): Uint8Array<ArrayBuffer> {
  const { include_initializers = true, budget = defaultBudget } = options;
  if (include_initializers) refuseFake(initializers(model.graph));
  const encoded = encode(model, encodeOptions(options));
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

function writeEncoded({ bytes, holes, payloads }: EncodedModel, budget: number, write: (bytes: Uint8Array) => void): void {
  let at = 0;
  for (const hole of holes) {
    write(bytes.subarray(at, hole.at));
    at = hole.at;
    for (const piece of (payloads[hole.id] as TensorSource).chunks(budget)) write(piece);
  }
  write(bytes.subarray(at));
}

interface Weight {
  readonly name: string;
  readonly source: TensorSource;
}

/** Initializers of a graph and its sub-graphs, in declaration order. */
function initializers(graph: Graph): Weight[] {
  const own = [...graph.initializers].map((v) => ({ name: v.name ?? "an initializer", source: v.source as TensorSource }));
  return [...own, ...[...graph.nodes()].flatMap((node) => node.graphs.flatMap(initializers))];
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
