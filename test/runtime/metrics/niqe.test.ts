import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { encodeImage } from '../../../src/runtime/data/index.js';
import { fitNIQE, formatNIQEModel } from '../../../src/runtime/metrics/index.js';
import { niqe } from '../../../src/runtime/metrics/niqe/niqe.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { oracle, oracleIsPresent, scoredPhotographs, scoreOf } from './oracle.js';
import { picture } from './pictures.js';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
/** Of BasicSR: test/python/image_metrics.py made it. */
const expected: {
  used: number[];
  mu: number[];
  cov: number[][];
  scores: { width: number; height: number; seed: number; niqe: number }[];
} = JSON.parse(readFileSync(`${fixtures}/niqe.json`, 'utf8'));
const releaseForm = { path: `${fixtures}/niqe-model.mat`, bytes: readFileSync(`${fixtures}/niqe-model.mat`) };

function expectClose(actual: readonly number[], wanted: readonly number[], digits: number): void {
  expect(actual).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(actual[i]).toBeCloseTo(value, digits);
}

describe.skipIf(!oracleIsPresent)('NIQE with the official model', () => {
  const model = `${oracle}/json/niqe_pris_params.json`;
  const calibration = (name: string) => `${oracle}/pyiqa_ResultsCalibra/dist_dir/${name}.bmp`;
  const release = (name: string) => `${oracle}/niqe_release/${name}.bmp`;

  it.each<[string, number, number]>([
    [calibration('I03'), 15.75363, 0.01 * 15.75363],
    [calibration('I04'), 3.65492152, 1e-6],
    [calibration('I06'), 3.23548, 1e-3],
    [calibration('I08'), 3.18403, 0.01 * 3.18403],
    [calibration('I19'), 8.6352, 0.05 * 8.6352],
    [release('image1'), 5.02898, 0.01 * 5.02898],
    [release('image2'), 17.86587, 0.01 * 17.86587],
    [release('image3'), 7.85721, 0.01 * 7.85721],
    [release('image4'), 2.65711, 0.01 * 2.65711],
    ...scoredPhotographs('niqe').map(([path, score]): [string, number, number] => [path, score, 0.01 * score]),
  ])('gives the score of the official code for %s', async (image, score, tolerance) => {
    expect(Math.abs((await scoreOf(niqe, model, image)) - score)).toBeLessThanOrEqual(tolerance);
  });

  it('knows the official model by its numbers', () => {
    const { protocol } = niqe.open({ path: model, bytes: readFileSync(model) });
    expect(protocol.model).toBe('the official one (NIQE Software Release, LIVE, 2012)');
  });
});

describe('NIQE', () => {
  it.each(expected.scores)(
    'gives the score of BasicSR for picture $seed, with a MAT-file as model',
    ({ width, height, seed, niqe: score }) => {
      const model = niqe.open(releaseForm);
      expect(model.protocol.model).toMatch(/not the official one: its numbers are not comparable/);
      expect(model.measure(picture(width, height, seed))).toBeCloseTo(score, 6);
    },
  );

  it('has no score for an image without structure, or with one block', () => {
    const { measure } = niqe.open(releaseForm);
    expect(measure({ width: 300, height: 200, data: new Uint8Array(3 * 300 * 200).fill(90) })).toBeNaN();
    expect(measure(picture(191, 191, 1))).toBeNaN();
  });

  it('fits the model that NumPy fits to the features of BasicSR, and writes what it reads', async () => {
    const folder = temporaryFolder();
    const sizes: [number, number][] = [
      [480, 384],
      [384, 490],
      [485, 390],
    ];
    for (const [i, [width, height]] of sizes.entries())
      writeFileSync(join(folder, `${i + 1}.png`), await encodeImage(picture(width, height, i + 1), 'png'));
    const model = await fitNIQE([folder]);
    expect(model.fit?.photographs.map(({ name, blocks, used }) => [name, blocks, used])).toEqual(
      expected.used.map((used, i) => [`${i + 1}.png`, 20, used]),
    );
    expectClose(model.mu, expected.mu, 9);
    expectClose(model.cov.flat(), expected.cov.flat(), 9);
    expect(JSON.parse(formatNIQEModel(model))).toEqual(model);
    expect(await fitNIQE([1, 2, 3].map((i) => join(folder, `${i}.png`)))).toEqual(model);
    await expect(fitNIQE([join(folder, '1.png')])).rejects.toThrow(/1 photograph has \d+ sharp blocks of 96x96; .* needs more than 36/);
    await expect(fitNIQE([folder, join(folder, '2.png')])).rejects.toThrow(/2\.png: is the same photograph as .*2\.png\. Give each once\./);
    await expect(fitNIQE([folder], { maxSize: 90 })).rejects.toThrow(/1\.png: is 90x72 pixels, smaller than a block of 96x96\./);
  });

  it('refuses what is no model, and says why', async () => {
    const good = { source: 'a test', mu: expected.mu, cov: expected.cov };
    const open = (content: unknown) =>
      niqe.open({ path: 'm.json', bytes: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)) });
    expect(open(good).protocol.model).toMatch(/^a test; not the official one/);
    expect(open(formatNIQEModel(good)).protocol).toEqual(open(good).protocol);
    const { mu, ...lacking } = good;
    expect(() => open(lacking)).toThrow(/m\.json: is no NIQE model:\n {2}the file lacks `mu`; it has source, cov\./);
    expect(() => open({ ...good, mus: mu })).toThrow(/unknown key `mus`; did you mean `mu`\?/);
    expect(() => open({ ...good, mu: mu.slice(1) })).toThrow(/`mu` has 35 entries; 36 are wanted\./);
    expect(() => open({ ...good, cov: good.cov.with(3, [1, 2]) })).toThrow(/`cov\[3\]` has 2 entries; 36 are wanted\./);
    expect(() => open({ ...good, mu: mu.with(2, 'x' as never) })).toThrow(/`mu\[2\]` is a text, not a number\./);
    const bent = good.cov.with(1, (good.cov[1] as number[]).with(0, 0));
    expect(() => open({ ...good, cov: bent })).toThrow(
      /cov is not symmetric: cov\[0\]\[1\] and cov\[1\]\[0\] differ\. The file is damaged/,
    );
    expect(() => open('hello')).toThrow(/m\.json: is no NIQE model: neither JSON \(.*\) nor a MAT-file of MATLAB\./);
    expect(() => open('')).toThrow(/m\.json: is empty \(zero bytes\)/);
    const sseq = readFileSync(`${fixtures}/sseq-model.mat`);
    expect(() => niqe.open({ path: 's.mat', bytes: sseq })).toThrow(
      /lacks `mu_prisparam`, `cov_prisparam`; it has fmin, fmax, svmmodel, svrmodel\./,
    );
  });
});
