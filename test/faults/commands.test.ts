import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeSafetensors, readWeights } from '../../src/runtime/checkpoint/index.js';
import { encodeImage, readImage } from '../../src/runtime/data/index.js';
import { type CommandResult, runCommand } from '../cli/command-result.js';
import { badImages, syntheticPhotograph, writePairs } from '../support/images.js';
import { startMfncIn } from '../support/process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeTinyRun, type TinyRun } from '../support/tiny-run.js';

/** A training of two steps a stage that has gone well. */
async function trained(): Promise<TinyRun & { readonly weightsFile: string }> {
  const tiny = await makeTinyRun(temporaryFolder());
  const result = await runCommand('train', tiny.runFile('good'), '--engine', 'onnx', '--max-steps', '2');
  expect(result.code, result.stderr).toBe(0);
  return { ...tiny, weightsFile: join(tiny.folder, 'runs/good/weights.safetensors') };
}

/** The command ended with a message of its own: the right exit code, no stack trace, no "internal error". */
function expectMistake(result: CommandResult, code: 1 | 2, message: RegExp): void {
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toMatch(/internal error|\n\s+at /);
  expect(result.code).toBe(code);
}

const hashesOf = (folder: string) =>
  readdirSync(folder)
    .sort()
    .map((name) =>
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    );

describe('--precision bfloat16', () => {
  it('is refused by every command where the engine does not gain from it, with a way out', async () => {
    const tiny = await trained();
    const refusal = /onnx is not faster in bfloat16 here: onnxruntime has no kernels .*\. Use float32, or an x86 processor with AMX/;
    const weights = ['--model', tiny.model, '--weights', tiny.weightsFile, '--engine', 'onnx', '--precision', 'bfloat16'];
    const pairs = ['--low', join(tiny.folder, 'pairs/low'), '--normal', join(tiny.folder, 'pairs/normal')];
    const run = (name: string, changes = {}) => tiny.runFile(name, { engine: 'onnx', ...changes });
    expectMistake(await runCommand('train', run('option'), '--precision', 'bfloat16'), 2, refusal);
    expectMistake(await runCommand('train', run('file', { precision: 'bfloat16' })), 2, refusal);
    expectMistake(await runCommand('enhance', join(tiny.folder, 'pairs/low'), '-o', join(tiny.folder, 'out'), ...weights), 2, refusal);
    expectMistake(await runCommand('evaluate', ...pairs, ...weights), 2, refusal);
    expectMistake(
      await runCommand('train', run('wrong', { precision: 'float16' })),
      2,
      /precision is 'float16'; wanted is one of float32, bfloat16/,
    );
  });
});

