/** Pixels of a bitmap: rows from the top, interleaved, 3 (RGB) or 4 (RGBA) samples of 8 bits each. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

/** What a file that calls itself a BMP does wrong, or uses that mfnc does not read. */
export class BitmapError extends Error {
  override readonly name = 'BitmapError';
}

const fileHeaderLength = 14;
/** Lengths of BITMAPINFOHEADER and its successors (V2 to V5), which only append fields to it. */
const headerLengths = [40, 52, 56, 108, 124];
const uncompressed = 0;
const bitFields = 3;
const largestSide = 65_535;

/** Whether the bytes start as a Windows bitmap does. */
export function isBitmap(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes an uncompressed Windows bitmap of 24 or 32 bits a pixel, stored from the bottom or from the top. libvips as sharp brings it reads no BMP.
 * @throws BitmapError for damaged files and for other kinds (palettes, compression, 16 bits).
 */
export function decodeBitmap(bytes: Uint8Array): Bitmap {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < fileHeaderLength + 4) throw new BitmapError('it is truncated within its header');
  const headerLength = buffer.readUInt32LE(14);
  if (!headerLengths.includes(headerLength)) throw new BitmapError(`its header has ${headerLength} bytes, a kind that is not read`);
  if (buffer.length < fileHeaderLength + headerLength) throw new BitmapError('it is truncated within its header');
  const width = buffer.readInt32LE(18);
  const signedHeight = buffer.readInt32LE(22);
  const height = Math.abs(signedHeight);
  if (width < 1 || height < 1 || width > largestSide || height > largestSide)
    throw new BitmapError(`its size is ${width}x${signedHeight} pixels`);
  const bits = buffer.readUInt16LE(28);
  if (bits !== 24 && bits !== 32) throw new BitmapError(`it has ${bits} bits a pixel; 24 and 32 are read`);
  const channels = hasAlpha(buffer, headerLength) && bits === 32 ? 4 : 3;
  const start = buffer.readUInt32LE(10);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start < fileHeaderLength + headerLength || start + stride * height > buffer.length) {
    throw new BitmapError(`it is truncated: ${start + stride * height} bytes are needed, ${buffer.length} are there`);
  }
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
    let from = start + stride * (signedHeight < 0 ? y : height - 1 - y);
    for (let x = 0; x < width; x++, from += bits / 8, to += channels) {
      data[to] = buffer[from + 2] as number;
      data[to + 1] = buffer[from + 1] as number;
      data[to + 2] = buffer[from] as number;
      if (channels === 4) data[to + 3] = buffer[from + 3] as number;
    }
  }
  return { width, height, channels, data };
}

/** Checks the compression field; bit fields must describe BGR(A), the order that is read. */
function hasAlpha(buffer: Buffer, headerLength: number): boolean {
  const compression = buffer.readUInt32LE(30);
  if (compression === uncompressed) return false;
  const masks = fileHeaderLength + 40;
  if (compression !== bitFields || buffer.length < masks + 16) throw new BitmapError('it is compressed; uncompressed bitmaps are read');
  const [red, green, blue] = [0, 4, 8].map((offset) => buffer.readUInt32LE(masks + offset));
  if (red !== 0xff0000 || green !== 0xff00 || blue !== 0xff) throw new BitmapError('its bit fields are in an unusual order');
  return headerLength >= 56 && buffer.readUInt32LE(masks + 12) === 0xff000000;
}

/** Encodes a Windows bitmap: 24 bits a pixel, or 32 with an alpha mask (BITMAPV4HEADER), rows from the bottom, uncompressed. */
export function encodeBitmap({ width, height, channels, data }: Bitmap): Buffer {
  const headerLength = channels === 4 ? 108 : 40;
  const stride = Math.ceil((width * channels) / 4) * 4;
  const start = fileHeaderLength + headerLength;
  const buffer = Buffer.alloc(start + stride * height);
  buffer.write('BM', 0, 'latin1');
  buffer.writeUInt32LE(buffer.length, 2);
  buffer.writeUInt32LE(start, 10);
  buffer.writeUInt32LE(headerLength, 14);
  buffer.writeInt32LE(width, 18);
  buffer.writeInt32LE(height, 22);
  buffer.writeUInt16LE(1, 26);
  buffer.writeUInt16LE(channels * 8, 28);
  buffer.writeUInt32LE(stride * height, 34);
  if (channels === 4) {
    buffer.writeUInt32LE(bitFields, 30);
    for (const [i, mask] of [0xff0000, 0xff00, 0xff, 0xff000000].entries()) buffer.writeUInt32LE(mask, 54 + 4 * i);
    buffer.write('BGRs', 70, 'latin1');
  }
  for (let y = 0, from = 0; y < height; y++) {
    let to = start + stride * (height - 1 - y);
    for (let x = 0; x < width; x++, from += channels, to += channels) {
      buffer[to] = data[from + 2] as number;
      buffer[to + 1] = data[from + 1] as number;
      buffer[to + 2] = data[from] as number;
      if (channels === 4) buffer[to + 3] = data[from + 3] as number;
    }
  }
  return buffer;
}
