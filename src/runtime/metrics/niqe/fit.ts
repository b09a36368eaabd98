import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { filesIn, type RGBImage, readImage, shrink } from '../../data/index.js';
import { inputFailure, mfncVersion, readBytes } from '../../files/index.js';
import { greyLuma } from '../luma.js';
import { type BlockFeatures, blockFeatures, blockSide, featureCount } from './features.js';
import type { FittedPhotograph, NIQEModelContent } from './model.js';
import { fitGaussian } from './multivariate-gaussian.js';

export interface FitOptions {
  /** Larger photographs are made smaller until neither side is longer, in pixels. */
  readonly maxSize?: number;
  /** What the protocol says of the model; by default how many photographs it was fitted on. */
  readonly source?: string;
}

/** Share of the sharpness of a photograph's sharpest block that a block must exceed. */
const sharpnessThreshold = 0.75;
const largestPhotograph = 512 * 2 ** 20;

/**
 * Fits NIQE's model of good photographs (estimatemodelparam.m of the release of 2012): the features of their sharp blocks, as one Gaussian.
 * @param inputs files and folders, taken in this order.
 * @param done called after each photograph with how many of `total` are done.
 * @throws RuntimeFailure when a photograph cannot be read, is given twice or smaller than a block, or when they have too few sharp blocks.
 */
export async function fitNIQE(
  inputs: readonly string[],
  { maxSize, source }: FitOptions = {},
  done: (count: number, total: number) => void = () => undefined,
): Promise<NIQEModelContent> {
  const files = await filesIn(inputs);
  const photographs: FittedPhotograph[] = [];
  const chosen: BlockFeatures[] = [];
  const seen = new Map<string, string>();
  for (const file of files) {
    const image = await readImage(file, 'training');
    const sha256 = createHash('sha256')
      .update(await readBytes(file, largestPhotograph))
      .digest('hex');
    const twin = seen.get(sha256);
    if (twin !== undefined) throw inputFailure(`${file}: is the same photograph as ${twin}. Give each once.`);
    seen.set(sha256, file);
    const { width, height, blocks, sharp } = sharpBlocks(file, maxSize === undefined ? image : shrink(image, maxSize));
    photographs.push({ name: basename(file), sha256, width, height, blocks, used: sharp.length });
    chosen.push(...sharp);
    done(photographs.length, files.length);
  }
  const { mean, covariance } = fitGaussian(
    chosen.map(({ features }) => features),
    featureCount,
  );
  const complete = chosen.filter(({ features }) => !features.some(Number.isNaN)).length;
  if (complete <= featureCount)
    throw inputFailure(
      `${photographs.length} ${photographs.length === 1 ? 'photograph has' : 'photographs have'} ${complete} sharp blocks of ${blockSide}x${blockSide}; a Gaussian of ${featureCount} numbers needs more than ${featureCount}. Give more photographs; the official model is of 125.`,
    );
  return {
    source: source ?? `fitted with mfnc metrics fit-niqe on ${photographs.length} photographs`,
    mu: [...mean],
    cov: Array.from({ length: featureCount }, (_, i) => [...covariance.subarray(i * featureCount, (i + 1) * featureCount)]),
    fit: {
      mfnc: mfncVersion,
      block: blockSide,
      sharpness: sharpnessThreshold,
      maxSize: maxSize ?? null,
      blocks: chosen.length,
      photographs,
    },
  };
}

function sharpBlocks(file: string, { width, height, data }: RGBImage) {
  const blocks = blockFeatures({ width, height, values: greyLuma({ width, height, data }) });
  if (blocks.length === 0) throw inputFailure(`${file}: is ${width}x${height} pixels, smaller than a block of ${blockSide}x${blockSide}.`);
  const sharpest = blocks.reduce((most, { sharpness }) => Math.max(most, sharpness), 0);
  return { width, height, blocks: blocks.length, sharp: blocks.filter(({ sharpness }) => sharpness > sharpnessThreshold * sharpest) };
}

/** A model as a JSON file: a row of the covariance, and a photograph, on each line. */
export function formatNIQEModel({ source, mu, cov, fit }: NIQEModelContent): string {
  const list = (rows: readonly unknown[], indent: string) =>
    `[\n${rows.map((row) => `${indent}  ${JSON.stringify(row)}`).join(',\n')}\n${indent}]`;
  const parts = [`"source": ${JSON.stringify(source)}`, `"mu": ${JSON.stringify(mu)}`, `"cov": ${list(cov, '  ')}`];
  if (fit !== undefined) {
    const { photographs, ...settings } = fit;
    const facts = Object.entries(settings).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
    parts.push(`"fit": {\n${[...facts, `    "photographs": ${list(photographs, '    ')}`].join(',\n')}\n  }`);
  }
  return `{\n${parts.map((part) => `  ${part}`).join(',\n')}\n}\n`;
}
