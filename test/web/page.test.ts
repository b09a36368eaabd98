import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { pixelLimit } from '../../examples/web/src/worker/pixel-limit.js';
import { type DecodedImage, readImage } from '../../src/runtime/data/index.js';
import { runCommand } from '../cli/command-result.js';
import { chromiumMissing, startChromium } from '../support/chromium.js';
import { serve } from '../support/static-server.js';
import { buildSite, model, someWeights } from './site.js';

if (chromiumMissing !== undefined) console.log(`skipped: the page of examples/web is not opened (${chromiumMissing})`);

const fromProject = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Taken in the dark, 640 x 480 pixels: more than a tile. Where it is absent, a photograph of the quick start serves. */
const taken = fromProject('../shared/data/real/DICM/03.jpg');
const photograph = existsSync(taken) ? taken : fromProject('node_modules/admin-lte/dist/assets/img/photo3.jpg');
/** WebGPU without a graphics card. */
const software = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

describe.skipIf(chromiumMissing !== undefined)('the page of examples/web', { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mfnc-web-'));
  const closers: (() => Promise<void>)[] = [];
  let context: BrowserContext;
  let site: string;
  let weights: string;

  beforeAll(async () => {
    weights = await someWeights(folder);
    await crop(photograph, 93, 61, 'sample.png');
    // Below a folder, as a project's pages are, and without the headers that threads need.
    const server = await serve(await buildSite(folder, weights, join(folder, 'sample.png'), '/some/where/'));
    const browser = await startChromium();
    closers.push(server.close, browser.close);
    context = browser.context;
    site = `${server.origin}/some/where/`;
  });
  afterAll(async () => {
    for (const close of closers) await close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A part of the photograph, or a smaller copy of it, as a file of its own. */
  async function crop(file: string, width: number, height: number, name: string): Promise<string> {
    const path = join(folder, name);
    await sharp(file).resize(width, height, { fit: 'cover' }).toFile(path);
    return path;
  }

  async function open(query = '', where = context): Promise<Page> {
    const page = await where.newPage();
    await page.goto(site + query);
    return page;
  }

  async function finished(page: Page): Promise<void> {
    await page.waitForSelector('body[data-state=done], #failure:not([hidden])', { timeout: 120_000 });
    expect(await page.locator('#failure').textContent()).toBe('');
  }

  /** The result, saved by the page's own button, and the name it gives to the file. */
  async function saved(page: Page): Promise<{ readonly image: DecodedImage; readonly name: string }> {
    const download = page.waitForEvent('download');
    await page.click('#save-png');
    const file = join(folder, `saved-${Math.random()}.png`);
    await (await download).saveAs(file);
    return { image: await readImage(file, 'enhancement'), name: (await download).suggestedFilename() };
  }

  /** Mean and largest difference, in levels of 8 bits, between the page's result and that of the command on the same file. */
  async function difference(found: DecodedImage, file: string): Promise<{ readonly mean: number; readonly largest: number }> {
    const output = join(folder, `expected-${basename(file)}.png`);
    const options = ['--model', model, '--weights', weights, '--engine', 'onnx', '--max-pixels', String(pixelLimit)];
    const { code, stderr } = await runCommand('enhance', file, '-o', output, ...options);
    expect(code, stderr).toBe(0);
    const expected = await readImage(output, 'enhancement');
    expect([found.width, found.height]).toEqual([expected.width, expected.height]);
    const differences = found.data.map((sample, i) => Math.abs(sample - (expected.data[i] as number)));
    return { mean: differences.reduce((sum, d) => sum + d, 0) / differences.length, largest: differences.reduce((a, b) => Math.max(a, b)) };
  }

  it('enhances a dropped photograph in tiles as the command does, and asks nobody but its own server', async () => {
    const page = await context.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(site);
    const large = join(folder, 'large.jpg');
    await sharp(photograph).resize({ width: 640, withoutEnlargement: true }).jpeg({ quality: 92 }).toFile(large);
    await drop(page, large, 'image/jpeg');
    await page.waitForSelector('#stage:has-text("Tile 1 of 2")', { timeout: 60_000 });
    await finished(page);
    expect(await page.locator('#backend').textContent()).toContain('WebAssembly');
    expect(await page.locator('#timing').textContent()).toMatch(/^640 x \d+ pixels in \d+(\.\d)? s$/);
    const { image, name } = await saved(page);
    expect(name).toBe('large-enhanced.png');
    const { mean, largest } = await difference(image, large);
    expect(mean).toBeLessThan(0.1);
    expect(largest).toBeLessThanOrEqual(4);
    expect(requests.length).toBeGreaterThan(5);
    expect(requests.filter((url) => !url.startsWith(site) && !url.startsWith(`blob:${new URL(site).origin}/`))).toEqual([]);
    await page.close();
  });

  it('enhances an odd size, turned upright, and moves its border by keys and by the mouse', async () => {
    const page = await open();
    const upright = await crop(photograph, 131, 77, 'upright.png');
    const turned = join(folder, 'turned.jpg');
    await sharp(upright).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toFile(turned);
    await page.setInputFiles('#file', turned);
    await finished(page);
    const { image } = await saved(page);
    expect([image.width, image.height]).toEqual([77, 131]);
    expect((await difference(image, turned)).mean).toBeLessThan(0.1);

    const slider = page.getByRole('slider');
    const position = async () => Number(await slider.getAttribute('aria-valuenow'));
    await slider.focus();
    expect(await position()).toBe(50);
    for (const key of ['ArrowRight', 'Shift+ArrowRight', 'PageUp']) await page.keyboard.press(key);
    expect(await position()).toBe(71);
    expect(await slider.getAttribute('aria-valuetext')).toBe('71 % before, 29 % after');
    await page.keyboard.press('Home');
    expect(await position()).toBe(0);
    const box = await page.locator('#comparison').boundingBox();
    if (box === null) throw new Error('the comparison is not shown');
    await page.mouse.move(box.x + box.width * 0.9, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.25, box.y + 9);
    await page.mouse.up();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 9);
    expect(await position()).toBe(25);
    await page.close();
  });

  it('answers what is no photograph with a sentence, and goes on with the sample', async () => {
    const page = await open();
    const whole = readFileSync(await crop(photograph, 200, 150, 'whole.png'));
    const bad = [
      ['notes.txt', Buffer.from('no picture'), 'This is not a photograph. Give a JPEG, PNG or WebP file.'],
      ['empty.jpg', Buffer.alloc(0), 'The file is empty.'],
      ['text.jpg', Buffer.from('no picture'), 'This browser cannot open the file: it is damaged,'],
      ['phone.heic', Buffer.from('ftypheic'), 'This browser cannot open HEIC photographs.'],
      ['cut.png', whole.subarray(0, 20), 'This browser cannot open the file: it is damaged,'],
    ] as const;
    for (const [name, bytes, sentence] of bad) {
      const file = join(folder, name);
      writeFileSync(file, bytes);
      await page.setInputFiles('#file', file);
      await page.waitForSelector(`#failure:not([hidden]):has-text("${sentence}")`);
    }
    await page.getByRole('button', { name: 'Try a darkened sample' }).click();
    await page.waitForSelector('body[data-state=done]');
    expect(await page.locator('#failure').isHidden()).toBe(true);
    const { image, name } = await saved(page);
    expect(name).toBe('sample-enhanced.png');
    expect((await difference(image, join(folder, 'sample.png'))).mean).toBeLessThan(0.1);
    await page.close();
  });

  it('gives a photograph up when asked to, or when the next one is pasted', async () => {
    const page = await open();
    const large = await crop(photograph, 2400, 1600, 'very-large.png');
    await page.setInputFiles('#file', large);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForSelector('body[data-state=empty]');
    await page.setInputFiles('#file', large);
    await page.waitForSelector('#stage:has-text("Enhancing 2400 x 1600 pixels in")', { timeout: 60_000 });
    await paste(page, await crop(photograph, 40, 30, 'small.png'), 'image/png');
    await finished(page);
    expect(await page.locator('#timing').textContent()).toContain('40 x 30 pixels');
    await page.close();
  });

  it('says so when the network is not there', async () => {
    const page = await context.newPage();
    await page.route('**/model.json', (route) => route.fulfill({ status: 404 }));
    await page.goto(site);
    await page.waitForSelector('#failure:has-text("The network could not be loaded")');
    await page.close();
  });

  describe('on WebGPU', () => {
    let browser: Awaited<ReturnType<typeof startChromium>>;
    beforeAll(async () => {
      browser = await startChromium(software);
      closers.push(browser.close);
    });

    /** Waits for the backend. Skips the test where Chromium has no WebGPU without a graphics card. */
    async function backendOf(page: Page, test: TestContext): Promise<string> {
      await page.waitForSelector('body[data-backend], #failure:not([hidden])', { timeout: 120_000 });
      const failure = (await page.locator('#failure').textContent()) ?? '';
      if (/finds no graphics card|has no WebGPU/.test(failure)) {
        console.log(`skipped: the page on WebGPU (${failure})`);
        test.skip(failure);
      }
      return failure || ((await page.locator('#backend').textContent()) ?? '');
    }

    it('gives what the command gives, and goes on without the card when that fails', async (test) => {
      const page = await open('?backend=webgpu', browser.context);
      expect(await backendOf(page, test)).toContain('Runs on WebGPU');
      const small = await crop(photograph, 31, 29, 'smaller.png');
      await page.setInputFiles('#file', small);
      await finished(page);
      const { image } = await saved(page);
      expect((await difference(image, small)).mean).toBeLessThan(0.1);
      await page.workers()[0]?.evaluate(`GPUBuffer.prototype.mapAsync = () => Promise.reject(new Error('the device was lost'))`);
      await page.setInputFiles('#file', small);
      await page.waitForSelector('#backend:has-text("The graphics card failed, so the processor took over.")', { timeout: 60_000 });
      await finished(page);
      expect(Buffer.from((await saved(page)).image.data).equals(Buffer.from(image.data))).toBe(true);
      await page.close();
    });

    it('does not use a card that computes garbage', async (test) => {
      const page = await browser.context.newPage();
      await page.route('**/assets/worker-*.js', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: `${garbage}${await response.text()}` });
      });
      await page.goto(`${site}?backend=webgpu`);
      expect(await backendOf(page, test)).toBe('The graphics card computes something else than the processor, so it is not used.');
      await page.close();
    });

    it('prefers wasm to a card that the processor plays', async (test) => {
      const page = await open('', browser.context);
      const backend = await backendOf(page, test);
      expect(backend).toMatch(/^Runs on WebAssembly\. WebGPU (runs on the processor|finds no graphics card) here/);
      await page.close();
    });
  });
});

/** Makes a graphics card of which whatever is read is off by a hundredth. */
const garbage = `{
  const range = GPUBuffer.prototype.getMappedRange;
  GPUBuffer.prototype.getMappedRange = function (...bounds) {
    const bytes = range.apply(this, bounds);
    if (this.usage & GPUBufferUsage.MAP_READ) new Float32Array(bytes).forEach((value, i, all) => (all[i] = value + 0.01));
    return bytes;
  };
}
`;

/** An expression for a page: a DataTransfer with the file. */
function transferOf(file: string, type: string): string {
  return `(async () => {
    const bytes = await (await fetch('data:${type};base64,${readFileSync(file).toString('base64')}')).arrayBuffer();
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], '${basename(file)}', { type: '${type}' }));
    return transfer;
  })()`;
}

/** Drops a file on the page as a file manager would. */
async function drop(page: Page, file: string, type: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(transferOf(file, type));
  for (const event of ['dragover', 'drop']) await page.dispatchEvent('#intake', event, { dataTransfer });
}

async function paste(page: Page, file: string, type: string): Promise<void> {
  await page.evaluate(
    `${transferOf(file, type)}.then((clipboardData) => void dispatchEvent(new ClipboardEvent('paste', { clipboardData })))`,
  );
}
