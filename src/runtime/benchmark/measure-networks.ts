import { freemem } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { EngineName } from '../engines/engine.js';
import { gpuMemory, type LoadReading, type LoadShares, readCpuTimes, sharesOf } from './machine.js';
import { NetworkProcess } from './network-process.js';
import type { NetworkMemory } from './protocol.js';
import type { Sample } from './statistics.js';

/** A network that is to be measured on an engine. */
export interface NetworkJob {
  readonly engine: EngineName;
  /** What `writeNetwork` wrote. */
  readonly file: string;
}

export interface Settings {
  /** Timed runs of each network. */
  readonly runs: number;
  /** Runs before them that are not timed. */
  readonly warmup: number;
  readonly threads: number;
  /** Once the timed runs of a network have taken so many seconds, it is run no more, unless it has had fewer than three. */
  readonly seconds: number;
}

export interface MeasuredNetwork extends LoadShares {
  /** Time of compiling. */
  readonly load: Sample;
  readonly samples: readonly Sample[];
  readonly memory: NetworkMemory;
  /** Bytes that the process holds on a GPU, where nvidia-smi tells. */
  readonly gpuBytes: number | undefined;
}

/** What came of a job. */
export type Measured = MeasuredNetwork | { readonly reason: string };

interface Runner {
  readonly index: number;
  readonly process: NetworkProcess;
  readonly load: Sample;
  readonly samples: Sample[];
  readonly readings: LoadReading[];
}

/** Runs that a network is given however long they take. */
const leastRuns = 3;
/** Warm-up runs take no more than this share of the time for timed ones. */
const warmupShare = 0.5;
/** Threads of a process that has just run go on spinning for a moment; the next one starts when they sleep. */
const settleMilliseconds = 250;
/** The processes that take turns together hold about this share of the free memory. */
const memoryShare = 0.5;

/**
 * Measures networks, each in a process of its own. They are prepared one after the other; then they take turns, A B C A B C ..., so that whatever happens to the
 * machine happens to all of them. Where all together would take more than half of the free memory, they do so in groups, in the order given.
 * @param done called after each run, warm-up runs included, and with the jobs that are over.
 * @returns what came of each job, in their order.
 * @throws the reason of the signal once it is aborted. No process outlives the call.
 */
export async function measureNetworks(
  jobs: readonly NetworkJob[],
  settings: Settings,
  signal: AbortSignal,
  done: (runs: number, job: NetworkJob) => void,
): Promise<Measured[]> {
  const results: Measured[] = [];
  const alive = new Set<NetworkProcess>();
  const endAll = (): void => {
    for (const process of alive) void process.close();
  };
  signal.addEventListener('abort', endAll);
  let runs = 0;
  const ran = (job: NetworkJob): void => done(++runs, job);

  async function measureGroup(group: readonly Runner[]): Promise<void> {
    const failures = await takeTurns(group, jobs, settings, signal, ran);
    for (const runner of group) {
      const reason = failures.get(runner);
      results[runner.index] = reason === undefined ? await resultOf(runner) : { reason };
      await runner.process.close();
      alive.delete(runner.process);
    }
  }

  try {
    let group: Runner[] = [];
    let budget = freemem() * memoryShare;
    for (const [index, job] of jobs.entries()) {
      signal.throwIfAborted();
      const process = new NetworkProcess();
      alive.add(process);
      try {
        const { runner, memory } = await prepare(index, job, process, settings, ran);
        group.push(runner);
        budget -= memory.peak;
      } catch (error) {
        signal.throwIfAborted();
        results[index] = { reason: reasonOf(error) };
        await process.close();
      }
      if (budget > 0) continue;
      await measureGroup(group);
      group = [];
      budget = freemem() * memoryShare;
    }
    await measureGroup(group);
    return results;
  } finally {
    signal.removeEventListener('abort', endAll);
    await Promise.all([...alive].map((process) => process.close()));
  }
}

async function prepare(
  index: number,
  { engine, file }: NetworkJob,
  process: NetworkProcess,
  { warmup, threads, seconds }: Settings,
  ran: (job: NetworkJob) => void,
): Promise<{ readonly runner: Runner; readonly memory: NetworkMemory }> {
  const load = await process.ask({ command: 'prepare', file, engine, threads });
  let spent = 0;
  for (let i = 0; i < warmup && spent < seconds * 1000 * warmupShare; i++) {
    spent += (await process.ask({ command: 'run' })).milliseconds;
    ran({ engine, file });
  }
  return { runner: { index, process, load, samples: [], readings: [] }, memory: await process.ask({ command: 'memory' }) };
}

/** @returns why a network of the group could not go on, for those that could not. */
async function takeTurns(
  group: readonly Runner[],
  jobs: readonly NetworkJob[],
  { runs, seconds }: Settings,
  signal: AbortSignal,
  ran: (job: NetworkJob) => void,
): Promise<Map<Runner, string>> {
  const failures = new Map<Runner, string>();
  for (let round = 0; round < runs; round++) {
    for (const runner of group) {
      const { process, samples, readings, index } = runner;
      const spent = samples.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
      if (failures.has(runner) || (samples.length >= leastRuns && spent > seconds * 1000)) continue;
      if (group.length > 1) await wait(settleMilliseconds);
      signal.throwIfAborted();
      try {
        const before = readCpuTimes();
        const sample = await process.ask({ command: 'run' });
        readings.push({ before, after: readCpuTimes(), own: sample.cpuMilliseconds });
        samples.push(sample);
        ran(jobs[index] as NetworkJob);
      } catch (error) {
        signal.throwIfAborted();
        failures.set(runner, reasonOf(error));
      }
    }
  }
  return failures;
}

async function resultOf({ process, load, samples, readings }: Runner): Promise<MeasuredNetwork> {
  const memory = await process.ask({ command: 'memory' });
  const gpuBytes = process.pid === undefined ? undefined : gpuMemory(process.pid);
  return { load, samples, memory, gpuBytes, ...sharesOf(readings) };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
