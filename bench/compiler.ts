// Measures the compiler itself, as built: DRGN from text to verified IR, `mfnc check` as a process, and how the time grows with the length of a program.
// Writes RESULTS-COMPILER.md. Run by `npm run bench:compiler`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { analyze, verifyIR } from '../src/compiler/index.js';
import { describeMachine, loadBetween, readCpuTimes, type Sample, type Summary, summarize } from '../src/runtime/benchmark/index.js';
import { writeFileAtomically } from '../src/runtime/files/index.js';
import { generatedProgram } from './compiler-program.js';

const root = path.resolve(import.meta.dirname, '..');
const { compiler } = { compiler: await import(pathToFileURL(path.join(root, 'dist/compiler/index.js')).href) } as {
  readonly compiler: { readonly analyze: typeof analyze; readonly verifyIR: typeof verifyIR };
};

const rounds = { warm: 60, process: 20, growth: 7 };
const lengths = [2_500, 5_000, 10_000, 20_000];

/** Wall and processor time of a run in this process. */
function timed(run: () => void): Sample {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  run();
  const { user, system } = process.cpuUsage(cpu);
  return { milliseconds: performance.now() - start, cpuMilliseconds: (user + system) / 1000 };
}

/** From text to verified IR. @throws Error where the text has mistakes */
function compileText(text: string): void {
  const { ir, diagnostics } = compiler.analyze('source.mfn', { read: () => text, resolve: (_, specifier) => specifier });
  const [problem] = ir ? compiler.verifyIR(ir) : [diagnostics[0]?.message ?? 'no IR'];
  if (problem !== undefined) throw new Error(problem);
}

/** Processor time of the processes that have ended below this one, in ms; undefined where there is no /proc. */
function childrenCpu(): number | undefined {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    // Fields 16 and 17 of proc(5), cutime and cstime, in hundredths of a second.
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return undefined;
  }
}

function timedProcess(args: readonly string[]): Sample {
  const [start, cpu] = [performance.now(), childrenCpu()];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const milliseconds = performance.now() - start;
  return { milliseconds, cpuMilliseconds: (childrenCpu() ?? Number.NaN) - (cpu ?? Number.NaN) };
}

const repeated = (count: number, sample: () => Sample): Summary => summarize(Array.from({ length: count }, sample));

const cell = (milliseconds: number): string => milliseconds.toFixed(milliseconds < 100 ? 1 : 0);
const row = (name: string, { minimum, median, cpuMinimum, cpuMedian }: Summary, last: string): string =>
  `| ${name} | ${[minimum, median, cpuMinimum, cpuMedian].map(cell).join(' | ')} | ${last} |`;

const before = readCpuTimes();
const drgn = readFileSync(path.join(root, 'models/drgn.mfn'), 'utf8');
compileText(drgn);
const warm = repeated(rounds.warm, () => timed(() => compileText(drgn)));
const empty = repeated(rounds.process, () => timedProcess(['-e', '0']));
const check = repeated(rounds.process, () => timedProcess(['dist/cli/main.js', 'check', 'models/drgn.mfn']));

const programs = lengths.map(generatedProgram);
// The lengths take turns, as the machine changes its speed from minute to minute.
const samples = programs.map((): Sample[] => []);
for (let round = 0; round < rounds.growth; round++) {
  for (const [i, text] of programs.entries()) {
    globalThis.gc?.();
    samples[i]?.push(timed(() => compileText(text)));
  }
}
const growth = samples.map(summarize);
const load = loadBetween(before, readCpuTimes());

const growthRows = growth.map((summary, i) => {
  const [text = '', previous] = [programs[i], growth[i - 1]];
  const ratio = previous ? (summary.cpuMinimum / previous.cpuMinimum).toFixed(2) : '';
  const lines = text.split('\n').length;
  return row(`${lines.toLocaleString('en')} lines, ${Math.round(text.length / 1000)} KB`, summary, ratio);
});

const report = `# Measured speed of the compiler

${new Date().toISOString().slice(0, 10)}, ${describeMachine()}; Node ${process.versions.node}. Written by \`npm run bench:compiler\`.

Times in milliseconds, wall and processor (user and system), of the built package. While it ran, ${load ? `${(load.stealShare * 100).toFixed(0)} % of the machine's time was stolen by other guests` : 'nothing is known of the load of the machine'}; on a
machine that others use as well the minima are the ones to look at.

| | minimum | median | CPU minimum | CPU median | aim |
| --- | ---: | ---: | ---: | ---: | ---: |
${row('DRGN from text to verified IR, warm', warm, '60')}
${row('`mfnc check models/drgn.mfn`, a process', check, '350')}
${row('`node -e 0`, for comparison', empty, '')}

A generated program (blocks of twenty lines, each applied once; \`bench/compiler-program.ts\`) from text to verified IR. The growth is that of the CPU
minimum over the row above; the aim is at most 2.4 for a doubling.

| program | minimum | median | CPU minimum | CPU median | growth |
| --- | ---: | ---: | ---: | ---: | ---: |
${growthRows.join('\n')}
`;
await writeFileAtomically(path.join(root, 'bench/RESULTS-COMPILER.md'), report);
process.stdout.write(report);
