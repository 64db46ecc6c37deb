/** @file nn.Module: parameters by property path, buffers, submodules, and the stack of modules whose `forward` runs. */

import type { Args } from "../dispatch.ts";
import type { DType } from "../dtype.ts";
import { OnnxExporterError } from "../errors.ts";
import { call, Parameter, Tensor } from "../tensor.ts";

/** A call of a module: an object of its own each time. */
export interface ModuleCall {
  readonly module: Module;
}

/** Calls of `forward` that are running, outermost first: the tracer stamps nodes with it. */
const running: ModuleCall[] = [];
/** Calls of modules that are running now, outermost first. */
export const runningCalls = (): readonly ModuleCall[] => running;

type Forward = (this: Module, ...args: unknown[]) => unknown;
const wrapped = new WeakSet<Forward>();
const originals = new WeakMap<Forward, Forward>();

/** `forward` as the user wrote it. */
export const originalForward = (module: Module): Forward => {
  const forward = module.forward as Forward;
  return originals.get(forward) ?? forward;
};

/** Wraps every `forward` of a class and its bases once, so that calls record the module stack. */
function wrapForwards(prototype: object): void {
  for (let at: object | null = prototype; at !== null && at !== Module.prototype; at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at, "forward");
    const forward = own?.value as Forward | undefined;
    if (typeof forward !== "function" || wrapped.has(forward)) continue;
    const tracked: Forward = function (this: Module, ...args) {
      if (running.at(-1)?.module === this) return forward.apply(this, args); // super.forward(x)
      running.push({ module: this });
      try {
        return forward.apply(this, args);
      } finally {
        running.pop();
      }
    };
    wrapped.add(tracked);
    originals.set(tracked, forward);
    Object.defineProperty(at, "forward", { ...own, value: tracked });
  }
}

/**
 * Base of all models (PyTorch: `torch.nn.Module`). Parameters are properties that hold a Parameter, submodules properties that
 * hold a Module (or an array of them in a ModuleList): their paths are the state-dict keys.
 */
export abstract class Module {
  training = true;
  readonly #buffers = new Map<string, boolean>();

  constructor() {
    wrapForwards(new.target.prototype as object);
  }

  /** Computes the module's outputs from its inputs. */
  abstract forward(...args: never[]): unknown;

  /** Keeps `tensor` as state that is no parameter, under the property `name`; in the state dict unless `persistent` is false. */
  register_buffer(name: string, tensor: Tensor | null, options: { persistent?: boolean } = {}): void {
    this.#buffers.set(name, options.persistent ?? true);
    Object.defineProperty(this, name, { value: tensor, writable: true, enumerable: true, configurable: true });
  }

