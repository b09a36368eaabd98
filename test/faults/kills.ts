import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { EngineName } from '../../src/runtime/engines/index.js';
import { type FileCall, interceptFileCalls } from './file-calls.js';
import type { KillMoment } from './preload.js';
import { difference, type RunResult, type Subject } from './subject.js';

/** How a process is killed: by the clock from outside, or at a call of the file system that writes. */
export type KillKind = 'at a random time' | 'in the write of a checkpoint' | 'in another write';

/** What came of a training that was killed and resumed. */
export interface KillOutcome {
  readonly kind: KillKind;
  readonly engine: EngineName;
  /** Where it was killed, for people. */
  readonly place: string;
  /** Something half-written was there. */
  readonly inWrite: boolean;
  /** Undefined where it ended as the uninterrupted run did. */
  readonly problem?: string;
}

/** A run that nothing interrupts, to compare with. */
export interface Reference {
  readonly engine: EngineName;
  readonly result: RunResult;
  /** Calls that write, in their order. */
  readonly calls: readonly Pick<FileCall, 'kind' | 'path'>[];
}

/** Trains without interruption and counts the calls that write. */
export async function referenceOf(subject: Subject, engine: EngineName): Promise<Reference> {
  const name = `reference-${engine}`;
  const calls: Pick<FileCall, 'kind' | 'path'>[] = [];
  const undo = interceptFileCalls(subject.folder(name), ({ kind, path }, perform) => {
    calls.push({ kind, path: path.slice(subject.folder(name).length + 1) });
    return perform();
  });
  try {
    await subject.train(name, engine);
  } finally {
    undo();
  }
  return { engine, result: subject.result(name), calls };
}

/** Numbers of the calls of a run that write its checkpoints, or that write anything else. */
export const callsOf = ({ calls }: Reference, kind: Exclude<KillKind, 'at a random time'>): number[] =>
  calls.flatMap(({ path }, i) => (path.startsWith('checkpoints') === (kind === 'in the write of a checkpoint') ? [i] : []));

/** Kills a training at a call of the file system, and resumes it. @param random uniform in [0, 1). */
export async function killInWrite(
  subject: Subject,
  name: string,
  reference: Reference,
  kind: Exclude<KillKind, 'at a random time'>,
  command: readonly string[],
  random: () => number,
): Promise<KillOutcome> {
  const { engine, calls } = reference;
  const candidates = callsOf(reference, kind);
  const call = candidates[Math.floor(random() * candidates.length)] as number;
  const moments: readonly KillMoment[] = calls[call]?.kind === 'write' ? ['before', 'half', 'half', 'after'] : ['before', 'after'];
  const moment = moments[Math.floor(random() * moments.length)] as KillMoment;
  const child = subject.start(name, engine, command, { folder: subject.folder(name), call, moment });
  const signal = await endOf(child);
  const place = `${moment === 'half' ? 'half-way in' : moment} call ${call}, ${calls[call]?.kind} ${calls[call]?.path}`;
  if (signal !== 'SIGKILL') return { kind, engine, place, inWrite: false, problem: 'the training ended before it could be killed' };
  return { kind, engine, place, inWrite: true, ...(await resumed(subject, name, reference)) };
}

/** Times of a training in its process, in ms. */
export interface Duration {
  /** From the start of the process to the first file of the run. */
  readonly toFirstFile: number;
  readonly fromFirstFile: number;
}

/** How long a training takes that nothing interrupts. */
export async function durationOf(subject: Subject, name: string, engine: EngineName, command: readonly string[]): Promise<Duration> {
  const started = performance.now();
  const child = subject.start(name, engine, command);
  const ended = endOf(child);
  await firstFile(subject, name, child);
  const first = performance.now();
  await ended;
  return { toFirstFile: first - started, fromFirstFile: performance.now() - first };
}

/** Kills a training at a random time from its first file on, and resumes it. One that has ended before is tried again, earlier. */
export async function killAtRandomTime(
  subject: Subject,
  name: string,
  reference: Reference,
  { fromFirstFile }: Duration,
  command: readonly string[],
  random: () => number,
): Promise<KillOutcome> {
  const { engine } = reference;
  const kind = 'at a random time';
  let delay = random() * fromFirstFile;
  for (let attempt = 0; attempt < 8; attempt++) {
    const child = subject.start(name, engine, command);
    const ended = endOf(child);
    await firstFile(subject, name, child);
    await wait(delay);
    child.kill('SIGKILL');
    if ((await ended) === 'SIGKILL') {
      const folder = subject.folder(name);
      const names = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
      const inWrite = names.some((entry) => entry.includes('.partial'));
      const place = `${delay.toFixed(0)} ms after its first file${inWrite ? ', with something half-written' : ''}`;
      return { kind, engine, place, inWrite, ...(await resumed(subject, name, reference)) };
    }
    subject.remove(name);
    delay *= 0.7;
  }
  return { kind, engine, place: '', inWrite: false, problem: 'the training always ended before it could be killed' };
}

/** Resumes a run and compares what it ends with. A kill damages nothing: what is found then must be whole. */
async function resumed(subject: Subject, name: string, { engine, result }: Reference): Promise<{ readonly problem?: string }> {
  try {
    const found = await subject.newest(name);
    if (found !== undefined && found.problems.length > 0) return { problem: `after the kill: ${found.problems.join(' ')}` };
    await subject.train(name, engine);
    const problem = difference(subject.result(name), result);
    return problem === undefined ? {} : { problem };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The signal that ended a process; null where it ended by itself. */
const endOf = (child: ChildProcess): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal)));

async function firstFile(subject: Subject, name: string, child: ChildProcess): Promise<void> {
  while (!existsSync(join(subject.folder(name), '.lock')) && child.exitCode === null) await wait(1);
}
