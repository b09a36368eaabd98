import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { remaining } from '../../examples/web/src/page/remaining.js';
import { resultName } from '../../examples/web/src/page/result-name.js';
import { panned, pixelView, splitAfterKey, wholeView } from '../../examples/web/src/page/view.js';

const side = fc.integer({ min: 1, max: 8000 });
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

describe('the view of the comparison', () => {
  it('at actual size shows no gap beside a picture that is larger than the frame, and a smaller one in the middle', () => {
    fc.assert(
      fc.property(side, side, side, side, fraction, fraction, fc.integer({ min: -9000, max: 9000 }), (w, h, fw, fh, x, y, move) => {
        const frame = { width: fw, height: fh };
        const view = panned(pixelView({ width: w, height: h }, frame, 1, { x, y }), move, -move, frame);
        expect([view.width, view.height]).toEqual([w, h]);
        for (const [start, length, space] of [
          [view.x, w, fw],
          [view.y, h, fh],
        ] as const) {
          if (length <= space) expect(start).toBe((space - length) / 2);
          else expect(start <= 0 && start + length >= space).toBe(true);
        }
      }),
    );
  });

  it('brings a point to the middle, in pixels of the screen', () => {
    const view = pixelView({ width: 4000, height: 3000 }, { width: 400, height: 300 }, 2, { x: 0.5, y: 0.25 });
    expect(view).toEqual({ x: -800, y: -225, width: 2000, height: 1500 });
    expect(wholeView({ width: 400, height: 300 })).toEqual({ x: 0, y: 0, width: 400, height: 300 });
  });
});

describe('the keys of the slider', () => {
  it('move by one percent, by ten with Shift or Page, to the ends with Home and End, and never beyond', () => {
    expect(splitAfterKey(50, 'ArrowRight', false)).toBe(51);
    expect(splitAfterKey(50, 'ArrowLeft', true)).toBe(40);
    expect(splitAfterKey(50, 'PageUp', false)).toBe(60);
    expect(splitAfterKey(50, 'Home', false)).toBe(0);
    expect(splitAfterKey(50, 'End', false)).toBe(100);
    expect(splitAfterKey(95, 'PageUp', false)).toBe(100);
    expect(splitAfterKey(0, 'ArrowDown', false)).toBe(0);
    expect(splitAfterKey(50, 'a', false)).toBeUndefined();
  });
});

describe('the words of the page', () => {
  it('say how long it will take', () => {
    expect(remaining(12, 3, 5)).toBe('a few seconds left');
    expect(remaining(10, 1, 5)).toBe('about 40 s left');
    expect(remaining(60, 1, 5)).toBe('about 4 min left');
  });

  it('name the result after the photograph', () => {
    expect(resultName('IMG 12.HEIC', 'image/png')).toBe('IMG 12-enhanced.png');
    expect(resultName('a.b.jpeg', 'image/jpeg')).toBe('a.b-enhanced.jpg');
    expect(resultName('.png', 'image/png')).toBe('photograph-enhanced.png');
  });
});
