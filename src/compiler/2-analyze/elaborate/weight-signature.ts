import type { Definition } from '../../ir/ir.js';

/** Paths and shapes of all weights of a definition and the instances within it, as text: equal where weights can be shared. */
export function weightSignature(definition: Definition, definitions: readonly Definition[]): string {
  const byId = new Map(definitions.map((other) => [other.id, other]));
  const lines: string[] = [];
  const visit = (current: Definition, path: string): void => {
    for (const weight of current.weights) lines.push(`${path}${weight.name}:${weight.shape.join('x')}`);
    for (const instance of current.instances) {
      const inner = byId.get(instance.definition);
      if (inner) visit(inner, `${path}${instance.name}.`);
    }
  };
  visit(definition, '');
  return lines.sort().join('\n');
}

/** How many numbers the weights of each definition hold, the instances within it included. Definitions stand callees first. */
export function countParameters(definitions: readonly Definition[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const definition of definitions) {
    const own = definition.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const inner = definition.instances.reduce((sum, instance) => sum + (counts.get(instance.definition) ?? 0), 0);
    counts.set(definition.id, own + inner);
  }
  return counts;
}
