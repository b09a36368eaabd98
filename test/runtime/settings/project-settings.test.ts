import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readProjectSettings } from '../../../src/runtime/settings/index.js';
import { runCommand } from '../../cli/command-result.js';
import { writePairs } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

let project: string;

/** A project of the text, and a folder two levels down in it as the working directory. */
function enterProject(text?: string): void {
  if (text !== undefined) writeFileSync(join(project, 'mfnc.yaml'), text);
  const before = process.cwd();
  process.chdir(join(project, 'a/b'));
  onTestFinished(() => process.chdir(before));
}

beforeEach(() => {
  project = temporaryFolder();
  mkdirSync(join(project, 'a/b'), { recursive: true });
});

describe('mfnc.yaml', () => {
  it('is found in the folders above, and names files relative to itself', async () => {
    enterProject('metrics:\n  sseq: { model: models/sseq.json }\n  niqe: { model: /models/niqe.json }\n');
    const { path, metricModels } = await readProjectSettings();
    expect(path).toBe(join('../../mfnc.yaml'));
    expect([...metricModels]).toEqual([
      ['sseq', { path: join('../../models/sseq.json'), place: `${join('../../mfnc.yaml')}:2:18` }],
      ['niqe', { path: '/models/niqe.json', place: `${join('../../mfnc.yaml')}:3:18` }],
    ]);
  });

  it('may be missing, and the nearest one counts', async () => {
    enterProject();
    expect(await readProjectSettings()).toEqual({ path: undefined, metricModels: new Map() });
    writeFileSync(join(project, 'mfnc.yaml'), 'metrics: { sseq: { model: far.json } }');
    writeFileSync(join(project, 'a/mfnc.yaml'), 'metrics: {}');
    expect((await readProjectSettings()).metricModels.size).toBe(0);
  });

  it.each([
    ['metrisc: {}', /^\.\.\/\.\.\/mfnc\.yaml:1:1: unknown key `metrisc` in mfnc\.yaml\. Did you mean `metrics`\?/],
    ['metrics:\n  ssqe: { model: a }', /mfnc\.yaml:2:3: unknown key `ssqe` in metrics\. Did you mean `sseq`\?/],
    ['metrics:\n  sseq: { modle: a }', /mfnc\.yaml:2:11: unknown key `modle` in metrics\.sseq\. Did you mean `model`\?/],
    ['metrics:\n  sseq: a.json', /mfnc\.yaml:2:9: metrics\.sseq is .*; wanted is a mapping/],
    ['metrics: { sseq: { model: "" } }', /mfnc\.yaml:1:27: metrics\.sseq\.model is empty/],
    ['- a', /mfnc\.yaml:1:1: settings are a mapping, as `metrics: /],
    ['metrics: {', /mfnc\.yaml:1:\d+: .*Check the indentation, and that every/],
  ])('%j is answered with its place and what to write', async (text, message) => {
    enterProject(text);
    await expect(readProjectSettings()).rejects.toThrow(message);
  });

  it('gives a metric its model, which the option overrides; a file that is missing matters to who asks for the metric alone', async () => {
    const { low, normal } = await writePairs(project, 1, 200, 192);
    const image = join(low, '1.png');
    const metrics = (...args: string[]) => runCommand('metrics', image, ...args);
    enterProject('metrics: { sseq: { model: nowhere.json }, niqe: { model: nowhere.json } }');
    expect((await metrics(join(normal, '1.png'), '--metric', 'psnr')).code).toBe(0);
    const missing = await metrics('--metric', 'sseq');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(
      /mfnc\.yaml:1:27: SSEQ needs its model file: .*there is no file .*nowhere\.json\. Give one with --metric-model sseq=FILE/,
    );
    const shipped = new URL('../../../models/metrics/niqe.json', import.meta.url).pathname;
    expect((await metrics('--metric', 'niqe')).stderr).toMatch(/NIQE needs its model file/);
    const { code, stderr } = await metrics('--metric', 'niqe', '--metric-model', `niqe=${shipped}`);
    expect(code, stderr).toBe(0);
  });

  it('is not needed to learn that SSEQ has no model in the package', async () => {
    const { low } = await writePairs(project, 1, 200, 192);
    enterProject();
    const { code, stderr } = await runCommand('metrics', join(low, '1.png'), '--metric', 'sseq');
    expect(code).toBe(2);
    expect(stderr).toMatch(/SSEQ needs its model file: .* mfnc ships none\. Give one with --metric-model sseq=FILE, or in mfnc\.yaml/);
  });
});
