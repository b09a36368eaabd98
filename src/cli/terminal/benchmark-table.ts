import type { Precision } from '../../compiler/3-lower/index.js';
import { type LoadShares, type Measured, type NetworkJob, percentile, type Sample } from '../../runtime/benchmark/index.js';
import { csvLine, markdownTable } from '../../runtime/tables/index.js';
import { formatImageSize, type ImageSize } from '../image-size.js';
import { formatCost, type NetworkCost } from '../network-cost.js';
import { type ResultFormat, resultText } from '../result-format.js';
import { type Column, formatTable } from './table.js';

/** What is known of a model and an engine before anything is measured. */
interface About extends NetworkCost {
  /** As it was given on the command line. */
  readonly spec: string;
  readonly model: string;
  readonly variant?: string;
  readonly engine: NetworkJob['engine'];
}

/** A model on an engine, measured. Times are milliseconds of wall clock for a batch, from pictures in memory to pictures in memory; memory is in bytes. */
interface MeasuredRow extends About, LoadShares {
  readonly time: { readonly minimum: number; readonly p50: number; readonly p90: number; readonly p99: number; readonly mean: number };
  /** Time of all threads, user and system. */
  readonly cpuTime: { readonly minimum: number; readonly p50: number };
  /** Timed runs. */
  readonly runs: number;
  /** Until the network was compiled, with the engine loaded before. */
  readonly load: Sample;
  readonly peakMemory: number;
  readonly processMemory: number;
  readonly gpuMemory?: number;
  readonly samples: readonly Sample[];
}

/** A row of `mfnc bench`: measured, or with the reason why it could not be. */
export type BenchmarkRow = MeasuredRow | (About & { readonly reason: string });

/** What `mfnc bench --json` prints. */
export interface BenchmarkReport {
  readonly mfnc: string;
  readonly node: string;
  readonly machine: string;
  /** ISO date and time. */
  readonly measured: string;
  readonly size: ImageSize;
  readonly batch: number;
  readonly threads: number;
  readonly precision: Precision;
  /** At most; a row has those that were made. */
  readonly runs: number;
  readonly warmup: number;
  readonly convention: string;
  readonly engines: Readonly<Record<string, { readonly versions: Readonly<Record<string, string>>; readonly devices: readonly string[] }>>;
  readonly rows: readonly BenchmarkRow[];
}

/** Adds what was measured to what is known. */
export function rowOf(about: About, measured: Measured): BenchmarkRow {
  if ('reason' in measured) return { ...about, reason: measured.reason };
  const { samples, memory, gpuBytes, load, stealShare, foreignShare } = measured;
  const wall = samples.map(({ milliseconds }) => milliseconds);
  const cpu = samples.map(({ cpuMilliseconds }) => cpuMilliseconds);
  return {
    ...about,
    time: {
      minimum: Math.min(...wall),
      p50: percentile(wall, 50),
      p90: percentile(wall, 90),
      p99: percentile(wall, 99),
      mean: wall.reduce((sum, value) => sum + value, 0) / wall.length,
    },
    cpuTime: { minimum: Math.min(...cpu), p50: percentile(cpu, 50) },
    runs: samples.length,
    load,
    peakMemory: Math.max(0, memory.peak - memory.base),
    processMemory: memory.peak,
    ...(gpuBytes === undefined ? {} : { gpuMemory: gpuBytes }),
    stealShare,
    foreignShare,
    samples,
  };
}

/** The report in the form asked for, a table by default. */
export function benchmarkText(report: BenchmarkReport, format: ResultFormat): string {
  const columns = columnsOf(report);
  const rows = report.rows.map((row) => cellsOf(row, columns.length));
  const notes = notesOf(report);
  return resultText(
    {
      json: report,
      csv: () => asCSV(report),
      markdown: () => `${[markdownTable(columns, rows), '', ...notes.map((note) => `- ${note}`)].join('\n')}\n`,
      table: () => `${formatTable(columns, rows)}\n${notes.join('\n')}\n`,
    },
    format,
  );
}

