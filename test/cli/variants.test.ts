import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeTinyRun } from '../support/tiny-run.js';
import { runCommand } from './command-result.js';

const ablations = 'models/ablations';

interface Row {
  readonly name: string;
  readonly edits: number;
  readonly reference: string;
  readonly cost: { readonly parameters: number };
}

/** A folder with a model, and beside it a file with two variants. */
function folderOfVariants(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'below'));
  writeFileSync(
    join(folder, 'net.mfn'),
    'mfn 1\nimport { conv } from "std/blocks"\nmodel Net(width: int = 4) {\n  in  low: image\n  out high: image\n  high = low |> conv(width) as first |> conv(3) as last\n}\n',
  );
  writeFileSync(
    join(folder, 'below', 'two.mfn'),
    'mfn 1\nvariant "w/o ReLU" of "../net.mfn" { }\n/// Twice as wide.\nvariant "wide" of "#w/o ReLU" { set width = 8 }\n',
  );
  return folder;
}

describe('mfnc variants', () => {
  it('lists the variants of a model with edits, parameters and compute', async () => {
    const { code, stdout } = await runCommand('variants', 'models/drgn.mfn', '--json');
    expect(code).toBe(0);
    const { model, variants } = JSON.parse(stdout);
    expect(model).toMatchObject({ name: 'DRGN', cost: { parameters: 4_774_768 } });
    const rows = variants.map(({ name, edits, reference, cost }: Row) => [name, edits, reference, cost.parameters]);
    expect(rows).toEqual([
      ['w/o DL-DA', 7, `${ablations}/without-dl-da.mfn`, 4_774_768],
      ['w/o KL', 1, `${ablations}/without-kl.mfn`, 4_774_768],
      ['w/o MSR', 3, `${ablations}/without-msr.mfn`, 1_522_664],
      ['w/o SSIM', 1, `${ablations}/without-ssim.mfn`, 4_774_768],
      ['DRGN, KL of each channel', 1, 'models/kl-forms.mfn#DRGN, KL of each channel', 4_774_768],
      ['DRGN, KL of histograms', 1, 'models/kl-forms.mfn#DRGN, KL of histograms', 4_774_768],
    ]);
  });

  it('finds variants of variants in the folders below, and takes overrides', async () => {
    const folder = folderOfVariants();
    const { stdout } = await runCommand('variants', join(folder, 'net.mfn'), '--json', '--size', '16x16');
    const rows = JSON.parse(stdout).variants;
    const two = join(folder, 'below', 'two.mfn');
    expect(rows.map(({ reference }: { reference: string }) => reference)).toEqual([`${two}#w/o ReLU`, `${two}#wide`]);
    expect(rows[1]).toMatchObject({ base: '#w/o ReLU', documentation: 'Twice as wide.', edits: 1 });
    const parameters = (width: number): number => 27 * width + width + 27 * width + 3;
    expect(rows.map(({ cost }: { cost: { parameters: number } }) => cost.parameters)).toEqual([parameters(4), parameters(8)]);
    const overridden = JSON.parse((await runCommand('variants', two, '--json', '--size', '16x16', '--set', 'width=2')).stdout);
    expect(overridden.variants.map(({ cost }: { cost: { parameters: number } }) => cost.parameters)).toEqual([
      parameters(2),
      parameters(2),
    ]);
  });

  it('says that there are none', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'empty.mfn'), 'mfn 1\nlet a = 1\n');
    const { code, stdout } = await runCommand('variants', join(folder, 'empty.mfn'));
    expect([code, stdout]).toEqual([0, `${join(folder, 'empty.mfn')}: no variants here\n`]);
    expect((await runCommand('variants', join(folder, 'nowhere.mfn'))).code).toBe(2);
  });
});

