import type { Span } from '../../diagnostics/index.js';
import type { Shape } from '../../ir/dimension.js';
import {
  type Definition,
  type FunctionArgument,
  type FunctionCall,
  type Instance,
  type Node,
  type Port,
  type ValueRange,
  valuesOf,
  type Weight,
} from '../../ir/ir.js';
import { hasElementwiseShape, isOpName, opDefinition } from '../../ops/index.js';
import type { Attributes } from '../../ops/op.js';
import type { InstanceRecord } from './instances.js';
import type { TensorValue } from './values.js';

interface CallDraft {
  readonly kind: 'call';
  readonly instance: InstanceRecord;
  readonly definition: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly { readonly value: string; readonly shape: Shape }[];
  readonly span: Span;
}

/** A node whose instance may have no name yet. */
type NodeDraft = Exclude<Node, { kind: 'call' }> | CallDraft;

/** Assembles one definition of the IR. */
export class DefinitionBuilder {
  inputs: Port[] = [];
  readonly outputs: Port[] = [];
  readonly weights: Weight[] = [];
  private readonly updates: { readonly statistic: string; readonly value: string; readonly span: Span; readonly applies: boolean }[] = [];
  private readonly drafts: NodeDraft[] = [];
  private readonly labels = new Map<string, string>();
  private readonly constants = new Map<string, TensorValue>();
  private readonly functionCalls: FunctionCall[] = [];
  /** Place and producer of each value. */
  private readonly places = new Map<string, Span>();
  private readonly producers = new Map<string, NodeDraft>();
  private count = 0;

  constructor(readonly id: string) {}

  addInput(name: string, shape: Shape, span: Span, range?: ValueRange): TensorValue {
    this.inputs.push({ name, value: name, shape, ...(range ? { range } : {}) });
    this.places.set(name, span);
    return { kind: 'tensor', id: name, shape, span, ...(range ? { range } : {}) };
  }

  addWeight(weight: Weight): TensorValue {
    this.weights.push(weight);
    this.places.set(weight.value, weight.span);
    return { kind: 'tensor', id: weight.value, shape: weight.shape, span: weight.span };
  }

  /** Place of the update of a statistic, where it has one. */
  updateOf(statistic: string): Span | undefined {
    return this.updates.find((update) => update.statistic === statistic)?.span;
  }

  /** @param applies whether it is part of the definition; if not, what was computed for it alone is left out. */
  addUpdate(statistic: string, { id }: TensorValue, span: Span, applies: boolean): void {
    this.updates.push({ statistic, value: id, span, applies });
  }

  addOutput(name: string, tensor: TensorValue, range?: ValueRange): void {
    this.outputs.push({ name, value: tensor.id, shape: tensor.shape, ...(range ? { range } : {}) });
  }

  addOp(op: string, inputs: readonly TensorValue[], attributes: Attributes, shape: Shape, span: Span): TensorValue {
    const value = this.newValue();
    this.add({ kind: 'op', op, inputs: inputs.map(({ id }) => id), attributes, output: { value, shape }, span }, [value]);
    return { kind: 'tensor', id: value, shape, span };
  }

  /** A constant; equal constants of a definition are one node. */
  addConstant(values: readonly number[], shape: readonly number[], span: Span): TensorValue {
    const key = `${shape.join('x')}:${values.join()}`;
    const known = this.constants.get(key);
    if (known) return { ...known, span };
    const value = this.newValue();
    this.add({ kind: 'constant', values, output: { value, shape }, span }, [value]);
    const tensor: TensorValue = { kind: 'tensor', id: value, shape, span };
    this.constants.set(key, tensor);
    return tensor;
  }

  addCall(instance: InstanceRecord, definition: Definition, inputs: readonly TensorValue[], span: Span): TensorValue[] {
    const outputs = definition.outputs.map(({ shape }) => ({ value: this.newValue(), shape }));
    const values = outputs.map(({ value }) => value);
    this.add({ kind: 'call', instance, definition: definition.id, inputs: inputs.map(({ id }) => id), outputs, span }, values);
    return outputs.map(({ value, shape }, i) => {
      const range = definition.outputs[i]?.range;
      return { kind: 'tensor', id: value, shape, span, ...(range ? { range } : {}) };
    });
  }

  private add(draft: NodeDraft, values: readonly string[]): void {
    this.drafts.push(draft);
    for (const value of values) {
      this.places.set(value, draft.span);
      this.producers.set(value, draft);
    }
  }

  /** The tensor as one that the expression at `span` made. */
  madeAt(tensor: TensorValue, span: Span): TensorValue {
    this.places.set(tensor.id, span);
    return { ...tensor, span };
  }

  /**
   * Where a tensor got its extent along an axis: behind it go the operators that only hand the extent on. Places of the library are passed over where
   * there is one outside it.
   */
  originOf(tensor: TensorValue, axis: number): Span {
    let place = tensor.span;
    const shapes = new Map<string, Shape>([...this.inputs, ...this.weights].map(({ value, shape }) => [value, shape]));
    const shapeOf = (id: string): Shape => shapes.get(id) ?? shapeIn(this.producers.get(id), id) ?? [];
    for (let id: string | undefined = tensor.id; id !== undefined; ) {
      const found = this.places.get(id);
      if (found && (!found.file.startsWith('std/') || tensor.span.file.startsWith('std/'))) place = found;
      const draft = this.producers.get(id);
      const shape = shapeOf(id);
      const before: readonly string[] = draft?.kind === 'op' && handsOn(draft, axis, draft.inputs.map(shapeOf)) ? draft.inputs : [];
      id = before.find((input) => shapeOf(input).length === shape.length && shapeOf(input)[axis] === shape[axis]);
    }
    return place;
  }

