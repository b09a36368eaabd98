import { readFile, stat } from 'node:fs/promises';
import { inputFailure, RuntimeFailure } from './failure.js';
import { systemFailure } from './system-error.js';

/**
 * Reads a whole file.
 * @param limit largest size in bytes that is accepted.
 * @throws RuntimeFailure when it is missing, unreadable, a folder or too large.
 */
export async function readBytes(path: string, limit: number): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > limit) throw inputFailure(`${path}: is ${mebibytes(size)} MiB; at most ${mebibytes(limit)} MiB are accepted here.`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof RuntimeFailure) throw error;
    throw systemFailure(error, 'read', path);
  }
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
