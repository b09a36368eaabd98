import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evaluation, Scores } from '../../src/runtime/metrics/index.js';
import { runCommand } from '../cli/command-result.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeTinyRun } from '../support/tiny-run.js';

describe('mfnc evaluate', () => {
  it('prints the same numbers, with the protocol, as a table, JSON, CSV and Markdown', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    expect((await runCommand('train', tiny.runFile('run'), '--engine', 'onnx', '--max-steps', '2')).code).toBe(0);
    const evaluate = async (...options: string[]) => {
      const weights = join(tiny.folder, 'runs/run/weights.safetensors');
      const folders = ['--low', join(tiny.folder, 'pairs/low'), '--normal', join(tiny.folder, 'pairs/normal')];
      const { code, stdout, stderr } = await runCommand(
        'evaluate',
        '--model',
        tiny.model,
        '--weights',
        weights,
        ...folders,
        '--engine',
        'onnx',
        ...options,
      );
      expect(code, stderr).toBe(0);
      return stdout;
    };
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
