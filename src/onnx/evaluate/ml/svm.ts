/** @file Support vector machines, as libsvm computes them. */

import { range } from "../../../core/ops/values.ts";
import type { Call, EvaluateTable } from "../table.ts";
import { labelsOf } from "./labels.ts";
import { matrix } from "./linear.ts";
import { rowsOf } from "./rows.ts";
import { argMax, bothClasses, logistic, regressed, type Transform, transformed, transformOf } from "./scores.ts";

type Vector = ArrayLike<number>;

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** How alike two vectors are, by the node's kernel. Throws `eval/attribute` for an unknown one. */
function kernelOf(call: Call): (a: Vector, b: Vector) => number {
  const [gamma = 0, coef0 = 0, degree = 0] = call.floats("kernel_params") ?? [];
  const kind = call.string("kernel_type", "LINEAR");
  switch (kind) {
    case "LINEAR":
      return dot;
    case "POLY":
      return (a, b) => (gamma * dot(a, b) + coef0) ** degree;
    case "SIGMOID":
      return (a, b) => Math.tanh(gamma * dot(a, b) + coef0);
    case "RBF":
      return (a, b) => Math.exp(-gamma * Array.from(a, (v, i) => (v - (b[i] as number)) ** 2).reduce((sum, d) => sum + d, 0));
    default:
      throw call.refuse("attribute", `kernel_type is ${kind}`, "it is LINEAR, POLY, RBF or SIGMOID");
  }
}

/** `values` in `count` parts of equal length. */
const parts = (values: readonly number[], count: number): number[][] => {
  const size = values.length / count;
  return range(count).map((i) => values.slice(i * size, (i + 1) * size));
};

/** The classifier's numbers. */
interface Machine {
  readonly classes: number;
  readonly rho: readonly number[];
  readonly coefficients: number[][];
  readonly probability: readonly [a: readonly number[], b: readonly number[]];
}

/** For each pair of classes the score for the first one, and how many pairs each class wins. */
function duel(machine: Machine, vectorsPerClass: readonly number[], kernels: readonly number[]): { scores: number[]; votes: number[] } {
  const { classes, coefficients, rho } = machine;
  const starts = vectorsPerClass.map((_, c) => vectorsPerClass.slice(0, c).reduce((a, b) => a + b, 0));
  const part = (row: number, c: number): number => {
    const [from, to] = [starts[c] as number, (starts[c] as number) + (vectorsPerClass[c] as number)];
    return dot((coefficients[row] as number[]).slice(from, to), kernels.slice(from, to));
  };
  const [scores, votes]: [number[], number[]] = [[], new Array<number>(classes).fill(0)];
  for (let i = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++) {
      const score = (rho[scores.length] as number) + part(j - 1, i) + part(i, j);
      scores.push(score);
      (votes[score > 0 ? i : j] as number)++;
    }
  }
  return { scores, votes };
}

/** Probabilities of the pairs' winners are kept this far from 0 and 1. */
const margin = 1e-7;

/** Probabilities of the classes from those of the pairs: libsvm's second method (Wu, Lin and Weng, JMLR 5, 2004). */
function coupled({ classes: k, probability: [a, b] }: Machine, scores: readonly number[]): number[] {
  const r = Array.from({ length: k }, () => new Array<number>(k).fill(0));
  let pair = 0;
  for (let i = 0; i < k; i++) {
    for (let j = i + 1; j < k; j++, pair++) {
      const p = 1 - logistic((scores[pair] as number) * (a[pair] as number) + (b[pair] as number));
      const kept = Math.min(Math.max(p, margin), 1 - margin);
      (r[i] as number[])[j] = kept;
      (r[j] as number[])[i] = 1 - kept;
    }
  }
  const at = (i: number, j: number): number => r[i]?.[j] as number;
  const others = (t: number): number[] => [...r.keys()].filter((j) => j !== t);
  const q = r.map((_, t) => r.map((_, j) => (j === t ? others(t).reduce((sum, o) => sum + at(o, t) ** 2, 0) : -at(j, t) * at(t, j))));
  return solved(q);
}

