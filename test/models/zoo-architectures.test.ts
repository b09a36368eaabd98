import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { initializeWeights, lowerInference, lowerTrainStep } from '../../src/compiler/3-lower/index.js';
import type { CompileOptions } from '../../src/compiler/index.js';
import type { IR } from '../../src/compiler/ir/ir.js';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import { findEngine } from '../../src/runtime/engines/index.js';
import { Enhancer } from '../../src/runtime/enhance/index.js';
import { runCommand } from '../cli/command-result.js';
import { analyzeText } from '../support/analyze-text.js';
import { syntheticPhotograph } from '../support/images.js';
import { irOf, modelText, parameterCount } from '../support/shipped-models.js';
import { trainSteps } from '../support/train-steps.js';

interface ZooModel {
  readonly name: string;
  readonly parameters?: CompileOptions['parameters'];
  /** As published, or as the architecture of the paper counts by hand. */
  readonly published: number;
  /** Where the number stands, and what it counts. */
  readonly source: string;
}

const zoo: readonly ZooModel[] = [
  {
    name: 'unet',
    parameters: { outputs: 1 },
    published: 31_037_633,
    source: 'milesial/Pytorch-UNet with transposed convolutions, one class',
  },
  { name: 'rcan', published: 15_592_379 - 24, source: 'yulunzhang/RCAN, x4: 15,592K, of which 24 are the two fixed shifts of the colours' },
  { name: 'rcan', parameters: { scale: 2 }, published: 15_444_667 - 24, source: 'yulunzhang/RCAN, x2: 15,444K' },
  {
    name: 'restormer',
    published: 26_126_644,
    source: 'swz30/Restormer, its layers summed by hand; cited as 26.13 M',
  },
  {
    name: 'restormer',
    parameters: { biased_norm: false },
    published: 26_111_668,
    source: 'the same without the biases of its normalisations',
  },
  {
    name: 'swinir',
    published: 877_752 + 32_400,
    source: 'Table 2: 878 K for x2, which leaves out the 24 tables of 225 relative positions for 6 heads',
  },
  { name: 'swinir', parameters: { scale: 4 }, published: 897_228 + 32_400, source: 'Table 2: 897 K for x4' },
  { name: 'mirnet', published: 31_787_419, source: 'swz30/MIRNet, its layers summed by hand with shared weights once; cited as 31.79 M' },
  { name: 'retinex-net', published: 555_205, source: 'the layers of its PyTorch code summed by hand; cited as 0.555 M' },
  {
    name: 'ista-net',
    published: 336_978,
    source: 'jianzhangcs/ISTA-Net-PyTorch, ISTA-Net+: 9 phases of 37,442, summed by hand; cited as 0.34 M',
  },
  { name: 'ista-net', parameters: { shared: true }, published: 37_442, source: 'one phase of them' },
  {
    name: 'srgan',
    published: 1_549_462,
    source: 'Ledig et al., Fig. 4, its layers summed by hand; re-implementations with one slope for each PReLU count the same',
  },
  { name: 'srresnet', published: 1_517_571, source: 'MSRResNet, baseline of the AIM 2019 challenge on constrained super-resolution' },
];

describe.each(zoo)('$name $parameters', ({ name, parameters, published }) => {
  const ir = irOf(modelText(`zoo/${name}`), parameters && { parameters });

  test('has the published number of parameters', () => {
    expect(parameterCount(ir)).toBe(published);
  });

  test('has a valid IR', () => {
    expect(verifyIR(ir)).toEqual([]);
  });
});

/** Versions small enough to train here: parameters, the patch, and what the input must be divisible by. */
const tiny: Readonly<
  Record<
    string,
    { readonly parameters: CompileOptions['parameters']; readonly patch: number; readonly sizes: string; readonly scale?: number }
  >
> = {
  unet: { parameters: { width: 4, levels: 2 }, patch: 16, sizes: 'H 4, W 4' },
  rcan: { parameters: { width: 8, groups: 2, rcabs: 2, reduction: 1 }, patch: 16, sizes: '', scale: 4 },
  srresnet: { parameters: { width: 4, blocks: 2 }, patch: 32, sizes: '', scale: 4 },
  srgan: { parameters: { width: 4, blocks: 2 }, patch: 32, sizes: '', scale: 4 },
  restormer: { parameters: { width: 8, blocks: [1, 1], heads: [1, 2], refinement: 1 }, patch: 16, sizes: 'H 2, W 2' },
  swinir: { parameters: { width: 8, blocks: 1, depth: 2, heads: 2, size: 4 }, patch: 16, sizes: 'H 4, W 4', scale: 2 },
  mirnet: { parameters: { width: 8, groups: 1, blocks: 1, height: 2 }, patch: 16, sizes: 'H 2, W 2' },
  'retinex-net': { parameters: { width: 8 }, patch: 16, sizes: 'H 8, W 8' },
  'ista-net': { parameters: { width: 4, phases: 3, shared: true }, patch: 12, sizes: '' },
};

