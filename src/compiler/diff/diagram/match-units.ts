import type { Interner } from '../fingerprints.js';
import type { BodyGraph, Unit } from './body-graph.js';

/**
 * Which unit of A is which of B, by their ids: those that are alike with all that they are made of; then those of one name, first the ones with the most
 * neighbours in common.
 * @param nameInB names of A's instances in B.
 */
export const matchUnits = (a: BodyGraph, b: BodyGraph, nameInB: (instance: string) => string, interner: Interner): Map<string, string> => {
  const left = sideOf(a, nameInB, interner);
  const right = sideOf(b, (name) => name, interner);
  const matches = new Map<string, string>();
  const taken = new Set<string>();
  const match = (unit: Unit, other: Unit): void => {
    if (matches.has(unit.id) || taken.has(other.id)) return;
    matches.set(unit.id, other.id);
    taken.add(other.id);
  };
  const alike = groupedBy(right.units, ({ id }) => right.wholes.get(id));
  for (const unit of left.units) {
    const other = alike.get(left.wholes.get(unit.id))?.shift();
    if (other) match(unit, other);
  }
  // Operators have no names of their own: what is around them has to be known first.
  for (const isWanted of [isNamed, isNamed, () => true, () => true, () => true]) {
    const free = groupedBy(
      right.units.filter((unit) => isWanted(unit) && !taken.has(unit.id)),
      ({ id }) => right.names.get(id),
    );
    const candidates = left.units
      .filter(({ id }) => !matches.has(id))
      .flatMap((unit) =>
        (free.get(left.names.get(unit.id)) ?? []).map((other) => ({ unit, other, common: common(unit, other, left, right, matches) })),
      )
      .filter((candidate) => candidate.common > 0 || isNamed(candidate.unit))
      .sort((x, y) => y.common - x.common);
    for (const { unit, other } of candidates) match(unit, other);
  }
  return matches;
};

const isNamed = ({ kind }: Unit): boolean => kind !== 'operator';

interface Side {
  readonly units: readonly Unit[];
  /** Numbers of what units are called. */
  readonly names: ReadonlyMap<string, number>;
  /** Numbers of what they are called and made of, back to the inputs. */
  readonly wholes: ReadonlyMap<string, number>;
  readonly consumers: ReadonlyMap<string, readonly { readonly id: string; readonly position: number }[]>;
}

const sideOf = (graph: BodyGraph, nameOf: (instance: string) => string, interner: Interner): Side => {
  const units = [...graph.units.values()];
  const names = new Map<string, number>();
  const wholes = new Map<string, number>();
  const consumers = new Map<string, { id: string; position: number }[]>();
  for (const { id, kind, name, followers, details, contents, inputs } of units) {
    const called = interner.numberOf({ unit: kind, name: kind === 'instance' ? nameOf(name) : name });
    names.set(id, called);
    wholes.set(id, interner.numberOf({ called, followers, details, contents, inputs: inputs.map((input) => wholes.get(input)) }));
    for (const [position, input] of inputs.entries()) consumers.set(input, [...(consumers.get(input) ?? []), { id, position }]);
  }
  return { units, names, wholes, consumers };
};

/** How many inputs and users, each at its place, two units have in common. Operators are alike easily: of these, all inputs or a user must be. */
const common = (unit: Unit, other: Unit, left: Side, right: Side, matches: ReadonlyMap<string, string>): number => {
  const inputs = unit.inputs.filter((input, i) => matches.get(input) === other.inputs[i] && other.inputs[i] !== undefined).length;
  const usersOfB = right.consumers.get(other.id) ?? [];
  const users = (left.consumers.get(unit.id) ?? []).filter((user) =>
    usersOfB.some(({ id, position }) => id === matches.get(user.id) && position === user.position),
  ).length;
  const hasAllInputs = inputs === unit.inputs.length && inputs === other.inputs.length;
  return isNamed(unit) || users > 0 || hasAllInputs ? inputs + users : 0;
};

const groupedBy = <T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
};
