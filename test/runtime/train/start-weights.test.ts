import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { requireIR } from '../../../src/cli/analyze-file.js';
import { initializeWeights } from '../../../src/compiler/3-lower/index.js';
import { encodeSafetensors, hashTensors, readWeights } from '../../../src/runtime/checkpoint/index.js';
import type { HostTensor } from '../../../src/runtime/engines/index.js';
import { readRunFile } from '../../../src/runtime/train/index.js';
import { startWeights } from '../../../src/runtime/train/run-file/start-weights.js';
import { type HowToTrain, runTraining } from '../../support/run-training.js';
import { makeTinyRun, type TinyRun, withoutTimes } from '../../support/tiny-run.js';

let tiny: TinyRun;

async function run(path: string, how: HowToTrain = {}): Promise<string[]> {
  const notes = await runTraining(path, how);
  return notes.map(withoutFolder).filter((line) => !line.startsWith('stage '));
}

/** What a run would begin with, and what it would say of it. */
async function start(path: string) {
  const file = await readRunFile(path);
  const { weights, notes } = await startWeights(file, requireIR(file.model, { overrides: file.overrides }).ir);
  return { weights, notes: notes.map(withoutFolder) };
}

const refusal = (path: string): Promise<string> =>
  start(path).then(
    () => 'none',
    (error: Error) => withoutFolder(error.message),
  );

const withoutFolder = (text: string): string => text.replaceAll(tiny.folder, 'FOLDER');

/** Weights of the tiny network, changed, as a file that carries no name of a model. */
function write(name: string, change: (tensors: Map<string, HostTensor>) => Map<string, HostTensor> = (own) => own): string {
  const { ir } = requireIR(tiny.model);
  const own = new Map([...initializeWeights(ir, 9)].filter(([path]) => path.startsWith('net.')));
  writeFileSync(join(tiny.folder, name), Buffer.concat(encodeSafetensors({ metadata: {}, tensors: change(own) })));
  return name;
}

beforeAll(async () => {
  tiny = await makeTinyRun(mkdtempSync(join(tmpdir(), 'mfnc-test-')));
  await run(tiny.runFile('first'));
});

afterAll(() => rmSync(tiny.folder, { recursive: true, force: true }));

