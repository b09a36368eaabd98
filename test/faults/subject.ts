import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireIR } from '../../src/cli/analyze-file.js';
import { CheckpointStore, type FoundCheckpoint } from '../../src/runtime/checkpoint/index.js';
import { type EngineName, findEngine } from '../../src/runtime/engines/index.js';
import { readRunFile, type TrainOutcome, train } from '../../src/runtime/train/index.js';
import { makeTinyRun, type TinyRun } from '../support/tiny-run.js';
import type { KillAt } from './preload.js';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** Stages of the training that faults are tried on: a generator with a discriminator, then the generator alone. */
export const stages = ['adversarial', 'plain'];

/** Both stages, of 4 and 8 steps, with checkpoints within and at the end of each, clipped gradients and moving averages. */
export const twoStages = {
  training: { adversarial: { epochs: 1 }, plain: { steps: 8 }, gradients: { clip_norm: 1 }, ema: { decay: 0.9 } },
  checkpoint: { every: 3, keep: 2 },
  samples: { every: 5, count: 1 },
};
/** As few calls of the file system as do all that there is to do: three checkpoints, two of them replaced. */
export const oneStage = {
  training: { adversarial: { epochs: 0 }, plain: { steps: 3 } },
  checkpoint: { every: 1, keep: 1 },
  samples: { every: 5, count: 1 },
};

/** A training with checkpoints, pictures and validations that takes a second. */
export class Subject {
  private constructor(
    private readonly tiny: TinyRun,
    private readonly changes: Record<string, unknown>,
  ) {}

  static async make(folder: string, shape: Record<string, unknown>): Promise<Subject> {
    mkdirSync(folder, { recursive: true });
    const pair = { low: 'pairs/low', normal: 'pairs/normal' };
    const data = { pair, reference: 'references/normal', validation: { ...pair, every: 5 } };
    return new Subject(await makeTinyRun(folder), { data, ...shape });
  }

  runFile(name: string, engine: EngineName): string {
    return this.tiny.runFile(name, { ...this.changes, engine });
  }

  /** Output folder of a run. */
  folder(name: string): string {
    return join(this.tiny.folder, 'runs', name);
  }

  /**
   * Trains in this process; goes on with a run that is there.
   * @param stopAfter steps after which it is interrupted. @returns what was noted. @throws what `train` throws.
   */
  async train(
    name: string,
    engine: EngineName,
    stopAfter = Number.POSITIVE_INFINITY,
  ): Promise<{ readonly notes: readonly string[]; readonly outcome: TrainOutcome }> {
    const controller = new AbortController();
    let steps = 0;
    const stepDone = (): void => {
      steps += 1;
      if (steps >= stopAfter) controller.abort();
    };
    const run = await readRunFile(this.runFile(name, engine));
    const notes: string[] = [];
    const outcome = await train({
      run,
      ir: requireIR(run.model, { overrides: run.overrides }).ir,
      engine: await findEngine(engine),
      // As a user does it who is told that there is no run to go on with.
      resume: existsSync(join(this.folder(name), 'config.yaml')),
      signal: controller.signal,
      reporter: { checked: () => undefined, validating: () => undefined, stepDone, note: (line) => notes.push(line) },
    });
    return { notes, outcome };
  }

  /** Starts `mfnc train` in a process of its own. @param command what runs mfnc: the built command, or its sources. */
  start(name: string, engine: EngineName, command: readonly string[], kill?: KillAt): ChildProcess {
    const preload = kill === undefined ? [] : ['--import', 'tsx', '--import', join(import.meta.dirname, 'preload.ts')];
    return spawn(process.execPath, [...preload, ...command, 'train', this.runFile(name, engine)], {
      cwd: project,
      env: { ...process.env, MFNC_TEST_FAULT: JSON.stringify(kill) },
      stdio: 'ignore',
    });
  }

  newest(name: string): Promise<FoundCheckpoint | undefined> {
    return new CheckpointStore(join(this.folder(name), 'checkpoints'), stages).newest();
  }

  /** Copies a run as it stands. */
  copy(from: string, to: string): void {
    cpSync(this.folder(from), this.folder(to), { recursive: true });
  }

  remove(name: string): void {
    rmSync(this.folder(name), { recursive: true, force: true });
  }

  /** What a run has come to: the hashes of its weights and checkpoints, its log without the times, and what was left lying. */
  result(name: string): RunResult {
    const folder = this.folder(name);
    const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
    const checkpoints = readdirSync(join(folder, 'checkpoints')).filter((entry) => entry !== 'latest');
    const lines = readFileSync(join(folder, 'log.jsonl'), 'utf8').trimEnd().split('\n');
    return {
      weights: hash(join(folder, 'weights.safetensors')),
      latest: readFileSync(join(folder, 'checkpoints/latest'), 'utf8'),
      checkpoints: checkpoints.map((entry) => `${entry} ${hash(join(folder, 'checkpoints', entry, 'SHA256SUMS'))}`),
      log: lines.map((line) => JSON.stringify({ ...JSON.parse(line), seconds: 0, waiting: 0 })),
      leftovers: readdirSync(folder, { recursive: true })
        .map(String)
        .filter((entry) => /\.partial(\/|$)|^\.lock$/.test(entry)),
    };
  }
}

/** Equal for runs that ended alike, bit by bit. */
export interface RunResult {
  readonly weights: string;
  readonly latest: string;
  readonly checkpoints: readonly string[];
  readonly log: readonly string[];
  readonly leftovers: readonly string[];
}

/** In what a run ended otherwise than another; undefined where in nothing. */
export function difference(found: RunResult, wanted: RunResult): string | undefined {
  const parts = (['weights', 'latest', 'checkpoints', 'log', 'leftovers'] as const).filter(
    (part) => JSON.stringify(found[part]) !== JSON.stringify(wanted[part]),
  );
  return parts.length === 0
    ? undefined
    : parts
        .map((part) => `${part}: ${JSON.stringify(found[part])}`)
        .join('; ')
        .slice(0, 400);
}
