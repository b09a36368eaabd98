import sharp from 'sharp';
import { encodeBitmap } from './bmp.js';
import type { ImageFormat } from './image.js';
import type { RGBImage } from './pixels.js';

/**
 * Encodes an 8-bit sRGB image. PNG and BMP are lossless; JPEG is written with quality 95 without chroma subsampling, WebP with quality 95.
 * No metadata is written: orientation has been applied to the pixels.
 * @param alpha width x height samples, kept where the format has transparency (all but JPEG).
 */
export async function encodeImage(image: RGBImage, format: ImageFormat, alpha?: Uint8Array): Promise<Uint8Array> {
  const { width, height } = image;
  const channels = alpha !== undefined && format !== 'jpeg' ? 4 : 3;
  const data = channels === 4 ? interleave(image, alpha as Uint8Array) : image.data;
  if (format === 'bmp') return encodeBitmap({ width, height, channels, data });
  const pipeline = sharp(data, { raw: { width, height, channels } });
  if (format === 'png') return pipeline.png().toBuffer();
  if (format === 'jpeg') return pipeline.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
  return pipeline.webp({ quality: 95, exact: true }).toBuffer();
}

function interleave({ data }: RGBImage, alpha: Uint8Array): Uint8Array {
  const result = new Uint8Array(alpha.length * 4);
  for (let i = 0; i < alpha.length; i++) {
    for (let c = 0; c < 3; c++) result[4 * i + c] = data[3 * i + c] as number;
    result[4 * i + 3] = alpha[i] as number;
  }
  return result;
}