  /** Direct submodules by property name. */
  *named_children(): Generator<[string, Module]> {
    for (const [name, value] of Object.entries(this)) if (value instanceof Module) yield [name, value];
  }
  /** This module and all below, each once, by path ("" is this one). */
  *named_modules(prefix = "", seen: Set<Module> = new Set()): Generator<[string, Module]> {
    if (seen.has(this)) return;
    seen.add(this);
    yield [prefix, this];
    for (const [name, child] of this.named_children()) yield* child.named_modules(join(prefix, name), seen);
  }
  *named_parameters(prefix = ""): Generator<[string, Parameter]> {
    yield* once(this.#entries(prefix, (_, x) => x instanceof Parameter)) as Generator<[string, Parameter]>;
  }
  *named_buffers(prefix = ""): Generator<[string, Tensor]> {
    yield* once(this.#entries(prefix, (owner, x, name) => x instanceof Tensor && owner.#buffers.has(name)));
  }
  *parameters(): Generator<Parameter> {
    for (const [, p] of this.named_parameters()) yield p;
  }
  *buffers(): Generator<Tensor> {
    for (const [, b] of this.named_buffers()) yield b;
  }
  /** Whether the buffer at `path` belongs to the state dict. */
  isPersistent(path: string): boolean {
    const dot = path.lastIndexOf(".");
    return this.#owner(path).#buffers.get(path.slice(dot + 1)) ?? true;
  }
  /** Parameters and persistent buffers by path; tied ones under every path they have. */
  state_dict(): Record<string, Tensor> {
    const persistent = (owner: Module, x: unknown, name: string) =>
      x instanceof Parameter || (x instanceof Tensor && owner.#buffers.get(name) === true);
    return Object.fromEntries(this.#entries("", persistent));
  }
  /** Replaces parameters and buffers by those of `state`. Throws `nn/state-dict` naming keys that miss, are unknown, or differ in shape. */
  load_state_dict(state: Readonly<Record<string, Tensor>>, options: { strict?: boolean } = {}): void {
    const own = this.state_dict();
    const problems: string[] = [];
    if (options.strict ?? true) {
      for (const key of Object.keys(own)) if (!(key in state)) problems.push(`missing ${key}`);
      for (const key of Object.keys(state)) if (!(key in own)) problems.push(`unknown ${key}`);
    }
    for (const [key, now] of Object.entries(own)) {
      const given = state[key];
      if (given && String(given.shape) !== String(now.shape))
        problems.push(`${key} is [${given.shape.join(", ")}], the module has [${now.shape.join(", ")}]`);
    }
    if (problems.length > 0) {
      const message = `the state dict does not fit ${this.constructor.name}:\n  ${problems.join("\n  ")}`;
      throw new OnnxExporterError("nn/state-dict", message, "build the module as the one that the weights come from was built");
    }
    const loaded = new Map<Tensor, Tensor>();
    for (const [key, now] of Object.entries(own)) {
      const given = state[key];
      if (given) this.#replace(key, now, loaded, (old) => copyOf(given, old.dtype));
    }
  }
  train(mode = true): this {
    for (const [, m] of this.named_modules()) m.training = mode;
    return this;
  }
  eval(): this {
    return this.train(false);
  }
  /** Casts floating parameters and buffers. */
  to(dtype: DType): this {
    const cast = new Map<Tensor, Tensor>();
    const all = [...this.#entries("", (owner, x, name) => x instanceof Parameter || (x instanceof Tensor && owner.#buffers.has(name)))];
    for (const [key, x] of all) if (x.is_floating_point()) this.#replace(key, x, cast, (old) => old.to(dtype));
    return this;
  }

  /** Puts what `make` gives in the place of the tensor at `key`; tensors that were one stay one. */
  #replace(key: string, now: Tensor, made: Map<Tensor, Tensor>, make: (old: Tensor) => Tensor): void {
    const known = made.get(now);
    const tensor = known ?? (now instanceof Parameter ? new Parameter(make(now), now.requires_grad) : make(now));
    made.set(now, tensor);
    Object.assign(this.#owner(key), { [key.slice(key.lastIndexOf(".") + 1)]: tensor });
  }

  /** Tensors by path; a module's own parameters come before its buffers, and both before its submodules'. */
  *#entries(prefix: string, wanted: (owner: Module, x: unknown, name: string) => boolean): Generator<[string, Tensor]> {
    const own = Object.entries(this).filter(([name, x]) => wanted(this, x, name)) as [string, Tensor][];
    for (const [name, x] of own) if (x instanceof Parameter) yield [join(prefix, name), x];
    for (const [name, x] of own) if (!(x instanceof Parameter)) yield [join(prefix, name), x];
    for (const [name, child] of this.named_children()) yield* child.#entries(join(prefix, name), wanted);
  }
  #owner(path: string): Module {
    let at: Module = this;
    for (const name of path.split(".").slice(0, -1)) at = Reflect.get(at, name) as Module;
    return at;
  }
}

/** `x` in `dtype`, never the same memory; fake tensors have none to copy. */
const copyOf = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype && x.data !== null ? x.clone() : x.to(dtype));

const join = (prefix: string, name: string): string => (prefix === "" ? name : `${prefix}.${name}`);

function* once(entries: Iterable<[string, Tensor]>): Generator<[string, Tensor]> {
  const seen = new Set<Tensor>();
  for (const entry of entries) {
    if (seen.has(entry[1])) continue;
    seen.add(entry[1]);
    yield entry;
  }
}

/** A module that takes one tensor and gives one. */
export abstract class UnaryModule extends Module {
  abstract override forward(input: Tensor): Tensor;
}

/** A layer without weights: one ATen op with fixed arguments. */
export abstract class OpModule extends UnaryModule {
  readonly #op: string;
  readonly #args: Args;
  constructor(op: string, args: Args = {}) {
    super();
    this.#op = op;
    this.#args = args;
  }
  forward(input: Tensor): Tensor {
    return call(this.#op, { self: input, ...this.#args }) as Tensor;
  }
}

/** Modules under the names "0", "1", … (PyTorch: `torch.nn.ModuleList`). */
export class ModuleList extends Module implements Iterable<Module> {
  length = 0;
  constructor(modules: Iterable<Module> = []) {
    super();
    for (const m of modules) this.append(m);
  }
  append(module: Module): this {
    Object.defineProperty(this, String(this.length++), { value: module, enumerable: true, configurable: true, writable: true });
    return this;
  }
  at(index: number): Module | undefined {
    return [...this].at(index);
  }
  *[Symbol.iterator](): Generator<Module> {
    for (const [, m] of this.named_children()) yield m;
  }
  forward(): never {
    throw new OnnxExporterError("nn/forward", "a ModuleList has no forward", "call its modules");
  }
}

/** Modules in a row (PyTorch: `torch.nn.Sequential`). */
export class Sequential extends UnaryModule implements Iterable<UnaryModule> {
  constructor(...modules: UnaryModule[]) {
    super();
    modules.forEach((m, i) => {
      Object.defineProperty(this, String(i), { value: m, enumerable: true, configurable: true, writable: true });
    });
  }
  *[Symbol.iterator](): Generator<UnaryModule> {
    for (const [, m] of this.named_children()) yield m as UnaryModule;
  }
  forward(input: Tensor): Tensor {
    let x = input;
    for (const m of this) x = m.forward(x);
    return x;
  }
}
