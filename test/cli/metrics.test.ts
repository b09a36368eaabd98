import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { MetricResults } from '../../src/runtime/metrics/index.js';
import { writePairs } from '../support/images.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { type CommandResult, runCommand } from './command-result.js';

function expectMistake(result: CommandResult, message: RegExp): void {
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toMatch(/internal error|\n\s+at /);
  expect(result.code).toBe(2);
}

async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand('metrics', ...args);
  expect(code, stderr).toBe(0);
  return stdout;
}

describe('mfnc metrics', () => {
  it('measures an image against its reference, and folders by name, with the same numbers in every form', async () => {
    const { low, normal } = await writePairs(temporaryFolder(), 3, 40, 30);
    const one: MetricResults = JSON.parse(await printed(join(low, '2.png'), join(normal, '2.png'), '--metric', 'psnr, psnr_y', '--json'));
    expect(one.images).toEqual([{ name: '2', width: 40, height: 30, scores: one.mean }]);
    const all: MetricResults = JSON.parse(await printed(low, normal, '--metric', 'psnr', '--metric', 'psnr_y', '--json'));
    expect(all.images.map(({ name }) => name)).toEqual(['1', '2', '3']);
    expect(all.images[1]?.scores).toEqual(one.mean);
    expect(all.protocols).toEqual(one.protocols);
    expect(all.mean.psnr_y).not.toBe(all.mean.psnr);
    const table = await printed(low, normal, '--metric', 'psnr,psnr_y');
    expect(table).toMatch(new RegExp(`mean of 3 +${all.mean.psnr?.toFixed(2)} +${all.mean.psnr_y?.toFixed(2)}\n`));
    for (const metric of ['psnr', 'psnr_y']) {
      const id = all.protocols[metric]?.id as string;
      for (const form of [[], ['--csv'], ['--markdown']]) expect(await printed(low, normal, '--metric', metric, ...form)).toContain(id);
    }
    const csv = (await printed(low, normal, '--csv')).split('\n').filter((line) => !line.startsWith('#'));
    expect(csv[0]).toBe('image,width,height,psnr,psnr_protocol,ssim,ssim_protocol');
    expect(csv[1]).toMatch(/^1,40,30,[\d.]+,psnr-[0-9a-f]{8},[\d.]+,ssim-[0-9a-f]{8}$/);
  });

  it('puts earlier results into one table, and refuses to mix protocols or images', async () => {
    const folder = temporaryFolder();
    const { low, normal } = await writePairs(folder, 2, 40, 30);
    const keep = async (name: string, ...args: string[]) => {
      const path = join(folder, name);
      writeFileSync(path, await printed(...args, '--json'));
      return path;
    };
    const a = await keep('a.json', low, normal);
    const b = await keep('b.json', normal, normal, '--metric', 'psnr');
    const table = await printed('--compare', a, b);
    expect(table).toMatch(/a\.json +2 +\d+\.\d\d +0\.\d{4}\n/);
    expect(table).toMatch(/b\.json +2 +100\.00\n/);
    expect(table).toMatch(/PSNR \[psnr-[0-9a-f]{8}\]: .*RGB/);
    expect(JSON.parse(await printed('--compare', a, b, '--json')).results).toHaveLength(2);

    const other = JSON.parse(readFileSync(a, 'utf8'));
    other.protocols.ssim = { id: 'ssim-00000000', settings: { ...other.protocols.ssim.settings, window: '8x8 uniform' } };
    const mixed = join(folder, 'other.json');
    writeFileSync(mixed, JSON.stringify(other));
    expectMistake(
      await runCommand('metrics', '--compare', a, mixed),
      /ssim was taken by two protocols[\s\S]*a\.json: ssim-[0-9a-f]{8} \(.*11x11 Gaussian[\s\S]*other\.json: ssim-00000000 \(.*8x8 uniform[\s\S]*They differ in window\./,
    );
    const single = await keep('single.json', join(low, '1.png'), join(normal, '1.png'));
    expectMistake(await runCommand('metrics', '--compare', a, single), /are means over different images \(2 and 1\)/);
    writeFileSync(mixed, '{"mean": {"psnr": 20}, "protocol": {}}');
    expectMistake(await runCommand('metrics', '--compare', a, mixed), /other\.json: does not say by which protocol/);
    writeFileSync(mixed, '{');
    expectMistake(await runCommand('metrics', '--compare', mixed), /other\.json: is no JSON\./);
  });

  it('gives the numbers of the other images where a metric is not defined for one, and says which and why', async () => {
    const folder = temporaryFolder();
    const { low, normal } = await writePairs(folder, 3, 40, 30);
    const flat = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#808080' } })
      .png()
      .toBuffer();
    for (const side of [low, normal]) writeFileSync(join(side, '2.png'), flat);
    const asked = [low, normal, '--metric', 'psnr,fsim'];
    const { code, stdout, stderr } = await runCommand('metrics', ...asked, '--json');
    expect(code, stderr).toBe(0);
    const results: MetricResults = JSON.parse(stdout);
    expect(results.images.map(({ scores }) => scores.fsim)).toEqual([expect.any(Number), null, expect.any(Number)]);
    expect(results.mean.fsim).toBeCloseTo(
      ((results.images[0]?.scores.fsim as number) + (results.images[2]?.scores.fsim as number)) / 2,
      12,
    );
    expect(results.counts).toEqual({ psnr: 3, fsim: 2 });
    const reason = 'low/2.png: FSIM is not defined for it: it gives no number for images of which neither has a feature.\n';
    expect(stderr.split(reason)).toHaveLength(2);

    const note = 'FSIM: the mean is over 2 of 3 images, as it is not defined for the others';
    const table = await printed(...asked);
    expect(table).toMatch(/\n2 +40 +30 +100\.00 +-\n/);
    expect(table).toMatch(new RegExp(`\nmean +[\\d.]+ +${results.mean.fsim?.toFixed(4)}\n`));
    expect(table).toContain(note);
    const csv = await printed(...asked, '--csv');
    expect(csv).toMatch(/\n2,40,30,100,psnr-[0-9a-f]{8},,fsim-[0-9a-f]{8}\n/);
    expect(csv).toContain(`# ${note}\n`);
    expect(await printed(...asked, '--markdown')).toMatch(/\n\| 2 \| 40 \| 30 \| 100\.00 \| - \|\n/);

    const [partial, whole] = [join(folder, 'partial.json'), join(folder, 'whole.json')];
    writeFileSync(partial, stdout);
    expect(await printed('--compare', partial, partial)).toContain(note);
    writeFileSync(
      whole,
      JSON.stringify({ ...results, images: results.images.map((image) => ({ ...image, scores: { psnr: 1, fsim: 0.5 } })) }),
    );
    expectMistake(
      await runCommand('metrics', '--compare', partial, whole),
      /have means of fsim over different images \(2 and 3\): 2 \(only in .*whole/,
    );

    const [image, reference] = [join(low, '2.png'), join(normal, '2.png')];
    expectMistake(
      await runCommand('metrics', image, reference, '--metric', 'fsim'),
      /2\.png: FSIM is not defined for it: it gives no number/,
    );
    expect(await printed(image, reference, '--metric', 'psnr,fsim')).toMatch(/\n2 +40 +30 +100\.00 +-\n/);
  });

  it('measures images by themselves with what the package ships, and not NIQE of two models in one table', async () => {
    const folder = temporaryFolder();
    const { low } = await writePairs(folder, 2, 200, 192);
    const own: MetricResults = JSON.parse(await printed(low, '--json'));
    expect(Object.keys(own.protocols)).toEqual(['niqe']);
    expect(own.images.map(({ name }) => name)).toEqual(['1', '2']);
    expect(own.mean.niqe).toBeCloseTo(own.images.reduce((sum, { scores }) => sum + (scores.niqe as number), 0) / 2, 10);
    const model = join(folder, 'niqe.json');
    const shipped = JSON.parse(readFileSync('models/metrics/niqe.json', 'utf8'));
    shipped.mu[0] += 0.25;
    writeFileSync(model, JSON.stringify(shipped));
    const [a, b] = [join(folder, 'a.json'), join(folder, 'b.json')];
    writeFileSync(a, JSON.stringify(own));
    writeFileSync(b, await printed(low, '--metric', 'niqe', '--metric-model', `niqe=${model}`, '--json'));
    expectMistake(await runCommand('metrics', '--compare', a, b), /niqe was taken by two protocols[\s\S]*They differ in .*model/);
  });

  it('teaches what is missing or wrong', async () => {
    const folder = temporaryFolder();
    const { low, normal } = await writePairs(folder, 2, 40, 30);
    const [image, reference] = [join(low, '1.png'), join(normal, '1.png')];
    const mistake = async (message: RegExp, ...args: string[]) => expectMistake(await runCommand('metrics', ...args), message);
    await mistake(/which image\?/);
    await mistake(/there is no metric pnsr\. Did you mean psnr\?/, image, reference, '--metric', 'pnsr');
    await mistake(/PSNR needs a reference/, image, '--metric', 'psnr');
    await mistake(/low is a folder and .*1\.png is a file/, low, reference);
    await mistake(/nowhere\.png: there is no such file/, image, join(folder, 'nowhere.png'));
    await mistake(/--metric-model a=\.\.\.: no metric of that name has a model file/, image, reference, '--metric-model', 'a=b');
    await mistake(/Write NAME=FILE/, image, reference, '--metric-model', 'a');
    await sharp(reference).resize(39, 30, { fit: 'fill' }).png().toFile(join(folder, 'narrow.png'));
    await mistake(/low\/1\.png: is 40x30 pixels, its partner .*narrow\.png is 39x30/, image, join(folder, 'narrow.png'));
    await sharp(reference).resize(10, 30, { fit: 'fill' }).png().toFile(join(folder, 'tiny.png'));
    await mistake(/tiny\.png: is 10x30 pixels; SSIM needs at least 11x11/, join(folder, 'tiny.png'), join(folder, 'tiny.png'));
    writeFileSync(join(low, '2.png'), '');
    await sharp(reference).resize(39, 30, { fit: 'fill' }).png().toFile(join(low, '1.png'));
    await mistake(/low\/1\.png: is 39x30 pixels, its partner [^\n]*\n[^\n]*low\/2\.png: is empty/, low, normal);
    await mistake(/It names no metric\. There are psnr, /, image, reference, '--metric', ',');
  });
});
