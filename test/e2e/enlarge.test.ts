import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeImage, type RGBImage, readImage, reduceByMeans, reducible, splitGrid } from '../../src/runtime/data/index.js';
import { readRecords } from '../../src/runtime/files/index.js';
import { type Evaluation, enlarge, psnr } from '../../src/runtime/metrics/index.js';
import { sampleRecords, type ValidationRecord, validationRecords } from '../../src/runtime/observe/index.js';
import { runCommand } from '../cli/command-result.js';
import { type EnlargingRun, enlargingModel, enlargingTimes, makeEnlargingRun } from '../support/enlarging-run.js';
import { syntheticPhotograph, writePairs } from '../support/images.js';

async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(...args);
  expect(code, stderr).toBe(0);
  return stdout;
}

async function refusal(...args: string[]): Promise<string> {
  const { code, stderr } = await runCommand(...args);
  expect(code).toBe(2);
  return stderr;
}

describe('a network that enlarges', () => {
  let run: EnlargingRun;
  let network: string[];
  const inFolder = (...names: string[]) => join(run.folder, ...names);
  const readLarge = (name: string): Promise<RGBImage> => readImage(inFolder('large', `${name}.png`), 'training');
  beforeAll(async () => {
    run = await makeEnlargingRun(mkdtempSync(join(tmpdir(), 'mfnc-test-')));
    await succeed('train', run.runFile('trained', undefined, { samples: { every: 2, count: 2 } }));
    network = ['--model', run.model, '--weights', inFolder('trained/weights.safetensors'), '--engine', 'onnx'];
    for (const name of ['small', 'whole']) mkdirSync(inFolder(name));
    for (const name of ['1', '3', '5']) {
      const large = await readLarge(name);
      writeFileSync(inFolder('small', `${name}.png`), await encodeImage(reduceByMeans(large, 2), 'png'));
      writeFileSync(inFolder('whole', `${name}.png`), await encodeImage(reducible(large, 2), 'png'));
    }
  });

  afterAll(() => rmSync(run.folder, { recursive: true }));

  it('is evaluated at the size of its output, beside the input enlarged bicubically', async () => {
    const pairs = ['--low', inFolder('small'), '--normal', inFolder('whole')];
    const evaluation: Evaluation = JSON.parse(await succeed('evaluate', ...network, ...pairs, '--json'));
    await succeed('enhance', inFolder('small'), '-o', inFolder('enhanced'), ...network);
    const measured: Evaluation = JSON.parse(
      await succeed('metrics', inFolder('enhanced'), inFolder('whole'), '--metric', 'psnr,ssim', '--json'),
    );
    expect(evaluation.images.map(({ input: _input, ...image }) => image)).toEqual(measured.images);
    expect(evaluation.images.map(({ width, height }) => [width, height])).toEqual(Array(3).fill([48, 36]));
    expect(evaluation.protocols).toEqual(measured.protocols);
    const large = await readLarge('1');
    expect(evaluation.images[0]?.input.psnr).toBe(psnr.measure(enlarge(reduceByMeans(large, 2), 2), reducible(large, 2)));
    expect(await succeed('evaluate', ...network, ...pairs)).toContain(
      'input: enlarged 2 times (bicubic, MATLAB imresize) before it is measured',
    );
  });

  it('is evaluated on references that are as much larger only', async () => {
    const message = await refusal('evaluate', ...network, '--low', inFolder('small'), '--normal', inFolder('small'));
    const path = inFolder('small/1.png');
    expect(message).toContain(
      `${path}: is 24x18 pixels, its partner ${path} is 24x18; the network enlarges 2 times, so the partner has to be 48x36. Reduce the first 2 times, or take a partner of that size.`,
    );
  });

  it('is validated during its training on pictures held out, reduced, which the protocol says', async () => {
    const records = await readRecords(inFolder('trained/validation.jsonl'), validationRecords);
    const last = records.at(-1) as ValidationRecord;
    expect(last.images.map(({ name, width, height }) => [name, width, height])).toEqual(['1', '3', '5'].map((name) => [name, 48, 36]));
    const pairs = ['--low', inFolder('small'), '--normal', inFolder('whole')];
    const evaluated = await succeed('evaluate', ...network, ...pairs, '--json');
    const evaluation: Evaluation = JSON.parse(evaluated);
    const scores = ({ images }: Evaluation) => images.map((image) => [image.scores.psnr as number, image.input.psnr as number]);
    for (const [i, [output, input]] of scores(last).entries()) {
      expect(output).toBeCloseTo(scores(evaluation)[i]?.[0] as number, 2);
      expect(input).toBe(scores(evaluation)[i]?.[1]);
    }
    const reduced = 'the reference, reduced 2 times by means over 2x2 pixels, 8 bits';
    expect(last.protocols.psnr?.settings).toEqual({ ...evaluation.protocols.psnr?.settings, 'input of the network': reduced });
    writeFileSync(inFolder('evaluated.json'), evaluated);
    const message = await refusal('metrics', '--compare', inFolder('evaluated.json'), inFolder('trained/metrics.json'));
    expect(message).toContain('psnr was taken by two protocols');
    expect(message).toContain('They differ in input of the network.');
  });

  it('is trained on pictures that are not held out', () => {
    const record = JSON.parse(readFileSync(inFolder('trained/run.json'), 'utf8'));
    expect(record.data.map(({ name, samples }: { name: string; samples: number }) => [name, samples])).toEqual([
      ['truth', 2],
      ['validation', 3],
    ]);
  });

  it('shows the input enlarged beside output and truth, all of one size, and says so', async () => {
    for (const record of await readRecords(inFolder('trained/samples.jsonl'), sampleRecords)) {
      expect(record.rows.map(({ columns, ...row }) => [row, columns])).toEqual(
        ['1', '3'].map((name) => [{ name, width: 48, height: 36, enlarged: 2 }, ['input', 'output', 'truth']]),
      );
      const grid = splitGrid(
        await readImage(inFolder('trained', record.file), 'enhancement'),
        record.rows.map((row) => ({ ...row, count: 3 })),
      );
      const large = await readLarge('1');
      expect(grid?.[0]?.[0]?.data).toEqual(enlarge(reduceByMeans(large, 2), 2).data);
      expect(grid?.[0]?.[2]?.data).toEqual(reducible(large, 2).data);
    }
    const html = readFileSync(inFolder('trained/report.html'), 'utf8');
    expect(html).toContain('<figcaption>input, enlarged 2 times (bicubic, MATLAB imresize)</figcaption>');
    expect(html).toContain('<dt>Input</dt><dd>enlarged 2 times (bicubic, MATLAB imresize) before it is measured</dd>');
  });

  it('is shown what it makes of its training pictures where none are held out', async () => {
    await succeed('train', run.runFile('alone', { truth: 'large' }), '--max-steps', '1');
    const [record] = await readRecords(inFolder('alone/samples.jsonl'), sampleRecords);
    expect(record?.rows.map(({ name, columns }) => [name, columns])).toEqual(
      ['1', '2'].map((name) => [name, ['input', 'output', 'truth']]),
    );
    expect(existsSync(inFolder('alone/validation.jsonl'))).toBe(true);
    expect(readFileSync(inFolder('alone/validation.jsonl'), 'utf8')).toBe('');
  });

  it('is shown the worst pictures held out, also where several have one name', async () => {
    mkdirSync(inFolder('dup'));
    const files = ['a.bmp', 'a.png'];
    for (const [i, format] of (['bmp', 'png'] as const).entries())
      writeFileSync(inFolder('dup', `a.${format}`), await encodeImage(syntheticPhotograph(49, 37, 6 + i), format));
    await succeed('train', run.runFile('duplicates', { truth: 'large', validation: { truth: 'dup' } }), '--max-steps', '1');
    const [record] = await readRecords(inFolder('duplicates/validation.jsonl'), validationRecords);
    const { images, picture } = record as ValidationRecord;
    const ranked = files.map((file, i) => ({ file, psnr: images[i]?.scores.psnr as number })).sort((a, b) => a.psnr - b.psnr);
    const { file, rows } = picture as NonNullable<typeof picture>;
    const grid = splitGrid(
      await readImage(inFolder('duplicates', file), 'enhancement'),
      rows.map((row) => ({ ...row, count: 3 })),
    );
    // The pictures of a validation are JPEG, so what is shown is not the file to the last bit.
    for (const [i, { file }] of ranked.entries()) {
      const truth = reducible(await readImage(inFolder('dup', file), 'training'), 2);
      expect(psnr.measure(grid?.[i]?.[2] as RGBImage, truth), file).toBeGreaterThan(25);
    }
  });

  it('is given the first picture of each pair reduced, and compared with the second', async () => {
    const folders = await writePairs(inFolder('pairs'), 3, 40, 32);
    writeFileSync(
      inFolder('restore.mfn'),
      enlargingModel
        .replace('unpaired(truth)', 'pair(dark, bright)')
        .replace('l1(truth |> average_pool(2) |> net, truth)', 'l1(dark |> average_pool(2) |> net, bright)'),
    );
    const pair = { dark: folders.low, bright: folders.normal };
    const path = run.runFile('restored', { pair, validation: { ...pair, every: 3 } }, { model: 'restore.mfn' });
    await succeed('train', path, '--max-steps', '1');
    const evaluation: Evaluation = JSON.parse(readFileSync(inFolder('restored/metrics.json'), 'utf8'));
    const [dark, bright] = await Promise.all([folders.low, folders.normal].map((folder) => readImage(join(folder, '1.png'), 'training')));
    expect(evaluation.images[0]?.input.psnr).toBe(psnr.measure(enlarge(reduceByMeans(dark as RGBImage, 2), 2), bright as RGBImage));
    expect(evaluation.protocols.psnr?.settings['input of the network']).toMatch(/^the partner of the reference, reduced 2 times/);
  });

  it('is refused data of which nothing is left to be trained on, shown or measured', async () => {
    const all = run.runFile('all', { truth: 'large', validation: { truth: 'large' } });
    expect(await refusal('train', all)).toContain('data.validation holds all of data.truth, so none is left to train on.');
    writeFileSync(inFolder('large.mfn'), enlargingTimes(32).replace(/l1\(truth.*truth\)/, 'mean(net(truth))'));
    const large = run.runFile('none', { truth: 'large' }, { model: 'large.mfn' });
    expect(await refusal('train', large)).toMatch(
      /Twice enlarges 32 times, so nothing is left of a patch of 16x16 .* Set a larger training\.patch\./,
    );
    mkdirSync(inFolder('tiny'));
    writeFileSync(inFolder('tiny/a.png'), await encodeImage({ width: 11, height: 11, data: new Uint8Array(363) }, 'png'));
    const tiny = run.runFile('small-validation', { truth: 'large', validation: { truth: 'tiny' } });
    const problem =
      /tiny\/a\.png.*is 11x11 pixels, too small to be measured: SSIM needs at least 12x12, as 11 is rounded up to a multiple of 2/s;
    expect(await refusal('train', tiny)).toMatch(problem);
    expect((await runCommand('data', 'check', tiny)).stdout).toMatch(problem);
  });

  it('has variants compared by an ablation, but not with one that enlarges otherwise', { timeout: 60_000 }, async () => {
    run.runFile('base');
    const file = inFolder('ablation.yaml');
    writeFileSync(
      file,
      'run: base.yaml\noutput: ablation\nvariants:\n  - { name: wide, set: { width: 6 } }\nseeds: [1]\nbudget: { stage: { steps: 2 } }\npictures: 1\n',
    );
    const results = JSON.parse(await succeed('ablate', file, '--json'));
    expect(
      results.rows.map(({ name, metrics }: { name: string; metrics: Record<string, { mean: number }> }) => [
        name,
        typeof metrics.psnr?.mean,
      ]),
    ).toEqual([
      ['wide', 'number'],
      ['Twice', 'number'],
    ]);
    expect(results.protocols.psnr.settings['input of the network']).toMatch(/^the reference, reduced 2 times/);
    const again = await runCommand('ablate', file);
    expect(again.stderr.match(/is done already/g)).toHaveLength(2);
    expect(again.stdout).toContain('input: the pictures reduced and enlarged 2 times (bicubic, MATLAB imresize).');
    expect(readFileSync(inFolder('ablation/report.html'), 'utf8')).toContain('width="48" height="36"');
    writeFileSync(inFolder('fourfold.mfn'), enlargingTimes(4).replaceAll('Twice', 'Fourfold'));
    const mixed = await refusal('ablate', inFolder('base.yaml'), '--variants', inFolder('fourfold.mfn'), '-o', inFolder('mixed'));
    expect(mixed).toMatch(/'Fourfold' enlarges 4 times, 'Twice' 2 times, so their numbers cannot be compared/);
    expect(existsSync(inFolder('mixed'))).toBe(false);
  });
});
