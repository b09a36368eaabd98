import { readdir, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { compareNaturally, inputFailure, RuntimeFailure, systemFailure } from '../files/index.js';
import { formatOfName } from './image.js';

/**
 * Image files of a folder (PNG, JPEG, WebP, BMP by their names; hidden files and subfolders left out) in natural order: 2.png before 10.png.
 * @throws RuntimeFailure when the folder is missing, is a file, or holds no image.
 */
export async function listImages(folder: string): Promise<string[]> {
  const names = await filesIn(folder);
  const images = names.filter((name) => formatOfName(name) !== undefined).sort(compareNaturally);
  if (images.length === 0) {
    const others = names.length === 0 ? 'is empty' : `holds ${names.length} files and none of them is named as an image`;
    throw inputFailure(`${folder}: ${others} (.png, .jpg, .jpeg, .webp, .bmp).`);
  }
  return images.map((name) => join(folder, name));
}

/** Formats of pictures that are not read, as files are named; what else lies in a folder is no picture. */
const otherPictures = /\.(tiff?|gif|heic|heif|avif|jxl|jp2|svg|exr|hdr|psd|pgm|ppm|dng|cr2|cr3|nef|arw|raf|orf|rw2)$/i;

/** Files of a folder that are named as pictures of a format that is not read, which `listImages` passes over, in natural order. @throws RuntimeFailure */
export async function listPassedOver(folder: string): Promise<string[]> {
  const names = await filesIn(folder);
  return names
    .filter((name) => otherPictures.test(name))
    .sort(compareNaturally)
    .map((name) => join(folder, name));
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    if (!(await stat(folder)).isDirectory()) throw inputFailure(`${folder}: is a file, a folder of images is wanted here.`);
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  } catch (error) {
    if (error instanceof RuntimeFailure) throw error;
    throw systemFailure(error, 'read', folder);
  }
}

/** Name of a file without folder and extension: what pairs are matched by. */
export function stemOf(path: string): string {
  return parse(path).name;
}
