/** @file `print(exported_program)` as PyTorch writes it: the graph as Python with types and source lines, the signature, the ranges. */

import { type Arg, type Graph, type Node, type Output, type Type, Value, valuesOf } from "../aten/graph.ts";
import { schemaOf } from "../aten/schema.ts";
import { dtypes } from "../dtype.ts";
import { show } from "../symbolic.ts";
import type { ExportedProgram, Range, Spelling } from "./exported-program.ts";
import { torchTarget } from "./pt2/op-names.ts";
import { printArg } from "./python-values.ts";

/** One line of the body: what it reads, by name, decides where `;  x = None` stands. */
interface Line {
  readonly name: string;
  readonly text: string;
  readonly reads: readonly string[];
  readonly trace: string;
}

export function printProgram(program: ExportedProgram): string {
  const body = printGraph(program.graph, "GraphModule", program).replaceAll("\n", "\n    ");
  const signature = String(program.signature).replaceAll("\n", "\n    ");
  return `ExportedProgram:\n    ${body}\nGraph signature: ${signature}\nRange constraints: ${printRanges(program.range_constraints)}\n`;
}

function printRanges(ranges: ReadonlyMap<string, Range>): string {
  return `{${[...ranges].map(([name, { min, max }]) => `${name}: VR[${min ?? "-int_oo"}, ${max ?? "int_oo"}]`).join(", ")}}`;
}

const indent = (text: string): string =>
  text
    .split("\n")
    .map((line, i) => (i === 0 || line.trim() === "" ? line.trimEnd() : `    ${line}`))
    .join("\n");

function printGraph(graph: Graph, name: string, program: ExportedProgram, isRoot = true): string {
  const names = isRoot ? program.signature.inputs.map((s) => s.name) : graph.inputs.map((v, i) => v?.name ?? `arg${i}`);
  const formals = graph.inputs.map((v, i) => `${v?.name ?? names[i]}${v === null ? "" : annotation(v, program.spelling)}`);
  const body = printBody(graph, program.spelling);
  const forward = indent(`def forward(${["self", ...formals].join(", ")}):\n${body}`);
  const code = indent(`class ${name}(torch.nn.Module):\n${forward}`);
  const inner = subgraphs(graph).map((g) => printGraph(g, g.name, program, false));
  return code + indent(["", ...inner].join("\n"));
}

const subgraphs = (graph: Graph): Graph[] => graph.nodes.flatMap((n) => Object.values(n.args).filter(isGraph));
const isGraph = (arg: Arg): arg is Graph => typeof arg === "object" && arg !== null && "nodes" in arg && Array.isArray(arg.nodes);

function printBody(graph: Graph, spelling: Spelling): string {
  const lines = graph.nodes.flatMap((node) => linesOf(node, spelling));
  const outputs = graph.outputs.map((o) => printArg(o, ""));
  const returned = spelling.singleReturn.has(graph) ? outputs.join("") : `(${outputs.join(", ")}${outputs.length === 1 ? "," : ""})`;
  const dead = deadAfter(
    lines,
    graph.outputs.flatMap((o) => [...valuesOf(o)].map((v) => v.name)),
  );
  let text = "";
  let summary = "";
  lines.forEach((line, i) => {
    const next = sourceSummary(line.trace);
    if (next !== summary) text += `\n# ${next}\n`;
    summary = next;
    const names = dead[i] as string[];
    text += `${line.text}${names.length > 0 ? `;  ${[...names, "None"].join(" = ")}` : ""}\n`;
  });
  return `${text}return ${returned}\n`.replace(/^\n+/, "");
}

/** Per line the names that nothing reads after it; a line that nothing reads at all ends with its own name. */
function deadAfter(lines: readonly Line[], returned: readonly string[]): string[][] {
  const read = new Set(returned);
  const dead: string[][] = lines.map(() => []);
  for (let i = lines.length - 1; i >= 0; i--) {
    const { reads, name } = lines[i] as Line;
    const isUsed = read.has(name);
    for (const r of reads) {
      if (!read.has(r)) (dead[i] as string[]).push(r);
      read.add(r);
    }
    if (!isUsed) (dead[i] as string[]).push(name);
  }
  return dead;
}

/** Innermost frame of a traceback: `File: x.py:12 in forward, code: return a + b`. */
function sourceSummary(trace: string): string {
  const lines = trace.trim().split("\n");
  for (let i = lines.length - 2; i >= 0; i--) {
    const m = /^File "(.+)", line (\d+), in (.+)$/.exec((lines[i] as string).trim());
    if (m !== null) return `File: ${m[1]}:${m[2]} in ${m[3]}, code: ${(lines[i + 1] as string).trim()}`;
  }
  return "No stacktrace found for following nodes";
}

/** FX has a node per sub-graph, and takes results of nodes that have several with `getitem`. */
function linesOf(node: Node, spelling: Spelling): Line[] {
  const trace = node.origin.stackTrace;
  const graphs = Object.values(node.args).filter(isGraph);
  const lines: Line[] = graphs.map((g) => ({ name: g.name, text: `${g.name} = self.${g.name}`, reads: [], trace }));
  const { outputs } = node;
  const only = outputs.length === 1 ? outputs[0] : undefined;
  const single = only instanceof Value && (only.name === node.origin.node || !node.op.startsWith("higher_order::"));
  const name = single ? only.name : node.origin.node;
  const type = single ? annotation(only, spelling) : "";
  lines.push({ name, text: `${name}${type} = ${callText(node, spelling)}`, reads: namesRead(node), trace });
  if (single || outputs.length === 0) return lines;
  const items: readonly Output[] = only !== undefined && only !== null && !(only instanceof Value) ? only : outputs;
  for (const [i, item] of items.entries()) lines.push(...itemLines(item, name, i, trace, spelling));
  return lines;
}

