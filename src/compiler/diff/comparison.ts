import { listAllWeights } from '../3-lower/weights.js';
import type { IR } from '../ir/ir.js';
import { compareBlocks, comparePorts } from './block-diff.js';
import { compareTables, compareValues } from './compare.js';
import { Fingerprints, Interner } from './fingerprints.js';
import { compareInstances, type InstancePair } from './instance-diff.js';
import { type InstanceTree, instanceTree } from './instances.js';
import type { Sides } from './match-instances.js';
import type { ModelDiff, ModelFacts, WeightCounts } from './model-diff.js';
import { compareTrainings } from './training-diff.js';

/** One side of a comparison. */
export interface Compared {
  /** What the user calls it: a file, or a variant of one. */
  readonly label: string;
  readonly ir: IR;
}

/** A difference with what it was found by, for drawing it. */
export interface Comparison {
  readonly diff: ModelDiff;
  readonly a: Compared;
  readonly b: Compared;
  readonly fingerprints: Sides;
  readonly treeOfA: InstanceTree;
  readonly treeOfB: InstanceTree;
  readonly pairs: readonly InstancePair[];
}

/**
 * Compares two models with their trainings: what they compute and how they are trained, not how their sources are written.
 * @param size of the picture that costs are for, in pixels.
 */
export const compareModels = (a: Compared, b: Compared, size: { readonly height: number; readonly width: number }): Comparison => {
  const interner = new Interner();
  const fingerprints = { a: new Fingerprints(a.ir, interner), b: new Fingerprints(b.ir, interner) };
  const sizes = { B: 1, H: size.height, W: size.width };
  const treeOfA = instanceTree(a.ir, a.ir.model.definition, fingerprints.a, sizes);
  const treeOfB = instanceTree(b.ir, b.ir.model.definition, fingerprints.b, sizes);
  const { differences, pairs } = compareInstances(treeOfA, treeOfB, fingerprints);
  // The model's own name, parameters and ports are told apart from the blocks.
  const blocks = compareBlocks(pairs, fingerprints).flatMap((block) => {
    if (block.instances.some((instance) => instance.a !== '')) return [block];
    return block.values.length === 0 ? [] : [{ ...block, parameters: [], inputs: [], outputs: [] }];
  });
  const model = {
    name: compareValues(a.ir.model.name, b.ir.model.name),
    parameters: compareTables(a.ir.model.parameters, b.ir.model.parameters),
    ...comparePorts(treeOfA.definition, treeOfB.definition),
    constraints: compareTables(divisorsOf(a.ir), divisorsOf(b.ir)),
  };
  const training = compareTrainings(a.ir, b.ir, fingerprints);
  const interfaceLists = [model.parameters, model.inputs, model.outputs, model.constraints];
  const equal = model.name === null && training === null && [...interfaceLists, differences, blocks].every((list) => list.length === 0);
  const diff: ModelDiff = {
    diff: 1,
    equal,
    a: { label: a.label, model: a.ir.model.name, ...costOfTree(treeOfA.facts) },
    b: { label: b.label, model: b.ir.model.name, ...costOfTree(treeOfB.facts) },
    size: { height: size.height, width: size.width },
    model,
    weights: countWeights(a.ir, b.ir),
    instances: differences,
    blocks,
    training,
  };
  return { diff, a, b, fingerprints, treeOfA, treeOfB, pairs };
};

const costOfTree = ({ parameters, macs, flops }: Pick<ModelFacts, 'parameters' | 'macs' | 'flops'>) => ({ parameters, macs, flops });

const divisorsOf = ({ model }: IR): Record<string, number> =>
  Object.fromEntries(model.constraints.map(({ symbol, divisor }) => [symbol, divisor]));

const countWeights = (a: IR, b: IR): WeightCounts => {
  const shapesOf = (ir: IR): Map<string, string> => new Map(listAllWeights(ir).map(({ path, shape }) => [path, shape.join()]));
  const [left, right] = [shapesOf(a), shapesOf(b)];
  const common = [...left].filter(([path]) => right.has(path));
  const kept = common.filter(([path, shape]) => right.get(path) === shape).length;
  return { kept, reshaped: common.length - kept, removed: left.size - common.length, added: right.size - common.length };
};
