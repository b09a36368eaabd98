/**
 * npm run web [-- --weights FILE]         compiles LW-DRGN and serves the page for development
 * npm run web:build [-- --weights FILE]   compiles LW-DRGN and writes the static site, examples/web/dist
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, createServer } from 'vite';

const folder = path.dirname(fileURLToPath(import.meta.url));
const project = path.resolve(folder, '../..');
const configFile = path.join(folder, 'vite.config.ts');
const model = path.join(project, 'models/lw-drgn.mfn');
const shippedWeights = path.join(project, 'models/weights/lw-drgn.safetensors');

/** Why the site could not be made, as a sentence. */
class SiteFailure extends Error {}

/** Compiles LW-DRGN for the browser: model.json and its shards. @throws SiteFailure */
function compileModel(weights, target) {
  if (!existsSync(weights)) {
    throw new SiteFailure(
      `${weights}: no such file. Train weights, with \`npx mfnc train examples/lol/run.yaml\` on real photographs or with \`npm run quickstart\` in minutes, and give the weights.safetensors of the run: npm run web -- --weights FILE`,
    );
  }
  const compiled = mkdtempSync(path.join(os.tmpdir(), 'mfnc-web-'));
  try {
    mfnc('compile', model, '--target', 'tfjs', '-o', compiled, '--weights', weights);
    rmSync(target, { recursive: true, force: true });
    cpSync(path.join(compiled, 'tfjs'), target, { recursive: true });
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
}

/** A photograph that comes with a development dependency (admin-lte, MIT licence), darkened: none that is dark from the start may be shipped. */
function makeSample(target) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mfnc-web-'));
  try {
    mfnc('data', 'darken', path.join(project, 'node_modules/admin-lte/dist/assets/img/photo2.png'), '-o', folder, '--max-size', '720');
    cpSync(path.join(folder, 'low/photo2.png'), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function mfnc(...args) {
  const { status, stderr } = spawnSync(process.execPath, [path.join(project, 'dist/cli/main.js'), ...args], {
    cwd: project,
    encoding: 'utf8',
  });
  if (status !== 0) throw new SiteFailure(`mfnc ${args.slice(0, 2).join(' ')} failed: ${stderr.trim().replace(/^error: /, '')}`);
}

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { weights: { type: 'string', default: shippedWeights } } });
  const [command] = positionals;
  compileModel(path.resolve(process.env.INIT_CWD ?? '.', values.weights), path.join(folder, 'public/model'));
  makeSample(path.join(folder, 'public/sample.png'));
  if (command === 'build') {
    await build({ configFile, logLevel: 'warn' });
    console.log('The site is in examples/web/dist. Any static host serves it; here `npx vite preview examples/web` does.');
  } else if (command === 'serve') {
    const server = await createServer({ configFile });
    await server.listen();
    server.printUrls();
  } else throw new SiteFailure('site.mjs is run by `npm run web` and `npm run web:build`.');
}

try {
  await main();
} catch (error) {
  const known = error instanceof SiteFailure || error?.code?.startsWith('ERR_PARSE_ARGS');
  console.error(known ? `error: ${error.message}` : error);
  process.exitCode = known ? 2 : 1;
}