/** The distribution p that makes p'Qp least, by the iteration of libsvm's multiclass_probability. */
function solved(q: readonly (readonly number[])[]): number[] {
  const k = q.length;
  let p = new Array<number>(k).fill(1 / k);
  for (let round = 0; round < Math.max(100, k); round++) {
    let qp = q.map((row) => dot(row, p));
    let pQp = dot(p, qp);
    if (Math.max(...qp.map((v) => Math.abs(v - pQp))) < 0.005 / k) break;
    for (let t = 0; t < k; t++) {
      const row = q[t] as readonly number[];
      const [own, qpt] = [row[t] as number, qp[t] as number];
      const diff = (pQp - qpt) / own;
      p = p.with(t, (p[t] as number) + diff).map((v) => v / (1 + diff));
      pQp = (pQp + diff * (diff * own + 2 * qpt)) / (1 + diff) ** 2;
      qp = qp.map((v, j) => (v + diff * (row[j] as number)) / (1 + diff));
    }
  }
  return p;
}

/** One row's class, by place or as yes and no, and its scores before they are transformed. */
interface Verdict {
  readonly place: number;
  readonly scores: readonly number[];
}

function classifier(call: Call): (row: Vector) => Verdict {
  const kernel = kernelOf(call);
  const perClass = call.ints("vectors_per_class") ?? [];
  const count = perClass.reduce((a, b) => a + b, 0);
  const [rho, coefficients] = [call.floats("rho") ?? [], call.floats("coefficients") ?? []];
  const classes = Math.max(labelsOf(call, "classlabels_ints").count, 1);
  if (count === 0) {
    const weights = parts(coefficients, classes);
    return (row) => {
      const scores = weights.map((w) => (rho[0] ?? 0) + dot(row, w));
      return { place: argMax(scores), scores };
    };
  }
  const scores = (classes * (classes - 1)) / 2;
  if (perClass.length !== classes || perClass.some((n) => n < 0) || coefficients.length < count * (classes - 1) || rho.length < scores) {
    const got = `${classes} classes, vectors_per_class [${perClass}], ${coefficients.length} coefficients, ${rho.length} numbers in rho`;
    throw call.refuse("attribute", got, "a count per class, classes - 1 coefficients per vector, and a rho per pair of classes");
  }
  const vectors = parts(call.floats("support_vectors") ?? [], count);
  const machine: Machine = {
    classes,
    rho,
    coefficients: parts(coefficients, coefficients.length / count),
    probability: [call.floats("prob_a") ?? [], call.floats("prob_b") ?? []],
  };
  return (row) => {
    const kernels = vectors.map((v) => kernel(row, v));
    const { scores, votes } = duel(machine, perClass, kernels);
    if (machine.probability[0].length === 0) return { place: argMax(votes), scores };
    const probabilities = coupled(machine, scores);
    return { place: argMax(votes), scores: probabilities };
  };
}

/** As ONNX Runtime, which takes the one score of two classes for a margin only where nothing transforms it. */
function written(transform: Transform, scores: readonly number[]): number[] {
  if (scores.length > 1) return transformed(transform, scores);
  return bothClasses(transform, scores[0] as number, transform === "NONE" ? "margin" : "probability");
}

export const supportVectors: EvaluateTable = {
  "ai.onnx.ml::SVMClassifier": (call) => {
    const [x, labels, transform, classify] = [rowsOf(call), labelsOf(call, "classlabels_ints"), transformOf(call), classifier(call)];
    const verdicts = Array.from({ length: x.count }, (_, i) => classify(x.row(i)));
    return [
      labels.of(verdicts.map((v) => v.place)),
      matrix(
        verdicts.map((v) => written(transform, v.scores)),
        labels.count,
      ),
    ];
  },
  "ai.onnx.ml::SVMRegressor": (call) => {
    const [x, transform, kernel] = [rowsOf(call), transformOf(call), kernelOf(call)];
    const count = call.int("n_supports", 0);
    const [coefficients, [rho = 0]] = [call.floats("coefficients") ?? [], call.floats("rho") ?? []];
    const vectors = count > 0 ? parts(call.floats("support_vectors") ?? [], count) : [];
    const score = (row: Vector): number =>
      rho +
      (count > 0
        ? dot(
            coefficients,
            vectors.map((v) => kernel(row, v)),
          )
        : dot(coefficients, row));
    const oneClass = call.int("one_class", 0) === 1;
    const values = Array.from({ length: x.count }, (_, i) => {
      const s = score(x.row(i));
      return oneClass ? [s > 0 ? 1 : -1] : regressed(transform, [s]);
    });
    return matrix(values, 1);
  },
};
