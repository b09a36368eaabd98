// Builds dist/: generated sources, then TypeScript, then the files that tsc does not copy.  Run by `npm run build` and, through `prepare`, by `npm ci`.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { generateDiagnostics } from './generate-diagnostics.mjs';
import { generateStdlib } from './generate-stdlib.mjs';
import { generateSupport } from './generate-support.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');

try {
  generateDiagnostics();
  generateStdlib();
  generateSupport();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

rmSync(dist, { recursive: true, force: true });
const compiler = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
const result = spawnSync(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.build.json')], { stdio: 'inherit', cwd: root });
if (result.status !== 0) process.exit(result.status ?? 1);

for (const schema of ['compiler/ir/ir.schema.json', 'compiler/diff/diff.schema.json']) {
  mkdirSync(path.dirname(path.join(dist, schema)), { recursive: true });
  copyFileSync(path.join(root, 'src', schema), path.join(dist, schema));
}
const page = 'runtime/report/page';
mkdirSync(path.join(dist, page), { recursive: true });
for (const file of ['page.css', 'page.js']) copyFileSync(path.join(root, 'src', page, file), path.join(dist, page, file));
bundleChevrotain(path.join(dist, 'compiler/1-parse'));
await joinFrontEnd(path.join(dist, 'compiler'));
chmodSync(path.join(dist, 'cli/main.js'), 0o755);

/**
 * Lets the parser import chevrotain's own one-file bundle, copied next to it: the package's entry point loads hundreds of small files, which
 * makes up most of the start-up time of `mfnc` (350 ms of processor time against 20 ms).
 */
function bundleChevrotain(folder) {
  // The entry point is lib/src/api.js, the only file that the package exports.
  const installed = path.resolve(path.dirname(fileURLToPath(import.meta.resolve('chevrotain'))), '../..');
  copyFileSync(path.join(installed, 'lib/chevrotain.mjs'), path.join(folder, 'chevrotain.mjs'));
  copyFileSync(path.join(installed, 'LICENSE.txt'), path.join(folder, 'chevrotain.LICENSE.txt'));
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.js'))) {
    const file = path.join(folder, name);
    const text = readFileSync(file, 'utf8');
    const bundled = text.replace(/ from 'chevrotain';/g, " from './chevrotain.mjs';");
    if (bundled !== text) writeFileSync(file, bundled);
  }
}

/**
 * Joins what every command needs of the compiler, some two hundred small files, into one, `front-end.js`: loading them one by one takes a fifth of the time
 * of `mfnc check`. Each file stays as a door to its exports, so that whoever imports one gets the same objects. What only some commands need stays apart:
 * the printer, the verifier (which loads ajv) and the pages of the diagnostics.
 */
async function joinFrontEnd(folder) {
  const apart = /^1-parse\/printer\/|\/(verify-ir|explanations)\.js$/;
  const modules = ['1-parse', '2-analyze', 'diagnostics', 'ir', 'ops', 'stdlib']
    .flatMap((phase) =>
      readdirSync(path.join(folder, phase), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${phase}/${name.replaceAll(path.sep, '/')}`,
      ),
    )
    .concat('limits.js')
    .filter((name) => name.endsWith('.js') && !apart.test(name));
  const joined = new Set([...modules, '1-parse/chevrotain.mjs'].map((name) => path.join(folder, name)));
  const isJoined = (id, importer) => joined.has(id.startsWith('.') && importer ? path.resolve(path.dirname(importer), id) : id);
  const out = path.join(folder, '.joined');
  await build({
    configFile: false,
    logLevel: 'error',
    root: folder,
    build: {
      ssr: true,
      outDir: out,
      minify: false,
      target: 'node20',
      rollupOptions: {
        input: Object.fromEntries(modules.map((name) => [name.replace(/\.js$/, ''), path.join(folder, name)])),
        external: (id, importer) => importer !== undefined && !id.startsWith('\0') && !isJoined(id, importer),
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: 'front-end.js',
          codeSplitting: { groups: [{ name: 'front-end', test: (id) => joined.has(id) }] },
        },
      },
    },
  });
  const written = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  for (const name of written) copyFileSync(path.join(out, name), path.join(folder, name));
  rmSync(out, { recursive: true });
  rmSync(path.join(folder, '1-parse/chevrotain.mjs'));
  if (written.length !== modules.length + 1)
    throw new Error(`the front end was joined into ${written.length} files instead of ${modules.length + 1}`);
}
