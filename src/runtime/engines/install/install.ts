import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RuntimeFailure, systemFailure, withLock } from '../../files/index.js';
import { systemErrorCode } from '../../files/system-error.js';
import { compileBinding, libraryFolder } from './compile-binding.js';
import { downloadPackage, downloadWheel, forgetDownloads } from './download.js';
import { buildPackage } from './install-package.js';
import { lockedActivity, readMarker } from './installed.js';
import { type EngineLocations, engineLocations } from './locations.js';
import { markerFile } from './marker.js';
import { checkPlatform, checkRoom, findPackageTools, findToolchain, freeBytes, type Platform, thisPlatform } from './preconditions.js';
import { isPackageRecipe, type Recipe, type TensorFlowRecipe } from './recipe.js';
import { smokeTest } from './smoke-test.js';
import { unpackPackage, unpackWheel } from './unpack.js';

/** What an installation is doing; `bytes` while something is being downloaded. */
export interface InstallProgress {
  /** One-based. */
  readonly step: number;
  readonly steps: number;
  readonly message: string;
  readonly bytes?: { readonly done: number; readonly total: number };
}

/** What an installation asks of the machine; tests give other answers. */
export interface Machine {
  platform(): Platform;
  /** Bytes free for this user on a folder's disk. */
  roomLeft(folder: string): Promise<number>;
  /** Tries the engine on TensorFlow in a folder. @throws RuntimeFailure when it does not run. */
  tryEngine(folder: string, signal?: AbortSignal): Promise<void>;
}

const thisMachine: Machine = { platform: thisPlatform, roomLeft: freeBytes, tryEngine: smokeTest };

export interface InstallOptions {
  /** Ends the installation; nothing stays half-installed. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InstallProgress) => void;
  readonly machine?: Machine;
}

export interface InstallResult {
  readonly folder: string;
  /** False when the engine was there already. */
  readonly installed: boolean;
}

/**
 * Installs an engine as its recipe says, for all projects of the user: TensorFlow's library from its official wheel with tfjs-node's binding compiled
 * against it, or an npm package that carries its binary. May be interrupted and repeated at any time: everything is built in a folder beside the
 * final one and renamed at the end, after the engine has been tried.
 * @throws RuntimeFailure with one sentence that says what is missing and how to get it.
 */
export async function installEngine(recipe: Recipe, options: InstallOptions = {}): Promise<InstallResult> {
  const locations = engineLocations(recipe);
  if (await readMarker(locations.folder)) return { folder: locations.folder, installed: false };
  const build = await prepare(recipe, locations, options);
  return withLock(locations.lock, lockedActivity, async () => {
    if (await readMarker(locations.folder)) return { folder: locations.folder, installed: false };
    try {
      await build();
    } catch (error) {
      if (error instanceof RuntimeFailure || systemErrorCode(error) === undefined) throw error;
      throw systemFailure(error, 'write', locations.partial);
    } finally {
      await rm(locations.partial, { recursive: true, force: true });
    }
    await forgetDownloads(locations.downloads);
    return { folder: locations.folder, installed: true };
  });
}

/** Checks what the installation needs, before anything is fetched. @returns the installation. */
async function prepare(recipe: Recipe, locations: EngineLocations, options: InstallOptions): Promise<() => Promise<void>> {
  const { machine = thisMachine } = options;
  if (!isPackageRecipe(recipe)) checkPlatform(recipe, machine.platform());
  await checkRoom(recipe, dirname(locations.folder), machine.roomLeft);
  if (isPackageRecipe(recipe)) {
    await findPackageTools(options.signal);
    return () => buildPackage(recipe, locations, options);
  }
  const { python } = await findToolchain(options.signal);
  return () => buildTensorFlow(recipe, locations, python, options);
}

async function buildTensorFlow(
  recipe: TensorFlowRecipe,
  locations: EngineLocations,
  python: string,
  options: InstallOptions,
): Promise<void> {
  const { signal, machine = thisMachine } = options;
  const { partial, folder, downloads } = locations;
  // What an interrupted installation left behind; the lock says that nobody is at work on it.
  await rm(partial, { recursive: true, force: true });
  const scratch = join(partial, 'scratch');
  const engine = join(partial, 'engine');
  await mkdir(scratch, { recursive: true });
  const steps = 5;
  const report = (step: number, message: string, bytes?: InstallProgress['bytes']) =>
    options.onProgress?.({ step, steps, message, ...(bytes ? { bytes } : {}) });

  report(1, `downloading ${recipe.binding.name} ${recipe.binding.version}`);
  const binding = await downloadPackage(recipe.binding, { downloads, scratch, signal });
  const headers = await downloadPackage(recipe.headers, { downloads, scratch, signal });

  const total = recipe.wheel.bytes;
  const fetching = `downloading ${recipe.wheel.distribution} ${recipe.wheel.version}`;
  report(2, fetching, { done: 0, total });
  const onBytes = (done: number) => report(2, fetching, { done: Math.min(done, total), total });
  const wheel = await downloadWheel(recipe.wheel, python, { downloads, scratch, signal, onBytes });

  report(3, 'unpacking');
  await unpackPackage(binding, join(scratch, 'binding'), python, signal);
  await unpackPackage(headers, join(scratch, 'headers'), python, signal);
  await unpackWheel(wheel, scratch, python, signal);
  await mkdir(join(engine, libraryFolder), { recursive: true });
  for (const library of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    await rename(join(scratch, 'tensorflow', library), join(engine, libraryFolder, library));
  }
  await rename(join(scratch, 'tensorflow', 'include', 'LICENSE'), join(engine, 'LICENSE'));

  report(4, 'compiling the binding');
  const sources = {
    binding: join(scratch, 'binding', 'package'),
    headers: join(scratch, 'headers', 'package'),
    include: join(scratch, 'tensorflow', 'include'),
  };
  await compileBinding(engine, sources, signal);

  report(5, 'testing');
  await machine.tryEngine(engine, signal);
  const marker = { engine: recipe.engine, binding: recipe.binding.version, tensorflow: recipe.wheel.version, wheel: recipe.wheel.sha256 };
  await writeFile(join(engine, markerFile), `${JSON.stringify(marker, null, 2)}\n`);
  await rm(folder, { recursive: true, force: true });
  await rename(engine, folder);
}
