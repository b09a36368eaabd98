import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/runtime/data/index.js';
import { badImages, syntheticPhotograph, writePairs } from '../support/images.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeTinyRun } from '../support/tiny-run.js';
// Loaded before the tests, so that the time of none counts it.
import '../../src/cli/data.js';
import '../../src/cli/data-check-run.js';
import { runCommand } from './command-result.js';

interface Examined {
  readonly files: number;
  readonly decoded: number;
  readonly findings: readonly Finding[];
  readonly errors: number;
  readonly warnings: number;
}

async function examined(...args: string[]): Promise<Examined & { readonly code: number }> {
  const { code, stdout, stderr } = await runCommand('data', 'check', '--json', ...args);
  expect(stderr).not.toContain('error');
  return { code, ...(JSON.parse(stdout) as Examined) };
}

/** What was found of the file of this name, as `severity kind`. */
const of = ({ findings }: Examined, name: string) =>
  findings.filter(({ path }) => path.endsWith(`/${name}`)).map(({ severity, kind }) => `${severity} ${kind}`);

const hashes = (folder: string) =>
  readdirSync(folder)
    .sort()
    .map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]);

/** A file of 64x48 pixels as a camera, a printer or an editor might have left it. */
async function unusual(): Promise<Record<string, Buffer>> {
  const { data } = syntheticPhotograph(64, 48, 1);
  const pixels = sharp(data, { raw: { width: 64, height: 48, channels: 3 } });
  const deep = await pixels.clone().ensureAlpha(0.5).toColourspace('rgb16').png({ compressionLevel: 0 }).toBuffer();
  return {
    'opaque.png': await pixels.clone().ensureAlpha(1).png().toBuffer(),
    'glass.png': await pixels.clone().ensureAlpha(0.5).png().toBuffer(),
    'turned.jpg': await pixels.clone().rotate(90).jpeg().withMetadata({ orientation: 8 }).toBuffer(),
    'grey.png': await pixels.clone().toColourspace('b-w').png().toBuffer(),
    'misnamed.png': await pixels.clone().webp().toBuffer(),
    'deep-cut.png': deep.subarray(0, deep.length - 5000),
  };
}

