import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { EngineName, HostTensor } from '../engines/engine.js';
import { inputFailure, largestHeld, mfncVersion, RuntimeFailure, readBytes } from '../files/index.js';
import { hashBytes } from './hash-bytes.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import { hashTensors } from './weights.js';

/** What the generators of random numbers are named by, from which every batch follows: they carry no state of their own from step to step. */
export interface RandomState {
  readonly generator: 'sfc32';
  readonly seed: number;
  readonly stage: string;
  /** Number of the next batch, from 0. */
  readonly step: number;
}

/** Where the next batch of a source begins. */
export interface DataCursor {
  readonly roles: readonly string[];
  /** Pass over the source, from 0. */
  readonly pass: number;
  /** Patches of the pass that have been drawn already. */
  readonly drawn: number;
  /** Patches of a whole pass. */
  readonly patchesPerPass: number;
}

/** All that a training needs to go on exactly where it stopped. */
export interface TrainingCheckpoint {
  /** Stage that was running, and its steps that are done. */
  readonly stage: string;
  readonly step: number;
  readonly engine: EngineName;
  /** Threads that the engine used: other numbers round differently. 0 where the engine has no such setting. */
  readonly threads: number;
  readonly random: RandomState;
  readonly data: readonly DataCursor[];
  /** What the run is, as `describeRun` gives it: compared before a run goes on. */
  readonly run: Readonly<Record<string, unknown>>;
  /** Every weight of the model and of the stages (discriminators), by path. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** Moments of the optimisers of the stage, by name of the state. */
  readonly states: ReadonlyMap<string, HostTensor>;
}

/** A checkpoint whose files are not, byte for byte, those that were written. */
export class DamagedCheckpoint extends RuntimeFailure {
  /** @param reason without the path and the full stop: 'weights.safetensors: its bytes do not match SHA256SUMS'. */
  constructor(
    readonly path: string,
    reason: string,
  ) {
    super('operation', `${path}: is damaged: ${reason}.`);
  }
}

/** Files of a checkpoint. */
const weightsName = 'weights.safetensors';
const optimizerName = 'optimizer.safetensors';
const stateName = 'state.json';
/** Holds the SHA-256 of the other files, as `sha256sum` writes it: `sha256sum -c SHA256SUMS` checks a checkpoint too. */
export const sumsName = 'SHA256SUMS';
const contentNames = [optimizerName, stateName, weightsName] as const;

const format = 'mfnc-checkpoint-2';

type Content = string | readonly Uint8Array[];

/** The files of a checkpoint. The same checkpoint always gives the same bytes. */
export function checkpointFiles(checkpoint: TrainingCheckpoint): Map<string, Content> {
  const { stage, step, engine, threads, random, data, run, weights, states } = checkpoint;
  const metadata = { format, stage, step: String(step) };
  const state = {
    format,
    mfnc: mfncVersion,
    stage,
    step,
    engine,
    threads,
    random,
    data,
    config: { sha256: sha256(JSON.stringify(run)), values: run },
    tensors: { [weightsName]: tensorHashes(weights), [optimizerName]: tensorHashes(states) },
  };
  const files = new Map<string, Content>([
    [optimizerName, encodeSafetensors({ metadata, tensors: states })],
    [stateName, `${JSON.stringify(state, null, 2)}\n`],
    [weightsName, encodeSafetensors({ metadata, tensors: weights })],
  ]);
  files.set(sumsName, sumsOf(contentNames.map((name) => [name, sha256(files.get(name) as Content)])));
  return files;
}

/**
 * Reads a checkpoint and checks every byte of it.
 * @param path its folder.
 * @throws DamagedCheckpoint; RuntimeFailure when another version of mfnc wrote it.
 */
export async function readCheckpoint(path: string): Promise<TrainingCheckpoint> {
  const sums = (await readPart(path, sumsName)).toString('latin1');
  const bytes = new Map<string, Buffer>();
  for (const name of contentNames) bytes.set(name, await readPart(path, name));
  const found = contentNames.map((name) => [name, sha256([bytes.get(name) as Buffer])] as const);
  if (sumsOf(found) !== sums) throw new DamagedCheckpoint(path, whatDiffers(path, sums, found, bytes));
  const state = parseState(bytes.get(stateName) as Buffer);
  if (state?.format !== format) throw inputFailure(`${path}: is no checkpoint that this version of mfnc (${mfncVersion}) can read.`);
  const { stage, step, engine, threads, random, data, config } = state;
  const tensorsOf = (name: string) => decodeSafetensors(bytes.get(name) as Buffer, join(path, name)).tensors;
  const checkpoint = { stage, step, engine, threads, random, data, run: config.values };
  return { ...checkpoint, weights: tensorsOf(weightsName), states: tensorsOf(optimizerName) };
}

