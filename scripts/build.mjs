// Builds dist/: generated sources, then TypeScript, then the files that tsc does not copy.  Run by `npm run build` and, through `prepare`, by `npm ci`.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDiagnostics } from './generate-diagnostics.mjs';
import { generateStdlib } from './generate-stdlib.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');

try {
  generateDiagnostics();
  generateStdlib();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

rmSync(dist, { recursive: true, force: true });
const compiler = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
const result = spawnSync(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.build.json')], { stdio: 'inherit', cwd: root });
if (result.status !== 0) process.exit(result.status ?? 1);

const schema = 'compiler/ir/ir.schema.json';
if (existsSync(path.join(root, 'src', schema))) {
  mkdirSync(path.dirname(path.join(dist, schema)), { recursive: true });
  copyFileSync(path.join(root, 'src', schema), path.join(dist, schema));
}
chmodSync(path.join(dist, 'cli/main.js'), 0o755);
