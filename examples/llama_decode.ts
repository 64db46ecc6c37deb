// A Llama-like model with its cache: from a program that PyTorch saved to a decode loop in ONNX Runtime.
// node build/examples/llama_decode.js MODEL.pt2 MODEL.onnx 3,14,15
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-node";
import * as torch from "torch-onnx";

/** Writes the model of `source` to `destination`: `past_key_values.N.key` and `.value` in, `present.N.key` and `.value` out. */
export async function convert(source: string, destination: string): Promise<void> {
  const program = await torch.onnx.export(await torch.export.load(source), [], destination, { structured_names: true });
  program.release();
}

const ints = (values: readonly number[]) => new ort.Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);

/** The sizes of an input at the start: one sequence, and a cache that holds nothing yet. */
const emptyCache = (shape: readonly (number | string)[]) => new ort.Tensor("float32", [], [1, Number(shape[1]), 0, Number(shape[3])]);

/** Greedy decoding: the whole prompt once, then token by token; each step's cache is the next step's past. */
export async function generate(model: string, prompt: readonly number[], count: number): Promise<number[]> {
  const session = await ort.InferenceSession.create(model);
  let cache: Record<string, ort.Tensor> = Object.fromEntries(
    session.inputMetadata.flatMap((input) =>
      input.isTensor && input.name.startsWith("past_key_values.") ? [[input.name, emptyCache(input.shape)]] : [],
    ),
  );
  const tokens = [...prompt];
  for (let fed = 0; tokens.length < prompt.length + count; ) {
    const input_ids = ints(tokens.slice(fed));
    const attention_mask = ints(tokens.map(() => 1));
    const outputs = (await session.run({ input_ids, attention_mask, ...cache })) as Record<string, ort.Tensor>;
    const { logits, ...present } = outputs;
    cache = Object.fromEntries(Object.entries(present).map(([name, t]) => [name.replace("present", "past_key_values"), t]));
    fed = tokens.length;
    const { data, dims } = logits as ort.Tensor;
    const last = [...(data as Float32Array)].slice(-Number(dims[2]));
    tokens.push(last.indexOf(Math.max(...last)));
  }
  await session.release();
  return tokens.slice(prompt.length);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [source, destination, prompt] = argv.slice(2) as [string, string, string];
  await convert(source, destination);
  console.log(await generate(destination, prompt.split(",").map(Number), 12));
}
