import { constants } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { inputFailure, RuntimeFailure } from './failure.js';
import { systemFailure } from './system-error.js';

/** The largest file that can be held at once, in bytes: 4 GiB on Node 20. */
export const largestHeld = constants.MAX_LENGTH;

/** Node reads no more at once than 2 GiB; larger files are read in pieces of it. */
const pieceLength = 2 ** 30;

/**
 * Reads a whole file.
 * @param limit largest size in bytes that is accepted.
 * @throws RuntimeFailure when it is missing, unreadable, a folder or too large.
 */
export async function readBytes(path: string, limit: number): Promise<Buffer> {
  try {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      if (size > limit) throw inputFailure(`${path}: is ${mebibytes(size)} MiB; at most ${mebibytes(limit)} MiB are accepted here.`);
      return size > pieceLength ? await readInPieces(handle, size, pieceLength) : await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof RuntimeFailure) throw error;
    throw systemFailure(error, 'read', path);
  }
}

/** Reads a file of a known size, up to `piece` bytes at a time. One that has become shorter meanwhile gives what is left. */
export async function readInPieces(handle: FileHandle, size: number, piece: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  for (let position = 0; position < size; ) {
    const { bytesRead } = await handle.read(bytes, position, Math.min(piece, size - position), position);
    if (bytesRead === 0) return bytes.subarray(0, position);
    position += bytesRead;
  }
  return bytes;
}

/**
 * Reads a text file in UTF-8.
 * @throws RuntimeFailure as `readBytes`, and when the content is not text.
 */
export async function readText(path: string, limit: number): Promise<string> {
  const bytes = await readBytes(path, limit);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Said below: both cases mean that the file is not text.
  }
  throw inputFailure(`${path}: is not a text file (not UTF-8).`);
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0);
}
