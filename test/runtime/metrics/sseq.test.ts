import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readImage } from '../../../src/runtime/data/index.js';
import { readMatFile } from '../../../src/runtime/files/mat-file.js';
import { greyLuma } from '../../../src/runtime/metrics/luma.js';
import { entropyFeatures } from '../../../src/runtime/metrics/sseq/features.js';
import { sseq } from '../../../src/runtime/metrics/sseq/sseq.js';
import { oracle, oracleIsPresent, scoredPhotographs, scoreOf } from './oracle.js';
import { picture } from './pictures.js';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
/** Of SciPy and libsvm: test/python/image_metrics.py made it. */
const expected: { width: number; height: number; seed: number; features: number[]; sseq: number }[] = JSON.parse(
  readFileSync(`${fixtures}/sseq.json`, 'utf8'),
);
const releaseForm = { path: `${fixtures}/sseq-model.mat`, bytes: readFileSync(`${fixtures}/sseq-model.mat`) };

describe.skipIf(!oracleIsPresent)('SSEQ with the official model', () => {
  const model = `${oracle}/json/sseq_model.json`;
  const calibration = (name: string) => `${oracle}/pyiqa_ResultsCalibra/dist_dir/${name}.bmp`;

  it.each<[string, number, number]>([
    [`${oracle}/sseq/img.bmp`, 54.0151407539, 1e-3],
    [calibration('I03'), 76.05132, 1e-2],
    [calibration('I04'), 2.03407, 1e-2],
    [calibration('I06'), 8.08024, 1e-2],
    [calibration('I08'), -1.14183, 1e-2],
    [calibration('I19'), 57.65075, 1e-2],
    ...scoredPhotographs('sseq').map(([path, score]): [string, number, number] => [path, score, 0.01 * Math.abs(score)]),
  ])('gives the score of the official code for %s', async (image, score, tolerance) => {
    expect(Math.abs((await scoreOf(sseq, model, image)) - score)).toBeLessThanOrEqual(tolerance);
  });

  it('gives the features of the official code', async () => {
    const image = await readImage(`${oracle}/sseq/img.bmp`, 'training');
    const features = entropyFeatures({ width: image.width, height: image.height, values: greyLuma(image) });
    const official = [
      2.6525972919, -0.1657380824, 0.4439436485, 0.9233098279, 3.8464603394, -0.8266016331, 2.8320193559, -0.2615247617, 4.2936498643,
      -0.9354352235, 2.9216021834, -0.1151118103,
    ];
    for (const [i, value] of official.entries()) expect(Math.abs((features[i] as number) - value)).toBeLessThan(1e-6);
  });

  it('knows the official model by its numbers', () => {
    const { protocol } = sseq.open({ path: model, bytes: readFileSync(model) });
    expect(protocol.model).toBe('the official one (SSEQ Software Release, LIVE, 2014)');
  });
});

describe('SSEQ', () => {
  it.each(expected)('gives the features of SciPy and the score of libsvm for picture $seed, with a MAT-file as model', (wanted) => {
    const image = picture(wanted.width, wanted.height, wanted.seed);
    const features = entropyFeatures({ width: image.width, height: image.height, values: greyLuma(image) });
    for (const [i, value] of wanted.features.entries()) expect(features[i]).toBeCloseTo(value, 6);
    const model = sseq.open(releaseForm);
    expect(model.protocol.model).toMatch(/not the official one: its numbers are not comparable/);
    expect(model.measure(image)).toBeCloseTo(wanted.sseq, 4);
  });

  it('has no score for an image whose blocks are all alike', () => {
    expect(sseq.open(releaseForm).measure({ width: 64, height: 64, data: new Uint8Array(3 * 64 * 64).fill(90) })).toBeNaN();
  });

  it('refuses what is no model, and says why', () => {
    // biome-ignore lint/suspicious/noExplicitAny: a model of unknown form is what is tested.
    const good: any = Object.fromEntries(readMatFile(releaseForm.bytes));
    const open = (change: (model: typeof good) => void) => {
      const content = structuredClone(good);
      change(content);
      return () => sseq.open({ path: 'm.json', bytes: Buffer.from(JSON.stringify(content)) });
    };
    expect(open(() => undefined)().protocol['numbers of the model']).toBe(sseq.open(releaseForm).protocol['numbers of the model']);
    expect(open((model) => delete model.fmin)).toThrow(
      /m\.json: is no SSEQ model:\n {2}the file lacks `fmin`; it has fmax, svmmodel, svrmodel\./,
    );
    expect(open((model) => (model.svmmodel.Parameters[1] = 0))).toThrow(/`svmmodel\.Parameters\[1\]` is 0, not 2 \(the kernel, which is/);
    expect(open((model) => (model.svrmodel[0].Parameters[3] = -1))).toThrow(/`svrmodel\[0\]\.Parameters\[3\]` is -1; it must be above 0\./);
    expect(open((model) => model.svmmodel.Label.reverse())).toThrow(
      /`svmmodel\.Label` is \[5,4,3,2,1\], not \[1,2,3,4,5\] \(the classes in/,
    );
    expect(open((model) => (model.fmim = 1))).toThrow(/the file has the unknown key `fmim`; did you mean `fmin`\?/);
    expect(open((model) => model.svrmodel.pop())).toThrow(/`svrmodel` has 4 entries; 5 are wanted\./);
    expect(open((model) => model.svrmodel[2].SVs.pop())).toThrow(/svrmodel\[2\] says it has \d+ support vectors, and `SVs` has \d+ rows/);
    expect(open((model) => model.svmmodel.nSV[0]--)).toThrow(/those of its classes are \d+\. The file is damaged/);
    expect(open((model) => (model.fmax[1] = model.fmin[1]))).toThrow(/fmax\[1\] is .*, which is not above it/);
    const { bytes } = releaseForm;
    for (const length of [129, 200, 3000, bytes.length - 1])
      expect(() => sseq.open({ path: 'cut.mat', bytes: bytes.subarray(0, length) })).toThrow(/cut\.mat: is /);
    const newer = Buffer.from(bytes);
    newer.write('MATLAB 7.3 MAT-file', 'latin1');
    expect(() => sseq.open({ path: 'n.mat', bytes: newer })).toThrow(/n\.mat: is a MAT-file that cannot be read: it is of level 7\.3/);
  });
});
