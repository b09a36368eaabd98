import { isScore, metricsNamed, type ScoreCounts, type Scores } from '../runtime/metrics/index.js';
import { CommandFailure } from './failure.js';

/** A line for each metric that is not defined for all of several images. @param title of the group of columns. */
export function partialMeans(counts: ScoreCounts | undefined, images: number, title?: string): string[] {
  return metricsNamed(Object.keys(counts ?? {})).flatMap((metric) => {
    const count = counts?.[metric.name] ?? images;
    if (count === images) return [];
    const column = title === undefined ? metric.title : `${title} ${metric.title}`;
    return [
      count === 0
        ? `${column}: not defined for any of the ${images} images`
        : `${column}: the mean is over ${count} of ${images} images, as it is not defined for the others`,
    ];
  });
}

/**
 * Says on stderr for which images a metric is not defined, and why. @param reasons a sentence for each.
 * @throws CommandFailure with these where there is no number at all.
 */
export function tellUndefined(reasons: readonly string[], all: readonly Scores[]): void {
  if (!all.some((scores) => Object.values(scores).some(isScore))) throw new CommandFailure(2, reasons.join('\n'));
  for (const reason of reasons) process.stderr.write(`${reason}\n`);
}

/** What `--help` says of it. */
export const undefinedHelp = [
  'An image that a metric is not defined for (NIQE of a flat one) has no number of it: null in JSON, nothing in CSV, - in tables. The mean is over the other',
  'images, which is said beside it (counts in JSON); the reasons go to stderr.',
].join('\n');
