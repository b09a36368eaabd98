import type { CallNode, Definition, FunctionCall, Node, OpNode } from '../../ir/ir.js';
import { valuesOf } from '../../ir/ir.js';
import type { Fingerprints } from '../fingerprints.js';
import type { InstanceTree } from '../instances.js';
import { parameterText, toldAttributes } from '../texts.js';

/** A node of the picture of one body: a port, an application of an instance, a call of a function, or an operator that joins values. */
export interface Unit {
  readonly id: string;
  readonly kind: 'input' | 'output' | 'weight' | 'instance' | 'function' | 'operator';
  /** What it is called: of an instance its name, of an operator its name. */
  readonly name: string;
  /** Operators of one operand that follow it: `relu`, `× -0.2`. */
  readonly followers: string[];
  /** Arguments that are no tensors, as text. */
  readonly details: readonly string[];
  /** Number of what a function computes, whatever it is applied to. */
  readonly contents: number;
  /** Ids of the units whose values it takes, in order. */
  readonly inputs: readonly string[];
  /** Of a function: the value that it gave. */
  readonly value: string;
  readonly tree?: InstanceTree;
}

/** How often the calls of functions that gave a value are opened, from the outside inwards. */
export type Opened = ReadonlyMap<string, number>;

const symbols: Readonly<Record<string, string>> = { add: '+', sub: '−', mul: '×', div: '÷', pow: '^' };

/** What one step of the drawing stands for. */
type Step =
  | { readonly kind: 'function'; readonly call: FunctionCall; readonly operands: readonly string[] }
  | { readonly kind: 'node'; readonly node: OpNode | CallNode; readonly operands: readonly string[] };

/** The picture of one body, as units along the flow of data from its inputs to those of its outputs that are asked for. */
export class BodyGraph {
  readonly units = new Map<string, Unit>();
  private readonly unitOf = new Map<string, string>();
  private readonly nodes = new Map<string, Node>();
  private readonly calls = new Map<string, FunctionCall[]>();
  private readonly steps = new Map<string, Step>();
  private readonly uses = new Map<string, number>();

  constructor(
    private readonly definition: Definition,
    private readonly fingerprints: Fingerprints,
    private readonly instances: ReadonlyMap<string, InstanceTree>,
    outputs: readonly string[],
    private readonly opened: Opened,
  ) {
    for (const node of definition.nodes) {
      for (const { value } of node.kind === 'call' ? node.outputs : [node.output]) this.nodes.set(value, node);
    }
    for (const call of definition.functionCalls ?? []) this.calls.set(call.result, [...(this.calls.get(call.result) ?? []), call]);
    const drawn = definition.outputs.filter(({ name }) => outputs.includes(name));
    for (const { value } of drawn) this.use(value);
    this.makeUnits();
    for (const { name, value } of drawn) {
      const inputs = this.unitsOf([value]);
      this.add({ id: `out ${name}`, kind: 'output', name, followers: [], details: [], contents: 0, inputs, value });
    }
  }

  /** The call that is drawn for a value, if any. */
  private callOf(value: string): FunctionCall | undefined {
    const calls = this.calls.get(value) ?? [];
    return calls[calls.length - 1 - (this.opened.get(value) ?? 0)];
  }

