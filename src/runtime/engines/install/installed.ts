import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../files/index.js';
import { bindingFile } from './compile-binding.js';
import { packageEntry } from './install-package.js';
import { engineLocations } from './locations.js';
import { markerFile } from './marker.js';
import {
  type InstallableEngine,
  installableEngines,
  type PackageEngineName,
  packageEngines,
  recipes,
  type TensorFlowEngineName,
  tensorflowEngines,
} from './recipe.js';

/** What the holder of an engine's lock does. */
export const lockedActivity = 'is installing or removing this engine';

/** What the marker of an installed engine on TensorFlow says. */
export interface InstalledTensorFlow {
  readonly engine: TensorFlowEngineName;
  /** Version of the tfjs-node package that the binding comes from. */
  readonly binding: string;
  readonly tensorflow: string;
  readonly folder: string;
}

/** What the marker of an engine that came as an npm package says. */
export interface InstalledPackage {
  readonly engine: PackageEngineName;
  /** Version of the package. */
  readonly version: string;
  readonly folder: string;
}

export type InstalledEngine = InstalledTensorFlow | InstalledPackage;

/** Reads the marker of an engine's folder; undefined where no complete engine is. */
export async function readMarker(folder: string): Promise<InstalledEngine | undefined> {
  try {
    const marker: unknown = JSON.parse(await readFile(join(folder, markerFile), 'utf8'));
    if (typeof marker !== 'object' || marker === null) return undefined;
    const { engine, binding, tensorflow, version } = marker as Record<string, unknown>;
    const packaged = packageEngines.find((name) => name === engine);
    if (packaged !== undefined) {
      await stat(join(folder, packageEntry));
      return typeof version === 'string' ? { engine: packaged, version, folder } : undefined;
    }
    await stat(join(folder, bindingFile));
    const known = tensorflowEngines.find((name) => name === engine);
    if (known === undefined || typeof binding !== 'string' || typeof tensorflow !== 'string') return undefined;
    return { engine: known, binding, tensorflow, folder };
  } catch {
    return undefined;
  }
}

/** The engine on TensorFlow as `mfnc engine install` set it up, where it did. */
export async function findInstalled(
  name: TensorFlowEngineName,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<InstalledTensorFlow | undefined> {
  const found = await readMarker(engineLocations(recipes[name], environment).folder);
  return found !== undefined && 'tensorflow' in found ? found : undefined;
}

/** The package of an engine as `mfnc engine install` set it up, where it did. */
export async function findInstalledPackage(
  name: PackageEngineName,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<InstalledPackage | undefined> {
  const found = await readMarker(engineLocations(recipes[name], environment).folder);
  return found !== undefined && 'version' in found ? found : undefined;
}

/** All engines that `mfnc engine install` has set up. */
export async function listInstalled(environment: NodeJS.ProcessEnv = process.env): Promise<InstalledEngine[]> {
  const found = await Promise.all(installableEngines.map((name) => readMarker(engineLocations(recipes[name], environment).folder)));
  return found.filter((engine) => engine !== undefined);
}

/**
 * Removes an installed engine and what an interrupted installation of it left.
 * @returns whether there was anything to remove.
 */
export async function removeEngine(name: InstallableEngine, environment: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const { folder, partial, downloads, lock } = engineLocations(recipes[name], environment);
  const present = await Promise.all(
    [folder, partial, downloads].map((path) =>
      stat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (!present.includes(true)) return false;
  return withLock(lock, lockedActivity, async () => {
    // The marker goes first: an interrupted removal leaves no folder that looks like an engine.
    await rm(join(folder, markerFile), { force: true });
    for (const path of [folder, partial, downloads]) await rm(path, { recursive: true, force: true });
    return true;
  });
}
