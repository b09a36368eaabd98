import { describe, expect, it } from 'vitest';
import { TrainProgress } from '../../src/cli/terminal/train-progress.js';

/** A stream that remembers what is written, and a clock to be set. */
function watched(options: { readonly columns?: number; readonly interactive?: boolean } = {}) {
  const written: string[] = [];
  const clock = { now: 0 };
  const stream = { columns: options.columns, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
  const progress = new TrainProgress('onnx', { stream, now: () => clock.now, interactive: options.interactive ?? false });
  return { written, clock, progress };
}

const record = (step: number) => ({ stage: 'refinement', step, losses: { L_reg: 0.12345, 'term.ssim': 0.5 }, rate: 1e-4, seconds: 0.5 });
const score = { name: 'a', width: 8, height: 8, scores: { psnr: 18.5, ssim: 0.75 }, input: { psnr: 8, ssim: 0.2 } };
const validated = {
  ...{ stage: 'refinement', step: 60, metric: 'psnr' as const, isBest: true, worst: [] },
  ...{ mean: { psnr: 18.5, ssim: 0.75 }, input: score.input, images: [score, score], protocols: {}, output: '' },
};

describe('the progress of a training', () => {
  it('is lines with ETA, images per second and loss terms in a log file, and goes on after a validation', () => {
    const { written, clock, progress } = watched();
    progress.stageStarted('refinement', 0, 100);
    for (let step = 1; step <= 100; step++) {
      clock.now += 500;
      progress.stepDone(record(step), 16 / 0.5);
      if (step !== 60) continue;
      progress.validating(1, 2);
      clock.now += 2000;
      progress.validating(2, 2);
      progress.validated(validated);
    }
    progress.stageEnded();
    expect(written).toEqual([
      'stage refinement on onnx  0/100 steps  0 %\n',
      'stage refinement on onnx  30/100 steps  30 %  ETA 35 s  32.0 images/s  L_reg 0.1235 term.ssim 0.5000\n',
      'stage refinement on onnx  60/100 steps  60 %  ETA 20 s  32.0 images/s  L_reg 0.1235 term.ssim 0.5000\n',
      'stage refinement, step 60: PSNR 18.50 dB, SSIM 0.7500, mean of 2 images, the best so far\n',
      'stage refinement on onnx  86/100 steps  86 %  ETA 8 s  32.0 images/s  L_reg 0.1235 term.ssim 0.5000\n',
      'stage refinement on onnx  100/100 steps  100 %  in 52 s  32.0 images/s  L_reg 0.1235 term.ssim 0.5000\n',
    ]);
  });

  it('forgets a slow start: the ETA goes by the later half of the steps', () => {
    const { written, clock, progress } = watched();
    progress.stageStarted('refinement', 0, 1000);
    clock.now += 60_000;
    for (let step = 1; step <= 100; step++) {
      clock.now += 100;
      progress.stepDone(record(step), 160);
    }
    clock.now += 10_000;
    progress.stepDone(record(101), 160);
    // 51 steps in 15.1 s; the minute of compiling would make it 12 min 30 s.
    expect(written.at(-1)).toContain('ETA 4 min 2');
  });

  it('writes a line less often after five minutes', () => {
    const { written, clock, progress } = watched();
    progress.stageStarted('refinement', 0, 10_000);
    for (let step = 1; step <= 1200; step++) {
      clock.now += 1000;
      progress.stepDone(record(step), 16);
    }
    expect(written).toHaveLength(1 + 300 / 15 + 900 / 60);
  });

  it('is one line within the width of a terminal, whatever that is', () => {
    for (const columns of [20, 40, 60, 80, 100, 200]) {
      const { written, clock, progress } = watched({ columns, interactive: true });
      progress.stageStarted('refinement', 0, 100);
      clock.now += 500;
      progress.stepDone(record(1), 32);
      const line = (written.at(-1) ?? '').replace('\r\x1b[K', '');
      expect(line.length, `${columns}`).toBeLessThan(columns);
      expect(line.startsWith('stage refinement')).toBe(true);
      if (columns >= 60) expect(line).toContain('1/100 steps');
      if (columns >= 100) expect(line).toContain('images/s');
      if (columns >= 200) expect(line).toContain('L_reg 0.1235 term.ssim 0.5000');
    }
  });

  it('has one bar a stage on a terminal, with notes above it', () => {
    const { written, clock, progress } = watched({ columns: 200, interactive: true });
    progress.stageStarted('refinement', 0, 2);
    clock.now += 500;
    progress.stepDone(record(1), 32);
    progress.validated(validated);
    clock.now += 500;
    progress.stepDone(record(2), 32);
    progress.stageEnded();
    const text = written.join('');
    expect(text.split('\n').map((line) => line.split('\r\x1b[K').at(-1))).toEqual([
      'stage refinement, step 60: PSNR 18.50 dB, SSIM 0.7500, mean of 2 images, the best so far',
      `stage refinement on onnx  ${'━'.repeat(24)}  2/2 steps  100 %  in 1 s  32.0 images/s  L_reg 0.1235 term.ssim 0.5000`,
      '',
    ]);
  });
});
