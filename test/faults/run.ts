// All faults: kills, failing writes, damage. See README.md.
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { formatTable } from '../../src/cli/terminal/table.js';
import { Random } from '../../src/runtime/data/index.js';
import { type EngineName, findEngine } from '../../src/runtime/engines/index.js';
import { allDamage, type Damage, resumeDamaged, undetected } from './damage.js';
import { failCall } from './failing-writes.js';
import { durationOf, type KillKind, killAtRandomTime, killInWrite, type Reference, referenceOf } from './kills.js';
import { optionsOf, usage } from './options.js';
import { oneStage, Subject, twoStages } from './subject.js';

/** One thing that was tried. */
interface Case {
  readonly name: string;
  /** Row of the table. */
  readonly row: string;
  /** What was done, for people. */
  readonly place: string;
  readonly tried: number;
  readonly inWrite: number;
  readonly problems: readonly string[];
}

const command = [path.join(import.meta.dirname, '../../dist/cli/main.js')];
/** Of twenty kills: by the clock, in a checkpoint, in another write; then the same on tfjs-node, where it is there. */
const shares: readonly (readonly [KillKind, EngineName])[] = [
  ...Array(8).fill(['at a random time', 'onnx']),
  ...Array(6).fill(['in the write of a checkpoint', 'onnx']),
  ...Array(2).fill(['in another write', 'onnx']),
  ...Array(2).fill(['at a random time', 'tfjs-node']),
  ...Array(2).fill(['in the write of a checkpoint', 'tfjs-node']),
];
/** Positions of damage that are tried in one case. */
const damagePiece = 4000;
const damagedResumes = 20;

/** Ends a run that was given so many minutes. */
class OutOfTime extends Error {}

class Trial {
  private readonly done = new Map<string, Case>();

  constructor(
    private readonly file: string,
    private readonly until: number,
  ) {
    if (existsSync(file)) for (const line of readFileSync(file, 'utf8').split('\n')) if (line !== '') this.keep(JSON.parse(line));
  }

  get cases(): readonly Case[] {
    return [...this.done.values()];
  }

  /** Tries something that was not tried before the script was interrupted. */
  async run(name: string, row: string, attempt: () => Promise<Omit<Case, 'name' | 'row'>>): Promise<void> {
    if (this.done.has(name)) return;
    if (performance.now() > this.until) throw new OutOfTime();
    const tried = { name, row, ...(await attempt()) };
    this.keep(tried);
    appendFileSync(this.file, `${JSON.stringify(tried)}\n`);
    for (const problem of tried.problems) process.stdout.write(`FAILED ${name} (${tried.place}): ${problem}\n`);
    process.stdout.write(`${this.done.size}: ${name}, ${tried.place}\n`);
  }

  private keep(tried: Case): void {
    this.done.set(tried.name, tried);
  }
}

const isHere = async (name: EngineName): Promise<boolean> =>
  (await (await findEngine(name).catch(() => undefined))?.probe())?.available === true;

async function tryKills(
  trial: Trial,
  subject: Subject,
  references: ReadonlyMap<EngineName, Reference>,
  kills: number,
  seed: number,
): Promise<void> {
  const durations = new Map<EngineName, Awaited<ReturnType<typeof durationOf>>>();
  for (let i = 0; i < kills; i++) {
    const [kind, wanted] = shares[i % shares.length] as (typeof shares)[number];
    const reference = (references.get(wanted) ?? references.get('onnx')) as Reference;
    const { engine } = reference;
    await trial.run(`kill ${i}`, `killed ${kind}, ${engine}`, async () => {
      const name = `kill-${i}`;
      const random = new Random(seed, 'kill', i);
      if (!durations.has(engine)) durations.set(engine, await durationOf(subject, `duration-${engine}`, engine, command));
      const duration = durations.get(engine) as Awaited<ReturnType<typeof durationOf>>;
      const uniform = () => random.uniform();
      const outcome =
        kind === 'at a random time'
          ? await killAtRandomTime(subject, name, reference, duration, command, uniform)
          : await killInWrite(subject, name, reference, kind, command, uniform);
      subject.remove(name);
      return {
        place: outcome.place,
        tried: 1,
        inWrite: Number(outcome.inWrite),
        problems: outcome.problem === undefined ? [] : [outcome.problem],
      };
    });
  }
}

