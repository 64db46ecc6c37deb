/** @file Ops that do to a complex tensor what they do to each of its parts: those that move elements, and those that are linear. */

import { mapLeaves } from "../../aten/arguments.ts";
import { each } from "../../aten/broadcast.ts";
import { Value } from "../../aten/graph.ts";
import { isTyped } from "../../aten/promotion.ts";
import { schemaOf } from "../../aten/schema.ts";
import type { Op } from "../../aten/table.ts";
import { reshapingOps } from "../../aten/view-shape.ts";
import { type DType, isComplex, realOf } from "../../dtype.ts";
import { internal, OnnxExporterError } from "../../errors.ts";
import { Cartesian, type Operand, Pair } from "./pair.ts";
import { type AnyRule, cartesian, onShapes, type Rewriting } from "./rule.ts";

type Args = Readonly<Record<string, unknown>>;

/** The arguments of `op` that real and imaginary part have different ones of: tensors that are complex, scalars, and those called `numbers`. */
function partOf(op: Op, args: Args, numbers: ReadonlySet<string>, part: "re" | "im", at: Rewriting): Args {
  const schema = schemaOf(op) ?? internal(`${op} has no schema`);
  const scalars = new Set(schema.args.filter((a) => a.type.startsWith("Scalar") && !a.type.startsWith("ScalarType")).map((a) => a.name));
  return Object.fromEntries(
    Object.entries(args).map(([name, arg]) => {
      if (name === "dtype") return [name, arg !== null && isComplex(arg as DType) ? realOf(arg as DType) : arg];
      const split = arg !== null && (numbers.has(name) || scalars.has(name));
      return [name, mapLeaves(arg, (x) => (x instanceof Pair ? x[part] : split ? number(x as Operand, part, at) : x))];
    }),
  );
}

/** A part of a number, or of a real tensor that stands for one. */
function number(x: Operand, part: "re" | "im", at: Rewriting): unknown {
  const value = cartesian(x, at)[part];
  return x instanceof Value && !(value instanceof Value) ? at.real.tensor(value, x) : value;
}

/** Results of the two calls, element by element. */
const zip = (re: unknown, im: unknown): unknown =>
  Array.isArray(re) ? re.map((r, i) => zip(r, (im as readonly unknown[])[i])) : isTyped(re) ? new Cartesian(re as Value, im as Value) : re;

/** `op` on each part. Arguments called `numbers` are values of the result's kind: real ones have the imaginary part 0. */
const partwise = <N extends Op>(names: readonly N[], numbers: readonly string[] = []): { readonly [K in N]: AnyRule } => {
  const split = new Set(numbers);
  return each(
    names,
    (op): AnyRule =>
      (args: never, at) => {
        const types = mapLeaves(at.results, (t) => (isTyped(t) && isComplex(t.dtype) ? { ...t, dtype: realOf(t.dtype) } : t));
        const call = (part: "re" | "im"): unknown => at.emit(op, partOf(op, args, split, part, at), types);
        // `expand_as` of a real tensor: a complex operand gives no more than its shape.
        if (!at.types.some((t) => isComplex(t.dtype))) return call("re");
        return zip(call("re"), call("im"));
      },
  );
};

/** The argument itself. */
const identities = <N extends Op>(names: readonly N[]) =>
  each(
    names,
    () =>
      ({ self }: { readonly self: Operand }) =>
        self,
  );

/** Ops that only a tensor's shape decides. */
const ofShape = <N extends Op>(names: readonly N[]): { readonly [K in N]: AnyRule } =>
  each(
    names,
    (op): AnyRule =>
      (args: never, at) =>
        onShapes(op, args, at),
  );

const views = [
  ...reshapingOps,
  "aten::unsqueeze",
  "aten::permute",
  "aten::transpose.int",
  "aten::swapdims",
  "aten::swapaxes",
  "aten::t",
  "aten::numpy_T",
  "aten::mT",
  "aten::movedim.int",
  "aten::moveaxis.int",
  "aten::movedim.intlist",
  "aten::moveaxis.intlist",
  "aten::expand",
  "aten::broadcast_to",
  "aten::expand_as",
  "aten::slice.Tensor",
  "aten::select.int",
  "aten::diagonal",
  "aten::unfold",
  "aten::as_strided",
  "aten::resize",
  "aten::resize_as",
] as const;

