import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** Jiffies of the whole machine since it started, from /proc/stat. */
export interface CpuTimes {
  readonly busy: number;
  readonly steal: number;
  readonly total: number;
}

/** Reads the machine's CPU times; undefined where there is no /proc/stat (then shares are not reported). */
export function readCpuTimes(): CpuTimes | undefined {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    // user nice system idle iowait irq softirq steal; the guest columns after them are contained in user.
    const columns = line.trim().split(/\s+/).slice(1, 9).map(Number);
    const [, , , idle = 0, waiting = 0, , , steal = 0] = columns;
    const total = columns.reduce((sum, value) => sum + value, 0);
    return { busy: total - idle - waiting - steal, steal, total };
  } catch {
    return undefined;
  }
}

export interface MachineLoad {
  /** Share of the machine's CPU time that the hypervisor gave to others, 0 to 1. */
  readonly stealShare: number;
  /** CPU time used by anybody on this machine, in milliseconds. */
  readonly busyMilliseconds: number;
}

/** What happened on the machine between two readings. */
export function loadBetween(before: CpuTimes | undefined, after: CpuTimes | undefined): MachineLoad | undefined {
  if (before === undefined || after === undefined || after.total <= before.total) return undefined;
  const elapsed = after.total - before.total;
  // A jiffy of /proc/stat is 10 ms on every Linux that Node supports (USER_HZ = 100).
  return { stealShare: (after.steal - before.steal) / elapsed, busyMilliseconds: (after.busy - before.busy) * 10 };
}

/** The readings around one timed run, and the CPU time of the process that was timed, in milliseconds. */
export interface LoadReading {
  readonly before: CpuTimes | undefined;
  readonly after: CpuTimes | undefined;
  readonly own: number;
}

/** Shares of the machine's CPU time while runs were timed, 0 to 1; undefined where the system does not tell. */
export interface LoadShares {
  /** Given to other guests by the hypervisor. */
  readonly stealShare: number | undefined;
  /** Used on this machine by other processes than the one being timed. */
  readonly foreignShare: number | undefined;
}

/** The shares over all readings together. */
export function sharesOf(readings: readonly LoadReading[]): LoadShares {
  let total = 0;
  let stolen = 0;
  let foreign = 0;
  for (const { before, after, own } of readings) {
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

/** GPU memory that a process holds, in bytes; undefined where there is no nvidia-smi or it does not name the process. */
export function gpuMemory(pid: number): number | undefined {
  const { status, stdout } = spawnSync('nvidia-smi', ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits'], {
    encoding: 'utf8',
  });
  return status === 0 ? gpuMemoryIn(stdout, pid) : undefined;
}

/** @param table lines of `pid, mebibytes`, as nvidia-smi prints them. */
export function gpuMemoryIn(table: string, pid: number): number | undefined {
  const line = table.split('\n').find((candidate) => Number(candidate.split(',')[0]) === pid);
  const mebibytes = Number(line?.split(',')[1]);
  return Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : undefined;
}

/** Name of the first GPU, ', NVIDIA H100'; empty where nvidia-smi names none. */
function gpuName(): string {
  const { status, stdout } = spawnSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { encoding: 'utf8' });
  return status === 0 ? `, ${stdout.trim().split('\n')[0]}` : '';
}

/** 'AMD EPYC, 2 cores, 23 GB, Linux 6.1': what a reader needs to judge the numbers. */
export function describeMachine(): string {
  const [cpu] = os.cpus();
  const model = cpu?.model.trim().replace(/\s+/g, ' ') ?? 'unknown processor';
  const instructions = processorExtensions();
  const parts = [
    `${model}${instructions}`,
    `${os.availableParallelism()} cores`,
    `${Math.round(os.totalmem() / 2 ** 30)} GB`,
    `${os.type()} ${os.release()}`,
  ];
  return `${parts.join(', ')}${gpuName()}`;
}

/** The vector extensions that decide the speed of convolutions, ' (AVX-512, AMX)', where /proc/cpuinfo names them. */
function processorExtensions(): string {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? [];
    const named = Object.entries({ avx2: 'AVX2', avx512f: 'AVX-512', avx512_bf16: 'AVX-512 BF16', amx_tile: 'AMX' });
    const present = named.filter(([flag]) => flags.includes(flag)).map(([, name]) => name);
    return present.length === 0 ? '' : ` (${present.join(', ')})`;
  } catch {
    return '';
  }
}
