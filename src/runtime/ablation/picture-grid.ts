import { join } from 'node:path';
import sharp from 'sharp';
import { encodeImage, type RGBImage, readImage, reduceByMeans, reducible } from '../data/index.js';
import { enlarge, enlargedText, isScore, metricsNamed, type Scores } from '../metrics/index.js';
import type { AblationResults } from './results.js';

/** A picture of the report. */
export interface GridPicture {
  /** data: URI; undefined where there is no such picture. */
  readonly uri: string | undefined;
  /** 'w/o KL, seed 1: PSNR 18.21' */
  readonly caption: string;
}

/** A held-out pair: as it was, by every variant with its first seed that is done, and as it should be. */
export interface PictureColumn {
  readonly name: string;
  /** Of each picture, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly GridPicture[];
}

/** Largest width and height of a picture in the report, in pixels. */
const largestSide = 768;

/** The first held-out pairs. @throws RuntimeFailure where one cannot be read. */
export async function pictureColumns({ rows, heldOut, pictures: count, metricNames }: AblationResults): Promise<PictureColumn[]> {
  const [metric] = metricsNamed(metricNames);
  const scored = (title: string, scores: Scores | undefined): string => {
    const score = metric && scores?.[metric.name];
    return metric === undefined || !isScore(score) ? title : `${title}: ${metric.title} ${score.toFixed(metric.decimals)}`;
  };
  const shown = rows.flatMap(({ name, cells }) => {
    const done = cells.find(({ record }) => record?.evaluation !== undefined);
    return done === undefined ? [] : [{ title: `${name}, seed ${done.cell.seed}`, folder: done.cell.folder.pictures, record: done.record }];
  });
  // The input is the same for all cells, but a cell may lack the metric.
  const scoredInput = rows
    .flatMap(({ cells }) => cells.map(({ record }) => record?.evaluation))
    .find((evaluation) => metric !== undefined && evaluation !== undefined && metric.name in evaluation.input);
  const columns: PictureColumn[] = [];
  const { roles } = heldOut;
  const inputTitle = roles.reduction === 1 ? 'input' : `input, ${enlargedText(roles.reduction)}`;
  for (const [i, { name, files }] of heldOut.pairs.slice(0, count).entries()) {
    const read = (role: string) => readImage(files[role] as string, 'training');
    const input = enlarge(reduceByMeans(await read(roles.input), roles.reduction), roles.reduction);
    const truth = reducible(await read(roles.truth), roles.reduction);
    const made = shown.map(async ({ title, folder, record }) => ({
      uri: await embedded(join(folder, `${i + 1}.png`)).catch(() => undefined),
      caption: scored(title, record?.evaluation?.images[i]?.scores),
    }));
    columns.push({
      name,
      width: truth.width,
      height: truth.height,
      pictures: [
        { uri: await embeddedImage(input), caption: scored(inputTitle, scoredInput?.images[i]?.input) },
        ...(await Promise.all(made)),
        { uri: await embeddedImage(truth), caption: 'truth' },
      ],
    });
  }
  return columns;
}

const embeddedImage = async (image: RGBImage): Promise<string> => embedded(Buffer.from(await encodeImage(image, 'png')));

async function embedded(image: string | Buffer): Promise<string> {
  const small = await sharp(image)
    .resize({ width: largestSide, height: largestSide, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 88, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return `data:image/jpeg;base64,${small.toString('base64')}`;
}
