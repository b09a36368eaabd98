import type { Definition, Instance } from '../../ir/ir.js';

/** The finished definitions of an elaboration, callees before callers, with the sizes of what each stands for. */
export class Definitions {
  private readonly byId = new Map<string, Definition>();
  private readonly parameters = new Map<string, number>();
  private readonly statistics = new Map<string, number>();
  private readonly operations = new Map<string, number>();
  /** Answers of `sharesWeights` by the ids of both. */
  private readonly compared = new Map<string, boolean>();

  /** Enters a definition; what it calls has been entered before. */
  add(definition: Definition): void {
    const { id, weights, instances, nodes } = definition;
    const count = (list: typeof weights): number => list.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const trained = count(weights.filter(({ statistic }) => !statistic));
    const statistics = count(weights.filter(({ statistic }) => statistic));
    this.byId.set(id, definition);
    this.parameters.set(
      id,
      instances.reduce((sum, instance) => sum + this.parametersOf(instance.definition), trained),
    );
    this.statistics.set(
      id,
      instances.reduce((sum, instance) => sum + (this.statistics.get(instance.definition) ?? 0), statistics),
    );
    this.operations.set(
      id,
      nodes.reduce((sum, node) => sum + (node.kind === 'call' ? this.operationsOf(node.definition) : 1), 0),
    );
  }

  get(id: string): Definition | undefined {
    return this.byId.get(id);
  }

  get all(): Definition[] {
    return [...this.byId.values()];
  }

  /** How many trained numbers the weights of a definition hold, the instances within it included. */
  parametersOf(id: string | undefined): number {
    return (id === undefined ? undefined : this.parameters.get(id)) ?? 0;
  }

  /** How many numbers a definition stores: those that are trained, and statistics. */
  storedNumbersOf(id: string | undefined): number {
    return this.parametersOf(id) + ((id === undefined ? undefined : this.statistics.get(id)) ?? 0);
  }

  /** How many operations a definition has with all blocks put in place of their applications. */
  operationsOf(id: string): number {
    return this.operations.get(id) ?? 0;
  }

  /** Whether two definitions have weights of the same paths and shapes, so that one instance can serve both. */
  shareWeights(a: Definition, b: Definition): boolean {
    if (a === b) return true;
    const key = `${a.id} ${b.id}`;
    const known = this.compared.get(key);
    if (known !== undefined) return known;
    const shapes = ({ weights }: Definition): string[] =>
      weights.map(({ name, shape, statistic }) => `${name}:${shape.join('x')}${statistic ? ' statistic' : ''}`).sort();
    const [ours, theirs] = [this.withWeights(a), this.withWeights(b)];
    const same =
      shapes(a).join() === shapes(b).join() &&
      ours.length === theirs.length &&
      ours.every((instance, i) => this.instancesShareWeights(instance, theirs[i]));
    this.compared.set(key, same);
    return same;
  }

  private instancesShareWeights(ours: Instance, theirs: Instance | undefined): boolean {
    const [a, b] = [this.get(ours.definition), theirs && this.get(theirs.definition)];
    return ours.name === theirs?.name && a !== undefined && b !== undefined && this.shareWeights(a, b);
  }

  /** The instances of a definition that store anything, by name. */
  private withWeights({ instances }: Definition): Instance[] {
    return instances.filter(({ definition }) => this.storedNumbersOf(definition) > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Two instances of a definition whose weights would have the same paths: one has a path, `g[1].h[1]`, that an instance within another one, `g[1]`,
   * has as well. Undefined where every path leads to one instance.
   */
  collidingInstances({ instances }: Definition): readonly [Instance, Instance] | undefined {
    const nested = instances.filter(({ name }) => name.includes('.'));
    if (nested.length === 0) return undefined;
    const byName = new Map(instances.map((instance) => [instance.name, instance]));
    for (const instance of nested) {
      for (let end = instance.name.indexOf('.'); end >= 0; end = instance.name.indexOf('.', end + 1)) {
        const outer = byName.get(instance.name.slice(0, end));
        const inner = outer && this.get(outer.definition);
        if (outer && inner && this.takesPath(inner, instance.name.slice(end + 1))) return [outer, instance];
      }
    }
    return undefined;
  }

  /** Whether an instance within a definition has a path, or one that goes on from it. */
  private takesPath(definition: Definition, path: string): boolean {
    return definition.instances.some(({ name, definition: id }) => {
      if (name === path || name.startsWith(`${path}.`)) return true;
      const inner = path.startsWith(`${name}.`) ? this.get(id) : undefined;
      return inner !== undefined && this.takesPath(inner, path.slice(name.length + 1));
    });
  }

  /** A definition and all that it applies, directly or not. */
  reachableFrom(definition: Definition): Set<Definition> {
    const found = new Set<Definition>([definition]);
    // A set goes through what is added to it meanwhile.
    for (const { nodes, instances } of found) {
      for (const node of nodes) if (node.kind === 'call') this.addTo(found, node.definition);
      for (const instance of instances) this.addTo(found, instance.definition);
    }
    return found;
  }

  private addTo(found: Set<Definition>, id: string): void {
    const definition = this.get(id);
    if (definition) found.add(definition);
  }
}
