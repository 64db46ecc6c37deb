/**
 * @file torch.export.export: runs a Module's `forward` on stand-ins for its inputs and records every ATen call. Python-like control flow
 * runs as it is; a dynamic size is a symbolic integer, and code that coerces one to a number is refused with its source line.
 */

import { type Arg, Graph, type Origin, Value } from "../aten/graph.ts";
import { OnnxExporterError } from "../errors.ts";
import { type Module, type ModuleCall, originalForward, runningCalls } from "../nn/module.ts";
import { SymbolicSize } from "../sym.ts";
import { type Dim as Size, SymEnv, SymInt, show } from "../symbolic.ts";
import { Parameter, Tensor, withMode } from "../tensor.ts";
import { fakeSource } from "../weights/basic.ts";
import type { TensorSource } from "../weights/source.ts";
import { axisSpec, checkInputNames, checkTensorSpec, DynamicDim, type DynamicShapes, inputSpec, type TensorSpec } from "./dim.ts";
import { type ExampleLeaf, ExportedProgram, type Range } from "./exported-program.ts";
import { type PyTree, TreeSpec, tree_flatten } from "./pytree.ts";
import { memoryOf, Recorder, userFrame } from "./recorder.ts";
import { GraphSignature, type InputSpec, type OutputSpec } from "./signature.ts";

export interface ExportOptions {
  /** Inputs by name, for a `forward` whose last argument is an object of options. */
  readonly kwargs?: Readonly<Record<string, unknown>> | null;
  readonly dynamic_shapes?: DynamicShapes;
}

type Leaf = Tensor | number | bigint | boolean | string | null;

/**
 * The program that `module.forward(...args)` runs (PyTorch: `torch.export.export`).
 * Throws `trace/…` with source line and remedy where the code needs values that only run time has.
 */
export function exportProgram(module: Module, args: readonly unknown[], options: ExportOptions = {}): ExportedProgram {
  return new Tracer(module, args, options).run();
}

/** Names of the parameters of `forward`, as written. */
function argumentNames(module: Module, count: number): string[] {
  const text = Function.prototype.toString.call(originalForward(module));
  const list = /^[^(]*\(([^)]*)\)/.exec(text)?.[1] ?? "";
  const names = list.split(",").map((s) => /^\s*([A-Za-z_$][\w$]*)/.exec(s)?.[1] ?? "");
  return Array.from({ length: count }, (_, i) => names[i] || `args_${i}`);
}

const sourceOf = (t: Tensor, name: string): TensorSource => (t.data ? memoryOf(t, name) : fakeSource(t.dtype, t.shape, name));

