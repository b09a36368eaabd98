import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.js';
import { startMfnc } from '../support/process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeTinyRun, type TinyRun } from '../support/tiny-run.js';
import { runCommand } from './command-result.js';

interface Summary {
  count: number;
  mean: number;
  deviation?: number;
  interval?: [number, number];
  difference?: { count: number; mean: number };
}
interface Cell {
  seed: number;
  state: string;
  folder: string;
  problem?: string;
  record?: {
    stages: { name: string; steps: number }[];
    evaluation?: { mean: Record<string, number>; input: Record<string, number> };
    failure?: string;
  };
}
interface Results {
  rows: { name: string; isBase: boolean; parameters: number; metrics: Record<string, Summary>; cells: Cell[] }[];
  input: Record<string, number>;
  notes: string[];
}

const withoutCritic = `mfn 1
variant "w/o critic" of "tiny.mfn" {
  remove training.data.unpaired
  remove training.adversarial
}
`;

/** A run with held-out pairs, a variant that lacks a stage and a stream of it, and an ablation file. */
async function makeAblation(lines: string, run: Record<string, unknown> = {}): Promise<{ tiny: TinyRun; file: string; output: string }> {
  const tiny = await makeTinyRun(temporaryFolder());
  const pair = { low: 'pairs/low', normal: 'pairs/normal' };
  tiny.runFile('run', {
    data: { pair, reference: 'references/normal', validation: { ...pair, every: 3 } },
    engine: 'onnx',
    threads: 1,
    ...run,
  });
  writeFileSync(join(tiny.folder, 'plain.mfn'), withoutCritic);
  const file = join(tiny.folder, 'ablation.yaml');
  writeFileSync(file, `run: run.yaml\noutput: out\n${lines}`);
  return { tiny, file, output: join(tiny.folder, 'out') };
}

async function results(...args: string[]): Promise<Results & { code: number; stderr: string }> {
  process.exitCode = 0;
  const { code, stdout, stderr } = await runCommand('ablate', ...args, '--json');
  process.exitCode = 0;
  expect(stdout, stderr).not.toBe('');
  return { code, stderr, ...(JSON.parse(stdout) as Results) };
}

const psnrOf = ({ cells }: Results['rows'][number]): number[] => cells.map(({ record }) => record?.evaluation?.mean.psnr as number);
const stepsOf = ({ record }: Cell): Record<string, number> =>
  Object.fromEntries(record?.stages.map(({ name, steps }) => [name, steps]) ?? []);

