import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recipes } from '../../../src/runtime/engines/install/index.js';
import { engineLocations } from '../../../src/runtime/engines/install/locations.js';
import { locateEngine } from '../../../src/runtime/engines/tfjs-node/location.js';
import { probeEngine } from '../../../src/runtime/engines/tfjs-node/probe.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A project and a data folder with nothing in them. */
function emptyPlaces() {
  const folder = temporaryFolder();
  const project = join(folder, 'project');
  mkdirSync(project);
  return { project, environment: { XDG_DATA_HOME: join(folder, 'data') } };
}

function writeFile(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

function installPackage(project: string, bindings: readonly string[]): string {
  const folder = join(project, 'node_modules/@tensorflow/tfjs-node');
  writeFile(join(folder, 'package.json'), JSON.stringify({ name: '@tensorflow/tfjs-node', version: '4.20.0' }));
  for (const binding of bindings) writeFile(join(folder, 'lib', binding, 'tfjs_binding.node'), 'no library');
  return folder;
}

function installEngineFolder(environment: NodeJS.ProcessEnv): string {
  const { folder } = engineLocations(recipes['tfjs-node'], environment);
  writeFile(join(folder, 'lib/napi-v8/tfjs_binding.node'), 'no library');
  writeFile(join(folder, 'engine.json'), JSON.stringify({ engine: 'tfjs-node', binding: '4.22.0', tensorflow: '2.21.0' }));
  return folder;
}

describe('the engine tfjs-node is found', () => {
  it('nowhere where nothing is installed, with the way to get it', async () => {
    const places = emptyPlaces();
    expect(await locateEngine('tfjs-node', places)).toBeUndefined();
    const status = await probeEngine('tfjs-node', places);
    expect(status).toMatchObject({ available: false, reason: expect.stringContaining('mfnc engine install tfjs-node') });
  });

  it('in the folder that mfnc installs it into', async () => {
    const places = emptyPlaces();
    const folder = installEngineFolder(places.environment);
    expect(await locateEngine('tfjs-node', places)).toMatchObject({ origin: 'installed', folder, version: '4.22.0', tensorflow: '2.21.0' });
    expect(await locateEngine('tfjs-node-gpu', places)).toBeUndefined();
  });

  it('as a package of the project, before the installed one', async () => {
    const places = emptyPlaces();
    installEngineFolder(places.environment);
    const folder = installPackage(places.project, ['napi-v3', 'napi-v8']);
    expect(await locateEngine('tfjs-node', places)).toMatchObject({
      origin: 'package',
      version: '4.20.0',
      binding: join(folder, 'lib/napi-v8/tfjs_binding.node'),
    });
  });

  it('past a package whose binding was never downloaded, or speaks a newer Node-API than this Node', async () => {
    const places = emptyPlaces();
    const folder = installEngineFolder(places.environment);
    installPackage(places.project, ['napi-v9999']);
    expect(await locateEngine('tfjs-node', places)).toMatchObject({ folder });
  });

  it('and does not harm this process when its library does not load', async () => {
    const places = emptyPlaces();
    const folder = installPackage(places.project, ['napi-v8']);
    const status = await probeEngine('tfjs-node', places);
    expect(status).toMatchObject({ available: false, location: folder, devices: [] });
    expect(status.reason).toMatch(/does not load: .+\. Install the package again/);
  });
});