async function tryFailures(trial: Trial, subject: Subject, reference: Reference): Promise<void> {
  for (const code of ['ENOSPC', 'EIO'] as const) {
    for (let call = 0; call < reference.calls.length; call++) {
      await trial.run(`${code} ${call}`, `a call fails with ${code}`, async () => {
        const name = `${code}-${call}`;
        const { place, outcome, problem } = await failCall(subject, name, reference, call, code);
        subject.remove(name);
        return { place: `${place}: ${outcome}`, tried: 1, inWrite: 0, problems: problem === undefined ? [] : [problem] };
      });
    }
  }
}

async function tryDamage(trial: Trial, subject: Subject, reference: Reference, seed: number): Promise<void> {
  const stopped = 'stopped';
  await subject.train(stopped, reference.engine, 10);
  const found = await subject.newest(stopped);
  const damage = allDamage(path.join(subject.folder(stopped), 'checkpoints'), path.basename(found?.path ?? ''));
  for (let first = 0; first < damage.length; first += damagePiece) {
    const piece = damage.slice(first, first + damagePiece);
    await trial.run(`damage ${first}`, 'a byte flipped or a file cut, at every place', async () => {
      const problems: string[] = [];
      for (const one of piece) {
        const problem = await undetected(subject, stopped, one);
        if (problem !== undefined) problems.push(problem);
      }
      return { place: `${piece[0]?.file} to ${piece.at(-1)?.file}`, tried: piece.length, inWrite: 0, problems };
    });
  }
  const random = new Random(seed, 'damage');
  const chosen = Array.from({ length: damagedResumes }, () => damage[random.below(damage.length)] as Damage);
  for (const [i, one] of chosen.entries()) {
    await trial.run(`resume damaged ${i}`, 'resumed with the newest checkpoint damaged', async () => {
      const problem = await resumeDamaged(subject, stopped, reference, one);
      return { place: `${one.file} ${one.how} at ${one.position}`, tried: 1, inWrite: 0, problems: problem === undefined ? [] : [problem] };
    });
  }
}

function summary(cases: readonly Case[]) {
  const rows = [...new Set(cases.map(({ row }) => row))];
  return rows.map((row) => {
    const of = cases.filter((one) => one.row === row);
    const sum = (count: (one: Case) => number): number => of.reduce((total, one) => total + count(one), 0);
    return {
      row,
      tried: sum(({ tried }) => tried),
      inWrite: sum(({ inWrite }) => inWrite),
      failed: sum(({ problems }) => problems.length),
    };
  });
}

async function main(): Promise<void> {
  const { kills, seed, minutes, folder, resume } = optionsOf(process.argv.slice(2));
  mkdirSync(folder, { recursive: true });
  const progress = path.join(folder, `seed-${seed}.jsonl`);
  if (!resume) rmSync(progress, { force: true });
  const trial = new Trial(progress, performance.now() + minutes * 60_000);
  const place = mkdtempSync(path.join(tmpdir(), 'mfnc-faults-'));
  // Trainings, also those in processes of their own, share compiled graphs among themselves and with nobody else.
  process.env.MFNC_CACHE = path.join(place, 'cache');
  try {
    const subject = await Subject.make(path.join(place, 'long'), twoStages);
    const short = await Subject.make(path.join(place, 'short'), oneStage);
    const references = new Map<EngineName, Reference>();
    for (const engine of ['onnx', 'tfjs-node'] as const)
      if (await isHere(engine)) references.set(engine, await referenceOf(subject, engine));
    const onnx = references.get('onnx') as Reference;
    await tryKills(trial, subject, references, kills, seed);
    await tryDamage(trial, subject, onnx, seed);
    await tryFailures(trial, short, await referenceOf(short, 'onnx'));
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    process.stdout.write('Out of time; --resume goes on.\n');
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  const rows = summary(trial.cases);
  const failures = trial.cases.flatMap(({ name, place: at, problems }) => problems.map((problem) => ({ name, at, problem })));
  const machine = { node: process.version, platform: `${process.platform}-${process.arch}`, cores: availableParallelism() };
  writeFileSync(
    path.join(folder, 'results.json'),
    `${JSON.stringify({ date: new Date().toISOString(), seed, machine, rows, failures }, undefined, 2)}\n`,
  );
  const columns = [
    { title: 'what' },
    { title: 'tried', align: 'right' },
    { title: 'in a write', align: 'right' },
    { title: 'failed', align: 'right' },
  ] as const;
  process.stdout.write(
    formatTable(
      [...columns],
      rows.map(({ row, tried, inWrite, failed }) => [row, String(tried), inWrite === 0 ? '' : String(inWrite), String(failed)]),
    ),
  );
  process.exitCode = failures.length === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof TypeError ? usage : error);
  process.exitCode = 2;
}
