import type { CaseResult, Settings, SideResult } from './measure.js';

export interface BenchmarkReport {
  /** ISO date, '2026-11-22'. */
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly settings: Settings;
  readonly cases: readonly CaseResult[];
}

/** The layout of PyTorch with the smaller minimum, against which ratios are taken. */
export function bestOfPyTorch(sides: readonly SideResult[]): SideResult | undefined {
  const candidates = sides.filter((side) => side.kind === 'pytorch');
  return candidates.reduce<SideResult | undefined>(
    (best, side) => (best === undefined || side.summary.minimum < best.summary.minimum ? side : best),
    undefined,
  );
}

/** The report as Markdown: one table a case, ratios against PyTorch's better layout. */
export function toMarkdown(report: BenchmarkReport): string {
  const { settings } = report;
  return [
    '# Measured speed and memory',
    '',
    `${report.date}, ${report.machine}; Node ${report.node}; ${settings.threads} threads a side.`,
    '',
    `Written by \`npm run bench\`. Each side is a process of its own; after ${settings.warmup} untimed runs the sides took turns ${settings.rounds} times`,
    'in one session. Times are in milliseconds; CPU time is user and system time of the whole process; peak memory is the largest resident',
    "memory of the whole process (VmHWM), with its interpreter and libraries. Ratios are against PyTorch's better layout: its times by",
    'minimum and by median, its CPU time by median.',
    '',
    ...report.cases.flatMap(caseToMarkdown),
  ].join('\n');
}

function caseToMarkdown(result: CaseResult): string[] {
  const { case: benchmark, sides } = result;
  const best = bestOfPyTorch(sides);
  const columns = ['side', 'minimum', 'median', 'CPU median', 'peak memory', 'ratio of minima', 'of medians', 'of CPU', 'of memory'];
  const rows = sides.map((side) => [
    side.side + (side === best ? ' (better)' : ''),
    side.summary.minimum.toFixed(0),
    side.summary.median.toFixed(0),
    side.summary.cpuMedian.toFixed(0),
    side.peakBytes === undefined ? '' : `${(side.peakBytes / 1e6).toFixed(0)} MB`,
    ...ratios(side, best),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `## ${titleOf(benchmark)}`,
    '',
    line(columns),
    line(columns.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map(line),
    '',
    ...result.absent.map(({ side, reason }) => `${side} was left out: ${reason}\n`),
    ...sides.map((side) => `- ${side.side}: ${side.version}`),
    `- stolen by other guests: ${percent(result.stealShare)}; used by other processes on this machine: ${percent(result.foreignShare)} of all CPU time while the runs were timed`,
    '',
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
  return values.map((value) => (Number.isFinite(value) ? value.toFixed(2) : ''));
}

function percent(share: number | undefined): string {
  return share === undefined ? 'unknown' : `${(share * 100).toFixed(1)} %`;
}
