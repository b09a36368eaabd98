import { compareNaturally } from '../natural-order.js';
import type { InstanceTree } from './instances.js';
import { type InstanceMatch, matchInstances, type Sides, uniquePairs } from './match-instances.js';
import type { InstanceDiff } from './model-diff.js';

/** Two instances that are the same one on both sides and differ, with how those inside them were paired. */
export interface InstancePair {
  readonly a: InstanceTree;
  readonly b: InstanceTree;
  readonly match: InstanceMatch;
}

export interface InstanceComparison {
  readonly differences: readonly InstanceDiff[];
  /** The root first. Empty where nothing differs. */
  readonly pairs: readonly InstancePair[];
}

/** Compares all instances inside two roots, which themselves are taken for the same. */
export const compareInstances = (a: InstanceTree, b: InstanceTree, fingerprints: Sides): InstanceComparison => {
  const pairs: InstancePair[] = [];
  const differences: InstanceDiff[] = [];
  const removed: InstanceTree[] = [];
  const added: InstanceTree[] = [];
  const visit = (left: InstanceTree, right: InstanceTree): void => {
    if (left.contents === right.contents) return;
    const match = matchInstances(left, right, fingerprints);
    pairs.push({ a: left, b: right, match });
    removed.push(...match.removed);
    added.push(...match.added);
    for (const [before, after] of match.pairs) {
      const isRenamed = before.name !== after.name;
      const isChanged = before.contents !== after.contents || before.facts.applications !== after.facts.applications;
      if (isRenamed || isChanged) differences.push(difference(isRenamed ? 'renamed' : 'changed', before, after));
      visit(before, after);
    }
  };
  visit(a, b);
  const moves = findMoves(removed, added);
  const moved = new Set(moves.flat());
  differences.push(
    ...moves.map(([before, after]) => difference('moved', before, after)),
    ...removed.filter((tree) => !moved.has(tree)).map((tree) => difference('removed', tree, undefined)),
    ...added.filter((tree) => !moved.has(tree)).map((tree) => difference('added', undefined, tree)),
  );
  return { differences: differences.sort(byPath), pairs };
};

const difference = (change: InstanceDiff['change'], a: InstanceTree | undefined, b: InstanceTree | undefined): InstanceDiff => ({
  change,
  path: { a: a?.path ?? null, b: b?.path ?? null },
  a: a?.facts ?? null,
  b: b?.facts ?? null,
});

/** The path to sort and to speak by: neither side comes first, so that swapping them changes nothing. */
export const anyPath = ({ path }: InstanceDiff): string => {
  const [first = ''] = [path.a, path.b].filter((side) => side !== null).sort(compareNaturally);
  return first;
};

const byPath = (a: InstanceDiff, b: InstanceDiff): number => compareNaturally(anyPath(a), anyPath(b));

/**
 * Removed and added instances, those inside them included, that are the same under another parent. Where a whole and its parts would pair, the whole
 * does. A part of a removed instance that moved is listed besides it.
 */
const findMoves = (removed: readonly InstanceTree[], added: readonly InstanceTree[]): [InstanceTree, InstanceTree][] => {
  const withInner = (trees: readonly InstanceTree[]): InstanceTree[] => trees.flatMap((tree) => [tree, ...withInner(tree.children)]);
  const withWeights = (trees: readonly InstanceTree[]): InstanceTree[] => withInner(trees).filter(({ facts }) => facts.parameters > 0);
  const pairs = uniquePairs(withWeights(removed), withWeights(added), ({ name, contents }) => `${name} ${contents}`);
  const isInside = (inner: InstanceTree, outer: InstanceTree): boolean => inner.path.startsWith(`${outer.path}.`);
  return pairs.filter(([before]) => !pairs.some(([other]) => isInside(before, other)));
};
