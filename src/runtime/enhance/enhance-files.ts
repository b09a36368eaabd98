import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, parse, resolve } from 'node:path';
import { encodeImage, formatOfName, type ImageFormat, listImages, readImage } from '../data/index.js';
import { inputFailure, isFolder, isFolderThere, makeFolder, RuntimeFailure, realName, writeFileAtomically } from '../files/index.js';
import type { Enhancer } from './enhancer.js';

/** One image to enhance and where the result goes. */
export interface EnhanceJob {
  readonly input: string;
  readonly output: string;
}

/** What became of one image. */
export interface EnhanceResult extends EnhanceJob {
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  /** Why there is no result. */
  readonly problem?: string;
  /** How the input was converted, where it was not plain RGB. */
  readonly note?: string;
}

/**
 * Finds the images of files and folders and names their results in `output`: a folder, or, for a single file, a file name with an image's extension.
 * Without an output, results lie beside what they were made of: `photo.enhanced.jpg` of `photo.jpg`, `photos.enhanced/1.jpg` of `photos/1.jpg`.
 * @throws RuntimeFailure when an input is missing, when two results would have one name, or when a result would overwrite an input.
 */
export async function planJobs(inputs: readonly string[], output?: string): Promise<EnhanceJob[]> {
  const found: FoundImage[] = [];
  for (const input of inputs) {
    if (await isFolderThere(input)) found.push(...(await listImages(input)).map((path) => ({ path, folder: input })));
    else found.push({ path: input });
  }
  const images = found.filter(({ path }, i) => found.findIndex((other) => resolve(other.path) === resolve(path)) === i);
  const jobs = output === undefined ? images.map(jobBeside) : await jobsInto(output, images);
  await checkNames(jobs);
  return jobs;
}

interface FoundImage {
  readonly path: string;
  /** The folder that was given, where the image was found in one. */
  readonly folder?: string;
}

async function jobsInto(output: string, images: readonly FoundImage[]): Promise<EnhanceJob[]> {
  const intoFile = images.length === 1 && images[0]?.folder === undefined && (await isImageName(output));
  if (!intoFile) await requireFolderName(output);
  return images.map(({ path }) => ({ input: path, output: intoFile ? output : join(output, basename(path)) }));
}

function jobBeside({ path, folder }: FoundImage): EnhanceJob {
  if (folder !== undefined) {
    // `.` and `photos/..` have no name to add to.
    const named = /^\.*$/.test(basename(folder)) ? resolve(folder) : folder;
    return { input: path, output: join(dirname(named), `${basename(named)}.enhanced`, basename(path)) };
  }
  const { dir, name, ext } = parse(path);
  return { input: path, output: join(dir, `${name}.enhanced${ext}`) };
}

/** Formats of images that are not written; a folder of such a name is hardly what was meant. */
const unwrittenFormats = /\.(tiff?|gif|avif|heic|heif|jxl|jp2|svg)$/i;

/** Whether the output is meant as the name of a file. @throws RuntimeFailure for the name of an image that is not written. */
async function isImageName(output: string): Promise<boolean> {
  if (await isFolder(output)) return false;
  if (unwrittenFormats.test(output))
    throw inputFailure(
      `${output}: results are PNG, JPEG, WebP or BMP images. Give a name that ends in .png, .jpg, .webp or .bmp, or a folder.`,
    );
  return formatOfName(output) !== undefined;
}

/** Told before the first image is enhanced, not after. */
async function requireFolderName(output: string): Promise<void> {
  const isFile = await stat(output).then(
    (found) => !found.isDirectory(),
    () => false,
  );
  if (isFile) throw inputFailure(`${output}: a file stands where a folder is wanted for the results. Remove it or choose another place.`);
}

async function checkNames(jobs: readonly EnhanceJob[]): Promise<void> {
  const inputs = new Map<string, string>();
  for (const { input } of jobs) inputs.set(await realName(input), input);
  const outputs = new Map<string, string>();
  for (const { input, output } of jobs) {
    const other = outputs.get(resolve(output));
    if (other !== undefined)
      throw inputFailure(
        `${input}: its result would have the same name as that of ${other} (${output}). Enhance them into different folders.`,
      );
    outputs.set(resolve(output), input);
    const overwritten = inputs.get(await realName(output));
    if (overwritten !== undefined)
      throw inputFailure(`${output}: the result would overwrite the input ${overwritten}. Choose another place for the results with -o.`);
  }
}

/**
 * Enhances images one after the other, each into a file of the input's format (or of the output name's extension). An image that cannot be read does
 * not stop the others: its result says why. Transparency is given back unchanged, enlarged where the network enlarges; grey becomes RGB.
 * @param done called after each image.
 * @throws RuntimeFailure when a result cannot be written, EngineFailure when the engine fails.
 */
export async function enhanceFiles(
  jobs: readonly EnhanceJob[],
  enhancer: Enhancer,
  done: (result: EnhanceResult, count: number) => void = () => undefined,
): Promise<EnhanceResult[]> {
  const results: EnhanceResult[] = [];
  for (const job of jobs) {
    const result = await enhanceFile(job, enhancer);
    results.push(result);
    done(result, results.length);
  }
  return results;
}

/** Samples of rows of a width, each `factor` times in both directions. */
function repeated(samples: Uint8Array, width: number, factor: number): Uint8Array {
  if (factor === 1) return samples;
  const wide = factor * width;
  return Uint8Array.from({ length: factor ** 2 * samples.length }, (_, i) => {
    const row = Math.floor(Math.floor(i / wide) / factor);
    return samples[row * width + Math.floor((i % wide) / factor)] as number;
  });
}

async function enhanceFile(job: EnhanceJob, enhancer: Enhancer): Promise<EnhanceResult> {
  const started = performance.now();
  try {
    const image = await readImage(job.input, 'enhancement');
    const enhanced = await enhancer.enhance(image);
    const format: ImageFormat = extname(job.output) === extname(job.input) ? image.format : (formatOfName(job.output) ?? image.format);
    const alpha = image.alpha && repeated(image.alpha, image.width, enhancer.scale);
    const bytes = await encodeImage(enhanced, format, alpha);
    await makeFolder(join(job.output, '..'));
    await writeFileAtomically(job.output, bytes);
    const note = image.grey ? 'a grey image, written in colour' : image.alpha !== undefined ? transparencyNote(format) : undefined;
    return {
      ...job,
      width: enhanced.width,
      height: enhanced.height,
      seconds: (performance.now() - started) / 1000,
      ...(note === undefined ? {} : { note }),
    };
  } catch (error) {
    if (error instanceof RuntimeFailure && error.message.startsWith(`${job.input}:`)) return { ...job, problem: error.message };
    throw error;
  }
}

function transparencyNote(format: ImageFormat): string {
  return format === 'jpeg' ? 'transparency dropped, JPEG has none' : 'transparency kept as it was';
}
