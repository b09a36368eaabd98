import { describe, expect, it } from 'vitest';
import { waitingTime } from '../../../src/runtime/train/stage/stage-run.js';

const remedy = 'more loader.workers or a larger loader.cache may help';

describe('what is said of the time that a stage has waited for data', () => {
  it('has a remedy where much of a stage was waited, and none where little was', () => {
    expect(waitingTime({ steps: 50, seconds: 20, waiting: 5 })).toBe(
      `waited for data 25.0 % of the time of its steps (5.0 of 20.0 s); ${remedy}`,
    );
    expect(waitingTime({ steps: 50, seconds: 20, waiting: 0.5 })).toBe('waited for data 2.5 % of the time of its steps (0.5 of 20.0 s)');
  });

  it.each([
    { steps: 40, seconds: 0.3, waiting: 0.2 },
    { steps: 2, seconds: 30, waiting: 20 },
    { steps: 0, seconds: 0, waiting: 0 },
  ])('has none after a stage that was too short to tell: $steps steps in $seconds s', (time) => {
    expect(waitingTime(time)).not.toContain(remedy);
  });
});
