import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImage } from '../../../src/runtime/data/index.js';
import { readRecords } from '../../../src/runtime/files/index.js';
import { psnr } from '../../../src/runtime/metrics/index.js';
import { sampleRecords, validationRecords } from '../../../src/runtime/observe/index.js';
import { writeReport } from '../../../src/runtime/report/index.js';
import { PictureBudget, pictureRows, spread } from '../../../src/runtime/report/pictures.js';
import { ticks } from '../../../src/runtime/report/static-chart.js';
import { outputFiles, type RunRecord, type SampleRecord, type ValidationRecord } from '../../../src/runtime/train/index.js';
import { chromiumMissing, startChromium } from '../../support/chromium.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { makeTinyRun, type TinyRun } from '../../support/tiny-run.js';
import { trainTiny } from '../../support/train-tiny.js';

if (chromiumMissing !== undefined) console.log(`skipped: the report in a browser (${chromiumMissing})`);

/** What a page embeds as JSON. */
function embedded<T>(html: string, id: string): T {
  return JSON.parse(new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`, 's').exec(html)?.[1] ?? 'null');
}

interface Curves {
  readonly title: string;
  readonly steps: number[];
  readonly series: { readonly name: string; readonly values: (number | null)[] }[];
  readonly averaged: number;
}

describe('the report of a training', () => {
  let tiny: TinyRun;
  let folder: string;
  let html: string;
  const read = () => readFileSync(join(folder, 'report.html'), 'utf8');
  beforeAll(async () => {
    tiny = await makeTinyRun(mkdtempSync(join(tmpdir(), 'mfnc-test-')));
    const pairs = { low: 'pairs/low', normal: 'pairs/normal' };
    const data = { pair: pairs, reference: 'references/normal', validation: { ...pairs, every: 2 } };
    const path = tiny.runFile('a <b> & "c"', { data, validation: { every: 2 }, samples: { every: 2, count: 2 } });
    folder = join(tiny.folder, 'runs', 'a <b> & "c"');
    await trainTiny(path, { maxSteps: 5, stopAt: { stage: 'adversarial', step: 3 } });
    expect(read()).toContain('<dd>interrupted</dd>');
    await trainTiny(path, { maxSteps: 5, resume: true });
    html = read();
  });
  afterAll(() => rmSync(tiny.folder, { recursive: true }));

  it('loads nothing, from anywhere', () => {
    const markup = html.replaceAll(/<script.*?<\/script>/gs, '');
    expect([...markup.matchAll(/\b(src|href|action|poster|srcset)\s*=\s*"(?!data:)[^"]*"/gi)].map(([found]) => found)).toEqual([]);
    expect([...html.matchAll(/@import|url\((?!data:)/gi)]).toHaveLength(0);
    expect([...html.matchAll(/(src|href)=["']https?:/g)]).toHaveLength(0);
    expect(html).toContain('<svg');
    expect(html).toContain('Permission is hereby granted, free of charge');
  });

  it('has the losses, rate, speed and validations of the log as curves', async () => {
    const log = tiny.log('a <b> & "c"');
    const charts = embedded<Curves[]>(html, 'charts');
    expect(charts.map(({ title }) => title)).toEqual([
      'Losses of stage adversarial',
      'Losses of stage plain',
      'Validation: PSNR in dB',
      'Validation: SSIM',
      'Rate',
      'Images per second',
    ]);
    const adversarial = log.filter(({ stage }) => stage === 'adversarial');
    expect(charts[0]?.series.map(({ name }) => name)).toEqual(['L_net', 'L_critic']);
    expect(charts[0]?.series[0]?.values).toEqual(adversarial.map(({ losses }) => Number(losses.L_net?.toPrecision(6))));
    expect(charts[1]?.steps[0]).toBe(adversarial.length + 1);
    expect(charts[5]?.series[0]?.values).toEqual(log.map(({ seconds }) => Number((4 / seconds).toPrecision(6))));
    const records = await readRecords(join(folder, 'validation.jsonl'), validationRecords);
    expect(charts[2]?.series[0]?.values).toEqual(records.map(({ mean }) => Number(mean.psnr?.toPrecision(6))));
  });

  it('shows what it is made of without a script: a static curve for each chart, a table for each number', async () => {
    const withoutScript = html.replaceAll(/<script.*?<\/script>/gs, '');
    expect(withoutScript.match(/<svg /g)).toHaveLength(6);
    expect(withoutScript.match(/<polyline points="[\d., ]+"/g)).toHaveLength(7);
    const records = await readRecords(join(folder, 'validation.jsonl'), validationRecords);
    const last = records.at(-1) as ValidationRecord;
    for (const { name, scores, input } of last.images) {
      expect(withoutScript).toContain(
        `<tr><th scope="row">${name}</th><td class="number">64×56</td><td class="number">${scores.psnr?.toFixed(2)}</td><td class="number">${scores.ssim?.toFixed(4)}</td><td class="number">${input.psnr?.toFixed(2)}</td>`,
      );
    }
    for (const { id } of Object.values(last.protocols)) expect(withoutScript).toContain(`<code>${id}</code>`);
    expect(withoutScript).toContain('<h1>Tiny: a &lt;b&gt; &amp; &quot;c&quot;</h1>');
    expect(withoutScript).toContain('seed: 1');
  });

  it('has the hashes of sources and data, and each process that trained', () => {
    const record: RunRecord = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
    expect(record.sessions.map(({ from, end, stages }) => ({ from, end, stages }))).toEqual([
      { end: 'interrupted', stages: { adversarial: 4 } },
      { from: { stage: 'adversarial', step: 3 }, end: 'complete', stages: { adversarial: 4, plain: 5 } },
    ]);
    expect(record.data.map(({ name, samples }) => [name, samples])).toEqual([
      ['low + normal', 2],
      ['reference', 3],
      ['validation', 3],
    ]);
    for (const { sha256 } of record.data) expect(html).toContain(sha256);
    const source = createHash('sha256').update(readFileSync(tiny.model)).digest('hex');
    expect(Object.entries(record.sources).filter(([path]) => path.endsWith('tiny.mfn'))).toEqual([[tiny.model, source]]);
    expect(html).toContain(source);
    expect(html).toContain(record.network);
  });

  it('shows the pictures that were taken, input, output and truth', async () => {
    const [latest] = (await readRecords(join(folder, 'samples.jsonl'), sampleRecords)).slice(-1) as [SampleRecord];
    const rows = await pictureRows(folder, latest, new PictureBudget(1e6));
    expect(rows.map(({ name, images }) => [name, images.map(({ kind }) => kind)])).toEqual(
      latest.rows.map(({ name }) => [name, ['input', 'output', 'truth']]),
    );
    const truth = rows[0]?.images[2]?.uri as string;
    expect(html).toContain(truth);
    const { data, info } = await sharp(Buffer.from(truth.split(',')[1] as string, 'base64'))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const original = await readImage(join(tiny.folder, 'pairs/normal', `${latest.rows[0]?.name}.png`), 'training');
    // WebP is lossy: near the photograph itself, far from any other.
    expect(psnr.measure({ width: info.width, height: info.height, data }, original)).toBeGreaterThan(30);
    const history = embedded<{ readonly step: number; readonly outputs: string[] }[]>(html, 'history');
    expect(history.map(({ step }) => step)).toEqual([2, 4, 2, 4]);
  });

  it('is made again from the output folder alone, with the same bytes, wherever that lies', async () => {
    const copy = join(tiny.folder, 'elsewhere', 'a <b> & "c"');
    cpSync(folder, copy, { recursive: true });
    rmSync(join(copy, 'report.html'));
    await writeReport(outputFiles(copy));
    expect(readFileSync(join(copy, 'report.html'), 'utf8')).toBe(html);
    expect(statSync(join(copy, 'report.html')).size).toBeLessThan(1e6);
  });

  it('is made of what there is: without pictures, records and scores', async () => {
    const copy = join(tiny.folder, 'bare');
    cpSync(folder, copy, { recursive: true });
    for (const name of ['samples', 'validation.jsonl', 'run.json', 'metrics.json']) rmSync(join(copy, name), { recursive: true });
    const log = join(copy, 'log.jsonl');
    truncateSync(log, statSync(log).size - 7);
    await writeReport(outputFiles(copy));
    const page = readFileSync(join(copy, 'report.html'), 'utf8');
    expect(embedded<Curves[]>(page, 'charts').map(({ title }) => title)).not.toContain('Validation: SSIM');
    expect(page).not.toContain('<h2>Samples</h2>');
    writeFileSync(log, '');
    await writeReport(outputFiles(copy));
    expect(readFileSync(join(copy, 'report.html'), 'utf8')).toContain('No step is done yet.');
    for (const other of ['{}', '[]', '{ "model"']) {
      writeFileSync(join(copy, 'run.json'), other);
      await expect(writeReport(outputFiles(copy))).rejects.toMatchObject({
        kind: 'input',
        message: `${copy}/run.json: is not what the training wrote. Remove it to make the report without it.`,
      });
    }
  });

  it('is refused for a folder that holds no run', async () => {
    const none = join(tiny.folder, 'pairs');
    await expect(writeReport(outputFiles(none))).rejects.toMatchObject({
      kind: 'input',
      message: `${none}: holds no run. Name the output folder of a training, in which config.yaml and log.jsonl are.`,
    });
    expect(existsSync(join(none, 'report.html'))).toBe(false);
  });

  it('holds no more pictures than there is room for', async () => {
    const [latest] = (await readRecords(join(folder, 'samples.jsonl'), sampleRecords)).slice(-1) as [SampleRecord];
    const [first] = await pictureRows(folder, latest, new PictureBudget(1e6));
    const size = first?.images.reduce((sum, { uri }) => sum + uri.length, 0) as number;
    expect(await pictureRows(folder, latest, new PictureBudget(size))).toHaveLength(1);
    expect(await pictureRows(folder, latest, new PictureBudget(size - 1))).toHaveLength(0);
  });
});

describe.skipIf(chromiumMissing !== undefined)('the report in a browser', () => {
  it('draws its curves anew and moves the pictures of a pair together, without asking for anything', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const path = tiny.runFile('run', { samples: { every: 1, count: 2 } });
    await trainTiny(path, { maxSteps: 2 });
    const { context, close } = await startChromium();
    try {
      const page = await context.newPage();
      const asked: string[] = [];
      const errors: string[] = [];
      page.on('request', (request) => asked.push(request.url().slice(0, 30)));
      page.on('pageerror', (error) => errors.push(error.message));
      const address = pathToFileURL(join(tiny.folder, 'runs/run/report.html')).href;
      await page.goto(address);
      expect(await page.locator('.uplot canvas').count()).toBe(4);
      expect(await page.locator('figure.chart > svg').first().isVisible()).toBe(false);
      await page.locator('#smoothing').fill('0.9');
      await page.locator('#logarithmic').check();
      expect(await page.locator('.uplot canvas').count()).toBe(4);

      const pair = page.locator('.images').first();
      const transforms = () => pair.locator('img').evaluateAll((images) => images.map(({ style }) => style.transform));
      await pair.focus();
      for (const key of ['+', '+', 'ArrowRight']) await pair.press(key);
      const [input, ...others] = await transforms();
      expect(input).toMatch(/^translate\(-[\d.]+px, -[\d.]+px\) scale\(2.25\)$/);
      expect(others).toEqual([input, input]);
      expect(await page.locator('.images').nth(1).locator('img').first().getAttribute('style')).toBeNull();
      await pair.locator('img').nth(1).hover();
      await page.mouse.wheel(0, -200);
      await expect.poll(async () => (await transforms())[0]).not.toBe(input);
      expect(new Set(await transforms()).size).toBe(1);
      await pair.press('0');
      expect(await transforms()).toEqual(Array(3).fill('translate(0px, 0px) scale(1)'));

      const output = page.locator('[data-sample="0"]');
      const latest = await output.getAttribute('src');
      await page.locator('#moment').fill('0');
      expect(await output.getAttribute('src')).not.toBe(latest);
      expect(await page.locator('#moment-text').textContent()).toBe('step 1 of adversarial');
      await page.locator('#moment').fill('3');
      expect(await output.getAttribute('src')).toBe(latest);
      expect(errors).toEqual([]);
      expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([address.slice(0, 30)]);
    } finally {
      await close();
    }
  });
});

describe('curves', () => {
  it('have round numbers at their axes', () => {
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(13, 48, 5)).toEqual([20, 30, 40]);
    expect(ticks(-3e-5, 3e-5, 5)).toEqual([-2e-5, 0, 2e-5]);
  });

  it('and histories take the first, the last and what lies evenly between', () => {
    expect(spread([1, 2, 3], 7)).toEqual([1, 2, 3]);
    expect(
      spread(
        Array.from({ length: 13 }, (_, i) => i),
        7,
      ),
    ).toEqual([0, 2, 4, 6, 8, 10, 12]);
  });
});