describe('mfnc train', () => {
  it('tells a mistake in the run file with its place', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const train = (changes: Record<string, unknown>, ...options: string[]) =>
      runCommand('train', tiny.runFile('bad', changes), '--engine', 'onnx', ...options);
    expectMistake(await train({ sede: 3 }), 2, /bad\.yaml:\d+:1: unknown key `sede` in the run file\. Did you mean `seed`\?/);
    expectMistake(await train({ model: 'nowhere.mfn' }), 2, /bad\.yaml:1:8: cannot read the model .*nowhere\.mfn: no such file/);
    expectMistake(await train({ parameters: { with: 3 } }), 2, /with/);
    expectMistake(
      await train({ training: { btach: 3 } }),
      2,
      /bad\.yaml:\d+:3: error MFN6006: `training` has nothing named `btach`\n[\s\S]*did you mean `training\.batch`\?/,
    );
    expectMistake(
      await train({}, '--set', 'training.plain.setps=3'),
      2,
      /--set:1:16: error MFN6006: `training\.plain` has nothing named `setps`[\s\S]*did you mean `training\.plain\.steps`\?/,
    );
    expectMistake(
      await train({ training: { plain: { steps: 'many' } } }),
      2,
      /bad\.yaml:\d+:\d+: error MFN6011: `training\.plain\.steps` is a number, not a string/,
    );
    expectMistake(await train({}, '--set', 'parameters.width=-1'), 2, /--set:1:1: with the value given here/);
    expectMistake(await train({ data: { reference: 'references/normal' } }), 2, /bad\.yaml:\d+:1: data has no `pair:`/);
    const pair = { low: 'pairs/low', normal: 'pairs/normal' };
    expectMistake(
      await train({ data: { pair, refrence: 'references/normal' } }),
      2,
      /bad\.yaml:\d+:\d+: unknown key `refrence`.*Did you mean `reference`\?/,
    );
    expectMistake(await train({ data: { pair: { low: 'pairs/low' }, reference: 'x' } }), 2, /data\.pair has no folder for `normal:`/);
    expectMistake(
      await train({ data: { pair, reference: 'nowhere' } }),
      2,
      /bad\.yaml:\d+:\d+: .*nowhere: there is no such file or folder/,
    );
    expectMistake(
      await train({ data: { pair, reference: 'references/normal', validation: pair } }),
      2,
      /data\.validation holds all of data\.pair, so none is left to train on/,
    );
    expectMistake(
      await train({ training: { patch: '128x128' } }),
      2,
      /5 of the training images cannot be used:\n.*1\.png: is 64x56 pixels, smaller than a patch of 128x128/,
    );
    expect(readdirSync(join(tiny.folder, 'runs', 'bad'))).toEqual([]);
  });

  it('names images that cannot be used and touches no input', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const low = join(tiny.folder, 'pairs/low');
    const bad = await badImages();
    writeFileSync(join(low, '2.png'), bad['cut.png'] as Buffer);
    writeFileSync(join(low, '3.png'), bad['deep.png'] as Buffer);
    const before = hashesOf(low);
    const result = await runCommand('train', tiny.runFile('run'), '--engine', 'onnx');
    expectMistake(result, 2, /2 of the training images cannot be used:\n.*2\.png: is truncated or damaged.*\n.*3\.png: has 16 bits/);
    expect(hashesOf(low)).toEqual(before);
  });

  it('does not mix runs, and resumes only the run that is there', async () => {
    const tiny = await trained();
    const train = (changes: Record<string, unknown>, ...options: string[]) =>
      runCommand('train', tiny.runFile('good', changes), '--engine', 'onnx', ...options);
    const before = tiny.weights('good');
    expectMistake(await train({}), 2, /runs\/good: holds a run already\. Continue it with --resume, or set another output\./);
    expectMistake(await train({ seed: 2 }, '--resume'), 2, /is not the run that .*runs\/good holds.*\n {2}seed was 1, is 2\n/);
    expectMistake(await train({ training: { batch: 2 } }, '--resume'), 2, /training\.batch was 4, is 2/);
    expectMistake(await train({ output: 'runs/other' }, '--resume'), 2, /runs\/other: holds no run to resume\. Leave out --resume/);
    const lock = join(tiny.folder, 'runs/good/.lock');
    writeFileSync(lock, String(process.ppid));
    expectMistake(
      await train({}, '--resume', '--max-steps', '2'),
      1,
      /Another mfnc \(process \d+\) is training into .*runs\/good\. Wait until/,
    );
    rmSync(lock);
    const file = join(tiny.folder, 'pairs/low/6.png');
    for (const role of ['low', 'normal'])
      writeFileSync(file.replace('/low/', `/${role}/`), readFileSync(join(tiny.folder, `pairs/${role}/1.png`)));
    expectMistake(await train({}, '--resume'), 2, /the files of data\.low\+normal have changed/);
    expect(tiny.weights('good').equals(before)).toBe(true);
    mkdirSync(join(tiny.folder, 'runs/photographs'));
    writeFileSync(join(tiny.folder, 'runs/photographs/a.jpg'), 'mine');
    expectMistake(await train({ output: 'runs/photographs' }), 2, /runs\/photographs: is not empty/);
    for (const name of ['adversarial-000002', 'plain-000002'])
      writeFileSync(join(tiny.folder, 'runs/good/checkpoints', name, 'weights.safetensors'), before.subarray(0, 100));
    expectMistake(await train({}, '--resume'), 2, /runs\/good\/checkpoints: holds no checkpoint that is whole, so the run cannot go on:\n/);
    mkdirSync(join(tiny.folder, 'runs/former/checkpoint'), { recursive: true });
    writeFileSync(join(tiny.folder, 'runs/former/config.yaml'), 'seed: 1\n');
    expectMistake(await train({ output: 'runs/former' }, '--resume'), 2, /runs\/former: holds a run of an earlier version of mfnc, whose/);
  });
});

