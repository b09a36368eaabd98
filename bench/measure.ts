import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  gpuMemory,
  type LoadReading,
  type LoadShares,
  readCpuTimes,
  type Sample,
  type Summary,
  sharesOf,
  summarize,
} from '../src/runtime/benchmark/index.js';
import { type Computed, disagreement, outputOf, tolerances } from './agreement.js';
import type { BenchmarkCase, RunAnswer } from './protocol.js';
import type { Side } from './sides.js';
import type { WorkerClient } from './worker-client.js';

export interface Settings {
  /** Timed runs of each side. */
  readonly rounds: number;
  /** Untimed runs of each side before them. */
  readonly warmup: number;
  readonly threads: number;
}

export interface Start {
  /** Loading the library, compiling, giving it the weights: everything up to the first run. */
  readonly load: Sample;
  readonly first: Sample | undefined;
}

export interface SideResult {
  readonly side: string;
  readonly kind: Side['kind'];
  readonly engine: string | undefined;
  readonly precision: Side['precision'];
  readonly version: string;
  readonly start: Start;
  /** The start before anything was in the cache of compiled graphs; mfnc's engines only. */
  readonly coldStart: Start | undefined;
  readonly summary: Summary;
  /** Largest resident memory of the worker's whole process. */
  readonly peakBytes: number | undefined;
  /** GPU memory of the process at the end, where nvidia-smi tells. */
  readonly gpuBytes: number | undefined;
  readonly samples: readonly Sample[];
}

export interface CaseResult extends LoadShares {
  readonly case: BenchmarkCase;
  readonly sides: readonly SideResult[];
  /** Sides that could not run, with the reason. */
  readonly absent: readonly { readonly side: string; readonly reason: string }[];
}

interface Runner {
  readonly side: Side;
  readonly worker: WorkerClient;
  readonly version: string;
  readonly load: Sample;
  readonly first: Sample | undefined;
  readonly computed: Computed | undefined;
  readonly cold?: Start | undefined;
  readonly samples: Sample[];
}

/** Idle workers' threads go on spinning for a moment; the next side starts when they sleep. */
const settleMilliseconds = 250;

/**
 * Measures all sides of one case in one session: each side is a process of its own that is prepared once, then the sides take turns,
 * A B C A B C ..., so that whatever happens to the machine happens to all of them.
 */
export async function measureCase(
  benchmark: BenchmarkCase,
  sides: readonly Side[],
  settings: Settings,
  say: (line: string) => void,
): Promise<CaseResult> {
  const runners: Runner[] = [];
  const absent: { side: string; reason: string }[] = [];
  // A cache of compiled graphs of its own: the first start of an engine finds it empty, the one that is timed does not.
  const cache = mkdtempSync(path.join(os.tmpdir(), 'mfnc-bench-cache-'));
  const environment = { MFNC_CACHE: cache };
  try {
    for (const side of sides) {
      const cold = side.kind === 'compiled' ? await startOnce(side, environment, benchmark, settings) : undefined;
      const worker = side.start(environment);
      try {
        const runner = { ...(await prepare(side, worker, benchmark, settings)), cold };
        const reference = runners.find((other) => other.computed !== undefined);
        requireAgreement(runner, reference);
        runners.push(runner);
        say(`  ${side.name} is ready (${runner.version})`);
      } catch (error) {
        await worker.close();
        const reason = error instanceof Error ? error.message : String(error);
        absent.push({ side: side.name, reason });
        say(`  ${side.name} is left out: ${reason}`);
      }
    }
    const load = await takeTurns(runners, settings.rounds, say);
    return { case: benchmark, sides: await Promise.all(runners.map(resultOf)), absent, ...load };
  } finally {
    await Promise.all(runners.map((runner) => runner.worker.close()));
    rmSync(cache, { recursive: true, force: true });
  }
}

/** Load and first run in a process of its own; undefined where it fails, which the process that is timed will tell. */
async function startOnce(
  side: Side,
  environment: Readonly<Record<string, string>>,
  benchmark: BenchmarkCase,
  settings: Settings,
): Promise<Start | undefined> {
  const worker = side.start(environment);
  try {
    const { load, first } = await prepare(side, worker, benchmark, { ...settings, warmup: 1 });
    return { load, first };
  } catch {
    return undefined;
  } finally {
    await worker.close();
  }
}

async function prepare(side: Side, worker: WorkerClient, benchmark: BenchmarkCase, settings: Settings): Promise<Runner> {
  const { name, ...size } = benchmark;
  const prepared = await worker.ask({
    command: 'prepare',
    case: name,
    threads: settings.threads,
    precision: side.precision,
    ...size,
    ...side.mode,
  });
  const runs: RunAnswer[] = [];
  for (let i = 0; i < settings.warmup; i++) runs.push(await worker.ask({ command: 'run' }));
  // PyTorch starts from weights of its own; `npm run parity` compares it.
  const values = runs.map(({ value }) => value);
  const computed = side.kind === 'pytorch' ? undefined : { values, output: await outputOf(worker) };
  const [first] = runs;
  const timeOf = ({ milliseconds, cpuMilliseconds }: Sample): Sample => ({ milliseconds, cpuMilliseconds });
  return { side, worker, version: prepared.version, load: timeOf(prepared), first: first && timeOf(first), computed, samples: [] };
}

/** @throws Error where a side computes something else than the first one did. */
function requireAgreement({ side, computed }: Runner, reference: Runner | undefined): void {
  if (computed === undefined || reference?.computed === undefined) return;
  const distance = disagreement(computed, reference.computed);
  if (distance <= tolerances[side.precision]) return;
  throw new Error(`it does not compute what ${reference.side.name} computes: they differ by ${distance.toExponential(1)} (${side.kind})`);
}

async function takeTurns(runners: readonly Runner[], rounds: number, say: (line: string) => void): Promise<LoadShares> {
  const loads: LoadReading[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const runner of runners) {
      await new Promise((resolve) => setTimeout(resolve, settleMilliseconds));
      const before = readCpuTimes();
      const { milliseconds, cpuMilliseconds, value } = await runner.worker.ask({ command: 'run' });
      loads.push({ before, after: readCpuTimes(), own: cpuMilliseconds });
      if (!Number.isFinite(value)) throw new Error(`${runner.side.name} computed ${value}`);
      runner.samples.push({ milliseconds, cpuMilliseconds });
    }
    say(`  round ${round}/${rounds}: ${runners.map((r) => `${r.side.name} ${r.samples.at(-1)?.milliseconds.toFixed(0)} ms`).join(', ')}`);
  }
  return sharesOf(loads);
}

async function resultOf({ side, worker, version, load, first, cold, samples }: Runner): Promise<SideResult> {
  const { peakBytes } = await worker.ask({ command: 'memory' });
  const { name, kind, engine, precision } = side;
  const gpuBytes = worker.pid === undefined ? undefined : gpuMemory(worker.pid);
  const summary = summarize(samples);
  return { side: name, kind, engine, precision, version, start: { load, first }, coldStart: cold, summary, peakBytes, gpuBytes, samples };
}
