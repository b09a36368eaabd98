import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundCheckpoint } from '../../checkpoint/index.js';
import {
  inputFailure,
  isPartial,
  makeFolder,
  mfncVersion,
  removePartials,
  systemErrorCode,
  systemFailure,
  writeFileAtomically,
} from '../../files/index.js';

/** The files of a run. */
export interface OutputFolder {
  readonly path: string;
  readonly config: string;
  /** What the run is made of and who trained it. */
  readonly record: string;
  /** The report, one self-contained page. */
  readonly report: string;
  readonly log: string;
  readonly weights: string;
  /** Weights of the best validation. */
  readonly bestWeights: string;
  readonly samples: string;
  /** What the samples show, a line of JSON a picture. */
  readonly sampleRecords: string;
  /** What was measured on the validation pairs, a line of JSON a time. */
  readonly validation: string;
  /** Pictures of the worst of the validation pairs; there once something was measured. */
  readonly validationPictures: string;
  /** Folder of the checkpoints, see CheckpointStore. */
  readonly checkpoints: string;
  readonly metrics: string;
  /** There while a process trains into the folder. */
  readonly lock: string;
}

const lockName = '.lock';

/** Whether a name is that of the lock, or of what guards its taking over. */
const isLock = (name: string): boolean => name === lockName || name.startsWith(`${lockName}.`);

/** The files of a run in its output folder. */
export function outputFiles(path: string): OutputFolder {
  return {
    path,
    config: join(path, 'config.yaml'),
    record: join(path, 'run.json'),
    report: join(path, 'report.html'),
    log: join(path, 'log.jsonl'),
    weights: join(path, 'weights.safetensors'),
    bestWeights: join(path, 'best.safetensors'),
    samples: join(path, 'samples'),
    sampleRecords: join(path, 'samples.jsonl'),
    validation: join(path, 'validation.jsonl'),
    validationPictures: join(path, 'validation'),
    checkpoints: join(path, 'checkpoints'),
    metrics: join(path, 'metrics.json'),
    lock: join(path, lockName),
  };
}

/** Folder in which earlier versions kept the one checkpoint of a run. */
const formerCheckpoint = 'checkpoint';

/**
 * Makes the output folder of a new run, which stays empty until `beginOutput`, or makes sure that the folder holds a run to resume. One that ended before its
 * first checkpoint resumes at its start; of one that ended before its config.yaml nothing is there that counts.
 * @throws RuntimeFailure when a new run would mix with what the folder holds, or when there is nothing to resume.
 */
export async function openOutput({ path }: OutputFolder, resume: boolean): Promise<void> {
  const names = await namesIn(path);
  if (resume) {
    if (!names.includes('config.yaml')) throw inputFailure(`${path}: holds no run to resume. Leave out --resume to start one.`);
    if (names.includes(formerCheckpoint) && !names.includes('checkpoints'))
      throw inputFailure(
        `${path}: holds a run of an earlier version of mfnc, whose checkpoint this version (${mfncVersion}) does not read. Finish it with the version that began it, or set another output to start a new run; its weights.safetensors can be used as before.`,
      );
    return;
  }
  if (names.length > 0) {
    const content = names.includes('config.yaml')
      ? 'holds a run already. Continue it with --resume, or'
      : 'is not empty. To keep its files apart from those of the run,';
    throw inputFailure(`${path}: ${content} set another output.`);
  }
  await makeFolder(path);
}

/**
 * Makes the output folder ready to be written to: the resolved run file of a run that starts, the folders in it, and nothing left of writes that were
 * interrupted.
 * @param config undefined for a run that is resumed. @throws RuntimeFailure
 */
export async function beginOutput(folder: OutputFolder, config: string | undefined): Promise<void> {
  if (config !== undefined) await writeFileAtomically(folder.config, config);
  for (const part of [folder.path, folder.samples, folder.checkpoints]) await makeFolder(part);
  for (const part of [folder.path, folder.samples, folder.validationPictures, folder.checkpoints]) await removePartials(part);
}

/** Says what a resumed run goes on from. */
export function whereFrom(folder: OutputFolder, found: FoundCheckpoint | undefined): string {
  if (found === undefined) return `goes on from the beginning: ${folder.checkpoints} holds no checkpoint yet`;
  const { stage, step } = found.checkpoint;
  return `goes on after step ${step} of stage ${stage}, from ${found.path}`;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !isLock(name) && !isPartial(name));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw systemFailure(error, 'write', folder);
  }
}