const joins = [
  "aten::cat",
  "aten::concat",
  "aten::concatenate",
  "aten::stack",
  "aten::split.Tensor",
  "aten::unsafe_split.Tensor",
  "aten::split.sizes",
  "aten::split_with_sizes",
  "aten::unsafe_split_with_sizes",
  "aten::chunk",
  "aten::unsafe_chunk",
  "aten::tensor_split.sections",
  "aten::tensor_split.indices",
  "aten::tensor_split.tensor_indices_or_sections",
  "aten::unbind.int",
  "aten::repeat",
  "aten::repeat_interleave.Tensor",
  "aten::repeat_interleave.self_int",
  "aten::repeat_interleave.self_Tensor",
  "aten::flip",
  "aten::roll",
  "aten::combinations",
] as const;

const indexing = [
  "aten::index.Tensor",
  "aten::_unsafe_index.Tensor",
  "aten::index_select",
  "aten::gather",
  "aten::embedding",
  "aten::masked_select",
  "aten::take",
  "aten::take_along_dim",
  "aten::tril",
  "aten::triu",
  "aten::scatter.src",
  "aten::scatter.value",
  "aten::scatter_add",
  "aten::index_put",
  "aten::_unsafe_index_put",
  "aten::index_copy",
  "aten::masked_scatter",
  "aten::put",
  "aten::select_scatter",
  "aten::slice_scatter",
  "aten::diagonal_scatter",
  "aten::as_strided_scatter",
  "aten::im2col",
  "aten::col2im",
  "aten::_pad_circular",
  "aten::reflection_pad1d",
  "aten::reflection_pad2d",
  "aten::reflection_pad3d",
  "aten::replication_pad1d",
  "aten::replication_pad2d",
  "aten::replication_pad3d",
] as const;

const linear = ["aten::sum", "aten::sum.dim_IntList", "aten::mean", "aten::mean.dim", "aten::cumsum"] as const;

const pools = [
  "aten::adaptive_avg_pool1d",
  "aten::adaptive_avg_pool2d",
  "aten::_adaptive_avg_pool2d",
  "aten::adaptive_avg_pool3d",
  "aten::_adaptive_avg_pool3d",
] as const;

/** Sums and means are those of the parts; other reductions are not. */
const linearScatter = <N extends Op>(names: readonly N[]): { readonly [K in N]: AnyRule } => {
  const rules = partwise(names);
  return each(
    names,
    (op): AnyRule =>
      (args: never, at) => {
        const { reduce } = args as { readonly reduce: string };
        if (["add", "sum", "mean"].includes(reduce)) return rules[op](args, at);
        throw new OnnxExporterError("normalize/complex", `${op} of complex numbers by ${reduce}`, "scatter their sum or mean");
      },
  );
};

export const parts = {
  ...partwise([...views, ...joins, ...indexing, ...linear, ...pools, "aten::linspace", "aten::nan_to_num"]),
  ...linearScatter(["aten::scatter_reduce.two", "aten::scatter.value_reduce"]),
  ...partwise(["aten::pad", "aten::constant_pad_nd", "aten::masked_fill.Scalar", "aten::masked_fill.Tensor"], ["value"]),
  ...partwise(["aten::index_fill.int_Scalar", "aten::index_fill.int_Tensor"], ["value"]),
  ...partwise(["aten::where.self", "aten::where.ScalarSelf", "aten::where.ScalarOther", "aten::where.Scalar"], ["self", "other"]),
  ...partwise(["aten::linspace.Tensor_Tensor", "aten::linspace.Scalar_Tensor", "aten::linspace.Tensor_Scalar"], ["start", "end"]),
  ...identities([
    "aten::alias",
    "aten::detach",
    "aten::lift",
    "aten::lift_fresh",
    "aten::lift_fresh_copy",
    "aten::clone",
    "aten::contiguous",
    "aten::resolve_conj",
    "aten::resolve_neg",
  ]),
  ...ofShape([
    "aten::sym_size.int",
    "aten::size.int",
    "aten::sym_numel",
    "aten::numel",
    "aten::dim",
    "aten::sym_stride.int",
    "aten::sym_storage_offset",
    "aten::sym_is_contiguous",
    "aten::_shape_as_tensor",
  ]),
};
