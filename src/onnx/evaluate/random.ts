/**
 * @file Random numbers, drawn from PyTorch's generator: the one of the evaluation, or a new one where the node brings a seed. ONNX does not say
 * which numbers they are.
 */

import { binary, cast, compare, fill, scalarTensor } from "../../core/ops/elementwise.ts";
import { Generator } from "../../core/ops/generator.ts";
import { bernoulli, normal, uniform } from "../../core/ops/random.ts";
import { doubles, floats, fromFloats, fromIntegers, range } from "../../core/ops/values.ts";
import type { Strided } from "../../core/strided.ts";
import { type DType, wideOf } from "../../dtype.ts";
import type { Call, EvaluateTable } from "./table.ts";

function generatorOf(call: Call): Generator {
  const seed = call.attribute("seed");
  if (seed === undefined) return call.generator;
  const number = seed.kind === "int" ? call.int("seed", 0) : call.float("seed", 0);
  if (!Number.isFinite(number)) throw call.refuse("attribute", `the seed is ${number}`, "give a finite number");
  return new Generator(BigInt(Math.trunc(number)));
}

const uniformOf = (call: Call, dtype: DType, shape: readonly number[]): Strided =>
  uniform(generatorOf(call), dtype, shape, call.float("low", 0), call.float("high", 1));
const normalOf = (call: Call, dtype: DType, shape: readonly number[]): Strided =>
  normal(generatorOf(call), dtype, shape, call.float("mean", 0), call.float("scale", 1));

/** Classes by their unnormalized log-probabilities, a row of `sample_size` for each row of them: where the running sum first passes the draw. */
function multinomial(call: Call): Strided {
  const x = call.tensor(0);
  const [rows, classes, ...more] = x.shape;
  if (rows === undefined || classes === undefined || classes === 0 || more.length > 0) {
    throw call.refuse("shape", `the probabilities are of shape [${x.shape}]`, "Multinomial wants [batch, classes]");
  }
  const [values, count, generator] = [floats(x), call.int("sample_size", 1), generatorOf(call)];
  const drawn = Array.from({ length: rows }, (_, row) => {
    const logits = values.subarray(row * classes, (row + 1) * classes);
    const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let sum = 0;
    const sums = Array.from(logits, (logit) => {
      sum += Math.exp(logit - largest);
      return sum;
    });
    return range(count).map(() => {
      const draw = generator.double() * sum;
      // A draw that rounds up to the sum is the last class's.
      const found = sums.findIndex((s) => s > draw);
      return found < 0 ? classes - 1 : found;
    });
  });
  return cast(fromIntegers(drawn.flat(), [rows, count]), call.dtype("dtype", "int32"));
}

interface DropoutMode {
  readonly ratio: number;
  readonly training: boolean;
  readonly maskType: DType;
}

/** Before opset 7 an attribute says that it is no training, before opset 12 it never is; masks are bools from opset 10 on. */
function dropoutMode(call: Call): DropoutMode {
  const maskType = call.opset < 10 ? call.tensor(0).dtype : "bool";
  if (call.opset < 7) return { ratio: call.float("ratio", 0.5), training: call.int("is_test", 0) === 0, maskType };
  const ratio = call.optional(1);
  const training = call.integersAt(2)?.[0] === 1;
  return { ratio: ratio === null ? call.float("ratio", 0.5) : (floats(ratio)[0] ?? 0), training, maskType };
}

function dropout(call: Call): Strided[] {
  const x = call.tensor(0);
  const { ratio, training, maskType } = dropoutMode(call);
  if (!training || ratio === 0) return [x, fill(maskType, x.shape, 1)];
  if (!(ratio > 0 && ratio < 1)) throw call.refuse("input", `the ratio is ${ratio}`, "it is at least 0 and less than 1");
  const generator = generatorOf(call);
  // ONNX's reference implementation draws 53 bits so; with the same seed the same elements stay.
  const draw = (): number => {
    const high = generator.random() >>> 5;
    return (high * 67108864 + (generator.random() >>> 6)) / 9007199254740992;
  };
  const draws = fromFloats(doubles(x.shape).map(draw), x.shape, "float64");
  const mask = compare("ge", draws, scalarTensor("float64", ratio));
  const wide = wideOf(x.dtype);
  const scaled = binary("mul", cast(x, wide), scalarTensor(wide, 1 / (1 - ratio)));
  return [cast(binary("mul", scaled, cast(mask, wide)), x.dtype), cast(mask, maskType)];
}

export const random: EvaluateTable = {
  RandomUniform: (call) => uniformOf(call, call.dtype("dtype", "float32"), call.ints("shape") ?? []),
  RandomNormal: (call) => normalOf(call, call.dtype("dtype", "float32"), call.ints("shape") ?? []),
  RandomUniformLike: (call) => uniformOf(call, call.dtype("dtype", call.tensor(0).dtype), call.tensor(0).shape),
  RandomNormalLike: (call) => normalOf(call, call.dtype("dtype", call.tensor(0).dtype), call.tensor(0).shape),
  Bernoulli: (call) => cast(bernoulli(generatorOf(call), call.tensor(0)), call.dtype("dtype", call.tensor(0).dtype)),
  Multinomial: multinomial,
  Dropout: dropout,
};

/** Whether the op of ONNX's own domain gives other values each time (Dropout: where it is told to train). */
export const isRandom = (op: string): boolean => op in random;
