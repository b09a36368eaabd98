import { inputDivisors } from '../../ir/input-divisors.js';
import type { IR, Port } from '../../ir/ir.js';
import { valueName } from './identifiers.js';

const isPicture = ({ shape }: Port): boolean => shape.length === 4 && shape[3] === 3;

/** enhance.ts: a command that runs the trained network on pictures; undefined for a network that takes or gives no single picture. */
export function enhanceCommand(ir: IR): string | undefined {
  const definition = ir.definitions.find(({ id }) => id === ir.model.definition);
  const [input, second] = definition?.inputs ?? [];
  const output = definition?.outputs.find(isPicture);
  if (!definition || !input || second || !output || !isPicture(input)) return undefined;
  const { height, width } = inputDivisors(ir);
  const [low, high] = input.range ?? [-1, 1];
  const [least, greatest] = output.range ?? [-1, 1];
  const result = definition.outputs.length === 1 ? 'network.apply(input)' : `network.apply(input).${valueName(output.name)}`;
  const { name, parameters } = ir.model;
  const hasOptions = Object.keys(parameters).length > 0;
  return `import { mkdir, readFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { useBackend } from './backend.js';
import { ${name} } from './model.js';
import { decodeSafetensors } from './safetensors.js';
import { Weights } from './weights.js';

const usage = 'npx tsx enhance.ts --weights FILE [--output DIR] [--backend NAME] PICTURE...';

/** Enhances a picture file of whatever size and writes the result as PNG. */
async function enhance(network: ${name}, file: string, target: string): Promise<void> {
  const upright = await sharp(file).autoOrient().removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const { width, height } = upright.info;
${
  height === 1 && width === 1
    ? `  const padded = { width, height };
  const pixels = upright.data;`
    : `  // The network takes heights divisible by ${height} and widths divisible by ${width}: what is missing is mirrored and cut off again.
  const padded = { width: Math.ceil(width / ${width}) * ${width}, height: Math.ceil(height / ${height}) * ${height} };
  const pixels = await sharp(upright.data, { raw: { width, height, channels: 3 } })
    .extend({ right: padded.width - width, bottom: padded.height - height, extendWith: 'mirror' })
    .raw()
    .toBuffer();`
}
  const enhanced = tf.tidy(() => {
    const values = tf.tensor4d(Float32Array.from(pixels), [1, padded.height, padded.width, 3]);
    const input: tf.Tensor4D = values.mul(${(high - low) / 255}).add(${low});
    const output: tf.Tensor4D = ${result};
    return output.sub(${least}).mul(${255 / (greatest - least)}).clipByValue(0, 255).round();
  });
  const bytes = Uint8Array.from(await enhanced.data());
  enhanced.dispose();
  await sharp(bytes, { raw: { ...padded, channels: 3 } })
    .extract({ left: 0, top: 0, width, height })
    .png()
    .toFile(target);
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { weights: { type: 'string' }, output: { type: 'string', default: 'enhanced' }, backend: { type: 'string' } },
});
if (options.weights === undefined || positionals.length === 0) {
  console.error(usage);
  process.exit(2);
}
await useBackend(options.backend);
const { ${hasOptions ? 'metadata, ' : ''}tensors } = decodeSafetensors(await readFile(options.weights));
const network = new ${name}(new Weights({ values: tensors, isComplete: true }).root${hasOptions ? ", JSON.parse(metadata.parameters ?? '{}')" : ''});
await mkdir(options.output, { recursive: true });
for (const file of positionals) {
  const target = join(options.output, \`\${parse(basename(file)).name}.png\`);
  await enhance(network, file, target);
  console.log(target);
}
`;
}
