import { medianRatio } from '../src/runtime/benchmark/index.js';
import { tolerances } from './agreement.js';
import type { CaseResult, Settings, SideResult, Start } from './measure.js';

export interface BenchmarkReport {
  /** ISO date, '2026-11-22'. */
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly settings: Settings;
  readonly cases: readonly CaseResult[];
  /** What is said of a GPU at the end; absent in the report of a GPU itself. */
  readonly gpu?: string;
}

/** The layout of PyTorch with the smaller minimum in a precision, against which its ratios are taken. */
export function bestOfPyTorch(sides: readonly SideResult[], precision: SideResult['precision']): SideResult | undefined {
  const candidates = sides.filter((side) => side.kind === 'pytorch' && side.precision === precision);
  return candidates.reduce<SideResult | undefined>(
    (best, side) => (best === undefined || side.summary.minimum < best.summary.minimum ? side : best),
    undefined,
  );
}

/** The report as Markdown: for each case the table of times, that of the start, and what was compiled beside what was written by hand. */
export function toMarkdown(report: BenchmarkReport): string {
  const { settings } = report;
  return [
    '# Measured speed and memory',
    '',
    `${report.date}, ${report.machine}; Node ${report.node}; ${settings.threads} threads a side.`,
    '',
    `Written by \`npm run bench\`. Each side is a process of its own; after ${settings.warmup} untimed runs the sides took turns ${settings.rounds} times`,
    'in one session. Times are in milliseconds; CPU time is user and system time of the whole process; peak memory is the largest resident',
    "memory of the whole process (VmHWM), with its interpreter and libraries. Ratios are against PyTorch's better layout in the same precision: its times by",
    'minimum and by median, its CPU time by median. What mfnc compiled, generated code and code by hand start from the same weights and pictures, and',
    `each was timed only after its losses, pictures and trained weights were those of the first of them to ${tolerances.float32} (in bfloat16 ${tolerances.bfloat16}).`,
    '',
    ...report.cases.flatMap(caseToMarkdown),
    ...(report.gpu === undefined ? [] : ['## On a GPU', '', report.gpu, '']),
  ].join('\n');
}

type Row = readonly string[];

function table(columns: Row, rows: readonly Row[]): string[] {
  const line = (cells: Row) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line), ''];
}

function caseToMarkdown(result: CaseResult): string[] {
  const { case: benchmark, sides } = result;
  return [
    `## ${titleOf(benchmark)}`,
    '',
    ...timeTable(sides),
    ...startTable(sides),
    ...handTable(sides),
    ...result.absent.map(({ side, reason }) => `${side} was left out: ${reason}\n`),
    ...sides.map((side) => `- ${side.side}: ${side.version}`),
    `- stolen by other guests: ${percent(result.stealShare)}; used by other processes on this machine: ${percent(result.foreignShare)} of all CPU time while the runs were timed`,
    '',
  ];
}

function timeTable(sides: readonly SideResult[]): string[] {
  const onGpu = sides.some(({ gpuBytes }) => gpuBytes !== undefined);
  const best = { float32: bestOfPyTorch(sides, 'float32'), bfloat16: bestOfPyTorch(sides, 'bfloat16') };
  const hasRatios = Object.values(best).some((side) => side !== undefined);
  const ratioColumns = !hasRatios ? [] : ['ratio of minima', 'of medians', 'of CPU', 'of memory'];
  return table(
    ['side', 'minimum', 'median', 'CPU median', 'peak memory', ...(onGpu ? ['GPU memory'] : []), ...ratioColumns],
    sides.map((side) => [
      side.side + (side === best[side.precision] ? ' (better)' : ''),
      milliseconds(side.summary.minimum),
      milliseconds(side.summary.median),
      milliseconds(side.summary.cpuMedian),
      megabytes(side.peakBytes),
      ...(onGpu ? [megabytes(side.gpuBytes)] : []),
      ...(hasRatios ? ratios(side, best[side.precision]) : []),
    ]),
  );
}

/** Load and first run, with an empty and with a filled cache of compiled graphs where a side has one. */
function startTable(sides: readonly SideResult[]): string[] {
  const cells = ({ load, first }: Start): string[] =>
    [load, first].map((sample) => (sample === undefined ? '' : milliseconds(sample.milliseconds)));
  return [
    'The start: loading the library, compiling and giving it the weights; then the first run. For mfnc with an empty cache and with a filled one.',
    '',
    ...table(
      ['side', 'load, nothing cached', 'first run', 'load, cached', 'first run'],
      sides.map(({ side, start, coldStart }) => [
        side,
        ...(coldStart === undefined ? [...cells(start), '', ''] : [...cells(coldStart), ...cells(start)]),
      ]),
    ),
  ];
}

/** What mfnc compiled, over the same code by hand and generated, engine by engine. */
function handTable(sides: readonly SideResult[]): string[] {
  const rows = sides.flatMap((compiled) =>
    sides
      .filter(
        (other) =>
          compiled.kind === 'compiled' &&
          compiled.precision === other.precision &&
          other.engine === compiled.engine &&
          other.kind !== 'compiled',
      )
      .map((other) => [
        `${compiled.side} over ${other.side}`,
        ratio(compiled.summary.minimum / other.summary.minimum),
        ratio(compiled.summary.median / other.summary.median),
        ratio(medianRatio(compiled.samples, other.samples)),
        ratio(compiled.summary.cpuMedian / other.summary.cpuMedian),
        compiled.peakBytes === undefined || other.peakBytes === undefined ? '' : ratio(compiled.peakBytes / other.peakBytes),
      ]),
  );
  if (rows.length === 0) return [];
  return [
    'What mfnc compiled, as a fraction of tfjs code for the same network over the same library:',
    '',
    ...table(['', 'minima', 'medians', 'median of the rounds', 'CPU', 'memory'], rows),
  ];
}

function titleOf(benchmark: CaseResult['case']): string {
  const model = benchmark.model === 'drgn' ? 'DRGN' : 'LW-DRGN';
  if (benchmark.name === 'inference') return `${model}, inference, one picture of ${benchmark.width}x${benchmark.height}`;
  return `${model}, train step of stage 2 (both pairs forward, ReG backward, Adam), ${benchmark.batch}x${benchmark.height}x${benchmark.width}`;
}

function ratios(side: SideResult, best: SideResult | undefined): string[] {
  if (best === undefined) return ['', '', '', ''];
  const memory = side.peakBytes === undefined || best.peakBytes === undefined ? Number.NaN : side.peakBytes / best.peakBytes;
  const values = [
    side.summary.minimum / best.summary.minimum,
    side.summary.median / best.summary.median,
    side.summary.cpuMedian / best.summary.cpuMedian,
    memory,
  ];
  return values.map(ratio);
}

function ratio(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '';
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '' : `${(bytes / 1e6).toFixed(0)} MB`;
}

function percent(share: number | undefined): string {
  return share === undefined ? 'unknown' : `${(share * 100).toFixed(1)} %`;
}
