import { describe, expect, it } from 'vitest';
import { parseImageSize } from '../../src/cli/image-size.js';

describe('--size', () => {
  it.each([
    ['384x512', { height: 384, width: 512 }],
    ['8X16', { height: 8, width: 16 }],
    [' 400 x 600 ', { height: 400, width: 600 }],
  ])('%s is height before width', (text, size) => {
    expect(parseImageSize(text)).toEqual(size);
  });

  it.each(['', 'x', '8', '8x', '8x8x8', '8.5x8', '70000x8'])("'%s' is refused", (text) => {
    expect(() => parseImageSize(text)).toThrow('--size');
  });
});
