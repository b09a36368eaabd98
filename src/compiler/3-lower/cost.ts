import { elementCount, evaluate, evaluateShape, type Shape, type Sizes } from '../ir/dimension.js';
import type { CallNode, Definition, IR, OpNode } from '../ir/ir.js';
import { isOpName, opDefinition } from '../ops/index.js';
import { definitionOf, joinPath, listWeights } from './weights.js';

/**
 * What an instance and everything inside it costs. One convention everywhere: multiply-accumulates are those of convolutions and matrix
 * products with a trained operand (a transposed convolution counts on input positions, fixed filters do not count); FLOPs are
 * 2 MACs plus one for each addition of a trained bias.
 */
export interface InstanceCost {
  /** Path of the instance; '' for the root. */
  readonly path: string;
  /** Name of the block in the source. */
  readonly block: string;
  /** Id of its definition. */
  readonly definition: string;
  /** How often the instance is applied; parameters count once, operations each time. */
  readonly applications: number;
  /** Shapes of the outputs of its last application. */
  readonly outputShapes: readonly (readonly number[])[];
  readonly parameters: number;
  readonly macs: number;
  readonly biasAdditions: number;
  /** 2 macs + biasAdditions. */
  readonly flops: number;
  /** Instances inside, in the order of the IR. */
  readonly children: readonly InstanceCost[];
}

interface Application {
  readonly definition: string;
  readonly outputs: readonly { readonly shape: Shape }[];
}

interface Operations {
  macs: number;
  biasAdditions: number;
}

const none: Operations = { macs: 0, biasAdditions: 0 };

/** Values that are trained, or made from nothing but trained values, statistics and constants. */
const trainedValues = (definition: Definition): ReadonlySet<string> => {
  const trained = new Set(definition.weights.filter(({ statistic }) => !statistic).map(({ value }) => value));
  const constants = new Set(definition.weights.filter(({ statistic }) => statistic).map(({ value }) => value));
  for (const node of definition.nodes) {
    if (node.kind === 'constant') constants.add(node.output.value);
    if (node.kind !== 'op' || !node.inputs.every((input) => trained.has(input) || constants.has(input))) continue;
    (node.inputs.some((input) => trained.has(input)) ? trained : constants).add(node.output.value);
  }
  return trained;
};

const shapesIn = (definition: Definition): ReadonlyMap<string, Shape> => {
  const shapes = new Map<string, Shape>();
  for (const { value, shape } of [...definition.inputs, ...definition.weights]) shapes.set(value, shape);
  for (const node of definition.nodes) {
    for (const { value, shape } of node.kind === 'call' ? node.outputs : [node.output]) shapes.set(value, shape);
  }
  return shapes;
};

/** Operations of one application of a definition, those of its calls included. */
class CostAnalysis {
  private readonly known = new Map<string, Operations>();

  constructor(
    private readonly ir: IR,
    private readonly sizes: Sizes,
  ) {}

  ofDefinition(id: string): Operations {
    const known = this.known.get(id);
    if (known) return known;
    const definition = definitionOf(this.ir, id);
    const trained = trainedValues(definition);
    const shapes = shapesIn(definition);
    const total = { ...none };
    for (const node of definition.nodes) {
      if (node.kind === 'constant') continue;
      const part = node.kind === 'call' ? this.ofDefinition(node.definition) : this.ofOperator(node, trained, shapes);
      total.macs += part.macs;
      total.biasAdditions += part.biasAdditions;
    }
    this.known.set(id, total);
    return total;
  }

  private ofOperator(node: OpNode, trained: ReadonlySet<string>, shapes: ReadonlyMap<string, Shape>): Operations {
    const trainedOperands = node.inputs.filter((input) => trained.has(input)).length;
    if (!isOpName(node.op) || trainedOperands === 0 || trainedOperands === node.inputs.length) return none;
    if (node.op === 'add') return { macs: 0, biasAdditions: elementCount(evaluateShape(node.output.shape, this.sizes)) };
    const inputs = node.inputs.map((input) => shapes.get(input) ?? []);
    const cost = opDefinition(node.op).cost?.(inputs, node.output.shape, node.attributes);
    return cost ? { macs: evaluate(cost.macs, this.sizes), biasAdditions: 0 } : none;
  }
}

const parametersOf = (ir: IR, definition: string): number =>
  listWeights(ir, definition)
    .filter(({ statistic }) => !statistic)
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);

/**
 * Cost of a definition and of its tree of instances.
 * @param definitionId the model's definition by default.
 * @param sizes values of B, H and W; costs are for the whole batch.
 */
export const costOf = (ir: IR, definitionId: string = ir.model.definition, sizes: Sizes): InstanceCost => {
  const analysis = new CostAnalysis(ir, sizes);
  // An instance that is applied to inputs of several shapes has a definition for each of them.
  const visit = (id: string, path: string, applications: readonly Application[]): InstanceCost => {
    const operations = applications.map((application) => analysis.ofDefinition(application.definition));
    const macs = operations.reduce((sum, each) => sum + each.macs, 0);
    const biasAdditions = operations.reduce((sum, each) => sum + each.biasAdditions, 0);
    const definition = definitionOf(ir, id);
    return {
      path,
      block: definition.block,
      definition: id,
      applications: applications.length,
      outputShapes: (applications.at(-1)?.outputs ?? []).map((output) => evaluateShape(output.shape, sizes)),
      parameters: parametersOf(ir, id),
      macs,
      biasAdditions,
      flops: 2 * macs + biasAdditions,
      children: definition.instances.map((instance) => {
        const calls = applications.flatMap((application) =>
          definitionOf(ir, application.definition).nodes.filter(
            (node): node is CallNode => node.kind === 'call' && node.instance === instance.name,
          ),
        );
        return visit(instance.definition, joinPath(path, instance.name), calls);
      }),
    };
  };
  return visit(definitionId, '', [{ definition: definitionId, outputs: definitionOf(ir, definitionId).outputs }]);
};
