import { evaluateRate, listWeights } from '../../compiler/3-lower/index.js';
import type { Definition, IR, ParameterValue, Stage } from '../../compiler/ir/ir.js';
import { costTree, inGiga } from '../network-cost.js';

/** What the compiled source says about itself, in the terms in which the paper gives its figures. */
export class ModelFacts {
  constructor(private readonly ir: IR) {}

  /** Trained numbers, discriminators apart. */
  parameters(): number {
    return listWeights(this.ir).reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
  }

  /** For one picture of this size in pixels. */
  gflops(height: number, width: number): number {
    return inGiga(costTree(this.ir, { height, width })).gflops;
  }

  batch(): number | undefined {
    return this.ir.training?.batch;
  }

  /** 'HxW' in pixels. */
  patch(): string | undefined {
    return this.ir.training?.patch.join('x');
  }

  augmentations(): string | undefined {
    return this.ir.training?.augmentations.join(', ');
  }

  epochs(stage: string): number | undefined {
    const duration = this.stage(stage)?.duration;
    return duration !== undefined && 'epochs' in duration ? duration.epochs : undefined;
  }

  /** A setting of the training, 'refinement.lambda'. */
  setting(path: string): ParameterValue | undefined {
    return this.ir.training?.settings[path];
  }

  /** A setting that is a number. */
  numericSetting(path: string): number | undefined {
    const value = this.setting(path);
    return typeof value === 'number' ? value : undefined;
  }

  /** Names of all streams. */
  streams(): string | undefined {
    return this.ir.training?.streams.flatMap(({ names }) => names).join(', ');
  }

  /** Learning rate of a stage's first minimizer at a step. */
  rate(stage: string, step: number): number | undefined {
    const optimizer = this.stage(stage)?.minimizers[0]?.optimizer;
    return optimizer === undefined ? undefined : evaluateRate(optimizer.rate, step, 0);
  }

  frozen(stage: string): string | undefined {
    return this.stage(stage)?.frozen.join(', ');
  }

  /** The parameter of the block that the model's instance is made of: `deg`, `groups`. */
  blockParameter(instance: string, parameter: string): ParameterValue | undefined {
    const used = this.definition(this.ir.model.definition)?.instances.find(({ name }) => name === instance);
    return used === undefined ? undefined : this.definition(used.definition)?.parameters[parameter];
  }

  /** The length of a parameter that is a list. */
  blockParameterLength(instance: string, parameter: string): number | undefined {
    const value = this.blockParameter(instance, parameter);
    return typeof value === 'object' ? value.length : undefined;
  }

  /** The penalty coefficients in a stage's losses: every epsilon of a sqrt(square(...) + epsilon^2), without repetitions. */
  charbonnierEpsilons(stage: string): number[] {
    const definition = this.definition(this.stage(stage)?.definition);
    return definition === undefined ? [] : epsilonsIn(definition);
  }

  private stage(name: string): Stage | undefined {
    return this.ir.training?.stages.find((stage) => stage.name === name);
  }

  private definition(id: string | undefined): Definition | undefined {
    return this.ir.definitions.find((definition) => definition.id === id);
  }
}

function epsilonsIn(definition: Definition): number[] {
  const producers = new Map(definition.nodes.flatMap((node) => (node.kind === 'call' ? [] : [[node.output.value, node] as const])));
  const found = definition.nodes.flatMap((node) => {
    if (node.kind !== 'op' || node.op !== 'sqrt') return [];
    const sum = producers.get(node.inputs[0] ?? '');
    if (sum?.kind !== 'op' || sum.op !== 'add') return [];
    const operands = sum.inputs.map((input) => producers.get(input));
    const square = operands.find((operand) => operand?.kind === 'op' && operand.op === 'square');
    const constant = operands.find((operand) => operand?.kind === 'constant');
    const value = constant?.kind === 'constant' && constant.values.length === 1 ? constant.values[0] : undefined;
    // Seven digits: what is left of epsilon^2 in float32.
    return square === undefined || value === undefined ? [] : [Number(Math.sqrt(value).toPrecision(7))];
  });
  return [...new Set(found)];
}
