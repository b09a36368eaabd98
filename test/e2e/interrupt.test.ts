import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startMfnc } from '../support/process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeTinyRun, type TinyRun } from '../support/tiny-run.js';

/** Waits until the log of a run has `steps` lines. */
async function logged(tiny: TinyRun, name: string, steps: number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (existsSync(join(tiny.folder, 'runs', name, 'log.jsonl')) && tiny.log(name).length >= steps) return;
    await wait(50);
  }
  throw new Error('the training did not get going');
}

const slow = { training: { plain: { steps: 100_000 } } };

describe('Ctrl-C during a training', () => {
  it('finishes the step, says how to go on, and leaves what --resume continues without a step twice', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const path = tiny.runFile('run', slow);
    const training = startMfnc('train', path, '--engine', 'onnx');
    await logged(tiny, 'run', 3);
    training.process.kill('SIGINT');
    const { code, stdout, stderr } = await training.ended;
    expect(code, stderr).toBe(130);
    expect(stdout).toContain(`Go on with: mfnc train ${path} --resume`);
    expect(stderr).not.toMatch(/\n\s+at /);
    const done = tiny.log('run').length;
    const resumed = await startMfnc('train', path, '--engine', 'onnx', '--resume', '--max-steps', String(done + 2)).ended;
    expect(resumed.code, resumed.stderr).toBe(0);
    const names = tiny.log('run').map(({ stage, step }) => `${stage} ${step}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(done);
  });

  it('leaves a whole state even when the process is killed outright', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const path = tiny.runFile('run', { ...slow, checkpoint: { every: 1 } });
    const training = startMfnc('train', path, '--engine', 'onnx');
    await logged(tiny, 'run', 5);
    training.process.kill('SIGKILL');
    await training.ended;
    const resumed = await startMfnc('train', path, '--engine', 'onnx', '--resume', '--max-steps', '9').ended;
    expect(resumed.code, resumed.stderr).toBe(0);
    const steps = tiny
      .log('run')
      .filter(({ stage }) => stage === 'plain')
      .map(({ step }) => step);
    expect(steps).toEqual(steps.map((_, i) => i + 1));
  });
});
