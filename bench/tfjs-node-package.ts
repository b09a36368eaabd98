import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of a usable package tfjs-node, or why there is none. */
export type TfjsNodePackage = { readonly folder: string } | { readonly reason: string };

const script = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../scripts/install-tfjs-node-package.mjs');

/** The JavaScript of @tensorflow/tfjs-node over the very library that mfnc's engine runs on, for the code by hand and the generated code. */
export function findTfjsNode(engine: 'tfjs-node' | 'tfjs-node-gpu'): TfjsNodePackage {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, engine], { encoding: 'utf8' });
  if (status === 0) return { folder: stdout.trim() };
  return { reason: stderr.trim().split('\n').at(-1) ?? '' };
}
