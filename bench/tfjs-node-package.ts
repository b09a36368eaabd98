import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { locateEngine } from '../src/runtime/engines/tfjs-node/location.js';

/** The folder of a usable package tfjs-node, or why there is none. */
export type TfjsNodePackage = { readonly folder: string } | { readonly reason: string };

/**
 * The JavaScript of @tensorflow/tfjs-node over the very library that mfnc's engine runs on, for the code written by hand: npm brings the package
 * without running its installer, and its native parts are links to the engine's. Made once under `folder`.
 */
export async function findTfjsNode(engine: 'tfjs-node' | 'tfjs-node-gpu', folder: string): Promise<TfjsNodePackage> {
  const location = await locateEngine(engine);
  if (location === undefined) return { reason: `the engine is not installed; \`mfnc engine install ${engine}\`` };
  if (location.origin === 'package') return { folder: location.folder };
  const installed = path.join(folder, 'node_modules', '@tensorflow', engine);
  if (!existsSync(installed)) {
    const failure = install(`@tensorflow/${engine}@${location.version}`, folder);
    if (failure !== undefined) return { reason: failure };
  }
  for (const part of ['lib/napi-v8', 'deps/lib']) {
    const link = path.join(installed, part);
    mkdirSync(path.dirname(link), { recursive: true });
    rmSync(link, { recursive: true, force: true });
    symlinkSync(path.join(location.folder, part), link);
  }
  return { folder: installed };
}

function install(name: string, folder: string): string | undefined {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  // A manifest of its own keeps npm from looking for one in the folders above.
  writeFileSync(path.join(unfinished, 'package.json'), '{ "private": true }\n');
  console.error(`Installing ${name} into ${folder} ...`);
  const arguments_ = ['install', '--ignore-scripts', '--no-audit', '--no-fund', name];
  const { status, stderr } = spawnSync('npm', arguments_, { cwd: unfinished, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) return `npm install ${name} failed: ${(stderr ?? '').trim().split('\n').at(-1) ?? ''}`;
  renameSync(unfinished, folder);
  return undefined;
}
