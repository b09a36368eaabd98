// Installs the JavaScript of tfjs-node beside the native engine that `mfnc engine install tfjs-node` made, in the user's cache folder. mfnc itself calls the native
// binding; code that people write, as the generated TypeScript, loads the npm package, whose own installation downloads a library that may be out of reach.
// The tests of the generated code use it where it is there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const version = '4.22.0';
const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'mfnc', `tfjs-node-${version}`);
const engines = path.join(process.env.XDG_DATA_HOME || path.join(os.homedir(), '.local/share'), 'mfnc/engines');
const engine = existsSync(engines) ? readdirSync(engines).find((name) => name.startsWith(`tfjs-node-${version}-`)) : undefined;
if (engine === undefined) {
  console.error(`no engine tfjs-node ${version} in ${engines}: run mfnc engine install tfjs-node first`);
  process.exit(1);
}
mkdirSync(cache, { recursive: true });
writeFileSync(path.join(cache, 'package.json'), '{ "private": true }\n');
const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', `@tensorflow/tfjs-node@${version}`];
const result = spawnSync('npm', install, { cwd: cache, stdio: 'inherit', shell: process.platform === 'win32' });
if (result.status !== 0) process.exit(result.status ?? 1);
const target = path.join(cache, 'node_modules/@tensorflow/tfjs-node');
mkdirSync(path.join(target, 'lib'), { recursive: true });
for (const part of ['lib/napi-v8', 'deps']) {
  if (!existsSync(path.join(target, part))) symlinkSync(path.join(engines, engine, part), path.join(target, part));
}
console.log(target);
