import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bindingFile, logLevelFile } from '../install/compile-binding.js';
import { findInstalled, type TensorFlowEngineName } from '../install/index.js';

/** Where an engine's native library lies. */
export interface NativeLocation {
  readonly engine: TensorFlowEngineName;
  /** A package that npm installed for the project (or for mfnc), or the folder that `mfnc engine install` made. */
  readonly origin: 'package' | 'installed';
  readonly folder: string;
  /** Path of the Node addon. */
  readonly binding: string;
  /** Path of the addon that quiets TensorFlow's start, where mfnc built the engine. */
  readonly logLevel?: string;
  /** Version of the tfjs-node package. */
  readonly version: string;
  /** Version of TensorFlow where it is known without loading it. */
  readonly tensorflow?: string;
}

export interface LocationOptions {
  /** Folder whose node_modules are looked into first. Default: the working folder. */
  readonly project?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Finds an engine: a package of the project that has its binding, then one beside mfnc, then what `mfnc engine install` made.
 * Looks at files only.
 */
export async function locateEngine(engine: TensorFlowEngineName, options: LocationOptions = {}): Promise<NativeLocation | undefined> {
  const { project = process.cwd(), environment = process.env } = options;
  for (const base of [pathToFileURL(join(project, 'package.json')).href, import.meta.url]) {
    const found = await locatePackage(engine, base);
    if (found) return found;
  }
  const installed = await findInstalled(engine, environment);
  if (!installed) return undefined;
  const logLevel = join(installed.folder, logLevelFile);
  return {
    engine,
    origin: 'installed',
    folder: installed.folder,
    binding: join(installed.folder, bindingFile),
    ...(existsSync(logLevel) ? { logLevel } : {}),
    version: installed.binding,
    tensorflow: installed.tensorflow,
  };
}

async function locatePackage(engine: TensorFlowEngineName, base: string): Promise<NativeLocation | undefined> {
  try {
    const manifestPath = createRequire(base).resolve(`@tensorflow/${engine}/package.json`);
    const manifest: unknown = JSON.parse(await readFile(manifestPath, 'utf8'));
    const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
    const folder = dirname(manifestPath);
    const binding = await newestBinding(join(folder, 'lib'));
    return binding === undefined ? undefined : { engine, origin: 'package', folder, binding, version };
  } catch {
    return undefined;
  }
}

/** `lib/napi-v8/tfjs_binding.node`: of the highest Node-API version that this Node speaks. */
async function newestBinding(lib: string): Promise<string | undefined> {
  const supported = Number(process.versions.napi ?? 0);
  const versions = (await readdir(lib))
    .map((name) => Number(/^napi-v(\d+)$/.exec(name)?.[1] ?? 0))
    .filter((version) => version > 0 && version <= supported)
    .sort((a, b) => b - a);
  return versions.map((version) => join(lib, `napi-v${version}`, 'tfjs_binding.node')).find((path) => existsSync(path));
}
