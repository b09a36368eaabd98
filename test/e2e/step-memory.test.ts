import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measureStepPeak, trainStepOf } from '../../bench/step-peak.js';
import { measureStep } from '../../src/compiler/3-lower/index.js';
import { estimatePeak } from '../../src/runtime/engines/step-memory.js';

const hasProc = existsSync('/proc/self/clear_refs');
if (!hasProc) console.info('skipped: the peak of a process is read from /proc');

describe.skipIf(!hasProc)('the memory that is estimated for a train step', () => {
  it('is within 15 % of what a process of its own takes', { timeout: 600_000 }, async () => {
    const program = trainStepOf({ model: 'lw-drgn', stage: 'degradation', width: 16, batch: 4, patch: 48 });
    const estimate = estimatePeak('onnx', measureStep(program))?.bytes ?? 0;
    const { before, peak } = await measureStepPeak('onnx', program);
    expect(Math.abs(estimate / (peak - before) - 1)).toBeLessThan(0.15);
  });
});
