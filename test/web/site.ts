import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { requireIR } from '../../src/cli/analyze-file.js';
import { initializeWeights } from '../../src/compiler/3-lower/index.js';
import { writeWeights } from '../../src/runtime/checkpoint/index.js';
import { runCommand } from '../cli/command-result.js';

const project = fileURLToPath(new URL('../..', import.meta.url));
const example = join(project, 'examples/web');
export const model = join(project, 'models/lw-drgn.mfn');

/** Trained weights where the project has some, else random ones: the page has to give what the command gives with either. */
export async function someWeights(folder: string): Promise<string> {
  const shipped = join(project, 'models/weights/lw-drgn.safetensors');
  if (existsSync(shipped)) return shipped;
  const { ir } = requireIR(model);
  const file = join(folder, 'weights.safetensors');
  await writeWeights(file, ir, initializeWeights(ir, 1));
  return file;
}

/** Builds the page as `npm run web:build` does, with a network of its own. @returns its files by their path below `prefix`. */
export async function buildSite(folder: string, weights: string, sample: string, prefix: string): Promise<Map<string, Uint8Array>> {
  const publicDir = join(folder, 'public');
  const outDir = join(folder, 'site');
  const compiled = await runCommand('compile', model, '--target', 'tfjs', '-o', folder, '--weights', weights);
  if (compiled.code !== 0) throw new Error(compiled.stderr);
  cpSync(join(folder, 'tfjs'), join(publicDir, 'model'), { recursive: true });
  cpSync(join(example, 'public/icon.svg'), join(publicDir, 'icon.svg'));
  cpSync(sample, join(publicDir, 'sample.png'));
  await build({ configFile: join(example, 'vite.config.ts'), publicDir, build: { outDir }, logLevel: 'error' });
  const files = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).map((name) => join(outDir, name));
  return new Map(
    files
      .filter((file) => statSync(file).isFile())
      .map((file) => [prefix + relative(outDir, file).split(sep).join('/'), readFileSync(file)]),
  );
}
