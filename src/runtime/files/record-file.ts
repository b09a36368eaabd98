import { type FileHandle, open } from 'node:fs/promises';
import { writeFileAtomically } from './atomic-write.js';
import { readBytes } from './read.js';
import { systemErrorCode, systemFailure } from './system-error.js';

/** When something of a run happened. */
export interface Moment {
  readonly stage: string;
  /** Steps of the stage that are done, from 1. */
  readonly step: number;
}

/** A file to which a run appends lines of JSON, each of some moment of the training. */
export class RecordFile<T extends Moment> {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /**
   * Opens a file for appending.
   * @param keep which of the lines that are there belong to the run; the others are cut off: lines after the last checkpoint, which will be done again, and a
   * last line that an interruption tore.
   * @returns the file and the records that it holds.
   * @throws RuntimeFailure
   */
  static async open<T extends Moment>(path: string, keep: (moment: Moment) => boolean): Promise<{ file: RecordFile<T>; kept: T[] }> {
    const kept = await cutBack<T>(path, keep);
    try {
      return { file: new RecordFile<T>(path, await open(path, 'a')), kept };
    } catch (error) {
      throw systemFailure(error, 'write', path);
    }
  }

  /** Appends a line. @throws RuntimeFailure, for example when the disk is full. */
  async append(record: T): Promise<void> {
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

const largestFile = 2 ** 31 - 1;

async function cutBack<T extends Moment>(path: string, keep: (moment: Moment) => boolean): Promise<T[]> {
  const text = await textOf(path);
  const records = recordsIn<T>(text);
  const firstBad = records.findIndex((record) => !keep(record));
  const kept = firstBad < 0 ? records : records.slice(0, firstBad);
  const wanted = text
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, kept.length)
    .map((line) => `${line}\n`)
    .join('');
  if (wanted !== text) await writeFileAtomically(path, wanted);
  return kept;
}

/** The records of a file up to the first line that is none, which an interruption may leave at its end; none where there is no file. @throws RuntimeFailure */
export async function readRecords<T extends Moment>(path: string): Promise<T[]> {
  return recordsIn<T>(await textOf(path));
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readBytes(path, largestFile)).toString('utf8');
  } catch (error) {
    if (error instanceof Error && systemErrorCode(error.cause) === 'ENOENT') return '';
    throw error;
  }
}

function recordsIn<T extends Moment>(text: string): T[] {
  const records: T[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const record = parseRecord<T>(line);
    if (record === undefined) break;
    records.push(record);
  }
  return records;
}

function parseRecord<T extends Moment>(line: string): T | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null && 'stage' in record && 'step' in record ? (record as T) : undefined;
  } catch {
    return undefined;
  }
}