describe('a training from given weights', () => {
  it('begins with them, and tells so', async () => {
    const notes = await run(tiny.runFile('second', { weights: 'runs/first/weights.safetensors', training: { rate: 0 } }));
    expect(notes).toEqual([
      'starting from 6 weights of FOLDER/runs/first/weights.safetensors',
      'not in FOLDER/runs/first/weights.safetensors, and so drawn from the seed: 4 weights of critic',
    ]);
    // At a rate of 0 nothing moves.
    expect(tiny.weights('second').equals(tiny.weights('first'))).toBe(true);
  });

  it('draws what they lack from the seed, takes discriminators where there are some, and leaves out what has no place', async () => {
    const { ir } = requireIR(tiny.model);
    const seed7 = initializeWeights(ir, 7);
    const seed9 = initializeWeights(ir, 9);
    const some = await start(tiny.runFile('some', { seed: 7, weights: write('net.safetensors') }));
    expect(some.weights).toEqual(new Map([...seed7].map(([path, value]) => [path, path.startsWith('net.') ? seed9.get(path) : value])));
    const surplus = write('all.safetensors', () => new Map([...seed9, ['old.bias', { shape: [1], values: new Float32Array(1) }]]));
    const all = await start(tiny.runFile('all', { seed: 7, weights: surplus }));
    expect(all.weights).toEqual(seed9);
    expect(all.notes).toEqual([
      'starting from 10 weights of FOLDER/all.safetensors',
      'without a place in Tiny, and so left out: 1 tensor of old',
    ]);
  });

  it('is a run that its config.yaml repeats, which names the file and its hash', async () => {
    await run(tiny.runFile('third', { weights: { file: 'runs/first/weights.safetensors' } }));
    const config = parse(readFileSync(join(tiny.folder, 'runs/third/config.yaml'), 'utf8'));
    const file = join(tiny.folder, 'runs/first/weights.safetensors');
    expect(config.weights).toEqual({ file, sha256: hashTensors((await readWeights(file)).tensors) });
    const again = join(tiny.folder, 'again.yaml');
    writeFileSync(again, JSON.stringify({ ...config, output: 'runs/again' }));
    await run(again);
    expect(tiny.weights('again').equals(tiny.weights('third'))).toBe(true);
    writeFileSync(again, JSON.stringify({ ...config, weights: { ...config.weights, sha256: 'abc' } }));
    expect(await refusal(again)).toContain('runs/first/weights.safetensors holds other weights: the run file wants those with SHA-256 abc');
  });

  it('resumes without them, bit by bit, and not as a run that began otherwise', async () => {
    const file = write('mine.safetensors');
    await run(tiny.runFile('straight', { weights: file }), { maxSteps: 2 });
    await run(tiny.runFile('broken', { weights: file }), { maxSteps: 2, stopAfter: 1 });
    rmSync(join(tiny.folder, file));
    expect(await run(tiny.runFile('broken', { weights: file }), { maxSteps: 2, resume: true })).toEqual([
      expect.stringMatching(/^goes on after step 1 of stage adversarial, from /),
    ]);
    expect(withoutTimes(tiny.log('broken'))).toEqual(withoutTimes(tiny.log('straight')));
    expect(tiny.weights('broken').equals(tiny.weights('straight'))).toBe(true);
    await expect(run(tiny.runFile('broken'), { resume: true })).rejects.toThrow(/the weights to start from were [0-9a-f]{64}, are none/);
    await expect(run(tiny.runFile('first', { weights: 'runs/third/weights.safetensors' }), { resume: true })).rejects.toThrow(
      /the weights to start from were none, are .*third\/weights\.safetensors/,
    );
  });

  it('is refused for a tensor of another shape, with both shapes', async () => {
    const wide = tiny.runFile('wide', { weights: 'runs/first/weights.safetensors', parameters: { width: 8 } });
    expect(await refusal(wide)).toBe(
      [
        'FOLDER/wide.yaml:11:10: FOLDER/runs/first/weights.safetensors does not fit:',
        '  net.first.kernel is [3, 3, 3, 6] in the file, [3, 3, 3, 8] in Tiny',
        '  net.first.bias is [6] in the file, [8] in Tiny',
        '  net.second.kernel is [3, 3, 6, 6] in the file, [3, 3, 8, 8] in Tiny',
        '  net.second.bias is [6] in the file, [8] in Tiny',
        '  and 1 more',
        'The weights were trained with width: 6: write parameters: { width: 6 } into the run file.',
      ].join('\n'),
    );
    await expect(run(wide)).rejects.toThrow('does not fit');
    expect(existsSync(join(tiny.folder, 'runs/wide/config.yaml'))).toBe(false);
  });

  it('is refused where no name fits, unless a name map brings the names together', async () => {
    const foreign = write(
      'foreign.safetensors',
      (own) => new Map([...own].map(([name, tensor]) => [name.replace('net.', 'layers.'), tensor])),
    );
    expect(await refusal(tiny.runFile('foreign', { weights: foreign }))).toContain(
      'none of the 6 tensors of FOLDER/foreign.safetensors is a weight of Tiny: the first one there is layers.first.kernel, here net.first.kernel.',
    );
    const names = JSON.stringify({ tensors: { 'layers.*.kernel': 'net.*.kernel from same', 'layers.*.bias': 'net.*.bias' } });
    writeFileSync(join(tiny.folder, 'names.yaml'), names);
    const mapped = await start(tiny.runFile('mapped', { weights: { file: foreign, map: 'names.yaml' } }));
    expect(mapped.weights).toEqual((await start(tiny.runFile('plain', { weights: write('own.safetensors') }))).weights);
    writeFileSync(join(tiny.folder, 'tiny.weights.yaml'), names);
    expect((await start(tiny.runFile('beside', { weights: foreign }))).weights).toEqual(mapped.weights);
  });

  it('says what is wrong with the key itself', async () => {
    expect(await refusal(tiny.runFile('empty', { weights: {} }))).toContain('weights has no `file:`, which it needs.');
    expect(await refusal(tiny.runFile('number', { weights: 3 }))).toContain('weights is the number 3; wanted is a text or a mapping.');
    expect(await refusal(tiny.runFile('nowhere', { weights: 'nowhere.safetensors' }))).toContain('FOLDER/nowhere.safetensors');
  });
});
