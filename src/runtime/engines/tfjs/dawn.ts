import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EngineFailure } from '../engine.js';
import { findInstalledPackage } from '../install/index.js';

/** Where Dawn, Chromium's implementation of WebGPU, lies: the npm package `webgpu`. */
export interface DawnLocation {
  /** A package that npm installed for the project (or for mfnc), or the folder that `mfnc engine install` made. */
  readonly origin: 'package' | 'installed';
  readonly folder: string;
  /** Module that exports `create` and `globals`. */
  readonly entry: string;
  readonly version: string;
}

export interface LocationOptions {
  /** Folder whose node_modules are looked into first. Default: the working folder. */
  readonly project?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Finds Dawn: the project's package, then one beside mfnc, then what `mfnc engine install tfjs-webgpu` made. Looks at files only. */
export async function locateDawn(options: LocationOptions = {}): Promise<DawnLocation | undefined> {
  const { project = process.cwd(), environment = process.env } = options;
  for (const base of [pathToFileURL(join(project, 'package.json')).href, import.meta.url]) {
    const found = await locatePackage(base);
    if (found) return found;
  }
  const installed = await findInstalledPackage('tfjs-webgpu', environment);
  if (!installed) return undefined;
  const { folder, version } = installed;
  return { origin: 'installed', folder, entry: join(folder, 'index.js'), version };
}

async function locatePackage(base: string): Promise<DawnLocation | undefined> {
  try {
    const manifestPath = createRequire(base).resolve('webgpu/package.json');
    const manifest: unknown = JSON.parse(await readFile(manifestPath, 'utf8'));
    if (typeof manifest !== 'object' || manifest === null || !('version' in manifest) || !('main' in manifest)) return undefined;
    const folder = dirname(manifestPath);
    return { origin: 'package', folder, entry: join(folder, String(manifest.main)), version: String(manifest.version) };
  } catch {
    return undefined;
  }
}

let provided: Promise<void> | undefined;

/**
 * Gives this process what a page has: WebGPU's classes and constants, and `navigator.gpu`. Does nothing where something else gave them already.
 * @throws EngineFailure when the library cannot be loaded.
 */
export function provideWebGPU(location: DawnLocation): Promise<void> {
  provided ??= provide(location);
  return provided;
}

async function provide({ entry, folder }: DawnLocation): Promise<void> {
  const navigator: unknown = Reflect.get(globalThis, 'navigator');
  if (typeof navigator === 'object' && navigator !== null && 'gpu' in navigator) return;
  try {
    const dawn = (await import(pathToFileURL(entry).href)) as { create(flags: readonly string[]): unknown; globals: object };
    Object.assign(globalThis, dawn.globals);
    // Node has a navigator from version 21 on. The GPU object stays referenced: Dawn ends with it.
    const gpu = { value: dawn.create([]), configurable: true, enumerable: true };
    if (typeof navigator === 'object' && navigator !== null) Object.defineProperty(navigator, 'gpu', gpu);
    else Object.defineProperty(globalThis, 'navigator', { value: Object.defineProperty({}, 'gpu', gpu), configurable: true });
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new EngineFailure(`tfjs-webgpu: the WebGPU library at ${folder} could not be loaded: ${reason}.`, { cause: error });
  }
}
