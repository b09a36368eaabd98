import type { Shape } from '../ir/dimension.js';
import type { Definition, FunctionCall, Node } from '../ir/ir.js';
import type { AttributeValue } from '../ops/index.js';
import { type Expression, text } from './expression.js';
import type { Fingerprints } from './fingerprints.js';
import { constantText, parameterText, toldAttributes } from './texts.js';

/** A node with the position of the output that a value is. */
interface Source {
  readonly node: Node;
  readonly output: number;
}

/** What a sum adds up, and how often. */
export interface Term {
  readonly factor: number;
  /** Id of the value; undefined for a plain number, which is then the factor. */
  readonly value: string | undefined;
}

/** A value that is compared by itself. */
export interface Entry {
  readonly content: number;
  readonly expression: (unfolded: number) => Expression;
}

const infix: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  pow: '^',
  equal: '==',
  greater: '>',
  greater_equal: '>=',
};

/** Sums within sums that are taken apart. */
const deepestSum = 200;

/** Operations that an expression may show; what is deeper is '…'. */
const largestExpression = 60;

/**
 * The values of one definition, as contents to compare and as text to read. Both end at the values that have a name: `relu(f[1])` is compared
 * by itself, whatever `f[1]` is. Names of scalars do not count: losses are told in full.
 */
export class Body {
  private readonly sources = new Map<string, Source>();
  private readonly names = new Map<string, string>();
  private readonly calls = new Map<string, FunctionCall[]>();
  private readonly contents = new Map<string, number>();

  /** @param nameOf names of instances that both sides share, for comparing; texts have the own ones. */
  constructor(
    readonly definition: Definition,
    private readonly fingerprints: Fingerprints,
    private readonly nameOf: (instance: string) => string = (instance) => instance,
  ) {
    for (const node of definition.nodes) {
      const outputs = node.kind === 'call' ? node.outputs : [node.output];
      for (const [i, { value }] of outputs.entries()) this.sources.set(value, { node, output: i });
    }
    const labels = definition.nodes.flatMap(({ label }) => (label === undefined ? [] : [label]));
    const repeated = new Set(labels.filter((label, i) => labels.indexOf(label) !== i));
    for (const node of definition.nodes) {
      const [first] = node.kind === 'call' ? node.outputs : [node.output];
      if (first && node.label !== undefined && !repeated.has(node.label) && !isScalar(first.shape)) this.names.set(first.value, node.label);
    }
    for (const call of definition.functionCalls ?? []) this.calls.set(call.result, [...(this.calls.get(call.result) ?? []), call]);
    this.fillContents();
  }

  /** Named values and outputs by name; an output that is another named value is that name. */
  get entries(): ReadonlyMap<string, Entry> {
    const { interner } = this.fingerprints;
    const entries = new Map<string, Entry>();
    const expand = (value: string): Entry => ({
      content: this.contentOf(value),
      expression: (unfolded) => this.expressionOf(value, unfolded),
    });
    for (const [value, name] of this.names) entries.set(name, expand(value));
    for (const { name, value } of this.definition.outputs) {
      const other = this.names.get(value);
      if (other === undefined) entries.set(name, expand(value));
      else if (other !== name) entries.set(name, { content: interner.numberOf({ named: other }), expression: () => text(other) });
    }
    return entries;
  }

  /** What a value is made of, up to named values; equal on both sides for equal contents. */
  contentOf(value: string): number {
    return this.contents.get(value) ?? -1;
  }

  /** The sum that a scalar value is, taken apart; equal terms are one. */
  termsOf(value: string): Term[] {
    const terms = new Map<number, Term>();
    const add = (term: Term): void => {
      const key = term.value === undefined ? -1 : this.contentOf(term.value);
      const known = terms.get(key);
      terms.set(key, known ? { ...known, factor: known.factor + term.factor } : term);
    };
    const visit = (id: string, factor: number, depth: number): void => {
      const parts = depth < deepestSum ? this.summandsOf(id) : undefined;
      if (parts) for (const part of parts) visit(part.value, factor * part.factor, depth + 1);
      else {
        const constant = this.scalarConstant(id);
        if (constant !== 0) add(constant === undefined ? { factor, value: id } : { factor: factor * constant, value: undefined });
      }
    };
    visit(value, 1, 0);
    return [...terms.values()];
  }

  /** What a sum, a difference or a multiple is made of; undefined for anything else. */
  private summandsOf(value: string): readonly { readonly value: string; readonly factor: number }[] | undefined {
    const node = this.sources.get(value)?.node;
    const [left, right] = node?.kind === 'op' ? node.inputs : [];
    if (node?.kind !== 'op' || left === undefined) return undefined;
    if (node.op === 'neg') return [{ value: left, factor: -1 }];
    if (right === undefined) return undefined;
    const [first, second] = [this.scalarConstant(left), this.scalarConstant(right)];
    switch (node.op) {
      case 'add':
      case 'sub':
        return [
          { value: left, factor: 1 },
          { value: right, factor: node.op === 'add' ? 1 : -1 },
        ];
      case 'mul':
        if (first !== undefined) return [{ value: right, factor: first }];
        return second === undefined ? undefined : [{ value: left, factor: second }];
      case 'div':
        return second === undefined || second === 0 ? undefined : [{ value: left, factor: 1 / second }];
      default:
        return undefined;
    }
  }

