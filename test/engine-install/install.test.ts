import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  findInstalled,
  type InstallProgress,
  installEngine,
  isPackageRecipe,
  type Machine,
  recipes,
  removeEngine,
} from '../../src/runtime/engines/install/index.js';
import { folderName } from '../../src/runtime/engines/install/recipe.js';
import { operationFailure } from '../../src/runtime/files/index.js';
import { fakeMachine, fakeRecipe, goodMachine } from './fake-tools.js';

const install = (machine: Partial<Machine> = {}) => installEngine(fakeRecipe, { machine: { ...goodMachine, ...machine } });

/** The failure of an installation; its message must be for a reader: whole sentences on one line. */
async function failureOf(installation: Promise<unknown>): Promise<string> {
  const error = await installation.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'RuntimeFailure', kind: 'operation' });
  const { message } = error as Error;
  expect(message).not.toContain('\n');
  expect(message).toMatch(/\.$/);
  return message;
}

describe('an installation', () => {
  it('ends in a folder that is found, with libraries, addons and a marker', async () => {
    const { engines } = fakeMachine();
    const { folder, installed } = await install();
    expect(installed).toBe(true);
    expect(readdirSync(engines)).toEqual(['tfjs-node-4.22.0-tensorflow-2.21.0']);
    expect(readdirSync(join(folder, 'deps/lib')).sort()).toEqual(['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']);
    expect(readdirSync(join(folder, 'lib/napi-v8')).sort()).toEqual(['log_level.node', 'tfjs_binding.node']);
    expect(await findInstalled('tfjs-node')).toMatchObject({ engine: 'tfjs-node', binding: '4.22.0', tensorflow: '2.21.0', folder });
  });

  it('tries the engine before it gets its final name', async () => {
    const { engines } = fakeMachine();
    const final = join(engines, folderName(fakeRecipe));
    const tried: boolean[] = [];
    await install({
      tryEngine: async (folder) => void tried.push(existsSync(join(folder, 'lib/napi-v8/tfjs_binding.node')), existsSync(final)),
    });
    expect(tried).toEqual([true, false]);
  });

  it('records in the marker what was installed', async () => {
    fakeMachine();
    const { folder } = await install();
    expect(JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8'))).toEqual({
      engine: 'tfjs-node',
      binding: '4.22.0',
      tensorflow: '2.21.0',
      wheel: fakeRecipe.wheel.sha256,
    });
  });

  it('reports its steps and the bytes of the large download', async () => {
    fakeMachine();
    const seen: InstallProgress[] = [];
    await installEngine(fakeRecipe, { machine: goodMachine, onProgress: (progress) => seen.push(progress) });
    expect([...new Set(seen.map(({ step, steps }) => `${step}/${steps}`))]).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5']);
    expect(seen.find(({ step }) => step === 2)?.bytes).toEqual({ done: 0, total: fakeRecipe.wheel.bytes });
  });

  it('that is repeated does nothing and needs no tools', async () => {
    const machine = fakeMachine();
    await install();
    machine.use({ python: 'missing', npm: 'missing', compiler: 'missing' });
    expect(await install()).toMatchObject({ installed: false });
  });

  it('replaces a folder that has no marker', async () => {
    const { engines } = fakeMachine();
    const folder = join(engines, folderName(fakeRecipe));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'rest'), '');
    await install();
    expect(existsSync(join(folder, 'rest'))).toBe(false);
  });
});

