import { costOf, type InstanceCost } from '../3-lower/cost.js';
import { joinPath } from '../3-lower/weights.js';
import { evaluateShape, type Sizes } from '../ir/dimension.js';
import type { CallNode, Definition, IR } from '../ir/ir.js';
import { compareNaturally } from '../natural-order.js';
import { callsOf, type Fingerprints } from './fingerprints.js';
import type { InstanceFacts } from './model-diff.js';

/** An instance with those inside it, as one side of a comparison sees it. */
export interface InstanceTree {
  /** '' for the root. */
  readonly path: string;
  /** Name within the block that holds it. */
  readonly name: string;
  /** Number of all that it contains. */
  readonly contents: number;
  /** Of several definitions, for inputs of several shapes, the first by these shapes: the choice must not depend on the order of applications. */
  readonly definition: Definition;
  readonly facts: InstanceFacts;
  /** In the natural order of names. */
  readonly children: readonly InstanceTree[];
}

/**
 * The instances within a definition.
 * @param sizes values of B, H and W for costs and shapes.
 */
export const instanceTree = (ir: IR, definitionId: string, fingerprints: Fingerprints, sizes: Sizes): InstanceTree => {
  const costs = new Map<string, InstanceCost>();
  const enter = (cost: InstanceCost): void => {
    costs.set(cost.path, cost);
    cost.children.forEach(enter);
  };
  enter(costOf(ir, definitionId, sizes));

  const visit = (path: string, name: string, contents: number, ids: readonly string[], applications: readonly CallNode[]): InstanceTree => {
    const definitions = [...new Set(ids)].map((id) => fingerprints.definition(id)).sort(byInputShapes);
    const [definition] = definitions as [Definition];
    const cost = costs.get(path);
    const shapes = applications.flatMap(({ outputs }) => outputs.map(({ shape }) => evaluateShape(shape, sizes)));
    const children = definition.instances.map((instance) => {
      const calls = ids.flatMap((id) => callsOf(fingerprints.definition(id), instance.name));
      const inside = fingerprints.ofInstance(definition, instance.name);
      return visit(
        joinPath(path, instance.name),
        instance.name,
        inside,
        calls.map((call) => call.definition),
        calls,
      );
    });
    return {
      path,
      name,
      contents,
      definition,
      facts: {
        block: definition.block,
        arguments: definition.parameters,
        applications: cost?.applications ?? applications.length,
        shapes: [...new Map(shapes.map((shape) => [shape.join(), shape])).values()].sort(byExtents),
        parameters: cost?.parameters ?? 0,
        macs: cost?.macs ?? 0,
        flops: cost?.flops ?? 0,
      },
      children: children.sort((a, b) => compareNaturally(a.name, b.name)),
    };
  };
  return visit('', '', fingerprints.contentsOf(fingerprints.definition(definitionId)), [definitionId], []);
};

const byInputShapes = (a: Definition, b: Definition): number => compareNaturally(shapesText(a), shapesText(b));

const shapesText = ({ inputs }: Definition): string => inputs.map(({ name, shape }) => `${name}: ${shape.join()}`).join();

/** Larger ones first. */
const byExtents = (a: readonly number[], b: readonly number[]): number => {
  const different = a.findIndex((extent, i) => extent !== b[i]);
  return different < 0 ? a.length - b.length : (b[different] ?? 0) - (a[different] ?? 0);
};
