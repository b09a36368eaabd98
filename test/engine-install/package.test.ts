import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findInstalledPackage, installEngine, removeEngine } from '../../src/runtime/engines/install/index.js';
import { fakeMachine, fakePackage, goodMachine } from './fake-tools.js';

const binary = `dist/${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}/dawn.node`;

/** What the package `webgpu` holds, with a library that only says that it is there. */
const files: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "webgpu", "version": "0.6.2", "type": "module", "main": "index.js" }',
  'index.js': 'export const globals = {};\nexport const create = () => ({ requestAdapter: async () => null });\n',
  'LICENSE.md': 'BSD-3-Clause',
  'README.md': 'Dawn',
  [binary]: 'a library',
  'dist/another-platform/dawn.node': 'a library',
};

const leftIn = (engines: string): string[] => readdirSync(engines).filter((name) => !name.endsWith('.downloads'));

describe('an engine that comes as an npm package', () => {
  it('is unpacked for this platform only, found, not installed twice, and removed', async () => {
    const machine = fakeMachine({ python: 'missing', compiler: 'missing' });
    const recipe = fakePackage(machine, files);
    const { folder, installed } = await installEngine(recipe, { machine: goodMachine });
    expect(installed).toBe(true);
    expect(readdirSync(machine.engines)).toEqual(['tfjs-webgpu-webgpu-0.6.2']);
    expect(readdirSync(folder).sort()).toEqual(['LICENSE.md', 'dist', 'engine.json', 'index.js', 'package.json']);
    expect(readdirSync(join(folder, 'dist'))).toEqual([binary.split('/')[1]]);
    expect(await findInstalledPackage('tfjs-webgpu')).toEqual({ engine: 'tfjs-webgpu', version: '0.6.2', folder });
    expect(await installEngine(recipe, { machine: goodMachine })).toEqual({ folder, installed: false });
    expect(machine.calls()).toEqual(['npm pack webgpu@0.6.2']);
    expect(await removeEngine('tfjs-webgpu')).toBe(true);
    expect(await findInstalledPackage('tfjs-webgpu')).toBeUndefined();
  });

  it.each([
    ['without a network', { npm: 'no-network' }, files, /npm could not download webgpu@0\.6\.2: it is out of reach/],
    ['without npm', { npm: 'missing' }, files, /npm is needed/],
    ['on a platform that it has no binary for', {}, { ...files, [binary]: undefined }, /has no binary for .* Use the engine onnx here\.$/],
    [
      'whose library does not load',
      {},
      { ...files, 'index.js': "throw new Error('no such symbol')" },
      /does not load on this machine: .*no such symbol/,
    ],
  ] as const)('%s is refused in one sentence, and nothing stays', async (_, tools, content, message) => {
    const machine = fakeMachine(tools);
    const present = Object.fromEntries(Object.entries(content).filter((entry): entry is [string, string] => entry[1] !== undefined));
    await expect(installEngine(fakePackage(machine, present), { machine: goodMachine })).rejects.toThrow(message);
    expect(leftIn(machine.engines)).toEqual([]);
    expect(await findInstalledPackage('tfjs-webgpu')).toBeUndefined();
  });

  it('is refused where the registry serves another file', async () => {
    const machine = fakeMachine();
    const recipe = fakePackage(machine, files);
    const other = { ...recipe, package: { ...recipe.package, sha512: `${'A'.repeat(86)}==` } };
    await expect(installEngine(other, { machine: goodMachine })).rejects.toThrow(/not the file that mfnc was tested with and was refused/);
    expect(leftIn(machine.engines)).toEqual([]);
  });

  it('is not half-installed when it is interrupted', async () => {
    const machine = fakeMachine({ npm: 'hangs' });
    const interruption = new AbortController();
    const installation = installEngine(fakePackage(machine, files), { machine: goodMachine, signal: interruption.signal });
    const refused = expect(installation).rejects.toThrow(/^Interrupted/);
    await expect.poll(machine.calls).toContain('npm pack webgpu@0.6.2');
    interruption.abort();
    await refused;
    expect(leftIn(machine.engines)).toEqual([]);
  });
});
