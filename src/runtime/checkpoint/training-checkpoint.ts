import type { EngineName, HostTensor } from '../engines/engine.js';
import { inputFailure, mfncVersion, readBytes, writeFileAtomically } from '../files/index.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

/**
 * All that a training needs to go on exactly where it stopped. Batches and augmentation are functions of seed, stage and step, so the step is also
 * the cursor in the data and the state of every random generator.
 */
export interface TrainingCheckpoint {
  /** Stage that was running, and its steps that are done. */
  readonly stage: string;
  readonly step: number;
  readonly engine: EngineName;
  /** Threads that the engine used: other numbers round differently. 0 where the engine has no such setting. */
  readonly threads: number;
  /** What the run is, as `describeRun` gives it: compared before a run goes on. */
  readonly run: Readonly<Record<string, unknown>>;
  /** Every weight of the model and of the stages (discriminators), by path. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** Moments of the optimisers of the stage, by name of the state. */
  readonly states: ReadonlyMap<string, HostTensor>;
}

const format = 'mfnc-checkpoint-1';
const largestFile = 2 ** 31 - 1;
const weightPrefix = 'parameter/';
const statePrefix = 'state/';

/** Writes a checkpoint as one safetensors file, so that its parts can never be of different steps. @throws RuntimeFailure */
export async function writeCheckpoint(path: string, checkpoint: TrainingCheckpoint): Promise<void> {
  const { stage, step, engine, threads, run, weights, states } = checkpoint;
  const tensors = new Map([...prefixed(weightPrefix, weights), ...prefixed(statePrefix, states)]);
  const metadata = { format, mfnc: mfncVersion, stage, step: String(step), engine, threads: String(threads), run: JSON.stringify(run) };
  await writeFileAtomically(path, encodeSafetensors({ metadata, tensors }));
}

/** Reads what `writeCheckpoint` wrote. @throws RuntimeFailure when the file is missing, damaged or of another kind. */
export async function readCheckpoint(path: string): Promise<TrainingCheckpoint> {
  const { metadata, tensors } = decodeSafetensors(await readBytes(path, largestFile), path);
  const step = Number(metadata.step);
  const run = parseJSON(metadata.run ?? '');
  if (metadata.format !== format || metadata.stage === undefined || !Number.isInteger(step) || step < 0 || run === undefined) {
    throw inputFailure(`${path}: is no checkpoint that this version of mfnc (${mfncVersion}) can read.`);
  }
  return {
    stage: metadata.stage,
    step,
    engine: metadata.engine as EngineName,
    threads: Number(metadata.threads),
    run,
    weights: without(weightPrefix, tensors),
    states: without(statePrefix, tensors),
  };
}

function parseJSON(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function prefixed(prefix: string, tensors: ReadonlyMap<string, HostTensor>): [string, HostTensor][] {
  return [...tensors].map(([name, tensor]) => [prefix + name, tensor]);
}

function without(prefix: string, tensors: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  return new Map([...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
