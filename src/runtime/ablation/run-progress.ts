import { readFile } from 'node:fs/promises';
import { systemErrorCode, systemFailure } from '../files/index.js';
import { type StepRecord, stepRecords } from '../observe/index.js';
import type { StageRecord } from './cell.js';

/** What the log of a run says of its steps, those of earlier parts of the run included. */
export interface RunProgress {
  /** Stages that have begun, in their order. */
  readonly stages: readonly StageRecord[];
  /** Seconds that the steps took together. */
  readonly seconds: number;
}

/** Reads the log of a run; no steps where there is none. @throws RuntimeFailure */
export async function readProgress(log: string): Promise<RunProgress> {
  const steps = new Map<string, number>();
  let seconds = 0;
  for (const line of (await textOf(log)).split('\n')) {
    const record = parse(line);
    if (record === undefined) continue;
    steps.set(record.stage, record.step);
    seconds += record.seconds;
  }
  return { stages: [...steps].map(([name, count]) => ({ name, steps: count })), seconds };
}

async function textOf(log: string): Promise<string> {
  try {
    return await readFile(log, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw systemFailure(error, 'read', log);
  }
}

/** A line that an interruption tore is no step. One that is damaged is told by the training that goes on. */
function parse(line: string): StepRecord | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return stepRecords.isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}