describe('weights of another model', () => {
  it('are refused with the first differences', async () => {
    const tiny = await trained();
    const input = join(tiny.folder, 'pairs/low/1.png');
    const enhance = (model: string, weights: string) =>
      runCommand('enhance', input, '-o', join(tiny.folder, 'out'), '--model', model, '--weights', weights, '--engine', 'onnx');
    expectMistake(
      await enhance('models/lw-drgn.mfn', tiny.weightsFile),
      2,
      /weights\.safetensors: holds the weights of Tiny \(width: 6\), not of \w+ \(width: 64\)\.\n(.*is missing from the file\n){3}.*in all: 0 tensors of another shape, \d+ missing, 6 unexpected\./,
    );
    const other = join(tiny.folder, 'other.mfn');
    writeFileSync(
      other,
      readFileSync(tiny.model, 'utf8').replace('width, 3) as second', 'width + 1, 3) as second').replaceAll('Tiny', 'Other'),
    );
    expectMistake(
      await enhance(other, tiny.weightsFile),
      2,
      /net\.second\.kernel is \[3, 3, 6, 6\] in the file, Other wants \[3, 3, 6, 7\]/,
    );
    expectMistake(await enhance(tiny.model, join(tiny.folder, 'nowhere.safetensors')), 2, /nowhere\.safetensors: there is no such file/);
    expectMistake(await enhance(tiny.model, input), 2, /1\.png: is a PNG image\. Weights are read from safetensors files/);
    const damaged = join(tiny.folder, 'damaged.safetensors');
    const odd = join(tiny.folder, 'odd.safetensors');
    const { tensors } = await readWeights(tiny.weightsFile);
    const write = (parameters: string) =>
      writeFileSync(odd, Buffer.concat(encodeSafetensors({ metadata: { model: 'Tiny', parameters }, tensors })));
    write('{"width":{"a":1}}');
    expectMistake(await enhance(tiny.model, odd), 2, /odd\.safetensors: the parameters in its metadata are not/);
    write('{"width":-3}');
    expectMistake(
      await enhance(tiny.model, odd),
      2,
      /odd\.safetensors: holds the weights of Tiny with \{"width":-3\}, which the model cannot have/,
    );
    const bytes = tiny.weights('good');
    bytes[bytes.length - 2] = (bytes[bytes.length - 2] as number) ^ 1;
    writeFileSync(damaged, bytes);
    expectMistake(await enhance(tiny.model, damaged), 2, /do not match the hash/);
    expect(readdirSync(tiny.folder)).not.toContain('out');
  });

  it('of the same model with other parameters are taken with theirs', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    expect(
      (await runCommand('train', tiny.runFile('wide', { parameters: { width: 9 } }), '--engine', 'onnx', '--max-steps', '1')).code,
    ).toBe(0);
    const result = await runCommand(
      'enhance',
      join(tiny.folder, 'pairs/low/1.png'),
      '-o',
      join(tiny.folder, 'out'),
      '--model',
      tiny.model,
      '--weights',
      join(tiny.folder, 'runs/wide/weights.safetensors'),
      '--engine',
      'onnx',
    );
    expect(result.code, result.stderr).toBe(0);
  });
});

