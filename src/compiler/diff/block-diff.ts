import type { Definition, Port } from '../ir/ir.js';
import { compareNaturally } from '../natural-order.js';
import { Body } from './body.js';
import { compareTables } from './compare.js';
import { type Expression, printDifference, printExpression } from './expression.js';
import type { InstancePair } from './instance-diff.js';
import type { Sides } from './match-instances.js';
import type { BlockDiff, NamedChange, PortFacts, WeightFacts } from './model-diff.js';

/** What differs in the blocks of paired instances themselves, whatever is inside the instances that they hold. */
export const compareBlocks = (pairs: readonly InstancePair[], fingerprints: Sides): BlockDiff[] => {
  const compared = new Map<string, OwnDiff>();
  const blocks = new Map<string, BlockDiff>();
  for (const pair of pairs) {
    const contents = `${pair.a.contents} ${pair.b.contents}`;
    const own = compared.get(contents) ?? compareDefinitions(pair, fingerprints);
    compared.set(contents, own);
    if (isEmpty(own)) continue;
    const key = JSON.stringify(own);
    blocks.set(key, { ...own, instances: [...(blocks.get(key)?.instances ?? []), { a: pair.a.path, b: pair.b.path }] });
  }
  return [...blocks.values()]
    .map((block) => ({ ...block, instances: [...block.instances].sort((x, y) => compareNaturally(anyOf(x), anyOf(y))) }))
    .sort((x, y) => compareNaturally(x.instances.map(anyOf).join(), y.instances.map(anyOf).join()));
};

type OwnDiff = Omit<BlockDiff, 'instances'>;

/** A path to sort by, the same when both sides are swapped. */
const anyOf = ({ a, b }: { readonly a: string; readonly b: string }): string => (compareNaturally(a, b) < 0 ? a : b);

const isEmpty = ({ block, parameters, inputs, outputs, weights, values }: OwnDiff): boolean =>
  block.a === block.b && [parameters, inputs, outputs, weights, values].every((list) => list.length === 0);

const compareDefinitions = ({ a, b, match }: InstancePair, fingerprints: Sides): OwnDiff => {
  const renamed = new Map(match.pairs.map(([before, after]) => [before.name, after.name]));
  return {
    block: { a: a.definition.block, b: b.definition.block },
    parameters: compareTables(a.definition.parameters, b.definition.parameters),
    ...comparePorts(a.definition, b.definition),
    weights: compareTables(weightsOf(a.definition), weightsOf(b.definition)),
    values: compareBodies(
      new Body(a.definition, fingerprints.a, (instance) => renamed.get(instance) ?? instance),
      new Body(b.definition, fingerprints.b),
    ),
  };
};

export const comparePorts = (a: Definition, b: Definition): Pick<BlockDiff, 'inputs' | 'outputs'> => ({
  inputs: compareTables(portsOf(a.inputs), portsOf(b.inputs)),
  outputs: compareTables(portsOf(a.outputs), portsOf(b.outputs)),
});

const portsOf = (ports: readonly Port[]): Record<string, PortFacts> =>
  Object.fromEntries(ports.map(({ name, shape, range }) => [name, { shape: `[${shape.join(', ')}]`, range: range ?? null }]));

const weightsOf = ({ weights }: Definition): Record<string, WeightFacts> =>
  Object.fromEntries(
    weights.map(({ name, shape, statistic, initializer: { kind, value, fanIn, fanOut } }) => {
      const hasFans = kind === 'glorot_uniform' || kind === 'he_normal' || kind === 'kaiming_uniform';
      const parts = [value === undefined ? '' : String(value), hasFans ? `fan_in: ${fanIn}, fan_out: ${fanOut}` : ''];
      return [
        name,
        { shape, initializer: `${kind}(${parts.filter((part) => part !== '').join(', ')})${statistic ? ', a statistic' : ''}` },
      ];
    }),
  );

/** Named values whose expressions differ. @param leaveOut names that are told elsewhere. */
export const compareBodies = (a: Body, b: Body, leaveOut: ReadonlySet<string> = new Set()): NamedChange<string>[] => {
  const [left, right] = [a.entries, b.entries];
  const names = [...new Set([...left.keys(), ...right.keys()])].filter((name) => !leaveOut.has(name)).sort(compareNaturally);
  return names.flatMap((name) => {
    const [before, after] = [left.get(name), right.get(name)];
    if (before?.content === after?.content) return [];
    if (before && after) {
      const [textOfA, textOfB] = differingTexts(before.expression, after.expression);
      return [{ name, a: textOfA, b: textOfB }];
    }
    return [{ name, a: before ? printExpression(before.expression(0)) : null, b: after ? printExpression(after.expression(0)) : null }];
  });
};

/** An expression in which so many functions are opened, one within the other. */
export type Unfolding = (unfolded: number) => Expression;

const deepestUnfolding = 6;

/** Two different values as text. Where the same functions are called and do other things, their bodies are shown. */
export const differingTexts = (a: Unfolding, b: Unfolding): readonly [string, string] => {
  for (let unfolded = 0; unfolded <= deepestUnfolding; unfolded += 1) {
    const [left, right] = printDifference(a(unfolded), b(unfolded));
    if (left !== right) return [left, right];
  }
  const same = `${printExpression(a(0))}, with constants of its own`;
  return [same, same];
};
