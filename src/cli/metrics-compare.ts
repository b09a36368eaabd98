import { isScore, type MetricResults, partialCounts, readResults, requireOneProtocol } from '../runtime/metrics/index.js';
import { CommandFailure } from './failure.js';
import { formatScores } from './metrics-table.js';
import type { ResultFormat } from './result-format.js';
import { partialMeans } from './undefined-scores.js';

interface NamedResults extends MetricResults {
  /** Path of the file. */
  readonly name: string;
}

/** The means of several files of results in one table. @throws RuntimeFailure where their protocols, or their images, differ. */
export async function compareResults(paths: readonly string[], format: ResultFormat): Promise<string> {
  const all = await Promise.all(paths.map(async (name) => ({ name, ...(await readResults(name)) })));
  const protocols = requireOneProtocol(all);
  requireSameImages(all.map(({ name, images }) => ({ name, images: images.map((image) => image.name) })));
  for (const metric of Object.keys(protocols))
    requireSameImages(
      all.filter(({ mean }) => metric in mean).map((each) => definedIn(each, metric)),
      metric,
    );
  const counted = all.map(({ name, mean, images }) => ({
    name,
    mean,
    images: images.length,
    counts: partialCounts(images.map(({ scores }) => scores)),
  }));
  return formatScores(
    { results: counted.map(({ name, images, counts, mean }) => ({ file: name, images, ...(counts && { counts }), mean })), protocols },
    {
      subject: 'results',
      facts: ['images'],
      groups: [{ key: 'mean' }],
      rows: counted.map(({ name, mean, images }) => ({ name, facts: [String(images)], scores: { mean } })),
      protocols,
      notes: [...new Set(counted.flatMap(({ counts, images }) => partialMeans(counts, images)))],
    },
    format,
  );
}

/** What a mean is over. */
interface Averaged {
  readonly name: string;
  readonly images: readonly string[];
}

/** The images of a file that a metric is defined for. */
const definedIn = ({ name, images }: NamedResults, metric: string): Averaged => ({
  name,
  images: images.filter(({ scores }) => isScore(scores[metric])).map((image) => image.name),
});

/** @param metric that the means are of; of all where it is left out. @throws CommandFailure */
function requireSameImages([first, ...others]: readonly Averaged[], metric?: string): void {
  const other = others.find(({ images }) => JSON.stringify(images) !== JSON.stringify(first?.images));
  if (first === undefined || other === undefined) return;
  const lonely = [first, other].flatMap(({ name, images }, i, sides) =>
    images.filter((image) => !sides[1 - i]?.images.includes(image)).map((image) => `${image} (only in ${name})`),
  );
  const subject = metric === undefined ? 'are means' : `have means of ${metric}`;
  throw new CommandFailure(
    2,
    `${first.name} and ${other.name} ${subject} over different images (${first.images.length} and ${other.images.length}): ${lonely.slice(0, 3).join(', ')}${lonely.length > 3 ? ', ...' : ''}`,
    metric === undefined
      ? 'measure the same images on both sides'
      : `${metric} is not defined for the others there; measure both sides on images that it is defined for, or leave it out`,
  );
}
