import { parse } from 'yaml';
import { inputFailure, type Moment, readRecords, readText, systemErrorCode } from '../files/index.js';
import {
  isRunRecord,
  type RunRecord,
  type SampleRecord,
  type StepRecord,
  sampleRecords,
  stepRecords,
  type ValidationRecord,
  validationRecords,
} from '../observe/index.js';

/** Paths of the files in a run's output folder that a report is made of. */
export interface RunFiles {
  readonly path: string;
  readonly config: string;
  readonly record: string;
  readonly log: string;
  readonly sampleRecords: string;
  readonly validation: string;
  readonly report: string;
}

/** What a run has written so far. */
export interface RunContents {
  readonly folder: string;
  /** The resolved run file. */
  readonly config: string;
  /** Images of a train step; undefined where the run file does not say. */
  readonly batch: number | undefined;
  /** Undefined where an mfnc wrote the run that kept no run.json. */
  readonly record: RunRecord | undefined;
  readonly steps: readonly StepRecord[];
  readonly validations: readonly ValidationRecord[];
  readonly samples: readonly SampleRecord[];
}

const largestText = 2 ** 22;

/** Reads what is in the output folder of a run. @throws RuntimeFailure when it holds no run. */
export async function readRun(files: RunFiles): Promise<RunContents> {
  const config = await textIn(files.config);
  if (config === undefined)
    throw inputFailure(`${files.path}: holds no run. Name the output folder of a training, in which config.yaml and log.jsonl are.`);
  const record = await textIn(files.record);
  return {
    folder: files.path,
    config,
    batch: batchIn(config, files.config),
    record: record === undefined ? undefined : recordIn(record, files.record),
    steps: await readRecords(files.log, stepRecords),
    validations: await readRecords(files.validation, validationRecords),
    samples: await readRecords(files.sampleRecords, sampleRecords),
  };
}

/** A counter of steps over all stages, as curves have it. */
export function runSteps(steps: readonly StepRecord[]): (moment: Moment) => number {
  const lengths = new Map(steps.map(({ stage, step }) => [stage, step]));
  return ({ stage, step }) => {
    let before = 0;
    for (const [name, length] of lengths) {
      if (name === stage) break;
      before += length;
    }
    return before + step;
  };
}

async function textIn(path: string): Promise<string | undefined> {
  try {
    return await readText(path, largestText);
  } catch (error) {
    if (error instanceof Error && systemErrorCode(error.cause) === 'ENOENT') return undefined;
    throw error;
  }
}

function batchIn(config: string, path: string): number | undefined {
  try {
    const batch = (parse(config) as { readonly training?: { readonly batch?: unknown } } | null)?.training?.batch;
    return typeof batch === 'number' ? batch : undefined;
  } catch (error) {
    throw inputFailure(
      `${path}: is not the run file that the training wrote: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

function recordIn(text: string, path: string): RunRecord {
  const failure = (cause?: unknown) =>
    inputFailure(`${path}: is not what the training wrote. Remove it to make the report without it.`, cause);
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    throw failure(error);
  }
  if (!isRunRecord(record)) throw failure();
  return record;
}
