import type { Protocols } from '../metrics/index.js';
import type { CellResult } from './results.js';

/**
 * A cell without the numbers that were taken otherwise than is asked for now, as by another model of a metric: until it is measured again they would
 * stand in one table with those of cells that have been.
 * @param wanted by name of the metric.
 */
export function takenAsNow(result: CellResult, wanted: Protocols): CellResult {
  const evaluation = result.record?.evaluation;
  if (result.record === undefined || evaluation === undefined) return result;
  const isKept = (metric: string): boolean => wanted[metric] === undefined || wanted[metric].id === evaluation.protocols[metric]?.id;
  const kept = <T>(byMetric: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(byMetric).filter(([metric]) => isKept(metric)));
  const { mean, input, protocols, images } = evaluation;
  return {
    ...result,
    record: {
      ...result.record,
      evaluation: {
        ...evaluation,
        mean: kept(mean),
        input: kept(input),
        protocols: kept(protocols),
        images: images.map((image) => ({ ...image, scores: kept(image.scores), input: kept(image.input) })),
      },
    },
  };
}
