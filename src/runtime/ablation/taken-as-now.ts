import type { Protocols } from '../metrics/index.js';
import type { CellResult } from './results.js';

/**
 * A cell with the numbers that are asked for now alone. Until it is measured again, those that were taken otherwise, as by another model of a metric, would
 * stand in one table with those of cells that have been; those of other metrics are in no table.
 * @param wanted by name of the metric.
 */
export function takenAsNow(result: CellResult, wanted: Protocols): CellResult {
  const evaluation = result.record?.evaluation;
  if (result.record === undefined || evaluation === undefined) return result;
  const isKept = (metric: string): boolean => wanted[metric]?.id === evaluation.protocols[metric]?.id;
  const kept = <T>(byMetric: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(byMetric).filter(([metric]) => isKept(metric)));
  const { mean, counts, input, inputCounts, protocols, images } = evaluation;
  return {
    ...result,
    record: {
      ...result.record,
      evaluation: {
        ...evaluation,
        mean: kept(mean),
        ...(counts && { counts: kept(counts) }),
        input: kept(input),
        ...(inputCounts && { inputCounts: kept(inputCounts) }),
        protocols: kept(protocols),
        images: images.map((image) => ({ ...image, scores: kept(image.scores), input: kept(image.input) })),
      },
    },
  };
}