function itemLines(item: Output, of: string, i: number, trace: string, spelling: Spelling): Line[] {
  const line = (name: string, type: string): Line => ({ name, text: `${name}${type} = ${of}[${i}]`, reads: [of], trace });
  if (item === null) return [line("as_none", "")];
  if (item instanceof Value) return [line(item.name, annotation(item, spelling))];
  const list = `${of}_${i}`;
  return [line(list, ""), ...item.flatMap((v, k) => itemLines(v, list, k, trace, spelling))];
}

function namesRead(node: Node): string[] {
  const names: string[] = [];
  for (const arg of Object.values(node.args)) {
    for (const n of isGraph(arg) ? [arg.name] : [...valuesOf(arg)].map((v) => v.name)) if (!names.includes(n)) names.push(n);
  }
  return names;
}

const infix: Readonly<Record<string, string>> = {
  eq: "{} == {}",
  ne: "{} != {}",
  lt: "{} < {}",
  gt: "{} > {}",
  le: "{} <= {}",
  ge: "{} >= {}",
  pos: "+{}",
  neg: "-{}",
  invert: "~{}",
  add: "{} + {}",
  sub: "{} - {}",
  mul: "{} * {}",
  floordiv: "{} // {}",
  truediv: "{} / {}",
  mod: "{} % {}",
  pow: "{} ** {}",
  lshift: "{} << {}",
  rshift: "{} >> {}",
  and_: "{} & {}",
  or_: "{} | {}",
  xor: "{} ^ {}",
};

/** Arguments of a call by name, as Python text. */
function callArguments(node: Node, spelling: Spelling, print: (arg: Arg, form: string) => string) {
  const forms = spelling.args.get(node);
  const schema = schemaOf(node.op);
  return Object.entries(node.args).map(([name, arg]) => {
    const formal = schema?.args.find((a) => a.name === name);
    const text = isGraph(arg) ? arg.name : print(arg, forms?.get(name)?.form ?? formOf[formal?.type ?? ""] ?? "");
    const keyword = forms?.get(name)?.keyword ?? formal?.keyword ?? false;
    return { name, text, keyword };
  });
}

function callText(node: Node, spelling: Spelling): string {
  const args = callArguments(node, spelling, printArg);
  const pattern = node.op.startsWith("_operator::") ? infix[node.op.slice("_operator::".length)] : undefined;
  if (pattern !== undefined) return args.reduce((text, a) => text.replace("{}", () => a.text), pattern);
  const positional = args.filter((a) => !a.keyword).map((a) => a.text);
  const keywords = args.filter((a) => a.keyword).map((a) => `${a.name} = ${a.text}`);
  return `${torchTarget(node.op)}(${[...positional, ...keywords].join(", ")})`;
}

const printFxArg = (arg: Arg, form: string): string => {
  if (arg instanceof Value) return `%${arg.name}`;
  return Array.isArray(arg) ? `[${(arg as readonly Arg[]).map((a) => printFxArg(a, form)).join(", ")}]` : printArg(arg, form);
};

/** `%linear : [num_users=1] = call_function[target=torch.ops.aten.linear.default](args = (%x, %p_weight), kwargs = {})`, as FX formats a node. */
export function fxNodeText(node: Node, users: number, spelling: Spelling): string {
  const args = callArguments(node, spelling, printFxArg);
  const positional = args.filter((a) => !a.keyword).map((a) => a.text);
  const keywords = args.filter((a) => a.keyword).map((a) => `${a.name}: ${a.text}`);
  const tuple = `(${positional.join(", ")}${positional.length === 1 ? "," : ""})`;
  const call = `call_function[target=${torchTarget(node.op)}](args = ${tuple}, kwargs = {${keywords.join(", ")}})`;
  return `%${node.origin.node} : [num_users=${users}] = ${call}`;
}

/** Kinds of literals by schema type, for nodes that no archive spelled. */
const formOf: Readonly<Record<string, string>> = {
  float: "as_float",
  ScalarType: "as_scalar_type",
  MemoryFormat: "as_memory_format",
  Layout: "as_layout",
};

function annotation(value: Value, spelling: Spelling): string {
  const text = typeText(value.type, spelling.expressions.get(value));
  return text === "" ? "" : `: "${text}"`;
}

/** PyTorch's abbreviations differ from our kernel suffixes in two names. */
const abbreviations: Readonly<Record<string, string>> = { bool: "b8", f8e8m0: "f8e8m0fnu" };

function typeText(type: Type, expression: string | undefined): string {
  if (type.kind === "tensor") {
    const { suffix } = dtypes[type.dtype];
    return `${abbreviations[suffix] ?? suffix}[${type.shape.map(show).join(", ")}]`;
  }
  if (type.kind === "int") return type.expr === null || typeof type.expr === "number" ? "" : `Sym(${show(type.expr)})`;
  return expression === undefined ? "" : `Sym(${expression})`;
}
