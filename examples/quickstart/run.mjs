/**
 * npm run quickstart
 * The main job in one go, on photographs that npm installed: makes dark copies, compiles LW-DRGN, trains it briefly, enhances two photographs that
 * it has not seen, measures them, and writes each result next to its original.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { heldOut, reference, trained } from './photographs.mjs';

const folder = path.dirname(fileURLToPath(import.meta.url));
const project = path.resolve(folder, '../..');
const here = (name) => path.relative(project, path.join(folder, name));

const model = 'models/lw-drgn.mfn';
const weights = here('runs/quickstart/weights.safetensors');
const unseen = { low: here('photographs/unseen/low'), normal: here('photographs/unseen/normal') };

/** Shows a command as a user would type it and runs it. Ends the script when the command fails. */
function mfnc(...args) {
  console.log(`\n$ mfnc ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, ['dist/cli/main.js', ...args], { cwd: project, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function installed(file) {
  return path.join('node_modules', file);
}

/** Copies the reference photographs; they need no pairs. */
function copyReferences() {
  const target = path.join(folder, 'photographs/reference');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const file of reference) copyFileSync(path.join(project, installed(file)), path.join(target, path.basename(file)));
}

/** Dark, enhanced and original side by side, as one PNG next to the original. */
async function compare(name) {
  const original = path.join(project, unseen.normal, name);
  const enhanced = path.join(project, unseen.normal, `${path.parse(name).name}.enhanced.png`);
  const { width = 0, height = 0 } = await sharp(original).metadata();
  const gap = 8;
  const pictures = [path.join(project, unseen.low, name), enhanced, original];
  const target = path.join(project, unseen.normal, `${path.parse(name).name}.comparison.png`);
  await sharp({ create: { width: 3 * width + 2 * gap, height, channels: 3, background: 'white' } })
    .composite(pictures.map((input, i) => ({ input, left: i * (width + gap), top: 0 })))
    .png()
    .toFile(target);
  return [enhanced, target].map((file) => path.relative(project, file));
}

const started = performance.now();
rmSync(path.join(folder, 'photographs'), { recursive: true, force: true });
for (const run of ['compiled', 'quickstart']) rmSync(path.join(folder, 'runs', run), { recursive: true, force: true });

mfnc('data', 'darken', ...trained.map(installed), '-o', here('photographs/pairs'), '--max-size', '480');
mfnc('data', 'darken', ...heldOut.map(installed), '-o', here('photographs/unseen'), '--max-size', '480');
copyReferences();
mfnc('compile', model, '-o', here('runs/compiled'), '--size', '320x480');
mfnc('train', here('run.yaml'));
mfnc('evaluate', '--model', model, '--weights', weights, '--low', unseen.low, '--normal', unseen.normal);

const written = [];
for (const name of readdirSync(path.join(project, unseen.low)).sort()) {
  const enhanced = path.join(unseen.normal, `${path.parse(name).name}.enhanced.png`);
  mfnc('enhance', path.join(unseen.low, name), '-o', enhanced, '--model', model, '--weights', weights);
  written.push(...(await compare(name)));
}

console.log(`\nDone in ${((performance.now() - started) / 60_000).toFixed(1)} minutes. Dark, enhanced and original, side by side:`);
for (const file of written.filter((name) => name.endsWith('.comparison.png'))) console.log(`  ${file}`);
