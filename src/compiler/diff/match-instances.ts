import type { Fingerprints } from './fingerprints.js';
import type { InstanceTree } from './instances.js';

export interface InstanceMatch {
  /** Instances of the same name, and renamed ones. */
  readonly pairs: readonly (readonly [InstanceTree, InstanceTree])[];
  readonly removed: readonly InstanceTree[];
  readonly added: readonly InstanceTree[];
}

/** Pairs the instances of two blocks: by name; then, of those left over, the ones with weights whose contents and place tell that they are the same. */
export const matchInstances = (a: InstanceTree, b: InstanceTree, fingerprints: Sides): InstanceMatch => {
  const inB = new Map(b.children.map((child) => [child.name, child]));
  const namesOfA = new Set(a.children.map(({ name }) => name));
  const pairs: (readonly [InstanceTree, InstanceTree])[] = [];
  let removed: InstanceTree[] = [];
  let added = b.children.filter(({ name }) => !namesOfA.has(name));
  for (const child of a.children) {
    const other = inB.get(child.name);
    if (other) pairs.push([child, other]);
    else removed.push(child);
  }
  if (removed.length > 0 && added.length > 0) {
    const shared = new Set(pairs.map(([{ name }]) => name));
    const placesOfA = placesOf(a, shared, fingerprints.a);
    const placesOfB = placesOf(b, shared, fingerprints.b);
    for (const keys of [placesOfA, undefined]) {
      const keyOfA = (tree: InstanceTree): number => keys?.get(tree.name) ?? tree.contents;
      const keyOfB = (tree: InstanceTree): number => (keys ? placesOfB.get(tree.name) : undefined) ?? tree.contents;
      const certain = uniquePairs(removed.filter(hasWeights), added.filter(hasWeights), keyOfA, keyOfB);
      pairs.push(...certain);
      const paired = new Set(certain.flat());
      removed = removed.filter((tree) => !paired.has(tree));
      added = added.filter((tree) => !paired.has(tree));
    }
  }
  return { pairs, removed, added };
};

export interface Sides {
  readonly a: Fingerprints;
  readonly b: Fingerprints;
}

const hasWeights = ({ facts }: InstanceTree): boolean => facts.parameters > 0;

/** Pairs what has a key that occurs once on either side. */
export const uniquePairs = <T>(a: readonly T[], b: readonly T[], keyOfA: (item: T) => unknown, keyOfB = keyOfA): [T, T][] => {
  const only = (items: readonly T[], keyOf: (item: T) => unknown): Map<unknown, T | undefined> => {
    const byKey = new Map<unknown, T | undefined>();
    for (const item of items) byKey.set(keyOf(item), byKey.has(keyOf(item)) ? undefined : item);
    return byKey;
  };
  const others = only(b, keyOfB);
  return [...only(a, keyOfA)].flatMap(([key, item]): [T, T][] => {
    const other = others.get(key);
    return item !== undefined && other !== undefined ? [[item, other]] : [];
  });
};

/**
 * For each instance without a partner, a number of its contents and of what it is applied to, in which other instances without a partner
 * have no name.
 */
const placesOf = ({ definition }: InstanceTree, shared: ReadonlySet<string>, fingerprints: Fingerprints): ReadonlyMap<string, number> => {
  const { interner } = fingerprints;
  const values = new Map<string, number>();
  const places = new Map<string, number>();
  for (const { name, value } of [...definition.inputs, ...definition.weights]) values.set(value, interner.numberOf({ port: name }));
  for (const node of definition.nodes) {
    if (node.kind === 'constant') {
      values.set(node.output.value, interner.numberOf({ constant: node.values, shape: node.output.shape }));
      continue;
    }
    const inputs = node.inputs.map((input) => values.get(input));
    if (node.kind === 'op') {
      values.set(node.output.value, interner.numberOf({ op: node.op, attributes: node.attributes, inputs }));
      continue;
    }
    const isShared = shared.has(node.instance);
    const call = isShared ? { named: node.instance } : { contents: fingerprints.ofInstance(definition, node.instance), inputs };
    const place = interner.numberOf({ place: call });
    if (!isShared && !places.has(node.instance)) places.set(node.instance, place);
    for (const [i, { value }] of node.outputs.entries()) values.set(value, interner.numberOf({ place, output: i }));
  }
  return places;
};
