import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

/** A Python interpreter that can import torch, or why there is none. */
export type PythonEnvironment = { readonly python: string } | { readonly reason: string };

/**
 * Finds PyTorch: the interpreter that BENCH_PYTHON names, or a virtual environment under `folder`, which is made from PyPI when it is missing.
 * The environment is built under another name and renamed, so an interrupted installation is not taken for a finished one.
 */
export function findPyTorch(folder: string, requirements: string): PythonEnvironment {
  const chosen = process.env.BENCH_PYTHON;
  if (chosen !== undefined && chosen !== '') {
    return canImportTorch(chosen) ? { python: chosen } : { reason: `BENCH_PYTHON is ${chosen}, which cannot import torch` };
  }
  const python = path.join(folder, 'bin', 'python');
  if (existsSync(python) && canImportTorch(python)) return { python };
  return install(folder, requirements, python);
}

function install(folder: string, requirements: string, python: string): PythonEnvironment {
  // A virtual environment does not survive a move of its scripts, but `bin/python -m pip` and imports do.
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  console.error(
    `Installing PyTorch from PyPI into ${folder} (several gigabytes; BENCH_PYTHON names an interpreter that has it already) ...`,
  );
  const made = spawnSync('python3', ['-m', 'venv', unfinished], { encoding: 'utf8' });
  if (made.status !== 0) return { reason: `python3 -m venv failed: ${lastLine(made.stderr) || 'python3 is not installed'}` };
  const installed = spawnSync(path.join(unfinished, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements], {
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  if (installed.status !== 0) return { reason: `pip install torch failed: ${lastLine(installed.stderr)}` };
  renameSync(unfinished, folder);
  return canImportTorch(python) ? { python } : { reason: `${python} cannot import torch although pip installed it` };
}

function canImportTorch(python: string): boolean {
  return spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
}

function lastLine(text: string | null | undefined): string {
  return (text ?? '').trim().split('\n').at(-1) ?? '';
}
