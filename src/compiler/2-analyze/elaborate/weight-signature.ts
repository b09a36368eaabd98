import type { Definition, Instance } from '../../ir/ir.js';

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

/** How many operations each definition has with all blocks put in place of their applications. Definitions stand callees first. */
export function countOperations(definitions: readonly Definition[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id, nodes } of definitions) {
    counts.set(
      id,
      nodes.reduce((sum, node) => sum + (node.kind === 'call' ? (counts.get(node.definition) ?? 0) : 1), 0),
    );
  }
  return counts;
}

/**
 * Two instances of a definition whose weights would have the same paths: one has a path, `g[1].h[1]`, that an instance within another one, `g[1]`,
 * has as well. Undefined where every path leads to one instance.
 */
export function collidingInstances(definition: Definition, definitions: readonly Definition[]): readonly [Instance, Instance] | undefined {
  const byName = new Map(definition.instances.map((instance) => [instance.name, instance]));
  const byId = new Map(definitions.map((other) => [other.id, other]));
  for (const instance of definition.instances) {
    for (let end = instance.name.indexOf('.'); end >= 0; end = instance.name.indexOf('.', end + 1)) {
      const outer = byName.get(instance.name.slice(0, end));
      const inner = outer && byId.get(outer.definition);
      if (outer && inner && takesPath(inner, instance.name.slice(end + 1), byId)) return [outer, instance];
    }
  }
  return undefined;
}

/** Whether an instance within a definition has a path, or one that goes on from it. */
function takesPath(definition: Definition, path: string, byId: ReadonlyMap<string, Definition>): boolean {
  return definition.instances.some(({ name, definition: id }) => {
    if (name === path || name.startsWith(`${path}.`)) return true;
    const inner = path.startsWith(`${name}.`) ? byId.get(id) : undefined;
    return inner !== undefined && takesPath(inner, path.slice(name.length + 1), byId);
  });
}