describe('mfnc ablate', { timeout: 240_000 }, () => {
  it('trains each variant with each seed, compares them with the base, keeps what is done and records what fails', async () => {
    const { tiny, file, output } = await makeAblation(
      'variants:\n  - plain.mfn\n  - { name: wild, set: { rate: 1e30 } }\nseeds: [4, 2]\nbudget: { stage: { steps: 3 } }\npictures: 1\n',
      { training: { adversarial: { weight: 0.01 } } },
    );
    const first = await results(file);
    expect(first.code, first.stderr).toBe(1);
    expect(first.rows.map(({ name, isBase }) => [name, isBase])).toEqual([
      ['w/o critic', false],
      ['wild', false],
      ['Tiny', true],
    ]);
    const [plain, wild, base] = first.rows as [Results['rows'][number], Results['rows'][number], Results['rows'][number]];
    expect(base.cells.map(({ seed, state }) => [seed, state])).toEqual([
      [4, 'complete'],
      [2, 'complete'],
    ]);
    expect(stepsOf(base.cells[0] as Cell)).toEqual({ adversarial: 3, plain: 3 });
    expect(stepsOf(plain.cells[0] as Cell)).toEqual({ plain: 3 });
    expect(wild.cells.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(wild.metrics).toEqual({});

    // Weights and numbers are those that mfnc train gives for the same seed.
    const trained = await runCommand('train', join(tiny.folder, 'run.yaml'), '--set', 'seed=2', '--max-steps', '3', '--json');
    const { validation }: { validation: { psnr: number } } = JSON.parse(trained.stdout);
    expect(readFileSync(join(base.cells[1]?.folder ?? '', 'run', 'weights.safetensors')).equals(tiny.weights('run'))).toBe(true);
    expect(psnrOf(base)[1]).toBeCloseTo(validation.psnr, 3);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(base.metrics.psnr?.mean).toBeCloseTo(mean(psnrOf(base)), 12);
    expect(plain.metrics.psnr?.difference).toMatchObject({ count: 2 });
    expect(plain.metrics.psnr?.difference?.mean).toBeCloseTo(mean(psnrOf(plain)) - mean(psnrOf(base)), 10);
    expect(first.input).toEqual(base.cells[0]?.record?.evaluation?.input);
    expect(first.notes).toContain('w/o critic: it has no stage adversarial, so what the run file says of it does not count.');
    expect(first.notes).toContain(
      'Tiny: cut by the budget: adversarial had 3 steps in place of 2 epochs, plain had 3 steps in place of 40 steps.',
    );
    expect(first.notes.join('\n')).toMatch(/wild, seed 4 failed: stage adversarial, step \d: L_net is/);

    const markdown = readFileSync(join(output, 'table.md'), 'utf8');
    expect(markdown).toContain('| variant | seeds | PSNR (dB) | SSIM | parameters | GMACs | GFLOPs | steps | training |');
    expect(markdown.split('\n')[2]).toMatch(/^\| input \| {2}\| \d/);
    const csv = readFileSync(join(output, 'table.csv'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const widths = csv.map((line) => line.split(',').length);
    expect(csv).toHaveLength(5);
    expect(new Set(widths).size).toBe(1);
    const html = readFileSync(join(output, 'report.html'), 'utf8');
    // The input, two variants that could be trained, and the truth, of one pair.
    expect(html.match(/src="data:image\/jpeg;base64,/g)).toHaveLength(4);
    expect(html).not.toMatch(/(?:src|href)="(?!data:)/);

    // What is done is kept; what failed is tried again.
    const weights = base.cells.map(({ folder }) => join(folder, 'run', 'weights.safetensors'));
    const written = weights.map((path) => statSync(path).mtimeMs);
    const second = await results(file, '--metric', 'psnr,ssim_rgb');
    expect(weights.map((path) => statSync(path).mtimeMs)).toEqual(written);
    expect(psnrOf(second.rows[2] as Results['rows'][number])).toEqual(psnrOf(base));
    expect(second.rows[2]?.metrics.ssim_rgb?.count).toBe(2);
    expect(second.rows[1]?.cells.map(({ state }) => state)).toEqual(['failed', 'failed']);
    // Trainings that are described otherwise are others.
    const third = await results(file, '--no-train', '--stage-steps', '2');
    expect(third.rows.flatMap(({ cells }) => cells.map(({ state }) => state))).toEqual(Array.from({ length: 6 }, () => 'not run'));
    expect(third.code).toBe(0);
  });

  it('keeps what is known of a cell that cannot be measured again, goes on with the others, and tries it the next time', async () => {
    const { file } = await makeAblation('variants: [plain.mfn]\nseeds: [1]\nbudget: { stage: { steps: 2 } }\npictures: 0\n');
    const first = await results(file);
    const folders = first.rows.map(({ cells }) => cells[0]?.folder as string);
    const record = (folder: string): string => readFileSync(join(folder, 'result.json'), 'utf8');
    // PSNR as if it had been taken otherwise, so that it has to be measured again.
    for (const folder of folders)
      writeFileSync(join(folder, 'result.json'), record(folder).replaceAll(/psnr-[0-9a-f]{8}/g, 'psnr-00000000'));
    const [, base] = folders as [string, string];
    const before = record(base);
    const [weights, aside] = ['weights.safetensors', 'aside.safetensors'].map((name) => join(base, 'run', name)) as [string, string];
    renameSync(weights, aside);

    const asked = [file, '--metric', 'psnr,ssim,ssim_rgb'];
    const second = await results(...asked);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('not measured again: the table says why; the others go on');
    expect(second.rows.map(({ cells }) => cells[0]?.state)).toEqual(['complete', 'complete']);
    expect(second.rows.map(({ metrics }) => Object.keys(metrics))).toEqual([['psnr', 'ssim', 'ssim_rgb'], ['ssim']]);
    expect(second.rows[1]?.cells[0]?.problem).toContain('weights.safetensors: there is no such file');
    expect(second.notes.join('\n')).toMatch(/^Tiny, seed 1 could not be measured again, .*weights\.safetensors: there is no such file/m);
    expect(record(base)).toBe(before);

    renameSync(aside, weights);
    const third = await results(...asked);
    expect(third.code, third.stderr).toBe(0);
    expect(third.rows.map(({ metrics }) => Object.keys(metrics))).toEqual(second.rows.map(() => ['psnr', 'ssim', 'ssim_rgb']));
    expect(third.rows.map(psnrOf)).toEqual(first.rows.map(psnrOf));
  });

  it('does not mind how metrics that nobody asks for were taken, and does not call done what is interrupted while it is measured again', async () => {
    const { file } = await makeAblation('variants: [plain.mfn]\nseeds: [1]\nbudget: { stage: { steps: 2 } }\npictures: 0\n');
    const first = await results(file, '--metric', 'psnr,ssim,fsim');
    const retake = (path: string, metric: string): void => {
      const record = readFileSync(path, 'utf8');
      writeFileSync(path, record.replaceAll(new RegExp(`\\b${metric}-[0-9a-f]{8}`, 'g'), `${metric}-00000000`));
    };
    const records = first.rows.map(({ cells }) => join(cells[0]?.folder as string, 'result.json'));
    retake(records[0] as string, 'fsim');
    for (const options of [[], ['--no-train']]) {
      const { code, rows, input, stderr } = await results(file, ...options);
      expect(code, stderr).toBe(0);
      expect(rows.map(({ metrics }) => Object.keys(metrics))).toEqual(rows.map(() => ['psnr', 'ssim']));
      expect(Object.keys(input)).toEqual(['psnr', 'ssim']);
      expect(stderr.match(/is done already/g) ?? []).toHaveLength(options.length === 0 ? 2 : 0);
    }

    for (const path of records) retake(path, 'psnr');
    const before = records.map((path) => readFileSync(path, 'utf8'));
    let told = '';
    const silent = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told += text;
      if (String(text).startsWith('[1/2]')) process.emit('SIGINT');
      return true;
    });
    const code = await runCommandLine(['ablate', file]).finally(() => [silent, spy].map((each) => each.mockRestore()));
    process.exitCode = 0;
    expect(code, told).toBe(130);
    expect(told).toContain('[1/2]');
    expect(told).not.toMatch(/is done already|not measured again|\[2\/2\]/);
    expect(records.map((path) => readFileSync(path, 'utf8'))).toEqual(before);
  });

  it('goes on after Ctrl-C and ends with the weights of an uninterrupted run', async () => {
    const lines = 'variants: [plain.mfn]\nseeds: [1]\npictures: 0\n';
    const { tiny, file, output } = await makeAblation(lines, { training: { plain: { steps: 60 } }, checkpoint: { every: 7 } });
    const running = startMfnc('ablate', file, '--set', 'training.plain.steps=60');
    const log = (): string => {
      const folder = join(output, 'cells', 'tiny');
      const [cell] = existsSync(folder) ? readdirSync(folder) : [];
      const path = join(folder, cell ?? '', 'run', 'log.jsonl');
      return cell !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : '';
    };
    while (running.process.exitCode === null && log().split('\n').length < 6) await wait(25);
    running.process.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(130);
    expect(stdout).toMatch(/Tiny, seed 1 is unfinished, after step \d+ of stage \w+; it does not count\./);
    const done = await results(file);
    expect(done.code, done.stderr).toBe(0);
    const whole = await results(file, '--output', join(tiny.folder, 'whole'));
    for (const [i, { cells }] of done.rows.entries()) {
      const weightsIn = (cell: Cell | undefined): Buffer => readFileSync(join(cell?.folder ?? '', 'run', 'weights.safetensors'));
      expect(weightsIn(cells[0]).equals(weightsIn(whole.rows[i]?.cells[0]))).toBe(true);
    }
  });

  it('cuts a run by minutes, measures what there is, and goes on where there are more of them', async () => {
    const { file } = await makeAblation('variants: [plain.mfn]\nseeds: [1]\npictures: 0\n', { training: { plain: { steps: 5 } } });
    const cut = await results(file, '--run-minutes', '0.00001');
    expect(cut.code, cut.stderr).toBe(0);
    expect(cut.rows.map(({ cells }) => [cells[0]?.state, stepsOf(cells[0] as Cell)])).toEqual([
      ['cut', { plain: 1 }],
      ['cut', { adversarial: 1 }],
    ]);
    expect(cut.notes).toContain('w/o critic, seed 1: cut by the budget after 0.00001 minutes, after step 1 of 5 of stage plain.');
    expect(cut.rows[0]?.metrics.psnr?.count).toBe(1);
    const whole = await results(file);
    expect(whole.rows.map(({ cells }) => cells[0]?.state)).toEqual(['complete', 'complete']);
    expect(stepsOf(whole.rows[0]?.cells[0] as Cell)).toEqual({ plain: 5 });
  });

  it.each([
    ['variants: [plain.mfn]\nseed: [1]\n', 'ablation.yaml:4:1: unknown key `seed` in the ablation file. Did you mean `seeds`?'],
    ['variants: [plain.mfn]\nseeds: [1, 1.5]\n', 'ablation.yaml:4:12: seeds.1 is the number 1.5; wanted is a whole number.'],
    ['variants: []\n', 'ablation.yaml:3:11: variants is []'],
    ['variants: [{ name: same }]\n', 'ablation.yaml:3:12: this variant is the base itself'],
    ['variants: [plain.mfn, plain.mfn]\n', "two rows of the table are called 'w/o critic'"],
    ['variants: [{ name: twin, set: { width: 6 } }]\n', "'Tiny' and 'twin' are trained in exactly the same way"],
    ['variants: [missing.mfn]\n', 'ablation.yaml:3:12: cannot read the model'],
    ['variants: [{ name: broken, set: { widht: 3 } }]\n', 'did you mean `width`?'],
    ['variants: [plain.mfn]\nmetrics: [psnrr]\n', "ablation.yaml:4:11: metrics.0 is 'psnrr'; wanted is one of psnr, "],
    ['variants: [plain.mfn]\nsize: 3x\n', "ablation.yaml: size is '3x'"],
    ['variants: [plain.mfn]\nbudget: { total: { minutes: 40000 } }\n', 'budget.total.minutes is 40000; it must be <= 35000'],
    ['variants: [plain.mfn]\nbudget: { run: { steps: 4 } }\n', 'Tiny: its stages are told in steps and in epochs'],
  ])('refuses %j before anything is trained', async (lines, message) => {
    const { file, output } = await makeAblation(lines);
    const { code, stdout, stderr } = await runCommand('ablate', file);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(existsSync(output)).toBe(false);
  });

  it('takes a run file with variants from the command line, and says how where they are missing', async () => {
    const { tiny } = await makeAblation('variants: [plain.mfn]\n');
    const run = join(tiny.folder, 'run.yaml');
    expect((await runCommand('ablate', run)).stderr).toContain('is a run file. Name the variants of its model');
    expect((await runCommand('ablate', run, '--variants', join(tiny.folder, 'plain.mfn'))).stderr).toContain(
      '--variants needs an --output',
    );
    const output = join(tiny.folder, 'listed');
    const found = await results(run, '--variants', join(tiny.folder, 'plain.mfn'), '-o', output, '--no-train');
    expect(found.rows.map(({ name, cells }) => [name, cells.map(({ seed }) => seed)])).toEqual([
      ['w/o critic', [1, 2, 3]],
      ['Tiny', [1, 2, 3]],
    ]);
  });

  it('trains nothing where a metric cannot be taken of the held-out pairs', async () => {
    const { file, output } = await makeAblation('variants: [plain.mfn]\nseeds: [1]\nmetrics: [psnr, niqe]\n');
    const { code, stderr } = await runCommand('ablate', file);
    expect(stderr).toMatch(/1\.png: is 64x56 pixels; NIQE needs at least \d+x\d+\.\n.*4\.png: is 64x56 pixels/);
    expect(code).toBe(2);
    expect(existsSync(join(output, 'cells'))).toBe(false);
  });

  it('needs held-out pairs', async () => {
    const { file } = await makeAblation('variants: [plain.mfn]\n', {
      data: { pair: { low: 'pairs/low', normal: 'pairs/normal' }, reference: 'references/normal' },
    });
    const { code, stderr } = await runCommand('ablate', file);
    expect(code).toBe(2);
    expect(stderr).toContain("'Tiny' has no held-out pairs to be measured on. Give `data.validation`");
  });
});
