import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reference } from './kills.js';
import { difference, type Subject } from './subject.js';

/** A byte that is not what was written, or a file that ends there. */
export interface Damage {
  /** Path below the run's `checkpoints`. */
  readonly file: string;
  readonly position: number;
  readonly how: 'flipped' | 'cut';
}

/** All damage that one byte can take, a bit of each: every place of every file of the newest checkpoint, and of `latest`. */
export function allDamage(checkpoints: string, newest: string): Damage[] {
  const files = [...readdirSync(join(checkpoints, newest)).map((name) => join(newest, name)), 'latest'];
  return files.flatMap((file) =>
    Array.from(readFileSync(join(checkpoints, file)), (_, position) => position).flatMap((position) =>
      (['flipped', 'cut'] as const).map((how) => ({ file, position, how })),
    ),
  );
}

export function damaged(whole: Buffer, { position, how }: Damage): Buffer {
  if (how === 'cut') return whole.subarray(0, position);
  const bytes = Buffer.from(whole);
  bytes[position] = (bytes[position] as number) ^ (1 << (position % 8));
  return bytes;
}

/** Whether damage is found and named, and the right checkpoint taken. @returns what is wrong; undefined where nothing is. */
export async function undetected(subject: Subject, name: string, damage: Damage): Promise<string | undefined> {
  const path = join(subject.folder(name), 'checkpoints', damage.file);
  const whole = readFileSync(path);
  const newest = readdirSync(join(subject.folder(name), 'checkpoints'))
    .filter((entry) => entry.startsWith('plain'))
    .sort();
  writeFileSync(path, damaged(whole, damage));
  try {
    const found = await subject.newest(name);
    const wanted = damage.file === 'latest' ? newest.at(-1) : newest.at(-2);
    const named =
      found?.problems.length === 1 && found.problems[0]?.includes(damage.file === 'latest' ? 'latest' : (newest.at(-1) as string));
    return named && found?.path.endsWith(wanted as string)
      ? undefined
      : `${JSON.stringify(damage)}: took ${found?.path}, said ${found?.problems}`;
  } finally {
    writeFileSync(path, whole);
  }
}

/** Resumes a run that was stopped before its end and damaged. @param stopped name of the run as it stands. */
export async function resumeDamaged(subject: Subject, stopped: string, reference: Reference, damage: Damage): Promise<string | undefined> {
  const name = 'damaged';
  subject.remove(name);
  subject.copy(stopped, name);
  const path = join(subject.folder(name), 'checkpoints', damage.file);
  writeFileSync(path, damaged(readFileSync(path), damage));
  const { notes } = await subject.train(name, reference.engine);
  const isNamed = notes.some((note) => note.includes(damage.file.split('/')[0] as string) && /is damaged|names .*, which/.test(note));
  if (!isNamed) return `${JSON.stringify(damage)}: was not named: ${notes.join(' | ')}`;
  const problem = difference(subject.result(name), reference.result);
  return problem === undefined ? undefined : `${JSON.stringify(damage)}: ${problem}`;
}
