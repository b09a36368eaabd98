import type { RGBImage } from '../data/index.js';
import { imresize } from './imresize.js';

/** What `enlarge` does, as it is said beside numbers of what it makes. */
export const enlargedText = (factor: number): string => `enlarged ${factor} times (bicubic, MATLAB imresize)`;

/** An image enlarged by a whole factor as MATLAB's imresize does: bicubic, which papers on super-resolution compare with. */
export function enlarge(image: RGBImage, factor: number): RGBImage {
  if (factor === 1) return image;
  const { width, height } = image;
  const data = new Uint8Array(width * height * 3 * factor ** 2);
  for (let c = 0; c < 3; c++) {
    const values = Float64Array.from({ length: width * height }, (_, i) => image.data[3 * i + c] as number);
    imresize({ width, height, values }, factor, 'uint8').values.forEach((value, i) => {
      data[3 * i + c] = value;
    });
  }
  return { width: width * factor, height: height * factor, data };
}
