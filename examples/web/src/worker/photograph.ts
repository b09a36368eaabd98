import type { RGBImage } from '../../../../src/runtime/data/pixels.js';
import { Failure } from './failure.js';
import { withAlpha, withoutAlpha } from './samples.js';

/** Canvases of no browser are longer or larger. */
const longestSide = 16_384;
const mostPixels = 120e6;

/** A decoded photograph, upright and in sRGB, from which tiles are read. Only the browser's own copy is held whole. */
export class Photograph {
  private constructor(private readonly bitmap: ImageBitmap) {}

  /** @throws Failure when it is no photograph that the browser can open, or too large a one. */
  static async open(file: Blob): Promise<Photograph> {
    if (file.size === 0) throw new Failure('The file is empty.');
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch((error: unknown) => {
      if (error instanceof DOMException) throw new Failure(unreadable(file));
      throw error;
    });
    const { width, height } = bitmap;
    if (Math.max(width, height) > longestSide || width * height > mostPixels) {
      bitmap.close();
      throw new Failure(
        `The photograph is too large: ${width} x ${height} pixels. Up to ${mostPixels / 1e6} million are taken, and ${longestSide} to a side.`,
      );
    }
    return new Photograph(bitmap);
  }

  get width(): number {
    return this.bitmap.width;
  }

  get height(): number {
    return this.bitmap.height;
  }

  /** The colours of a part of it. */
  read(left: number, top: number, width: number, height: number): RGBImage {
    return { width, height, data: withoutAlpha(this.pixels(left, top, width, height).data) };
  }

  /** Rows of the result, from `top` on, as pixels with the photograph's own transparency. */
  finish(rows: RGBImage, top: number): ImageData {
    const pixels = this.pixels(0, top, rows.width, rows.height);
    withAlpha(rows.data, pixels.data);
    return pixels;
  }

  close(): void {
    this.bitmap.close();
  }

  private pixels(left: number, top: number, width: number, height: number): ImageData {
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null) throw new RangeError('no memory for a canvas');
    context.drawImage(this.bitmap, -left, -top);
    return context.getImageData(0, 0, width, height);
  }
}

function unreadable({ type }: Blob): string {
  if (/heic|heif/.test(type))
    return 'This browser cannot open HEIC photographs. Save it as JPEG or PNG first; Safari can open it as it is.';
  if (!type.startsWith('image/')) return 'This is not a photograph. Give a JPEG, PNG or WebP file.';
  return 'This browser cannot open the file: it is damaged, or no photograph it knows. JPEG, PNG and WebP files can be opened.';
}
