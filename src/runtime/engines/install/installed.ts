import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../files/index.js';
import { bindingFile } from './compile-binding.js';
import { engineLocations } from './locations.js';
import { type InstallableEngine, installableEngines, recipes } from './recipe.js';

/** Written last: a folder without it is no engine. */
export const markerFile = 'engine.json';

/** What the holder of an engine's lock does. */
export const lockedActivity = 'is installing or removing this engine';

/** What the marker of an installed engine says. */
export interface InstalledEngine {
  readonly engine: InstallableEngine;
  /** Version of the tfjs-node package that the binding comes from. */
  readonly binding: string;
  readonly tensorflow: string;
  readonly folder: string;
}

/** Reads the marker of an engine's folder; undefined where no complete engine of the pinned versions is. */
export async function readMarker(folder: string): Promise<InstalledEngine | undefined> {
  try {
    const marker: unknown = JSON.parse(await readFile(join(folder, markerFile), 'utf8'));
    await stat(join(folder, bindingFile));
    if (typeof marker !== 'object' || marker === null) return undefined;
    const { engine, binding, tensorflow } = marker as Record<string, unknown>;
    const known = installableEngines.find((name) => name === engine);
    if (known === undefined || typeof binding !== 'string' || typeof tensorflow !== 'string') return undefined;
    return { engine: known, binding, tensorflow, folder };
  } catch {
    return undefined;
  }
}

/** The engine as `mfnc engine install` set it up, where it did. */
export function findInstalled(name: InstallableEngine, environment: NodeJS.ProcessEnv = process.env): Promise<InstalledEngine | undefined> {
  return readMarker(engineLocations(recipes[name], environment).folder);
}

/** All engines that `mfnc engine install` has set up. */
export async function listInstalled(environment: NodeJS.ProcessEnv = process.env): Promise<InstalledEngine[]> {
  const found = await Promise.all(installableEngines.map((name) => findInstalled(name, environment)));
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
