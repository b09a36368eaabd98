import { basename } from 'node:path';
import sharp, { type Metadata } from 'sharp';
import { RuntimeFailure, readBytes } from '../files/index.js';
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

/** Why an image file is refused. */
export type ImageFault =
  | 'empty'
  | 'not-an-image'
  | 'other-format'
  | 'damaged'
  | 'too-many-pixels'
  | 'animation'
  | 'cmyk'
  | 'bit-depth'
  | 'transparent';

/** A file that is no image which can be used; its message is `PATH: PROBLEM. REMEDY`. */
export class ImageFailure extends RuntimeFailure {
  constructor(
    readonly path: string,
    readonly fault: ImageFault,
    /** What is wrong, as the rest of a sentence that begins with the path. */
    readonly problem: string,
    /** What to do about this very fault; undefined where nothing but another file helps. */
    readonly remedy?: string,
    cause?: unknown,
  ) {
    super('input', `${path}: ${problem}.${remedy === undefined ? '' : ` ${remedy}`}`, { cause });
  }
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
  return withPurpose(path, purpose, { format, grey, ...(await decode(path, bytes, format)) });
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

/** The bytes of an image file. @throws RuntimeFailure when it cannot be read; ImageFailure when it is empty. */
export async function readImageBytes(path: string): Promise<Buffer> {
  const bytes = await readBytes(path, largestFile);
  if (bytes.length === 0) throw new ImageFailure(path, 'empty', 'is empty (zero bytes)');
  return bytes;
}

/** What libvips says of an image by its header. @throws ImageFailure for bytes that are no image. */
export async function readMetadata(path: string, bytes: Buffer): Promise<Metadata> {
  try {
    return await sharp(bytes).metadata();
  } catch (error) {
    const promised = formatOfName(path);
    if (!/unsupported image format/.test(messageOf(error))) throw undecodable(path, promised, error);
    throw new ImageFailure(
      path,
      'not-an-image',
      `is not an image${promised === undefined ? '' : `, whatever its name says`}, or not one that is read (PNG, JPEG, WebP, BMP)`,
    );
  }
}

/** Everything for which an image is refused by its header alone; empty for images that are read. */
export function headerFailures(path: string, metadata: Metadata): ImageFailure[] {
  const failures: ImageFailure[] = [];
  const refuse = (fault: ImageFault, problem: string, remedy: string) => failures.push(new ImageFailure(path, fault, problem, remedy));
  if (formatOf(metadata) === undefined)
    refuse('other-format', `is a ${metadata.format.toUpperCase()} image; PNG, JPEG, WebP and BMP are read`, 'Convert it first.');
  if ((metadata.pages ?? 1) > 1)
    refuse('animation', `is an animation of ${metadata.pages} pictures`, 'Take one of them out and give that.');
  if (metadata.space === 'cmyk')
    refuse('cmyk', 'is a CMYK image, made for printing', 'Convert it to sRGB with the profile it was made with.');
  if (metadata.depth !== 'uchar')
    refuse(
      'bit-depth',
      `has ${bitsOf(metadata.depth)} bits a sample; 8 are read`,
      'Convert it to 8 bits, with the tone curve you want: rounding it here would hide what the shadows lose.',
    );
  return failures;
}

/** The format, where it is one that is read. */
export function formatOf(metadata: Metadata): ImageFormat | undefined {
  return imageFormats.find((name) => name === metadata.format);
}

/** Whether an image holds one grey channel. */
export function isGrey(metadata: Metadata): boolean {
  return metadata.channels < 3 || metadata.space === 'b-w';
}

async function checkHeader(path: string, bytes: Buffer): Promise<ImageHeader & { readonly grey: boolean }> {
  const metadata = await readMetadata(path, bytes);
  const [failure] = headerFailures(path, metadata);
  if (failure !== undefined) throw failure;
  const { width, height } = metadata.autoOrient;
  return { width, height, format: formatOf(metadata) as ImageFormat, grey: isGrey(metadata) };
}

/**
 * Decodes the bytes of an image that libvips reads into upright 8-bit sRGB.
 * @param failOn 'error' for images that are used; 'warning' also fails where the decoder has something to complain of.
 * @throws ImageFailure
 */
export async function decode(
  path: string,
  bytes: Buffer,
  format: ImageFormat,
  failOn: 'error' | 'warning' = 'error',
): Promise<RGBImage & { readonly alpha?: Uint8Array }> {
  try {
    const { data, info } = await sharp(bytes, { failOn }).autoOrient().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    return separate(data, info.width, info.height, info.channels);
  } catch (error) {
    throw undecodable(path, format, error);
  }
}

function bitsOf(depth: string): string {
  return depth === 'ushort' || depth === 'short' ? '16' : '32';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function undecodable(path: string, format: ImageFormat | undefined, error: unknown): ImageFailure {
  const reason = messageOf(error).trim().split('\n')[0] ?? '';
  if (/pixel limit/i.test(reason))
    return new ImageFailure(path, 'too-many-pixels', 'has more pixels than can be decoded at once (268 million)', 'Cut it first.');
  const kind = format === undefined ? '' : `${format.toUpperCase()} `;
  return new ImageFailure(path, 'damaged', `is truncated or damaged ${kind}data (${reason})`, undefined, error);
}

/** Decodes the bytes of a Windows bitmap. @throws ImageFailure */
export function fromBitmap(path: string, bytes: Buffer): DecodedImage {
  try {
    const { width, height, channels, data } = decodeBitmap(bytes);
    return { format: 'bmp', grey: false, ...separate(data, width, height, channels) };
  } catch (error) {
    if (error instanceof BitmapError) throw new ImageFailure(path, 'damaged', `is a BMP image that cannot be read: ${error.message}`);
    throw error;
  }
}

/** Separates 1 to 4 interleaved channels into colour and, where some pixel is not opaque, alpha. */
function separate(data: Uint8Array, width: number, height: number, channels: number): RGBImage & { alpha?: Uint8Array } {
  if (channels === 3) return { width, height, data };
  const pixels = width * height;
  const colour = new Uint8Array(pixels * 3);
  const alpha = new Uint8Array(pixels).fill(255);
  const repeated = channels < 3;
  let opaque = true;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) colour[3 * i + c] = data[channels * i + (repeated ? 0 : c)] as number;
    if (channels === 2 || channels === 4) {
      const value = data[channels * i + channels - 1] as number;
      alpha[i] = value;
      if (value !== 255) opaque = false;
    }
  }
  return opaque ? { width, height, data: colour } : { width, height, data: colour, alpha };
}

function withPurpose(path: string, purpose: ImagePurpose, image: DecodedImage): DecodedImage {
  if (purpose === 'training' && image.alpha !== undefined) throw transparencyFailure(path);
  return image;
}

/** Why an image with transparent pixels is no training image. */
export function transparencyFailure(path: string): ImageFailure {
  return new ImageFailure(
    path,
    'transparent',
    'has transparent pixels, and what should be behind them is unknown',
    'Flatten it onto a background first.',
  );
}
