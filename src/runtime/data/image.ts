import { basename } from 'node:path';
import sharp from 'sharp';
import { inputFailure, readBytes } from '../files/index.js';
import { BitmapError, decodeBitmap, isBitmap } from './bmp.js';
import type { RGBImage } from './pixels.js';

export const imageFormats = ['png', 'jpeg', 'webp', 'bmp'] as const;
/** The formats that are read and written. */
export type ImageFormat = (typeof imageFormats)[number];

/** An image as it was read, upright: the EXIF orientation has been applied. */
export interface DecodedImage extends RGBImage {
  readonly format: ImageFormat;
  /** width x height samples, 255 opaque; only where some pixel is not opaque. */
  readonly alpha?: Uint8Array;
  /** Whether the file held one grey channel, which is now repeated three times. */
  readonly grey: boolean;
}

/**
 * training: transparent pixels are refused, for nobody knows what was behind them.
 * enhancement: transparency is kept apart and given back unchanged.
 */
export type ImagePurpose = 'training' | 'enhancement';

/** Width, height and format of an image file, from its header. */
export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
}

const largestFile = 512 * 2 ** 20;
const extensions: Readonly<Record<string, ImageFormat>> = { png: 'png', jpg: 'jpeg', jpeg: 'jpeg', webp: 'webp', bmp: 'bmp' };

/** Format that a file's name promises; undefined for names of other files. */
export function formatOfName(path: string): ImageFormat | undefined {
  const extension = /\.([^.]+)$/.exec(basename(path))?.[1]?.toLowerCase();
  return extension === undefined ? undefined : extensions[extension];
}

/**
 * Decodes an image file into upright 8-bit sRGB. Grey images are repeated over three channels, palettes resolved, colour profiles converted to sRGB.
 * Refused, each with a sentence of its own: empty and truncated files, other formats, 16 bits a sample, CMYK, animations, and, for training, transparency.
 * @throws RuntimeFailure whose message starts with the path.
 */
export async function readImage(path: string, purpose: ImagePurpose): Promise<DecodedImage> {
  const bytes = await readImageBytes(path);
  if (isBitmap(bytes)) return withPurpose(path, purpose, fromBitmap(path, bytes));
  const { format, grey } = await checkHeader(path, bytes);
  try {
    const { data, info } = await sharp(bytes, { failOn: 'error' })
      .autoOrient()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return withPurpose(path, purpose, { format, grey, ...separate(data, info.width, info.height, info.channels) });
  } catch (error) {
    throw undecodable(path, format, error);
  }
}

/**
 * Reads an image's header and refuses what `readImage` would refuse by its header alone.
 * @returns width and height of the upright image.
 */
export async function readImageHeader(path: string): Promise<ImageHeader> {
  const bytes = await readImageBytes(path);
  if (!isBitmap(bytes)) return checkHeader(path, bytes);
  const { width, height } = fromBitmap(path, bytes);
  return { width, height, format: 'bmp' };
}

async function readImageBytes(path: string): Promise<Buffer> {
  const bytes = await readBytes(path, largestFile);
  if (bytes.length === 0) throw inputFailure(`${path}: is empty (zero bytes).`);
  return bytes;
}

async function checkHeader(path: string, bytes: Buffer): Promise<ImageHeader & { readonly grey: boolean }> {
  const metadata = await sharp(bytes)
    .metadata()
    .catch((error: unknown) => {
      const promised = formatOfName(path);
      if (/unsupported image format/.test(messageOf(error))) {
        throw inputFailure(
          `${path}: is not an image${promised === undefined ? '' : `, whatever its name says`}, or not one that is read (PNG, JPEG, WebP, BMP).`,
        );
      }
      throw undecodable(path, promised, error);
    });
  const format = imageFormats.find((name) => name === metadata.format);
  if (format === undefined)
    throw inputFailure(`${path}: is a ${metadata.format.toUpperCase()} image; PNG, JPEG, WebP and BMP are read. Convert it first.`);
  if ((metadata.pages ?? 1) > 1)
    throw inputFailure(`${path}: is an animation of ${metadata.pages} pictures. Take one of them out and give that.`);
  if (metadata.space === 'cmyk')
    throw inputFailure(`${path}: is a CMYK image, made for printing. Convert it to sRGB with the profile it was made with.`);
  if (metadata.depth !== 'uchar') {
    throw inputFailure(
      `${path}: has ${bitsOf(metadata.depth)} bits a sample; 8 are read. Convert it to 8 bits, with the tone curve you want: rounding it here would hide what the shadows lose.`,
    );
  }
  const { width, height } = metadata.autoOrient;
  return { width, height, format, grey: metadata.channels < 3 || metadata.space === 'b-w' };
}

function bitsOf(depth: string): string {
  return depth === 'ushort' || depth === 'short' ? '16' : '32';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function undecodable(path: string, format: ImageFormat | undefined, error: unknown): Error {
  const reason = messageOf(error).trim().split('\n')[0] ?? '';
  if (/pixel limit/i.test(reason)) return inputFailure(`${path}: has more pixels than can be decoded at once (268 million). Cut it first.`);
  return inputFailure(`${path}: is truncated or damaged ${format === undefined ? '' : `${format.toUpperCase()} `}data (${reason}).`, error);
}

function fromBitmap(path: string, bytes: Buffer): DecodedImage {
  try {
    const { width, height, channels, data } = decodeBitmap(bytes);
    return { format: 'bmp', grey: false, ...separate(data, width, height, channels) };
  } catch (error) {
    if (error instanceof BitmapError) throw inputFailure(`${path}: is a BMP image that cannot be read: ${error.message}.`);
    throw error;
  }
}

/** Separates 1 to 4 interleaved channels into colour and, where some pixel is not opaque, alpha. */
function separate(data: Uint8Array, width: number, height: number, channels: number): RGBImage & { alpha?: Uint8Array } {
  if (channels === 3) return { width, height, data };
  const pixels = width * height;
  const colour = new Uint8Array(pixels * 3);
  const alpha = new Uint8Array(pixels).fill(255);
  const isGrey = channels < 3;
  let opaque = true;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) colour[3 * i + c] = data[channels * i + (isGrey ? 0 : c)] as number;
    if (channels === 2 || channels === 4) {
      const value = data[channels * i + channels - 1] as number;
      alpha[i] = value;
      if (value !== 255) opaque = false;
    }
  }
  return opaque ? { width, height, data: colour } : { width, height, data: colour, alpha };
}

function withPurpose(path: string, purpose: ImagePurpose, image: DecodedImage): DecodedImage {
  if (purpose === 'training' && image.alpha !== undefined) {
    throw inputFailure(`${path}: has transparent pixels, and what should be behind them is unknown. Flatten it onto a background first.`);
  }
  return image;
}
