import { appendFile, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import { readTensors, type TensorData, Weights } from './weights.js';

/** Settings of Adam. The rate is a function of the step and the epoch, both counted from 0 within the stage. */
export interface AdamSettings {
  readonly rate: (at: { readonly step: number; readonly epoch: number }) => number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  // #region weight decay
  /** Decoupled weight decay (Loshchilov and Hutter 2019); 0 for none. */
  readonly weightDecay: number;
  // #endregion
}

// #region gradients
/** What is done to the gradients of a loss before Adam sees them, in this order. */
export interface GradientSettings {
  /** Each element is limited to [-clipValue, clipValue]; 0 for no limit. */
  readonly clipValue: number;
  /** The norm of all gradients of the loss together is limited to this; 0 for no limit. */
  readonly clipNorm: number;
  /** Whether that norm is logged. */
  readonly logNorm: boolean;
}
// #endregion

// #region averages
/** Exponential moving averages of the network's weights, which are the weights that a stage gives. */
export interface AverageSettings {
  /** The share of an average that stays. */
  readonly decay: (at: { readonly step: number; readonly epoch: number }) => number;
  /** Names of the instances whose weights are averaged. */
  readonly of: readonly string[];
}
// #endregion

/** What a stage computes from a batch. Each value is computed when it is called for, so that a pass does no more than it needs. */
export interface Terms {
  readonly losses: Readonly<Record<string, () => tf.Scalar>>;
  /** What is only written to the log. */
  readonly logged: Readonly<Record<string, () => tf.Scalar>>;
}

export type Duration = { readonly epochs: number } | { readonly steps: number };

/** How long a stage runs: as its settings say, else as the source does. */
export function durationOf(settings: { readonly epochs?: number; readonly steps?: number } | undefined, otherwise: Duration): Duration {
  if (settings?.steps !== undefined) return { steps: settings.steps };
  return settings?.epochs === undefined ? otherwise : { epochs: settings.epochs };
}

/** A stage of a training. */
export interface Stage<Batch> {
  readonly name: string;
  readonly duration: Duration;
  /** The streams of pictures that it reads. */
  readonly streams: readonly string[];
  readonly adam: AdamSettings;
  // #region gradients
  /** Absent where nothing is done to them. */
  readonly gradients?: GradientSettings;
  // #endregion
  // #region averages
  /** Absent where no averages are kept. */
  readonly ema?: AverageSettings;
  // #endregion
  /** Losses, with the names of the instances whose weights each of them trains. */
  readonly minimize: Readonly<Record<string, readonly string[]>>;
  /** Names of the instances that it applies without training them. */
  readonly frozen?: readonly string[];
  readonly terms: (batch: Batch) => Terms;
}

/** Means and variances of the gradients by path, `conv.kernel:m` and `conv.kernel:v`, and averages of weights, `conv.kernel:ema`. tfjs's own Adam does not go on bit by bit from a file. */
export type Moments = Map<string, tf.Variable>;

/**
 * One step: the gradients of all losses at the weights as they are, then all updates at once.
 * @param step from 0, within the stage.
 * @returns losses and logged values by name.
 */
export async function trainStep<Batch>(
  stage: Stage<Batch>,
  weights: Weights,
  moments: Moments,
  batch: Batch,
  step: number,
  epoch: number,
): Promise<Record<string, number>> {
  const scalars = tf.tidy(() => {
    const results: Record<string, tf.Scalar> = {};
    // #region passes
    const statistics = nextStatistics(stage, weights, batch);
    weights.pass = { frozen: stage.frozen ?? [] };
    // #endregion
    const updates = Object.entries(stage.minimize).map(([loss, names], i) => {
      const trained = weights.under(names);
      const { value, grads } = tf.variableGrads(() => {
        const { losses, logged } = stage.terms(batch);
        // One pass over the batch also gives what is logged.
        if (i === 0) for (const [name, term] of Object.entries(logged)) results[name] = tf.keep(term());
        const term = losses[loss];
        if (!term) throw new Error(`the stage ${stage.name} has no loss ${loss}`);
        return term();
      }, [...trained.values()]);
      results[loss] = value;
      // #region gradients
      const norm = stage.gradients && limitGradients(grads, stage.gradients);
      if (norm && stage.gradients?.logNorm) results[`${loss}:gradient_norm`] = norm;
      // #endregion
      return { trained, grads };
    });
    // #region averages
    const { ema } = stage;
    const averaged = ema ? weights.stored(ema.of) : new Map<string, tf.Variable>();
    for (const [path, weight] of averaged) {
      if (!moments.has(averageName(path))) moments.set(averageName(path), tf.variable(weight.clone(), false));
    }
    // #endregion
    for (const { trained, grads } of updates) {
      for (const [path, weight] of trained) {
        const gradient = grads[weight.name];
        if (gradient) adamUpdate(path, weight, gradient, moments, stage.adam, step, epoch);
      }
    }
    // #region passes
    weights.pass = undefined;
    weights.assign(statistics);
    // #endregion
    // #region averages
    for (const [path, weight] of averaged) {
      const average = moments.get(averageName(path));
      if (ema && average) average.assign(tf.add(average, tf.sub(weight, average).mul(1 - ema.decay({ step, epoch }))));
    }
    // #endregion
    return results;
  });
  const values = await Promise.all(Object.entries(scalars).map(async ([name, scalar]) => [name, (await scalar.data())[0] ?? Number.NaN]));
  tf.dispose(scalars);
  return Object.fromEntries(values);
}

// #region passes
/** What statistics are after the step. A pass of its own finds it, as each loss computes only what it needs. */
function nextStatistics<Batch>(stage: Stage<Batch>, weights: Weights, batch: Batch): ReadonlyMap<string, tf.Tensor> {
  const updates = new Map<string, tf.Tensor>();
  if (!weights.hasStatistics) return updates;
  weights.during({ frozen: stage.frozen ?? [], updates }, () => {
    const { losses, logged } = stage.terms(batch);
    for (const term of [...Object.values(losses), ...Object.values(logged)]) term();
  });
  return updates;
}
// #endregion

// #region gradients
/** Clips gradients by value, then by their norm, as PyTorch does. @returns the norm before that; undefined where nothing asks for it. */
function limitGradients(gradients: tf.NamedTensorMap, { clipValue, clipNorm, logNorm }: GradientSettings): tf.Scalar | undefined {
  const names = Object.keys(gradients);
  const change = (of: (gradient: tf.Tensor) => tf.Tensor): void => {
    for (const name of names) gradients[name] = of(gradients[name] as tf.Tensor);
  };
  if (clipValue > 0) change((gradient) => gradient.clipByValue(-clipValue, clipValue));
  if (clipNorm === 0 && !logNorm) return undefined;
  const norm = tf.sqrt<tf.Scalar>(tf.addN(names.map((name) => tf.sum<tf.Scalar>(tf.square(gradients[name] as tf.Tensor)))));
  if (clipNorm > 0) {
    const factor = tf.minimum(tf.div(clipNorm, norm.add(1e-6)), 1);
    change((gradient) => gradient.mul(factor));
  }
  return norm;
}
// #endregion

// #region averages
const averageName = (path: string): string => `${path}:ema`;

/** Puts averages in the place of their weights, where a stage keeps some. */
function adoptAverages(weights: Weights, moments: Moments): void {
  for (const [path, weight] of weights.stored()) {
    const average = moments.get(averageName(path));
    if (average) weight.assign(average);
  }
}
// #endregion

/** Adam (Kingma and Ba 2015) in PyTorch's form. */
function adamUpdate(
  path: string,
  weight: tf.Variable,
  gradient: tf.Tensor,
  moments: Moments,
  settings: AdamSettings,
  step: number,
  epoch: number,
): void {
  const { rate, beta1, beta2, epsilon } = settings;
  const moment = (name: string): tf.Variable => {
    const found = moments.get(name) ?? tf.variable(tf.zerosLike(weight), false);
    moments.set(name, found);
    return found;
  };
  const mean = moment(`${path}:m`);
  const variance = moment(`${path}:v`);
  mean.assign(tf.add(mean.mul(beta1), gradient.mul(1 - beta1)));
  variance.assign(tf.add(variance.mul(beta2), gradient.square().mul(1 - beta2)));
  const stepSize = rate({ step, epoch }) / (1 - beta1 ** (step + 1));
  const correction = 1 / Math.sqrt(1 - beta2 ** (step + 1));
  // #region weight decay
  weight.assign(weight.mul(1 - rate({ step, epoch }) * settings.weightDecay));
  // #endregion
  weight.assign(tf.sub(weight, mean.mul(stepSize).div(variance.sqrt().mul(correction).add(epsilon))));
}

/** Where batches come from. */
export interface Batches<Batch> {
  /** Batch number `step` of a stage, from 0. The caller disposes it. */
  batch(stage: Stage<Batch>, step: number): Promise<Batch>;
  epochOf(step: number): number;
  stepsFor(epochs: number): number;
}

export interface TrainingRun<Batch> {
  /** Makes the stages for weights. */
  readonly stages: (weights: Weights) => readonly Stage<Batch>[];
  /** Applies the network to zeros, so that its weights are made. */
  readonly build: (weights: Weights) => void;
  /** Zeros in the place of a batch, of one small patch. */
  readonly emptyBatch: () => Batch;
  readonly batches: Batches<Batch>;
  /** Folder for log.jsonl, weights.safetensors and checkpoint.safetensors. */
  readonly output: string;
  readonly seed: number;
  /** What has to be the same when a run goes on. */
  readonly description: Readonly<Record<string, unknown>>;
  /** What the weights' file says of its network. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly resume: boolean;
  /** Ends each stage after this many steps. */
  readonly maxSteps?: number;
  /** Steps between checkpoints. */
  readonly saveEvery: number;
  readonly signal?: AbortSignal;
}

const checkpointName = 'checkpoint.safetensors';

/** Trains the stages one after the other. An interrupted run that is resumed computes what an uninterrupted one does. */
export async function train<Batch extends tf.TensorContainer>(run: TrainingRun<Batch>): Promise<void> {
  await mkdir(run.output, { recursive: true });
  const checkpoint = run.resume ? await readCheckpoint(run) : undefined;
  if (!run.resume) await writeFileAtomically(join(run.output, 'log.jsonl'), '');
  const weights = new Weights({ seed: run.seed, values: checkpoint?.weights ?? new Map() });
  run.build(weights);
  const ownPaths = weights.paths;
  const stages = run.stages(weights);
  const first = checkpoint ? stages.findIndex(({ name }) => name === checkpoint.stage) : 0;
  for (const stage of stages.slice(Math.max(first, 0))) {
    const isResumed = stage.name === checkpoint?.stage;
    const length = 'steps' in stage.duration ? stage.duration.steps : run.batches.stepsFor(stage.duration.epochs);
    const last = Math.min(length, run.maxSteps ?? length);
    const moments: Moments = new Map();
    if (isResumed)
      for (const [name, { shape, values }] of checkpoint.moments) moments.set(name, tf.variable(tf.tensor(values, [...shape]), false));
    makeWeights(stage, run.emptyBatch());
    let step = isResumed ? checkpoint.step : 0;
    while (step < last && !run.signal?.aborted) {
      const started = performance.now();
      const epoch = run.batches.epochOf(step);
      const batch = await run.batches.batch(stage, step);
      const losses = await trainStep(stage, weights, moments, batch, step, epoch);
      tf.dispose(batch);
      const wrong = Object.entries(losses).find(([, value]) => !Number.isFinite(value));
      if (wrong) throw new Error(`stage ${stage.name}, step ${step + 1}: ${wrong[0]} is ${wrong[1]}; try a smaller rate`);
      step += 1;
      const seconds = Math.round(performance.now() - started) / 1000;
      const record = { stage: stage.name, step, losses, rate: stage.adam.rate({ step: step - 1, epoch }), seconds };
      await appendFile(join(run.output, 'log.jsonl'), `${JSON.stringify(record)}\n`);
      const shown = Object.entries(losses).map(([name, value]) => `${name} ${value.toPrecision(5)}`);
      console.log(`${stage.name} ${step}/${last}  ${shown.join('  ')}  ${seconds} s`);
      if (step % run.saveEvery === 0 || step === last || run.signal?.aborted) await save(run, stage.name, step, weights, ownPaths, moments);
    }
    // #region averages
    if (step >= last) adoptAverages(weights, moments);
    // #endregion
    tf.dispose([...moments.values()]);
    if (run.signal?.aborted) break;
  }
  weights.dispose();
}

/** Applies all of a stage once, so that weights of its own, those of discriminators, are made before gradients are taken. */
function makeWeights<Batch extends tf.TensorContainer>(stage: Stage<Batch>, batch: Batch): void {
  tf.tidy(() => {
    const { losses, logged } = stage.terms(batch);
    for (const term of [...Object.values(losses), ...Object.values(logged)]) term();
  });
  tf.dispose(batch);
}

interface Checkpoint {
  readonly stage: string;
  readonly step: number;
  readonly weights: ReadonlyMap<string, TensorData>;
  readonly moments: ReadonlyMap<string, TensorData>;
}

async function save<Batch>(
  run: TrainingRun<Batch>,
  stage: string,
  step: number,
  weights: Weights,
  ownPaths: readonly string[],
  moments: Moments,
): Promise<void> {
  const ownTensors = await weights.read(ownPaths);
  // #region averages
  for (const path of ownPaths) {
    const average = moments.get(averageName(path));
    if (average) ownTensors.set(path, { shape: average.shape, values: Float32Array.from(await average.data()) });
  }
  // #endregion
  const own = encodeSafetensors({ metadata: run.metadata, tensors: ownTensors });
  await writeFileAtomically(join(run.output, 'weights.safetensors'), own);
  const tensors = new Map([
    ...[...(await weights.read())].map(([path, tensor]) => [`weight/${path}`, tensor] as const),
    ...[...(await readTensors(moments))].map(([name, tensor]) => [`moment/${name}`, tensor] as const),
  ]);
  const metadata = { stage, step: String(step), description: JSON.stringify(run.description) };
  await writeFileAtomically(join(run.output, checkpointName), encodeSafetensors({ metadata, tensors }));
}

/** Reads the checkpoint of a run that goes on and cuts off the log what came after it. */
async function readCheckpoint<Batch>({ output, description }: TrainingRun<Batch>): Promise<Checkpoint> {
  const { metadata, tensors } = decodeSafetensors(await readFile(join(output, checkpointName)));
  if (metadata.description !== JSON.stringify(description)) {
    throw new Error(`${output} holds a run with other settings: ${metadata.description}, now ${JSON.stringify(description)}`);
  }
  const [stage = '', step] = [metadata.stage, Number(metadata.step)];
  const lines = (await readFile(join(output, 'log.jsonl'), 'utf8')).split('\n');
  const last = lines.findLastIndex((line) => line.includes(`"stage":"${stage}","step":${step},`));
  await writeFileAtomically(
    join(output, 'log.jsonl'),
    lines
      .slice(0, last + 1)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const part = (prefix: string) =>
    new Map([...tensors].flatMap(([name, tensor]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [])));
  return { stage, step, weights: part('weight/'), moments: part('moment/') };
}

/** Writes a file so that its name never stands for half of it: aside, to the disk, then renamed. */
async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const aside = `${path}.partial`;
  const file = await open(aside, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
}
