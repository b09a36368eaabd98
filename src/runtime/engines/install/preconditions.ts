import { mkdir, statfs } from 'node:fs/promises';
import { operationFailure, systemFailure } from '../../files/index.js';
import type { Recipe, TensorFlowRecipe } from './recipe.js';
import { runTool, ToolMissing } from './tools.js';

/** Oldest glibc that the wheel's libraries run on (manylinux_2_27). */
const oldestGlibc = [2, 27] as const;

/** Programs that an installation runs. */
export interface Toolchain {
  /** `python3` or `python`, one with pip. */
  readonly python: string;
}

/** What of this machine decides whether the recipe works. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** Version of glibc, '2.36'; undefined where the C library is another. */
  readonly glibc: string | undefined;
}

export function thisPlatform(): Platform {
  const report: unknown = process.report?.getReport();
  return { os: process.platform, architecture: process.arch, glibc: process.platform === 'linux' ? glibcVersion(report) : undefined };
}

function glibcVersion(report: unknown): string | undefined {
  if (typeof report !== 'object' || report === null || !('header' in report)) return undefined;
  const { header } = report;
  if (typeof header !== 'object' || header === null || !('glibcVersionRuntime' in header)) return undefined;
  return typeof header.glibcVersionRuntime === 'string' ? header.glibcVersionRuntime : undefined;
}

/** @throws RuntimeFailure where TensorFlow's wheel cannot run on the platform. */
export function checkPlatform(recipe: TensorFlowRecipe, { os, architecture, glibc }: Platform): void {
  if (os !== 'linux' || architecture !== 'x64') {
    throw operationFailure(
      `mfnc engine install works on Linux with an x64 processor, this is ${os} on ${architecture}. ` +
        `Where its own download is in reach, \`npm install ${recipe.binding.name}@${recipe.binding.version}\` in your project gives the same engine.`,
    );
  }
  const [major = 0, minor = 0] = (glibc ?? '').split('.').map(Number);
  if (glibc === undefined || major < oldestGlibc[0] || (major === oldestGlibc[0] && minor < oldestGlibc[1])) {
    throw operationFailure(
      `TensorFlow ${recipe.wheel.version} needs the GNU C library ${oldestGlibc.join('.')} or newer, this system has ${glibc ?? 'another C library (musl?)'}. ` +
        'Use the engine onnx here, or a system such as Debian or Ubuntu.',
    );
  }
}

/**
 * Finds the programs that the installation runs.
 * @throws RuntimeFailure naming the one that is missing and how to get it.
 */
export async function findToolchain(signal?: AbortSignal): Promise<Toolchain> {
  const python = await findPython(signal);
  await demandNpm(signal);
  await demand(
    'g++',
    'g++ is needed to compile the binding and was not found on the PATH. Install it with `apt-get install g++` (Fedora: `dnf install gcc-c++`).',
    signal,
  );
  return { python };
}

/** Finds the programs that the installation of an npm package runs. @throws RuntimeFailure naming the one that is missing. */
export async function findPackageTools(signal?: AbortSignal): Promise<void> {
  await demandNpm(signal);
  await demand('tar', 'tar is needed to unpack the package and was not found on the PATH. Install it with `apt-get install tar`.', signal);
}

function demandNpm(signal: AbortSignal | undefined): Promise<void> {
  const sentence =
    'npm is needed to fetch packages and was not found on the PATH. It comes with Node: install Node again from your package manager.';
  return demand('npm', sentence, signal);
}

async function findPython(signal: AbortSignal | undefined): Promise<string> {
  let found = false;
  for (const python of ['python3', 'python']) {
    try {
      const { exitCode } = await runTool(python, ['-m', 'pip', '--version'], { signal });
      if (exitCode === 0) return python;
      found = true;
    } catch (error) {
      if (!(error instanceof ToolMissing)) throw error;
    }
  }
  throw operationFailure(
    found
      ? "pip is needed to fetch TensorFlow's library and this Python has none. Install it with `apt-get install python3-pip` (or `python3 -m ensurepip`)."
      : "Python with pip is needed to fetch TensorFlow's library and was not found on the PATH. Install it with `apt-get install python3-pip`.",
  );
}

async function demand(tool: string, sentence: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    const { exitCode } = await runTool(tool, ['--version'], { signal });
    if (exitCode === 0) return;
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
  }
  throw operationFailure(sentence);
}

/**
 * Checks that the disk has room before anything is fetched; makes the folder.
 * @param folder the folder that engines are installed into.
 * @param roomLeft bytes free for this user on the folder's disk.
 */
export async function checkRoom(recipe: Recipe, folder: string, roomLeft: (folder: string) => Promise<number>): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw systemFailure(error, 'write', folder);
  }
  const free = await roomLeft(folder);
  if (free >= recipe.roomNeeded) return;
  throw operationFailure(
    `${folder}: ${recipe.engine} needs ${gigabytes(recipe.roomNeeded)} while it is installed, the disk has ${gigabytes(free)} left. ` +
      'Free some space, or set XDG_DATA_HOME to a folder on another disk.',
  );
}

export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