describe('FILE#VARIANT', () => {
  it('is checked for each variant of a file, or for the one that is named', async () => {
    const two = join(folderOfVariants(), 'below', 'two.mfn');
    expect((await runCommand('check', two)).stdout).toBe(
      `${two}#w/o ReLU: Net, variant "w/o ReLU" is well formed; its input may have any size\n${two}#wide: Net, variant "wide" is well formed; its input may have any size\n`,
    );
    expect((await runCommand('check', `${two}#w-o-relu`)).stdout).toContain('variant "w/o ReLU"');
    const { code, stderr } = await runCommand('inspect', `${two}#wid`);
    expect(code).toBe(2);
    expect(stderr).toContain('MFN6001');
    expect(stderr).toContain('did you mean `wide`?');
    expect((await runCommand('inspect', two)).stderr).toContain(`write \`${two}#w/o ReLU\` or \`${two}#wide\``);
  });

  it('names artefacts and says what they are of', async () => {
    const folder = folderOfVariants();
    const two = join(folder, 'below', 'two.mfn');
    const output = join(folder, 'out');
    const { code } = await runCommand('compile', `${two}#wide`, '-o', output, '--target', 'ir,onnx', '--size', '16x16');
    expect(code).toBe(0);
    expect(existsSync(join(output, 'two-wide.onnx'))).toBe(true);
    expect(JSON.parse(readFileSync(join(output, 'summary.json'), 'utf8'))).toMatchObject({ model: 'Net', variant: 'wide' });
    expect(JSON.parse(readFileSync(join(output, 'two-wide.ir.json'), 'utf8')).variant).toEqual({ name: 'wide', source: two });
    const shown = JSON.parse((await runCommand('weights', 'show', join(output, 'two-wide.onnx'), '--json')).stdout);
    expect(shown).toMatchObject({ model: 'Net', variant: 'wide', parameters: { width: 8 } });
  });

  it('is trained and leaves its name in weights and checkpoints; another variant does not resume it', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const variants = join(tiny.folder, 'variants.mfn');
    writeFileSync(variants, `mfn 1\nvariant "fast" of "${tiny.model}" { set training.rate = 1e-2 }\nvariant "same" of "#fast" { }\n`);
    const run = tiny.runFile('fast', { model: `${variants}#fast` });
    const train = (...options: string[]) => runCommand('train', run, '--engine', 'onnx', '--max-steps', '1', ...options);
    const first = await train();
    expect(first.code, first.stderr).toBe(0);
    const output = /output: (\S+)/.exec(readFileSync(run, 'utf8'))?.[1] ?? '';
    const folder = join(tiny.folder, output);
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toContain(`${variants}#fast`);
    const shown = JSON.parse((await runCommand('weights', 'show', join(folder, 'weights.safetensors'), '--json')).stdout);
    expect(shown.variant).toBe('fast');
    writeFileSync(run, readFileSync(run, 'utf8').replace('#fast', '#same'));
    const other = await train('--resume');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('variant was "fast", is "same"');
  }, 120_000);
});

