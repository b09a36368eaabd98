import { crop, type RGBImage } from '../data/pixels.js';

/** The smallest multiple of `divisor` that is at least `size`. */
export function roundUp(size: number, divisor: number): number {
  return Math.ceil(size / divisor) * divisor;
}

/** The image enlarged at its right and bottom edges by reflection about the last row and column, as often as it takes. */
export function padByReflection(image: RGBImage, width: number, height: number): RGBImage {
  if (width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  const columns = Array.from({ length: width }, (_, x) => reflect(x, image.width));
  for (let y = 0; y < height; y++) {
    const row = reflect(y, image.height) * image.width;
    columns.forEach((column, x) => {
      const from = (row + column) * 3;
      const to = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) data[to + c] = image.data[from + c] as number;
    });
  }
  return { width, height, data };
}

/** Takes away what `padByReflection` added. */
export function unpad(image: RGBImage, width: number, height: number): RGBImage {
  return crop(image, 0, 0, width, height);
}

function reflect(position: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = position % period;
  return within < length ? within : period - within;
}