class Tracer {
  readonly #module: Module;
  readonly #args: readonly unknown[];
  readonly #options: ExportOptions;
  readonly #env = new SymEnv();
  readonly #inputs: Value[] = [];
  readonly #specs: InputSpec[] = [];
  readonly #weights = new Map<string, TensorSource>();
  readonly #constants = new Map<string, TensorSource>();
  readonly #ranges = new Map<string, Range>();
  /** Which input gave a named size its example. */
  readonly #examples = new Map<string, { readonly input: string; readonly size: number }>();
  readonly #paths = new Map<Tensor, { readonly path: string; readonly persistent: boolean }>();
  readonly #modulePaths = new Map<Module, string>();
  readonly #callNumbers = new WeakMap<ModuleCall, number>();
  readonly #callCounts = new Map<Module, number>();
  readonly #lifted = new Map<Tensor, Value>();
  readonly #liftedSpecs: InputSpec[] = [];
  readonly #recorder = new Recorder(
    this.#env,
    (node) => this.#origin(node),
    (t) => this.#valueOf(t),
  );

  constructor(module: Module, args: readonly unknown[], options: ExportOptions) {
    this.#module = module;
    this.#args = args;
    this.#options = options;
    for (const [path, p] of module.named_parameters()) this.#paths.set(p, { path, persistent: true });
    for (const [path, b] of module.named_buffers()) this.#paths.set(b, { path, persistent: module.isPersistent(path) });
    for (const [path, m] of module.named_modules()) this.#modulePaths.set(m, path);
    this.#env.onCoerce = (s) => this.#coerced(s);
  }

  run(): ExportedProgram {
    const kwargs = this.#options.kwargs ?? {};
    const names = [...argumentNames(this.#module, this.#args.length), ...Object.keys(kwargs)];
    const given = [...this.#args, ...Object.values(kwargs)] as PyTree<unknown>[];
    checkInputNames(this.#options.dynamic_shapes, names);
    const flat = given.map((tree) => tree_flatten<unknown>(tree));
    const traced = flat.map(([leaves, spec], i) => this.#placeholders(names[i] as string, leaves as Leaf[], spec, i));
    const values = flat.map(([, spec], i) => unflatten(spec, traced[i] as Leaf[]));
    const positional = values.slice(0, this.#args.length);
    const rest =
      Object.keys(kwargs).length === 0 ? [] : [Object.fromEntries(Object.keys(kwargs).map((k, i) => [k, values[this.#args.length + i]]))];
    const result = withMode(this.#recorder, () => (this.#module.forward as (...xs: unknown[]) => unknown)(...positional, ...rest));
    if (result instanceof Promise) {
      throw new OnnxExporterError(
        "trace/async",
        `${this.#module.constructor.name}.forward is async`,
        "make forward a plain function: ATen calls are synchronous",
      );
    }
    return this.#program(
      result as PyTree<unknown>,
      flat.map(([, spec]) => spec),
      flat.flatMap(([leaves]) => leaves as Leaf[]),
      Object.keys(kwargs),
      names,
    );
  }

  #program(
    result: PyTree<unknown>,
    specs: TreeSpec[],
    examples: readonly Leaf[],
    kwargs: readonly string[],
    forward_arg_names: readonly string[],
  ): ExportedProgram {
    const [outputs, out_spec] = tree_flatten<unknown>(result);
    const args = outputs.map((o, i) => (o instanceof Tensor ? this.#valueOf(o) : this.#scalarOutput(o, i)));
    const outputSpecs = args.map((arg): OutputSpec => ({ kind: "user_output", arg, target: null }));
    const order = { parameter: 0, buffer: 1, constant_tensor: 2 } as Readonly<Record<string, number>>;
    const lifted = this.#liftedSpecs.sort((a, b) => (order[a.kind] as number) - (order[b.kind] as number));
    const inputs = [...lifted, ...this.#specs];
    const positional = specs.slice(0, specs.length - kwargs.length);
    const in_spec = new TreeSpec("builtins.tuple", null, [
      new TreeSpec("builtins.tuple", null, positional),
      new TreeSpec("builtins.dict", kwargs, specs.slice(positional.length)),
    ]);
    const flat = examples.map(
      (x): ExampleLeaf => (x instanceof Tensor ? (x.data ? memoryOf(x, "an example") : fakeSource(x.dtype, x.shape)) : x),
    );
    return new ExportedProgram({
      graph: new Graph(
        "main_graph",
        inputs.map((s) => s.value),
        this.#recorder.nodes,
        args,
      ),
      signature: new GraphSignature(inputs, outputSpecs),
      env: this.#env,
      in_spec,
      out_spec,
      weights: this.#stateDict(),
      constants: this.#constants,
      range_constraints: this.#ranges,
      module_call_graph: [...this.#modulePaths.values()].map((fqn) => ({
        fqn,
        signature: fqn === "" ? { inputs: [], outputs: [], in_spec, out_spec, forward_arg_names } : null,
      })),
      example_inputs: () => ({ flat, args: [], kwargs: {} }),
      torch_version: "torch-onnx",
    });
  }

  /** The module's state dict: tied parameters under each of their names, those that forward does not read too. */
  #stateDict(): Map<string, TensorSource> {
    const sources = new Map<Tensor, TensorSource>();
    return new Map(
      Object.entries(this.#module.state_dict()).map(([name, t]) => {
        const source = sources.get(t) ?? this.#weights.get(this.#paths.get(t)?.path ?? name) ?? sourceOf(t, name);
        sources.set(t, source);
        return [name, source];
      }),
    );
  }

  /** An output that is no tensor: None, a number, a size. */
  #scalarOutput(o: unknown, index: number): Arg {
    const plain = o instanceof SymbolicSize ? o.dim : o;
    if (plain === null || ["number", "bigint", "boolean"].includes(typeof plain) || plain instanceof SymInt) return plain as Arg;
    const got = typeof o === "object" ? `a ${o?.constructor.name}` : typeof o === "string" ? `"${o}"` : String(o);
    throw new OnnxExporterError(
      "trace/output",
      `output ${index} of ${this.#module.constructor.name}.forward is ${got}`,
      "return tensors, numbers, null, or lists and plain objects of them",
    );
  }

  /** Stand-ins for the leaves of one argument: tensors become graph inputs, other leaves are constants of the program. */
  #placeholders(name: string, leaves: readonly Leaf[], spec: TreeSpec, index: number): Leaf[] {
    const given = inputSpec(this.#options.dynamic_shapes, name, index);
    const names = leafNames(name, spec);
    const specs = leafSpecs(given, spec);
    return leaves.map((leaf, i) => {
      const input = this.#recorder.name(names[i] as string);
      if (!(leaf instanceof Tensor)) {
        this.#specs.push({ kind: "constant_input", name: input, value: null, target: null, constant: leaf });
        return leaf;
      }
      const tensorSpec = specs[i] as TensorSpec;
      checkTensorSpec(input, tensorSpec, leaf.ndim);
      const shape = leaf.shape.map((d, axis) => this.#size(input, d, axisSpec(tensorSpec, axis), axis));
      const value = new Value(input, { kind: "tensor", dtype: leaf.dtype, shape });
      this.#specs.push({ kind: "user_input", name: input, value, target: null });
      this.#inputs.push(value);
      return new Tensor(leaf.dtype, shape, null, value);
    });
  }

  #size(input: string, example: number, spec: DynamicDim | string | null, axis: number): Size {
    if (spec === null) return example;
    const unnamed = typeof spec === "string" && spec.startsWith("dim.");
    const name = spec instanceof DynamicDim ? spec.name : unnamed ? `${input}_dim_${axis}` : spec;
    const [min, max] = spec instanceof DynamicDim ? [spec.min, spec.max] : [0, null];
    if (example < min || (max !== null && example > max)) {
      throw new OnnxExporterError(
        "trace/range",
        `${input} has size ${example} in dim ${axis}, Dim("${name}") allows ${min} to ${max ?? "any"}`,
      );
    }
    const other = this.#examples.get(name);
    if (other !== undefined && other.size !== example) {
      throw new OnnxExporterError(
        "trace/range",
        `${input} has size ${example} in dim ${axis}, and ${other.input} has ${other.size}: both are said to be "${name}"`,
        "give sizes that differ different names, or examples that agree",
      );
    }
    this.#examples.set(name, { input, size: example });
    this.#ranges.set(name, { min, max });
    return this.#env.symbol(name, min, max);
  }

  /** The graph value of a tensor: parameters, buffers and tensors made outside of forward become inputs when first used. */
  #valueOf(t: Tensor): Value {
    if (t.value !== null) return t.value;
    const known = this.#lifted.get(t);
    if (known) return known;
    const owner = this.#paths.get(t);
    const kind = owner === undefined ? "constant_tensor" : t instanceof Parameter ? "parameter" : "buffer";
    const target = owner?.path ?? `lifted_tensor_${this.#constants.size}`;
    const prefix = { parameter: "p_", buffer: "b_", constant_tensor: "c_" }[kind];
    const name = this.#recorder.name(prefix + target.replaceAll(".", "_"));
    const value = new Value(name, { kind: "tensor", dtype: t.dtype, shape: t.sizes });
    const source = sourceOf(t, target);
    (owner === undefined || !owner.persistent ? this.#constants : this.#weights).set(target, source);
    this.#liftedSpecs.push({ kind, name, value, target, persistent: kind === "buffer" ? owner?.persistent : undefined });
    this.#lifted.set(t, value);
    return value;
  }

  /** Name, module stack and source line of the node that is being recorded. */
  #origin(node: string): Origin {
    const moduleStack = runningCalls().map((call) => {
      const { module } = call;
      const path = this.#modulePaths.get(module) ?? "";
      const nth = this.#callNumber(call);
      return `L__self__${path.replaceAll(".", "_")}${nth === 0 ? "" : `@${nth}`},${path},${module.constructor.name}`;
    });
    return { node, moduleStack: moduleStack.join(";"), stackTrace: userFrame() };
  }

  /** How many calls of the same module have been recorded before `call`. */
  #callNumber(call: ModuleCall): number {
    const known = this.#callNumbers.get(call);
    if (known !== undefined) return known;
    const number = this.#callCounts.get(call.module) ?? 0;
    this.#callCounts.set(call.module, number + 1);
    this.#callNumbers.set(call, number);
    return number;
  }

  #coerced(s: SymInt): never {
    throw new OnnxExporterError(
      "trace/specialize",
      `the dynamic size ${show(s)} is used as a number${at(userFrame())}: the program would hold for the example's size only`,
      "compute with torch.sym(size) (add, mul, floordiv, …), or leave this dim out of dynamic_shapes",
    );
  }
}

const at = (frame: string): string => (frame === "" ? "" : ` at ${frame}`);

const unflatten = (spec: TreeSpec, leaves: Leaf[]): unknown => {
  let i = 0;
  const build = (s: TreeSpec): unknown => {
    if (s.is_leaf()) return leaves[i++];
    const children = s.children.map(build);
    return s.type === "builtins.dict" ? Object.fromEntries((s.context as string[]).map((k, n) => [k, children[n]])) : children;
  };
  return build(spec);
};

/** What `given` says of each leaf of `spec`: containers are followed, and null is static all the way down. */
function leafSpecs(given: unknown, spec: TreeSpec): unknown[] {
  if (spec.is_leaf()) return [given ?? null];
  return spec.children.flatMap((child, i) =>
    leafSpecs((given as Readonly<Record<string | number, unknown>> | null)?.[spec.steps[i] as string], child),
  );
}

/** Placeholder names as torch makes them: `x`, `x_0`, `d_key`. */
function leafNames(name: string, spec: TreeSpec): string[] {
  if (spec.is_leaf()) return [name];
  return spec.children.flatMap((child, i) => leafNames(`${name}_${String(spec.steps[i]).replaceAll(/\W/g, "_")}`, child));
}
