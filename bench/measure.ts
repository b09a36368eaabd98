import { type CpuTimes, loadBetween, readCpuTimes } from './machine.js';
import type { BenchmarkCase } from './protocol.js';
import type { Side } from './sides.js';
import { type Sample, type Summary, summarize } from './statistics.js';
import type { WorkerClient } from './worker-client.js';

export interface Settings {
  /** Timed runs of each side. */
  readonly rounds: number;
  /** Untimed runs of each side before them. */
  readonly warmup: number;
  readonly threads: number;
}

export interface SideResult {
  readonly side: string;
  readonly kind: Side['kind'];
  readonly version: string;
  readonly summary: Summary;
  /** Largest resident memory of the worker's whole process. */
  readonly peakBytes: number | undefined;
  readonly samples: readonly Sample[];
}

export interface CaseResult {
  readonly case: BenchmarkCase;
  readonly sides: readonly SideResult[];
  /** Sides that could not run, with the reason. */
  readonly absent: readonly { readonly side: string; readonly reason: string }[];
  /** Share of the machine's CPU time that was stolen by other guests while the runs were timed. */
  readonly stealShare: number | undefined;
  /** CPU time used on this machine by other processes than the one being timed, as a share of all CPU time during the runs. */
  readonly foreignShare: number | undefined;
}

interface Runner {
  readonly side: Side;
  readonly worker: WorkerClient;
  readonly version: string;
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
  try {
    for (const side of sides) {
      const worker = side.start();
      try {
        const { name, ...size } = benchmark;
        const layout = side.layout === undefined ? {} : { layout: side.layout };
        const { version } = await worker.ask({ command: 'prepare', case: name, threads: settings.threads, ...size, ...layout });
        for (let i = 0; i < settings.warmup; i++) await worker.ask({ command: 'run' });
        runners.push({ side, worker, version, samples: [] });
        say(`  ${side.name} is ready (${version})`);
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
  }
}

async function takeTurns(
  runners: readonly Runner[],
  rounds: number,
  say: (line: string) => void,
): Promise<Pick<CaseResult, 'stealShare' | 'foreignShare'>> {
  const loads: { before: CpuTimes | undefined; after: CpuTimes | undefined; own: number }[] = [];
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

function sharesOf(
  loads: readonly { before: CpuTimes | undefined; after: CpuTimes | undefined; own: number }[],
): Pick<CaseResult, 'stealShare' | 'foreignShare'> {
  let total = 0;
  let stolen = 0;
  let foreign = 0;
  for (const { before, after, own } of loads) {
    const load = loadBetween(before, after);
    if (load === undefined || before === undefined || after === undefined) continue;
    const elapsed = after.total - before.total;
    total += elapsed;
    stolen += load.stealShare * elapsed;
    foreign += Math.max(0, load.busyMilliseconds - own) / 10;
  }
  if (total === 0) return { stealShare: undefined, foreignShare: undefined };
  return { stealShare: stolen / total, foreignShare: foreign / total };
}

async function resultOf({ side, worker, version, samples }: Runner): Promise<SideResult> {
  const { peakBytes } = await worker.ask({ command: 'memory' });
  return { side: side.name, kind: side.kind, version, summary: summarize(samples), peakBytes, samples };
}
