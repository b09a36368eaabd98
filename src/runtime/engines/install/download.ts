import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { operationFailure } from '../../files/index.js';
import { systemErrorCode } from '../../files/system-error.js';
import { type PinnedPackage, type PinnedWheel, wheelTags } from './recipe.js';
import { lastLine, runTool, type ToolResult } from './tools.js';

const pollEveryMs = 250;

/** Where a download goes and how it is watched. */
export interface DownloadOptions {
  /** Folder for verified files. */
  readonly downloads: string;
  /** Folder for everything that is not verified yet; on the same disk. */
  readonly scratch: string;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the bytes that have arrived. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Fetches a wheel with pip and checks its hash; a verified one from an earlier attempt is taken as it is.
 * @returns its path. @throws RuntimeFailure without a network, or when the hash is another.
 */
export async function downloadWheel(wheel: PinnedWheel, python: string, options: DownloadOptions): Promise<string> {
  const kept = join(options.downloads, wheel.fileName);
  if ((await hashOf(kept, 'sha256', 'hex')) === wheel.sha256) return kept;
  const { scratch, signal, onBytes } = options;
  const target = join(scratch, 'wheel');
  await mkdir(join(scratch, 'pip'), { recursive: true });
  const requirement = `${wheel.distribution}==${wheel.version}`;
  const tags = [
    '--python-version',
    wheelTags.pythonVersion,
    '--implementation',
    wheelTags.implementation,
    '--abi',
    wheelTags.abi,
    '--platform',
    wheelTags.platform,
  ];
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary=:all:',
    ...tags,
    '--no-cache-dir',
    '--no-input',
    '--disable-pip-version-check',
    '--progress-bar',
    'off',
  ];
  const watch = watchFolder(scratch, onBytes);
  const result = await runTool(python, [...args, '--dest', target, requirement], {
    signal,
    environment: { TMPDIR: join(scratch, 'pip') },
  }).finally(watch.stop);
  if (result.exitCode !== 0)
    throw downloadFailure(`pip could not download ${requirement}`, result, 'PIP_INDEX_URL names another package index');
  return keepVerified(join(target, wheel.fileName), kept, wheel.sha256, 'sha256', 'hex');
}

/** Fetches the tarball of an npm package, without its dependencies and without running any of its scripts. */
export async function downloadPackage(pinned: PinnedPackage, options: DownloadOptions): Promise<string> {
  const fileName = `${pinned.name.replace(/^@/, '').replace('/', '-')}-${pinned.version}.tgz`;
  const kept = join(options.downloads, fileName);
  if ((await hashOf(kept, 'sha512', 'base64')) === pinned.sha512) return kept;
  const target = join(options.scratch, 'npm');
  await mkdir(target, { recursive: true });
  const specification = `${pinned.name}@${pinned.version}`;
  const result = await runTool('npm', ['pack', specification, '--pack-destination', target, '--ignore-scripts', '--loglevel=error'], {
    signal: options.signal,
    cwd: target,
  });
  if (result.exitCode !== 0)
    throw downloadFailure(`npm could not download ${specification}`, result, '`npm config get registry` names the registry in use');
  return keepVerified(join(target, fileName), kept, pinned.sha512, 'sha512', 'base64');
}

function downloadFailure(what: string, result: ToolResult, where: string): Error {
  const output = `${result.stdout}\n${result.stderr}`;
  if (/no space left|errno 28|ENOSPC/i.test(output))
    return operationFailure(`${what}: no room left on the disk. Free some space and run the command again.`);
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|NewConnectionError|ConnectTimeout|Name or service not known|Temporary failure in name resolution|ProxyError/i.test(
      output,
    )
  ) {
    return operationFailure(`${what}: it is out of reach from here. Check the network and run the command again (${where}).`);
  }
  return operationFailure(`${what}: ${lastLine(result)}. Check the network and run the command again (${where}).`);
}

async function keepVerified(
  downloaded: string,
  kept: string,
  expected: string,
  algorithm: string,
  encoding: 'hex' | 'base64',
): Promise<string> {
  const actual = await hashOf(downloaded, algorithm, encoding);
  if (actual !== expected) {
    throw operationFailure(
      actual === undefined
        ? `${downloaded}: the download said it succeeded, but the file is not there. Run the command again.`
        : `The download ${downloaded.split('/').at(-1)} is not the file that mfnc was tested with and was refused (${algorithm} ${actual}, expected ${expected}). Run the command again; if it repeats, your package index serves another file.`,
    );
  }
  await mkdir(join(kept, '..'), { recursive: true });
  await rename(downloaded, kept);
  return kept;
}

/** Hash of a file; undefined where there is none. */
async function hashOf(path: string, algorithm: string, encoding: 'hex' | 'base64'): Promise<string | undefined> {
  const hash = createHash(algorithm);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest(encoding);
}

/** Reports the size of the largest file that grows below a folder: pip has no portable way of telling how far it is. */
function watchFolder(folder: string, onBytes: ((bytes: number) => void) | undefined): { stop: () => void } {
  if (!onBytes) return { stop: () => undefined };
  const timer = setInterval(() => void largestFile(folder).then(onBytes, () => undefined), pollEveryMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function largestFile(folder: string): Promise<number> {
  let largest = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const size = await stat(join(entry.parentPath, entry.name)).then(
      (s) => s.size,
      () => 0,
    );
    largest = Math.max(largest, size);
  }
  return largest;
}

/** Removes downloads that are no longer needed. */
export async function forgetDownloads(downloads: string): Promise<void> {
  await rm(downloads, { recursive: true, force: true });
}