  /** Marks a value and all that it is made of as drawn, without what stands inside closed functions. */
  private use(first: string): void {
    const open = [first];
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      this.uses.set(value, (this.uses.get(value) ?? 0) + 1);
      const node = this.nodes.get(value);
      if (this.steps.has(value) || !node || node.kind === 'constant') continue;
      const call = this.callOf(value);
      const operands = (call ? call.arguments.flatMap(valuesOf) : node.inputs).filter(
        (input) => this.nodes.get(input)?.kind !== 'constant',
      );
      this.steps.set(value, call ? { kind: 'function', call, operands } : { kind: 'node', node, operands });
      open.push(...operands);
    }
  }

  private makeUnits(): void {
    for (const [kind, ports] of [['input', this.definition.inputs] as const, ['weight', this.definition.weights] as const]) {
      for (const { name, value } of ports) {
        if (!this.uses.has(value)) continue;
        this.unitOf.set(value, `${kind} ${name}`);
        this.add({ id: `${kind} ${name}`, kind, name, followers: [], details: [], contents: 0, inputs: [], value });
      }
    }
    for (const node of this.definition.nodes) {
      const outputs = node.kind === 'call' ? node.outputs : [node.output];
      const step = outputs.map(({ value }) => [value, this.steps.get(value)] as const).find(([, found]) => found !== undefined);
      if (!step?.[1]) continue;
      const id = this.unitFor(step[0], step[1]);
      for (const { value } of outputs) this.unitOf.set(value, id);
    }
  }

  private unitFor(value: string, step: Step): string {
    const inputs = this.unitsOf(step.operands);
    if (step.kind === 'node' && step.node.kind === 'call') {
      const tree = this.instances.get(step.node.instance);
      const name = step.node.instance;
      return this.add({
        id: value,
        kind: 'instance',
        name,
        followers: [],
        details: [],
        contents: 0,
        inputs,
        value,
        ...(tree ? { tree } : {}),
      });
    }
    const [only] = step.operands;
    const before =
      step.operands.length === 1 && only !== undefined && this.uses.get(only) === 1 ? this.units.get(inputs[0] ?? '') : undefined;
    if (before && before.kind !== 'input' && before.kind !== 'weight') {
      before.followers.push(step.kind === 'function' ? functionText(step.call) : this.unaryText(step.node as OpNode));
      return before.id;
    }
    if (step.kind === 'function') {
      const contents = this.contentsOf(value, step.operands);
      const details = dataOf(step.call);
      return this.add({ id: value, kind: 'function', name: step.call.function, followers: [], details, contents, inputs, value });
    }
    const node = step.node as OpNode;
    const name = step.operands.length < 2 ? this.unaryText(node) : (symbols[node.op] ?? node.op);
    const details = step.operands.length < 2 || node.op === 'concat' ? [] : toldAttributes(node.op, node.attributes);
    return this.add({ id: value, kind: 'operator', name, followers: [], details, contents: 0, inputs, value });
  }

  /** `relu`, `× -0.2`, `1 −`: an operator of one tensor that is no constant. */
  private unaryText({ op, inputs, attributes }: OpNode): string {
    const constants = inputs
      .map((input) => this.nodes.get(input))
      .map((node) => (node?.kind === 'constant' ? scalarText(node.values) : undefined));
    const symbol = symbols[op];
    const [left, right] = constants;
    if (symbol !== undefined && inputs.length === 2) {
      const isCommutative = op === 'add' || op === 'mul';
      return left === undefined || isCommutative ? `${symbol} ${left ?? right ?? 'weight'}` : `${left} ${symbol}`;
    }
    const told = toldAttributes(op, attributes);
    return told.length === 0 ? op : `${op}(${told.join(', ')})`;
  }

  private unitsOf(values: readonly string[]): string[] {
    return values.flatMap((value) => this.unitOf.get(value) ?? []);
  }

  private add(unit: Unit): string {
    this.units.set(unit.id, unit);
    return unit.id;
  }

  /** A number of how a value is computed from others, whatever these are. */
  private contentsOf(value: string, from: readonly string[]): number {
    const { interner } = this.fingerprints;
    const known = new Map(from.map((source, i) => [source, interner.numberOf({ argument: i })]));
    const needed = new Set<string>();
    const open = [value];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const node = this.nodes.get(next);
      if (known.has(next) || needed.has(next) || !node) continue;
      needed.add(next);
      if (node.kind !== 'constant') open.push(...node.inputs);
    }
    for (const node of this.definition.nodes) {
      const outputs = node.kind === 'call' ? node.outputs : [node.output];
      for (const [i, output] of outputs.entries()) {
        if (!needed.has(output.value)) continue;
        const inputs = node.kind === 'constant' ? [] : node.inputs.map((input) => known.get(input) ?? input);
        const own = node.kind === 'constant' ? node.values : node.kind === 'op' ? [node.op, node.attributes] : [node.instance, i];
        known.set(output.value, interner.numberOf({ own, inputs }));
      }
    }
    return known.get(value) ?? -1;
  }
}

/** A list of many equal numbers, as the kernel of a filter, is not worth its length. */
const scalarText = (values: readonly number[]): string => (values.length === 1 ? String(values[0]) : 'constant');

const dataOf = (call: FunctionCall): string[] =>
  call.arguments.flatMap((argument) => ('data' in argument ? [`${argument.name}: ${parameterText(argument.data)}`] : []));

const functionText = (call: FunctionCall): string => {
  const data = dataOf(call).join(', ');
  return data === '' || data.length > 24 ? call.function : `${call.function}(${data})`;
};
