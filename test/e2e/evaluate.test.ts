import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evaluation, Scores } from '../../src/runtime/metrics/index.js';
import { runCommand } from '../cli/command-result.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeTinyRun } from '../support/tiny-run.js';

/** A tiny trained network, its pairs, and what `mfnc COMMAND ...` with it prints. */
async function trained() {
  const tiny = await makeTinyRun(temporaryFolder());
  expect((await runCommand('train', tiny.runFile('run'), '--engine', 'onnx', '--max-steps', '2')).code).toBe(0);
  const network = ['--model', tiny.model, '--weights', join(tiny.folder, 'runs/run/weights.safetensors'), '--engine', 'onnx'];
  const [low, normal] = [join(tiny.folder, 'pairs/low'), join(tiny.folder, 'pairs/normal')];
  const printed = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(...args);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const evaluate = (...options: string[]) => printed('evaluate', ...network, '--low', low, '--normal', normal, ...options);
  return { folder: tiny.folder, network, low, normal, printed, evaluate };
}

describe('mfnc evaluate', () => {
  it('gives the numbers that mfnc metrics gives for the enhanced pictures, and both stand in one table', async () => {
    const { folder, network, low, normal, printed, evaluate } = await trained();
    const metrics = ['--metric', 'psnr,ssim_rgb,fsimc'];
    const [evaluated, measured, enhanced] = ['evaluated.json', 'measured.json', 'enhanced'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(evaluated, await evaluate(...metrics, '--json'));
    await printed('enhance', low, '-o', enhanced, ...network);
    writeFileSync(measured, await printed('metrics', enhanced, normal, ...metrics, '--json'));
    const [a, b]: Evaluation[] = [evaluated, measured].map((path) => JSON.parse(readFileSync(path, 'utf8')));
    expect(b).toEqual({
      mean: a?.mean,
      images: a?.images.map(({ input: _before, ...image }) => image),
      protocols: a?.protocols,
    });
    const table = await printed('metrics', '--compare', evaluated, measured);
    expect(
      table.match(new RegExp(` 5 +${a?.mean.psnr?.toFixed(2)} +${a?.mean.ssim_rgb?.toFixed(4)} +${a?.mean.fsimc?.toFixed(4)}\n`, 'g')),
    ).toHaveLength(2);
  });

  it('prints the same numbers, with the protocol, as a table, JSON, CSV and Markdown', async () => {
    const { evaluate } = await trained();
    const evaluation: Evaluation = JSON.parse(await evaluate('--json', '--metric', 'ssim,psnr'));
    const { mean, images, input, protocols } = evaluation;
    expect(images.map(({ name }) => name)).toEqual(['1', '2', '3', '4', '5']);
    for (const metric of ['psnr', 'ssim']) {
      expect(mean[metric]).toBeCloseTo(images.reduce((sum, { scores }) => sum + (scores[metric] as number), 0) / 5, 10);
      expect(input[metric]).toBeCloseTo(images.reduce((sum, image) => sum + (image.input[metric] as number), 0) / 5, 10);
    }
    expect(evaluation.output).toContain('8 bits');
    expect(protocols.psnr?.settings).toMatchObject({ channels: expect.stringContaining('RGB'), peak: 255, border: 0 });
    expect(protocols.ssim?.settings).toMatchObject({ channels: expect.stringContaining('luma'), window: expect.stringContaining('11x11') });
    const digits = (scores: Scores) => [scores.ssim?.toFixed(4), scores.psnr?.toFixed(2)];
    const numbers = [...digits(mean), ...digits(input)];
    const table = await evaluate('--metric', 'ssim', '--metric', 'psnr');
    expect(
      table
        .split('\n')
        .find((line) => line.startsWith('mean of 5'))
        ?.trim()
        .split(/\s{2,}/)
        .slice(1),
    ).toEqual(numbers);
    expect(table).toContain(`PSNR [${protocols.psnr?.id}]: in dB, higher is better; channels: RGB`);
    const markdown = await evaluate('--markdown', '--metric', 'ssim,psnr');
    expect(markdown).toContain(`| mean of 5 |  |  | ${numbers.join(' | ')} |`);
    expect(markdown.split('\n')[0]).toContain(`| SSIM [${protocols.ssim?.id}] | PSNR [${protocols.psnr?.id}] |`);
    const csv = (await evaluate('--csv'))
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('#'));
    const columns = ['psnr', 'ssim', 'input_psnr', 'input_ssim'].flatMap((name) => [name, `${name}_protocol`]);
    expect(csv[0]).toBe(['image', 'width', 'height', ...columns].join(','));
    expect(csv).toHaveLength(7);
    const [psnr, ssim] = [protocols.psnr?.id, protocols.ssim?.id];
    const [first] = images;
    expect(csv[1]).toBe(
      ['1,64,56', first?.scores.psnr, psnr, first?.scores.ssim, ssim, first?.input.psnr, psnr, first?.input.ssim, ssim].join(','),
    );
  });
});
