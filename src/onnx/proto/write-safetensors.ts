/** @file Tensors in memory to a safetensors file (https://huggingface.co/docs/safetensors). */

import { dtypes } from "../../dtype.ts";
import { OnnxExporterError } from "../../errors.ts";
import type { TensorLike } from "../evaluate/tensor.ts";
import { OutputFile, publish } from "./output.ts";

/** Writes the tensors under their names, whole or not at all. Throws `save/…`, and `save/dtype` for dtypes that the format does not have. */
export function writeSafetensors(path: string, tensors: readonly (readonly [name: string, tensor: TensorLike])[]): void {
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, tensor] of tensors) {
    const dtype = dtypes[tensor.dtype].safetensors;
    if (dtype === null)
      throw new OnnxExporterError("save/dtype", `${name} is ${tensor.dtype}, which safetensors does not have`, "cast it first");
    const end = at + tensor.bytes().length;
    header[name] = { dtype, shape: tensor.shape, data_offsets: [at, end] };
    at = end;
  }
  // Data begins at a multiple of 8: the header is filled up with spaces.
  const text = JSON.stringify(header);
  const head = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  const file = new OutputFile(path);
  try {
    file.write(length);
    file.write(head);
    for (const [, tensor] of tensors) file.write(tensor.bytes());
    file.close(false);
    publish([file]);
  } catch (error) {
    file.discard();
    throw error;
  }
}
