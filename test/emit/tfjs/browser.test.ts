import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initializeWeights, lowerInference } from '../../../src/compiler/3-lower/index.js';
import { emit } from '../../../src/compiler/4-emit/index.js';
import { findEngine, type HostTensor } from '../../../src/runtime/engines/index.js';
import { relativeDifference } from '../../parity/engines.js';
import { chromiumMissing, startChromium } from '../../support/chromium.js';
import { randomValues } from '../../support/reference/random.js';
import { irOf, modelText } from '../../support/shipped-models.js';
import { serve } from '../../support/static-server.js';

if (chromiumMissing !== undefined) console.log(`skipped: LayersModels are not loaded in a browser (${chromiumMissing})`);

const sizes = [
  [16, 24],
  [32, 16],
] as const;

/** As the README shows it, with tfjs from a script tag. */
const pageWith = (customLayers: boolean): string => `<!doctype html>
<meta charset="utf-8"><title>A model in a page</title><link rel="icon" href="data:,">
<script src="/tf.min.js"></script>
<script type="module">
  ${customLayers ? "import { register } from '/tfjs/custom-layers.js'; register(tf);" : ''}
  globalThis.enhance = async (shape, pixels) => {
    await tf.setBackend('cpu');
    const model = await tf.loadLayersModel('/tfjs/model.json');
    const y = model.predict(tf.tensor(pixels, shape));
    return { shape: y.shape, values: [...(await y.data())] };
  };
</script>`;

/** What the page gives to the test. */
interface Page {
  enhance(shape: readonly number[], pixels: readonly number[]): Promise<{ shape: number[]; values: number[] }>;
}

describe.skipIf(chromiumMissing !== undefined)('a page in Chromium', () => {
  let browser: Awaited<ReturnType<typeof startChromium>>;

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  it.each(['lw-drgn', 'drgn'])('loads %s and gives what the engine gives, at two sizes', { timeout: 180_000 }, async (name) => {
    const ir = irOf(modelText(name));
    const weights = initializeWeights(ir, 5);
    const { files } = emit(['tfjs'], { name, ir, weights, program: lowerInference(ir, { batch: 1, height: 16, width: 16 }) });
    const script = fileURLToPath(new URL('../../../node_modules/@tensorflow/tfjs/dist/tf.min.js', import.meta.url));
    const server = await serve(
      new Map<string, string | Uint8Array>([
        ...[...files].map(([path, content]) => [`/${path}`, content] as const),
        ['/index.html', pageWith(files.has('tfjs/custom-layers.js'))],
        ['/tf.min.js', readFileSync(script)],
      ]),
    );
    try {
      const tab = await browser.context.newPage();
      await tab.goto(`${server.origin}/index.html`);
      for (const [height, width] of sizes) {
        const image = { shape: [1, height, width, 3], values: Float32Array.from(randomValues(height * width * 3, `${name} ${height}`)) };
        const found = await tab.evaluate(([shape, pixels]) => (globalThis as unknown as Page).enhance(shape, pixels), [
          image.shape,
          [...image.values],
        ] as const);
        const expected = await onEngine(name, weights, image);
        expect(relativeDifference({ ...found, values: Float32Array.from(found.values) }, expected, 1)).toBeLessThan(1e-4);
      }
    } finally {
      await server.close();
    }
  });
});

async function onEngine(name: string, weights: ReadonlyMap<string, HostTensor>, image: HostTensor): Promise<HostTensor> {
  const [, height = 0, width = 0] = image.shape;
  const program = lowerInference(irOf(modelText(name)), { batch: 1, height, width });
  const executable = await (await findEngine('onnx')).compile(program, { weights });
  const results = await executable.run(new Map([['low', image]]));
  await executable.dispose();
  const [result] = results.values();
  if (result === undefined) throw new Error('the engine gives no result');
  return result;
}