describe('--set', () => {
  it.each([
    ['check', ['models/lw-drgn.mfn']],
    ['inspect', ['models/lw-drgn.mfn']],
    ['inspect', ['models/lw-drgn.mfn', '--train']],
    ['variants', ['models/lw-drgn.mfn']],
    ['diff', ['models/lw-drgn.mfn', 'models/drgn.mfn']],
    ['compile', ['models/lw-drgn.mfn', '-o', 'nowhere']],
    ['generate', ['typescript', 'models/lw-drgn.mfn', '-o', 'nowhere']],
    ['run', ['models/lw-drgn.mfn', '--weights', 'models/weights/lw-drgn.safetensors', '--inputs', 'nowhere', '-o', 'nowhere']],
    ['enhance', ['README.md', '-o', 'nowhere', '--model', 'models/lw-drgn.mfn', '--weights', 'models/weights/lw-drgn.safetensors']],
    ['evaluate', ['--low', 'docs', '--normal', 'docs', '--model', 'models/lw-drgn.mfn', '--weights', 'models/weights/lw-drgn.safetensors']],
    ['weights', ['convert', 'models/weights/lw-drgn.safetensors', '-o', 'nowhere.onnx', '--model', 'models/lw-drgn.mfn']],
    ['train', ['examples/lol/run.yaml']],
  ])('%s %j points into the argument', async (command, options) => {
    const { code, stderr } = await runCommand(command, ...options, '--set', 'training.batch=8', '--set', 'training.refinement.lambda=true');
    expect(code).toBe(2);
    expect(stderr).toContain(
      '--set:2:28: error MFN6011: `training.refinement.lambda` is a number, not true\n  2 | training.refinement.lambda=true\n',
    );
  });

  it('takes expressions, and several of them', async () => {
    const arguments_ = ['training.adam.rate=5e-4*0.9^(step/6000)', 'width=16', 'training.patch=[48,48]', 'training.refinement.lambda=0'];
    const options = arguments_.flatMap((argument) => ['--set', argument]);
    const { code, stderr } = await runCommand('check', 'models/drgn.mfn', ...options);
    expect([code, stderr]).toEqual([0, '']);
  });

  it.each([
    ['width', '--set:1:6: error MFN0020: expected `=`, found the end of the file'],
    ['width=', '--set:1:7: error MFN0020: expected an expression'],
    ['width=8 9', '--set:1:9: error MFN0020: expected an operator or the end, found `9`'],
    ['', '--set:1:1: error MFN0020: expected PATH=EXPRESSION, found nothing'],
    ['width=(8', '--set:1:9: error MFN0021'],
    ['width=wdth', '--set:1:7: error MFN1001: there is no name `wdth` here'],
    ['width=8.5', '--set:1:7: error MFN2001'],
    ['training.batch=0', '--set:1:16: error MFN2016'],
    ['training.rate=-1', '--set:1:15: error'],
  ])('a mistake in %j is shown in it', async (argument, message) => {
    const { code, stderr } = await runCommand('check', 'models/lw-drgn.mfn', '--set', argument);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('mfnc check --conformance', () => {
  it.each([
    ['without-ssim', 'lambda, weight of SSIM', 0],
    ['without-kl', 'weight of the consistency loss', 0],
    ['without-msr', 'pyramid levels', 1],
    ['without-dl-da', 'epochs in all', 60],
  ])('%s: holds beside Table 1 as it is read', async (name, figure, value) => {
    const { stdout } = await runCommand('check', `${ablations}/${name}.mfn`, '--conformance', '--json');
    const [{ conformance }] = JSON.parse(stdout).files;
    expect(conformance.rows.filter(({ agrees }: { agrees: boolean }) => !agrees)).toEqual([]);
    expect(conformance.rows.find((row: { name: string }) => row.name === figure)).toMatchObject({
      published: String(value),
      source: expect.stringContaining('Table 1'),
    });
  });
});

describe('warnings', () => {
  it('of a file with several variants are about what none of them uses', async () => {
    const folder = folderOfVariants();
    const file = join(folder, 'own.mfn');
    writeFileSync(
      file,
      [
        'mfn 1',
        'import { conv, deconv, dense } from "std/blocks"',
        'block Thin(width: int) {',
        '  in  x: [B, H, W, C]',
        '  out y: [B, H, W, width]',
        '  y = x |> conv(width, 1) as only',
        '}',
        'variant "thin" of "net.mfn" { replace Net.high.first by Thin(width) }',
        'variant "larger" of "net.mfn" { replace Net.high by { larger = low |> deconv(3)  high = larger |> conv(3, stride: 2) } }',
        '',
      ].join('\n'),
    );
    const { code, stderr } = await runCommand('check', file);
    expect([code, [...stderr.matchAll(/warning (MFN\d+): (.*)/g)].map((match) => match[2])]).toEqual([
      0,
      ['the import `dense` is never used'],
    ]);
  });
});
