import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A folder with a generated package that can be run, or why there is none. */
export type GeneratedPackage = { readonly folder: string } | { readonly reason: string };

/**
 * Has `mfnc generate typescript` write LW-DRGN into a temporary folder, which goes when this process ends.
 * @param tfjsNode folder of the package tfjs-node, beside which npm put the rest of tfjs.
 */
export function generatePackage(project: string, tfjsNode: string): GeneratedPackage {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mfnc-bench-generated-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const target = path.join(folder, 'lw-drgn');
  const command = ['dist/cli/main.js', 'generate', 'typescript', 'models/lw-drgn.mfn', '-o', target];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: project, encoding: 'utf8' });
  if (status !== 0) return { reason: stderr.trim().split('\n')[0] ?? 'mfnc generate failed' };
  const modules = path.join(target, 'node_modules');
  mkdirSync(modules, { recursive: true });
  symlinkSync(path.dirname(tfjsNode), path.join(modules, '@tensorflow'));
  symlinkSync(path.join(project, 'node_modules', 'sharp'), path.join(modules, 'sharp'));
  return { folder: target };
}