describe('mfnc enhance', () => {
  it('enhances the good images, names each bad one, and ends with 2', async () => {
    const tiny = await trained();
    const folder = join(tiny.folder, 'mixed');
    mkdirSync(folder);
    for (const [name, bytes] of Object.entries(await badImages())) writeFileSync(join(folder, name), bytes);
    const good = sharp(join(tiny.folder, 'pairs/low/1.png'));
    await good.clone().png().toFile(join(folder, 'a.png'));
    await good.clone().jpeg().withMetadata({ orientation: 6 }).toFile(join(folder, 'b.jpg'));
    await good.clone().resize(37, 23).webp().toFile(join(folder, 'c.webp'));
    writeFileSync(join(folder, 'd.bmp'), await encodeImage(syntheticPhotograph(21, 10, 1), 'bmp'));
    await good.clone().resize(1, 1, { fit: 'fill' }).png().toFile(join(folder, 'dot.png'));
    await good.clone().resize(30, 20, { fit: 'fill' }).ensureAlpha(0.5).png().toFile(join(folder, 'glass.png'));
    const before = hashesOf(folder);
    const out = join(tiny.folder, 'out');
    const result = await runCommand('enhance', folder, '-o', out, '--model', tiny.model, '--weights', tiny.weightsFile, '--engine', 'onnx');
    expectMistake(result, 2, /10 of 16 images could not be enhanced; the other 6 are in/);
    for (const name of Object.keys(await badImages())) expect(result.stderr).toContain(`error: ${join(folder, name)}: `);
    expect(readdirSync(out).sort()).toEqual(['a.png', 'b.jpg', 'c.webp', 'd.bmp', 'dot.png', 'glass.png']);
    const sizes = await Promise.all(
      ['a.png', 'b.jpg', 'c.webp', 'dot.png', 'glass.png'].map(async (name) => {
        const { width, height, format, hasAlpha, orientation } = await sharp(join(out, name)).metadata();
        return { width, height, format, hasAlpha, orientation: orientation ?? 1 };
      }),
    );
    expect(sizes).toEqual([
      { width: 64, height: 56, format: 'png', hasAlpha: false, orientation: 1 },
      { width: 56, height: 64, format: 'jpeg', hasAlpha: false, orientation: 1 },
      { width: 37, height: 23, format: 'webp', hasAlpha: false, orientation: 1 },
      { width: 1, height: 1, format: 'png', hasAlpha: false, orientation: 1 },
      { width: 30, height: 20, format: 'png', hasAlpha: true, orientation: 1 },
    ]);
    expect(await readImage(join(out, 'd.bmp'), 'training')).toMatchObject({ width: 21, height: 10, format: 'bmp' });
    expect(hashesOf(folder)).toEqual(before);
  });

  it('never writes over an input, nor two results into one file', async () => {
    const tiny = await trained();
    const low = join(tiny.folder, 'pairs/low');
    const before = hashesOf(low);
    const enhance = (...args: string[]) =>
      runCommand('enhance', ...args, '--model', tiny.model, '--weights', tiny.weightsFile, '--engine', 'onnx');
    expectMistake(await enhance(low, '-o', low), 2, /low\/1\.png: the result would overwrite the input/);
    expectMistake(await enhance(join(low, '1.png'), '-o', join(low, '1.png')), 2, /would overwrite the input/);
    expectMistake(
      await enhance(low, join(tiny.folder, 'pairs/normal'), '-o', join(tiny.folder, 'out')),
      2,
      /would have the same name as that of/,
    );
    expectMistake(await enhance(join(low, 'nowhere.png'), '-o', join(tiny.folder, 'out')), 2, /nowhere\.png: there is no such file/);
    expectMistake(await enhance(low, '-o', tiny.model), 2, /tiny\.mfn: a file stands where a folder is wanted/);
    expectMistake(await enhance(join(low, '1.png'), '-o', join(tiny.folder, 'a.tiff')), 2, /a\.tiff: results are PNG, JPEG, WebP or BMP/);
    expectMistake(await enhance(join(low, '1.png'), '-o', join(low, '2.png', 'deeper')), 2, /a file stands where a folder is wanted/);
    expect(hashesOf(low)).toEqual(before);
  });
});