describe('what is missing is said in one sentence with what to do', () => {
  it.each([
    ['Python', { python: 'missing' }, /Python with pip .*apt-get install python3-pip/],
    ['pip', { python: 'no-pip' }, /pip is needed .*apt-get install python3-pip/],
    ['npm', { npm: 'missing' }, /npm is needed/],
    ['g++', { compiler: 'missing' }, /g\+\+ is needed .*apt-get install g\+\+/],
  ] as const)('%s', async (_, tools, message) => {
    const { engines, calls } = fakeMachine(tools);
    expect(await failureOf(install())).toMatch(message);
    expect(readdirSync(engines)).toEqual([]);
    expect(calls()).toEqual([]);
  });

  it('room on the disk, before anything is fetched', async () => {
    const { calls } = fakeMachine();
    expect(await failureOf(install({ roomLeft: async () => 4e8 }))).toMatch(/needs 1\.5 GB .* has 0\.4 GB left\. .*XDG_DATA_HOME/);
    expect(calls()).toEqual([]);
  });

  it.each([
    [{ os: 'darwin', architecture: 'arm64', glibc: undefined }, /Linux with an x64 processor, this is darwin on arm64/],
    [{ os: 'linux', architecture: 'x64', glibc: undefined }, /another C library/],
    [{ os: 'linux', architecture: 'x64', glibc: '2.17' }, /2\.27 or newer, this system has 2\.17/],
  ])('a platform that it works on: %o', async (platform, message) => {
    fakeMachine();
    expect(await failureOf(install({ platform: () => platform }))).toMatch(message);
  });

  it.each([
    ['pip without a network', { python: 'no-network' }, /pip could not download tensorflow-cpu==2\.21\.0: it is out of reach/],
    ['npm without a network', { npm: 'no-network' }, /npm could not download @tensorflow\/tfjs-node@4\.22\.0: it is out of reach/],
    ['a disk that fills up', { python: 'disk-full' }, /no room left on the disk/],
    ['a wheel with another hash', { python: 'other-file' }, /not the file that mfnc was tested with and was refused/],
    ['a compiler that fails', { compiler: 'compile-error' }, /could not compile the binding: tfjs_backend\.cc:12:3: error: no such thing/],
  ] as const)('%s', async (_, tools, message) => {
    const { engines } = fakeMachine(tools);
    expect(await failureOf(install())).toMatch(message);
    expect(readdirSync(engines).filter((name) => !name.endsWith('.downloads'))).toEqual([]);
    expect(await findInstalled('tfjs-node')).toBeUndefined();
  });

  it('an engine that does not run on this machine', async () => {
    fakeMachine();
    const tryEngine = async () => {
      throw operationFailure('The engine was built but does not run.');
    };
    await failureOf(install({ tryEngine }));
    expect(await findInstalled('tfjs-node')).toBeUndefined();
  });
});

describe('interruption and repetition', () => {
  it('leaves nothing half-installed when it is interrupted', async () => {
    const { engines, calls } = fakeMachine({ python: 'hangs' });
    const interruption = new AbortController();
    const installation = installEngine(fakeRecipe, { machine: goodMachine, signal: interruption.signal });
    const failure = failureOf(installation);
    await expect.poll(calls).toContain('pip download tensorflow-cpu==2.21.0');
    interruption.abort();
    expect(await failure).toMatch(/^Interrupted/);
    expect(readdirSync(engines).filter((name) => !name.endsWith('.downloads'))).toEqual([]);
  });

  it('takes up verified downloads of a failed attempt and forgets them after success', async () => {
    const machine = fakeMachine({ compiler: 'compile-error' });
    await failureOf(install());
    machine.use({});
    await install();
    expect(machine.calls().filter((call) => call.startsWith('pip download'))).toHaveLength(1);
    expect(readdirSync(machine.engines)).toEqual([folderName(fakeRecipe)]);
  });

  it('refuses a second installation at the same time', async () => {
    const { calls } = fakeMachine({ python: 'hangs' });
    const interruption = new AbortController();
    const first = failureOf(installEngine(fakeRecipe, { machine: goodMachine, signal: interruption.signal }));
    await expect.poll(calls).toContain('pip download tensorflow-cpu==2.21.0');
    expect(await failureOf(install())).toMatch(new RegExp(`process ${process.pid}\\) is installing`));
    interruption.abort();
    await first;
  });

  it('takes over the lock and removes the remains of a process that is gone', async () => {
    const { engines } = fakeMachine();
    const folder = join(engines, folderName(fakeRecipe));
    mkdirSync(`${folder}.partial`, { recursive: true });
    writeFileSync(join(`${folder}.partial`, 'rest'), '');
    writeFileSync(`${folder}.lock`, '999999999');
    await install();
    expect(readdirSync(engines)).toEqual([folderName(fakeRecipe)]);
  });
});

describe('removal', () => {
  it('removes an installed engine once', async () => {
    const { engines } = fakeMachine();
    await install();
    expect(await removeEngine('tfjs-node')).toBe(true);
    expect(readdirSync(engines)).toEqual([]);
    expect(await removeEngine('tfjs-node')).toBe(false);
  });
});

describe('the recipes', () => {
  const expectPinned = ({ version, sha512 }: { version: string; sha512: string }): void => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Buffer.from(sha512, 'base64')).toHaveLength(64);
  };

  it.each(Object.values(recipes))('$engine pins every download by version and hash', (recipe) => {
    if (isPackageRecipe(recipe)) return expectPinned(recipe.package);
    for (const pinned of [recipe.binding, recipe.headers]) expectPinned(pinned);
    expect(recipe.wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(recipe.wheel.fileName).toContain(recipe.wheel.version);
  });
});
