import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findEngine } from '../../src/runtime/engines/index.js';
import type { BrowserEngine, BrowserOptions } from '../../src/runtime/engines/tfjs/browser.js';
import { selfContainedThreads } from '../../src/runtime/engines/tfjs/self-contained-threads.js';
import { chromiumMissing, startChromium } from '../support/chromium.js';
import { randomValues } from '../support/reference/random.js';
import { modelText } from '../support/shipped-models.js';
import { serve } from '../support/static-server.js';
import { type InterpreterPage, type Outcome, perform, type Task } from './interpreter/work.js';

if (chromiumMissing !== undefined) console.log(`skipped: the interpreter is not run in a page (${chromiumMissing})`);

const project = fileURLToPath(new URL('../..', import.meta.url));

/** Where the package's names lead in this source tree: package.json names the same files in dist. */
const entries = Object.entries<{ default?: string }>(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).exports)
  .filter(([, target]) => target.default !== undefined)
  .map(([name, target]) => ({
    find: new RegExp(`^mfnc${name.slice(1)}$`),
    replacement: join(project, (target.default as string).replace('./dist/', 'src/').replace(/js$/, 'ts')),
  }));

/** LW-DRGN, narrow: both kinds of convolution, pooling over the picture, pixel shuffle, a loss over a Gaussian pyramid. */
const task: Task = {
  source: modelText('lw-drgn'),
  parameters: { width: 4 },
  side: 16,
  batch: 1,
  stage: 'refinement',
  steps: 3,
  pixels: [...randomValues(16 * 16 * 3 * 2, 'pictures of the page')],
};

describe.skipIf(chromiumMissing !== undefined)('the interpreter in a page', { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mfnc-interpreter-'));
  let browser: Awaited<ReturnType<typeof startChromium>>;
  let plain: Awaited<ReturnType<typeof serve>>;
  let isolated: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    const files = await bundle(folder);
    plain = await serve(files);
    isolated = await serve(files, isolation);
    browser = await startChromium(['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']);
  });
  afterAll(async () => {
    for (const each of [browser, plain, isolated]) await each?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A page of its own, whose tfjs has started nothing yet. @param before a script that runs first. */
  async function open({ origin }: { readonly origin: string } = plain, before = ''): Promise<Page> {
    const page = await browser.context.newPage();
    await page.addInitScript(before);
    await page.goto(`${origin}/`);
    return page;
  }

  it.each(['tfjs-wasm', 'tfjs-cpu'] as const)('computes on %s what it computes on Node', async (engine) => {
    expectSame(await onPage(await open(), engine, { wasmFolder: '/wasm/' }), await onNode(engine));
  });

  it('computes on several threads of wasm the same, where the page may share memory', async () => {
    const page = await open(isolated);
    expectSame(await onPage(page, 'tfjs-wasm', { wasmFolder: '/wasm/', threads: 2 }), await onNode('tfjs-wasm'));
    expect(page.workers().length).toBeGreaterThan(0);
  });

  it('computes on WebGPU what plain JavaScript computes', async (test) => {
    const page = await open();
    if (!(await page.evaluate(`navigator.gpu?.requestAdapter().then((adapter) => adapter !== null)`)))
      test.skip('this Chromium offers no WebGPU adapter');
    expectSame(await onPage(page, 'tfjs-webgpu'), await onNode('tfjs-cpu'));
  });

  it('says why an engine does not start', async () => {
    const page = await open(plain, `Object.defineProperty(navigator, 'gpu', { value: undefined });`);
    expect(await onPage(page, 'tfjs-wasm', { wasmFolder: '/elsewhere/' })).toMatch(/^tfjs cannot start its backend 'wasm' for tfjs-wasm: /);
    expect(await onPage(page, 'tfjs-webgpu')).toMatch(/^tfjs cannot start its backend 'webgpu' for tfjs-webgpu: /);
    // Another one still does.
    expect(await onPage(page, 'tfjs-cpu')).toHaveProperty('losses');
  });
});

/** With these headers a page may share memory between threads. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** Bundles the page as a user's Vite would. @returns the files by their path. */
async function bundle(folder: string): Promise<Map<string, Uint8Array>> {
  const publicDir = join(folder, 'public');
  const outDir = join(folder, 'site');
  const wasm = join(project, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
  mkdirSync(join(publicDir, 'wasm'), { recursive: true });
  for (const name of readdirSync(wasm).filter((file) => file.endsWith('.wasm'))) cpSync(join(wasm, name), join(publicDir, 'wasm', name));
  await build({
    configFile: false,
    root: join(project, 'test/web/interpreter'),
    publicDir,
    plugins: [selfContainedThreads],
    resolve: { alias: entries },
    build: { target: 'es2022', outDir, emptyOutDir: true, chunkSizeWarningLimit: 10_000 },
    logLevel: 'error',
  });
  const names = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(outDir, name)).isFile());
  return new Map(names.map((name) => [`/${name.replaceAll('\\', '/')}`, readFileSync(join(outDir, name))]));
}

async function onPage(page: Page, engine: BrowserEngine, options: BrowserOptions = {}): Promise<Outcome | string> {
  return page.evaluate(
    ([task, engine, options]) =>
      (globalThis as unknown as { interpreter: InterpreterPage }).interpreter.perform(task, engine, options as BrowserOptions),
    [task, engine, options] as const,
  );
}

const outcomes = new Map<BrowserEngine, Promise<Outcome>>();

function onNode(name: BrowserEngine): Promise<Outcome> {
  const outcome = outcomes.get(name) ?? findEngine(name).then((engine) => perform(task, (program) => engine.compile(program)));
  outcomes.set(name, outcome);
  return outcome;
}

/** Differences of at most 1e-5, absolute or relative to the largest value of a tensor. */
function expectSame(found: Outcome | string, expected: Outcome): void {
  if (typeof found === 'string') throw new Error(found);
  expect(found.losses).toHaveLength(task.steps);
  expect(found.losses[0]).not.toEqual(found.losses[1]);
  for (const [step, losses] of expected.losses.entries()) {
    expect(Object.keys(found.losses[step] ?? {})).toEqual(Object.keys(losses));
    for (const [name, loss] of Object.entries(losses)) {
      expect(Math.abs((found.losses[step]?.[name] ?? Number.NaN) - loss), `${name} of step ${step + 1}`).toBeLessThan(
        1e-5 * Math.max(1, Math.abs(loss)),
      );
    }
  }
  for (const part of ['inference', 'weights'] as const) {
    expect(Object.keys(found[part])).toEqual(Object.keys(expected[part]));
    for (const [name, values] of Object.entries(expected[part])) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const difference = values.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[part][name]?.[i] ?? Number.NaN))), 0);
      expect(difference / largest, `${name} of ${part}`).toBeLessThan(1e-5);
    }
  }
}
