import { evaluateShape } from '../ir/dimension.js';
import type { IR, Minimizer, Stage } from '../ir/ir.js';
import type { Program, TensorId } from '../ir/program.js';
import { evaluateRate } from '../ir/rate.js';
import { type AdamScalars, adamScalarValues, adamUpdate } from './adam.js';
import { differentiate } from './differentiate.js';
import { flatten, type Sources } from './flatten.js';
import { type ImageSize, sizesFor } from './inference.js';
import type { TensorValues } from './initialize.js';
import { limitGradients } from './limit-gradients.js';
import { LoweringFailure } from './lowering-failure.js';
import { addMovingAverages, averageScalar } from './moving-averages.js';
import { optimize, prepareForDifferentiation } from './passes/index.js';
import { ProgramBuilder } from './program-builder.js';
import { copyLeaves } from './rewrite.js';
import { belongsTo, definitionOf, listWeights } from './weights.js';

/** A loss and the weights that it trains. */
export interface TrainedLoss {
  readonly loss: string;
  /** Paths of the trained weights, in the order in which the stage uses them. */
  readonly weights: readonly string[];
}

/** One step of a stage's training as a Program, and what the host has to compute for it. */
export interface TrainStep {
  /**
   * Inputs: `data` (the streams the stage uses, by name), `parameter` (every weight it uses, by path), `state` (`<path>:m` and `<path>:v`, and
   * `<path>:ema` of those in `averaged`), `scalar` (`<loss>:step_size` and `<loss>:correction`, `<loss>:kept` with weight decay, `ema:weight` with averages).
   * Outputs: `result` (losses and logged scalars, `<loss>:gradient_norm` where that is asked for), `parameter` and `state` (next values of
   * what is trained, and of statistics that are updated).
   */
  readonly program: Program;
  readonly minimizers: readonly TrainedLoss[];
  /** Paths of the model's weights of which a moving average is kept. The states `<path>:ema` begin as copies of them, all others as zeros. */
  readonly averaged: readonly string[];
  /** Values of the inputs of role `scalar` at a step. @param step from 0, within the stage. @param epoch from 0. */
  hostScalars(step: number, epoch: number): Map<string, TensorValues>;
  /** The learning rate of the stage's first minimizer. */
  rate(step: number, epoch: number): number;
}

/** The stage's losses and logged scalars, with data inputs and weights, before differentiation. */
const flattenStage = (ir: IR, stage: Stage, size: ImageSize, sources?: Sources): Program => {
  const sizes = sizesFor(ir, size);
  const definition = definitionOf(ir, stage.definition);
  const builder = new ProgramBuilder(`${ir.model.name}.${stage.name}`, 'train-step');
  const inputs = new Map(definition.inputs.map((port) => [port.name, builder.input(port.name, 'data', evaluateShape(port.shape, sizes))]));
  const { outputs, statistics } = flatten(ir, definition, inputs, sizes, builder, sources);
  for (const [name, tensor] of outputs) builder.output(name, 'result', tensor);
  for (const [path, tensor] of statistics) builder.output(path, 'parameter', tensor);
  return builder.build();
};

/** Adds gradients and updates of one minimizer. @param trainable whether a weight is no statistic. @returns the weights that it trains after the step, by path. */
const minimize = (
  minimizer: Minimizer,
  forward: Program,
  builder: ProgramBuilder,
  tensors: ReadonlyMap<TensorId, TensorId>,
  trainable: ReadonlySet<string>,
): Map<string, TensorId> => {
  const { loss, over, optimizer, gradients: limits = {} } = minimizer;
  const current = (tensor: TensorId): TensorId => tensors.get(tensor) ?? tensor;
  const output = forward.outputs.find(({ name, role }) => role === 'result' && name === loss);
  if (output === undefined) throw new LoweringFailure(`the stage has no loss named ${loss}`);
  const weights = forward.inputs
    .filter(({ name, role }) => role === 'parameter' && trainable.has(name) && over.some((path) => belongsTo(name, path)))
    .map(({ name, tensor }) => ({ path: name, tensor: current(tensor) }));
  const nodes = forward.nodes.map((node) => ({ ...node, inputs: node.inputs.map(current), output: current(node.output) }));
  const gradients = differentiate(
    builder,
    nodes,
    current(output.tensor),
    weights.map(({ tensor }) => tensor),
  );
  const scalars: AdamScalars = {
    stepSize: builder.input(`${loss}:step_size`, 'scalar', []),
    correction: builder.input(`${loss}:correction`, 'scalar', []),
    kept: optimizer.weightDecay === undefined ? undefined : builder.input(`${loss}:kept`, 'scalar', []),
  };
  const trained = weights.flatMap(({ path, tensor }) => {
    const gradient = gradients.get(tensor);
    return gradient === undefined ? [] : [{ path, tensor, gradient }];
  });
  const limited = limitGradients(
    builder,
    trained.map(({ gradient }) => gradient),
    limits,
  );
  if (limits.logNorm && limited.norm !== undefined) builder.output(`${loss}:gradient_norm`, 'result', limited.norm);
  const next = new Map<string, TensorId>();
  for (const [i, { path, tensor }] of trained.entries()) {
    const gradient = limited.gradients[i] as TensorId;
    const shape = builder.shapeOf(tensor);
    const before = {
      weight: tensor,
      mean: builder.input(`${path}:m`, 'state', shape),
      variance: builder.input(`${path}:v`, 'state', shape),
    };
    const after = adamUpdate(builder, optimizer, before, gradient, scalars);
    builder.output(path, 'parameter', after.weight);
    builder.output(`${path}:m`, 'state', after.mean);
    builder.output(`${path}:v`, 'state', after.variance);
    next.set(path, after.weight);
  }
  return next;
};