/** SHA-256 of the file that lists a checkpoint's checksums, and with it of the checkpoint. @throws DamagedCheckpoint */
export async function hashCheckpoint(path: string): Promise<string> {
  return sha256([await readPart(path, sumsName)]);
}

/** The same hash of a checkpoint that was not written yet. */
export const hashCheckpointFiles = (files: ReadonlyMap<string, Content>): string => sha256(files.get(sumsName) as string);

interface State extends Omit<TrainingCheckpoint, 'run' | 'weights' | 'states'> {
  readonly format: string;
  readonly config: { readonly values: TrainingCheckpoint['run'] };
  readonly tensors: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

async function readPart(folder: string, name: string): Promise<Buffer> {
  try {
    return await readBytes(join(folder, name), largestHeld);
  } catch (error) {
    if (!(error instanceof RuntimeFailure)) throw error;
    const problem = error.message.slice(join(folder, name).length + 2).replace(/\.$/, '');
    throw new DamagedCheckpoint(folder, `${name}: ${problem}`);
  }
}

const sumsOf = (hashes: readonly (readonly [name: string, hash: string])[]): string =>
  hashes.map(([name, hash]) => `${hash}  ${name}\n`).join('');

/** Where damage is: the file, and the tensors in it where its form has stayed whole. */
function whatDiffers(
  path: string,
  sums: string,
  found: readonly (readonly [name: string, hash: string])[],
  bytes: ReadonlyMap<string, Buffer>,
): string {
  const different = found.filter(([name, hash]) => !sums.includes(`${hash}  ${name}\n`)).map(([name]) => name);
  if (different.length === 0 || different.length === found.length)
    return `${sumsName}: does not list the files of the checkpoint as they are`;
  const state = different.includes(stateName) ? undefined : parseState(bytes.get(stateName) as Buffer);
  return different
    .map((name) => {
      if (name === stateName) return `${name}: its bytes do not match ${sumsName}`;
      return `${name}: ${whatDiffersIn(join(path, name), bytes.get(name) as Buffer, state?.tensors[name] ?? {})}`;
    })
    .join('; ');
}

function whatDiffersIn(path: string, bytes: Buffer, hashes: Readonly<Record<string, string>>): string {
  try {
    const { tensors } = decodeSafetensors(bytes, path);
    const now = tensorHashes(tensors);
    const wrong = Object.keys(hashes).filter((name) => now[name] !== hashes[name]);
    if (wrong.length === 0) return `its bytes do not match ${sumsName}`;
    return `${wrong.length === 1 ? wrong[0] : `${wrong[0]} and ${wrong.length - 1} more of its tensors`} is not what was written`;
  } catch (error) {
    if (!(error instanceof RuntimeFailure)) throw error;
    return error.message.slice(path.length + 2).replace(/\.$/, '');
  }
}

/** What the file says; undefined where it is no object. It was checked against its checksum, so what has the format has all of its fields. */
function parseState(bytes: Buffer): State | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as State) : undefined;
  } catch {
    return undefined;
  }
}

const tensorHashes = (tensors: ReadonlyMap<string, HostTensor>): Record<string, string> =>
  Object.fromEntries([...tensors].map(([name, tensor]) => [name, hashTensors(new Map([[name, tensor]]))]));

function sha256(content: Content): string {
  const hash = createHash('sha256');
  for (const piece of typeof content === 'string' ? [Buffer.from(content)] : content) hashBytes(hash, piece);
  return hash.digest('hex');
}

/** `STAGE-000500`: the name of the folder of a checkpoint. */
export const checkpointName = ({ stage, step }: { readonly stage: string; readonly step: number }): string =>
  `${stage}-${String(step).padStart(6, '0')}`;

/** The stage and step that the name of a checkpoint's folder stands for; undefined for other names. */
export function positionOf(path: string): { readonly stage: string; readonly step: number } | undefined {
  const [, stage, step] = /^([^.].*)-(\d{6,})$/.exec(basename(path)) ?? [];
  return stage === undefined ? undefined : { stage, step: Number(step) };
}