  private scalarConstant(value: string): number | undefined {
    const node = this.sources.get(value)?.node;
    return node?.kind === 'constant' && node.output.shape.length === 0 ? node.values[0] : undefined;
  }

  /**
   * The expression that a value is. Calls of functions stand for what they gave; `unfolded` of them, from the outside inwards, are
   * replaced by their bodies.
   */
  expressionOf(value: string, unfolded = 0): Expression {
    let budget = largestExpression;
    const root = value;
    const label = this.names.get(root) ?? '';
    const visit = (id: string, unfold: number): Expression => {
      budget -= 1;
      if (budget < 0) return text('…');
      const name = id === root ? undefined : this.names.get(id);
      const source = this.sources.get(id);
      if (name !== undefined) return text(name);
      if (!source) return text(this.portName(id));
      const call = this.calls.get(id)?.at(-1);
      if (call && unfold <= 0) return this.functionCall(call, (inner) => visit(inner, unfold));
      const inner = call ? unfold - 1 : unfold;
      const { node, output } = source;
      if (node.kind === 'constant') return text(constantText(node.values, node.output.shape));
      const operands = node.inputs.map((input) => visit(input, inner));
      if (node.kind === 'op') return operation(node.op, operands, node.attributes);
      const callee = this.fingerprints.definition(node.definition);
      const applied = { kind: 'application', name: this.calleeName(node.instance, callee.block, label), operands, attributes: [] } as const;
      if (callee.outputs.length < 2) return applied;
      return { kind: 'application', name: `${callee.outputs[output]?.name ?? output} of ${applied.name}`, operands, attributes: [] };
    };
    return visit(value, unfolded);
  }

  private portName(id: string): string {
    const port = [...this.definition.inputs, ...this.definition.weights].find(({ value }) => value === id);
    return port?.name ?? id;
  }

  /** An unnamed instance has the path of the value that it makes: there, the name of its block says more. */
  private calleeName(instance: string, block: string, label: string): string {
    if (instance === label) return block;
    return label !== '' && instance.startsWith(`${label}.`) ? instance.slice(label.length + 1) : instance;
  }

  private functionCall(call: FunctionCall, visit: (value: string) => Expression): Expression {
    const operands: Expression[] = [];
    const attributes: string[] = [];
    for (const argument of call.arguments) {
      if ('value' in argument) operands.push(visit(argument.value));
      else if ('values' in argument) operands.push({ kind: 'list', operands: argument.values.map(visit) });
      else attributes.push(`${argument.name}: ${parameterText(argument.data)}`);
    }
    return { kind: 'application', name: call.function, operands, attributes };
  }

  private fillContents(): void {
    const { interner } = this.fingerprints;
    for (const { name, value } of this.definition.inputs) this.contents.set(value, interner.numberOf({ input: name }));
    for (const { name, value } of this.definition.weights) this.contents.set(value, interner.numberOf({ weight: name }));
    const reference = (value: string): number => {
      const name = this.names.get(value);
      return name === undefined ? this.contentOf(value) : interner.numberOf({ named: name });
    };
    for (const node of this.definition.nodes) {
      if (node.kind === 'constant') {
        this.contents.set(node.output.value, interner.numberOf({ constant: node.values, shape: node.output.shape }));
        continue;
      }
      if (node.kind === 'op') {
        const { op, attributes } = node;
        this.contents.set(node.output.value, interner.numberOf({ op, attributes, inputs: node.inputs.map(reference) }));
        continue;
      }
      const { inputs, outputs } = this.fingerprints.definition(node.definition);
      const given = Object.fromEntries(node.inputs.map((input, i) => [inputs[i]?.name, reference(input)]));
      const call = interner.numberOf({ call: this.nameOf(node.instance), inputs: given });
      for (const [i, { value }] of node.outputs.entries()) {
        this.contents.set(value, interner.numberOf(outputs.length < 2 ? { call } : { call, output: outputs[i]?.name }));
      }
    }
  }
}

const isScalar = (shape: Shape): boolean => shape.length === 0;

const operation = (op: string, operands: readonly Expression[], attributes: Readonly<Record<string, AttributeValue>>): Expression => {
  const [left, right] = operands;
  const operator = infix[op];
  if (operator !== undefined && left && right) return { kind: 'infix', operator, operands: [left, right] };
  if (op === 'neg' && left) return { kind: 'negation', operands: [left] };
  if (op === 'concat') return { kind: 'list', operands };
  return { kind: 'application', name: op, operands, attributes: toldAttributes(op, attributes) };
};