/**
 * The train step of a stage: forward pass, losses, gradients and Adam updates of all its minimizers, in one Program. The minimizers share
 * the forward pass and update their weights simultaneously, each from the weights before the step.
 * @param size size of the batch; by default the batch and patch of the training section.
 * @param sources texts of the sources; with them the origins of nodes have line numbers.
 * @throws LoweringFailure when there is no such stage or the size breaks a constraint of the model.
 */
export const lowerTrainStep = (ir: IR, stageName: string, size?: ImageSize, sources?: Sources): TrainStep => {
  const { training } = ir;
  const stage = training?.stages.find(({ name }) => name === stageName);
  if (training === undefined || stage === undefined) {
    const names = training?.stages.map(({ name }) => name).join(', ');
    throw new LoweringFailure(`${ir.model.name} has no training stage '${stageName}'; ${names ? `it has ${names}` : 'it has none'}`);
  }
  const [height, width] = training.patch;
  const flat = flattenStage(ir, stage, size ?? { batch: training.batch, height, width }, sources);
  const forward = prepareForDifferentiation(flat);

  const builder = new ProgramBuilder(forward.name, 'train-step');
  const tensors = copyLeaves(forward, builder);
  const current = (tensor: TensorId): TensorId => tensors.get(tensor) ?? tensor;
  for (const { op, inputs, output, attributes, origin } of forward.nodes) {
    tensors.set(output, builder.emit(op, inputs.map(current), attributes, origin));
  }
  for (const { name, role, tensor } of forward.outputs) builder.output(name, role, current(tensor));
  const trainable = new Set(
    listWeights(ir, stage.definition)
      .filter(({ statistic }) => !statistic)
      .map(({ path }) => path),
  );
  const trained = stage.minimizers.map((minimizer) => minimize(minimizer, forward, builder, tensors, trainable));
  const statistics = forward.outputs.flatMap(({ name, role, tensor }) => (role === 'parameter' ? [[name, current(tensor)] as const] : []));
  const ofModel = new Set(listWeights(ir).map(({ path }) => path));
  const changed = [...trained.flatMap((weights) => [...weights]), ...statistics].filter(([path]) => ofModel.has(path));
  if (stage.ema) addMovingAverages(builder, new Map(changed));

  const scalar = (value: number): TensorValues => ({ shape: [], values: Float32Array.of(value) });
  return {
    program: optimize(builder.build()),
    minimizers: stage.minimizers.map(({ loss }, i) => ({ loss, weights: [...(trained[i]?.keys() ?? [])] })),
    averaged: stage.ema ? changed.map(([path]) => path) : [],
    rate: (step, epoch) => {
      const [first] = stage.minimizers;
      return first === undefined ? 0 : evaluateRate(first.optimizer.rate, step, epoch);
    },
    hostScalars: (step, epoch) =>
      new Map([
        ...stage.minimizers.flatMap(({ loss, optimizer }): [string, TensorValues][] => {
          const { stepSize, correction, kept } = adamScalarValues(optimizer, evaluateRate(optimizer.rate, step, epoch), step);
          return [
            [`${loss}:step_size`, scalar(stepSize)],
            [`${loss}:correction`, scalar(correction)],
            ...(optimizer.weightDecay === undefined ? [] : [[`${loss}:kept`, scalar(kept)] as [string, TensorValues]]),
          ];
        }),
        ...(stage.ema ? [[averageScalar, scalar(1 - evaluateRate(stage.ema.decay, step, epoch))] as const] : []),
      ]),
  };
};