const tinyIR = (name: string): IR => {
  const version = tiny[name];
  const settings = { batch: 1, patch: [version?.patch ?? 0, version?.patch ?? 0] };
  return irOf(modelText(`zoo/${name}`), { ...(version?.parameters && { parameters: version.parameters }), settings });
};

describe.each(Object.keys(tiny))('%s', (name) => {
  test('checks without errors and warnings', () => {
    expect(analyzeText(modelText(`zoo/${name}`)).diagnostics).toEqual([]);
  });

  test('demands sizes that its shapes need', () => {
    expect(
      tinyIR(name)
        .model.constraints.map(({ symbol, divisor }) => `${symbol} ${divisor}`)
        .join(', '),
    ).toBe(tiny[name]?.sizes);
  });

  test('has valid Programs for a picture and for every stage', () => {
    const ir = tinyIR(name);
    const program = lowerInference(ir, { batch: 2, height: 32, width: 64 });
    expect(verifyProgram(program)).toEqual([]);
    const scale = tiny[name]?.scale ?? 1;
    expect(program.tensors[program.outputs[0]?.tensor ?? -1]?.shape).toEqual([2, 32 * scale, 64 * scale, 3]);
    for (const stage of ir.training?.stages ?? []) expect(verifyProgram(lowerTrainStep(ir, stage.name).program)).toEqual([]);
  });

  test('trains: finite losses, and every weight of every minimizer moves', async () => {
    const ir = tinyIR(name);
    const engine = await findEngine('onnx');
    for (const stage of ir.training?.stages ?? []) {
      const { losses, unmoved } = await trainSteps(engine, ir, stage.name, 2);
      expect(losses.length).toBeGreaterThan(0);
      for (const [loss, value] of losses) expect(Number.isFinite(value), loss).toBe(true);
      expect(unmoved, stage.name).toEqual([]);
    }
  });
});

test.each(['unet', 'restormer', 'mirnet'])(
  '%s enhances a picture of any size: it is padded to what the shapes ask for, and cropped',
  async (name) => {
    const ir = tinyIR(name);
    const enhancer = new Enhancer(ir, initializeWeights(ir, 5), await findEngine('onnx'));
    const picture = syntheticPhotograph(13, 11, 3);
    const enhanced = await enhancer.enhance(picture);
    await enhancer.dispose();
    expect([enhanced.width, enhanced.height]).toEqual([picture.width, picture.height]);
  },
);

test('the discriminator of SRGAN is the 70x70 PatchGAN of CycleGAN', () => {
  const ir = irOf(modelText('zoo/srresnet'));
  const stage = ir.training?.stages.find((other) => other.name === 'adversarial');
  const discriminator = ir.definitions.find((definition) => definition.block === 'PatchGAN');
  expect(stage && discriminator && parameterCount(ir, discriminator.id)).toBe(2_764_737);
});

test('mfnc inspect counts every file of the folder as its weights do', async () => {
  const folder = path.resolve(import.meta.dirname, '../../models/zoo');
  const files = readdirSync(folder).filter((name) => name.endsWith('.mfn'));
  expect(files.length).toBeGreaterThanOrEqual(12);
  for (const file of files) {
    const { code, stdout } = await runCommand('inspect', path.join(folder, file), '--size', '96x96', '--json');
    expect(code, file).toBe(0);
    expect(JSON.parse(stdout).parameters, file).toBe(parameterCount(irOf(modelText(`zoo/${path.parse(file).name}`))));
  }
});

test('the table of the folder names every model, with its parameters', () => {
  const folder = path.resolve(import.meta.dirname, '../../models/zoo');
  const rows = readFileSync(path.join(folder, 'README.md'), 'utf8').split('\n');
  for (const name of Object.keys(tiny)) {
    const row = rows.find((line) => line.startsWith(`| \`${name}.mfn\``));
    expect(row, name).toContain(parameterCount(irOf(modelText(`zoo/${name}`))).toLocaleString('en'));
  }
});
