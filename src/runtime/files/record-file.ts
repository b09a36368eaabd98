import { constants } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { writeFileAtomically } from './atomic-write.js';
import { inputFailure } from './failure.js';
import { readBytes } from './read.js';
import { systemErrorCode, systemFailure } from './system-error.js';

/** When something of a run happened. */
export interface Moment {
  readonly stage: string;
  /** Steps of the stage that are done, from 1. */
  readonly step: number;
}

/** What the lines of a file are. */
export interface RecordKind<T extends Moment> {
  /** With its article: 'a step'. */
  readonly name: string;
  readonly isRecord: (value: unknown) => value is T;
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
   * @throws RuntimeFailure, for example where a line that belongs to the run is damaged.
   */
  static async open<T extends Moment>(
    path: string,
    kind: RecordKind<T>,
    keep: (moment: Moment) => boolean,
  ): Promise<{ file: RecordFile<T>; kept: T[] }> {
    const kept = await cutBack(path, kind, keep);
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

/** A longer text cannot be held at once. */
const largestFile = constants.MAX_STRING_LENGTH;

async function cutBack<T extends Moment>(path: string, kind: RecordKind<T>, keep: (moment: Moment) => boolean): Promise<T[]> {
  const text = await textOf(path);
  const lines = linesOf(text);
  const beyond = lines.findIndex(({ moment }) => moment !== undefined && !keep(moment));
  const wanted = beyond < 0 ? lines : lines.slice(0, beyond);
  const kept = wanted.map((line) => recordOf(line, kind, path));
  const cut = wanted.map(({ line }) => `${line}\n`).join('');
  if (cut !== text) await writeFileAtomically(path, cut);
  return kept;
}

/**
 * The records of a file, without a last line that an interruption tore; none where there is no file.
 * @throws RuntimeFailure that names the line where one is damaged.
 */
export async function readRecords<T extends Moment>(path: string, kind: RecordKind<T>): Promise<T[]> {
  return linesOf(await textOf(path)).map((line) => recordOf(line, kind, path));
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readBytes(path, largestFile)).toString('utf8');
  } catch (error) {
    if (error instanceof Error && systemErrorCode(error.cause) === 'ENOENT') return '';
    throw error;
  }
}

/** A line that is not empty. */
interface Line {
  readonly line: string;
  /** From 1. */
  readonly number: number;
  readonly value: unknown;
  /** Undefined where the line says none. */
  readonly moment: Moment | undefined;
}

/** The lines of a file, without a last one that an interruption tore: what was written whole ends in a line break. */
function linesOf(text: string): Line[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    if (line === '') return [];
    const value = parseJSON(line);
    const moment = isMoment(value) ? value : undefined;
    const isTorn = i === lines.length - 1 && moment === undefined;
    return isTorn ? [] : [{ line, number: i + 1, value, moment }];
  });
}

function recordOf<T extends Moment>({ value, number }: Line, { name, isRecord }: RecordKind<T>, path: string): T {
  if (isRecord(value)) return value;
  throw inputFailure(
    `${path}:${number}: is damaged: the line is no record of ${name} as a training writes it. Remove it to go on without it.`,
  );
}

function parseJSON(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isMoment(value: unknown): value is Moment {
  const { stage, step } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof Moment, unknown>>;
  return typeof stage === 'string' && Number.isSafeInteger(step);
}
