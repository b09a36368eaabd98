import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { engineNames } from '../../src/runtime/engines/index.js';
import { fakeMachine } from './fake-tools.js';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Runs mfnc as a user would, with the PATH and the data folder of the test. */
function mfnc(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', tsx, main, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr };
}

describe('mfnc engine', () => {
  it('says in one line what is missing, with exit code 1', () => {
    const { engines } = fakeMachine({ compiler: 'missing' });
    const { status, stdout, stderr } = mfnc('engine', 'install', 'tfjs-node');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^error: g\+\+ is needed .*apt-get install g\+\+/)]);
    expect(existsSync(join(engines, 'tfjs-node-4.22.0-tensorflow-2.21.0'))).toBe(false);
  });

  it('answers a wrong name with the right ones, with exit code 2', () => {
    fakeMachine();
    const { status, stderr } = mfnc('engine', 'install', 'tfjs-nod');
    expect(status).toBe(2);
    expect(stderr).toContain('tfjs-node, tfjs-node-gpu');
  });

  it('lists nothing, and removes nothing, where nothing is installed', () => {
    fakeMachine();
    expect(JSON.parse(mfnc('engine', 'list', '--json').stdout)).toEqual([]);
    expect(mfnc('engine', 'remove', 'tfjs-node')).toMatchObject({ status: 0, stdout: expect.stringContaining('is not installed') });
  });
});

describe('mfnc doctor', () => {
  it('lists all engines, and why one is not available, and ends with 0', () => {
    fakeMachine();
    const { status, stdout } = mfnc('doctor', '--json');
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.engines.map(({ name }: { name: string }) => name)).toEqual([...engineNames]);
    for (const engine of report.engines) {
      if (engine.available) expect(engine.devices.length, engine.name).toBeGreaterThan(0);
      else expect(engine.reason, engine.name).toMatch(/mfnc engine install|Install the Vulkan/);
    }
    expect(report.engines.find(({ name }: { name: string }) => name === report.auto)?.available).toBe(true);
  });
});
