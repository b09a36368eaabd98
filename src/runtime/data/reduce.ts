import { crop, type RGBImage } from './pixels.js';

/** Makes an image smaller by a whole factor: means over factor x factor pixels, rounded. What is left over at the right and the bottom is cut off. */
export function reduceByMeans(image: RGBImage, factor: number): RGBImage {
  if (factor === 1) return image;
  const width = Math.floor(image.width / factor);
  const height = Math.floor(image.height / factor);
  const sums = new Uint32Array(width * height * 3);
  for (let y = 0; y < height * factor; y++) {
    const row = Math.floor(y / factor) * width;
    for (let x = 0; x < width * factor; x++) {
      const from = (y * image.width + x) * 3;
      const to = (row + Math.floor(x / factor)) * 3;
      for (let c = 0; c < 3; c++) sums[to + c] = (sums[to + c] as number) + (image.data[from + c] as number);
    }
  }
  return { width, height, data: Uint8Array.from(sums, (sum) => Math.round(sum / factor ** 2)) };
}

/** The part of an image that `reduceByMeans` makes smaller. */
export function reducible(image: RGBImage, factor: number): RGBImage {
  return crop(image, 0, 0, image.width - (image.width % factor), image.height - (image.height % factor));
}
