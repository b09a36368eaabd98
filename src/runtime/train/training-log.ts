import { type FileHandle, open } from 'node:fs/promises';
import { readBytes, systemErrorCode, systemFailure, writeFileAtomically } from '../files/index.js';
import type { TrainObserver } from './observer.js';

/** A line of log.jsonl: one step of one stage. */
export interface StepRecord {
  readonly stage: string;
  /** Steps of the stage that are done, from 1. */
  readonly step: number;
  /** Losses and logged scalars by name. */
  readonly losses: Readonly<Record<string, number>>;
  /** Learning rate of the step. */
  readonly rate: number;
  /** Wall-clock seconds that the step took. */
  readonly seconds: number;
}

/** The log of a run, a line of JSON a step, appended as the steps are done. */
export class TrainingLog implements TrainObserver {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /**
   * Opens a log for appending.
   * @param keep which of the lines that are there belong to the run; the others are cut off: lines after the last checkpoint, which will be done again, and a
   * last line that an interruption tore.
   * @throws RuntimeFailure
   */
  static async open(path: string, keep: (record: StepRecord) => boolean): Promise<TrainingLog> {
    await cutBack(path, keep);
    try {
      return new TrainingLog(path, await open(path, 'a'));
    } catch (error) {
      throw systemFailure(error, 'write', path);
    }
  }

  /** Appends a line. @throws RuntimeFailure, for example when the disk is full. */
  async stepDone(record: StepRecord): Promise<void> {
    await this.attempt(() => this.handle.appendFile(`${JSON.stringify(record)}\n`));
  }

  /** Makes sure that all lines are on the disk. */
  async flush(): Promise<void> {
    await this.attempt(() => this.handle.sync());
  }

  async close(): Promise<void> {
    await this.attempt(() => this.handle.close());
  }

  private async attempt(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw systemFailure(error, 'write', this.path);
    }
  }
}

const largestLog = 2 ** 31 - 1;

async function cutBack(path: string, keep: (record: StepRecord) => boolean): Promise<void> {
  let text: string;
  try {
    text = (await readBytes(path, largestLog)).toString('utf8');
  } catch (error) {
    if (error instanceof Error && systemErrorCode(error.cause) === 'ENOENT') return;
    throw error;
  }
  const lines = text.split('\n').filter((line) => line !== '');
  const firstBad = lines.findIndex((line) => {
    const record = parseRecord(line);
    return record === undefined || !keep(record);
  });
  const kept = firstBad < 0 ? lines : lines.slice(0, firstBad);
  const wanted = kept.map((line) => `${line}\n`).join('');
  if (wanted !== text) await writeFileAtomically(path, wanted);
}

function parseRecord(line: string): StepRecord | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null && 'stage' in record && 'step' in record ? (record as StepRecord) : undefined;
  } catch {
    return undefined;
  }
}
