import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { operationFailure } from '../../files/index.js';
import { downloadPackage } from './download.js';
import type { InstallOptions } from './install.js';
import type { EngineLocations } from './locations.js';
import { markerFile } from './marker.js';
import type { PackageRecipe } from './recipe.js';
import { lastLine, runTool } from './tools.js';

/** Module of the package `webgpu` that exports WebGPU, relative to its folder. */
export const packageEntry = 'index.js';

/** Loads the library in a process of its own. Whether there is an adapter is another question: `doctor` answers it. */
const loadScript = `
try {
  const { create } = await import(process.argv[1]);
  if (typeof create([]).requestAdapter !== 'function') throw new Error('it is not a WebGPU library');
  process.exit(0);
} catch (error) {
  console.error(String(error?.message ?? error).split('\\n')[0]);
  process.exit(1);
}
`;

/** Folder of the package that holds the binary of this platform. */
function binaryFolder(): string {
  return `dist/${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
}

/**
 * Fetches an npm package and unpacks what this platform needs of it: the package holds the binaries of five.
 * @throws RuntimeFailure without a network, on a platform that the package has no binary for, or when the library does not load.
 */
export async function buildPackage(recipe: PackageRecipe, locations: EngineLocations, options: InstallOptions): Promise<void> {
  const { signal } = options;
  const { partial, folder, downloads } = locations;
  await rm(partial, { recursive: true, force: true });
  const scratch = join(partial, 'scratch');
  await mkdir(scratch, { recursive: true });
  const steps = 3;
  const { name, version } = recipe.package;

  options.onProgress?.({ step: 1, steps, message: `downloading ${name} ${version}` });
  const tarball = await downloadPackage(recipe.package, { downloads, scratch, ...(signal ? { signal } : {}) });

  options.onProgress?.({ step: 2, steps, message: 'unpacking' });
  const members = ['package.json', packageEntry, 'LICENSE.md', binaryFolder()].map((path) => `package/${path}`);
  const unpacked = await runTool('tar', ['-xzf', tarball, '-C', scratch, ...members], { signal });
  if (unpacked.exitCode !== 0) {
    throw operationFailure(
      /[Nn]ot found in archive/.test(unpacked.stderr)
        ? `${name} ${version} has no binary for ${process.platform} on ${process.arch}. Use the engine onnx here.`
        : `${name}-${version}.tgz could not be unpacked: ${lastLine(unpacked)}. Run the command again.`,
    );
  }

  options.onProgress?.({ step: 3, steps, message: 'testing' });
  const engine = join(scratch, 'package');
  const entry = pathToFileURL(join(engine, packageEntry)).href;
  const loaded = await runTool(process.execPath, ['--input-type=module', '-e', loadScript, entry], { signal });
  if (loaded.exitCode !== 0) {
    throw operationFailure(`${name} was unpacked but does not load on this machine: ${lastLine(loaded)}. Use the engine onnx here.`);
  }
  await writeFile(
    join(engine, markerFile),
    `${JSON.stringify({ engine: recipe.engine, version, sha512: recipe.package.sha512 }, null, 2)}\n`,
  );
  await rm(folder, { recursive: true, force: true });
  await rename(engine, folder);
}
