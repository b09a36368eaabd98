import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readCheckpoint, type TrainingCheckpoint } from '../checkpoint/index.js';
import { inputFailure, makeFolder, systemErrorCode, systemFailure, writeFileAtomically } from '../files/index.js';

/** The files of a run. */
export interface OutputFolder {
  readonly path: string;
  readonly config: string;
  readonly log: string;
  readonly weights: string;
  readonly samples: string;
  readonly checkpoint: string;
  readonly metrics: string;
  /** There while a process trains into the folder. */
  readonly lock: string;
}

const lockName = '.lock';

/** The files of a run in its output folder. */
export function outputFiles(path: string): OutputFolder {
  return {
    path,
    config: join(path, 'config.yaml'),
    log: join(path, 'log.jsonl'),
    weights: join(path, 'weights.safetensors'),
    samples: join(path, 'samples'),
    checkpoint: join(path, 'checkpoint', 'checkpoint.safetensors'),
    metrics: join(path, 'metrics.json'),
    lock: join(path, lockName),
  };
}

/**
 * Makes the output folder of a new run, which stays empty until `beginOutput`, or finds the checkpoint of the run to resume. A run that ended before its first checkpoint resumes at its start.
 * @returns the checkpoint to go on from, undefined for a start from nothing.
 * @throws RuntimeFailure when a new run would mix with what the folder holds, or when there is nothing to resume.
 */
export async function openOutput(folder: OutputFolder, resume: boolean): Promise<TrainingCheckpoint | undefined> {
  const names = await namesIn(folder.path);
  if (resume) {
    if (!names.includes('config.yaml')) throw inputFailure(`${folder.path}: holds no run to resume. Leave out --resume to start one.`);
    return names.includes('checkpoint') && (await namesIn(dirname(folder.checkpoint))).includes('checkpoint.safetensors')
      ? readCheckpoint(folder.checkpoint)
      : undefined;
  }
  if (names.length > 0) {
    const content = names.includes('config.yaml')
      ? 'holds a run already. Continue it with --resume, or'
      : 'is not empty. To keep its files apart from those of the run,';
    throw inputFailure(`${folder.path}: ${content} set another output.`);
  }
  await makeFolder(folder.path);
  return undefined;
}

/** Fills the output folder of a run that starts: folders, and the resolved run file. @throws RuntimeFailure */
export async function beginOutput(folder: OutputFolder, config: string): Promise<void> {
  await makeFolder(folder.samples);
  await makeFolder(dirname(folder.checkpoint));
  await writeFileAtomically(folder.config, config);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name !== lockName);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw systemFailure(error, 'write', folder);
  }
}
