/** @file ONNX Runtime, through onnxruntime-node: an optional peer, loaded when something is to be run. */

import type * as Ort from "onnxruntime-node";
import { frombuffer } from "../../creation.ts";
import { type DType, isComplex } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import { view_as_real } from "../../functions.gen.ts";
import type { Tensor } from "../../tensor.ts";

/** A loaded model. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Inputs in graph order; complex ones are fed as real pairs. Throws `runtime/run` with ONNX Runtime's reason. */
  run(inputs: readonly Tensor[]): Promise<Tensor[]>;
  release(): void;
}

/** The typed array that holds a dtype's elements in ONNX Runtime's JavaScript binding; it takes no other dtypes. */
export const runtimeArrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Partial<Record<DType, unknown>>;

/** Throws `runtime/missing` where the package is not installed, `runtime/load` where ONNX Runtime refuses the model. */
export async function runtimeSession(path: string): Promise<Session> {
  const ort = await loadRuntime();
  let session: Ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  } catch (cause) {
    throw new OnnxExporterError("runtime/load", `ONNX Runtime refuses ${path}: ${(cause as Error).message}`, undefined, { cause });
  }
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(inputs) {
      const feeds = Object.fromEntries(session.inputNames.map((name, i) => [name, toOrt(ort, inputs[i], name)]));
      let results: Ort.InferenceSession.OnnxValueMapType;
      try {
        results = await session.run(feeds);
      } catch (cause) {
        throw new OnnxExporterError("runtime/run", `ONNX Runtime: ${(cause as Error).message}`, undefined, { cause });
      }
      return session.outputNames.map((name) => fromOrt(results[name] as Ort.Tensor));
    },
    release: () => void session.release(),
  };
}

/** `tensor` as a model has it: complex numbers are real pairs with a trailing dim of 2. */
export const inPairs = (tensor: Tensor): Tensor => (isComplex(tensor.dtype) ? view_as_real(tensor) : tensor);

async function loadRuntime(): Promise<typeof Ort> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw new OnnxExporterError("runtime/missing", "onnxruntime-node is not installed", "npm install onnxruntime-node", { cause });
  }
}

function toOrt(ort: typeof Ort, tensor: Tensor | undefined, name: string): Ort.Tensor {
  if (tensor === undefined) throw new OnnxExporterError("runtime/inputs", `input ${name} is missing`, "give every graph input, in order");
  const fed = inPairs(tensor);
  const type = runtimeArrays[fed.dtype as keyof typeof runtimeArrays];
  if (type === undefined) {
    throw new OnnxExporterError(
      "runtime/dtype",
      `input ${name} is ${tensor.dtype}, which ONNX Runtime's JavaScript binding cannot take`,
      "cast at the model's edge",
    );
  }
  const bytes = fed.bytes();
  const data = new type(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / type.BYTES_PER_ELEMENT);
  return new ort.Tensor(fed.dtype as "float32", data as Float32Array, [...fed.shape]);
}

function fromOrt(tensor: Ort.Tensor): Tensor {
  const data = tensor.data as Float32Array;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return frombuffer(bytes, { dtype: tensor.type as DType }).reshape([...tensor.dims]);
}