describe('mfnc data check', () => {
  it('names every bad file of a folder of pairs with its faults, and touches none', async () => {
    const folder = temporaryFolder();
    const low = join(folder, 'low');
    const normal = join(folder, 'normal');
    for (const path of [low, normal]) mkdirSync(path);
    const files = { ...(await badImages()), ...(await unusual()) };
    const good = await sharp(syntheticPhotograph(64, 48, 2).data, { raw: { width: 64, height: 48, channels: 3 } })
      .png()
      .toBuffer();
    for (const [name, bytes] of Object.entries(files)) {
      writeFileSync(join(low, `${name.replace('.', '-')}.${name.split('.')[1]}`), bytes);
      writeFileSync(join(normal, `${name.replace('.', '-')}.png`), good);
    }
    const before = hashes(low);
    const found = await examined('--low', low, '--normal', normal, '--patch', '32x32');
    expect(hashes(low)).toEqual(before);
    expect(found.code).toBe(2);
    expect(found.files).toBe(2 * Object.keys(files).length);
    const isUndecoded = ({ kind }: Finding) => ['empty', 'not-an-image', 'damaged', 'other-format'].includes(kind);
    expect(found.decoded).toBe(found.files - new Set(found.findings.filter(isUndecoded).map(({ path }) => path)).size);
    expect({
      ...Object.fromEntries(Object.keys(files).map((name) => [name, of(found, `${name.replace('.', '-')}.${name.split('.')[1]}`)])),
    }).toEqual({
      'zero.png': ['error empty'],
      'text.png': ['error not-an-image'],
      'cut.png': ['error damaged'],
      'cut.jpg': ['error damaged'],
      'cut.webp': ['error damaged'],
      'cut.bmp': ['error damaged'],
      'deep.png': ['error bit-depth'],
      'print.jpg': ['error cmyk'],
      'moving.webp': ['error animation'],
      'drawing.png': ['error other-format'],
      'opaque.png': ['warning opaque-alpha'],
      'glass.png': ['error transparent'],
      'turned.jpg': ['warning orientation'],
      'grey.png': ['warning grey'],
      'misnamed.png': ['warning other-name'],
      'deep-cut.png': ['error bit-depth', 'error damaged'],
    });
    expect(found.findings.map(({ path }) => path)).toEqual(
      found.findings.map(({ path }) => path).toSorted((a, b) => a.localeCompare(b, 'en')),
    );
    expect(await examined('--low', low, '--normal', normal, '--patch', '32x32')).toEqual(found);
  });

  it('names files without partners, of one name, of another size than their partners, smaller than a patch, and pictures that are passed over', async () => {
    const { low, normal } = await writePairs(temporaryFolder(), 4, 64, 48);
    const small = await sharp({ create: { width: 60, height: 48, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    writeFileSync(join(normal, '1.png'), small);
    rmSync(join(low, '2.png'));
    copyFileSync(join(low, '3.png'), join(low, '3.bmp'));
    writeFileSync(join(low, 'camera.NEF'), 'raw');
    const found = await examined('--low', low, '--normal', normal, '--patch', '48x64');
    expect(found.findings.map(({ path, kind }) => `${path.split('/').slice(-2).join('/')} ${kind}`)).toEqual([
      'low/3.bmp other-name',
      'low/3.png duplicate-name',
      'low/camera.NEF passed-over',
      'normal/1.png other-size',
      'normal/2.png missing-partner',
    ]);
    const smaller = await examined('--low', low, '--normal', normal, '--patch', '49x64');
    expect(smaller.findings.filter(({ kind }) => kind === 'too-small').map(({ path }) => path)).toEqual([
      join(low, '3.bmp'),
      join(low, '4.png'),
    ]);
  });

  it('says in words what a training does with a file and what to do, and exits with 2 for errors only', async () => {
    const { low, normal } = await writePairs(temporaryFolder(), 2, 128, 96);
    const good = await runCommand('data', 'check', '--low', low, '--normal', normal);
    expect(good).toMatchObject({ code: 0, stdout: 'good: 4 files decoded, nothing found\n' });
    writeFileSync(join(low, '2.png'), 'no image');
    const bad = await runCommand('data', 'check', '--low', low, '--normal', normal);
    expect(bad.code).toBe(2);
    expect(bad.stdout).toContain(`${join(low, '2.png')}\n  error: is not an image, whatever its name says`);
    expect(bad.stdout).toMatch(
      /; mfnc train refuses it\n {4}Get the file again .*\n\n3 of 4 files decoded: 1 error; mfnc train refuses one of them\n$/,
    );
    writeFileSync(join(low, '2.png'), (await unusual())['turned.jpg'] as Buffer);
    const alone = await runCommand('data', 'check', '--reference', low, '--patch', '32x32');
    expect(alone.code).toBe(0);
    expect(alone.stdout).toMatch(/is stored turned or mirrored \(EXIF orientation 8\); mfnc train turns it upright/);
    expect(alone.stdout).toMatch(/2 files decoded: 2 warnings; mfnc train takes all of them/);
  });

  it('takes all pictures of a run file: pairs with its patch, held-out ones with what measuring needs, references', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const pair = { low: 'pairs/low', normal: 'pairs/normal' };
    const path = tiny.runFile('run', { data: { pair, reference: 'references/normal', validation: { ...pair, every: 3 } } });
    expect(await examined(path)).toMatchObject({ code: 0, files: 13, findings: [] });
    const large = await examined(path, '--patch', '57x60');
    expect(large.findings.map(({ path: file, kind }) => `${file.split('/').slice(-3).join('/')} ${kind}`)).toEqual([
      'pairs/low/2.png too-small',
      'pairs/low/3.png too-small',
      'pairs/low/5.png too-small',
    ]);
    writeFileSync(join(tiny.folder, 'references/normal/2.png'), '');
    expect(of(await examined(path), 'normal/2.png')).toEqual(['error empty']);
    rmSync(join(tiny.folder, 'references/normal'), { recursive: true });
    const gone = await runCommand('data', 'check', path);
    expect(gone.code).toBe(2);
    expect(gone.stderr).toMatch(/run\.yaml:\d+:\d+: .*references\/normal: there is no such file or folder/);
  });

  it('tells what it needs', async () => {
    const check = (...args: string[]) => runCommand('data', 'check', ...args);
    expect((await check()).stderr).toMatch(/there is nothing to check\n.*give a run file, or --low FOLDER --normal FOLDER/);
    expect((await check('--low', 'a')).stderr).toMatch(/--low is given without --normal/);
    expect((await check(temporaryFolder())).stderr).toMatch(/is a folder, not a run file\n.*--low FOLDER --normal FOLDER for pairs/);
    expect((await check('run.yaml', '--low', 'a')).stderr).toMatch(/both a run file \(run\.yaml\) and --low are given/);
    expect((await check('--reference', 'a', '--patch', 'big')).stderr).toMatch(/--patch is 'big'/);
    expect((await check('--reference', '/nowhere')).stderr).toMatch(/\/nowhere: there is no such file or folder/);
  });

  it('finds nothing wrong with what mfnc data darken made', async () => {
    const folder = temporaryFolder();
    const { normal } = await writePairs(folder, 2, 128, 96);
    const out = join(folder, 'dark');
    expect((await runCommand('data', 'darken', normal, '-o', out)).code).toBe(0);
    expect(await examined('--low', join(out, 'low'), '--normal', join(out, 'normal'))).toMatchObject({ code: 0, files: 4, findings: [] });
  });
});

describe('mfnc data darken', () => {
  it('draws from the ranges that are given, records them, and refuses those that mean nothing', async () => {
    const folder = temporaryFolder();
    const { normal } = await writePairs(folder, 2, 40, 30);
    const darken = (name: string, ...options: string[]) => runCommand('data', 'darken', normal, '-o', join(folder, name), ...options);
    const ranges = ['--exposure', '0.5', '--gamma', '1.5..2', '--cast', '0', '--photons', '1e3..2e3', '--read-noise', '0'];
    expect(await darken('own', ...ranges)).toMatchObject({ code: 0 });
    const record = JSON.parse(readFileSync(join(folder, 'own/darken.json'), 'utf8'));
    expect(record.ranges).toEqual({ exposure: [0.5, 0.5], gamma: [1.5, 2], cast: 0, photons: [1000, 2000], readNoise: [0, 0] });
    for (const pair of record.pairs) {
      expect(pair).toMatchObject({ exposure: 0.5, cast: [1, 1, 1], readNoise: 0 });
      expect(pair.gamma).toBeGreaterThanOrEqual(1.5);
      expect(pair.photons).toBeLessThanOrEqual(2000);
    }
    const refusals: [string, string, RegExp][] = [
      ['--exposure', '0..0.1', /above 0 and at most 1/],
      ['--exposure', '0.2..0.1', /from a smaller to a larger/],
      ['--gamma', 'steep', /'MIN\.\.MAX'/],
      ['--cast', '1', /below 1/],
      ['--photons', '0', /above 0/],
      ['--read-noise=-1', '', /at least 0/],
    ];
    for (const [option, value, reason] of refusals) {
      const { code, stderr } = await darken('bad', ...[option, value].filter((text) => text !== ''));
      expect(code, option).toBe(2);
      expect(stderr).toMatch(reason);
    }
  });
});
