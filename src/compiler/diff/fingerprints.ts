import { definitionOf } from '../3-lower/weights.js';
import type { CallNode, Definition, IR } from '../ir/ir.js';

/** Gives equal contents equal numbers. One of them serves both sides of a comparison. */
export class Interner {
  private readonly numbers = new Map<string, number>();

  /** @param content plain data; the order of the keys of its objects does not count. */
  numberOf(content: unknown): number {
    const text = JSON.stringify(content, sortedKeys);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.numbers.size);
    return this.numbers.size - 1;
  }
}

const sortedKeys = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** The calls of one instance within a definition, in the order of the nodes. */
export const callsOf = (definition: Definition, instance: string): CallNode[] =>
  definition.nodes.filter((node): node is CallNode => node.kind === 'call' && node.instance === instance);

/**
 * What definitions contain, as numbers: two definitions have the same number when they compute the same from weights of the same names, shapes and
 * start values. Ids, spans, documentation, names of values and the order of independent nodes do not count.
 */
export class Fingerprints {
  private readonly byId: ReadonlyMap<string, Definition>;
  private readonly known = new Map<string, number>();

  constructor(
    private readonly ir: IR,
    readonly interner: Interner,
  ) {
    this.byId = new Map(ir.definitions.map((definition) => [definition.id, definition]));
  }

  definition(id: string): Definition {
    return this.byId.get(id) ?? definitionOf(this.ir, id);
  }

  /** A definition with the name of its block. */
  ofDefinition(id: string): number {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const definition = this.definition(id);
    const number = this.interner.numberOf({ block: definition.block, contents: this.contentsOf(definition) });
    this.known.set(id, number);
    return number;
  }

  /** A definition whatever its block is called. */
  contentsOf(definition: Definition): number {
    const values = this.valuesOf(definition);
    return this.interner.numberOf({
      parameters: definition.parameters,
      inputs: byName(definition.inputs.map(({ name, shape, range }) => ({ name, shape, range }))),
      outputs: byName(definition.outputs.map(({ name, value, shape, range }) => ({ name, shape, range, value: values.get(value) }))),
      weights: byName(definition.weights.map(({ name, shape, initializer, statistic }) => ({ name, shape, initializer, statistic }))),
      updates: byName((definition.updates ?? []).map(({ statistic, value }) => ({ name: statistic, value: values.get(value) }))),
      instances: byName(definition.instances.map(({ name }) => ({ name, contents: this.ofInstance(definition, name) }))),
    });
  }

  /** All that an instance is within its definition: one that is applied to inputs of several shapes has a definition for each of them. */
  ofInstance(definition: Definition, name: string): number {
    const numbers = new Set(callsOf(definition, name).map((call) => this.ofDefinition(call.definition)));
    return this.interner.numberOf({ instance: [...numbers].sort((a, b) => a - b) });
  }

  private valuesOf(definition: Definition): ReadonlyMap<string, number> {
    const values = new Map<string, number>();
    for (const { name, value } of definition.inputs) values.set(value, this.interner.numberOf({ input: name }));
    for (const { name, value } of definition.weights) values.set(value, this.interner.numberOf({ weight: name }));
    for (const node of definition.nodes) {
      if (node.kind === 'constant') {
        values.set(node.output.value, this.interner.numberOf({ constant: node.values, shape: node.output.shape }));
        continue;
      }
      if (node.kind === 'op') {
        const inputs = node.inputs.map((input) => values.get(input));
        values.set(node.output.value, this.interner.numberOf({ op: node.op, attributes: node.attributes, inputs }));
        continue;
      }
      const ports = this.definition(node.definition).inputs;
      const inputs = Object.fromEntries(node.inputs.map((input, i) => [ports[i]?.name, values.get(input)]));
      const call = this.interner.numberOf({ call: node.instance, definition: this.ofDefinition(node.definition), inputs });
      const results = this.definition(node.definition).outputs;
      for (const [i, { value }] of node.outputs.entries()) values.set(value, this.interner.numberOf({ call, output: results[i]?.name }));
    }
    return values;
  }
}

const byName = <T extends { readonly name: string }>(items: readonly T[]): T[] => [...items].sort((a, b) => (a.name < b.name ? -1 : 1));