  /** Remembers what a function gave, unless that is one of its arguments. Without arguments, there was one that cannot be told. */
  addFunctionCall(name: string, given: readonly FunctionArgument[] | undefined, result: TensorValue): void {
    if (given && !given.flatMap(valuesOf).includes(result.id)) {
      this.functionCalls.push({ function: name, arguments: given, result: result.id });
    }
  }

  /** Remembers the source name of a value; the first one stays. */
  label(tensor: TensorValue, name: string): void {
    if (!this.labels.has(tensor.id)) this.labels.set(tensor.id, name);
  }

  /** Ids of the values that nodes and outputs use. */
  private get usedValues(): Set<string> {
    return new Set([
      ...this.drafts.flatMap((draft) => (draft.kind === 'constant' ? [] : draft.inputs)),
      ...this.outputs.map(({ value }) => value),
      ...this.updates.map(({ value }) => value),
    ]);
  }

  /** Leaves out the inputs that nothing uses. */
  dropUnusedInputs(): void {
    const used = this.usedValues;
    this.inputs = this.inputs.filter(({ value }) => used.has(value));
  }

  /** The instances that the definition applies, in the order of their first application. */
  get appliedInstances(): InstanceRecord[] {
    return [...new Set(this.drafts.flatMap((draft) => (draft.kind === 'call' ? [draft.instance] : [])))];
  }

  finish(rest: Pick<Definition, 'block' | 'span' | 'parameters'> & { readonly documentation?: string | undefined }): Definition {
    const { documentation, ...required } = rest;
    const updates = this.updates.filter(({ applies }) => applies).map(({ statistic, value }) => ({ statistic, value }));
    const drafts = updates.length < this.updates.length ? this.draftsForOutputs : this.drafts;
    const functionCalls = this.toldFunctionCalls(drafts);
    return {
      id: this.id,
      ...required,
      ...(documentation === undefined ? {} : { documentation }),
      inputs: this.inputs,
      outputs: this.outputs,
      weights: this.weights,
      instances: this.appliedInstances.flatMap((record): Instance[] =>
        record.definition ? [{ name: record.name, definition: record.definition.id, span: record.span }] : [],
      ),
      nodes: drafts.map((draft) => this.finishNode(draft)),
      ...(updates.length === 0 ? {} : { updates }),
      ...(functionCalls.length === 0 ? {} : { functionCalls }),
    };
  }

  /** Without the operations that only updates need. Calls stay: an instance has the same weights in a training and outside. */
  private get draftsForOutputs(): NodeDraft[] {
    const needed = new Set(this.outputs.map(({ value }) => value));
    const kept: NodeDraft[] = [];
    for (const draft of this.drafts.toReversed()) {
      if (draft.kind !== 'call' && !needed.has(draft.output.value)) continue;
      if (draft.kind !== 'constant') for (const input of draft.inputs) needed.add(input);
      kept.unshift(draft);
    }
    return kept;
  }

  /** Calls whose result is that of a node, and whose arguments the definition has: an input that nothing uses may have been dropped. */
  private toldFunctionCalls(drafts: readonly NodeDraft[]): FunctionCall[] {
    const made = new Set(drafts.flatMap((draft) => (draft.kind === 'call' ? draft.outputs : [draft.output]).map(({ value }) => value)));
    const known = new Set([...made, ...[...this.inputs, ...this.weights].map(({ value }) => value)]);
    return this.functionCalls.filter(
      ({ result, arguments: given }) => made.has(result) && given.flatMap(valuesOf).every((id) => known.has(id)),
    );
  }

  private finishNode(draft: NodeDraft): Node {
    const [value] = draft.kind === 'call' ? draft.outputs.map((output) => output.value) : [draft.output.value];
    const label = value === undefined ? undefined : this.labels.get(value);
    const node: Node = draft.kind === 'call' ? { ...draft, instance: draft.instance.name } : draft;
    return label === undefined ? node : { ...node, label };
  }

  private newValue(): string {
    this.count += 1;
    return `%${this.count}`;
  }
}

/** Whether an operator gives what it was given along an axis, where the extents are the same. */
function handsOn({ op, attributes, output }: NodeDraft & { readonly kind: 'op' }, axis: number, inputs: readonly Shape[]): boolean {
  if (op === 'concat') return attributes.axis !== axis;
  return inputs.length === 1 ? inputs[0]?.join() === output.shape.join() : isOpName(op) && hasElementwiseShape(opDefinition(op));
}

const shapeIn = (draft: NodeDraft | undefined, value: string): Shape | undefined =>
  draft?.kind === 'call' ? draft.outputs.find((output) => output.value === value)?.shape : draft?.output.shape;