function columnsOf({ rows }: BenchmarkReport): Column[] {
  const right = { align: 'right' } as const;
  const onGpu = rows.some((row) => 'time' in row && row.gpuMemory !== undefined);
  return [
    { title: 'model' },
    ...['parameters', 'GMACs', 'GFLOPs'].map((title) => ({ title, ...right })),
    { title: 'engine' },
    ...['minimum ms', 'p50 ms', 'p90 ms', 'p99 ms', 'runs', 'peak memory', 'process'].map((title) => ({ title, ...right })),
    ...['stolen', 'others'].map((title) => ({ title, ...right })),
    ...(onGpu ? [{ title: 'GPU memory', ...right }] : []),
  ];
}

function cellsOf(row: BenchmarkRow, count: number): string[] {
  const first = [row.spec, ...formatCost(row), row.engine];
  if ('reason' in row) return [...first, ...Array.from({ length: count - first.length }, () => '-')];
  const { time, runs, peakMemory, processMemory, stealShare, foreignShare, gpuMemory } = row;
  const cells = [
    ...first,
    ...[time.minimum, time.p50, time.p90, time.p99].map(milliseconds),
    String(runs),
    ...[peakMemory, processMemory].map(megabytes),
    ...[stealShare, foreignShare].map(percent),
    gpuMemory === undefined ? '' : megabytes(gpuMemory),
  ];
  return cells.slice(0, count);
}

function notesOf(report: BenchmarkReport): string[] {
  const { machine, mfnc, node, size, batch, threads, precision, warmup, convention, engines, measured } = report;
  const pictures = batch === 1 ? 'one picture' : `${batch} pictures`;
  const versions = Object.entries(engines).map(([name, { versions: libraries, devices }]) => {
    const told = Object.entries(libraries).map(([library, version]) => `${library} ${version}`);
    return `${name}: ${[...told, ...devices].join(', ')}`;
  });
  const absent = report.rows.flatMap((row) => ('reason' in row ? [`${row.spec} on ${row.engine}: ${row.reason}`] : []));
  return [
    ...absent,
    `${convention}.`,
    `Times are for ${pictures} of ${formatImageSize(size)} (height x width), in ${precision}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, after ${warmup} warm-up runs; percentiles are interpolated between runs.`,
    'peak memory: what the network adds to a process that has the engine loaded; process: all of it.',
    "stolen, others: shares of the machine's processor time that other guests and other processes took while the row was timed; where they are large, look at the minimum.",
    `${machine}; mfnc ${mfnc}, Node ${node}; ${measured.slice(0, 10)}`,
    ...versions,
  ];
}

function asCSV(report: BenchmarkReport): string {
  const notes = notesOf(report).map((note) => `# ${note}`);
  const titles = [
    ...['spec', 'model', 'variant', 'parameters', 'gmacs', 'gflops', 'engine'],
    ...['minimum_ms', 'p50_ms', 'p90_ms', 'p99_ms', 'mean_ms', 'cpu_p50_ms', 'runs', 'peak_memory_bytes', 'process_memory_bytes'],
    ...['gpu_memory_bytes', 'steal_share', 'foreign_share', 'reason'],
  ];
  const lines = report.rows.map((row) => {
    const first = [row.spec, row.model, row.variant, row.parameters, row.gmacs, row.gflops, row.engine];
    if ('reason' in row) return csvLine([...first, ...Array.from({ length: titles.length - first.length - 1 }, () => ''), row.reason]);
    const { time, cpuTime, runs, peakMemory, processMemory, gpuMemory, stealShare, foreignShare } = row;
    const times = [time.minimum, time.p50, time.p90, time.p99, time.mean, cpuTime.p50];
    return csvLine([...first, ...times, runs, peakMemory, processMemory, gpuMemory, stealShare, foreignShare, '']);
  });
  return `${[...notes, csvLine(titles), ...lines].join('\n')}\n`;
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

function percent(share: number | undefined): string {
  return share === undefined ? '?' : `${(share * 100).toFixed(0)} %`;
}
