import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findEngine } from '../../src/runtime/engines/index.js';

// An engine's graph optimiser may order sums by the addresses of a process; only processes of their own show it.
describe.each(['onnx', 'tfjs-node'] as const)('train steps on %s', async (name) => {
  const present = await findEngine(name).catch(() => undefined);
  if (present === undefined) console.log(`skipped: ${name} is not installed, so its processes are not compared`);

  // Four processes, each of which compiles a train step: half a minute on a machine that is busy with other things.
  it.skipIf(present === undefined)('are equal bit by bit in every process', { timeout: 600_000 }, () => {
    const digest = () =>
      execFileSync(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'step-digest.ts'), name], { encoding: 'utf8' });
    const first = digest();
    expect(first).toMatch(/^[0-9a-f]{64}\n$/);
    expect([digest(), digest(), digest()]).toEqual([first, first, first]);
  });
});
