import { readImage } from './image.js';
import type { RGBImage } from './pixels.js';

/** Bytes of decoded images that a training keeps. */
export const defaultCacheLimit = 2 ** 30;

/**
 * Decoded training images, the most recently used ones up to a limit of bytes. Asking twice for an image that is being decoded decodes it once.
 * What `get` gives depends on the file alone, never on what is cached.
 */
export class ImageCache {
  private readonly entries = new Map<string, { readonly image: Promise<RGBImage>; bytes: number }>();
  private bytes = 0;

  constructor(private readonly limit = defaultCacheLimit) {}

  /** Whether the cache still has room for an image like those it holds. */
  get hasRoom(): boolean {
    const mean = this.entries.size === 0 ? 0 : this.bytes / this.entries.size;
    return this.bytes + mean <= this.limit;
  }

  /** The decoded image. @throws RuntimeFailure as `readImage` for training. */
  get(path: string): Promise<RGBImage> {
    const known = this.entries.get(path);
    if (known !== undefined) {
      this.entries.delete(path);
      this.entries.set(path, known);
      return known.image;
    }
    const entry = { image: readImage(path, 'training') as Promise<RGBImage>, bytes: 0 };
    this.entries.set(path, entry);
    entry.image.then(
      ({ data }) => {
        entry.bytes = data.length;
        this.bytes += data.length;
        this.evict(path);
      },
      () => this.entries.delete(path),
    );
    return entry.image;
  }

  private evict(newest: string): void {
    for (const [path, { bytes }] of this.entries) {
      if (this.bytes <= this.limit) return;
      if (path === newest || bytes === 0) continue;
      this.entries.delete(path);
      this.bytes -= bytes;
    }
  }
}
