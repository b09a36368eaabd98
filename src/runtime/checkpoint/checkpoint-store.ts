import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  inputFailure,
  RuntimeFailure,
  readBytes,
  removePartials,
  systemErrorCode,
  systemFailure,
  writeFileAtomically,
  writeFolderAtomically,
} from '../files/index.js';
import {
  checkpointFiles,
  checkpointName,
  DamagedCheckpoint,
  hashCheckpoint,
  hashCheckpointFiles,
  positionOf,
  readCheckpoint,
  type TrainingCheckpoint,
} from './training-checkpoint.js';

/** A checkpoint that was found, and what was wrong with those that are newer. */
export interface FoundCheckpoint {
  readonly path: string;
  readonly checkpoint: TrainingCheckpoint;
  /** Sentences about damage that was met on the way; empty where all is as it was written. */
  readonly problems: readonly string[];
}

/** Where a training stands: steps of a stage that are done. */
export interface Position {
  readonly stage: string;
  readonly step: number;
}

const latestName = 'latest';
const largestLatest = 4096;

/**
 * The checkpoints of a run: a folder for each, `STAGE-000500`, and the file `latest`, which names the newest and carries its hash. A folder appears whole or
 * not at all; `latest` follows it; older ones go last. So whatever is interrupted, the newest good checkpoint is there, and nothing has to be
 * mended: `newest` finds it by looking at every byte, whatever `latest` says.
 */
export class CheckpointStore {
  /** @param stages names of the run's stages in their order, which is that of their checkpoints. */
  constructor(
    readonly folder: string,
    private readonly stages: readonly string[],
  ) {}

  /**
   * The newest checkpoint all of whose bytes are those that were written.
   * @param isWanted leaves checkpoints out, before they are read. @returns undefined where there is none at all.
   * @throws RuntimeFailure when there are some and each is damaged, or when another version of mfnc wrote the newest.
   */
  async newest(isWanted: (position: Position) => boolean = () => true): Promise<FoundCheckpoint | undefined> {
    const names = (await this.list()).filter((position) => isWanted(position)).map(checkpointName);
    const damaged: DamagedCheckpoint[] = [];
    for (const name of names) {
      const path = join(this.folder, name);
      try {
        const checkpoint = await readCheckpoint(path);
        const latest = await this.problemOfLatest(damaged);
        return { path, checkpoint, problems: [...damaged.map(({ message }) => message), ...latest] };
      } catch (error) {
        if (!(error instanceof DamagedCheckpoint)) throw error;
        damaged.push(error);
      }
    }
    if (damaged.length === 0) return undefined;
    throw inputFailure(
      [
        `${this.folder}: holds no checkpoint that is whole, so the run cannot go on:`,
        ...damaged.map(({ message }) => `  ${message}`),
        'Restore one of them from a copy, or set another output to start a new run.',
      ].join('\n'),
    );
  }

  /** Positions of all checkpoints that are there, good or not, from the newest to the oldest. @throws RuntimeFailure */
  async list(): Promise<Position[]> {
    try {
      const found = (await readdir(this.folder)).flatMap((name) => positionOf(name) ?? []);
      return found.toSorted((a, b) => this.compare(b, a));
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw systemFailure(error, 'read', this.folder);
    }
  }

  /** Writes a checkpoint and makes it the latest. @returns its folder. @throws RuntimeFailure; the older ones are then as they were. */
  async write(checkpoint: TrainingCheckpoint): Promise<string> {
    const files = checkpointFiles(checkpoint);
    const name = checkpointName(checkpoint);
    const path = join(this.folder, name);
    await writeFolderAtomically(path, files);
    await this.pointTo(name, hashCheckpointFiles(files));
    return path;
  }

  /**
   * Removes all but the newest checkpoints up to a position, which was written just now: it is never removed, nor is what lies ahead of it.
   * @param keep how many stay, from 1. @throws RuntimeFailure
   */
  async prune(position: Position, keep: number): Promise<void> {
    const upTo = (await this.list()).filter((other) => this.compare(other, position) <= 0);
    for (const old of upTo.slice(keep)) {
      const path = join(this.folder, checkpointName(old));
      try {
        await rm(path, { recursive: true, force: true });
      } catch (error) {
        throw systemFailure(error, 'write', path);
      }
    }
  }

  /**
   * Does what interrupted writes have left to do: clears what is half-written, lets `latest` name the checkpoint that a run goes on from, removes old ones.
   * @param keep how many stay, from 1. @throws RuntimeFailure
   */
  async recover(found: FoundCheckpoint | undefined, keep: number): Promise<void> {
    await removePartials(this.folder);
    if (found === undefined) return;
    const name = checkpointName(found.checkpoint);
    const hash = await hashCheckpoint(found.path);
    if ((await this.readLatest()) !== latestLine(name, hash)) await this.pointTo(name, hash);
    await this.prune(found.checkpoint, keep);
  }

  private async pointTo(name: string, hash: string): Promise<void> {
    await writeFileAtomically(join(this.folder, latestName), latestLine(name, hash));
  }

  /**
   * What is wrong with `latest`, beyond that it names a checkpoint that is damaged. That it names an older checkpoint than the newest is not wrong: a
   * write was interrupted before it followed.
   */
  private async problemOfLatest(damaged: readonly DamagedCheckpoint[]): Promise<string[]> {
    const path = join(this.folder, latestName);
    const text = await this.readLatest();
    if (text === undefined) return [];
    const [, name = ''] = /^(\S+) [0-9a-f]{64}\n$/.exec(text) ?? [];
    if (positionOf(name) === undefined) return [`${path}: is damaged: it names no checkpoint.`];
    if (damaged.some((other) => other.path === join(this.folder, name))) return [];
    try {
      const hash = await hashCheckpoint(join(this.folder, name));
      return text === latestLine(name, hash) ? [] : [`${path}: is damaged: its hash is not that of ${name}.`];
    } catch (error) {
      if (error instanceof DamagedCheckpoint) return [`${path}: names ${name}, which cannot be read.`];
      throw error;
    }
  }

  private async readLatest(): Promise<string | undefined> {
    try {
      return (await readBytes(join(this.folder, latestName), largestLatest)).toString('latin1');
    } catch (error) {
      if (error instanceof RuntimeFailure && systemErrorCode(error.cause) === 'ENOENT') return undefined;
      if (error instanceof RuntimeFailure) return '';
      throw error;
    }
  }

  private compare(a: Position, b: Position): number {
    return this.stages.indexOf(a.stage) - this.stages.indexOf(b.stage) || a.step - b.step;
  }
}

const latestLine = (name: string, hash: string): string => `${name} ${hash}\n`;