describe('mfnc enhance of a single image', () => {
  it('says once why there is no result, and takes a file that is named twice once', async () => {
    const tiny = await trained();
    const options = ['-o', join(tiny.folder, 'out'), '--model', tiny.model, '--weights', tiny.weightsFile, '--engine', 'onnx'];
    const empty = join(tiny.folder, 'empty.png');
    writeFileSync(empty, '');
    const result = await runCommand('enhance', empty, ...options);
    expectMistake(result, 2, /error: .*empty\.png: is empty/);
    expect(result.stderr.match(/error/g)).toHaveLength(1);
    const image = join(tiny.folder, 'pairs/low/1.png');
    const { code, stdout } = await runCommand('enhance', image, image, ...options);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(tiny.folder, 'out/1.png')}\n` });
  });
});

describe('mfnc enhance without -o', () => {
  it('writes beside the inputs, and refuses where that is an input', async () => {
    const tiny = await trained();
    const enhance = (...args: string[]) =>
      runCommand('enhance', ...args, '--model', tiny.model, '--weights', tiny.weightsFile, '--engine', 'onnx');
    const [low, image] = [join(tiny.folder, 'pairs/low'), join(tiny.folder, 'a.b.jpg')];
    await sharp(join(low, '1.png')).jpeg().toFile(image);
    const { code, stdout, stderr } = await enhance(image, `${low}/`);
    expect(code, stderr).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      join(tiny.folder, 'a.b.enhanced.jpg'),
      ...[1, 2, 3, 4, 5].map((n) => join(tiny.folder, `pairs/low.enhanced/${n}.png`)),
    ]);
    expect((await readImage(join(tiny.folder, 'a.b.enhanced.jpg'), 'training')).format).toBe('jpeg');
    expectMistake(
      await enhance(image, join(tiny.folder, 'a.b.enhanced.jpg')),
      2,
      /would overwrite the input .*a\.b\.enhanced\.jpg.* with -o/,
    );
  });
});

describe('the network that mfnc ships', () => {
  it('enhances from any folder, and is named once', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'photo.png'), await encodeImage(syntheticPhotograph(24, 16, 1), 'png'));
    const { code, stdout, stderr } = await startMfncIn(folder, 'enhance', 'photo.png', '--engine', 'onnx').ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('photo.enhanced.png\n');
    expect(stderr.match(/LW-DRGN as mfnc ships it/g)).toHaveLength(1);
    expect(await readImage(join(folder, 'photo.enhanced.png'), 'training')).toMatchObject({ width: 24, height: 16 });
  });

  it('is measured by evaluate; a model of its own needs weights of its own', async () => {
    const { low, normal } = await writePairs(temporaryFolder(), 2, 32, 24);
    const folders = ['--low', low, '--normal', normal, '--engine', 'onnx'];
    const { code, stdout, stderr } = await runCommand('evaluate', ...folders, '--metric', 'psnr,psnr_y', '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ mean: { psnr: expect.any(Number), psnr_y: expect.any(Number) }, images: [{}, {}] });
    expectMistake(await runCommand('evaluate', ...folders, '--model', 'models/drgn.mfn'), 2, /models\/drgn\.mfn needs its weights/);
    expectMistake(await runCommand('enhance', low, '--model', 'models/drgn.mfn'), 2, /name them with --weights, or leave out --model/);
  });
});

describe('mfnc', () => {
  it('names a command that does not exist, also when its help is asked for', async () => {
    expectMistake(await runCommand('trian'), 2, /unknown command 'trian'\n.*did you mean mfnc train\?/);
    expectMistake(await runCommand('help', 'trian'), 2, /unknown command 'trian'/);
  });

  it('gives each command a help with an example', async () => {
    const commands = [
      ...['check', 'inspect', 'compile', 'train', 'evaluate', 'metrics', 'enhance', 'doctor', 'data', 'data darken'],
      ...['engine', 'engine install', 'engine remove', 'engine list', 'cache', 'cache clear'],
    ];
    for (const command of commands) {
      const { code, stdout } = await runCommand(...command.split(' '), '--help');
      expect(code).toBe(0);
      expect(stdout, command).toMatch(/\nExamples?:\n {2}mfnc \S/);
    }
  });
});

describe('mfnc evaluate', () => {
  it('refuses pairs that do not match', async () => {
    const tiny = await trained();
    const evaluate = (low: string, normal: string) =>
      runCommand(
        'evaluate',
        '--model',
        tiny.model,
        '--weights',
        tiny.weightsFile,
        '--low',
        join(tiny.folder, low),
        '--normal',
        join(tiny.folder, normal),
        '--engine',
        'onnx',
      );
    expectMistake(await evaluate('pairs/low', 'references/normal'), 2, /low and normal do not match: .*has 5 images.*has 3 images/);
    expectMistake(await evaluate('references/low', 'nowhere'), 2, /nowhere: there is no such file or folder/);
    await sharp(join(tiny.folder, 'pairs/normal/3.png'))
      .resize(60, 56, { fit: 'fill' })
      .png()
      .toBuffer()
      .then((bytes) => writeFileSync(join(tiny.folder, 'pairs/normal/3.png'), bytes));
    expectMistake(await evaluate('pairs/low', 'pairs/normal'), 2, /low\/3\.png: is 64x56 pixels, its partner .*normal\/3\.png is 60x56/);
  });
});
