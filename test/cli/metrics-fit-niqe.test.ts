import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { encodeImage } from '../../src/runtime/data/index.js';
import type { MetricResults } from '../../src/runtime/metrics/index.js';
import type { NIQEModelContent } from '../../src/runtime/metrics/niqe/model.js';
import { picture } from '../runtime/metrics/pictures.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { runCommand } from './command-result.js';

const shipped = fileURLToPath(new URL('../../models/metrics', import.meta.url));

async function mistake(message: RegExp, ...args: string[]): Promise<void> {
  const { code, stderr } = await runCommand('metrics', 'fit-niqe', ...args);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/internal error|\n\s+at /);
  expect(code).toBe(2);
}

describe('mfnc metrics fit-niqe', () => {
  it('fits a model, which then measures and is named by the protocol', async () => {
    const folder = temporaryFolder();
    const photographs = join(folder, 'photographs');
    mkdirSync(photographs);
    for (let i = 1; i <= 3; i++) writeFileSync(join(photographs, `${i}.png`), await encodeImage(picture(480, 384, i), 'png'));
    const model = join(folder, 'niqe.json');
    const fitted = await runCommand('metrics', 'fit-niqe', photographs, '-o', model, '--source', 'of a test');
    expect(fitted.code, fitted.stderr).toBe(0);
    expect(fitted.stdout).toMatch(/niqe\.json: NIQE's model of \d+ blocks of 3 photographs\n/);
    const { source, fit }: NIQEModelContent = JSON.parse(readFileSync(model, 'utf8'));
    expect(source).toBe('of a test');
    expect(fit?.photographs.map(({ name, sha256 }) => [name, sha256.length])).toEqual([1, 2, 3].map((i) => [`${i}.png`, 64]));

    const measure = async (...args: string[]): Promise<MetricResults> => {
      const { code, stdout, stderr } = await runCommand('metrics', join(photographs, '1.png'), '--metric', 'niqe', '--json', ...args);
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    const [mine, package_] = [await measure('--metric-model', `niqe=${model}`), await measure()];
    expect(mine.protocols.niqe?.settings.model).toBe(
      'of a test; not the official one: its numbers are not comparable with those of the official model',
    );
    expect(package_.protocols.niqe?.settings.model).toMatch(
      /^mfnc's own, fitted on \d+ freely licensed photographs .*; not the official one/,
    );
    expect(mine.mean.niqe).toBeLessThan(package_.mean.niqe as number);
  });

  it('teaches what is missing or wrong, and then writes nothing', async () => {
    const folder = temporaryFolder();
    const photograph = join(folder, 'a.png');
    writeFileSync(photograph, await encodeImage(picture(300, 200, 1), 'png'));
    const model = join(folder, 'niqe.json');
    await mistake(/required option '-o, --output <file>'/, photograph);
    await mistake(/missing required argument 'photograph'/, '-o', model);
    await mistake(/Give a whole number of pixels from 96\./, photograph, '-o', model, '--max-size', '95');
    await mistake(/1 photograph has 5 sharp blocks of 96x96; a Gaussian of 36 numbers needs more than 36\./, photograph, '-o', model);
    await mistake(/a\.png: is 96x64 pixels, smaller than a block of 96x96\./, photograph, '-o', model, '--max-size', '96');
    await mistake(/b\.png: there is no such file/, join(folder, 'b.png'), '-o', model);
    await mistake(/a\.png: is the same photograph as .*a\.png\. Give each once\./, photograph, photograph, '-o', model);
    expect(existsSync(model)).toBe(false);
  });
});

describe('the model of NIQE in the package', () => {
  it('says which photographs it was fitted on, and its README where each is from', () => {
    const { source, fit }: NIQEModelContent = JSON.parse(readFileSync(join(shipped, 'niqe.json'), 'utf8'));
    const readme = readFileSync(join(shipped, 'README.md'), 'utf8');
    const photographs = fit?.photographs ?? [];
    expect(photographs.length).toBeGreaterThanOrEqual(40);
    expect(source).toContain(`fitted on ${photographs.length} freely licensed photographs`);
    for (const { name, used } of photographs) {
      expect(readme, name).toContain(`| ${name} |`);
      expect(used, name).toBeGreaterThan(0);
    }
  });
});
