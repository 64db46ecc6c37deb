/** @file Scores of classifiers and regressors: what `post_transform` makes of them. */

import type { Call } from "../table.ts";

export type Transform = "NONE" | "SOFTMAX" | "LOGISTIC" | "SOFTMAX_ZERO" | "PROBIT";
/** In the order of TreeEnsemble's numbers. */
export const transforms: readonly Transform[] = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

/** The node's transform. Throws `eval/attribute` for an unknown one. */
export function transformOf(call: Call): Transform {
  const name = call.string("post_transform", "NONE");
  const found = transforms.find((t) => t === name);
  if (found === undefined) throw call.refuse("attribute", `post_transform is ${name}`, `it is one of ${transforms.join(", ")}`);
  return found;
}

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const exps = scores.map((s) => Math.exp(s - largest));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => e / sum);
}

/** Scores this small count as zero. */
const nearZero = 1e-7;

/** Softmax in which a score of 0 stays 0. */
function softmaxZero(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const exps = scores.map((s) => (Math.abs(s) > nearZero ? Math.exp(s - largest) : s * Math.exp(-largest)));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => (sum === 0 ? 0.5 : e / sum));
}

/**
 * The standard normal quantile by Winitzki's approximation of erf's inverse (a = 0.147, relative error below 2e-3): what ONNX Runtime and
 * ONNX's reference implementation compute.
 */
function probit(p: number): number {
  const y = 2 * p - 1;
  const log = Math.log((1 - y) * (1 + y));
  const a = 0.147;
  const half = 2 / (Math.PI * a) + log / 2;
  return Math.SQRT2 * Math.sign(y) * Math.sqrt(Math.sqrt(half * half - log / a) - half);
}

/** The scores of one row, transformed. */
export function transformed(transform: Transform, scores: readonly number[]): number[] {
  switch (transform) {
    case "SOFTMAX":
      return softmax(scores);
    case "SOFTMAX_ZERO":
      return softmaxZero(scores);
    case "LOGISTIC":
      return scores.map(logistic);
    case "PROBIT":
      return scores.map(probit);
    case "NONE":
      return [...scores];
  }
}

/** The scores of one row of a regression, transformed. A single score is changed by PROBIT only, as in ONNX Runtime. */
export const regressed = (transform: Transform, scores: readonly number[]): number[] =>
  scores.length === 1 && transform !== "PROBIT" ? [...scores] : transformed(transform, scores);

/** What one score says of two classes: the probability of the second one, or by how much it wins. */
export type Meaning = "probability" | "margin";

/** The scores of both classes from that of the second: 1 - s and s, or -s and s. Of the transforms only LOGISTIC (of -s and s) and PROBIT count. */
export function bothClasses(transform: Transform, score: number, meaning: Meaning): number[] {
  if (transform === "LOGISTIC") return [logistic(-score), logistic(score)];
  if (transform === "PROBIT") return [probit(1 - score), probit(score)];
  return meaning === "probability" ? [1 - score, score] : [-score, score];
}

/** Place of the first largest score. */
export const argMax = (scores: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[best] as number)) best = i;
  return best;
};
