/** @file All rules of the complex pass, by family. */

import { merge } from "../../aten/index.ts";
import { contraction } from "./contraction.ts";
import { conversion, creation } from "./conversion.ts";
import { elementwise } from "./elementwise.ts";
import { fourier } from "./fourier.ts";
import { parts } from "./partwise.ts";
import { reduction } from "./reduction.ts";
import type { AnyRule } from "./rule.ts";

const families: Readonly<Record<string, Readonly<Record<string, AnyRule>>>> = {
  contraction,
  conversion,
  creation,
  elementwise,
  fourier,
  parts,
  reduction,
};

/** Op → how it is said on real values. An op without a rule is taken apart by its `decompose`. */
export const rules: ReadonlyMap<string, AnyRule> = merge(families);

/** Ops of real numbers that are taken apart all the same: their decompositions compute with complex ones. */
export const viaComplex: ReadonlySet<string> = new Set([
  "aten::fft_irfft",
  "aten::fft_irfft2",
  "aten::fft_irfftn",
  "aten::fft_hfft",
  "aten::fft_hfft2",
  "aten::fft_hfftn",
  "aten::stft",
  "aten::stft.center",
]);
