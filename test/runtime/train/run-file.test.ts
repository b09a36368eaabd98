import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRunFile } from '../../../src/runtime/train/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const complete = `model: ../models/lw-drgn.mfn
data:
  pair: { low: pairs/low, normal: pairs/normal }
  reference: photographs
  validation: { low: pairs/low, normal: pairs/normal, every: 12 }
output: runs/lol
engine: onnx
seed: 7
`;

function read(text: string | Buffer, overrides: string[] = []) {
  const path = join(temporaryFolder(), 'run.yaml');
  writeFileSync(path, text);
  return readRunFile(path, overrides);
}

/** The assignments to the model, each with the text that messages about its value point at. */
const assignmentsOf = ({ overrides }: Awaited<ReturnType<typeof readRunFile>>): string[] =>
  overrides.flatMap(({ text, edits }) =>
    edits.map(
      ({ path, value }) => `${path.steps.map(({ name }) => name.text).join('.')} = ${text.slice(value.span.start, value.span.end)}`,
    ),
  );

/** The message with the folder of the test taken out. */
async function mistake(text: string | Buffer, overrides: string[] = []): Promise<string> {
  const failure = await read(text, overrides).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'RuntimeFailure', kind: 'input' });
  return (failure as Error).message.replaceAll(/\S*\/run\.yaml/g, 'run.yaml');
}

describe('a run file', () => {
  it('is read with defaults, paths relative to it, and settings by name path', async () => {
    const run = await read(
      `${complete}parameters: { width: 8 }\ntraining:\n  batch: 4\n  patch: 32x48\n  refinement: { lambda: 0, rate: 1.0e-4 }\n  degradation: { steps: 100 }\n`,
    );
    expect(run).toMatchObject({
      engine: 'onnx',
      seed: 7,
      precision: 'float32',
      samples: { every: 500, count: 4 },
      checkpoint: { every: 200 },
    });
    expect(assignmentsOf(run)).toEqual([
      'width = 8',
      'training.batch = 4',
      'training.patch = 32x48',
      'training.refinement.lambda = 0',
      'training.refinement.rate = 1.0e-4',
      'training.degradation.steps = 100',
    ]);
    expect(run.model.endsWith('/models/lw-drgn.mfn')).toBe(true);
    expect(run.output.endsWith('/runs/lol')).toBe(true);
  });

  it('says how pictures are loaded: threads, ready batches, memory', async () => {
    expect((await read(complete)).loader).toEqual({});
    expect((await read(`${complete}loader: { workers: 0, prefetch: 2, cache: 1.5GB }\n`)).loader).toEqual({
      workers: 0,
      prefetch: 2,
      cache: 1.5e9,
    });
    expect((await read(complete, ['loader.cache=512MB', 'loader.workers=3'])).loader).toEqual({ workers: 3, cache: 5.12e8 });
    expect((await read(`${complete}loader: { cache: 0 }\n`)).loader).toEqual({ cache: 0 });
    expect(await mistake(`${complete}loader: { cache: much, workers: -1 }\n`)).toBe(
      "run.yaml:9:18: loader.cache is 'much'; wanted is a text as 512MB or 2GB.\nrun.yaml:9:33: loader.workers is -1; it must be >= 0.",
    );
    expect(await mistake(`${complete}loader: { worker: 2 }\n`)).toMatch(/unknown key `worker` in loader\. Did you mean `workers`\?/);
  });

  it('takes a text that reads as an expression for one, and another text for itself', async () => {
    const [source] = (await read(`${complete}training:\n  rate: 1e-4 * 0.5 ^ epoch\n  mode: fast\n  name: "a b"\n`)).overrides;
    expect(source?.edits.map(({ value }) => value.kind)).toEqual(['binary', 'string', 'string']);
  });

  it('takes overrides as if they stood in it', async () => {
    const run = await read(complete, [
      'training.refinement.lambda=0.5',
      'training.patch=16x24',
      'seed=3',
      'samples.count=0',
      'engine=tfjs-cpu',
      'precision=bfloat16',
      'seed=4',
    ]);
    expect(run).toMatchObject({
      seed: 4,
      engine: 'tfjs-cpu',
      precision: 'bfloat16',
      samples: { count: 0 },
    });
    expect(assignmentsOf(run)).toEqual(['training.refinement.lambda = 0.5', 'training.patch = 16x24']);
  });

  it.each([
    ['an unknown key', complete.replace('seed', 'sede'), 'run.yaml:8:1: unknown key `sede` in the run file. Did you mean `seed`?'],
    ['an unknown inner key', `${complete}samples: { evry: 3 }\n`, 'run.yaml:9:12: unknown key `evry` in samples. Did you mean `every`?'],
    ['a missing key', complete.replace('output: runs/lol\n', ''), 'run.yaml:1:1: the run file has no `output:`, which it needs.'],
    ['a wrong type', complete.replace('seed: 7', 'seed: many'), 'run.yaml:8:7: seed is the string "many"; wanted is a whole number.'],
    [
      'a wrong engine',
      complete.replace('onnx', 'onxx'),
      "run.yaml:7:9: engine is 'onxx'; wanted is one of auto, tfjs-node-gpu, tfjs-node, onnx, onnx-webgpu, tfjs-webgpu, tfjs-wasm, tfjs-cpu. Did you mean onnx?",
    ],
    ['a value out of range', complete.replace('every: 12', 'every: 0'), 'run.yaml:5:62: data.validation.every is 0; it must be >= 1.'],
    ['an empty value', complete.replace('output: runs/lol', 'output:'), 'run.yaml:6:8: output is empty; wanted is a text.'],
    [
      'a wrong patch',
      `${complete}training: { patch: 32xx }\n`,
      'run.yaml:9:20: training.patch is the string "32xx"; write it as HEIGHTxWIDTH in pixels, for example 48x48.',
    ],
    [
      'a setting without a value',
      `${complete}training:\n  batch:\n`,
      'run.yaml:10:9: training.batch is empty; wanted is a number, true, false, a text or a list of these.',
    ],
  ])('%s', async (_name, text, message) => {
    expect(await mistake(text)).toBe(message);
  });

  it('tells all mistakes at once', async () => {
    expect((await mistake(complete.replace('seed', 'sede').replace('engine: onnx', 'engine: 3'))).split('\n')).toHaveLength(2);
  });

  it('that is no YAML, empty, a list, binary, missing', async () => {
    expect(await mistake('model: a\nmodel: b\n')).toBe('run.yaml:2:1: Map keys must be unique. Keep one of them.');
    expect(await mistake('')).toMatch(/^run\.yaml:1:1: a run file is a mapping.*this one is empty/);
    expect(await mistake('- a\n')).toMatch(/^run\.yaml:1:1: a run file is a mapping/);
    expect(await mistake(Buffer.from([0, 255, 1]))).toMatch(/^run\.yaml: is not a text file/);
    await expect(readRunFile('/nowhere/run.yaml')).rejects.toThrow('/nowhere/run.yaml: there is no such file or folder.');
  });

  it('with a mistake of syntax tells the first one, with a hint, and not what follows from it', async () => {
    const broken = complete.replace('normal: pairs/normal }\n  reference', 'normal: pairs/normal\n  reference');
    expect(await mistake(broken)).toMatch(/^run\.yaml:\d+:\d+: [^\n]+\. [A-Z][^\n]+\.$/);
    expect(await mistake('model: x\n\tdata: y\n')).toBe('run.yaml:2:1: Tabs are not allowed as indentation. Indent with spaces.');
    expect(await mistake('model: x\ndata: *nowhere\n')).toBe(
      'run.yaml:2:7: There is no anchor &nowhere before this. Put a text that starts with * in quotes.',
    );
  });

  it('tells its mistakes in the order of their lines', async () => {
    const lines = (await mistake(`${complete.replace('seed: 7', 'seed: x')}threads: 0\nsampels: {}\n`)).split('\n');
    expect(lines.map((line) => line.split(':')[1])).toEqual(['8', '9', '10']);
  });

  it('may have a section without content, which an override fills', async () => {
    expect(assignmentsOf(await read(`${complete}training:\nparameters:\n`, ['training.refinement.steps=5', 'parameters.width=8']))).toEqual(
      ['training.refinement.steps = 5', 'width = 8'],
    );
  });

  it.each([
    ['seed=x', '--set seed=x: seed is the string "x"; wanted is a whole number.'],
    ['seed', '--set seed: write it as KEY.KEY=VALUE, for example samples.count=8.'],
    ['data..b=3', '--set data..b=3: write it as KEY.KEY=VALUE, for example samples.count=8.'],
    ['seed.low=3', '--set seed.low=3: seed is a single value in run.yaml, it has nothing inside to set.'],
    [
      'samples=[1',
      '--set samples=[1: the value is not YAML: Flow sequence must end with a ]. Check that every {, [ and quote before it is closed.',
    ],
    ['seed=*x', '--set seed=*x: the value is not YAML: There is no anchor &x before this. Put a text that starts with * in quotes.'],
  ])('a wrong override is told with the argument: %s', async (argument, message) => {
    expect(await mistake(complete, [argument])).toBe(message);
  });
});
