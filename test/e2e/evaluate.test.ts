import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/runtime/metrics/index.js';
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
    const { mean, images, input, protocol }: Evaluation = JSON.parse(await evaluate('--json'));
    expect(images.map(({ name }) => name)).toEqual(['1', '2', '3', '4', '5']);
    expect(mean.psnr).toBeCloseTo(images.reduce((sum, { psnr }) => sum + psnr, 0) / 5, 10);
    expect(protocol).toMatchObject({
      range: 255,
      border: 0,
      rounding: expect.any(String),
      psnr: expect.stringContaining('RGB'),
      ssim: expect.stringContaining('luma'),
    });
    const numbers = [mean.psnr.toFixed(2), mean.ssim.toFixed(4), input.psnr.toFixed(2), input.ssim.toFixed(4)];
    const table = await evaluate();
    expect(
      table
        .split('\n')
        .find((line) => line.startsWith('mean of 5'))
        ?.trim()
        .split(/\s{2,}/)
        .slice(1),
    ).toEqual(numbers);
    expect(table).toContain(`ssim: ${protocol.ssim}`);
    expect(await evaluate('--markdown')).toContain(`| mean of 5 |  | ${numbers.join(' | ')} |`);
    const csv = (await evaluate('--csv'))
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('#'));
    expect(csv[0]).toBe('image,width,height,psnr,ssim,input_psnr,input_ssim');
    expect(csv).toHaveLength(7);
    expect(csv[1]).toBe(`1,64,56,${images[0]?.psnr},${images[0]?.ssim},${images[0]?.input.psnr},${images[0]?.input.ssim}`);
  });
});
