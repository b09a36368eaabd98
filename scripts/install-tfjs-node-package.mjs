// node scripts/install-tfjs-node-package.mjs [tfjs-node|tfjs-node-gpu]
// Installs the JavaScript of tfjs-node beside the native engine that `mfnc engine install` made, in the user's cache folder, and prints where. mfnc itself calls the
// native binding; code that people write, as the generated TypeScript, loads the npm package, whose own installation downloads a library that may be out of reach.
// The tests of the generated code and the benchmark use it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const version = '4.22.0';
const name = process.argv[2] ?? 'tfjs-node';
const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'mfnc', `${name}-${version}`);
const engines = path.join(process.env.XDG_DATA_HOME || path.join(os.homedir(), '.local/share'), 'mfnc/engines');
const engine = existsSync(engines) ? readdirSync(engines).find((folder) => folder.startsWith(`${name}-${version}-`)) : undefined;
if (engine === undefined) {
  console.error(`no engine ${name} ${version} in ${engines}: run mfnc engine install ${name} first`);
  process.exit(1);
}
const target = path.join(cache, 'node_modules/@tensorflow', name);
if (!existsSync(path.join(target, 'dist/index.js'))) {
  mkdirSync(cache, { recursive: true });
  // A manifest of its own keeps npm from looking for one in the folders above.
  writeFileSync(path.join(cache, 'package.json'), '{ "private": true }\n');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', `@tensorflow/${name}@${version}`];
  const result = spawnSync('npm', install, { cwd: cache, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
mkdirSync(path.join(target, 'lib'), { recursive: true });
for (const part of ['lib/napi-v8', 'deps']) {
  // An engine that was installed anew may lie elsewhere.
  rmSync(path.join(target, part), { recursive: true, force: true });
  symlinkSync(path.join(engines, engine, part), path.join(target, part));
}
console.log(target);
